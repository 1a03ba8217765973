"""``data/deliveries.csv`` → what is on record about sections' monthly reports: handed over when, signed, two versions.

Writes the record that assessments and reports read, beside the accepted returns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from minsheng.domain.area import Section
from minsheng.domain.assessment import DeliveredMonth, DeliveredMonths, VersionDifference
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import MonthlyReportFigures, Result
from minsheng.errors import FileRefusedError, UsageError, VersionError
from minsheng.files.chained import TRACE_COLUMNS, append_line, bureau_clock, recorded_in
from minsheng.files.hashing import sha256
from minsheng.files.registers import part_of, read_lines
from minsheng.files.writing import write_atomically
from minsheng.files.written import canonical_json, read_written
from minsheng.intake.forms.form_store import accepted_deliveries_path, read_accepted_deliveries
from minsheng.plan.calendar import due_date
from minsheng.signing.signatures import read_signed

if TYPE_CHECKING:
    from minsheng.intake.spreadsheets.reader import Reader

OFFICE, PROVINCE, SUPERVISION = "office", "province", "supervision"

RECEIVERS = {OFFICE: "局办公室", PROVINCE: "省民政厅", SUPERVISION: "督查室"}

RESULT_TABLE = "result_table"
"""Stands in the column of sections for 考评结果表, which is no section's."""

DELIVERED = "delivered"

DELIVERY_COLUMNS = ("period", "section", "to", "delivered_at", "file", "sha256")

NOTE_COLUMNS = ("head", "note", "note_sha256")
"""Further columns where delivery notes were made; a register without them is read too."""

NamedParts = Mapping[str, Mapping[str, str]]
"""Project id → part id → text."""


@dataclass(frozen=True)
class DeliveredReport:
    """One line of the register: a section's report to office or province, the office's or 考评结果表 to 督查室."""

    period: Period
    section: str
    to: str
    delivered_at: datetime
    file: str
    """Relative to ``data/``."""
    sha256: str
    head: str = ""
    """The archive's head that the delivery note prints; empty where nothing was sealed."""
    note: str = ""
    """The delivery note (PDF), relative to ``data/``."""
    note_sha256: str = ""
    recorded_at: datetime | None = None
    """When the line was written; ``None`` where it is not known (补录)."""
    event: str = DELIVERED
    why: str = ""


def deliveries_path(data_dir: Path) -> Path:
    """Return the register of reports that were handed over."""
    return data_dir / "deliveries.csv"


def receivers_of(section: Section) -> tuple[str, ...]:
    """Return who gets a section's monthly report: office and province; of the section that collects, 督查室."""
    return (SUPERVISION,) if section.collects else (OFFICE, PROVINCE)


def handed_figures_path(data_dir: Path, period: Period, sha256: str) -> Path:
    """Return where the figures of a handed PDF are kept, so that two versions can be compared part by part."""
    return data_dir / "deliveries" / str(period) / f"{sha256}.json"


def known_by(plan: Plan, period: Period) -> date:
    """Return the last day of what a period's reports may know of deliveries and signatures."""
    # What comes later leaves a month, a half-year or a year as it is once sealed.
    return max(period.end, due_date(plan, plan.reporting.sections, period))


def known_deliveries_path(data_dir: Path, period: Period) -> Path:
    """Return where the register's lines lie that a period's reports know: what proves a deduction."""
    return accepted_deliveries_path(data_dir, period).with_suffix(".csv")


def accept_deliveries(data_dir: Path, plan: Plan, period: Period) -> None:
    """Bring a period's record of handed-over reports up to date.

    Raises
    ------
    FileRefusedError
        If a line of the register is damaged: it is evidence, nothing of it is skipped.
    """
    target, part = accepted_deliveries_path(data_dir, period), known_deliveries_path(data_dir, period)
    last, every = known_by(plan, period), read_deliveries(data_dir, plan)
    # A register that was begun later says nothing of a period, which is not the same as late.
    if not any(each.delivered_at.date() <= last for each in every):
        target.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
        return
    is_known = [each.period in period.year_to_date and each.delivered_at.date() <= last for each in every]
    # What goes on to 督查室 is no section's duty: nothing is deducted for it.
    handed = [each for each, known in zip(every, is_known, strict=True) if known and each.to != SUPERVISION]
    months = sorted({(each.period, each.section) for each in handed})
    signed: dict[tuple[Period, str], date] = {}
    for line in read_signed(data_dir):
        # The first signature counts: a report that was made again is signed again.
        if line.key in months and line.signed_at.date() <= last:
            signed[line.key] = min(line.signed_at.date(), signed.get(line.key, last))
    fingerprint = _fingerprint(data_dir, plan, handed, signed)
    known = read_accepted_deliveries(data_dir, period)
    # Unchanged registers and files are not read again.
    if known is not None and known.fingerprint == fingerprint and part.is_file():
        return
    write_atomically(part, part_of(deliveries_path(data_dir), is_known))
    from minsheng.intake.spreadsheets.reader import Reader  # with all that reads: seldom is there something new to read

    with Reader() as reader:
        found = [
            _month(data_dir, plan, key, [each for each in handed if (each.period, each.section) == key], reader)
            for key in months
        ]
    record = DeliveredMonths(
        fingerprint=fingerprint,
        months=tuple(
            month.model_copy(update={"signed_on": signed.get(key)}) for key, month in zip(months, found, strict=True)
        ),
    )
    write_atomically(target, canonical_json(record.model_dump(mode="json")))


def refresh_deliveries(data_dir: Path, plan: Plan, month: Period) -> None:
    """Bring up to date every record that a new line about a month concerns, of each period that was checked.

    Else a seal right after it would look at reports that do not know of it yet, and find nothing stale.
    """
    accepted = accepted_deliveries_path(data_dir, month).parent.parent
    for path in sorted(accepted.iterdir()) if accepted.is_dir() else []:
        try:
            period = Period(path.name)
        except UsageError:
            continue
        if month in period.year_to_date:
            accept_deliveries(data_dir, plan, period)


def read_deliveries(data_dir: Path, plan: Plan) -> list[DeliveredReport]:
    """Return every line of the register; an absent register is an empty one.

    Raises
    ------
    FileRefusedError
        Naming the line, where one cannot be read.
    """

    def handed(line: dict[str, str]) -> DeliveredReport:
        said = recorded_in(line)
        return DeliveredReport(
            period=Period(line["period"]),
            section=RESULT_TABLE if line["section"] == RESULT_TABLE else plan.section(line["section"]).id,
            to=_to(line["to"]),
            delivered_at=datetime.fromisoformat(line["delivered_at"]),
            file=line["file"],
            sha256=line["sha256"],
            head=line.get("head", ""),
            note=line.get("note", ""),
            note_sha256=line.get("note_sha256", ""),
            recorded_at=said.recorded_at,
            event=said.event,
            why=said.why,
        )

    # Whoever handed over before notes were numbered has a register without their columns.
    return read_lines(deliveries_path(data_dir), DELIVERY_COLUMNS, handed, later=(*NOTE_COLUMNS, *TRACE_COLUMNS))


def append_delivery(data_dir: Path, line: DeliveredReport) -> None:
    """Add a report that was handed over to the register."""
    columns = (*DELIVERY_COLUMNS, *NOTE_COLUMNS)
    fields = asdict(line) | {"period": line.period, "delivered_at": line.delivered_at.isoformat()}
    append_line(
        deliveries_path(data_dir),
        columns,
        [fields[name] for name in columns],
        recorded_at=line.recorded_at or bureau_clock(),
        event=DELIVERED,
        why=line.why,
    )


def _to(text: str) -> str:
    if text not in RECEIVERS:
        raise ValueError(f"to 为“{text}”，应为 {'、'.join(f'{to}（{name}）' for to, name in RECEIVERS.items())}")
    return text


def _fingerprint(
    data_dir: Path, plan: Plan, handed: Iterable[DeliveredReport], signed: Mapping[tuple[Period, str], date]
) -> str:
    parts = [plan.sha256.encode()]
    for each in handed:
        path = data_dir / each.file
        size = path.stat().st_size if path.is_file() else "absent"
        said = (each.period, each.section, each.to, each.delivered_at.isoformat(), each.file, each.sha256, size)
        parts.append(" ".join(map(str, said)).encode())
    parts += [f"{period} {section} {day}".encode() for (period, section), day in sorted(signed.items())]
    return sha256(b"\0".join(parts))


def _month(
    data_dir: Path, plan: Plan, key: tuple[Period, str], handed: list[DeliveredReport], reader: "Reader"
) -> DeliveredMonth:
    period, section = key
    versions = {to: [each for each in handed if each.to == to] for to in (OFFICE, PROVINCE)}
    # Late is never typed: it follows from the register and the calendar.
    first = min((each.delivered_at for each in versions[OFFICE]), default=None)
    month = DeliveredMonth(period=period, section=section, delivered_on=first.date() if first else None)
    if not all(versions.values()):
        return month
    # A corrected report replaces the one before: the last of each is what stands.
    office, province = (max(versions[to], key=lambda each: each.delivered_at) for to in (OFFICE, PROVINCE))
    # Equal bytes need no reading.
    if office.sha256 == province.sha256:
        return month
    try:
        ours, theirs = (_parts(data_dir, plan, each, reader) for each in (office, province))
    except FileRefusedError as error:
        # Uncompared is not the same as equal, and is said.
        return month.model_copy(update={"uncompared": str(error)})
    return month.model_copy(update={"differences": tuple(_differences(plan, section, ours, theirs))})


def _parts(data_dir: Path, plan: Plan, handed: DeliveredReport, reader: "Reader") -> NamedParts:
    """Return the five parts of one version, from a workbook or from a sealed ``result.json``."""
    path = data_dir / handed.file
    if not path.is_file():
        raise FileRefusedError(f"{handed.file} 不存在")
    content = path.read_bytes()
    if sha256(content) != handed.sha256:
        raise FileRefusedError(f"{handed.file} 与登记的校验码不符")
    figures_path = handed_figures_path(data_dir, handed.period, handed.sha256)
    if path.suffix == ".pdf" and figures_path.is_file():
        return _sealed_parts(figures_path.read_bytes(), handed)
    if path.suffix == ".json":
        return _sealed_parts(content, handed)
    if path.suffix not in {".xlsx", ".xls", ".ods", ".csv"}:
        raise FileRefusedError(f"{handed.file} 不是工作情况表，也不是封存的结果，系统不能比对文字")
    try:
        from minsheng.intake.reading.parsing import parse_return

        parsed = parse_return(reader.read(content), plan)
    except FileRefusedError as error:
        raise FileRefusedError(f"{handed.file}：{error}") from error
    if (parsed.cover.id, parsed.cover.period) != (handed.section, handed.period):
        raise FileRefusedError(f"{handed.file} 的封面是 {parsed.cover.id} {parsed.cover.period}")
    return parsed.narratives


def _sealed_parts(content: bytes, handed: DeliveredReport) -> NamedParts:
    try:
        figures = read_written(Result, content, handed.file, remedy="请补交同一报告的工作情况表，以便比对").figures
    except VersionError as error:
        raise FileRefusedError(str(error)) from error
    except UsageError as error:
        raise FileRefusedError(f"{handed.file} 不是封存的结果") from error
    if not isinstance(figures, MonthlyReportFigures):
        raise FileRefusedError(f"{handed.file} 不是工作情况月报的结果")
    return figures.section_narratives


def _differences(plan: Plan, section: str, office: NamedParts, province: NamedParts) -> Iterable[VersionDifference]:
    """Yield every part whose words differ."""
    for project in plan.projects_of(section):
        for part in plan.reporting.parts:
            ours, theirs = (version.get(project.id, {}).get(part.id, "") for version in (office, province))
            # Blanks and line ends do not count.
            if "".join(ours.split()) != "".join(theirs.split()):
                yield VersionDifference(project=project.id, part=part.id, office=ours, province=theirs)
