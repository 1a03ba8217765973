"""``data/`` on disk: the register of deliveries and the accepted returns.

Standard library and pydantic only: notebooks read accepted returns through this module.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from minsheng.domain.base import Frozen
from minsheng.domain.delivery import AcceptedReturn, Delivery, Value, Verdict
from minsheng.domain.period import Period, PeriodKind
from minsheng.files.chained import TRACE_COLUMNS, recorded_in
from minsheng.files.registers import csv_bytes, read_lines, rows
from minsheng.files.written import canonical_json, read_written

RECEIVED, RESTORED, ASSIGNED, WITHDRAWN = "received", "restored", "assigned", "withdrawn"
"""Events of the register: a file came; one came whose bytes an older revision has; one came that a person decided whose
it is; a revision was taken back."""

REGISTER_COLUMNS = ("period", "id", "revision", "file", "sha256", "received_at", "sender")

CHECKED = "checked.json"

SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods", ".csv"})
"""Endings of what is received, some of it to be refused with a word on what to do."""


class RefusedFile(Frozen):
    """A delivered file without a verdict."""

    id: str
    file: str
    message: str
    """Why, and what to do."""


class CheckedMonth(Frozen):
    """What the last check of a month was made from and made, so that an unchanged month is skipped."""

    fingerprint: str
    written: dict[str, str]
    """File name → sha256 of what was written."""
    refused: tuple[RefusedFile, ...] = ()
    """Unreadable, hostile, or not what the register says."""
    unregistered: tuple[RefusedFile, ...] = ()
    """Lying in the month's folder without a line in the register: not looked at."""


def returns_dir(data_dir: Path, period: Period) -> Path:
    """Return the folder of a month's delivered files."""
    return data_dir / "returns" / str(period)


def accepted_dir(data_dir: Path, period: Period) -> Path:
    """Return the folder of a month's accepted returns."""
    return data_dir / "accepted" / str(period)


def register_path(data_dir: Path) -> Path:
    """Return the register of deliveries."""
    return data_dir / "returns" / "register.csv"


def read_register(data_dir: Path) -> list[Delivery]:
    """Return every file that was received, in order; an absent register is an empty one.

    What was taken back is among them, and says why.

    Raises
    ------
    FileRefusedError
        If a line is damaged: the register is evidence, nothing of it is skipped.
    """
    lines = read_lines(register_path(data_dir), REGISTER_COLUMNS, _delivery, later=TRACE_COLUMNS)
    back = {(line.period, line.id, line.revision): line.why for line in lines if line.event == WITHDRAWN}
    return [
        line.model_copy(update={"withdrawn": back.get((line.period, line.id, line.revision), "")}) if back else line
        for line in lines
        if line.event != WITHDRAWN
    ]


def _delivery(line: dict[str, str]) -> Delivery:
    return Delivery(
        period=Period(line["period"]),
        id=line["id"],
        revision=int(line["revision"]),
        file=line["file"],
        sha256=line["sha256"],
        received_at=datetime.fromisoformat(line["received_at"]),
        sender=line["sender"],
        **dict(recorded_in(line)),
    )


def latest_deliveries(data_dir: Path, period: Period) -> dict[str, Delivery]:
    """Return the latest revision of each area and section in a month, of those that were not taken back.

    Returns
    -------
    dict of str to Delivery
        By id, in the order of ids.

    Raises
    ------
    FileRefusedError
        If a line of the register is damaged.
    """
    return latest_of(read_register(data_dir), period)


def latest_of(register: Iterable[Delivery], period: Period) -> dict[str, Delivery]:
    """Return the same of a register that is read already."""
    latest: dict[str, Delivery] = {}
    for delivery in register:
        if (
            delivery.period == period
            and not delivery.withdrawn
            and (delivery.id not in latest or delivery.revision > latest[delivery.id].revision)
        ):
            latest[delivery.id] = delivery
    return dict(sorted(latest.items()))


def decided_owner(delivery: Delivery) -> str | None:
    """Return whose a file is by a person's decision; ``None`` where its cover says it."""
    return delivery.id if delivery.event == ASSIGNED else None


def delivered_path(data_dir: Path, delivery: Delivery) -> Path:
    """Return where a delivered file lies; the register names it relative to ``data/``."""
    return data_dir / delivery.file


def marker_of(path: Path) -> Path:
    """Return the marker that lies beside a file while it is being received: unless registered, it does not count."""
    return path.with_name(f".{path.name}.receiving")


def read_accepted(data_dir: Path, period: Period, who: str) -> AcceptedReturn | None:
    """Return an accepted return of a month; the parameters, and what it raises, are those of :func:`read_verdict`.

    Values are texts as they stand in the accepted CSV, money in yuan.
    """
    verdict = read_verdict(data_dir, period, who)
    if verdict is None:
        return None
    lines = rows(accepted_dir(data_dir, period) / f"{who}.csv")
    next(lines)
    values = {line[0]: Value._make(line) for line in lines}
    return AcceptedReturn.model_construct(verdict=verdict, values=values)


def read_verdict(data_dir: Path, period: Period, who: str) -> Verdict | None:
    """Return what a month's check found in a return, without the values.

    Parameters
    ----------
    data_dir
        The workspace's ``data`` folder.
    period
        A month that has been checked.
    who
        Id of an area or a section.

    Returns
    -------
    Verdict or None
        ``None`` if it has not reported.

    Raises
    ------
    UsageError
        If the verdict on disk is damaged; the message says how to make it anew.
    VersionError
        If another version of the program wrote it.
    """
    path = accepted_dir(data_dir, period) / f"{who}.json"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return read_written(Verdict, content, path, remedy=f"请重做：minsheng check {period} --force")


def read_accepted_month(data_dir: Path, period: Period) -> Iterator[tuple[str, AcceptedReturn]]:
    """Yield every accepted return of a month with its id, in order; one is in memory at a time."""
    for path in sorted(accepted_dir(data_dir, period).glob("*.json")):
        accepted = read_accepted(data_dir, period, path.stem) if path.name != CHECKED else None
        if accepted is not None:
            yield path.stem, accepted


def verdict_files(data_dir: Path, period: Period) -> Iterator[tuple[str, bytes]]:
    """Yield the verdicts of a month as they stand on disk, each with its id, in order."""
    for path in sorted(accepted_dir(data_dir, period).glob("*.json")):
        if path.name != CHECKED:
            yield path.stem, path.read_bytes()


def checked_months(data_dir: Path) -> list[Period]:
    """Return the months that were checked, in order."""
    folder = data_dir / "accepted"
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    periods = [Period(name) for name in names if name[:1].isdigit()]
    return sorted(period for period in periods if period.kind == PeriodKind.MONTH)


def read_year_to_date(data_dir: Path, period: Period) -> dict[tuple[Period, str], AcceptedReturn]:
    """Return every accepted return from January to the period's closing month, by month and id."""
    return {
        (month, who): accepted
        for month in period.year_to_date
        for who, accepted in read_accepted_month(data_dir, month)
    }


def read_checked(data_dir: Path, period: Period) -> CheckedMonth | None:
    """Return what the last check of a month recorded; ``None`` if there was none or its record is damaged."""
    try:
        return CheckedMonth.model_validate_json((accepted_dir(data_dir, period) / CHECKED).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def read_refused(data_dir: Path, period: Period) -> tuple[RefusedFile, ...]:
    """Return the files of a month that have no verdict, with the reason."""
    checked = read_checked(data_dir, period)
    return checked.refused if checked else ()


def verdict_bytes(verdict: Verdict) -> bytes:
    """Write a verdict: sorted keys, so that the same verdict is the same bytes."""
    return canonical_json(verdict.model_dump(mode="json"))


def values_bytes(values: Sequence[Value]) -> bytes:
    """Write accepted values as CSV, in the order given."""
    return csv_bytes(Value._fields, values)
