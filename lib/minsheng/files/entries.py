"""What lies at a path, no link followed: a file of its own, or what is there instead."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

_KINDS = {
    stat.S_IFDIR: "文件夹",
    stat.S_IFIFO: "管道",
    stat.S_IFSOCK: "套接字",
    stat.S_IFCHR: "设备",
    stat.S_IFBLK: "设备",
}


def other_than_file(path: Path) -> str:
    """Return in words what lies at a path instead of a file; empty where it is one.

    Reading a pipe waits for ever, and a link's aim may be another one tomorrow: neither can be sealed.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return "不在"
    except OSError as fault:
        return f"不能读取（{fault.strerror}）"
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISLNK(mode):
        aim = path.readlink()
        return f"链接（指向 {aim}{'' if path.exists() else '，那里没有东西'}）"
    return _KINDS.get(stat.S_IFMT(mode), "特殊文件")


def entries_below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield what lies in a folder and its folders, in order, each with what it is instead of a file; no folders."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from entries_below(path)
        else:
            yield path, other_than_file(path)
