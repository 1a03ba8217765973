"""What the desk knows of the month that it shows: its plan, its status, and what a form lets people choose from."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from minsheng.agenda.status import MonthStatus, status_of
from minsheng.archive.package.chain import read_newest
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.intake.forms.delivered_forms import evidence_bodies, evidence_items
from minsheng.intake.returns.store import read_register
from minsheng.plan import load_plan
from minsheng.plan.calendar import due_date
from minsheng.signing.deliveries import RECEIVERS, RESULT_TABLE
from minsheng.workspace import Workspace

ChoiceList = list[tuple[str, str]]
"""Value and label."""

_LONGEST = 24
"""Letters of an item's name in a choice."""


@dataclass(frozen=True)
class Office:
    """A workspace in one month."""

    workspace: Workspace
    plan: Plan
    month: Period
    status: MonthStatus

    @classmethod
    def of(cls, workspace: Workspace, month: Period, today: date | None = None) -> Self:
        """Look at a month as it stands today; what came after its due date is there, before it nobody is late.

        Raises
        ------
        PlanInvalidError
            If the year's plan has faults.
        """
        plan = load_plan(workspace.params, month.year)
        due = due_date(plan, plan.reporting.sections, month)
        return cls(workspace, plan, month, status_of(workspace, plan, month, max(due, today or due)))

    @property
    def this_month(self) -> ChoiceList:
        """The month itself."""
        return [(str(self.month), self.month.label)]

    @property
    def assessments(self) -> ChoiceList:
        """The half-years and the year of the month, the one first that ends next."""
        year = Period(str(self.month.year))
        ahead = sorted((*year.halves, year), key=lambda each: (each.closing_month < self.month, each))
        return [(str(each), each.label) for each in ahead]

    @property
    def periods(self) -> ChoiceList:
        """The month, and the assessments of its year."""
        return self.this_month + self.assessments

    @property
    def year(self) -> ChoiceList:
        """The year."""
        return [(str(self.month.year), f"{self.month.year}年")]

    @property
    def areas(self) -> ChoiceList:
        """Those who send returns, and a choice for none."""
        return [("", "（不限定）"), *((area.id, area.name) for area in self.plan.areas)]

    @property
    def proven(self) -> ChoiceList:
        """Those whose evidence is kept."""
        return [("", "（请选）"), *evidence_bodies(self.plan).items()]

    @property
    def items(self) -> ChoiceList:
        """The items that evidence is put under, of counties and of sections."""
        found = {
            item: name for who in evidence_bodies(self.plan) for item, name in evidence_items(self.plan, who).items()
        }
        return [("", "（请选）"), *((item, f"{item} {name[:_LONGEST]}") for item, name in found.items())]

    @property
    def owners(self) -> ChoiceList:
        """Those whose return has come."""
        return [(row.id, row.name) for row in self.status.rows if row.revision]

    @property
    def signing(self) -> ChoiceList:
        """Sections whose report a leader signs, with the leader."""
        leaders = [section for section in self.plan.sections if section.leader]
        return [(each.id, f"{each.name}（分管领导 {each.leader}）") for each in leaders]

    @property
    def handing(self) -> ChoiceList:
        """Reports that are handed over."""
        sections = [each for each in self.plan.sections if (each.leader and each.assessed) or each.collects]
        return [*((each.id, f"{each.name}月报") for each in sections), (RESULT_TABLE, "考评结果表（半年、年度）")]

    @property
    def receivers(self) -> ChoiceList:
        """Whom reports go to."""
        return list(RECEIVERS.items())

    @property
    def packages(self) -> ChoiceList:
        """Packages of this month and its assessments, and a choice for the whole archive."""
        found = [read_newest(self.workspace.archive, Period(period)) for period, _ in self.periods]
        bags = [entry.bag for entry in found if entry]
        return [("", "整个归档"), *((str(self.workspace.archive / bag), bag) for bag in bags)]


def months(workspace: Workspace) -> list[Period]:
    """Return the months of every year that has a plan, and those that returns came for."""
    years = {path.name for path in workspace.params.glob("[0-9][0-9][0-9][0-9]") if path.is_dir()}
    return sorted({
        *(month for year in years for month in Period(year).months),
        *(each.period for each in read_register(workspace.data)),
    })  # fmt: skip


def month_shown(workspace: Workspace, asked: str) -> Period:
    """Return the month that is asked for, by default the newest with a return, else the newest plan's first.

    Raises
    ------
    UsageError
        If it is no month, or there is no plan at all.
    """
    if asked:
        period = Period(asked)
        if period.kind != PeriodKind.MONTH:
            raise UsageError(f"办公台按月份打开，“{asked}”不是月份")
        return period
    received = {each.period for each in read_register(workspace.data)}
    known = months(workspace)
    if not known:
        raise UsageError(f"{workspace.params} 中没有任何年度的方案：先把方案放进 params/<年度>/")
    return max(received) if received else Period(str(known[-1].year)).months[0]
