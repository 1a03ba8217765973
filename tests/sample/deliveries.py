"""``make sample``: the workbooks of a year as they would have come in, and the register of their receipt."""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from tests.sample.assessment import assessment_files
from tests.sample.returns import DATA_LABEL, SampleYear
from tests.sample.scenario import LATE, MISCOUNTED, MISSING
from tests.sample.setting import Cut

from minsheng.domain.area import Area, Section
from minsheng.domain.delivery import Delivery
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.files.chained import TRACE_COLUMNS, chained
from minsheng.files.hashing import sha256
from minsheng.files.registers import csv_bytes
from minsheng.files.writing import write_atomically
from minsheng.intake.returns.return_template import write_workbook
from minsheng.intake.returns.store import RECEIVED, REGISTER_COLUMNS
from minsheng.plan.calendar import due_date

REGISTER = "register.csv"


_MORNING = time(9)

_OFFICE_MINUTES = 8 * 60

_BACK_FILL_LEAD = 4

_CORRECTION_DAY = 8


@dataclass(frozen=True, kw_only=True)
class SampleSummary:
    """What was written."""

    folder: Path
    workbooks: int
    areas: int
    sections: int
    late: tuple[str, ...]
    """``month/id`` of returns that come after they are due."""
    missing: tuple[str, ...]
    """``month/id`` of returns that never come."""
    corrected: tuple[str, ...]
    """``month/id.rN`` of second versions."""


@dataclass(frozen=True, kw_only=True)
class _Post:
    """One delivery before its file is written."""

    owner: Area | Section
    cut: Cut
    revision: int
    received_at: datetime

    @property
    def path(self) -> str:
        """Relative to ``data/``."""
        suffix = f".r{self.revision}" if self.revision > 1 else ""
        return f"returns/{self.cut.period}/{self.owner.id}{suffix}.xlsx"


def write_sample(data_dir: Path, plan: Plan) -> SampleSummary:
    """Write a year of sample returns under ``data/returns/``, and a half-year's assessment beside it.

    Parameters
    ----------
    data_dir
        The workspace's ``data`` folder.
    plan
        The year's plan: areas, targets, money, due dates.

    Returns
    -------
    SampleSummary
        What was written; a second call writes the same bytes.

    Raises
    ------
    UsageError
        If the folder holds returns that are no sample: nothing delivered is ever overwritten.
    """
    year = SampleYear(plan)
    posts = sorted(_posts(year), key=lambda post: (post.received_at, post.cut.step, post.owner.id))
    folder = data_dir / "returns"
    _demand_sample_only(data_dir / "assessment")
    stale = _demand_sample_only(folder) - {data_dir / post.path for post in posts}
    deliveries = []
    for post in posts:
        content = _workbook(year, post)
        target = data_dir / post.path
        write_atomically(target, content)
        deliveries.append(
            Delivery(
                period=post.cut.period,
                id=post.owner.id,
                revision=post.revision,
                file=post.path,
                sha256=sha256(content),
                received_at=post.received_at,
                sender=post.owner.bureau if isinstance(post.owner, Area) else post.owner.name,
            )
        )
    for old in stale:
        old.unlink()
    for path, content in assessment_files(year, deliveries).items():
        target = data_dir / path
        write_atomically(target, content)
    write_atomically(folder / REGISTER, _register(deliveries))
    return SampleSummary(
        folder=folder,
        workbooks=len(posts),
        areas=len(plan.areas),
        sections=len(_reporting_sections(plan)),
        late=_named(plan, LATE),
        missing=_named(plan, MISSING),
        corrected=tuple(f"{post.cut.period}/{post.owner.id}.r{post.revision}" for post in posts if post.revision > 1),
    )


def _named(plan: Plan, events: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    known = {area.id for area in plan.areas}
    return tuple(f"{plan.about.year}-{month:02d}/{area}" for area in events if area in known for month in events[area])


def _workbook(year: SampleYear, post: _Post) -> bytes:
    filled_on = post.received_at.date()
    first = post.revision == 1
    if isinstance(post.owner, Area):
        filling = year.area_return(post.owner, post.cut, filled_on, first_version=first)
    else:
        filling = year.section_return(post.owner, post.cut, filled_on, first_version=first)
    return write_workbook(year.setting.plan, post.owner, post.cut.period, filling)


def _reporting_sections(plan: Plan) -> tuple[Section, ...]:
    return tuple(section for section in plan.sections if plan.projects_of(section.id))


def _posts(year: SampleYear) -> Iterator[_Post]:
    """Yield every delivery of the year, second versions included."""
    plan = year.setting.plan
    for cut in year.setting.cuts:
        revision = 2 if cut.closing else 1
        for area in plan.areas:
            if cut.month in MISSING.get(area.id, ()):
                continue
            yield _post(year, area, cut, revision, _area_day(year, area, cut))
            if cut.month in MISCOUNTED.get(area.id, ()):
                yield _post(year, area, cut, revision + 1, _correction_day(year, cut))
        corrected = any(cut.month in months for months in MISCOUNTED.values())
        for section in _reporting_sections(plan):
            yield _post(year, section, cut, revision, _section_day(year, section, cut))
            if corrected and "elderly_care" in plan.projects_due(section, cut.period):
                day = year.setting.workday(_correction_day(year, cut) + timedelta(days=1))
                yield _post(year, section, cut, revision + 1, day)


def _post(year: SampleYear, owner: Area | Section, cut: Cut, revision: int, day: date) -> _Post:
    minutes = year.setting.draw.integer(0, _OFFICE_MINUTES, "time", owner.id, cut.step, revision)
    at = datetime.combine(day, _MORNING) + timedelta(minutes=minutes)
    return _Post(owner=owner, cut=cut, revision=revision, received_at=at)


def _area_day(year: SampleYear, area: Area, cut: Cut) -> date:
    """Return the day on which an area's return comes in: at most two days before it is due, or the day after."""
    plan, draw = year.setting.plan, year.setting.draw
    deadline = plan.reporting.counties
    if cut.closing:
        return year.setting.workday(cut.period.end + timedelta(days=draw.integer(3, 5, "closing", area.id)))
    if cut.back_filled:
        due = due_date(plan, deadline, plan.reporting.first_month)
        return year.setting.workday(due - timedelta(days=_BACK_FILL_LEAD - draw.integer(0, 1, "back-fill", area.id)))
    due = due_date(plan, deadline, cut.period)
    if cut.month in LATE.get(area.id, ()):
        return year.setting.workday(due + timedelta(days=1))
    return min(due, year.setting.workday(due - timedelta(days=draw.integer(0, 2, "received", area.id, cut.step))))


def _section_day(year: SampleYear, section: Section, cut: Cut) -> date:
    """Return the day on which a section's return comes in: the due day or shortly before, after the areas'."""
    plan = year.setting.plan
    if cut.closing:
        return year.setting.workday(cut.period.end + timedelta(days=8))
    month = plan.reporting.first_month if cut.back_filled else cut.period
    due = due_date(plan, plan.reporting.sections, month)
    early = due - timedelta(days=year.setting.draw.integer(0, 1, "section", section.id, cut.step))
    areas = [_area_day(year, area, cut) for area in plan.areas]
    return min(due, max(year.setting.workday(early), *areas))


def _correction_day(year: SampleYear, cut: Cut) -> date:
    return year.setting.workday(cut.period.end + timedelta(days=_CORRECTION_DAY))


def _demand_sample_only(folder: Path) -> set[Path]:
    """Return the workbooks that lie in the folder, all of them samples; else refuse."""
    found = set(folder.rglob("*.xlsx")) if folder.is_dir() else set()
    real = sorted(path for path in found if not _is_sample(path))
    if real:
        raise UsageError(
            f"{folder} 里有真实报表（{real[0].relative_to(folder)} 等 {len(real)} 个），示例数据不能写在上面。"
            f"请用 minsheng init 新建一个文件夹，再在那里生成示例数据"
        )
    return found


def _is_sample(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return DATA_LABEL in archive.read("xl/sharedStrings.xml").decode()
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        return False  # whatever it is, we have not written it


def _register(deliveries: list[Delivery]) -> bytes:
    lines = (delivery.model_dump(mode="json") for delivery in deliveries)
    cells = ([line[column] for column in REGISTER_COLUMNS] for line in lines)
    return csv_bytes((*REGISTER_COLUMNS, *TRACE_COLUMNS), chained(cells, event=RECEIVED))
