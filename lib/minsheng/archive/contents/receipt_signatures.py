"""What a county can hold against the bureau: beside its receipt the signature of its return, by the archive's key.

``cangxi.minisig`` is over the bytes of the return that the receipt answers: whoever has the return verifies it with
minisign alone. The receipt says nothing of it, so that its bytes depend on no key. Writes the receipts' folder.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.domain.period import Period
from minsheng.errors import MachineUnfitError
from minsheng.files.hashing import sha256
from minsheng.files.writing import write_atomically
from minsheng.intake.returns.receipts import receipts_dir
from minsheng.intake.returns.store import delivered_path, read_register
from minsheng.workspace import Workspace

# Keys and chains are imported where something is signed or verified: an unchanged month does neither.
if TYPE_CHECKING:
    from minsheng.archive.package.key import Signer
    from minsheng.archive.package.key_chain import KeyRing

SUFFIX = ".minisig"

_COMMENT = re.compile(rb"^trusted comment: (.*)$", re.MULTILINE)

_SIGNED = re.compile(r"return:(\S+)\s+of:(\S+)\s+sha256:([0-9a-f]{64})")


def signature_path(workspace: Workspace, period: Period, who: str) -> Path:
    """Return where the signature of a return lies, beside its receipt."""
    return receipts_dir(workspace.outputs, period) / f"{who}{SUFFIX}"


def sign_returns(workspace: Workspace, period: Period) -> str:
    """Sign every return of a month that has a receipt; return why they stay unsigned, empty where they do not."""
    wanted = dict(_unsigned(workspace, period))
    if not wanted:
        return ""
    try:
        signer = _signer(workspace)
    except MachineUnfitError as fault:
        return str(fault).splitlines()[0]
    if signer is None:
        return "还没有归档的钥匙（第一次归档时生成）"
    for path, (source, comment) in wanted.items():
        write_atomically(path, signer.sign(source.read_bytes(), comment))
    return ""


def _unsigned(workspace: Workspace, period: Period) -> Iterator[tuple[Path, tuple[Path, str]]]:
    """Yield where a signature is missing, with the return and what is to be said of it."""
    folder = receipts_dir(workspace.outputs, period)
    for verdict in sorted(workspace.accepted(period).glob("*.json")):
        said = json.loads(verdict.read_bytes())
        source = workspace.data / str(said.get("file", ""))
        path = folder / f"{verdict.stem}{SUFFIX}"
        if not source.is_file() or not (folder / f"{verdict.stem}.html").is_file():
            continue
        comment = f"return:{period} of:{verdict.stem} sha256:{said['sha256']}"
        # One that is there stays: another key since then is no reason to say it again.
        if not path.is_file() or comment.encode() not in path.read_bytes():
            yield path, (source, comment)


def _signer(workspace: Workspace) -> "Signer | None":
    if not workspace.archive.is_dir():  # nothing was ever sealed
        return None
    from minsheng.archive.package.chain import read_state
    from minsheng.archive.package.key import open_signer
    from minsheng.archive.package.key_chain import LEDGER

    if not (workspace.archive / LEDGER).is_file():
        return None
    return open_signer(workspace.keys, make=False, public=read_state(workspace.archive).ring.current.text)


def check_return_signatures(workspace: Workspace, ring: "KeyRing") -> list[Fault]:
    """Hold every signature beside a receipt against the returns on record."""
    known = on_record(workspace)
    return [
        Fault(path.relative_to(workspace.root).as_posix(), wrong, FaultKind.SIGNATURE)
        for path in sorted(workspace.outputs.glob(f"*/receipts/*{SUFFIX}"))
        if (wrong := return_signature_fault(path.read_bytes(), known, ring))
    ]


def on_record(workspace: Workspace | None) -> dict[str, Path]:
    """Return sha256 → file of every return on record; none without a workspace."""
    if workspace is None:
        return {}
    paths = [delivered_path(workspace.data, line) for line in read_register(workspace.data)]
    return {sha256(path): path for path in paths if path.is_file()}


def signed_sha256(signature: bytes) -> str:
    """Return the sha256 of the return that a signature says it is of; empty where it says none."""
    said = _said(signature)
    return said[3] if said else ""


def _said(signature: bytes) -> re.Match[str] | None:
    comment = _COMMENT.search(signature)
    return _SIGNED.search(comment[1].decode("utf-8", "replace")) if comment else None


def return_signature_fault(signature: bytes, returns: Mapping[str, Path], ring: "KeyRing") -> str:
    """Return what a county's signature shows against the returns that are there; empty where all agrees.

    Parameters
    ----------
    returns
        sha256 → where that return lies.
    """
    from minsheng.archive.package.key import signature_fault

    said = _said(signature)
    if said is None:
        return "不是回执旁的签名"
    source = returns.get(said[3])
    if source is None:
        return f"所签的 {said[2]} {said[1]} 报表（sha256 {said[3]}）不在了：报表被调换或删去"
    content = source.read_bytes()
    wrong = [signature_fault(content, signature, key.content) for key in ring.history]
    return "" if "" in wrong else f"{source.name}：{wrong[-1]}"
