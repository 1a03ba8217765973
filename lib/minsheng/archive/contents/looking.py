"""What is to be sealed, looked through for personal numbers; who answers for what could not be looked into (未检)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from minsheng.archive.contents.answers import Answer, read_unchecked
from minsheng.archive.contents.description import is_made_here
from minsheng.archive.package.bag import Payload
from minsheng.domain.period import Period, PeriodKind
from minsheng.files.registers import csv_bytes
from minsheng.privacy.gate import look_into
from minsheng.privacy.scanner import Unseen
from minsheng.signing.signatures import SCAN, read_signed

LISTING_COLUMNS = ("文件", "sha256", "未检", "答复人", "理由")

_READ_AT_INTAKE = Answer(who="收文校验", why="报表由系统逐格读过")


@dataclass(frozen=True)
class UncheckedFile:
    """A file of a package that could not be looked into, in whole or in part; who answers for it, if anybody does."""

    name: str
    sha256: str
    what: str
    answer: Answer | None

    def __str__(self) -> str:
        """Return the line that a seal prints."""
        return f"{self.name}：{self.what}{f'（{self.answer.who}：{self.answer.why}）' if self.answer else ''}"


@dataclass(frozen=True)
class LookedThrough:
    """Why something must not be sealed, one line each, and what could not be looked into."""

    refused: tuple[str, ...]
    unchecked: tuple[UncheckedFile, ...]

    @property
    def unanswered(self) -> list[UncheckedFile]:
        """What nobody answers for."""
        return [each for each in self.unchecked if each.answer is None]


def look_through(
    payload: Payload,
    kind: str,
    *,
    looked_at: Collection[str],
    answers: Mapping[str, Answer],
    read: Collection[str],
) -> LookedThrough:
    """Look through all that is to be sealed.

    Parameters
    ----------
    kind
        ``month`` or ``evidence``.
    looked_at
        sha256 of what was looked through when it was made.
    answers
        sha256 → who answers for a file that cannot be looked into.
    read
        sha256 of every return on record: intake has read their cells one by one, those of old formats too.
    """
    refused = [f"{name}：空文件" for name, source in payload.items() if not source.size]
    # Each content once: the same return is evidence of many items.
    # What was looked through for personal numbers when it was made needs it no second time.
    once = {source.sha256: name for name, source in reversed(list(payload.items())) if source.sha256 not in looked_at}
    unchecked = []
    for name in sorted(once.values()):
        lines, unseen = look_into(name, payload[name].read())
        refused += lines
        # A binder or a receipt holds copies of what lies in the package as a file of its own.
        if unseen and not is_made_here(kind, name):
            digest = payload[name].sha256
            answer = answers.get(digest)
            if answer is None and digest in read and all(each.partly for each in unseen):
                answer = _READ_AT_INTAKE
            unchecked.append(UncheckedFile(name, digest, _words(unseen), answer))
    return LookedThrough(tuple(refused), tuple(unchecked))


def known_answers(data_dir: Path) -> dict[str, Answer]:
    """Return who answers for what by sha256: as a person wrote it down, or as the registers say.

    Raises
    ------
    FileRefusedError
        If a line of ``unchecked.csv`` has a fault.
    """
    scans = {
        line.sha256: Answer(who=line.signer, why="登记过的签字扫描件")
        for line in read_signed(data_dir)
        if line.kind == SCAN
    }
    answers: dict[str, Answer] = {}
    for path in sorted((data_dir / "evidence").glob("*/unchecked.csv")):
        # A file needs one answer, whichever period it came up in first.
        answers |= read_unchecked(data_dir, Period(path.parent.name))
    return scans | answers


def listing_name(period: Period) -> str:
    """Return where a package lists what could not be looked into."""
    return f"outputs/{period}/未检文件.csv" if period.kind == PeriodKind.MONTH else "02-证据目录/未检文件.csv"


def listing_bytes(unchecked: Sequence[UncheckedFile]) -> bytes:
    """Write that list."""
    return csv_bytes(LISTING_COLUMNS, _rows(unchecked), office=True)


def _rows(unchecked: Sequence[UncheckedFile]) -> Iterator[Sequence[str]]:
    for each in unchecked:
        yield each.name, each.sha256, each.what, *((each.answer.who, each.answer.why) if each.answer else ("", ""))


def _words(unseen: Sequence[Unseen]) -> str:
    places = [f"{each.place}：{each.why}" if each.place else each.why for each in unseen]
    more = f" 等 {len(places)} 处" if len(places) > 3 else ""
    return f"未检：{'；'.join(places[:3])}{more}"
