"""Where a month stands with the archive, from hashes on record: only ledgers and one package's manifests are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from minsheng.archive.contents.month import unsealed_lines
from minsheng.archive.package.chain import SealEntry, read_newest, read_state
from minsheng.archive.package.key import newest_public, secret_path
from minsheng.archive.package.key_chain import LEDGER, KeyRing
from minsheng.archive.package.package_check import check_tags
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.runs.history import Attempt
from minsheng.workspace import Workspace


def workspace_at(start: Path | None) -> Workspace | None:
    """Return the workspace at or above a folder; ``None`` where there is none and none was named."""
    try:
        return Workspace.find(start)
    except UsageError:
        if start is not None:
            raise
        return None


def archive_of(path: Path | None, archive: Path | None, workspace: Workspace | None) -> Path | None:
    """Return the archive that is named, or that a path is or lies in, or the workspace's."""
    if archive is not None:
        return archive.resolve()
    for folder in (path, *path.parents) if path else ():
        if (folder / LEDGER).is_file():
            return folder
    return workspace.archive.resolve() if workspace else None


def trusted_key(workspace: Workspace | None, key: Path | None) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the public key to trust, and what it means if there is none.

    Parameters
    ----------
    key
        The file of a key to trust instead of the workspace's own.

    Raises
    ------
    UsageError
        If ``key`` does not exist.
    """
    path = key or (newest_public(workspace.keys) if workspace else None)
    if path is None:
        return None, ("签名是用归档自带的公钥核验的：请用 --key 给出另外取得的公钥",)
    if not path.is_file():
        raise UsageError(f"没有公钥文件 {path}")
    return path.read_bytes(), ()


def is_own(archive: Path, workspace: Workspace, ring: KeyRing) -> bool:
    """Whether an archive is a workspace's: the one that its settings name, or one that its key has signed."""
    public = newest_public(workspace.keys)
    named = workspace.archive.resolve() == archive.resolve()
    return named or (public is not None and bool(ring.history) and ring.knows(public.read_bytes()))


@dataclass(frozen=True)
class ArchiveStanding:
    """Where a period stands with the archive.

    Parameters
    ----------
    entry
        What was sealed last; ``None`` where nothing was.
    changed
        What was made again since, by name, and the registers with a line that the package lacks.
    """

    period: Period
    entry: SealEntry | None
    changed: tuple[str, ...] = ()

    def __str__(self) -> str:
        """未归档, 已归档 or 归档后有变化, with the package and what to do."""
        if self.entry is None:
            return f"未归档：{self.remedy}"
        if self.changed:
            return f"归档后有变化（{self.entry.bag} 之后有 {len(self.changed)} 项重做或新登记）：{self.remedy}"
        return f"已归档：{self.entry.bag}（{self.entry.sealed_at.date()}）"

    @property
    def stands(self) -> bool:
        """Whether the period is sealed as it is now."""
        return self.entry is not None and not self.changed

    @property
    def remedy(self) -> str:
        """The command that seals it."""
        return f"minsheng archive seal {self.period}{' --why 原因' if self.changed else ''}"


def archive_standing(
    workspace: Workspace, plan: Plan, period: Period, attempts: Mapping[str, Attempt]
) -> ArchiveStanding:
    """Return where a month stands.

    Parameters
    ----------
    attempts
        Task → how its last attempt ended.
    """
    entry, sealed = sealed_files(workspace, period)
    # By hashes on record: no report and no sealed file is read again.
    made = {f"outputs/{task}/{name}": digest for task, a in attempts.items() for name, digest in a.outputs.items()}
    changed = sorted({name.rpartition("/")[0] for name, digest in made.items() if sealed.get(name) != digest})
    if entry is None:
        return ArchiveStanding(period, None)
    changed += unsealed_lines(workspace, plan, period, workspace.archive / entry.bag / "data" / "data")
    return ArchiveStanding(period, entry, tuple(changed))


def sealed_files(workspace: Workspace, period: Period) -> tuple[SealEntry | None, Mapping[str, str]]:
    """Return what was sealed last for a period, and its manifest: path in the package → sha256."""
    entry = read_newest(workspace.archive, period)
    folder = workspace.archive / entry.bag if entry else None
    return entry, check_tags(folder).payload if folder and folder.is_dir() else {}


def archive_health(workspace: Workspace) -> tuple[str, str]:
    """Return in words how archive and key stand, and what is wrong with them; the latter empty where all is well."""
    folder = workspace.archive
    if not (folder / LEDGER).is_file():
        return f"归档 {folder}：还没有归档过", ""
    own = newest_public(workspace.keys)
    state = read_state(folder, own.read_bytes() if own else None)
    secret = secret_path(workspace.keys, state.ring.current.text)
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
