"""Suites run by Great Expectations: one stacked run per table, every rule accounted for.

The only module, with ``expectation_types``, that imports Great Expectations; it takes seconds to import, so nothing
imports this module before there is something to check.
"""

import gc
import logging
from decimal import Decimal
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine import pandas_execution_engine

from minsheng.errors import MinshengError
from minsheng.intake.expectation_types import JUDGED, encode
from minsheng.intake.frames import StackedFrame
from minsheng.intake.outcome import CellFault, RuleRun
from minsheng.intake.rules import Rule

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
