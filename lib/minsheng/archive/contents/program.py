"""The program that made a month, in its package: the wheel, or where it is kept, and what it is."""

import json
from pathlib import Path

from minsheng.errors import ArchiveInvalidError, UsageError
from minsheng.files.hashing import FileContent, sha256
from minsheng.files.writing import write_durably
from minsheng.files.written import canonical_json
from minsheng.runs.released_code import program_wheel
from minsheng.workspace import Workspace

FOLDER = "program"

ABOUT = f"{FOLDER}/program.json"

_READ_ONLY = 0o444


def program_files(workspace: Workspace) -> dict[str, FileContent]:
    """Return the running program as a package keeps it; kept elsewhere if the settings name a folder for wheels."""
    wheel, kept_at = program_wheel(), ""
    files: dict[str, FileContent] = {}
    if workspace.wheels is None:
        files[f"{FOLDER}/{wheel.name}"] = wheel.content
    else:
        path = workspace.wheels / wheel.sha256[:16] / wheel.name
        kept_at = str(path)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, wheel.content, mode=_READ_ONLY)
    about = {
        "wheel": wheel.name,
        "sha256": wheel.sha256,
        "commit": wheel.commit,
        "modified": wheel.modified,
        "kept_at": kept_at,
    }
    return files | {ABOUT: canonical_json(about)}


def wheel_of(data: Path, elsewhere: Path | None) -> Path:
    """Return the wheel of the program that made a package's month.

    Parameters
    ----------
    data
        The package's ``data``.
    elsewhere
        The wheel's file, where a person names it.

    Raises
    ------
    UsageError
        If the package has none (an older version sealed it), or it is not where it is kept.
    ArchiveInvalidError
        If it is another one.
    """
    try:
        about = json.loads((data / ABOUT).read_bytes())
        name, digest, kept_at = str(about["wheel"]), str(about["sha256"]), str(about["kept_at"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise UsageError(
            f"{data.parent.name} 中没有做出它的程序（较早的版本封存的）：用本机的程序重做，请写月份而不是路径"
        ) from fault
    path = elsewhere or (Path(kept_at) if kept_at else data / FOLDER / name)
    if not path.is_file():
        raise UsageError(f"没有安装包 {path}：它另存在别处，请用 --program 指明（sha256 {digest}）")
    if sha256(path) != digest:
        raise ArchiveInvalidError(f"{path} 不是做出 {data.parent.name} 的程序：sha256 应为 {digest}")
    return path
