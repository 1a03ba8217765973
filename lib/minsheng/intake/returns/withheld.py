"""Which figures of a return are not used, from its issues: a bad cell costs the indicators that read it, and no others.

An issue names the fields that it judges. What agrees with a wrong figure is no better: a total that is the sum of its
parts, one of which is negative, is withheld with it.
"""

from collections.abc import Iterable, Mapping, Sequence

from minsheng.domain.delivery import AcceptedReturn, Issue, ReturnStatus, Verdict
from minsheng.domain.plan import Plan
from minsheng.domain.table import TableKind
from minsheng.intake.returns.frames import StackedFrame
from minsheng.intake.rules.rule import Rule, RuleRun, Suite
from minsheng.measure.fields import indicator_status


def fields_judged(rule: Rule, suite: Suite, column: str, row: str) -> tuple[str, ...]:
    """Return the fields of a row that a fault in ``column`` speaks about; none where no cell of the table has it."""
    own = {each.id for each in suite.table.columns}
    return tuple(suite.table.field(name, row or None) for name in rule.judged(column) if name in own)


def withheld_fields(plan: Plan, projects: tuple[str, ...], issues: Iterable[Issue]) -> tuple[set[str], set[str | None]]:
    """Return the fields that blocking issues judge, and the projects (``None``: all) that others block as a whole."""
    fields: set[str] = set()
    whole: set[str | None] = set()
    for issue in issues:
        if not issue.blocks:
            continue
        found = [field for named in issue.judges for field in _expanded(plan, projects, named)]
        fields.update(found)
        if not found:
            whole.add(issue.project)
    return fields, whole


def _expanded(plan: Plan, projects: tuple[str, ...], named: str) -> list[str]:
    """Return the fields of ``table``, ``table.column`` or ``table.row.column``; none where that holds no figures."""
    table_id, *rest = named.split(".")
    table = next((each for each in plan.tables if each.id == table_id and each.kind == TableKind.FIGURES), None)
    if table is None:
        return []
    column, row = (rest[-1] if rest else "*"), (rest[0] if len(rest) > 1 else "*")
    columns = [each.id for each in table.columns if column in {each.id, "*"}]
    if table.rows:
        rows: list[str | None] = [each.id for each in table.rows_for(projects) if row in {each.id, "*"}]
    else:
        rows = [row] if table.open_rows else [None]
    return [table.field(each, at) for at in rows for each in columns]


def with_tied(
    fields: set[str],
    owner: str,
    frames: Sequence[StackedFrame],
    runs: Mapping[str, list[RuleRun]],
) -> set[str]:
    """Add the figures that agree with a withheld one by a rule that makes the one up from the other."""
    if not fields:
        return fields
    groups = [group for frame in frames for group in _ties(frame, runs[frame.suite.table.id], owner)]
    found, before = set(fields), 0
    while len(found) != before:
        before = len(found)
        for group in groups:
            if not found.isdisjoint(group):
                found |= group
    return found


def _ties(frame: StackedFrame, runs: Sequence[RuleRun], owner: str) -> list[set[str]]:
    table = frame.suite.table
    own = {each.id for each in table.columns}
    rows = [row for rows in frame.owners.get(owner, {}).values() for row in rows]
    found = []
    for run in runs:
        named = {finding.row for finding in run.findings}
        for columns in run.rule.ties:
            tied = [column for column in columns if column in own]
            for row in rows:
                # Where it could not be judged nothing agrees with anything; where it failed all of it is withheld.
                about = not run.rule.rows or frame.columns["row"][row] in run.rule.rows
                if about and not run.error and row not in named:
                    found.append({table.field(column, frame.rows[row].id or None) for column in tied})
    return found


def blocked_projects(plan: Plan, accepted: AcceptedReturn) -> set[str]:
    """Return the projects of which nothing is left: each of their indicators reads a figure that is withheld."""
    verdict: Verdict = accepted.verdict
    found = set()
    for project in verdict.projects:
        bound = [each for each in plan.indicators_of(project) if verdict.id in each.targets]
        if bound and all(indicator_status(plan, accepted, each) == ReturnStatus.BLOCKED for each in bound):
            found.add(project)
    return found
