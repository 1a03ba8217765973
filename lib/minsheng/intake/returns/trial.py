"""A rule on trial: edited as text, checked as strictly as any other, run on a month; nothing is written."""

import shutil
import tempfile
import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from minsheng.domain.delivery import Issue, RuleState
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.files.writing import put
from minsheng.intake.returns.checking import Checker
from minsheng.intake.returns.store import read_accepted_month
from minsheng.intake.rules.suites import expectation_faults, expectations_dir, load_suites
from minsheng.plan.strict_yaml import read_yaml
from minsheng.process import collector_paused

_INDENT = "  "


@dataclass(frozen=True)
class RuleText:
    """One rule as it stands in its file."""

    id: str
    text: str
    """Without the file's indentation; begins with ``- id:``."""


@dataclass(frozen=True)
class Fired:
    """One cell at which the rule fired."""

    area: str
    """The area's or section's id."""
    issue: Issue


@dataclass(frozen=True)
class Trial:
    """What a rule does on one month.

    Parameters
    ----------
    faults
        What is wrong with the rule's text, ``file:line: …``; then nothing was run.
    fired
        The cells at which it fired.
    outcomes
        How often it passed, failed, was not checked, or could not run; per return and project.
    not_checked
        Why it was not checked or could not run → how often.
    without_previous
        Whether last month has not been checked, so that there is nothing to compare with.
    """

    faults: tuple[str, ...] = ()
    fired: tuple[Fired, ...] = ()
    outcomes: dict[RuleState, int] | None = None
    not_checked: dict[str, int] | None = None
    without_previous: bool = False


def rule_texts(params_dir: Path, year: int, table: str) -> tuple[RuleText, ...]:
    """Return the rules of one table as text, in the order of the file."""
    path = expectations_dir(params_dir, year) / f"{table}.yaml"
    source = read_yaml(path, path.name)
    lines = path.read_text(encoding="utf-8").splitlines()
    rules = source.value["rules"]
    starts = [source.line(("rules", n)) - 1 for n in range(len(rules))]
    texts = []
    for n, (rule, start) in enumerate(zip(rules, starts, strict=True)):
        end = starts[n + 1] if n + 1 < len(starts) else len(lines)
        block = [line.removeprefix(_INDENT) for line in lines[start:end]]
        texts.append(RuleText(str(rule["id"]), "\n".join(block).rstrip() + "\n"))
    return tuple(texts)


def try_rule(
    plan: Plan, params_dir: Path, data_dir: Path, period: Period, *, table: str, text: str, replaces: str | None = None
) -> Trial:
    """Run one rule on a month's returns.

    Parameters
    ----------
    plan
        The year's plan.
    params_dir, data_dir
        The workspace's folders; neither is written.
    period
        A month with registered returns.
    table
        The table that the rule is about.
    text
        The rule as YAML, beginning with ``- id:``.
    replaces
        The id of the rule whose place it takes; ``None`` for a new one.

    Returns
    -------
    Trial
        With faults and nothing else where the text is not a sound rule.
    """
    year = plan.about.year
    with tempfile.TemporaryDirectory(prefix="minsheng-rule-") as folder:
        copy = Path(folder) / params_dir.name
        for part in ("tables", "expectations"):
            shutil.copytree(params_dir / str(year) / part, copy / str(year) / part)
        _write(copy, year, table, text, replaces)
        faults = tuple(str(fault) for fault in expectation_faults(plan, copy))
        if faults:
            return Trial(faults=faults)
        suite = load_suites(plan, copy)[table]
    before = {rule.id for rule in rule_texts(params_dir, year, table)} - {replaces}
    tried = tuple(rule for rule in suite.rules if rule.id not in before)
    checker = Checker(plan, params_dir, data_dir)
    checker.suites = {table: suite.model_copy(update={"rules": tried})}
    ids = {rule.id for rule in tried}
    with collector_paused():
        verdicts = [verdict for verdict, _ in checker.judge(period, checker.read(period))]
    ended = [outcome for verdict in verdicts for outcome in verdict.outcomes if outcome.rule in ids]
    previous = period.previous_month
    return Trial(
        fired=tuple(Fired(v.id, issue) for v in verdicts for issue in v.issues if issue.rule in ids),
        outcomes=dict(Counter(outcome.outcome for outcome in ended)),
        not_checked=dict(Counter(outcome.reason for outcome in ended if outcome.reason)),
        without_previous=previous is not None and not any(read_accepted_month(data_dir, previous)),
    )


def _write(params_dir: Path, year: int, table: str, text: str, replaces: str | None) -> None:
    """Put the edited rule into the copied file, at the place of the one that it replaces or at the end."""
    path = expectations_dir(params_dir, year) / f"{table}.yaml"
    known = rule_texts(params_dir, year, table)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    head = "".join(lines[: read_yaml(path, path.name).line(("rules", 0)) - 1])
    text = textwrap.dedent(text)  # as it may stand indented where it was copied from
    rules = [text if rule.id == replaces else rule.text for rule in known]
    if replaces is None:
        rules.append(text)
    body = "\n".join("".join(f"{_INDENT}{line}\n" for line in rule.splitlines()) for rule in rules)
    put((head + body).encode(), path)
