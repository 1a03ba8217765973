"""What lies in an archive's folder, without looking into the bags: ledger, signature, companions, strangers."""

from dataclasses import dataclass
from pathlib import Path

from minsheng.archive.durable import UNFINISHED
from minsheng.archive.faults import Fault, FaultKind
from minsheng.archive.hashing import digests_of
from minsheng.archive.ledger import LEDGER, PUBLIC_KEY, SIGNATURE, Entry, newest, read_ledger
from minsheng.archive.profile import profile_bytes
from minsheng.archive.readme import README, readme_bytes
from minsheng.archive.signing import signature_fault
from minsheng.domain.period import Period

PROFILE_NAME = "bag-profile.json"


@dataclass(frozen=True)
class State:
    """An archive's ledger and what stands around it.

    Parameters
    ----------
    content
        ``ledger.jsonl``; empty where nothing was sealed yet.
    entries
        Its readable lines.
    faults
        Everything wrong outside the bags.
    unfinished
        Names that an interrupted seal left.
    """

    folder: Path
    content: bytes
    entries: list[Entry]
    faults: list[Fault]
    unfinished: list[str]

    @property
    def head(self) -> str:
        """The chain's head; empty where nothing was sealed."""
        return self.entries[-1].head() if self.entries else ""


def read_state(folder: Path, public: bytes | None = None) -> State:
    """Read an archive.

    Parameters
    ----------
    folder
        The archive.
    public
        The public key to trust; by default the archive's own, which shows less.
    """
    content = _read(folder / LEDGER)
    entries, faults = read_ledger(content)
    faults += _signature(folder, content, public) + _beside(folder, entries)
    strangers, unfinished = _strangers(folder, entries)
    return State(folder, content, entries, faults + strangers, unfinished)


def read_newest(folder: Path, period: Period) -> Entry | None:
    """Return what the ledger says was sealed last for a period, without any check."""
    return newest(read_ledger(_read(folder / LEDGER))[0], period)


def companions(public: bytes) -> dict[str, bytes]:
    """Return the files beside the bags, each written once and never changed."""
    return {README: readme_bytes(), PROFILE_NAME: profile_bytes(), PUBLIC_KEY: public}


def companion_name(folder: Path, name: str, content: bytes) -> str:
    """Return where a companion lies or may lie: what a newer program says stands beside, as ``README-2.txt``."""
    path, number = folder / name, 1
    while path.exists() and path.read_bytes() != content:
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path.name


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _signature(folder: Path, content: bytes, public: bytes | None) -> list[Fault]:
    if not content:
        return [Fault(SIGNATURE, "有签名，没有账本", FaultKind.SIGNATURE)] if (folder / SIGNATURE).exists() else []
    if not (folder / SIGNATURE).is_file():
        return [Fault(SIGNATURE, "账本没有签名", FaultKind.SIGNATURE)]
    own = _read(folder / PUBLIC_KEY)
    faults = (
        [Fault(PUBLIC_KEY, "不是所信任的那把公钥：公钥被换过，或这是别处的归档", FaultKind.SIGNATURE)]
        if public not in {None, own}
        else []
    )
    wrong = signature_fault(content, _read(folder / SIGNATURE), public if public is not None else own)
    return faults + ([Fault(SIGNATURE, wrong, FaultKind.SIGNATURE)] if wrong else [])


def _beside(folder: Path, entries: list[Entry]) -> list[Fault]:
    faults = []
    for name, digest in entries[-1].beside.items() if entries else ():
        path = folder / name
        if not path.is_file():
            faults.append(Fault(name, "缺少这个文件", FaultKind.CHAIN))
        elif digests_of(path).sha256 != digest:
            faults.append(Fault(name, "内容与账本所记的不符：文件被改动", FaultKind.CHAIN))
    return faults


def _strangers(folder: Path, entries: list[Entry]) -> tuple[list[Fault], list[str]]:
    """Return what lies in the folder and belongs to no seal, and what an interrupted seal left."""
    known = {LEDGER, SIGNATURE, *companions(b""), *(entry.bag for entry in entries)}
    known |= {name for entry in entries for name in entry.beside}
    # A seal that was killed has written them and no ledger yet.
    known |= {companion_name(folder, name, content) for name, content in companions(b"").items() if content}
    faults, unfinished = [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") and path.name.endswith(UNFINISHED):
            unfinished.append(path.name)
        elif path.name not in known:
            what = "账本中没有这个包：可能是改了名、账本被截短或换成了旧的" if path.is_dir() else "多出的文件"
            faults.append(Fault(path.name, what, FaultKind.EXTRA))
    return faults, unfinished
