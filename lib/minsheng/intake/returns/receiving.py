"""One delivered file → a new revision, nothing new, or a refusal; writes ``data/returns`` only, never half."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from minsheng.domain.addresses import place
from minsheng.domain.delivery import Delivery
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.units import normal
from minsheng.errors import FileRefusedError, UsageError
from minsheng.files.chained import append_line, bureau_clock
from minsheng.files.hashing import sha256
from minsheng.files.locks import locked
from minsheng.files.registers import csv_bytes, rows
from minsheng.files.writing import UNFINISHED, write_durably
from minsheng.intake.reading.cover import whose
from minsheng.intake.reading.parsing import ParsedReturn, parse_return
from minsheng.intake.returns.changes import CellChange, revision_changes
from minsheng.intake.returns.claims import differing_claims, doubt
from minsheng.intake.returns.store import (
    ASSIGNED,
    RECEIVED,
    REGISTER_COLUMNS,
    RESTORED,
    WITHDRAWN,
    decided_owner,
    delivered_path,
    latest_deliveries,
    marker_of,
    read_register,
    register_path,
    returns_dir,
)
from minsheng.intake.spreadsheets.grid import Workbook
from minsheng.intake.spreadsheets.reader import Reader, too_large
from minsheng.privacy.personal_numbers import masked_text, personal_numbers

REFUSED_COLUMNS = ("file", "sha256", "received_at", "sender", "original", "reason")

_READ_ONLY, _WRITABLE = 0o444, 0o644

_FORMULA_SIGNS = "=+-@\t\r"


@contextmanager
def register_held(data_dir: Path) -> Iterator[None]:
    """Hold the register alone; what a killed predecessor left unfinished is undone first."""
    folder = register_path(data_dir).parent
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        _undo_unfinished(data_dir)
        yield


def _undo_unfinished(data_dir: Path) -> None:
    registered = {delivered_path(data_dir, line) for line in read_register(data_dir)}
    before, _, after = marker_of(Path("*")).name.partition("*")
    folder = register_path(data_dir).parent
    for marker in folder.glob(f"*/{before}*{after}"):
        path = marker.with_name(marker.name.removeprefix(before).removesuffix(after))
        if path not in registered:
            path.unlink(missing_ok=True)
        marker.unlink()
    for left in list(folder.rglob(f".*{UNFINISHED}")):  # of a refused file too
        left.unlink()


def add_delivery(data_dir: Path, delivery: Delivery, content: bytes) -> None:
    """Store a delivery and register it, within :func:`register_held`; another unregistered file in its place raises."""
    path = delivered_path(data_dir, delivery)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        if sha256(path) != delivery.sha256:
            raise UsageError(f"{path} 是一份没有登记的文件，占了本次的位置：请先把它移走，或先登记它")
        path.chmod(_READ_ONLY)
        _append(data_dir, delivery)
        return
    # The register's replacement is the moment at which a file has been received. Before it the file lies at its place
    # with a marker beside it, which says that it does not count yet; after it the marker only remains to be removed.
    marker = marker_of(path)
    write_durably(marker, b"", mode=_WRITABLE)
    write_durably(path, content, mode=_READ_ONLY)
    _append(data_dir, delivery)
    marker.unlink()


def _append(data_dir: Path, delivery: Delivery) -> None:
    fields = delivery.model_dump(mode="json")
    append_line(
        register_path(data_dir),
        REGISTER_COLUMNS,
        [fields[name] for name in REGISTER_COLUMNS],
        recorded_at=delivery.recorded_at or bureau_clock(),
        event=delivery.event,
        why=delivery.why,
    )


def keep_refused(
    data_dir: Path, period: Period, original: str, content: bytes, *, received_at: str, sender: str, reason: str
) -> Path:
    """Keep a refused file, read-only, and say in ``refused/register.csv`` why; the same file is kept once."""
    original = masked_text(original)
    folder = returns_dir(data_dir, period) / "refused"
    folder.mkdir(parents=True, exist_ok=True)
    digest = sha256(content)
    path = folder / f"{digest[:12]}-{_file_name(original)}"
    list_path = folder / "register.csv"
    known = list(rows(list_path))[1:] if list_path.exists() else []
    earlier = next((line for line in known if line[1] == digest and line[-1] == _text(reason)), None)
    if earlier is not None and (folder / earlier[0]).exists():
        return folder / earlier[0]
    if not path.exists():
        write_durably(path, content, mode=_READ_ONLY)
    line = [path.name, digest, received_at, *map(_text, (sender, original, reason))]
    write_durably(list_path, csv_bytes(REFUSED_COLUMNS, [*known, line]), mode=_WRITABLE)
    return path


def _file_name(original: str) -> str:
    """Return a sender's file name as one that every file system takes; the end, with its suffix, is kept."""
    safe = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in original)
    return safe.encode()[-160:].decode(errors="ignore") or "file"


def _text(value: str) -> str:
    """Return a text that a spreadsheet which opens the list does not take for a formula."""
    return f"'{value}" if value.startswith(tuple(_FORMULA_SIGNS)) else value


@dataclass(frozen=True)
class Received:
    """What became of one delivered file."""

    source: str
    """Its name as given, personal numbers in it masked."""
    outcome: Literal["registered", "unchanged", "refused"]
    delivery: Delivery | None = None
    """The line of the register that holds its bytes."""
    replaces: Delivery | None = None
    """The revision that it takes the place of."""
    changes: tuple[CellChange, ...] = ()
    """What differs from that revision."""
    restores: Delivery | None = None
    """The older revision that had its bytes."""
    reason: str = ""
    """Why it is refused."""
    kept: Path | None = None
    """Where the refused file is kept."""
    personal: str = ""
    """What of personal numbers stands in its own name, in words; empty where none does."""


@dataclass(frozen=True)
class _New:
    """A file that was read, before it is registered."""

    source: Path
    content: bytes
    workbook: Workbook
    parsed: ParsedReturn
    received_at: datetime
    sender: str
    event: str
    why: str


class Receiver:
    """Receives the files of one month.

    Parameters
    ----------
    plan
        The year's plan.
    data_dir
        The folder ``data``.
    period
        The month that the files are for.
    """

    def __init__(self, plan: Plan, data_dir: Path, period: Period) -> None:
        self._plan = plan
        self._data_dir = data_dir
        self._period = period

    def receive(
        self, source: Path, reader: Reader, *, received_at: datetime, sender: str = "", area: str | None = None
    ) -> Received:
        """Register one file, or keep it as refused.

        Parameters
        ----------
        source
            The file; its name says no more than whose it may be.
        reader
            Reads it in a child process.
        received_at
            When it came: an input, kept in the register.
        sender
            Who sent it; by default the body on its cover.
        area
            Id of the area that it is by a person's decision, whatever cover, titles, file name and sender say.

        Raises
        ------
        UsageError
            If an unregistered file lies at its place.
        FileRefusedError
            If the register itself is damaged.
        """
        received = self._received(source, reader, received_at, sender, area)
        return replace(received, source=masked_text(source.name), personal=_personal_in(source.name))

    def _received(self, source: Path, reader: Reader, received_at: datetime, sender: str, area: str | None) -> Received:
        if said := too_large(source.stat().st_size):
            # Neither read nor copied: what nobody can read would fill the disk that holds the evidence.
            return Received(source.name, "refused", reason=f"{said}。没有留存，原件仍在送来的地方")
        content = source.read_bytes()
        try:
            workbook = reader.read(content)
            parsed = parse_return(workbook, self._plan, whose=area)
            check_month_of(parsed, self._period)
            event, why = self._decision(parsed, area, masked_text(source.name), sender)
            body = sender or parsed.cover.cells["unit"].shown
            new = _New(source, content, workbook, parsed, received_at, body, event, why)
            with register_held(self._data_dir):
                return self._register(new, reader)
        except FileRefusedError as error:
            with register_held(self._data_dir):
                kept = keep_refused(
                    self._data_dir,
                    self._period,
                    source.name,
                    content,
                    received_at=received_at.isoformat(),
                    sender=sender,
                    reason=str(error),
                )
            return Received(source.name, "refused", reason=str(error), kept=kept)

    def _decision(self, parsed: ParsedReturn, area: str | None, file_name: str, sender: str) -> tuple[str, str]:
        """Return the register's event and its reason: whether a person decided whose a file is, and against what."""
        cover = parsed.cover.cells["unit"].shown
        against = differing_claims(parsed, self._plan, cover=cover, file_name=file_name, sender=sender)
        if area is None and against:
            raise FileRefusedError(doubt(self._plan, parsed.cover.id, cover, against))
        own = area is None or whose(self._plan, normal(cover)) == (area, False)
        if area is None or (own and not against):
            return RECEIVED, ""
        said = "，".join(each.says(self._plan) for each in against) or f"封面填报单位“{cover}”"
        return RECEIVED if own else ASSIGNED, f"--area {self._plan.area_name(area)}：{said}"

    def withdraw(self, who: str, *, why: str, at: datetime) -> tuple[Delivery, Delivery | None]:
        """Take the current revision of a return back; it stays on record, and the one before it stands again.

        Parameters
        ----------
        who
            Id of an area or a section.
        why
            The reason, kept in the register.
        at
            When this was decided.

        Returns
        -------
        tuple
            What was taken back, and what stands now; ``None`` where nothing does.

        Raises
        ------
        UsageError
            If there is nothing to take back, or it came later than that.
        """
        with register_held(self._data_dir):
            current = latest_deliveries(self._data_dir, self._period).get(who)
            name = self._plan.owner_name(who)
            if current is None:
                raise UsageError(f"{name}{self._period.label}没有可以撤回的报表")
            if at < current.received_at:
                raise UsageError(
                    f"撤回的时间 {at} 早于第 {current.revision} 版收到的时间 {current.received_at}：请核对"
                )
            back = current.model_copy(
                update={"received_at": at, "recorded_at": bureau_clock(), "event": WITHDRAWN, "why": why}
            )
            _append(self._data_dir, back)
            return current, latest_deliveries(self._data_dir, self._period).get(who)

    def _register(self, new: "_New", reader: Reader) -> Received:
        source, who = new.source.name, new.parsed.cover.id
        known = [line for line in read_register(self._data_dir) if (line.period, line.id) == (self._period, who)]
        latest = latest_deliveries(self._data_dir, self._period).get(who)
        digest = sha256(new.content)
        if latest is not None and latest.sha256 == digest:
            return Received(source, "unchanged", latest)
        if latest is not None and new.received_at < latest.received_at:
            raise FileRefusedError(
                f"收到时间 {new.received_at} 早于已登记的第 {latest.revision} 版（{latest.received_at}）：现行的仍是第 "
                f"{latest.revision} 版。若这份才是最新的，请用 --received-at 写明它实际收到的时间再接收一次"
            )
        same = next((line for line in reversed(known) if line.sha256 == digest), None)
        event, why = new.event, new.why
        if same is not None:
            # A person's decision on whose these bytes are goes on.
            event, why = (ASSIGNED if ASSIGNED in {same.event, event} else RESTORED), f"恢复第 {same.revision} 版"
            why += f"；{new.why or same.why}" if event == ASSIGNED else ""
        revision = max((line.revision for line in known), default=0) + 1
        suffix = ("" if revision == 1 else f".r{revision}") + _suffix(new.workbook)
        delivery = Delivery(
            period=self._period,
            id=who,
            revision=revision,
            file=f"returns/{self._period}/{who}{suffix}",
            sha256=digest,
            received_at=new.received_at,
            sender=new.sender,
            recorded_at=bureau_clock(),
            event=event,
            why=why,
        )
        changes = self._changes(latest, new.parsed, reader) if latest else ()
        add_delivery(self._data_dir, delivery, new.content)
        return Received(source, "registered", delivery, latest, changes, restores=same)

    def _changes(self, latest: Delivery, parsed: ParsedReturn, reader: Reader) -> tuple[CellChange, ...]:
        try:
            workbook = reader.read(delivered_path(self._data_dir, latest).read_bytes())
            before = parse_return(workbook, self._plan, whose=decided_owner(latest))
        except (FileRefusedError, FileNotFoundError):
            # A registered file that cannot be read is the check's to report; the new one replaces it.
            return ()
        return revision_changes(before, parsed)


def _personal_in(name: str) -> str:
    numbers = personal_numbers(name)
    kinds = "、".join(dict.fromkeys(str(number.kind) for number in numbers))
    return f"文件名含{kinds}（{'、'.join(number.masked for number in numbers)}）" if numbers else ""


def _suffix(workbook: Workbook) -> str:
    """Return the suffix under which office programs open the file: its format's, whatever its name said."""
    return ".xlsm" if workbook.format == "xlsx" and "macros" in workbook.notes else f".{workbook.format}"


def check_month_of(parsed: ParsedReturn, period: Period) -> None:
    """Refuse a return whose cover names another month."""
    cover = parsed.cover
    if cover.period != period:
        raise FileRefusedError(
            f"{place(cover.sheet, cover.cells['period'].cell)} 报告期是{cover.period.label}，不是{period.label}："
            f"若月份填错请改正后再报；若确是{cover.period.label}的报表，请用 minsheng receive {cover.period}"
        )
