"""The worked cases in words: keys, values, fields and ids of ``specs`` as a reader of the handbook knows them."""

from collections.abc import Mapping
from typing import Any

from minsheng.domain.area import WHOLE
from minsheng.domain.period import Period

STATES = {
    "scored": "已评",
    "not_assessed": "未评，不计入",
    "not_due": "未到期，不计入",
    "not_reported": "未报送",
    "excluded": "不计分",
    "confirmed": "确认扣分",
    "proposed": "拟扣分，待确认",
    "waived": "免除",
    "none": "不扣分",
    "refused": "退回",
}

CHECKS = {
    "late_report": "迟报",
    "empty_part": "有方面没有写",
    "unsigned": "未签字",
    "versions_differ": "两份报告不一致",
    "too_few": "次数不足",
    "too_few_per_project": "每个项目次数不足",
    "doubled_loss": "上级扣分加倍",
    "manual": "绩效办公室填写",
}
"""What finds a section's fault."""

_KEYS = {
    "actual": "完成",
    "numerator": "分子",
    "denominator": "分母",
    "scale": "乘数",
    "target": "目标",
    "basis": "类别",
    "direction": "方向",
    "duty": "任务",
    "level": "等次",
    "milestone": "类别",
    "schedule": "序时进度（月份：比例）",
    "status": "报送",
    "as_of": "数据截至",
    "count": "数量",
    "points": "分值",
    "reason": "理由",
    "cap": "最多计",
    "floor": "最少计",
    "threshold": "零分线",
    "combine": "合并",
    "cost": "每档扣分",
    "step": "每档",
    "formula": "算式",
    "levels": "各状态得满分的几成",
    "unreported": "未报送",
    "unmet_share": "要求未做到时得分乘",
    "requires": "要求",
    "weight": "权重",
    "month": "月份",
    "due": "期限",
    "delivered": "报送日期",
    "signed": "分管领导签字",
    "empty": "为空的方面",
    "differences": "两份报告不同之处（项目、方面、报办公室的、报省厅的）",
    "rule": "考评内容",
    "event": "事项",
    "taken": "是否扣分",
    "times": "次数",
    "by_project": "各项目次数",
    "losses": "上级扣减分值",
    "full_marks": "满分",
    "name": "名称",
    "all": "手工小项全部评为",
    "without": "未评的小项",
    "events": "事项",
    "kind": "类别",
    "on": "日期",
    "subject": "事由",
    "bonus": "加分",
    "veto": "一票否决",
    "word": "事项",
    "mark": "评定",
    "marks": "评定",
    "given": "指标",
    "changes": "与全部达标的县不同之处",
    "rubric": "细则改为",
    "conversion_factor": "折算系数",
    "same_event_counts_once": "同一件事只扣一次",
    "breaks_ties": "加分用于区分并列",
    "ties": "并列名次",
    "tie_break": "同分时区分",
    "by": "依次看",
    "decides": "定什么",
    "awards": "表彰名额",
    "totals": "得分（已评满分）",
    "reports": "月报",
    "decisions": "绩效办公室的处理",
    "told": "处理时的情况",
    "positive": "实绩考评",
    "scored_points": "小项得分合计",
    "scored_full_marks": "已评满分",
    "total": "得分",
    "provisional": "暂定",
    "grade": "等次",
    "converted": "折算得分",
    "deductions": "扣分",
    "deducted": "已确认扣分",
    "proposed": "待确认",
    "duties": "要求的状态",
    "item": "小项",
    "items": "小项另写",
    "area": "地区",
    "from": "最低分",
    "extra": "不计入满分",
    "lifted": "大项里另有满分之外的加分项",
    "applies_to": "适用地区",
    "assessed_by": "考评科室",
    "prices": "事项和分值",
    "start": "起算",
    "once": "只计一次",
    "per": "每",
    "levels_only": "只定等次",
    "targets": "分地区的数量",
    "counts": "次数",
    "classes": "各类人数",
    "of": "按什么分档",
    "unit": "单位",
    "per_shortfall": "每少一个扣",
    "at_least": "至少",
    "at_most": "至多",
    "deductions_cap": "扣分合计最多",
    "total_cap": "总分最高",
    "points_taken": "扣分合计",
    "bonus_kinds": "加分类别",
    "bonus_cap": "加分合计最多",
    "id": "类别",
    "parts": "各部分",
    "groups": "大项",
    "rounding": "取舍",
    "no_duty": "没有下达任务的指标",
    "bound_full_marks": "有任务的满分",
    "cell": "单元格",
    "completion": "完成率",
    "gap": "完成率减序时进度",
    "pace": "完成率 ÷ 序时进度",
    "limit": "上限指标",
    "paid": "各行的下达、到位、拨付（万元）",
    "allocated": "下达",
    "received": "到位",
    "disbursed": "拨付",
    "arrival": "到位率",
    "execution": "执行率",
    "absent": "缺",
    "indicators": "按指标列出",
    "together": "各项目合计",
    "beside": "另一项指标的完成率",
    "assessment": "评定人给的词",
    "light": "亮的灯",
    "next_to_it": "旁边印",
    "city": WHOLE,
}

_VALUES = {
    **STATES,
    "yes": "是",
    "no": "否",
    "true": "是",
    "false": "否",
    "full": "水平类，与全年目标比",
    "at_most": "越低越好",
    "blocked": "未通过校验",
    "done": "完成",
    "late": "逾期完成",
    "stage": "阶段任务已完成",
    "partial": "部分完成",
    "not_done": "未完成",
    "in_progress": "推进中",
    "met": "已做到",
    "met_late": "逾期做到",
    "not_met": "到期未做到",
    "zero": "计 0 分",
    "exclude": "不计入",
    "completion": "完成率",
    "value": "数值",
    "weighted": "按权重",
    "item": "每一小项一次",
    "total": "只在总分一次",
    "mean": "取平均",
    "min": "取最低",
    "dense": "名次不空出",
    "competition": "名次空出",
    "two_minus_ratio": "2 - 实际 ÷ 目标",
    "target_over_actual": "目标 ÷ 实际",
    "unreported": "未报送",
    "": "空",
}

_BY_KEY = {
    ("by", "bonus"): "加分",
    ("decides", "rank"): "名次",
    ("decides", "award"): "表彰，名次并列",
    ("awarded", "given"): "表彰",
    ("awarded", "open"): "表彰待定",
    ("basis", "schedule"): "数量类，年底前除以序时进度",
    ("duty", "none"): "没有下达",
    ("start", "full"): "从满分扣起",
    ("start", "none"): "从零加起",
    ("count", "started"): "不足一档按一档",
    ("count", "full"): "不足一档不计",
    ("milestone", "yes"): "节点任务",
    ("unreported", "yes"): "全部未报送",
}

_HIDDEN = {"source", "cell", "indicators"}


class KindWords:
    """Turns the data of a case into words.

    Parameters
    ----------
    names
        Names of areas, projects, items and fields by id; of a section's rule also what finds it (``check``).
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = {key: each if isinstance(each, str) else each["text"] for key, each in names.items()}
        self.checks = {key: each["check"] for key, each in names.items() if not isinstance(each, str)}

    def name(self, word: str) -> str:
        """Return the name of an id, or the word itself."""
        return self._names.get(word, word)

    def period(self, text: str) -> str:
        """Return a period as people write it."""
        return Period(text).label

    def say(self, value: Any, key: str = "") -> str:
        """Say one value of a case."""
        match value:
            case dict():
                told = [
                    self._pair(name, each) for name, each in value.items() if name not in _HIDDEN and each is not None
                ]
                return "，".join(told)
            case list():
                separator = "；" if any(isinstance(each, dict | list) for each in value) else "、"
                return separator.join(self.say(each, key) for each in value)
            case _:
                return _BY_KEY.get((key, value)) or _VALUES.get(value) or self.name(value)

    def _pair(self, key: str, value: Any) -> str:
        name = self._names.get(key) or _KEYS.get(key) or _VALUES.get(key, key)
        said = self.say(value, key)
        return f"{name}：{said}" if isinstance(value, dict | list) else f"{name} {said}"
