"""Checking one bag: completeness, checksums, tag manifests, profile, permissions, and bagit-python's second opinion.

Writes nothing.
"""

import logging
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minsheng.archive.package.bag import DECLARATION, SM3_LIST, normal_form, read_info, read_manifest, sm3_faults
from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.archive.package.metadata_xml import METADATA, metadata_faults
from minsheng.archive.package.profile import PROFILE, info_faults, profile_of, tag_files
from minsheng.archive.package.provenance import STATEMENT, statement_faults
from minsheng.files.hashing import ALGORITHMS, Digests, digests_of, in_threads

_WRITABLE = 0o222

_OPENED = "权限被改成可写：封存后应为只读"


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
    profile
        The profile that it was sealed with.
    sm3
        How many SM3 digests were computed anew.
    found
        Path inside ``data/`` → sha256 of the bytes that lie there; without what cannot be read.
    """

    faults: list[Fault] = field(default_factory=list)
    digest: str = ""
    files: int = 0
    size: int = 0
    payload: dict[str, str] = field(default_factory=dict)
    info: dict[str, list[str]] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=lambda: PROFILE)
    sm3: int = 0
    found: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Found:
    """What lies in a bag: path relative to it, in NFC → where."""

    files: dict[str, str]
    faults: list[Fault]


def check_bag(folder: Path, *, sm3: bool = False) -> BagCheck:
    """Check a bag from end to end; its SM3 digests only with ``sm3``, for which a machine may be unfit."""
    check, found = _open(folder)
    listed = _manifests(check, folder.name, found)
    algorithms = {name: [a for a in ALGORITHMS if name in listed[a]] for name in found.files}
    to_hash = [name for name, wanted in algorithms.items() if wanted]
    anew = sm3 and SM3_LIST in tag_files(check.profile)
    hashed = in_threads(lambda name: _digests(found.files[name], sm3=anew and name.startswith("data/")), to_hash)
    digests = dict(zip(to_hash, hashed, strict=True))
    for name, digest in digests.items():
        wrong = [a for a in algorithms[name] if digest is None or digest[a] != listed[a][name]]
        if digest is None:
            check.faults.append(Fault(f"{folder.name}/{name}", "无法读取", FaultKind.CONTENT))
        elif wrong:
            what = f"内容与清单不符（{'、'.join(wrong)}）：文件被改动"
            check.faults.append(Fault(f"{folder.name}/{name}", what, FaultKind.CONTENT))
    _described(check, folder.name, found, digests)
    read = [digest for digest in digests.values() if digest is not None]
    payload = {n: d for n, d in digests.items() if d and n.startswith("data/")}
    check.found = {name.removeprefix("data/"): digest.sha256 for name, digest in payload.items()}
    check.files, check.size = len(read), sum(digest.size for digest in read)
    _oxum(check, folder.name, [path for name, path in found.files.items() if name.startswith("data/")])
    return check


def _described(check: BagCheck, bag: str, found: _Found, digests: Mapping[str, Digests | None]) -> None:
    """Compare what describes the package with what the manifests list."""
    wanted = tag_files(check.profile)
    files = {f"data/{name}": sha256 for name, sha256 in check.payload.items()}
    period = "".join(check.info.get("Minsheng-Period", ()))
    computed = {name: digest.sm3 for name, digest in digests.items() if digest and digest.sm3}
    # A changed file is named once, by its content.
    same = {n: d.size for n, d in digests.items() if d and files.get(n) == d.sha256}
    sizes = {name: (sha256, same.get(name)) for name, sha256 in files.items()}
    judges: dict[str, Callable[[bytes], list[Fault]]] = {
        METADATA: lambda content: metadata_faults(bag, content, check.info, sizes),
        STATEMENT: lambda content: statement_faults(bag, content, period, files),
        SM3_LIST: lambda content: sm3_faults(bag, content, files, computed),
    }
    for name, judge in judges.items():
        if name in wanted and name in found.files:
            check.faults += judge(_bytes(found.files[name]))
    check.sm3 = len(computed)


def check_tags(folder: Path) -> BagCheck:
    """Check the tag files alone, which say what the payload should be: enough to compare with it."""
    check, found = _open(folder)
    listed = _manifests(check, folder.name, found)
    for name in tag_files(check.profile):
        digest = _digests(found.files[name]) if name in found.files else None
        if digest and any(listed[a].get(name, digest[a]) != digest[a] for a in ALGORITHMS):
            check.faults.append(Fault(f"{folder.name}/{name}", "内容与清单不符：文件被改动", FaultKind.CONTENT))
    return check


def _open(folder: Path) -> tuple[BagCheck, _Found]:
    found = _look(folder)
    check = BagCheck(faults=found.faults)
    if "bag-info.txt" in found.files:
        check.info = read_info(_bytes(found.files["bag-info.txt"]))
        check.profile = profile_of(check.info)
        check.faults += info_faults(folder.name, check.info, check.profile)
    wanted = tag_files(check.profile)
    for name in found.files:
        if not name.startswith("data/") and name not in wanted:
            what = "多出的文件：包中只应有 data/ 与清单"
            check.faults.append(Fault(f"{folder.name}/{name}", what, FaultKind.EXTRA))
    # Plain BagIt lets tag manifests be deleted and files be added beside data/; the profile does not.
    gone = [name for name in wanted if name not in found.files]
    check.faults += [Fault(f"{folder.name}/{name}", "缺少这个文件", FaultKind.MISSING) for name in gone]
    if "bagit.txt" in found.files and _bytes(found.files["bagit.txt"]) != DECLARATION:
        check.faults.append(Fault(f"{folder.name}/bagit.txt", "不是 BagIt 1.0、UTF-8 的声明"))
    if "tagmanifest-sha256.txt" in found.files:
        check.digest = digests_of(found.files["tagmanifest-sha256.txt"]).sha256
    return check, found


def _look(folder: Path) -> _Found:
    files: dict[str, str] = {}
    faults: list[Fault] = []
    for path, entry in _walk(str(folder), ""):
        where = f"{folder.name}/{path}" if path else folder.name
        if entry is None:
            faults.append(Fault(where, "空文件夹：清单记不下它", FaultKind.EXTRA))
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            faults.append(Fault(where, "不是普通文件（链接或设备）"))
            continue
        if mode & _WRITABLE:
            faults.append(Fault(where, _OPENED, FaultKind.RIGHTS))
        if stat.S_ISREG(mode):
            if normal_form(path) in files:
                faults.append(Fault(where, "与另一个文件只差在字符的编码形式"))
            files[normal_form(path)] = entry.path
    if folder.stat().st_mode & _WRITABLE:
        faults.append(Fault(folder.name, _OPENED, FaultKind.RIGHTS))
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
                Fault(f"{bag}/{file}", f"{name} 列着它，包中没有", FaultKind.MISSING)
                for file in sorted(entries.keys() - there)
            ]
            unlisted = sorted((there & set(tag_files(check.profile)) if not payload else there) - entries.keys())
            what = f"多出的文件：{name} 没有列它"
            check.faults += [Fault(f"{bag}/{file}", what, FaultKind.EXTRA) for file in unlisted]
    check.payload = {n.removeprefix("data/"): d for n, d in listed["sha256"].items() if n.startswith("data/")}
    return listed


def _bytes(path: str) -> bytes:
    return Path(path).read_bytes()


def _digests(path: str, *, sm3: bool = False) -> Digests | None:
    try:
        return digests_of(path, sm3=sm3)
    except OSError:
        return None


def _oxum(check: BagCheck, bag: str, payload: list[str]) -> None:
    """Compare with what lies there, listed or not."""
    said = "".join(check.info.get("Payload-Oxum", []))
    is_so = f"{sum(Path(path).lstat().st_size for path in payload)}.{len(payload)}"
    if said and said != is_so:
        what = f"Payload-Oxum（字节数.文件数）写的是 {said}，实际是 {is_so}"
        check.faults.append(Fault(f"{bag}/bag-info.txt", what, FaultKind.COUNT))


def complaints(folder: Path) -> str:
    """Return what bagit-python finds wrong with a bag, all checksums included; empty where it agrees."""
    # It logs what it also raises.
    import bagit  # takes as long as all the rest of `minsheng status`, which checks no bag

    logging.getLogger("bagit").setLevel(logging.CRITICAL)
    try:
        bagit.Bag(str(folder)).validate()
    except bagit.BagError as fault:
        return str(fault)
    return ""
