"""``minsheng archive verify``: the archive, one package, or where a file is sealed; signatures and deliveries too."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from minsheng.archive.contents.archived import archive_of, trusted_key, workspace_at
from minsheng.archive.contents.kept_inputs import inputs_in
from minsheng.archive.contents.leaders import check_signed
from minsheng.archive.contents.outside import Outside, check_outside
from minsheng.archive.contents.receipt_signatures import SUFFIX, on_record, return_signature_fault, signed_sha256
from minsheng.archive.package.bag import read_info
from minsheng.archive.package.chain import SealEntry, read_state
from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.archive.package.key_chain import LEDGER
from minsheng.archive.package.verifying import (
    Holding,
    Verification,
    find_digest,
    find_file,
    verify_alone,
    verify_archive,
)
from minsheng.archive.recompute.made_anew import other_year_before
from minsheng.archive.recompute.recomputing import recompute
from minsheng.commands.assess import accept_forms
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, Outcome, UsageError
from minsheng.files.hashing import sha256
from minsheng.runs.options import Display
from minsheng.site.pages import make_archived_pages

_HEAD = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class VerifyOutcome(Outcome):
    """What was verified, and what that does not show."""

    what: Path
    found: Verification
    notes: tuple[str, ...] = ()
    outside: Outside | None = None

    @property
    def exit_code(self) -> ExitCode:
        """14 with a fault, else 0."""
        return ExitCode.ARCHIVE_INVALID if self.found.faults else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return the outcome for a terminal: every fault, or what was verified."""
        found = self.found
        lines = [str(fault) for fault in found.faults]
        for holding in found.holdings:
            replaced = f"；该包已由 {holding.replaced_by} 代替" if holding.replaced_by else ""
            day, number = holding.entry.sealed_at.date(), holding.entry.sequence
            same = "所签的报表是" if self.what.suffix == SUFFIX else "与"
            equal = "" if self.what.suffix == SUFFIX else " 逐字节相同"
            lines.append(f"{self.what} {same} {holding.path}{equal}（第 {number} 号归档，{day}）{replaced}")
        rate = found.size / found.seconds / 1e6 if found.seconds else 0
        checked = f"{len(found.bags)} 个包，{found.files} 个文件，{found.size:,} 字节"
        lines.append(f"核验了 {checked}，用时 {found.seconds:.2f} 秒（{rate:.0f} MB/秒）")
        lines += self.notes
        lines += [_sm3_line(found)]
        if found.faults:
            return [*lines, f"核验不通过：{len(found.faults)} 处"]
        conclusion = self.outside.conclusion if self.outside else "核验通过"
        return [*lines, *([f"账本头：{found.head}"] if found.head else []), conclusion]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        found = self.found
        return {
            "what": str(self.what),
            "valid": not found.faults,
            "faults": [{"where": fault.where, "what": fault.what} for fault in found.faults],
            "bags": found.bags,
            "files": found.files,
            "bytes": found.size,
            "seconds": round(found.seconds, 3),
            "head": found.head,
            "holdings": [
                {"path": each.path, "bag": each.entry.bag, "replaced_by": each.replaced_by} for each in found.holdings
            ],
            "notes": list(self.notes),
            "outside": list(self.outside.means) if self.outside else [],
            "sm3": {"computed": found.sm3, "bags_without": found.without_sm3},
        }


def _sm3_line(found: Verification) -> str:
    parts = [f"逐份重算了 {found.sm3} 份"] if found.sm3 else []
    if not found.sm3 and len(found.bags) > len(found.without_sm3):
        parts.append("只核对了清单是否齐全，没有逐份重算（加 --sm3）")
    if found.without_sm3:
        parts.append(f"{'、'.join(found.without_sm3)} 由旧版封存，没有 SM3 清单")
    return f"SM3：{'；'.join(parts) or '没有包可核对'}"


def verify(
    start: Path | None,
    path: Path | None,
    *,
    archive: Path | None,
    key: Path | None,
    head: str,
    display: Display,
    roots: Sequence[Path] = (),
    sm3: bool = False,
    anew: bool = False,
) -> VerifyOutcome:
    """Verify an archive, one package, or the package that holds a file.

    Parameters
    ----------
    start
        Where to look for the workspace; an auditor with an archive or ``archive`` needs none.
    path
        An archive, a package or any file; by default the workspace's archive.
    archive
        The archive; by default the one that ``path`` lies in, else the workspace's.
    key
        The public key to trust; by default the workspace's own, if it has one.
    head
        A head from outside, as printed on a delivery note.
    roots
        Files of the root certificates to trust for leaders' signatures; by default those of the settings.
    sm3
        Whether SM3 digests are computed anew too.
    anew
        Whether every figure is computed anew from archived workbooks and plan, and every page rendered once more.

    Raises
    ------
    UsageError
        If a path does not exist, the head is none, or there is no archive.
    MachineUnfitError
        If ``sm3`` is asked for and this machine cannot compute it.
    """
    if path is not None and not path.exists():
        raise UsageError(f"没有 {path}")
    # Copied from paper, where it may be broken over two lines.
    head = "".join(head.split()).lower()
    if head and not _HEAD.fullmatch(head):
        raise UsageError(f"--head “{head}”不是账本头：应为交接单上的 64 位十六进制数字")
    workspace = workspace_at(start)
    path = path.resolve() if path else None
    folder = archive_of(path, archive, workspace)
    if path is not None and path.is_dir() and folder != path and (folder is None or path.parent != folder):
        alone = "这个包不在归档文件夹中：只核验了它自身，没有核验账本与签名"
        checked = verify_alone(path, sm3=sm3)
        told = _recomputed(checked, path.parent, display) if anew else ()
        return VerifyOutcome(path, checked, (alone, *told))
    if folder is None:
        raise UsageError("不在工作区中：请用 --archive 指明归档文件夹")
    public, notes = trusted_key(workspace, key)
    signed_return = path if path is not None and path.suffix == SUFFIX and path.is_file() else None
    holdings = _holdings(folder, path, signed_return) if path and path.is_file() and folder.is_dir() else []
    only = None if path in {None, folder} else {path.name} if path.is_dir() else _bags(holdings)
    found = verify_archive(folder, public=public, head=head, only=only, sm3=sm3, say=display.stage)
    found.holdings = holdings
    trust = [*roots] or (workspace.trust_roots if workspace else [])
    signed = check_signed(folder, workspace, trust, only)
    outside = check_outside(folder, workspace, trust, head)
    found.faults += [*signed.faults, *outside.faults]
    if signed_return is not None:
        returns = on_record(workspace) | {sha256(folder / each.path): folder / each.path for each in holdings}
        wrong = return_signature_fault(signed_return.read_bytes(), returns, read_state(folder).ring)
        found.faults += [Fault(str(path), wrong, FaultKind.SIGNATURE)] if wrong else []
        notes = (*notes, *([] if wrong else [f"{path} 是本局对这份报表的签名，报表没有变"]))
    elif path and path.is_file() and not holdings:
        found.faults.append(Fault(str(path), "没有一个归档包中有这份文件：它不是归档的文件，或已被改动"))
    told = _recomputed(found, folder, display) if anew else ()
    said = (*notes, *found.notes, *outside.notes, *signed.notes, *told)
    return VerifyOutcome(path or folder, found, said, outside)


def _holdings(folder: Path, path: Path, signed_return: Path | None) -> list[Holding]:
    """Return where a file is sealed, or the return that a county's signature is of."""
    return find_digest(folder, signed_sha256(path.read_bytes())) if signed_return else find_file(folder, path)


def _recomputed(found: Verification, folder: Path, display: Display) -> tuple[str, ...]:
    """Compute the verified packages anew, add what differs to the faults, and return what is to be said besides."""
    told = []
    entries = read_state(folder).entries if (folder / LEDGER).is_file() else ()
    for bag in found.bags:
        data = folder / bag / "data"
        info = read_info((folder / bag / "bag-info.txt").read_bytes()) if data.is_dir() else {}
        if any(fault.where.startswith(f"{bag}/") for fault in found.faults):
            told.append(f"重算：{bag} 核验不通过，没有重算")
            continue
        display.stage(f"从报表和方案重算 {bag}")
        period = Period("".join(info.get("Minsheng-Period", ())))
        if info.get("Minsheng-Kind") == ["month"]:
            files = {path.relative_to(data).as_posix(): path for path in sorted(data.rglob("*")) if path.is_file()}
            done = recompute(files, period, printed=True, pages=make_archived_pages)
        elif files := inputs_in(data):
            done = recompute(files, period, prepare=accept_forms)
        else:
            told.append(f"重算：{bag} 由旧版程序封存，没有报表和方案可重算")
            continue
        own = partial(_packages_of, folder, entries)
        done.differs.update(other_year_before(files, period, own))
        found.faults += [
            Fault(f"{bag}/data/{name}", words, FaultKind.RECOMPUTED) for name, words in done.differs.items()
        ]
        told += [f"重算：{bag}：{line}" for line in (done.summary(), *done.otherwise, *done.wordings())]
    return tuple(told)


def _packages_of(folder: Path, entries: Iterable[SealEntry], month: Period) -> list[Path]:
    return [folder / entry.bag for entry in entries if entry.period == month]


def _bags(holdings: list[Holding]) -> set[str]:
    return {holding.entry.bag for holding in holdings}
