"""Suites run by Great Expectations, each table of a month in one pass; the only module that imports it.

That takes seconds: :mod:`minsheng.intake.returns.rules_apart` has it done by another process.
"""

import gc
import json
import logging
from decimal import Decimal
from typing import Any, ClassVar

import great_expectations as gx
import pandas as pd
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.validator import Validator

from minsheng.errors import MinshengError
from minsheng.intake.rules.by_cell import CellFinding, Columns, Units
from minsheng.intake.rules.kinds import KINDS, judge_rule
from minsheng.intake.rules.parameter_forms import parameter_form
from minsheng.intake.rules.rule import UNNAMED_COLUMNS, Rule, RuledFrame, RuleRun

_FINDINGS = "table.rule_findings"

# Rows are named by their running number, nothing else is gathered.
_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "return_unexpected_index_query": False,
    "exclude_unexpected_values": True,
}


def _encode(rule: Rule, units: Units) -> str:
    """Write what a judgement needs as text: Great Expectations would turn a ``Decimal`` into a float on its way."""
    return json.dumps(
        {
            "kind": rule.type,
            "columns": list(dict.fromkeys((*UNNAMED_COLUMNS, *rule.columns))),
            "parameters": {name: str(v) if isinstance(v, Decimal) else v for name, v in rule.kwargs.items()},
            "units": {name: (str(scale), unit) for name, (scale, unit) in units.items()},
            "rows": rule.rows,
            "blank_is_fault": rule.blank == "fault",
        },
        ensure_ascii=False,
    )


class RuleFindings(TableMetricProvider):
    """What one of our judgements finds in a whole table; defining a metric registers it with Great Expectations."""

    metric_name = _FINDINGS
    value_keys = ("rule",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805 - Great Expectations calls it on the class
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: Any,
    ) -> list[CellFinding]:
        data, *_rest = execution_engine.get_compute_domain(metric_domain_kwargs, MetricDomainTypes.TABLE)
        rule = json.loads(metric_value_kwargs["rule"])
        forms = KINDS[rule["kind"]].parameters
        return judge_rule(
            rule["kind"],
            Columns(
                {name: data[name].tolist() for name in rule["columns"]},
                {name: (Decimal(scale), unit) for name, (scale, unit) in rule["units"].items()},
            ),
            {k: Decimal(v) if parameter_form(forms[k]).is_number else v for k, v in rule["parameters"].items()},
            rows=rule["rows"],
            blank_is_fault=rule["blank_is_fault"],
        )


class ExpectRuleToHold(BatchExpectation):
    """Expect that one of our judgements finds no fault; defining a type registers it with Great Expectations."""

    rule: str

    metric_dependencies: ClassVar[tuple[str, ...]] = (_FINDINGS,)
    success_keys: ClassVar[tuple[str, ...]] = ("rule",)

    # What our judgements find, cell by cell, is in ``details``; Great Expectations' own types name rows only, whose
    # cells are found in this module.
    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        findings: list[CellFinding] = metrics[_FINDINGS]
        faultless = all(finding.detail is None for finding in findings)
        return {"success": faultless, "result": {"details": {"findings": findings}}}


class SuiteRunner:
    """Great Expectations, set up once: an ephemeral context that writes nothing."""

    def __init__(self) -> None:
        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        # What importing left behind lives as long as the process: the collector need not look at it again.
        gc.freeze()

    def run(self, frame: RuledFrame) -> list[RuleRun]:
        """Run a table's rules over all its returns at once; one answer per rule, in the suite's order."""
        rules = frame.suite.rules
        if not frame.columns["area"]:
            return [RuleRun(rule) for rule in rules]
        units = frame.suite.units()
        expectations = [_expectation(rule, units) for rule in rules]
        suite = gx.ExpectationSuite(name=frame.suite.table.id, expectations=expectations)
        # The engine is given the table itself: through a data source it would take a fingerprint of all cells, to tell
        # stored batches apart. Ours is one, and never stored.
        engine = PandasExecutionEngine(batch_data_dict={frame.suite.table.id: _data(frame)})
        validator: Any = Validator(engine, data_context=self._context)
        answer = validator.validate(suite, result_format=_RESULT_FORMAT)
        # Results come in another order than the suite, and a rule of an unknown type is dropped without a word.
        results = {str(result.expectation_config.meta["id"]): result for result in answer.results}
        given = sorted(rule.id for rule in rules)
        if len(answer.results) != len(rules) or sorted(results) != given:
            raise MinshengError(f"rules in: {given}, results out: {sorted(results)}")
        return [_read(rule, results[rule.id], frame) for rule in rules]


def _data(frame: RuledFrame) -> pd.DataFrame:
    """Return the columns that the rules need, as objects and not pandas' own types: a figure stays its ``Decimal``."""
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in frame.needed().columns.items()})


def _expectation(rule: Rule, units: Units) -> dict[str, Any]:
    if rule.ours:
        return {"type": "expect_rule_to_hold", "kwargs": {"rule": _encode(rule, units)}, "meta": {"id": rule.id}}
    kwargs = {k: int(v) if isinstance(v, Decimal) else v for k, v in rule.kwargs.items()}
    if "column_list" in kwargs:
        kwargs["ignore_row_if"] = "any_value_is_missing"
    return {"type": rule.type, "kwargs": kwargs, "meta": {"id": rule.id}}


def _read(rule: Rule, result: Any, frame: RuledFrame) -> RuleRun:
    if message := _exception(result):
        return RuleRun(rule, error=message)
    if rule.ours:
        return RuleRun(rule, result.result["details"]["findings"])
    listed = result.result.get("unexpected_index_list")
    if not result.success and not listed:
        return RuleRun(rule, error="the rule failed without naming a row")
    # Blanks are never seen by Great Expectations' own rules; the policy is applied to them here.
    faulty = {int(row) for row in listed or ()}
    blank = {row for name in rule.columns for row, value in enumerate(frame.columns[name]) if value is None} - faulty
    column, of_blank = rule.columns[-1], "空白" if rule.blank == "fault" else None
    found = [CellFinding(row, column) for row in faulty] + [CellFinding(row, column, of_blank) for row in blank]
    return RuleRun(rule, sorted(found, key=lambda each: each.row))


def _exception(result: Any) -> str:
    """Return the message of an exception inside a result; empty where there was none."""
    info = result.exception_info or {}
    nested = [value for value in info.values() if isinstance(value, dict)]
    for part in (info, *nested):
        if part.get("raised_exception"):
            return str(part.get("exception_message") or "exception without a message")
    return ""
