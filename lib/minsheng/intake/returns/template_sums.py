"""What a template computes by itself: sums that the rules of the plan demand, so that nobody reckons them by hand."""

from collections.abc import Iterator, Mapping

from minsheng.domain.delivery import Severity
from minsheng.intake.rules.by_cell import signed
from minsheng.intake.rules.rule import Rule, Suite
from minsheng.intake.spreadsheets.table_sheet import Sum


def template_sums(suites: Mapping[str, Suite], *, first_month: bool) -> dict[str, dict[str, Sum]]:
    """Return by table, or ``table.row``, and column the sums that a return must keep or is not accepted.

    Parameters
    ----------
    suites
        The rules of the plan, by table.
    first_month
        Whether there is no month before: cumulative figures then are the month's.
    """
    found: dict[str, dict[str, Sum]] = {}
    for suite in suites.values():
        table = suite.table
        own = {column.id for column in table.columns}
        for rule in suite.rules:
            for column, total in _sums(rule, first_month=first_month):
                needed = {column, *(name for _, factors in total.terms for name in factors)}
                if rule.severity == Severity.CRITICAL and needed <= own and not table.open_rows:
                    for name in [f"{table.id}.{row}" for row in rule.rows] or [table.id]:
                        found.setdefault(name, {}).setdefault(column, total)
    return found


def _sums(rule: Rule, *, first_month: bool) -> Iterator[tuple[str, Sum]]:
    last = not first_month
    match rule.type:
        case "expect_cumulative_to_grow_by_month":
            for total, month in rule.kwargs["pairs"].items():
                yield total, Sum(terms=((1, (month,)),), from_last=last)
        case "expect_cumulative_to_grow_by_product":
            yield rule.kwargs["column"], Sum(terms=((1, tuple(rule.kwargs["factors"])),), from_last=last)
        case "expect_total_to_equal_parts":
            yield rule.kwargs["total"], Sum(terms=tuple((sign, (name,)) for sign, name in signed(rule.kwargs["parts"])))
