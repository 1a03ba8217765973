"""What the months before one hold of an owner: of each figure the last that was accepted in the year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from minsheng.domain.delivery import AcceptedReturn, ReturnStatus
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.intake.returns.store import read_accepted


class Earlier(NamedTuple):
    """A figure of a month before."""

    value: Decimal
    month: Period
    missed: tuple[Period, ...]
    """The months since for which one was due and none was accepted, in order."""


@dataclass(frozen=True)
class EarlierFigures:
    """Earlier figures of some fields."""

    figures: Mapping[str, Earlier]
    why_not: str
    """Why the others are not there."""


class MonthsBefore:
    """The accepted returns of a year before one month; each is read when it is first asked for.

    Parameters
    ----------
    plan
        Says which months were due.
    data_dir
        The folder ``data``.
    period
        The month that is compared.
    """

    def __init__(self, plan: Plan, data_dir: Path, period: Period) -> None:
        self._plan = plan
        self._data = data_dir
        self._period = period
        self._read: dict[tuple[Period, str], AcceptedReturn | None] = {}
        self._due: dict[tuple[str, str | None], tuple[Period, ...]] = {}

    @cached_property
    def is_first(self) -> bool:
        """Whether the year begins with this month."""
        return self._period.previous_month is None

    def due(self, who: str, project: str | None) -> tuple[Period, ...]:
        """Return the months before for which an owner owed figures of a project, the last one first."""
        if (who, project) not in self._due:
            owner = next((area for area in self._plan.areas if area.id == who), None)
            before = self._period.previous_month
            self._due[who, project] = tuple(
                month
                for month in reversed(before.year_to_date if before else [])
                if (owner is None or owner.is_there(month)) and (project is None or self._plan.is_due(project, month))
            )
        return self._due[who, project]

    def find(self, who: str, project: str | None, fields: Iterable[str]) -> EarlierFigures:
        """Return of each field the last figure that was accepted, from whichever month.

        A field that was left blank in an accepted return has none: what was not filled in then is not looked for
        further back, what was not accepted is.
        """
        months = self.due(who, project)
        if not months:
            return EarlierFigures({}, "本年首次报送，没有上期可比")
        wanted, figures, why_not = list(fields), {}, ""
        for place, month in enumerate(months):
            if not wanted:
                break
            accepted = self._accepted(month, who)
            if accepted is None or (project and accepted.verdict.projects.get(project) != ReturnStatus.REPORTED):
                why_not = why_not or f"{month.label}{'未报送' if accepted is None else '的该项目未通过审核'}"
                continue
            missed = tuple(reversed(months[:place]))
            for field in wanted:
                if field in accepted.values and (value := _figure(accepted.values[field].value)) is not None:
                    figures[field] = Earlier(value, month, missed)
            lost = set(accepted.verdict.withheld)
            wanted = [field for field in wanted if field not in figures and field in lost]
            why_not = why_not or f"{month.label}{'的这个数未通过审核' if wanted else '没有这个数'}"
        else:
            why_not += "，本年此前也没有采用的数" if len(months) > 1 else ""
        return EarlierFigures(figures, why_not)

    def _accepted(self, month: Period, who: str) -> AcceptedReturn | None:
        if (month, who) not in self._read:
            accepted = read_accepted(self._data, month, who)
            self._read[month, who] = _figures_alone(accepted) if accepted else None
        return self._read[month, who]


def _figure(text: str) -> Decimal | None:
    """Return a value as a number; ``None`` for texts and dates, which nothing is compared with."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _figures_alone(accepted: AcceptedReturn) -> AcceptedReturn:
    """Leave out what nothing is compared with: most of a return's memory."""
    return accepted.model_copy(
        update={"verdict": accepted.verdict.model_copy(update={"issues": (), "outcomes": (), "narratives": {}})}
    )
