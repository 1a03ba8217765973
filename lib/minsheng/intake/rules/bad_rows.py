"""What rules say of themselves by ``bad``, tried as far as that can be told without the rest of a row.

Whether a change fires a rule mostly depends on the figures beside it, and a plan has no good row of its own (the tests
have some, of the sample's tables). But a change that touches nothing of what a rule looks at cannot fire it; and one
that gives every cell that a rule looks at, as of rules about single cells, decides it alone.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from minsheng.domain.table import CellType
from minsheng.intake.rules.kinds import KINDS, judge_rule, named_columns
from minsheng.intake.rules.rule import UNNAMED_COLUMNS, Bad, Rule

_NUMBERS = frozenset({CellType.INTEGER, CellType.DECIMAL})

_REGEX = {"expect_column_values_to_match_regex": False, "expect_column_values_to_not_match_regex": True}
"""Great Expectations' own → whether a text that has the pattern is a fault."""


def cannot_fire(rule: Rule, change: Mapping[str, Bad], types: Mapping[str, CellType]) -> bool:
    """Whether a change of a good row leaves a rule silent for certain; ``types`` are those of columns with cells."""
    if not {*rule.columns, *UNNAMED_COLUMNS}.intersection(change):
        return True
    values = {column: _meant(value, types.get(column)) for column, value in change.items()}
    if any(isinstance(value, str) and value.startswith("@") for value in values.values()):
        return False  # a figure of another row or month
    return not (_own(rule, values) if rule.ours else _built_in(rule, values))


def _meant(value: Bad, kind: CellType | None) -> object:
    """Return a value as a frame holds it: figures that YAML writes as text are figures."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and kind in _NUMBERS and not value.startswith("@"):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value


def _own(rule: Rule, values: Mapping[str, object]) -> bool:
    """Whether one of our judgements finds a fault, or may find one."""
    kind, told = KINDS[rule.type], rule.kwargs
    if kind.previous or kind.beside:
        return True  # other months and other areas
    if kind.apart:
        told = told | {"columns": [column for column in told["columns"] if column in values]}
    if not told.get("columns", True) or not values.keys() >= set(named_columns(kind, told)):
        return True
    frame: dict[str, list[Any]] = {"area": [""], "row": [next(iter(rule.rows), "")]}
    frame |= {column: [value] for column, value in values.items() if column not in frame}
    found = judge_rule(rule.type, frame, told, rows=rule.rows, blank_is_fault=rule.blank == "fault")
    return any(finding.detail is not None for finding in found)


def _built_in(rule: Rule, values: Mapping[str, object]) -> bool:
    """Whether one of Great Expectations' own rules finds a fault, or may find one."""
    value = values.get(rule.kwargs.get("column", ""), rule)
    if value is None:
        return rule.blank == "fault"
    if not isinstance(value, str):
        return True
    pattern, among = rule.kwargs.get("regex"), rule.kwargs.get("value_set")
    if rule.type in _REGEX and isinstance(pattern, str):
        with suppress(re.error):  # such a rule cannot run, which is said where it does not
            return bool(re.search(pattern, value)) is _REGEX[rule.type]
    return not isinstance(among, list) or value not in among
