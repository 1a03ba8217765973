"""``make manual``: the worked cases of ``tests/spec`` as 评分细则手册, in HTML and PDF.

The cases are those that the tests run: what the manual says is what the product does.

The worked cases in words: keys, values, fields and ids of ``tests/spec`` as a reader of the manual knows them.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import CountedRule, QualitativeRule, RubricItem
from minsheng.errors import UsageError
from minsheng.files.writing import write_atomically
from minsheng.measure.wording import clause_of, rule_in_words
from minsheng.notebook.what_if import field_labels
from minsheng.plan import load_plan
from minsheng.plan.strict_yaml import read_texts
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph, part
from minsheng.render.html.numbers import trimmed
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import print_page
from minsheng.workspace import Workspace

KINDS = {
    "proportional": "按比例计分",
    "lower_is_better": "控制类指标（越低越好）",
    "step": "分档扣分",
    "milestone": "节点任务",
    "counted": "按数量计分",
    "qualitative": "等次评定",
}

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
    "totals": "得分（已评满分）",
    "reports": "月报",
    "decisions": "绩效办公室的处理",
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
    "cell": "单元格",
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
    "stage": "阶段任务已完成",
    "partial": "部分完成",
    "not_done": "未完成",
    "in_progress": "推进中",
    "met": "已做到",
    "not_met": "到期未做到",
    "zero": "计 0 分",
    "exclude": "不计入",
    "weighted": "按权重",
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
    ("basis", "schedule"): "数量类，年底前除以序时进度",
    ("duty", "none"): "没有下达",
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
    plan
        Names of areas, projects, items, rules and fields.
    """

    def __init__(self, plan: Plan) -> None:
        items = plan.county_rubric.items
        self._names = {area.id: area.name for area in plan.areas}
        self._names |= {project.id: project.short_name for project in plan.projects}
        self._names |= {item.id: item.name for item in items}
        self._names |= {kind.id: kind.name for kind in plan.county_rubric.deductions}
        self._names |= {part.id: part.title for part in plan.reporting.parts}
        self._names |= {rule.id: rule.text for group in plan.section_rubric.groups for rule in group.rules}
        self._names |= field_labels(plan)

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


CASES = ("county", "rules", "totals", "ranking", "section")

_TITLE = "评分细则手册"

_NAME = "manual"

_SHOWN = {"title", "clause", "arithmetic", "expected", "period", "item", "full_marks", "rule"}

Case = Mapping[str, Any]


def read_cases(folder: Path) -> dict[str, list[Case]]:
    """Return the worked cases by file.

    Raises
    ------
    UsageError
        If a file of cases is not there.
    """
    missing = [name for name in CASES if not (folder / f"{name}.yaml").is_file()]
    if missing:
        raise UsageError(f"{folder} 中没有算例：{'、'.join(f'{name}.yaml' for name in missing)}")
    return {name: read_texts(folder / f"{name}.yaml") for name in CASES}


def manual_body(plan: Plan, cases: Mapping[str, Sequence[Case]]) -> Piece:
    """Return the manual: every rubric item with its rule and cases, then rule kinds, totals, ranks, sections."""
    words = KindWords(plan)
    count = sum(map(len, cases.values()))
    head = Element(
        "header",
        paragraph(plan.about.issuer, class_="issuer"),
        Element("h1", _TITLE),
        Element(
            "dl",
            Element("div", Element("dt", "实施方案"), Element("dd", plan.about.title)),
            Element("div", Element("dt", "算例"), Element("dd", f"{count} 个，逐个由系统的测试核对")),
            class_="facts",
        ),
        class_="title-block",
    )
    lead = paragraph(
        "每个算例的期望值按条款手算，算法写在最后一栏；标“本系统默认”的是方案没有写明、由本系统补的规定。",
        class_="summary",
    )
    pieces: list[Piece] = [Piece(head, lead)]
    pieces.append(part("一、县区考评小项", list(_items(plan, words, cases["county"]))))
    pieces.append(part("二、评分办法", list(_rules(words, cases["rules"]))))
    pieces.append(part("三、总分、扣分、加分、等次、折算", _table("总分算例", words, cases["totals"])))
    pieces.append(part("四、排名", _table("排名算例", words, cases["ranking"])))
    pieces.append(part("五、科室倒扣分", list(_sections(plan, words, cases["section"]))))
    return Piece(*(element for piece in pieces for element in piece.elements))


def write_manual(plan: Plan, cases: Mapping[str, Sequence[Case]], folder: Path) -> list[Path]:
    """Write ``manual.html`` and ``manual.pdf``; the same cases give the same bytes."""
    html = page(_TITLE, manual_body(plan, cases)._repr_html_())
    metadata = ReportMetadata(title=_TITLE, issuer=plan.about.issuer, as_of=plan.about.issued_on, key="")
    printed = print_page(html.decode(), metadata, {})
    written = []
    for kind, content in (("html", html), ("pdf", printed.pdf)):
        path = folder / f"{_NAME}.{kind}"
        write_atomically(path, content)
        written.append(path)
    return written


def _items(plan: Plan, words: KindWords, cases: Sequence[Case]) -> Iterator[Element]:
    for group in plan.county_rubric.groups:
        yield Element("h3", f"{group.name}（{trimmed(group.full_marks)}分）")
        for item in group.items:
            yield paragraph(f"{item.name}（{trimmed(item.full_marks)}分）　{clause_of(plan, item.source)}")
            yield note(
                f"原文：{item.text}。规则：{rule_in_words(plan, item.rule)}。{_given(item)}应附：{item.evidence}。"
            )
            own = [case for case in cases if case["item"] == item.id]
            yield _table(f"{item.name}算例", words, own)


def _given(item: RubricItem) -> str:
    match item.rule:
        case CountedRule() | QualitativeRule():
            return "由考评人填写。"
        case _:
            return "由系统按报表计算。"


def _rules(words: KindWords, cases: Sequence[Case]) -> Iterator[Element]:
    for kind, name in KINDS.items():
        own = [case for case in cases if case["rule"]["kind"] == kind]
        if own:
            yield Element("h3", name)
            yield _table(f"{name}算例", words, own)


def _sections(plan: Plan, words: KindWords, cases: Sequence[Case]) -> Iterator[Element]:
    for group in plan.section_rubric.groups:
        ids = {rule.id for rule in group.rules}
        own = [case for case in cases if case.get("rule") in ids]
        if own:
            yield Element("h3", group.name)
            yield note(f"原文：{group.text}")
            yield _table(f"{group.name}算例", words, own)
    rest = [case for case in cases if not case.get("rule")]
    if rest:
        yield Element("h3", "合计")
        yield _table("科室合计算例", words, rest)


def _table(caption: str, words: KindWords, cases: Sequence[Case]) -> Element:
    columns = [
        TableColumn("算例", kind="long"),
        TableColumn("已知", kind="long"),
        TableColumn("结果", kind="long"),
        TableColumn("算法", kind="long"),
    ]
    if not cases:
        return note("没有算例。")
    rows: list[list[Content]] = [
        [
            [case["title"], Element("br"), f"（{case['clause']}）"],
            _known(words, case),
            _expected(words, case),
            case["arithmetic"],
        ]
        for case in cases
    ]
    return table(caption, columns, rows, style="issues")


def _known(words: KindWords, case: Case) -> list[Content]:
    lines = [words.period(case["period"])] if "period" in case else []
    if "full_marks" in case:
        lines.append(f"满分 {case['full_marks']} 分")
    rule = case.get("rule")
    if isinstance(rule, dict):
        weights = [f"{each['indicator']}权重 {each['weight']}" for each in rule["indicators"] if "weight" in each]
        settings = {key: value for key, value in rule.items() if key not in {"kind", "indicators", "source"}}
        lines += [*weights, words.say(settings)]
    lines += [words.say({key: value}) for key, value in case.items() if key not in _SHOWN]
    told: list[Content] = []
    for line in lines:
        told += [Element("br") if told else None, line]
    return told


def _expected(words: KindWords, case: Case) -> str:
    expected = case.get("expected", case.get("total"))
    match expected:
        case "refused":
            return STATES["refused"]
        case {"refused": where}:
            return f"退回，指明单元格 {where}"
        case dict() if "state" in expected:
            points = f"{expected['points']} 分，" if expected.get("points") else ""
            return f"{points}{STATES[expected['state']]}"
        case list():
            return "；".join(f"{STATES[each['state']]} {each.get('points') or ''}".strip() for each in expected)
        case dict() if "totals" in case:
            return "，".join(f"{words.name(area)}第 {rank or '—'}" for area, rank in expected.items())
        case _:
            return words.say(expected)


def main() -> None:
    """Write the manual of the newest year's plan under ``outputs/manual/`` of the workspace."""
    workspace = Workspace.find()
    years = sorted(int(path.name) for path in workspace.params.iterdir() if path.name.isdigit())
    plan = load_plan(workspace.params, years[-1])
    cases = read_cases(workspace.root / "tests" / "spec")
    for path in write_manual(plan, cases, workspace.outputs / "manual"):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
