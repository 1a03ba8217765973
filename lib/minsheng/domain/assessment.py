"""考评表: what assessors and the performance office write, and the facts that sections are judged by."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from minsheng.domain.base import Exact, Frozen
from minsheng.domain.period import Period

Words = Annotated[str, Field(min_length=1)]


class Mark(Frozen):
    """An assessor's mark for one manual item: a level, a count, or points, exactly one of them."""

    level: str | None = None
    """A level word of the item's rule: 做到."""
    count: int | None = Field(default=None, ge=0)
    """For counted items: how many were found."""
    points: Exact | None = None
    """Points given outright, from the item's fewest to its full marks."""
    counts: dict[str, Annotated[int, Field(ge=0)]] | None = None
    """For items with prices: how many of each were found, by the price's id."""
    reason: str = ""
    """Why; may be empty for a count only, whose evidence speaks."""
    evidence: tuple[str, ...] = ()
    """Files under ``data/evidence/<period>/<area>/<item>/``."""
    cell: str = ""
    """Where it stands in the form, for whoever has to correct it."""

    @model_validator(mode="after")
    def _one_mark_with_a_reason(self) -> Self:
        given = [mark for mark in (self.level, self.count, self.points, self.counts) if mark is not None]
        if len(given) != 1:
            raise ValueError("一个小项只填等次、数量、分值之一")
        if self.count is None and self.counts is None and not self.reason.strip():
            raise ValueError("等次或分值须写明理由")
        return self


class Event(Frozen):
    """One thing that costs points, e.g. a notice of criticism."""

    kind: str
    """The id of an event deduction of the rubric."""
    on: date
    subject: Words
    """What it was about; the same subject is the same event, whoever noticed it."""
    documents: tuple[str, ...] = ()
    points: Exact | None = Field(default=None, ge=0)
    """Only where the rubric leaves the number to the assessor (酌情)."""
    reason: str = ""
    """Needed where ``points`` is given."""
    cell: str = ""


class BonusRow(Frozen):
    """One bonus (加分), with what it stands on."""

    kind: str = ""
    """The id of a kind of bonus, where the rubric has kinds."""
    subject: Words
    points: Exact = Field(ge=0)
    reason: Words
    evidence: tuple[str, ...] = ()
    cell: str = ""
    half: Period | None = Field(default=None, exclude_if=lambda half: half is None)
    """The half-year whose form gave it, where a year takes it over: there its evidence lies."""


class Veto(Frozen):
    """One 一票否决, a word of the rubric's list."""

    word: str
    item: str = ""
    """The item that it makes zero; empty: the total."""
    reason: Words
    documents: tuple[str, ...] = ()
    cell: str = ""


class AssessmentForm(Frozen):
    """The assessor's workbook for one county and one half-year or year."""

    schema_version: Literal[1] = 1
    area: str
    period: Period
    assessor: str
    assessed_on: date | None = None
    file: str = ""
    """Relative to ``data/``."""
    sha256: str = ""
    data_label: str = ""
    marks: dict[str, Mark] = {}
    """By rubric item id; an item without a mark is 未评."""
    events: tuple[Event, ...] = ()
    bonus: tuple[BonusRow, ...] = ()
    veto: tuple[Veto, ...] = ()
    halves: dict[str, str] | None = Field(default=None, exclude_if=lambda halves: halves is None)
    """Of a year: the half-years' forms that it took over from, file → sha256."""
    left_behind: tuple[str, ...] = Field(default=(), exclude_if=lambda told: not told)
    """What of them does not count in the year, in words."""


class GivenWord(Frozen):
    """What an assessor says of one indicator of one area, or of 全市, for a month."""

    area: str
    indicator: str
    word: Words
    """One of the plan's (``lights.assessed``)."""
    reason: Words
    cell: str = ""


class WordForm(Frozen):
    """评定表: a section's assessor for one month, on the indicators of the projects in its charge."""

    schema_version: Literal[1] = 1
    section: str
    period: Period
    assessor: str
    assessed_on: date
    file: str = ""
    """Relative to ``data/``."""
    sha256: str = ""
    data_label: str = ""
    words: tuple[GivenWord, ...] = ()


class ReviewMark(Frozen):
    """What a county gives one section for one thing."""

    points: Exact = Field(ge=0)
    reason: str = ""


class ReviewForm(Frozen):
    """差异化综合评价表: a county's judgement of the bureau's sections in a year."""

    schema_version: Literal[1] = 1
    area: str
    period: Period
    assessor: str
    assessed_on: date | None = None
    data_label: str = ""
    marks: dict[str, dict[str, ReviewMark]] = {}
    """Section id → id of the thing judged → mark."""

    @property
    def totals(self) -> dict[str, Decimal]:
        """The points of each section."""
        return {
            section: sum((mark.points for mark in given.values()), Decimal(0)) for section, given in self.marks.items()
        }

    @property
    def is_undifferentiated(self) -> bool:
        """Whether every section got the same, thing by thing (无差异化)."""
        given = [{item: mark.points for item, mark in each.items()} for each in self.marks.values()]
        return len(given) > 1 and all(each == given[0] for each in given)


class VersionDifference(Frozen):
    """Where the version for the office and the one for the province differ, in both wordings."""

    project: str
    part: str
    office: str
    province: str


class EmptyPart(Frozen):
    """One of the five parts that a section left empty for a project."""

    project: str
    part: str


class MonthlyReportFacts(Frozen):
    """One monthly report of a section, from deliveries and the calendar, never typed."""

    period: Period
    due: date
    delivered_on: date | None = None
    """To the office; ``None`` has not been delivered."""
    signed_on: date | None = None
    """When the leader first signed, as far as the period knows; ``None`` has not signed."""
    empty_parts: tuple[EmptyPart, ...] = ()
    differences: tuple[VersionDifference, ...] = ()
    uncompared: str = ""
    """Why the two versions could not be compared, which is not the same as equal."""


class DeliveredMonth(Frozen):
    """What ``data/deliveries.csv``, the files that it names and ``data/signed/`` say about a section's month."""

    period: Period
    section: str
    delivered_on: date | None = None
    """First handed to the office."""
    signed_on: date | None = None
    """First signed by the leader."""
    differences: tuple[VersionDifference, ...] = ()
    uncompared: str = ""


class DeliveredMonths(Frozen):
    """``data/accepted/deliveries/<period>.json``: each section's month handed over by then."""

    fingerprint: str
    """Of the register, the files that were compared and the signed reports."""
    months: tuple[DeliveredMonth, ...] = ()


class SectionFacts(Frozen):
    """What the system itself knows about a section's reporting."""

    section: str
    as_of: date
    """A report that is due by this day and not delivered is late."""
    reports: tuple[MonthlyReportFacts, ...] = ()
    data_label: str = ""


class SectionMark(Frozen):
    """What the performance office found for one rule."""

    times: int | None = Field(default=None, ge=0)
    """How many faults (manual rules), or how many were done (``too_few``)."""
    by_project: dict[str, int] = {}
    """For ``too_few_per_project``: how many were done per project."""
    losses: tuple[Exact, ...] | None = None
    """For ``doubled_loss``: what superiors took off, one number each; empty is none."""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    cell: str = ""


class Decision(Frozen):
    """Whether a deduction that the system proposed is taken."""

    rule: str
    event: str
    """The event's id as proposed: the month, or month and part (``YYYY-MM/problems``)."""
    told: str = ""
    """What was proposed, in the form's words: a decision stands, and says what has changed since."""
    taken: bool
    reason: str = ""
    """Needed to waive."""
    cell: str = ""

    @model_validator(mode="after")
    def _waived_with_a_reason(self) -> Self:
        if not self.taken and not self.reason.strip():
            raise ValueError("免除拟扣分须写明理由")
        return self


class PositiveRow(Frozen):
    """One line of the positive part (实行考评计分), from a table that the bureau fills in."""

    name: Words
    full_marks: Exact = Field(gt=0)
    points: Exact = Field(ge=0)
    basis: str = ""
    cell: str = ""

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        if self.points > self.full_marks:
            raise ValueError(f"“{self.name}”得分 {self.points} 超过分值 {self.full_marks}")
        return self


class SectionForm(Frozen):
    """The performance office's workbook for one section and one half-year or year."""

    schema_version: Literal[1] = 1
    section: str
    period: Period
    assessor: str
    assessed_on: date | None = None
    file: str = ""
    sha256: str = ""
    data_label: str = ""
    marks: dict[str, SectionMark] = {}
    """By rule id; a manual rule without a mark is 未评."""
    decisions: tuple[Decision, ...] = ()
    positive: tuple[PositiveRow, ...] = ()
    halves: dict[str, str] | None = Field(default=None, exclude_if=lambda halves: halves is None)
    """Of a year: the half-years' forms that it took over from, file → sha256."""
