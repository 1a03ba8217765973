"""What if an actual or a rule were another: points and ranking by the same measures, asked by widgets.

Nothing is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from minsheng.domain.assessment import AssessmentForm
from minsheng.domain.delivery import AcceptedReturn
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import RankingFigures, ScoringFigures
from minsheng.domain.rubric import ItemRule
from minsheng.errors import UsageError
from minsheng.measure.county_score import scoring_figures, with_rule, with_value
from minsheng.measure.project import project_figures
from minsheng.measure.ranks import ranking_figures
from minsheng.notebook.inputs import Inputs, read_form
from minsheng.render.html.markup import Content, Piece, note, part
from minsheng.render.html.numbers import trimmed
from minsheng.render.html.tables import TableColumn, table

Returns = Mapping[tuple[Period, str], AcceptedReturn]

SETTINGS = {
    "cap": "完成率最多计",
    "floor": "完成率最少计",
    "threshold": "零分线（完成率低于它不得分，空为不设）",
    "unmet_share": "要求到期未做到时得分乘",
    "weights": "各指标权重（合计为 1，用、隔开）",
    "combine": "多个指标（weighted 按权重、mean 平均、min 取最低）",
    "unreported": "未报送（zero 计 0 分、exclude 不计入）",
    "step": "每差多少完成率为一档",
    "cost": "每档扣分",
    "target": "应完成数量",
    "per_shortfall": "每少一个扣分（空为按比例）",
    "basis": "年底前（schedule 按序时折算、full 不折算）",
    "formula": "算式（two_minus_ratio、target_over_actual）",
}

_MAY_BE_BLANK = {"threshold", "per_shortfall"}


@dataclass(frozen=True)
class Scores:
    """The scores of every assessed county and their ranking."""

    by_area: Mapping[str, ScoringFigures]
    ranking: RankingFigures


@dataclass(frozen=True)
class Question:
    """What is changed: one accepted value of one county, one setting of one item's rule, or both."""

    area: str = ""
    field: str = ""
    value: str = ""
    item: str = ""
    setting: str = ""
    setting_value: str = ""


def field_labels(plan: Plan) -> dict[str, str]:
    """Return every field of the returns with its name: sheet, row and column as the form prints them."""
    return {
        table.field(column.id, row.id if row else None): "·".join(
            (table.sheet, *(row.labels if row else ()), column.label)
        )
        for table in plan.tables
        for row in table.rows or (None,)
        for column in table.columns
    }


def scores_of(plan: Plan, period: Period, returns: Returns, forms: Mapping[str, AssessmentForm | None]) -> Scores:
    """Score and rank every assessed county by the same functions as the notebooks."""
    scorings = {}
    for area in plan.assessed_areas:
        own = {key: value for key, value in returns.items() if key[1] == area.id}
        there = {project.id for project in plan.projects_at(period)}
        projects = [project_figures(plan, each, area.id, period, own, ()) for each in area.projects if each in there]
        scorings[area.id] = scoring_figures(plan, area.id, period, projects, forms.get(area.id))
    return Scores(by_area=scorings, ranking=ranking_figures(plan, period, list(scorings.values())))


def rule_settings(rule: ItemRule) -> dict[str, str]:
    """Return what of a rule may be changed, with its value as text."""
    found: dict[str, str] = {}
    for name in SETTINGS:
        value = getattr(rule, name, None)
        if name == "weights":
            weights = [trimmed(each.weight) for each in getattr(rule, "indicators", ())]
            found |= {name: "、".join(weights)} if len(weights) > 1 else {}
        elif name in type(rule).model_fields:
            found[name] = "" if value is None else trimmed(value) if isinstance(value, Decimal) else str(value)
    for level, share in getattr(rule, "levels", {}).items():
        found[f"levels.{level}"] = trimmed(share)
    return found


def changed_rule(rule: ItemRule, setting: str, text: str) -> ItemRule:
    """Return a rule with one setting changed; UsageError if none fits, or the weights no longer add up to 1."""
    if setting not in rule_settings(rule):
        known = "、".join(SETTINGS.get(name, name) for name in rule_settings(rule))
        raise UsageError(f"这类规则没有“{SETTINGS.get(setting, setting)}”。可改的：{known}")
    data: dict[str, Any] = rule.model_dump()
    if setting == "weights":
        weights = [_number(each) for each in text.replace(",", "、").replace("，", "、").split("、")]
        if len(weights) != len(data["indicators"]) or sum(weights) != 1:
            raise UsageError(f"权重“{text}”不对：须有 {len(data['indicators'])} 个数，合计为 1")
        for each, weight in zip(data["indicators"], weights, strict=True):
            each["weight"] = weight
    elif setting.startswith("levels."):
        data["levels"][setting.removeprefix("levels.")] = _number(text)
    elif not text.strip() and setting in _MAY_BE_BLANK:
        data[setting] = None
    else:
        data[setting] = text.strip()
    try:
        return type(rule).model_validate(data)
    except ValueError as fault:
        raise UsageError(f"“{text}”不能作为“{SETTINGS.get(setting, setting)}”") from fault


def what_if(inputs: Inputs, question: Question) -> Piece:
    """Return points and ranks before and after a change; UsageError if it names nothing, or the value does not fit."""
    plan, period = inputs.plan, inputs.period
    ids = tuple(area.id for area in plan.assessed_areas)
    returns = inputs.returns(ids)
    forms = {area: read_form(inputs, area) for area in ids}
    before = scores_of(plan, period, returns, forms)
    changed_plan, changed_returns = plan, returns
    told = []
    if question.field:
        now = returns.get((period.closing_month, question.area))
        old = now.values[question.field].value if now and question.field in now.values else ""
        changed_returns = dict(with_value(returns, period, question.area, question.field, _value(question.value, old)))
        label = field_labels(plan).get(question.field, question.field)
        told.append(f"{plan.area_name(question.area)} {label}：{old} → {question.value}")
    if question.item:
        item = next(each for each in plan.county_rubric.items if each.id == question.item)
        rule = changed_rule(item.rule, question.setting, question.setting_value)
        changed_plan = with_rule(plan, item.id, rule)
        label = SETTINGS.get(question.setting, question.setting)
        old = rule_settings(item.rule)[question.setting]
        told.append(f"{item.name} {label}：{old or '空'} → {question.setting_value or '空'}")
    after = scores_of(changed_plan, period, changed_returns, forms)
    return _page("；".join(told) or "没有改动", before, after)


def _page(told: str, before: Scores, after: Scores) -> Piece:
    old = {row.area: row for row in before.ranking.rows}
    rows: list[list[Content]] = [
        [
            row.name,
            trimmed(old[row.area].total),
            trimmed(row.total),
            _moved(row.total - old[row.area].total),
            str(old[row.area].rank or "—"),
            str(row.rank or "—"),
        ]
        for row in after.ranking.rows
    ]
    columns = [
        TableColumn("县区", kind="row"),
        TableColumn("原得分", "分"),
        TableColumn("现得分", "分"),
        TableColumn("变化", "分"),
        TableColumn("原名次"),
        TableColumn("现名次"),
    ]
    items: list[list[Content]] = [
        [
            figures.area_name,
            then.name,
            "不计" if then.points is None else trimmed(then.points),
            "不计" if now.points is None else trimmed(now.points),
            now.formula or now.because,
        ]
        for figures in after.by_area.values()
        for then, now in zip(before.by_area[figures.area].items, figures.items, strict=True)
        if then.points != now.points
    ]
    item_columns = [
        TableColumn("县区", kind="row"),
        TableColumn("小项", kind="text"),
        TableColumn("原得分", "分"),
        TableColumn("现得分", "分"),
        TableColumn("现在的算式", kind="long"),
    ]
    moved = table("得分有变化的小项", item_columns, items) if items else note("没有小项的得分变化。")
    lead = note(f"假设：{told}。只在此显示，不写入任何文件。")
    return part("如果……", lead, table("得分和名次", columns, rows), moved)


def _moved(difference: Decimal) -> str:
    return f"+{trimmed(difference)}" if difference > 0 else trimmed(difference)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation as fault:
        raise UsageError(f"“{text}”不是数字") from fault
    if not number.is_finite():
        raise UsageError(f"“{text}”不是数字")
    return number


def _value(text: str, old: str) -> Decimal | str:
    """Read a new value as what the old one is: a number stays a number, a text or date a text."""
    try:
        Decimal(old)
    except InvalidOperation:
        return text.strip()
    return _number(text)


def what_if_widgets(inputs: Inputs) -> Any:
    """Return the widgets that ask the question and the page below that answers it."""
    import ipywidgets as widgets

    plan, period = inputs.plan, inputs.period
    returns = inputs.returns(tuple(area.id for area in plan.assessed_areas))
    area = widgets.Dropdown(options=[(each.name, each.id) for each in plan.assessed_areas], description="县区")
    field = widgets.Dropdown(options=[("不改", "")], description="上报数")
    value = widgets.Text(description="改为")
    item = widgets.Dropdown(
        options=[("不改", ""), *((each.name, each.id) for each in plan.county_rubric.items)], description="小项规则"
    )
    setting = widgets.Dropdown(options=[("", "")], description="哪一条")
    setting_value = widgets.Text(description="改为")
    button = widgets.Button(description="算一算")
    page = widgets.HTML()
    labels = field_labels(plan)
    rules = {each.id: each.rule for each in plan.county_rubric.items}

    def values() -> Mapping[str, Any]:
        accepted = returns.get((period.closing_month, area.value))
        return accepted.values if accepted else {}

    def area_chosen(_change: object = None) -> None:
        field.options = [
            ("不改", ""),
            *((f"{labels.get(name, name)}（{each.value}{each.unit}）", name) for name, each in values().items()),
        ]

    def field_chosen(_change: object = None) -> None:
        value.value = values()[field.value].value if field.value else ""

    def item_chosen(_change: object = None) -> None:
        found = rule_settings(rules[item.value]) if item.value else {"": ""}
        setting.options = [(SETTINGS.get(name, name), name) for name in found]

    def setting_chosen(_change: object = None) -> None:
        found = rule_settings(rules[item.value]) if item.value else {}
        setting_value.value = found.get(setting.value or "", "")

    def answer(_button: object = None) -> None:
        question = Question(
            area=area.value,
            field=field.value,
            value=value.value,
            item=item.value,
            setting=setting.value or "",
            setting_value=setting_value.value,
        )
        try:
            page.value = what_if(inputs, question)._repr_html_()
        except UsageError as fault:
            page.value = Piece(note(str(fault)))._repr_html_()

    for picker, chosen in (
        (area, area_chosen),
        (field, field_chosen),
        (item, item_chosen),
        (setting, setting_chosen),
    ):
        picker.observe(chosen, names="value")
    button.on_click(answer)
    area_chosen()
    answer()
    return widgets.VBox(
        [widgets.HBox([area, field, value]), widgets.HBox([item, setting, setting_value]), button, page]
    )
