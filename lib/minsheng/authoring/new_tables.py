"""The tables of a new plan, and the rules of data that every table of figures needs."""

from collections.abc import Mapping, Sequence

from minsheng.authoring.annex_goals import Goal, quoted
from minsheng.authoring.annex_table import Placed

_PARTS = (("progress", "进展情况"), ("funds", "资金拨付"), ("problems", "存在的问题"), ("next_steps", "下步打算"))
"""As the sample plan's ``reporting.yaml`` has them."""


def narrative_table(named: Mapping[str, Placed]) -> str:
    """Return 工作情况: a row for each project, a column for each part of the sample plan's reports."""
    rows = [
        f"  - {{id: {project}, project: {project}, labels: [{quoted(each.project)}]}}"
        for project, each in named.items()
    ]
    columns = [f"  - {{id: {name}, label: {label}, type: text}}" for name, label in _PARTS]
    head = [
        "# 工作情况：每个项目一行；列与 reporting.yaml 的 parts 一致。",
        "id: narrative",
        "kind: narrative",
        "sheet: 工作情况",
    ]
    return "\n".join([*head, "title: 工作情况表", "keys: [项目]", "rows:", *rows, "columns:", *columns]) + "\n"


def evidence_table(named: Mapping[str, Placed]) -> str:
    """Return 印证资料, whose choices are the projects."""
    names = ", ".join(quoted(each.project) for each in named.values())
    return f"""\
# 印证资料：一份资料一行，行数不限。
id: evidence
kind: evidence
sheet: 印证资料
title: 印证资料目录
open_rows: true
columns:
  - {{id: project, label: 项目, type: choice, choices: [{names}]}}
  - {{id: name, label: 资料名称, type: text}}
  - {{id: number, label: 文号, type: text, required: false}}
  - {{id: dated, label: 日期, type: date, required: false}}
  - {{id: pages, label: 页数, unit: 页, type: integer, required: false}}
"""


def figures_table(project: str, name: str, sheet: str, goals: Sequence[Goal]) -> str:
    """Return the table that a project is reported by: one row with the columns of its indicators."""
    head = [
        "# 报表：一行。要数的列按附件的指标生成，请核对列名、单位，补上本单位要的其他列。",
        f"id: {project}",
        "kind: figures",
    ]
    columns = [f"  - {column}" for goal in goals for column in goal.columns]
    return (
        "\n".join(
            [
                *head,
                f"sheet: {quoted(sheet)}",
                f"title: {quoted(f'{name}情况表')}",
                f"project: {project}",
                "columns:",
                *columns,
            ]
        )
        + "\n"
    )


def rules_file(project: str, number: int, goals: Sequence[Goal]) -> str:
    """Return the rules that every table of figures needs: filled, whole, not below 0, cumulative figures never fall."""
    numbers = [name for goal in goals for name in goal.ids if not goal.is_milestone]
    whole = [name for goal in goals for name in goal.ids if "type: integer" in goal.column_of(name)]
    rising = [name for goal in goals for name in goal.ids if "cumulative: true" in goal.column_of(name)]
    parts = {first: second for goal in goals if goal.is_share for first, second in [goal.ids]}
    dates = [name for goal in goals if goal.is_milestone for name in goal.ids]
    listed = ", ".join(numbers)
    series = f"{chr(ord('A') + number // 26 % 26)}{chr(ord('A') + number % 26)}X"
    rules = [
        (
            numbers,
            "expect_cells_to_be_filled",
            f"{{columns: [{listed}]}}",
            "ignore",
            "不能空白",
            "一个数；没有发生的填 0",
            "null",
        ),
        (
            whole,
            "expect_cells_to_be_whole",
            f"{{columns: [{', '.join(whole)}]}}",
            "not_checked",
            "应为整数",
            "整数",
            "1.5",
        ),
        (
            numbers,
            "expect_cells_to_be_between",
            f"{{columns: [{listed}], low: 0}}",
            "not_checked",
            "不能是负数",
            "0 或正数",
            "-1",
        ),
        (
            rising,
            "expect_cumulative_to_not_fall",
            f"{{columns: [{', '.join(rising)}]}}",
            "not_checked",
            "比上月减少",
            "不小于上月累计数",
            "-1",
        ),
        (
            list(parts),
            "expect_cells_to_be_at_most",
            f"{{pairs: {{{', '.join(f'{a}: {b}' for a, b in parts.items())}}}}}",
            "not_checked",
            "大于应达到的数",
            "不大于应达到的数",
            "999999999999",
        ),
        (
            dates,
            "expect_dates_to_be_between",
            f"{{columns: [{', '.join(dates)}], latest: received_on}}",
            "ignore",
            "晚于收到报表的日期",
            "不晚于收到报表的当天",
            "2999-12-31",
        ),
    ]
    lines = [
        "# 校验规则：按报表的列生成，请按本单位的口径补充；规则种类见手册“规则和算例”。",
        f"table: {project}",
        "rules:",
    ]
    for place, (columns, kind, kwargs, blank, message, allowed, bad) in enumerate(
        (each for each in rules if each[0]), start=1
    ):
        falls = kind == "expect_cumulative_to_not_fall"
        lines += [
            f"  - id: {series}-{place:03d}",
            f"    type: {kind}",
            f"    kwargs: {kwargs}",
            "    severity: critical",
            *(["    needs: previous_month"] if falls else []),
            f"    blank: {blank}",
            f"    message: {message}",
            f"    allowed: {allowed}",
            f"    action: 请核对{'；确有减少的在情况说明中写明依据' if falls else ''}",
            "    basis: 由 plan new 生成的通常规则",
            *(["    note_lifts: true"] if falls else []),
            f"    bad: {{{columns[0]}: {bad}}}",
        ]
    return "\n".join(lines) + "\n"
