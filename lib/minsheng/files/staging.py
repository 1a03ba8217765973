"""``outputs/`` changes all at once: what is written stands beside, then takes its place."""

import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from minsheng.files.hashing import FileContent
from minsheng.files.writing import put
from minsheng.workspace import Workspace


def publish(workspace: Workspace, folder: Path, files: Mapping[str, FileContent]) -> None:
    """Put files in place all at once: written beside, then renamed; the old folder goes afterwards."""
    staging = workspace.outputs / ".staging" / f"{os.getpid()}-{time.monotonic_ns()}"
    try:
        staging.mkdir(parents=True)
        for name, content in files.items():
            put(content, staging / name)
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError:  # a full disk: what was there stays, and nothing half-written stands anywhere
        shutil.rmtree(staging, ignore_errors=True)
        raise
    remove(workspace, folder)
    staging.rename(folder)


def clear_staging(workspace: Workspace) -> None:
    """Throw away what was left behind; only who runs now in this workspace may."""
    staging = workspace.outputs / ".staging"
    own = staging.glob(f"{os.getpid()}-*")  # of a run before this one in the same process
    for folder in (*left_over(workspace), *own):
        shutil.rmtree(folder, ignore_errors=True)


def left_over(workspace: Workspace) -> list[Path]:
    """Return what runs that were killed left behind: folders of processes that are gone."""
    staging = workspace.outputs / ".staging"
    found = sorted(staging.iterdir()) if staging.is_dir() else []
    return [path for path in found if not _runs(path.name.partition("-")[0])]


def _runs(pid: str) -> bool:
    if not pid.isdigit():
        return False
    if sys.platform == "win32":  # asking would end it
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def remove(workspace: Workspace, folder: Path) -> None:
    """Take a folder away at once, even if a reader still has a file of it open."""
    if not folder.exists():
        return
    bin_folder = workspace.outputs / ".staging" / f"{os.getpid()}-{time.monotonic_ns()}-old"
    bin_folder.parent.mkdir(parents=True, exist_ok=True)
    folder.rename(bin_folder)
    shutil.rmtree(bin_folder)
