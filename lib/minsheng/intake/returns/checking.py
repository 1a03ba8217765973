"""A month's returns → accepted values and verdicts on disk; what has not changed is not checked again."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import minsheng
from minsheng.domain.addresses import place
from minsheng.domain.delivery import Delivery, Recorded, Value, Verdict
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError
from minsheng.files.hashing import are_intact, sha256, sha256_of_files
from minsheng.files.writing import write_atomically
from minsheng.files.written import canonical_json
from minsheng.intake.returns.rules_apart import run_suites, start
from minsheng.intake.returns.store import (
    CHECKED,
    SPREADSHEETS,
    CheckedMonth,
    RefusedFile,
    accepted_dir,
    decided_owner,
    delivered_path,
    latest_deliveries,
    latest_of,
    marker_of,
    read_checked,
    read_register,
    returns_dir,
    values_bytes,
    verdict_bytes,
)
from minsheng.intake.rules.rule import Suite
from minsheng.intake.rules.suites import load_suites, printed_columns, rules_sha256
from minsheng.process import collector_paused, stage, took

# What reads and judges is imported where that begins: most runs find their returns as they were.
if TYPE_CHECKING:
    from minsheng.intake.reading.parsing import ParsedReturn
    from minsheng.intake.returns.frames import CheckedReturn

TellProgress = Callable[[str], None]

_log = logging.getLogger(__name__)


def check_month(
    plan: Plan,
    params_dir: Path,
    data_dir: Path,
    period: Period,
    *,
    force: bool = False,
    progress: TellProgress | None = None,
) -> None:
    """Check the latest revision of every registered return of a month.

    What came of it lies on disk, where one return at a time can be read: verdicts with accepted values by
    :func:`~minsheng.intake.returns.store.read_accepted`, files without a verdict by
    :func:`~minsheng.intake.returns.store.read_checked`.

    Parameters
    ----------
    plan
        The year's plan.
    params_dir
        The folder ``params``.
    data_dir
        The folder ``data``; ``data/accepted/<month>/`` is written.
    period
        A month. The months before must have been checked: see :func:`check_year_to_date`.
    force
        Check even if nothing changed.
    progress
        Called with a line of Chinese for each step.

    Raises
    ------
    PlanInvalidError
        If the suites have faults.
    """
    Checker(plan, params_dir, data_dir, progress).check(period, force=force)


def check_year_to_date(
    plan: Plan,
    params_dir: Path,
    data_dir: Path,
    period: Period,
    *,
    force: bool = False,
    progress: TellProgress | None = None,
) -> None:
    """Bring every month from January to ``period`` up to date, in order: each is compared with those before.

    The parameters are those of :func:`check_month`; ``period`` may also be a half-year or a year.
    """
    checker = Checker(plan, params_dir, data_dir, progress)
    for month in period.year_to_date:
        checker.check(month, force=force)


def is_up_to_date(plan: Plan, params_dir: Path, data_dir: Path, period: Period) -> bool:
    """Whether every month up to ``period`` was checked from what is there now; nothing is checked or written."""
    checker, register = Checker(plan, params_dir, data_dir), read_register(data_dir)
    return all(checker.is_up_to_date(month, register) for month in period.year_to_date)


_DECIDING = ("domain", "plan", "measure", "files", "privacy", "intake")


@lru_cache(maxsize=1)
def code_sha256() -> str:
    """Hash the sources of the rooms that decide a verdict: other code may read the same file differently."""
    package = Path(minsheng.__file__).parent
    return sha256_of_files(
        (path.relative_to(package).as_posix(), path)
        for path in sorted(path for room in _DECIDING for path in (package / room).rglob("*.py"))
    )


class Checker:
    """Checks months of one year; suites, the process that runs them and the one that reads start when first needed."""

    def __init__(self, plan: Plan, params_dir: Path, data_dir: Path, progress: TellProgress | None = None) -> None:
        self.plan = plan
        self.params_dir = params_dir
        self.data_dir = data_dir
        self._say: TellProgress = progress or (lambda _: None)
        self.run_suites = run_suites

    @cached_property
    def suites(self) -> dict[str, Suite]:
        """The suites of the plan's year."""
        return load_suites(self.plan, self.params_dir)

    @cached_property
    def rules_sha256(self) -> str:
        """Hash of tables and expectations."""
        return rules_sha256(self.plan, self.params_dir)

    @collector_paused()
    def check(self, period: Period, *, force: bool = False) -> None:
        """Check one month; see :func:`check_month`."""
        from minsheng.intake.returns.receiving import register_held

        with register_held(self.data_dir):  # or two that check at once would each take away what the other accepted
            self._check(period, force=force)

    def _check(self, period: Period, *, force: bool) -> None:
        deliveries, files, unregistered, fingerprint = self._inputs(period, read_register(self.data_dir))
        if not force and self._stands(period, fingerprint):
            self._say(f"{period.label}：没有变化，不再审核")
            return
        self._say(f"{period.label}：审核 {len(deliveries)} 份")
        start()
        returns, refused = self._read(deliveries, files)
        with stage(_log, "intake.rules"):
            results = self.judge(period, returns)
        found = CheckedMonth(fingerprint=fingerprint, written={}, refused=tuple(refused), unregistered=unregistered)
        with stage(_log, "intake.write"):
            self._write(period, results, found)

    def is_up_to_date(self, period: Period, register: Sequence[Delivery]) -> bool:
        """Whether a month was checked from what is there now, and what was written still lies there."""
        return self._stands(period, self._inputs(period, register)[3])

    def _inputs(
        self, period: Period, register: Sequence[Delivery]
    ) -> tuple[dict[str, Delivery], dict[str, bytes | None], tuple[RefusedFile, ...], str]:
        deliveries = latest_of(register, period)
        files = {who: self._file(delivery) for who, delivery in deliveries.items()}
        unregistered = self._unregistered(period, register)
        return deliveries, files, unregistered, self._fingerprint(period, deliveries, files, unregistered)

    def _stands(self, period: Period, fingerprint: str) -> bool:
        before = read_checked(self.data_dir, period)
        return before is not None and before.fingerprint == fingerprint and self._intact(period, before)

    def read(self, period: Period) -> "list[CheckedReturn]":
        """Read the latest revision of every return of a month, without those that are refused; nothing is written."""
        deliveries = latest_deliveries(self.data_dir, period)
        return self._read(deliveries, {who: self._file(delivery) for who, delivery in deliveries.items()})[0]

    @collector_paused()
    def judge(self, period: Period, returns: "list[CheckedReturn]") -> Iterator[tuple[Verdict, list[Value]]]:
        """Run every suite over a month's parsed returns; verdicts are built one by one, nothing is written."""
        from minsheng.intake.returns.frames import MonthContext, stack
        from minsheng.intake.returns.months_before import MonthsBefore
        from minsheng.intake.returns.verdicts import build_verdict

        context = MonthContext(self.plan, period, MonthsBefore(self.plan, self.data_dir, period))
        frames = [stack(suite, returns, context) for suite in self.suites.values()]
        found = self.run_suites(frames) if returns else []
        runs = {frame.suite.table.id: run for frame, run in zip(frames, found, strict=bool(returns))}
        return (build_verdict(self.plan, checked, frames, runs, self.rules_sha256) for checked in returns)

    def _file(self, delivery: Delivery) -> bytes | None:
        try:
            return delivered_path(self.data_dir, delivery).read_bytes()
        except FileNotFoundError:
            return None

    def _read(
        self, deliveries: dict[str, Delivery], files: dict[str, bytes | None]
    ) -> "tuple[list[CheckedReturn], list[RefusedFile]]":
        from minsheng.intake.reading.parsing import parse_return
        from minsheng.intake.returns.frames import CheckedReturn
        from minsheng.intake.spreadsheets.reader import Reader

        returns: list[CheckedReturn] = []
        refused: list[RefusedFile] = []
        printed = printed_columns(self.suites)
        register = [line for line in read_register(self.data_dir) if not line.withdrawn]
        first = {(line.period, line.id): line.received_at for line in reversed(register)}
        reading = parsing = 0.0
        with Reader() as reader:
            for who, delivery in deliveries.items():
                try:
                    started = time.perf_counter()
                    workbook = reader.read(_verified(delivery, files[who]))
                    read = time.perf_counter()
                    parsed = parse_return(workbook, self.plan, printed, whose=decided_owner(delivery))
                    _check_owner(delivery, parsed)
                    reading += read - started
                    parsing += time.perf_counter() - read
                except FileRefusedError as error:
                    self._say(f"{delivery.file}：拒收，{error}")
                    refused.append(RefusedFile(id=who, file=delivery.file, message=str(error)))
                else:
                    returns.append(CheckedReturn(delivery, parsed, first[delivery.period, who]))
        took(_log, "intake.read", reading)
        took(_log, "intake.parse", parsing)
        return returns, refused

    def _unregistered(self, period: Period, register: Sequence[Delivery]) -> tuple[RefusedFile, ...]:
        """List spreadsheets that lie in the month's folder without a line in the register."""
        known = {delivered_path(self.data_dir, line) for line in register}
        digests = {line.sha256 for line in register}
        folder = returns_dir(self.data_dir, period)
        stray = [
            path
            for path in (sorted(folder.iterdir()) if folder.is_dir() else ())
            if path.suffix.lower() in SPREADSHEETS
            and path not in known
            and not path.name.startswith((".", "~$"))
            # A receipt in progress, or a copy of what has been received, is no return that was forgotten.
            and not marker_of(path).exists()
            and sha256(path) not in digests
        ]
        message = f"没有登记，未审核；请运行 minsheng receive {period} 文件名"
        return tuple(
            RefusedFile(id=path.stem, file=path.relative_to(self.data_dir).as_posix(), message=message)
            for path in stray
        )

    def _fingerprint(
        self,
        period: Period,
        deliveries: dict[str, Delivery],
        files: dict[str, bytes | None],
        unregistered: tuple[RefusedFile, ...],
    ) -> str:
        # A figure that last month lacks is compared with an earlier one: any of them may decide.
        last = period.previous_month
        before = [read_checked(self.data_dir, month) for month in (last.year_to_date if last else ())]
        inputs = {
            "rules": self.rules_sha256,
            "plan": self.plan.sha256,
            "code": code_sha256(),
            "schema": Verdict.model_fields["schema_version"].default,
            # When and why a line was written decides nothing.
            "deliveries": [
                delivery.model_dump(mode="json", exclude=set(Recorded.model_fields)) for delivery in deliveries.values()
            ],
            "files": {who: sha256(data) if data else None for who, data in files.items()},
            "unregistered": [file.file for file in unregistered],
            "previous": [record.written if record else None for record in before],
        }
        return sha256(canonical_json(inputs))

    def _intact(self, period: Period, before: CheckedMonth) -> bool:
        """Whether what the last check wrote is still what lies there."""
        folder = accepted_dir(self.data_dir, period)
        present = {path.name for path in folder.iterdir() if path.suffix in {".csv", ".json"}} - {CHECKED}
        return present == set(before.written) and are_intact(folder, before.written)

    def _write(self, period: Period, results: Iterable[tuple[Verdict, list[Value]]], found: CheckedMonth) -> None:
        folder = accepted_dir(self.data_dir, period)
        folder.mkdir(parents=True, exist_ok=True)
        written: dict[str, str] = {}
        for verdict, values in results:
            written[f"{verdict.id}.csv"] = write_atomically(folder / f"{verdict.id}.csv", values_bytes(values))
            written[f"{verdict.id}.json"] = write_atomically(folder / f"{verdict.id}.json", verdict_bytes(verdict))
        for path in folder.iterdir():
            # What is left over from returns that are no longer there would count as reported.
            if path.name not in written and path.name != CHECKED and path.suffix in {".csv", ".json"}:
                path.unlink()
        record = found.model_copy(update={"written": written}).model_dump(mode="json")
        write_atomically(folder / CHECKED, canonical_json(record))


def _check_owner(delivery: Delivery, parsed: "ParsedReturn") -> None:
    cover = parsed.cover
    if (cover.id, cover.period) != (delivery.id, delivery.period):
        raise FileRefusedError(
            f"登记为 {delivery.id} {delivery.period.label}，{place(cover.sheet, cover.cell('unit').cell)} 却是 "
            f"{cover.id} {cover.period.label}：请核对封面和登记；"
            "登记错的用 minsheng receive --withdraw 撤回，再重新登记"
        )


def _verified(delivery: Delivery, data: bytes | None) -> bytes:
    """Return a delivered file's bytes, which must be those that were registered."""
    if data is None:
        raise FileRefusedError(f"登记的文件 {delivery.file} 不见了：请从备份或归档找回原件，放回原处")
    found = sha256(data)
    if found != delivery.sha256:
        raise FileRefusedError(
            f"{delivery.file} 与登记不符：登记的 sha256 是 {delivery.sha256[:12]}…，"
            f"文件是 {found[:12]}…，收到后被改动过：请从备份或归档找回原件；要更正的请另行登记新的一版"
        )
    return data
