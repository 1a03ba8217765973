"""The stage of the sample: the plan, the cuts at which returns are made, and what all figures draw from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from tests.sample.calibration import magnitude
from tests.sample.draw import Draw
from tests.sample.scenario import CLOSING

from minsheng.domain.area import Area, AreaKind
from minsheng.domain.indicator import MilestoneMeasure
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.plan.calendar import SATURDAY, due_date, is_workday

_AS_OF_DAY = 20

_DAYS_TO_REPORT = 3

Figures = dict[str, Decimal | int | date | str]

"""Values by field, money in yuan."""


@dataclass(frozen=True, kw_only=True)
class Cut:
    """One moment at which returns are made: a month's, or the one that closes the year."""

    step: int
    """1 to 12, and 13 for the closing one."""
    period: Period
    as_of: date
    """数据截至."""
    back_filled: bool
    """Made after the notice for a month before it."""

    @property
    def closing(self) -> bool:
        """Whether this is December's second return, with the figures of the year's last day."""
        return self.step == CLOSING

    @property
    def month(self) -> int:
        """The month's number (1-12)."""
        return self.period.last_month


@dataclass(frozen=True)
class Series:
    """Flows by step, 13 of them; December's second return holds its month as a whole."""

    parts: tuple[Decimal, ...]

    def month(self, cut: Cut) -> Decimal:
        """Return what happened in the cut's month."""
        own = self.parts[cut.step - 1]
        return own + self.parts[cut.step - 2] if cut.closing else own

    def cumulative(self, cut: Cut) -> Decimal:
        """Return what happened since January."""
        return sum(self.parts[: cut.step], Decimal(0))


@dataclass(frozen=True)
class Setting:
    """The plan with what follows from it for the sample."""

    plan: Plan

    @cached_property
    def draw(self) -> Draw:
        """Seeded by the plan, so that another year's sample differs."""
        return Draw(self.plan.about.id)

    @cached_property
    def cuts(self) -> tuple[Cut, ...]:
        """The twelve months and the year's close, in order."""
        reporting = self.plan.reporting
        cuts = []
        for period in Period(str(self.plan.about.year)).months:
            back_filled = period < reporting.first_month
            due = due_date(self.plan, reporting.counties, period)
            working = min(date(period.year, period.last_month, _AS_OF_DAY), due - timedelta(days=_DAYS_TO_REPORT))
            cuts.append(
                Cut(
                    step=period.last_month,
                    period=period,
                    as_of=period.end if back_filled else working,
                    back_filled=back_filled,
                )
            )
        last = cuts[-1].period
        return (*cuts, Cut(step=CLOSING, period=last, as_of=last.end, back_filled=False))

    @property
    def counties(self) -> tuple[Area, ...]:
        """The areas with more than the row of the municipal level."""
        return tuple(area for area in self.plan.areas if area.kind != AreaKind.MUNICIPAL_ROW)

    def target(self, indicator: str, area: Area) -> Decimal:
        """Return an area's target; 0 where it has no duty, for then nothing is built."""
        target = self.plan.indicator(indicator).targets.get(area.id)
        return target.value if target and target.value is not None else Decimal(0)

    def parameter(self, parameter: str, cut: Cut) -> Decimal:
        """Return a dated parameter as it stands on the cut's as-of date."""
        return self.plan.parameter(parameter).on(cut.as_of)

    def parameter_before(self, parameter: str) -> Decimal:
        """Return a dated parameter as it stands on the year's first day."""
        return self.plan.parameter(parameter).on(Period(str(self.plan.about.year)).start)

    @cached_property
    def switch_month(self) -> int:
        """The month by whose end dibao is paid by household: the first document that the plan waits for."""
        return self._document_months[0]

    @cached_property
    def new_standard_month(self) -> int:
        """The month from which the new standards are paid."""
        return self._document_months[-1]

    @cached_property
    def _document_months(self) -> list[int]:
        months = {
            condition.due.month
            for indicator in self.plan.indicators
            if isinstance(indicator.measure, MilestoneMeasure)
            for condition in indicator.measure.conditions
            if condition.document_date
        }
        return sorted(months)

    def workday(self, day: date) -> date:
        """Return ``day`` or the first working day after it; beyond the plan's calendar by the week alone."""
        calendar = self.plan.calendar
        while not (is_workday(calendar, day) if day.year == calendar.year else day.weekday() < SATURDAY):
            day += timedelta(days=1)
        return day

    def caseload(self, area: Area) -> Mapping[str, int]:
        """Return the area's dibao persons in the middle of the year: urban and rural."""
        size = magnitude(area.id)
        return {"urban": size.urban_persons, "rural": size.rural_persons}
