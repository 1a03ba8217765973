"""The desk at which one June workbook is judged beside those of two other counties."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from minsheng.domain.delivery import Delivery, Value, Verdict
from minsheng.domain.period import Period
from minsheng.intake.reading.parsing import parse_return
from minsheng.intake.returns.checking import Checker
from minsheng.intake.returns.frames import CheckedReturn, StackedFrame
from minsheng.intake.returns.receiving import check_month_of
from minsheng.intake.rules.rule import RuledFrame, RuleRun
from minsheng.intake.rules.suites import printed_columns
from minsheng.intake.spreadsheets.reader import Reader

JUNE = Period("2017-06")


class RememberingRunner:
    """Validates a table once: a fault of one sheet leaves the tables of the others as they were."""

    def __init__(self, run: Callable[[RuledFrame], list[RuleRun]]) -> None:
        self._run = run
        self._known: dict[tuple[str, str], list[RuleRun]] = {}

    def run_all(self, frames: Sequence[StackedFrame]) -> list[list[RuleRun]]:
        return [self.run(frame) for frame in frames]

    def run(self, frame: RuledFrame) -> list[RuleRun]:
        key = (frame.suite.table.id, repr(frame.columns))
        if key not in self._known:
            self._known[key] = self._run(frame)
        return self._known[key]


@dataclass
class Desk:
    """The desk at which a June workbook of 苍溪县 is judged beside those of two other counties."""

    checker: Checker
    reader: Reader
    good: bytes
    others: list[CheckedReturn]
    received_at: datetime

    def judge(self, content: bytes) -> tuple[Verdict, list[Value]]:
        workbook = self.reader.read(content)
        parsed = parse_return(workbook, self.checker.plan, printed_columns(self.checker.suites))
        check_month_of(parsed, JUNE)
        delivery = Delivery(
            period=JUNE,
            id=parsed.cover.id,
            revision=1,
            file=f"returns/2017-06/cangxi.{workbook.format}",
            sha256="0" * 64,
            received_at=self.received_at,
        )
        return next(self.checker.judge(JUNE, [CheckedReturn(delivery, parsed), *self.others]))
