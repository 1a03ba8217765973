"""Where a month stands with the archive, from hashes on record: only ledgers and one package's manifests are read."""

from collections.abc import Mapping
from pathlib import Path

from minsheng.archive.checking import check_tags
from minsheng.archive.ledger import LEDGER
from minsheng.archive.signing import PUBLIC_NAME, SECRET_NAME
from minsheng.archive.state import read_newest, read_state
from minsheng.domain.period import Period
from minsheng.execute.ledger import Attempt
from minsheng.workspace import Workspace


def archive_word(workspace: Workspace, period: Period, attempts: Mapping[str, Attempt]) -> str:
    """Return 未归档, 已归档 or 归档后有变化, with the package and what to do.

    Parameters
    ----------
    workspace
        Where the archive lies.
    period
        The month.
    attempts
        Unit → how its last attempt ended.
    """
    entry = read_newest(workspace.archive, period)
    if entry is None:
        return f"未归档：minsheng archive seal {period}"
    folder = workspace.archive / entry.bag
    sealed = check_tags(folder).payload if folder.is_dir() else {}
    made = {f"outputs/{unit}/{name}": digest for unit, a in attempts.items() for name, digest in a.outputs.items()}
    changed = sorted({name.rpartition("/")[0] for name, digest in made.items() if sealed.get(name) != digest})
    if changed:
        return f"归档后有变化（{entry.bag} 之后重做过 {len(changed)} 份）：minsheng archive seal {period} --why 原因"
    return f"已归档：{entry.bag}（{entry.sealed_at.date()}）"


def archive_health(workspace: Workspace) -> tuple[str, str]:
    """Return in words how archive and key stand, and what is wrong with them; the latter empty where all is well."""
    folder, secret = workspace.archive, workspace.keys / SECRET_NAME
    if not (folder / LEDGER).is_file():
        return f"归档 {folder}：还没有归档过", ""
    own = workspace.keys / PUBLIC_NAME
    state = read_state(folder, own.read_bytes() if own.is_file() else None)
    said = f"归档 {folder}：{len(state.entries)} 个包"
    return said, _wrong(folder, secret, [*map(str, state.faults), *state.unfinished])


def _wrong(folder: Path, secret: Path, faults: list[str]) -> str:
    if faults:
        return f"核验不通过（{faults[0]}）：minsheng archive verify"
    if not secret.is_file():
        return f"缺少签名私钥 {secret}：请从备份取回"
    if secret.stat().st_mode & 0o077:
        return f"签名私钥 {secret} 别人也能读：chmod 600 {secret}"
    if secret.resolve().is_relative_to(folder.resolve()):
        return f"签名私钥 {secret} 放在归档里：请移到归档之外，并改 minsheng.toml 的 keys"
    return ""
