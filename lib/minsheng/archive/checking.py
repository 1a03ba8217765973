"""Checking one bag: completeness, every checksum with both algorithms, tag manifests, profile, permissions."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.archive.faults import Fault
from minsheng.archive.hashing import ALGORITHMS, Digests, digests_of, in_threads
from minsheng.archive.manifest import DECLARATION, read_info, read_manifest
from minsheng.archive.names import normal
from minsheng.archive.profile import info_faults, tag_files

_WRITABLE = 0o222


@dataclass
class BagCheck:
    """What was found in one bag.

    Parameters
    ----------
    digest
        sha256 of ``tagmanifest-sha256.txt``; empty where there is none.
    files, size
        Count and bytes of all files that were hashed.
    payload
        Path inside ``data/`` → sha256, as the manifest says.
    info
        ``bag-info.txt``.
    """

    faults: list[Fault] = field(default_factory=list)
    digest: str = ""
    files: int = 0
    size: int = 0
    payload: dict[str, str] = field(default_factory=dict)
    info: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Found:
    """What lies in a bag: path relative to it, in NFC → where."""

    files: dict[str, str]
    faults: list[Fault]


def check_bag(folder: Path) -> BagCheck:
    """Check a bag from end to end; nothing is written.

    Parameters
    ----------
    folder
        The bag.
    """
    check, found = _open(folder)
    listed = _manifests(check, folder.name, found)
    algorithms = {name: [a for a in ALGORITHMS if name in listed[a]] for name in found.files}
    to_hash = [name for name, wanted in algorithms.items() if wanted]
    digests = dict(zip(to_hash, in_threads(lambda name: _digests(found.files[name]), to_hash), strict=True))
    for name, digest in digests.items():
        wrong = [a for a in algorithms[name] if digest is None or digest[a] != listed[a][name]]
        if digest is None:
            check.faults.append(Fault(f"{folder.name}/{name}", "无法读取"))
        elif wrong:
            check.faults.append(Fault(f"{folder.name}/{name}", f"内容与清单不符（{'、'.join(wrong)}）：文件被改动"))
    read = [digest for digest in digests.values() if digest is not None]
    check.files, check.size = len(read), sum(digest.size for digest in read)
    _oxum(check, folder.name, {name: d for name, d in digests.items() if d and name.startswith("data/")})
    return check


def check_tags(folder: Path) -> BagCheck:
    """Check the tag files alone, which say what the payload should be: enough to compare with it."""
    check, found = _open(folder)
    listed = _manifests(check, folder.name, found)
    for name in tag_files():
        digest = _digests(found.files[name]) if name in found.files else None
        if digest and any(listed[a].get(name, digest[a]) != digest[a] for a in ALGORITHMS):
            check.faults.append(Fault(f"{folder.name}/{name}", "内容与清单不符：文件被改动"))
    return check


def _open(folder: Path) -> tuple[BagCheck, _Found]:
    found = _look(folder)
    check = BagCheck(faults=found.faults)
    wanted = tag_files()
    for name in found.files:
        if not name.startswith("data/") and name not in wanted:
            check.faults.append(Fault(f"{folder.name}/{name}", "多出的文件：包中只应有 data/ 与清单"))
    check.faults += [Fault(f"{folder.name}/{name}", "缺少这个文件") for name in wanted if name not in found.files]
    if "bagit.txt" in found.files and _bytes(found.files["bagit.txt"]) != DECLARATION:
        check.faults.append(Fault(f"{folder.name}/bagit.txt", "不是 BagIt 1.0、UTF-8 的声明"))
    if "bag-info.txt" in found.files:
        check.info = read_info(_bytes(found.files["bag-info.txt"]))
        check.faults += info_faults(folder.name, check.info)
    if "tagmanifest-sha256.txt" in found.files:
        check.digest = digests_of(found.files["tagmanifest-sha256.txt"]).sha256
    return check, found


def _look(folder: Path) -> _Found:
    files: dict[str, str] = {}
    faults: list[Fault] = []
    for path, entry in _walk(str(folder), ""):
        where = f"{folder.name}/{path}" if path else folder.name
        if entry is None:
            faults.append(Fault(where, "空文件夹：清单记不下它"))
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            faults.append(Fault(where, "不是普通文件（链接或设备）"))
            continue
        if mode & _WRITABLE:
            faults.append(Fault(where, "权限被改成可写：封存后应为只读"))
        if stat.S_ISREG(mode):
            if normal(path) in files:
                faults.append(Fault(where, "与另一个文件只差在字符的编码形式"))
            files[normal(path)] = entry.path
    if folder.stat().st_mode & _WRITABLE:
        faults.append(Fault(folder.name, "权限被改成可写：封存后应为只读"))
    return _Found(files, faults)


def _walk(folder: str, inside: str) -> Iterator[tuple[str, "os.DirEntry[str] | None"]]:
    """Yield every entry by its path in the bag; an empty folder once more as ``None``."""
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    if not listed:
        yield inside, None
    for entry in listed:
        path = f"{inside}/{entry.name}" if inside else entry.name
        yield path, entry
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, path)


def _manifests(check: BagCheck, bag: str, found: _Found) -> dict[str, dict[str, str]]:
    """Read all manifests; return for each algorithm what every file must hash to."""
    listed: dict[str, dict[str, str]] = {}
    for algorithm in ALGORITHMS:
        listed[algorithm] = {}
        for kind, payload in (("manifest", True), ("tagmanifest", False)):
            name = f"{kind}-{algorithm}.txt"
            if name not in found.files:
                continue
            content = _bytes(found.files[name])
            entries, faults = read_manifest(content, f"{bag}/{name}", algorithm, payload=payload)
            check.faults += faults
            listed[algorithm] |= entries
            there = {file for file in found.files if file.startswith("data/") == payload}
            # A tag manifest covers every tag file but the tag manifests themselves.
            there = there if payload else {file for file in there if not file.startswith("tagmanifest-")}
            check.faults += [
                Fault(f"{bag}/{file}", f"{name} 列着它，包中没有") for file in sorted(entries.keys() - there)
            ]
            unlisted = sorted((there & set(tag_files()) if not payload else there) - entries.keys())
            check.faults += [Fault(f"{bag}/{file}", f"多出的文件：{name} 没有列它") for file in unlisted]
    check.payload = {n.removeprefix("data/"): d for n, d in listed["sha256"].items() if n.startswith("data/")}
    return listed


def _bytes(path: str) -> bytes:
    return Path(path).read_bytes()


def _digests(path: str) -> Digests | None:
    try:
        return digests_of(path)
    except OSError:
        return None


def _oxum(check: BagCheck, bag: str, payload: dict[str, Digests]) -> None:
    said = "".join(check.info.get("Payload-Oxum", []))
    is_so = f"{sum(digest.size for digest in payload.values())}.{len(payload)}"
    if said and said != is_so:
        check.faults.append(Fault(f"{bag}/bag-info.txt", f"Payload-Oxum（字节数.文件数）写的是 {said}，实际是 {is_so}"))
