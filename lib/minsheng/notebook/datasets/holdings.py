"""All periods and years of a workspace, and their tables: one is kept until anything changes that it was made from."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path

import minsheng
from minsheng.domain.area import CITY
from minsheng.domain.delivery import AcceptedReturn, Delivery
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.files.writing import write_atomically
from minsheng.intake.returns.store import read_accepted, read_register, read_year_to_date, verdict_files
from minsheng.measure.before.year_before import YearBefore
from minsheng.notebook.datasets.kept_tables import FOLDER, KeptTable, Text, coded, fingerprint, kept
from minsheng.notebook.datasets.measured_rows import (
    FUNDS,
    INDICATORS,
    RANKING,
    SCORES,
    MeasuredPeriod,
    funds_rows,
    indicators_rows,
    ranking_rows,
    scores_rows,
)
from minsheng.notebook.datasets.reported_rows import (
    DELIVERIES,
    ISSUES,
    RETURNS,
    SEVERITIES,
    VALUES,
    deliveries_rows,
    issues_rows,
    returns_rows,
    values_rows,
)
from minsheng.notebook.datasets.typed_frames import names_of
from minsheng.notebook.inputs import PLAN, PLAN_BEFORE
from minsheng.plan import compile_plan, load_plan, plan_from_json
from minsheng.signing.deliveries import DeliveredReport, read_deliveries
from minsheng.signing.signatures import read_signed
from minsheng.workspace import Workspace

COLUMNS = {
    "values": VALUES,
    "indicators": INDICATORS,
    "funds": FUNDS,
    "scores": SCORES,
    "ranking": RANKING,
    "issues": ISSUES,
    "returns": RETURNS,
    "deliveries": DELIVERIES,
}

_MEASURED = {
    "indicators": indicators_rows,
    "funds": funds_rows,
    "scores": scores_rows,
    "ranking": ranking_rows,
}

_SCORED = {"scores", "ranking"}

_REPORTED = {"values": values_rows, "issues": issues_rows}


@dataclass(frozen=True)
class Holdings:
    """What a workspace holds, looked at once: one call of an analyst."""

    workspace: Workspace

    @cached_property
    def register(self) -> list[Delivery]:
        """Every return that was received."""
        return read_register(self.workspace.data)

    @cached_property
    def _accepted(self) -> list[Period]:
        folder = self.workspace.data / "accepted"
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        return sorted(Period(name) for name in names if name[:1].isdigit())

    @property
    def months(self) -> list[Period]:
        """The months that were checked, in order."""
        return [period for period in self._accepted if period.kind == PeriodKind.MONTH]

    def periods(self, kind: str) -> list[Period]:
        """Return the periods that a table has rows of, in order."""
        match kind:
            case "returns":
                return sorted({*self.months, *(line.period for line in self.register)})
            case "deliveries":
                return sorted({line.period for line in self._handed})
            case "scores" | "ranking":
                # Half-years and years have points of their own once an assessor's form is in.
                assessed = [each for each in self._accepted if any(self._folder(each).glob("form-*.json"))]
                return sorted({*self.months, *assessed})
            case _:
                return self.months

    def plan(self, year: int) -> Plan:
        """Return a year's plan; one that was checked before is not read again."""
        if year not in self._plans:
            self._plans[year] = self._load(year)
        return self._plans[year]

    @cached_property
    def _plans(self) -> dict[int, Plan]:
        return {}

    def _load(self, year: int) -> Plan:
        if self._is_task:
            return plan_from_json(Path(os.environ[PLAN]).read_bytes())
        path = self.workspace.outputs / FOLDER / f"plan-{year}-{self._plan_mark(year)}.json"
        try:
            return plan_from_json(path.read_bytes())
        except (OSError, ValueError):
            plan = load_plan(self.workspace.params, year)
        try:
            for older in path.parent.glob(f"plan-{year}-*.json"):
                older.unlink(missing_ok=True)
            write_atomically(path, compile_plan(plan))
        except OSError:
            return plan  # a workspace that one may only read
        return plan

    @property
    def plans(self) -> list[Plan]:
        """The plans of all years with data, the newest first: its order is the one to show."""
        years = {period.year for period in (*self._accepted, *(line.period for line in self.register))}
        return [self.plan(year) for year in sorted(years, reverse=True)]

    @property
    def _is_task(self) -> bool:
        """Whether a run opened us: with its plan, and a workspace of the task's own where nothing is kept."""
        return PLAN in os.environ

    @cached_property
    def _handed(self) -> list[DeliveredReport]:
        plans = self.plans
        return read_deliveries(self.workspace.data, plans[0]) if plans else []

    def table(self, kind: str, period: Period) -> KeptTable:
        """Return a period's table of a kind, kept or made."""
        if kind == "deliveries":
            return coded(names_of(DELIVERIES), self._deliveries_rows(period))
        return self._kept(kind, period, lambda: self._rows(kind, period))

    def _kept(self, kind: str, period: Period, make: Callable[[], Iterable[Sequence[Text]]]) -> KeptTable:
        columns = names_of(COLUMNS[kind])
        if self._is_task:
            return coded(columns, make())
        return kept(self.workspace.outputs, f"{kind}-{period}", self._key(kind, period), columns, make)

    def _rows(self, kind: str, period: Period) -> Iterable[Sequence[Text]]:
        plan = self.plan(period.year)
        if kind == "returns":
            return returns_rows(plan, self.workspace, period, self.register)
        if kind in _REPORTED:
            return _REPORTED[kind](plan, self.workspace, period)
        returns = self._returns(period)
        before = self._year_before(plan) if kind == "indicators" else None
        all_of = MeasuredPeriod(plan, self.workspace, period, returns, before)
        # Points and ranks are made of each other: whoever asks for one has the other for the next question.
        for other in _SCORED - {kind} if kind in _SCORED else ():
            self._kept(other, period, partial(_MEASURED[other], all_of))
        return _MEASURED[kind](all_of)

    def _returns(self, period: Period) -> "_ReturnsOnDemand":
        """Return the accepted returns from January to a period's end."""
        # Months are asked for in order, and figures look back one month: a year of 500 counties is half a gigabyte.
        last = period.closing_month.previous_month
        for key in [each for each in self._read if last is None or each[0] < last]:
            del self._read[key]
        return _ReturnsOnDemand(self.workspace.data, period, self._read)

    @cached_property
    def _read(self) -> dict[tuple[Period, str], AcceptedReturn | None]:
        return {}

    def _year_before(self, plan: Plan) -> YearBefore | None:
        """Return last year, where indicators continue some of it."""
        year = plan.about.year - 1
        compiled = os.environ.get(PLAN_BEFORE)
        if self._is_task:
            before = plan_from_json(Path(compiled).read_bytes()) if compiled else None
        else:
            continued = any(each.continues for each in plan.indicators) and (self.workspace.params / str(year)).is_dir()
            before = self.plan(year) if continued else None
        returns = read_year_to_date(self.workspace.data, Period(str(year))) if before is not None else {}
        return YearBefore(before, returns) if before is not None else None

    def _deliveries_rows(self, period: Period) -> Iterable[Sequence[Text]]:
        return deliveries_rows(self.plan(period.year), period, self._handed, read_signed(self.workspace.data))

    def _key(self, kind: str, period: Period) -> str:
        words = [self._plan_mark(period.year)]
        if kind == "returns":
            words += [repr(line) for line in self.register if line.period == period]
        folders = [*period.year_to_date, period] if kind in _MEASURED else [period]
        if kind == "indicators":
            words.append(self._plan_mark(period.year - 1))
            folders += Period(str(period.year - 1)).months
        return fingerprint([*words, *(self._mark(self._folder(each)) for each in folders)], ())

    def _folder(self, period: Period) -> Path:
        return self.workspace.accepted(period)

    def _plan_mark(self, year: int) -> str:
        program = self._mark(Path(minsheng.__file__).parent)
        return fingerprint((version("minsheng-workbook"), program), [self.workspace.params / str(year)])

    @cached_property
    def _marks(self) -> dict[Path, str]:
        return {}

    def _mark(self, folder: Path) -> str:
        if folder not in self._marks:
            self._marks[folder] = fingerprint((), [folder])
        return self._marks[folder]


@dataclass(frozen=True)
class _ReturnsOnDemand(Mapping[tuple[Period, str], AcceptedReturn]):
    """Accepted returns from January to a period's end, each read when something is first made of it."""

    data: Path
    until: Period
    read: dict[tuple[Period, str], AcceptedReturn | None]
    """What was read before; ``None``: nothing was accepted."""

    def __getitem__(self, key: tuple[Period, str]) -> AcceptedReturn:
        if key not in self.read:
            self.read[key] = read_accepted(self.data, *key) if key[0] in self.until.year_to_date else None
        found = self.read[key]
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[tuple[Period, str]]:
        return ((month, who) for month in self.until.year_to_date for who, _ in verdict_files(self.data, month))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def owner_names(plans: Iterable[Plan], name: str) -> set[str]:
    """Return what an area or section that was asked for is called in each year; UsageError if no year knows it."""
    found, faults = set(), []
    for plan in plans:
        try:
            found.add(plan.area_name(plan.area_id(name)))
        except UsageError as fault:
            sections = [section.name for section in plan.sections if name in {section.id, section.name}]
            found.update(sections)
            faults += [] if sections else [fault]
    if not found and faults:
        raise faults[0]
    return found


def project_names(plans: Iterable[Plan], name: str) -> set[str]:
    """Return what a project that was asked for is called in each year; UsageError if no year knows it."""
    found, faults = set(), []
    for plan in plans:
        try:
            found.add(plan.project(name).short_name)
        except UsageError as fault:
            faults.append(fault)
    if not found and faults:
        raise faults[0]
    return found


def orders_of(plans: Sequence[Plan], periods: Iterable[Period]) -> Mapping[str, Sequence[str]]:
    """Return the order of names by column: the newest plan's, then what only older ones know."""
    groups = [group for plan in plans for group in plan.county_rubric.groups]
    sections = [section.name for plan in plans for section in plan.sections]
    found = {
        "报告期": [str(period) for period in sorted(periods)],
        "地区": [
            plans[0].area_name(CITY) if plans else "",
            *(area.name for plan in plans for area in plan.areas),
            *sections,
        ],
        "科室": sections,
        "项目": [project.short_name for plan in plans for project in plan.projects],
        "指标": [i.short_name for plan in plans for p in plan.projects for i in plan.indicators_of(p.id)],
        "评分组": [group.name for group in groups],
        "小项": [item.name for group in groups for item in group.leaves],
        "级别": list(SEVERITIES.values()),
    }
    return {column: list(dict.fromkeys(names)) for column, names in found.items()}
