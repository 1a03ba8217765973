"""What a county or section sent in, and what became of it: values, verdict, issues."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from pydantic import Field

from minsheng.domain.addresses import place
from minsheng.domain.base import Frozen
from minsheng.domain.period import Period


class Severity(StrEnum):
    """What an issue does."""

    CRITICAL = "critical"
    """What it judges is not used: some figures, a project of that area, or the whole return."""
    WARNING = "warning"
    """Needs an explanation in the return."""
    INFO = "info"


GAP_RULE = "READ-GAP"
"""The note of months without accepted figures before a return."""

NARRATIVE_RULE = "READ-NARRATIVE"
"""The note of a number in 工作情况 that differs from the tables."""


class RuleState(StrEnum):
    """How one rule ended on one table of one return."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    FAIL = "fail"
    NOT_CHECKED = "not_checked"
    """未检: what it needs is not there; printed, never a pass."""
    ERROR = "error"
    """The rule could not run."""


class Issue(Frozen):
    """One thing wrong in a return, in words that a clerk can act on."""

    rule: str
    severity: Severity
    project: str | None
    """``None`` concerns the whole return."""
    sheet: str
    cell: str
    """``D7``; empty where the issue is the sheet's."""
    field: str = ""
    value: str = ""
    message: str
    allowed: str
    action: str
    judges: tuple[str, ...] = Field(default=(), exclude=True)
    """The fields that it speaks about, ``table``, ``table.*.column`` or ``table.row.column``; empty: its whole project.

    Needed until the verdict stands, whose ``withheld`` is what came of it.
    """
    basis: str = ""
    """The clause or formula that the rule stands on."""
    explanation: str = ""
    """What the county wrote about it; an explained warning passes."""

    @property
    def place(self) -> str:
        """Where it stands, for people: sheet and cell, or the sheet alone."""
        return place(self.sheet, self.cell)

    @property
    def is_remark(self) -> bool:
        """Whether it asks for nothing, and should be read all the same."""
        return self.rule in {GAP_RULE, NARRATIVE_RULE}

    @property
    def blocks(self) -> bool:
        """Whether what it judges is not accepted; an unexplained warning is printed, but does not block."""
        return self.severity == Severity.CRITICAL


class Cause(Frozen):
    """A cell that was probably mistyped, and the issues, mostly of other cells, that go with it."""

    sheet: str
    cell: str
    label: str
    value: str
    """As it stands there."""
    should: str = ""
    """What the other figures of its row would have it be; empty where they leave more than one value."""
    others: tuple[tuple[str, str], ...] = ()
    """Cells that may be the mistyped one just as well, each with what it should be then."""
    issues: tuple[int, ...]
    """Their places in the verdict's issues."""


class RuleOutcome(Frozen):
    """The outcome of one rule, so that what was not checked can be printed."""

    rule: str
    project: str | None
    outcome: RuleState
    reason: str = ""
    """Why it was not checked or could not run."""


class ReturnStatus(StrEnum):
    """How one project of one area stands in one month."""

    REPORTED = "reported"
    NOT_REPORTED = "not_reported"
    BLOCKED = "blocked"
    """Nothing of it is used: the fault concerns all of it, or each of its indicators reads a faulty figure."""


class Evidence(Frozen):
    """One row of a return's evidence list (印证资料)."""

    project: str
    name: str
    number: str = ""
    dated: date | None = None
    pages: int | None = None
    cell: str = ""


class Value(NamedTuple):
    """One accepted cell, a line of the accepted CSV; ``value`` is text as it stands there.

    A tuple and no model: a city's report reads thousands of them.
    """

    field: str
    value: str
    unit: str
    sheet: str
    cell: str


class Verdict(Frozen):
    """What intake found in one delivered file."""

    schema_version: Literal[1] = 1
    id: str
    """The area's or section's id."""
    period: Period
    file: str
    """Relative to ``data/``."""
    sha256: str
    revision: int
    received_at: datetime
    first_received_at: datetime | None = None
    """When revision 1 came: a correction after the due date does not make a return late. ``None``: this is it."""
    as_of: date
    """数据截至."""
    contact: str = Field(default="", exclude_if=lambda name: not name)
    """联系人, as the cover names them: whom to ask."""
    data_label: str = ""
    """示例数据 where the figures are synthetic; printed on every page that uses them."""
    projects: dict[str, ReturnStatus]
    withheld: tuple[str, ...] = ()
    """Fields that are not used although their project is: an indicator that reads one of them is blocked."""
    issues: tuple[Issue, ...] = ()
    causes: tuple[Cause, ...] = ()
    outcomes: tuple[RuleOutcome, ...] = ()
    narratives: dict[str, dict[str, str]] = {}
    """Project id → part id (``progress``, ``funds``, ``measures``, ``problems``, ``next_steps``) → text."""
    evidence: tuple[Evidence, ...] = ()
    rules_sha256: str = ""
    """Hash of the tables and expectations that it was checked with."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it is used."""
        return not self.withheld and ReturnStatus.BLOCKED not in self.projects.values()


class Recorded(Frozen):
    """What a chained register says of a line itself.

    Parameters
    ----------
    recorded_at
        When the line was written, by the clock; ``None`` where it is not known (补录).
    event
        What happened.
    why
        What a person gave as reason, or what the line refers to.
    """

    recorded_at: datetime | None = None
    event: str = ""
    why: str = ""


class Delivery(Recorded):
    """One line of ``data/returns/register.csv``: a file that was received, or a revision that was taken back."""

    period: Period
    id: str
    revision: int
    file: str
    sha256: str
    received_at: datetime
    sender: str = ""
    withdrawn: str = ""
    """Why this revision was taken back; empty while it stands."""


class AcceptedReturn(Frozen):
    """A verdict with the values it accepted: all that measures see of a return."""

    verdict: Verdict
    values: dict[str, Value]
    """By field; only of projects that were accepted, without what is withheld."""
