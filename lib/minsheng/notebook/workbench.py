"""规则工作台: pick a table, edit or add a rule, run it on a month, see which cells fire. Nothing is written."""

from typing import Any

from minsheng.domain.delivery import RuleState, Severity
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import MinshengError
from minsheng.intake.returns.store import read_register
from minsheng.intake.returns.trial import RuleText, Trial, rule_texts, try_rule
from minsheng.intake.rules.rule import COVER_TABLE
from minsheng.intake.rules.suites import expectations_dir
from minsheng.notebook.pickers import newest_with_data
from minsheng.plan import load_plan
from minsheng.render.html.markup import Piece, callout, note, paragraph
from minsheng.render.html.tables import TableColumn, table
from minsheng.workspace import Workspace

_NEW = "（新规则）"

_OUTCOMES = {
    RuleState.PASS: "合格",
    RuleState.FAIL: "不合格",
    RuleState.NOT_CHECKED: "未检",
    RuleState.ERROR: "未能执行",
}

_SEVERITIES = {Severity.CRITICAL: "错误", Severity.WARNING: "提示", Severity.INFO: "告知"}

_COLUMNS = [
    TableColumn("填报单位", kind="row"),
    TableColumn("级别", kind="text"),
    TableColumn("工作表", kind="text"),
    TableColumn("单元格", kind="text"),
    TableColumn("填报值", kind="text"),
    TableColumn("问题", kind="text"),
    TableColumn("贵单位说明", kind="text"),
]


def rule_workbench() -> Any:
    """Return the workbench: pickers for month, table and rule, the rule's text, and what it finds."""
    import ipywidgets as widgets

    workspace = Workspace.find()
    months = sorted({line.period for line in read_register(workspace.data)})
    if not months:
        return Piece(callout("还没有收到报表：先用 minsheng receive 登记"))
    plan = load_plan(workspace.params, months[-1].year)
    month = widgets.Dropdown(
        options=[(m.label, str(m)) for m in months],
        value=str(newest_with_data(workspace, months)),
        description="报告期",
    )
    tables = widgets.Dropdown(options=_tables(workspace, plan), description="报表")
    rules = widgets.Dropdown(description="规则")
    text = widgets.Textarea(layout=widgets.Layout(width="100%", height="22em"))
    text.add_class("minsheng-rule")
    letters = widgets.HTML("<style>.minsheng-rule textarea {font-family: monospace, 'Noto Sans SC'}</style>")
    button = widgets.Button(description="试运行", button_style="primary")
    page = widgets.HTML()
    known: dict[str, RuleText] = {}

    def show_table(_change: object = None) -> None:
        known.clear()
        known.update({rule.id: rule for rule in rule_texts(workspace.params, plan.about.year, tables.value)})
        rules.options = [*known, _NEW]
        rules.value = next(iter(known))
        show_rule()

    def show_rule(_change: object = None) -> None:
        if rules.value in known:
            text.value = known[rules.value].text
        elif rules.value == _NEW:
            text.value = _draft(next(iter(known.values())))
        page.value = ""

    def run(_button: object = None) -> None:
        page.value = note("正在试运行……").html()
        replaces = rules.value if rules.value in known else None
        try:
            trial = try_rule(
                plan,
                workspace.params,
                workspace.data,
                Period(month.value),
                table=tables.value,
                text=text.value,
                replaces=replaces,
            )
            page.value = trial_page(trial, plan, tables.value)._repr_html_()
        except MinshengError as fault:
            page.value = callout(str(fault)).html()

    tables.observe(show_table, names="value")
    rules.observe(show_rule, names="value")
    button.on_click(run)
    show_table()
    return widgets.VBox([widgets.HBox([month, tables, rules]), text, button, page, letters])


def trial_page(trial: Trial, plan: Plan, table_id: str) -> Piece:
    """Return what a trial found, as a page piece."""
    if trial.faults:
        lines = [callout(fault) for fault in trial.faults]
        return Piece(paragraph("规则有下列问题，没有运行："), *lines)
    counts = "，".join(f"{_OUTCOMES[o]} {n} 次" for o, n in (trial.outcomes or {}).items()) or "没有可查的报表"
    parts = [paragraph(f"试运行结果：{counts}；命中 {len(trial.fired)} 个单元格。")]
    if trial.without_previous:
        parts.append(callout("上月还没有校验，与上月比较的规则无从比较：请先运行 minsheng check"))
    if trial.not_checked:
        reasons = "；".join(f"{reason}（{n} 次）" for reason, n in trial.not_checked.items())
        parts.append(note(f"未检的原因：{reasons}"))
    rows = [
        [
            plan.owner_name(fired.area),
            _SEVERITIES[fired.issue.severity],
            fired.issue.sheet,
            fired.issue.cell,
            fired.issue.value,
            fired.issue.message,
            fired.issue.explanation,
        ]
        for fired in trial.fired
    ]
    if rows:
        parts.append(table("命中的单元格", _COLUMNS, rows))
    where = f"params/{plan.about.year}/expectations/{table_id}.yaml"
    parts.append(note(f"这里只试不存。采用时把上面的文字写进 {where}，再运行 minsheng plan check。"))
    return Piece(*parts)


def _tables(workspace: Workspace, plan: Plan) -> list[tuple[str, str]]:
    folder = expectations_dir(workspace.params, plan.about.year)
    return [(t.title, t.id) for t in (COVER_TABLE, *plan.tables) if (folder / f"{t.id}.yaml").is_file()]


def _draft(like: RuleText) -> str:
    """Return a first text for a new rule: a known one under the next free number, to be changed."""
    prefix = like.id.partition("-")[0]
    return like.text.replace(like.id, f"{prefix}-901", 1)
