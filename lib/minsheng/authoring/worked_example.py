"""A worked example of a plan: drawn figures through the arithmetic of reports and scores."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from minsheng.authoring.drawn_forms import drawn_area_form
from minsheng.authoring.drawn_returns import DATA_LABEL, DrawnYear
from minsheng.authoring.target_wishes import Luck
from minsheng.domain.area import Area
from minsheng.domain.base import plain
from minsheng.domain.delivery import AcceptedReturn, ReturnStatus, Value, Verdict
from minsheng.domain.figure import Measurement
from minsheng.domain.indicator import Indicator
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.score_rows import ItemScore
from minsheng.intake.returns.return_template import Filling
from minsheng.intake.rules.rule import Suite
from minsheng.intake.spreadsheets.new_workbook import CellValue
from minsheng.measure.county_score import scoring_figures
from minsheng.measure.measurement import measurement
from minsheng.measure.project import project_figures


class WorkedExample:
    """The figures of areas in a plan's middle of the year, drawn when they are first asked for.

    Parameters
    ----------
    plan
        The year's plan.
    suites
        Its rules of data, by table.
    """

    def __init__(self, plan: Plan, suites: Mapping[str, Suite]) -> None:
        self._plan = plan
        self._year = DrawnYear(plan, suites)
        self._returns: dict[tuple[Period, str], AcceptedReturn] = {}

    def month(self, project: str) -> Period | None:
        """Return the last month of the first half-year with returns on a project, else the first of the year."""
        months = [m for m in Period(str(self._plan.about.year)).months if self._plan.is_due(project, m)]
        return next((m for m in reversed(months) if m.last_month <= 6), months[0] if months else None)

    def returns(self, area: Area, month: Period) -> Mapping[tuple[Period, str], AcceptedReturn]:
        """Return the accepted returns that an area's figures are made of, year to date."""
        there = {each.id: each for project in self._plan.projects for each in self._plan.reporters(project.id, area.id)}
        for each in {area.id: area, **there}.values():
            for one in month.year_to_date:
                if (one, each.id) not in self._returns and self._plan.projects_due(each, one):
                    self._returns[one, each.id] = _accepted(self._plan, each, one, self._year.filling(each, one))
        return self._returns

    def value(self, area: Area, month: Period, field: str) -> str:
        """Return what stands in a cell of an area's return; empty where nothing does."""
        accepted = self.returns(area, month).get((month, area.id))
        found = accepted.values.get(field) if accepted else None
        return found.value if found else ""

    def measured(self, indicator: Indicator, area: Area) -> Measurement | None:
        """Return an indicator as a report measures it; ``None`` where there are no returns on it."""
        month = self.month(indicator.project)
        if month is None:
            return None
        return measurement(self._plan, indicator, area.id, month, self.returns(area, month))

    def scored(self, item_id: str, area: Area) -> ItemScore | None:
        """Return an item of the rubric as an assessment scores it."""
        period = Period(f"{self._plan.about.year}-H1")
        returns = self.returns(area, period.closing_month)
        projects = [
            project_figures(self._plan, project.id, area.id, period, returns, ())
            for project in self._plan.projects_at(period)
            if project.id in area.projects
        ]
        form = drawn_area_form(self._plan, Luck(0), area, period)
        items = scoring_figures(self._plan, area.id, period, projects, form).items
        return next((each for each in items if each.item == item_id), None)


def _accepted(plan: Plan, area: Area, month: Period, filling: Filling) -> AcceptedReturn:
    cells: dict[str, CellValue] = dict(filling.figures)
    for table, rows in filling.open_rows.items():
        for number, row in enumerate(rows, start=1):
            cells |= {f"{table}.{number}.{column}": value for column, value in row.items()}
    as_of = filling.cover["as_of"]
    return AcceptedReturn(
        verdict=Verdict(
            id=area.id,
            period=month,
            file=f"{DATA_LABEL}.xlsx",
            sha256="0" * 64,
            revision=1,
            received_at=datetime.combine(month.end, time(9)),
            as_of=as_of if isinstance(as_of, date) else month.end,
            projects=dict.fromkeys(plan.projects_due(area, month), ReturnStatus.REPORTED),
            data_label=DATA_LABEL,
        ),
        values={name: _value(plan, name, value) for name, value in cells.items()},
    )


def _value(plan: Plan, field: str, value: CellValue) -> Value:
    text = value.isoformat() if isinstance(value, date) else value if isinstance(value, str) else plain(Decimal(value))
    return Value(field=field, value=text, unit="", sheet=plan.table(field.split(".", maxsplit=1)[0]).sheet, cell="")
