"""Files that a browser sends, in parts: they wait below ``outputs/.desk/`` for the command that takes them."""

import re
import secrets
import shutil
import time
from pathlib import Path

from minsheng.desk.jobs import desk_folder
from minsheng.domain.base import Frozen
from minsheng.errors import MachineUnfitError, UsageError
from minsheng.files.writing import append_part, write_atomically
from minsheng.intake.forms.delivered_forms import LARGEST_MIB
from minsheng.workspace import Workspace

LIMIT_MIB = LARGEST_MIB
"""The largest file: what any command takes, of which a workbook may hold less."""

PART = 4 * 1024 * 1024
"""Bytes that are sent at once."""

_ID = re.compile(r"[0-9a-f]{16}")

_DAY = 24 * 3600

_ROOM = 512 * 1024 * 1024
"""Bytes that stay free for the command itself."""

_LONGEST = 200
"""Bytes of a name."""


class _About(Frozen):
    """A file as it was announced."""

    name: str
    size: int


def announce(workspace: Workspace, name: str, size: int) -> str:
    """Take note of a file that is going to be sent, and return its id.

    Raises
    ------
    UsageError
        If it is too large or its name is none.
    MachineUnfitError
        If the disk has no room for it.
    """
    base = name.replace("\\", "/").rpartition("/")[2].strip()
    if not base or base.startswith(".") or any(ord(letter) < 32 for letter in base):
        raise UsageError(f"文件名“{name}”不能用：请改名后再放")
    if len(base.encode()) > _LONGEST:
        raise UsageError(f"文件名“{base[:20]}……”太长：请改短后再放")
    if size > LIMIT_MIB * 1024 * 1024:
        raise UsageError(f"{base} 有 {size / 1024 / 1024:,.0f} MB，超过上限 {LIMIT_MIB} MB：没有发送")
    folder = _folder(workspace)
    _forget_old(folder)
    if shutil.disk_usage(folder).free < size + _ROOM:
        raise MachineUnfitError(f"{workspace.root} 所在磁盘放不下 {base}：请先腾出空间")
    name = secrets.token_hex(8)
    write_atomically(folder / f"{name}.json", _About(name=base, size=size).model_dump_json().encode())
    (folder / name).mkdir(mode=0o700)
    append_part(folder / name / base, 0, b"")
    return name


def add(workspace: Workspace, upload: str, offset: int, content: bytes) -> int:
    """Take a part of an announced file, and return how much of it is there.

    Raises
    ------
    UsageError
        If no such file was announced, or it is longer than it was said to be.
    """
    about = _about(workspace, upload)
    if offset + len(content) > about.size:
        raise UsageError(f"{about.name} 在发送时变大了：请等它存好再放一次")
    return append_part(_folder(workspace) / upload / about.name, offset, content)


def uploaded(workspace: Workspace, upload: str) -> Path:
    """Return where a file lies that was sent.

    Raises
    ------
    UsageError
        If it is unknown or not all there.
    """
    about = _about(workspace, upload)
    path = _folder(workspace) / upload / about.name
    if path.stat().st_size != about.size:
        raise UsageError(f"{about.name} 还没有送完：请稍候，或取下后重放")
    return path


def discard(workspace: Workspace, upload: str) -> None:
    """Take a file away."""
    if _ID.fullmatch(upload):
        (_folder(workspace) / f"{upload}.json").unlink(missing_ok=True)
        shutil.rmtree(_folder(workspace) / upload, ignore_errors=True)


def _folder(workspace: Workspace) -> Path:
    folder = desk_folder(workspace) / "uploads"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def _about(workspace: Workspace, upload: str) -> _About:
    path = _folder(workspace) / f"{upload}.json"
    if not _ID.fullmatch(upload) or not path.is_file():
        raise UsageError("这份文件已不在：请取下后重新放入")
    return _About.model_validate_json(path.read_bytes())


def _forget_old(folder: Path) -> None:
    """Throw away what was sent a day ago and never taken: whoever sent it still has it."""
    for about in folder.glob("*.json"):
        if time.time() - about.stat().st_mtime > _DAY:
            shutil.rmtree(folder / about.stem, ignore_errors=True)
            about.unlink(missing_ok=True)
