"""Our judgements as Great Expectations types: one class per name in :data:`~minsheng.intake.judgements.KINDS`.

Importing this module imports Great Expectations and registers the types with it.
"""

import inspect
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Literal

import pandas as pd
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)

from minsheng.intake.findings_by_cell import Findings
from minsheng.intake.judgements import KINDS, judge_rule
from minsheng.intake.rules import Rule

_DOMAIN = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")


def encode(rule: Rule) -> str:
    """Write a rule's parameters as text: Great Expectations would turn a ``Decimal`` into a float on its way."""
    kwargs = {k: str(v) if isinstance(v, Decimal) else v for k, v in rule.kwargs.items()}
    return json.dumps(
        {"kwargs": kwargs, "rows": rule.rows, "blank_is_fault": rule.blank == "fault"}, ensure_ascii=False
    )


def _decode(type_name: str, spec: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(spec)
    forms = KINDS[type_name].parameters
    parsed["kwargs"] = {k: Decimal(v) if forms[k].startswith("number") else v for k, v in parsed["kwargs"].items()}
    return parsed


JUDGED: dict[tuple[str, str], Findings] = {}
"""Type and spec → what was found cell by cell in the run that goes on; whoever starts a run empties it."""


def judge_frame(type_name: str, columns: Mapping[str, Any], spec: str) -> list[bool]:
    """Return whether each row is in order, or could not be judged (which is reported apart)."""
    findings = judge_rule(type_name, columns, **_decode(type_name, spec))
    JUDGED[type_name, spec] = findings
    held = [True] * max(map(len, findings.values()))
    for found in findings.values():
        if found.count(None) == len(found):
            continue
        for row, finding in enumerate(found):
            if isinstance(finding, str):
                held[row] = False
    return held


_MAKE_CONFIGURATION = inspect.getattr_static(MulticolumnMapExpectation, "configuration").fget


def _configuration(self: Any) -> Any:
    """Return the configuration made once: Great Expectations asks for it some seventy times a rule."""
    if self._made is None:
        self._made = _MAKE_CONFIGURATION(self)
    return self._made


def _register(type_name: str) -> type:
    """Make the metric and the expectation of one type; defining them registers them."""
    metric = f"multicolumn_values.{type_name.removeprefix('expect_')}"
    camel = "".join(word.capitalize() for word in type_name.split("_"))

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(_: type, column_list: pd.DataFrame, spec: str = "", **__: Any) -> pd.Series:
        columns = {str(name): column_list[name].tolist() for name in column_list.columns}
        return pd.Series(judge_frame(type_name, columns, spec), index=column_list.index)

    type(
        f"{camel}Metric",
        (MulticolumnMapMetricProvider,),
        {
            "condition_metric_name": metric,
            "condition_domain_keys": _DOMAIN,
            "condition_value_keys": ("spec",),
            "_pandas": _pandas,
        },
    )
    return type(
        camel,
        (MulticolumnMapExpectation,),
        {
            "__module__": __name__,
            "__doc__": KINDS[type_name].judge.__doc__,
            "__annotations__": {
                "spec": str,
                "ignore_row_if": Literal["all_values_are_missing", "any_value_is_missing", "never"],
                "map_metric": ClassVar[str],
                "success_keys": ClassVar[tuple[str, ...]],
            },
            # Blanks are judged by us: Great Expectations would drop their rows without a word.
            "ignore_row_if": "never",
            "map_metric": metric,
            "_made": PrivateAttr(default=None),
            "configuration": property(_configuration),
            "success_keys": ("mostly", "spec"),
        },
    )


EXPECTATIONS = {type_name: _register(type_name) for type_name in KINDS}
"""Type name → expectation class."""
