"""Suites run by Great Expectations: one stacked run per table, every rule accounted for.

The only module, with ``expectation_types``, that imports Great Expectations; it takes seconds to import, so nothing
imports this module before there is something to check.

Our judgements as Great Expectations types: one class per name in :data:`~minsheng.intake.rules.kinds.KINDS`.

Importing this module imports Great Expectations and registers the types with it.

Imports put off until something is asked of them: what a library imports for features that nobody here uses.
"""

import gc
import inspect
import json
import logging
import sys
from collections.abc import Mapping
from decimal import Decimal
from importlib import import_module
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import Any, ClassVar, Literal

import great_expectations as gx
import pandas as pd
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine import pandas_execution_engine
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (
    MulticolumnMapMetricProvider,
)

from minsheng.errors import MinshengError
from minsheng.intake.returns.frames import StackedFrame
from minsheng.intake.rules.by_cell import Findings
from minsheng.intake.rules.kinds import KINDS, judge_rule
from minsheng.intake.rules.rule import CellFault, Rule, RuleRun

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


_NEEDED = ("area", "area_name", "area_order", "row")

_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "return_unexpected_index_query": False,
    "exclude_unexpected_values": True,
}


class SuiteRunner:
    """Great Expectations, set up once: an ephemeral context that writes nothing."""

    def __init__(self) -> None:
        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        # It takes a fingerprint of all cells twice a run, to tell stored batches apart; ours are one, and never stored.
        pandas_execution_engine.hash_pandas_dataframe = lambda _: ""
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("memory").add_dataframe_asset("frame")
        # What importing left behind lives as long as the process: the collector need not look at it again.
        gc.freeze()
        self._batches = asset.add_batch_definition_whole_dataframe("whole")

    def run(self, frame: StackedFrame) -> list[RuleRun]:
        """Run all rules of a table over all its returns at once.

        Returns
        -------
        list of RuleRun
            One per rule, in the suite's order.

        Raises
        ------
        MinshengError
            If Great Expectations answers for other rules than it was given.
        """
        rules = frame.suite.rules
        if not frame.places:
            return [RuleRun(rule) for rule in rules]
        JUDGED.clear()
        # First only whether each rule holds, which is half the work; then the rows of those that do not.
        held = self._validate(frame, rules, "BOOLEAN_ONLY")
        failed = tuple(rule for rule in rules if not held[rule.id].success)
        results = held | (self._validate(frame, failed, _RESULT_FORMAT) if failed else {})
        return [_read(rule, results[rule.id], frame) for rule in rules]

    def _validate(self, frame: StackedFrame, rules: tuple[Rule, ...], result_format: Any) -> dict[str, Any]:
        """Return one result per rule, by id."""
        # Only the columns that the rules name: Great Expectations takes a fingerprint of all that it is given, twice.
        # Objects, never pandas' own types: a figure stays the Decimal that it is.
        # A column that is not there is left out, so that the rule that wants it ends in an error of its own.
        named = dict.fromkeys((*_NEEDED, *(column for rule in rules for column in rule.columns)))
        there = [name for name in named if name in frame.columns]
        data = pd.DataFrame({name: pd.Series(frame.columns[name], dtype=object) for name in there})
        suite = gx.ExpectationSuite(
            name=frame.suite.table.id,
            expectations=[{"type": rule.type, "kwargs": _kwargs(rule), "meta": {"id": rule.id}} for rule in rules],
        )
        answer = self._batches.get_batch(batch_parameters={"dataframe": data}).validate(
            suite, result_format=result_format
        )
        # Results come in another order than the suite, and a rule of an unknown type is dropped without a word.
        results = {_id(result): result for result in answer.results}
        given = sorted(_id(result) for result in answer.results)
        if given != sorted(rule.id for rule in rules):
            raise MinshengError(f"rules in: {sorted(rule.id for rule in rules)}, results out: {given}")
        return results


def _id(result: Any) -> str:
    return str(result.expectation_config.meta["id"])


def _kwargs(rule: Rule) -> dict[str, Any]:
    if rule.ours:
        return {"column_list": list(dict.fromkeys((*_NEEDED, *rule.columns))), "spec": encode(rule)}
    plain = {k: int(v) if isinstance(v, Decimal) else v for k, v in rule.kwargs.items()}
    return plain | ({"ignore_row_if": "any_value_is_missing"} if "column_list" in plain else {})


def _exception(result: Any) -> str:
    """Return the message of an exception inside a result; empty where there was none."""
    info = result.exception_info or {}
    nested = [value for value in info.values() if isinstance(value, dict)]
    for part in (info, *nested):
        if part.get("raised_exception"):
            return str(part.get("exception_message") or "exception without a message")
    return ""


def _read(rule: Rule, result: Any, frame: StackedFrame) -> RuleRun:
    if message := _exception(result):
        return RuleRun(rule, error=message)
    listed = result.result.get("unexpected_index_list")
    if not result.success and not listed:
        return RuleRun(rule, error="the rule failed without naming a row")
    rows = frozenset(int(row) for row in listed or ())
    if not rule.ours:
        return _read_built_in(rule, rows, frame)
    findings = JUDGED[rule.type, encode(rule)]
    run = RuleRun(rule)
    blank: set[int] = set()
    for column, found in findings.items():
        if found.count(None) == len(found):
            continue
        for row, finding in enumerate(found):
            if finding is None:
                continue
            if isinstance(finding, str):
                run.faults.append(CellFault(row, column, finding))
            else:
                blank.add(row)
    run.faults.sort(key=lambda fault: fault.row)
    run.blank_rows = frozenset(blank)
    if rows != {fault.row for fault in run.faults}:
        return RuleRun(rule, error=f"rows {sorted(rows)} failed, but the cells found are of other rows")
    return run


def _read_built_in(rule: Rule, rows: frozenset[int], frame: StackedFrame) -> RuleRun:
    """Blanks are never seen by Great Expectations' own rules; the policy is applied to them here."""
    columns = rule.columns
    column = columns[-1]
    blank = {row for name in columns for row, value in enumerate(frame.columns[name]) if value is None} - rows
    faults = [CellFault(row, column) for row in sorted(rows)]
    if rule.blank == "fault":
        faults += [CellFault(row, column, "空白") for row in sorted(blank)]
        blank = set()
    return RuleRun(rule, sorted(faults, key=lambda fault: fault.row), frozenset(blank))


def import_when_used(name: str) -> None:
    """Let a module be imported by whoever imports it, and loaded when the first attribute of it is asked for.

    Parameters
    ----------
    name
        Of a module that may be loaded late; one that is loaded, or is not there, stays as it is.
    """
    parent, _, child = name.rpartition(".")
    if name in sys.modules or (parent and find_spec(parent) is None):
        return
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if parent:
        setattr(import_module(parent), child, module)
