"""One delivered file → a new revision, nothing new, or a refusal; area and month are what its cover says."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from minsheng.domain.delivery import Delivery
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError, UsageError
from minsheng.intake.grid import Workbook
from minsheng.intake.reading import Reader
from minsheng.intake.register import add_delivery, keep_refused, register_held
from minsheng.intake.returns import ParsedReturn, parse_return
from minsheng.intake.revision_changes import Change, revision_changes
from minsheng.intake.store import delivered_path, read_register


@dataclass(frozen=True)
class Received:
    """What became of one delivered file."""

    source: str
    """Its name as given."""
    outcome: Literal["registered", "unchanged", "refused"]
    delivery: Delivery | None = None
    """The line of the register that holds its bytes."""
    replaces: Delivery | None = None
    """The revision that it takes the place of."""
    changes: tuple[Change, ...] = ()
    """What differs from that revision."""
    superseded_by: Delivery | None = None
    """Where its bytes came before, and another revision after them."""
    reason: str = ""
    """Why it is refused."""
    kept: Path | None = None
    """Where the refused file is kept."""


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

    def receive(self, source: Path, reader: Reader, *, received_at: datetime, sender: str = "") -> Received:
        """Register one file, or keep it as refused.

        Parameters
        ----------
        source
            The file; only its bytes count, its name does not.
        reader
            Reads it in a child process.
        received_at
            When it came: an input, kept in the register.
        sender
            Who sent it; by default the body on its cover.

        Raises
        ------
        UsageError
            If it came before the revision that is already there, or an unregistered file lies at its place.
        FileRefusedError
            If the register itself is damaged.
        """
        content = source.read_bytes()
        try:
            workbook = reader.read(content)
            parsed = parse_return(workbook, self._plan)
            check_month_of(parsed, self._period)
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
        with register_held(self._data_dir):
            return self._register(source, content, workbook, parsed, reader, received_at, sender)

    def _register(
        self,
        source: Path,
        content: bytes,
        workbook: Workbook,
        parsed: ParsedReturn,
        reader: Reader,
        received_at: datetime,
        sender: str,
    ) -> Received:
        cover = parsed.cover
        known = [line for line in read_register(self._data_dir) if (line.period, line.id) == (self._period, cover.id)]
        known.sort(key=lambda line: line.revision)
        latest = known[-1] if known else None
        digest = hashlib.sha256(content).hexdigest()
        same = next((line for line in reversed(known) if line.sha256 == digest), None)
        if same is not None:
            return Received(source.name, "unchanged", same, superseded_by=None if same is latest else latest)
        if latest is not None and received_at < latest.received_at:
            raise UsageError(
                f"{source.name}：收到时间 {received_at} 早于已登记的第 {latest.revision} 版（{latest.received_at}）："
                "请核对 --received-at"
            )
        revision = latest.revision + 1 if latest else 1
        suffix = ("" if revision == 1 else f".r{revision}") + _suffix(workbook)
        delivery = Delivery(
            period=self._period,
            id=cover.id,
            revision=revision,
            file=f"returns/{self._period}/{cover.id}{suffix}",
            sha256=digest,
            received_at=received_at,
            sender=sender or cover.values["unit"],
        )
        changes = self._changes(latest, parsed, reader) if latest else ()
        add_delivery(self._data_dir, delivery, content)
        return Received(source.name, "registered", delivery, latest, changes)

    def _changes(self, latest: Delivery, parsed: ParsedReturn, reader: Reader) -> tuple[Change, ...]:
        try:
            before = parse_return(reader.read(delivered_path(self._data_dir, latest).read_bytes()), self._plan)
        except (FileRefusedError, FileNotFoundError):
            # A registered file that cannot be read is the check's to report; the new one replaces it.
            return ()
        return revision_changes(before, parsed)


def _suffix(workbook: Workbook) -> str:
    """Return the suffix under which office programs open the file: its format's, whatever its name said."""
    return ".xlsm" if workbook.format == "xlsx" and "macros" in workbook.notes else f".{workbook.format}"


def check_month_of(parsed: ParsedReturn, period: Period) -> None:
    """Refuse a return whose cover names another month."""
    cover = parsed.cover
    if cover.period != period:
        raise FileRefusedError(
            f"{cover.sheet}!{cover.cells['period']} 报告期是{cover.period.label}，不是{period.label}："
            f"若月份填错请改正后再报；若确是{cover.period.label}的报表，请用 minsheng receive {cover.period}"
        )
