"""Findings of reading and runs of rules → one verdict per return, and the values that it accepts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import compress, repeat

from minsheng.domain.base import plain
from minsheng.domain.delivery import (
    AcceptedReturn,
    Issue,
    ReturnStatus,
    RuleOutcome,
    RuleState,
    Severity,
    Value,
    Verdict,
)
from minsheng.domain.plan import Plan
from minsheng.domain.table import TableKind
from minsheng.intake.reading.parsing import Explanation
from minsheng.intake.reading.table_reading import ParsedRow
from minsheng.intake.returns.causes import find_causes
from minsheng.intake.returns.frames import CheckedReturn, StackedFrame, gap_notes
from minsheng.intake.returns.narrative_numbers import narrative_notes
from minsheng.intake.returns.withheld import blocked_projects, fields_judged, with_tied, withheld_fields
from minsheng.intake.rules.by_cell import LAST_MONTH, PREVIOUS, CellFinding, ComparedMonth, compared
from minsheng.intake.rules.duties import unasked_fields
from minsheng.intake.rules.rule import COVER_TABLE, Rule, RuleRun, Suite
from minsheng.intake.spreadsheets.cells import ABSENT
from minsheng.measure.fields import fields_read, project_of
from minsheng.process import collector_paused

_GROWTH = frozenset({"expect_cumulative_to_grow_by_month", "expect_cumulative_to_grow_by_product"})

_FILLED = frozenset({"expect_cells_to_be_filled", "expect_cell_to_be_filled_when"})


@collector_paused()
def build_verdict(
    plan: Plan,
    checked: CheckedReturn,
    frames: Sequence[StackedFrame],
    runs: Mapping[str, list[RuleRun]],
    rules_sha256: str,
) -> tuple[Verdict, list[Value]]:
    """Build the verdict of one return, and the values of it that are used; ``runs`` by the month's tables."""
    parsed, delivery = checked.parsed, checked.delivery
    issues = list(parsed.findings.issues)
    unreadable = {(issue.sheet, issue.cell) for issue in issues if issue.cell and issue.blocks}
    outcomes: list[RuleOutcome] = []
    for frame in frames:
        if frame.suite.table.id != COVER_TABLE.id and not _asked(checked, frame.suite):
            continue
        rows = frame.owners.get(delivery.id, {})
        unasked = unasked_fields(plan, frame.suite, delivery.id)
        for run in runs[frame.suite.table.id]:
            found, ended = _judge(_of_what_is_asked(run, frame, rows, unasked), frame, rows, unreadable)
            issues += found
            outcomes += ended
    issues = [_explained(issue, parsed.explanations, frames) for issue in issues]
    issues += gap_notes(frames, delivery.id)
    issues += narrative_notes(plan, parsed, all_read(plan, checked))
    fields, whole = withheld_fields(plan, parsed.projects, issues)
    fields = with_tied(fields, delivery.id, frames, runs)
    projects = {
        project: ReturnStatus.BLOCKED if {project, None} & whole else ReturnStatus.REPORTED
        for project in parsed.projects
    }
    cover = parsed.cover
    verdict = Verdict(
        id=delivery.id,
        period=delivery.period,
        file=delivery.file,
        sha256=delivery.sha256,
        revision=delivery.revision,
        received_at=delivery.received_at,
        first_received_at=checked.first_received_at,
        # Without 数据截至 every project is blocked; data cannot be later than the day it came.
        as_of=cover.as_of or delivery.received_at.date(),
        contact=cover.contact,
        data_label=cover.data_label,
        projects=projects,
        issues=tuple(issues),
        causes=find_causes(issues, frames, delivery.id),
        outcomes=tuple(outcomes),
        narratives=parsed.narratives,
        evidence=parsed.evidence,
        rules_sha256=rules_sha256,
    )
    reported = {project for project, status in projects.items() if status == ReturnStatus.REPORTED}
    return _without_withheld(plan, verdict, _values(checked, reported), fields)


def all_read(plan: Plan, checked: CheckedReturn) -> AcceptedReturn:
    """Return every figure that could be read, whether it is used or not: what a text is compared with.

    Only tables that an indicator reads: what else there is may be long.
    """
    delivery, projects = checked.delivery, dict.fromkeys(checked.parsed.projects, ReturnStatus.REPORTED)
    tables = {field.partition(".")[0] for each in plan.indicators for field in fields_read(each)}
    verdict = Verdict(
        id=delivery.id,
        period=delivery.period,
        file=delivery.file,
        sha256=delivery.sha256,
        revision=delivery.revision,
        received_at=delivery.received_at,
        as_of=delivery.received_at.date(),
        projects=projects,
    )
    return AcceptedReturn(verdict=verdict, values={value.field: value for value in _values(checked, projects, tables)})


def _without_withheld(
    plan: Plan, verdict: Verdict, values: list[Value], fields: set[str]
) -> tuple[Verdict, list[Value]]:
    """Take away the figures that are withheld, and the projects of which nothing is left."""
    if not fields:
        return verdict, values
    # In the order of the file, then those of cells that could not be read.
    every = dict.fromkeys([value.field for value in values if value.field in fields] + sorted(fields))
    verdict = verdict.model_copy(update={"withheld": tuple(every)})
    kept = [value for value in values if value.field not in fields]
    accepted = AcceptedReturn(verdict=verdict, values={value.field: value for value in kept})
    lost = blocked_projects(plan, accepted)
    verdict = verdict.model_copy(
        update={"projects": {p: ReturnStatus.BLOCKED if p in lost else s for p, s in verdict.projects.items()}}
    )
    used = {project for project, status in verdict.projects.items() if status == ReturnStatus.REPORTED}
    # A row's fields have one owner.
    owner = cache(lambda row: project_of(plan, verdict, f"{row}.*"))
    left = tuple(field for field in every if owner(field.rpartition(".")[0]) in used)
    used_or_none = {*used, None}
    return verdict.model_copy(update={"withheld": left}), [
        value for value in kept if owner(value.field.rpartition(".")[0]) in used_or_none
    ]


def _asked(checked: CheckedReturn, suite: Suite) -> bool:
    if checked.parsed.cover.is_section:
        return suite.table.kind == TableKind.NARRATIVE
    if suite.table.project:
        return suite.table.project in checked.parsed.projects
    return True


def _of_what_is_asked(
    run: RuleRun, frame: StackedFrame, rows: Mapping[str | None, Sequence[int]], unasked: frozenset[str]
) -> RuleRun:
    """Leave out what a rule found blank only where the return need not say anything."""
    mine = {row for some in rows.values() for row in some} if unasked else ()

    def is_asked(finding: CellFinding) -> bool:
        if finding.row not in mine:
            return True
        fields = fields_judged(run.rule, frame.suite, finding.column, frame.rows[finding.row].id)
        blank = [field for field in fields if frame.columns[field.rpartition(".")[2]][finding.row] is None]
        return not blank or not unasked.issuperset(blank)

    return replace(run, findings=[each for each in run.findings if is_asked(each)]) if unasked else run


def _judge(
    run: RuleRun, frame: StackedFrame, rows: Mapping[str | None, Sequence[int]], unreadable: set[tuple[str, str]]
) -> tuple[list[Issue], list[RuleOutcome]]:
    """Return the issues and outcomes of one rule on one return; ``rows`` are the return's rows by project."""
    rule, suite = run.rule, frame.suite
    free = suite.may_be_blank(rule)
    asks_nothing = bool(free) and free.issuperset(rule.columns)
    if not rows:
        missing = _outcome(rule, suite.table.project, RuleState.NOT_CHECKED, "没有该表，或表中没有数据行")
        return [], [] if asks_nothing else [missing]
    issues: list[Issue] = []
    outcomes: list[RuleOutcome] = []
    faults: dict[int, list[CellFinding]] = {}
    for fault in run.faults:
        faults.setdefault(fault.row, []).append(fault)
    for project, mine in rows.items():
        if run.error:
            outcomes.append(_outcome(rule, project, RuleState.ERROR, run.error))
            issues.append(_could_not_run(run, frame.rows[mine[0]]))
            continue
        found = [fault for row in mine for fault in faults.get(row, ())] if faults else []
        # A cell that could not be read already has its issue; that it is also "blank" would only confuse.
        real = [f for f in found if not (rule.type in _FILLED and _is_unreadable(frame.rows[f.row], f, unreadable))]
        issues += [_issue(rule, suite, frame.rows[f.row], f, compared(frame.columns, f.column, f.row)) for f in real]
        blank = [row for row in mine if row in run.blank_rows] if run.blank_rows else []
        if free and blank:
            lacking = [row for row in blank if _lacks(rule, frame, row, free, unreadable)]
            if asks_nothing and not lacking and _is_unsent(rule, frame, mine):
                # A column that nobody need send, and nobody sent, leaves a report as it was before the plan had it.
                continue
            blank = lacking
        if real:
            outcomes.append(_outcome(rule, project, RuleState.FAIL))
        elif len(real) < len(found):
            outcomes.append(_outcome(rule, project, RuleState.NOT_CHECKED, "单元格无法读取"))
        elif blank and rule.blank == "not_checked":
            outcomes.append(_outcome(rule, project, RuleState.NOT_CHECKED, _why_blank(rule, frame, blank, free)))
        else:
            outcomes.append(_outcome(rule, project, RuleState.PASS))
    return issues, outcomes


def _outcome(rule: Rule, project: str | None, outcome: RuleState, reason: str = "") -> RuleOutcome:
    return RuleOutcome(rule=rule.id, project=project, outcome=outcome, reason=reason)


def _is_unreadable(row: ParsedRow, fault: CellFinding, unreadable: set[tuple[str, str]]) -> bool:
    cell = row.cells.get(fault.column, ABSENT)
    return not cell.cell or (row.sheet, cell.cell) in unreadable


def _lacks(rule: Rule, frame: StackedFrame, row: int, free: frozenset[str], unreadable: set[tuple[str, str]]) -> bool:
    """Whether a rule could not judge a row for want of what must be there, or of what is there and is unreadable."""
    blank = [column for column in rule.columns if frame.columns[column][row] is None]
    if not free.issuperset(blank):
        return True
    read = frame.rows[row]
    return bool(unreadable) and any((read.sheet, read.cells.get(c, ABSENT).cell) in unreadable for c in blank)


def _is_unsent(rule: Rule, frame: StackedFrame, rows: Sequence[int]) -> bool:
    """Whether a return has nothing at all in the columns of a rule."""
    return all(frame.columns[column][row] is None for column in rule.columns for row in rows)


def _why_blank(rule: Rule, frame: StackedFrame, rows: list[int], free: frozenset[str]) -> str:
    empty = [c for c in rule.columns if any(frame.columns[c][row] is None for row in rows)]
    empty = [c for c in empty if c not in free] or empty
    if empty and all(column.startswith(PREVIOUS) for column in empty):
        return "；".join(dict.fromkeys(frame.no_previous[row] for row in rows))
    missed = {
        compared(frame.columns, column.removeprefix(PREVIOUS), row).missed
        for column in rule.columns
        if column.startswith(PREVIOUS)
        for row in rows
    }
    if not empty and any(missed):
        return f"{'、'.join(sorted(filter(None, missed)))}没有采用的数，无从推算"
    return f"所需的数空白：{'、'.join(frame.suite.label(c) for c in empty if not c.startswith(PREVIOUS))}"


def _could_not_run(run: RuleRun, row: ParsedRow) -> Issue:
    rule = run.rule
    return Issue(
        rule=rule.id,
        severity=rule.severity,
        project=row.project,
        sheet=row.sheet,
        cell="",
        message=f"规则未能执行：{run.error}",
        allowed=rule.allowed,
        action="这是系统的问题，请联系管理员；未查的数不予采用",
        basis=rule.basis,
    )


def _in_months(rule: Rule, then: ComparedMonth) -> tuple[str, str, str]:
    """Return message, allowed and action of a rule; what was compared with another month than the last one names it."""
    said = (rule.message, rule.allowed, rule.action)
    if not rule.reads_previous or then.name.startswith(LAST_MONTH.name):
        return said
    if then.gap and rule.type in _GROWTH:
        # What came in the months between is not known.
        said = ("小于上月累计 + 本月数", "不小于上月累计 + 本月数", rule.action)
    message, allowed, action = (text.replace(LAST_MONTH.name, then.name) for text in said)
    return message, allowed, action


def _issue(rule: Rule, suite: Suite, row: ParsedRow, fault: CellFinding, then: ComparedMonth) -> Issue:
    # A derived column has no cell; the issue then points at the first column of the rule that has one.
    named = (fault.column, *rule.columns)
    column = next((name for name in named if row.cells.get(name, ABSENT).cell), fault.column)
    cell = row.cells.get(column, ABSENT)
    message, allowed, action = _in_months(rule, then)
    found = "；".join(filter(None, (fault.detail, f"{then.missed}没有采用的数" if then.gap else "")))
    detail = f"（{found}）" if found else ""
    label = next((" / ".join(known.labels) for known in suite.table.rows if known.id == row.id), "")
    return Issue(
        rule=rule.id,
        severity=rule.severity,
        project=row.project or suite.table.project,
        sheet=row.sheet,
        cell=cell.cell,
        field=suite.table.field(column, row.id or None),
        judges=fields_judged(rule, suite, fault.column, row.id) if suite.table.id != COVER_TABLE.id else (),
        value=cell.shown,
        message=f"{label + '：' if label else ''}“{suite.label(fault.column)}”{message}{detail}",
        allowed=allowed,
        action=action,
        basis=rule.basis,
    )


def _explained(issue: Issue, explanations: Iterable[Explanation], frames: Sequence[StackedFrame]) -> Issue:
    """Attach what the county wrote about a warning; where the rule allows it, a note also lifts a critical issue."""
    if issue.severity == Severity.INFO:
        return issue
    lifts = {rule.id for frame in frames for rule in frame.suite.rules if rule.note_lifts}
    if issue.severity == Severity.CRITICAL and issue.rule not in lifts:
        return issue
    text = next((e.text for e in explanations if e.covers(issue)), "")
    return issue.model_copy(update={"explanation": text, "severity": Severity.WARNING}) if text else issue


def _values(checked: CheckedReturn, accepted: Collection[str], tables: Collection[str] | None = None) -> list[Value]:
    """Return the figures of rows of the projects ``accepted``, of some tables or all."""
    values: list[Value] = []
    for parsed in checked.parsed.tables.values():
        table, own = parsed.table, parsed.table.project or ""
        used = [(row.project or own) in accepted for row in parsed.rows]
        if table.kind != TableKind.FIGURES or not any(used) or (tables is not None and table.id not in tables):
            continue
        prefixes = [table.field("", row.id or None) for row in parsed.rows]
        columns = []
        for column in table.columns:
            read, addresses, unit = parsed.column(column.id)
            fields = map(str.__add__, prefixes, repeat(column.id))
            texts = [each if each is None or isinstance(each, str) else _text(each) for each in read]
            # As the class itself makes it, without a call between: half a million of a long table.
            whole = zip(fields, texts, repeat(unit), repeat(parsed.sheet), addresses, strict=False)
            columns.append(map(tuple.__new__, repeat(Value), whole))
        rows = compress(zip(*columns, strict=True), used)
        values += [value for row in rows for value in row if value[1] is not None]
    return values


@lru_cache(maxsize=4096)  # the same days and small figures stand all down a long table
def _text(value: Decimal | date) -> str:
    return plain(value) if isinstance(value, Decimal) else value.isoformat()
