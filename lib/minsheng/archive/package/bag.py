"""A bag (BagIt 1.0, RFC 8493) with sha256, sha512 and SM3 (GB/T 32905-2016): its names, its manifests, its writing.

Writes into the new bag's folder alone.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.errors import GateRefusedError
from minsheng.files.entries import other_than_file
from minsheng.files.hashing import (
    ALGORITHMS,
    Digests,
    digests_of,
    in_threads,
)
from minsheng.files.writing import sync_folder, write_hashed, write_synced

_SEPARATORS = {"Cc", "Zl", "Zp"}

_BLANK_END = re.compile(r"\s(?=/|$)")

_ENCODED = re.compile(r"%(0[Dd]|0[Aa]|25)")


def payload_name(name: str) -> str:
    r"""Return the name under which a file is sealed, in NFC; a path that leads out of its folder is a ValueError.

    ``%`` and ``\`` become full-width characters; line separators, control characters and blanks at the end ``_``.

    Examples
    --------
    >>> payload_name("evidence/完成率100%.pdf")
    'evidence/完成率100％.pdf'
    """
    normal_form = unicodedata.normalize("NFC", name)
    visible = ("_" if unicodedata.category(c) in _SEPARATORS else c for c in normal_form)
    # BagIt (2.1.3) wants CR, LF and % encoded in manifests, but neither `sha256sum -c` nor bagit-python decodes %25,
    # and tools disagree about the rest: a name that would need it is never sealed.
    safe = _BLANK_END.sub("_", "".join(visible).replace("%", "％").replace("\\", "＼"))
    if not is_inside(safe):
        raise ValueError(f"{name!r} is no relative path inside a bag")
    return safe


def is_inside(name: str) -> bool:
    """Whether a path is relative, tidy, and stays within its folder."""
    # An absolute path begins with an empty part.
    return not {"", ".", ".."}.intersection(name.split("/"))


def normal_form(name: str) -> str:
    """Return the form in which names are compared: file systems may hand out NFD for what was written as NFC."""
    return unicodedata.normalize("NFC", name)


def encode(name: str) -> str:
    r"""Write a path as manifests do.

    Examples
    --------
    >>> encode("a%b\n"), decode("a%25b%0a")
    ('a%25b%0A', 'a%b\n')
    """
    return name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decode(text: str) -> str:
    """Read a path from a manifest."""
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), text)


DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

_DIGITS = {"sha256": 64, "sha512": 128, "sm3": 64}

_LINE = re.compile(r"([0-9a-f]+)[ \t]+\*?(.+)")


def manifest_bytes(digests: Mapping[str, str]) -> bytes:
    """Write path → digest, in the order of the paths' bytes, as ``sha256sum`` writes it."""
    lines = (f"{digests[path]}  {encode(path)}\n" for path in sorted(digests, key=str.encode))
    return "".join(lines).encode()


def read_manifest(content: bytes, name: str, algorithm: str, *, payload: bool) -> tuple[dict[str, str], list[Fault]]:
    """Read a manifest: path in NFC → digest, and every line that is malformed, listed twice, or leads elsewhere.

    With ``payload`` it may list ``data/…`` only, without it tag files only.
    """
    try:
        text = content.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError:
        return {}, [Fault(name, "不是 UTF-8 文本")]
    found: dict[str, str] = {}
    faults = []
    # Not splitlines(): it would also split at separators that may stand in a file's name.
    for number, line in enumerate(text.split("\n") if text else (), start=1):
        match = _LINE.fullmatch(line.removesuffix("\r"))
        if match is None or len(match[1]) != _DIGITS[algorithm]:
            faults.append(Fault(name, f"第 {number} 行不是“校验码  路径”"))
            continue
        path = normal_form(decode(match[2]))
        if not is_inside(path) or path.startswith("data/") != payload:
            faults.append(Fault(name, f"第 {number} 行的路径“{path}”不该列在这里"))
        elif path in found:
            faults.append(Fault(name, f"第 {number} 行重复列出 {path}"))
        else:
            found[path] = match[1]
    return found, faults


def info_bytes(entries: Iterable[tuple[str, str]]) -> bytes:
    """Write ``bag-info.txt``; line breaks in a value become blanks."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in entries).encode()


def read_info(content: bytes) -> dict[str, list[str]]:
    """Read ``bag-info.txt``: label → its values; folded lines are joined."""
    found: dict[str, list[str]] = {}
    label = ""
    for line in content.decode("utf-8", errors="replace").splitlines():
        if line[:1] in {" ", "\t"} and label:
            found[label][-1] += f" {line.strip()}"
        elif ":" in line:
            label, _, value = line.partition(":")
            found.setdefault(label, []).append(value.strip())
    return found


# A tag file and no manifest: no tool for bags knows `manifest-sm3.txt`, some refuse a bag that has one.
SM3_LIST = "sm3.txt"


def sm3_faults(bag: str, content: bytes, payload: Collection[str], computed: Mapping[str, str]) -> list[Fault]:
    """Return what is wrong with a package's list; where nothing was ``computed`` anew, only the list is looked at."""
    where = f"{bag}/{SM3_LIST}"
    listed, malformed = read_manifest(content, where, "sm3", payload=True)
    faults = [Fault(fault.where, fault.what, FaultKind.SM3) for fault in malformed]
    faults += [Fault(f"{bag}/{name}", f"{SM3_LIST} 没有列它", FaultKind.SM3) for name in sorted({*payload} - {*listed})]
    faults += [Fault(where, f"列着 {name}，包中没有", FaultKind.SM3) for name in sorted({*listed} - {*payload})]
    wrong = sorted(name for name, digest in computed.items() if listed.get(name, digest) != digest)
    return faults + [Fault(f"{bag}/{name}", f"内容与 {SM3_LIST} 不符", FaultKind.SM3) for name in wrong]


FILE_MODE, FOLDER_MODE = 0o444, 0o555


@dataclass(frozen=True)
class PayloadFile:
    """One file to be sealed, as bytes or where it lies, and the sha256 that it must still have when it is copied."""

    content: bytes | Path
    sha256: str
    size: int

    @classmethod
    def of(cls, content: bytes | Path) -> Self:
        """Take stock of a file or bytes."""
        found = digests_of(content)
        return cls(content, found.sha256, found.size)

    def read(self) -> bytes:
        """Return the bytes, for a gate that looks into them."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


Payload = Mapping[str, PayloadFile]
"""Path inside the bag's ``data/`` → what is sealed there."""


def take_stock(files: Mapping[str, bytes | Path]) -> dict[str, PayloadFile]:
    """Hash everything that is to be sealed.

    Raises
    ------
    GateRefusedError
        If two names would be one name in the bag, or something is no file of its own, such as a link.
    """
    others = {
        name: what for name, source in files.items() if isinstance(source, Path) and (what := other_than_file(source))
    }
    if others:
        lines = [f"{name}：{what}，不是文件：请换成文件本身" for name, what in others.items()]
        raise GateRefusedError("\n".join(["有文件不能归档：", *lines]))
    sources = in_threads(PayloadFile.of, files.values())
    found: dict[str, PayloadFile] = {}
    for name, source in zip(files, sources, strict=True):
        sealed = payload_name(name)
        if sealed in found:
            raise GateRefusedError(f"不能归档：有两份文件在包中同名：{sealed}。请改名")
        found[sealed] = source
    return dict(sorted(found.items()))


def write_bag(
    folder: Path, payload: Payload, info: Iterable[tuple[str, str]], tags: Mapping[str, bytes], *, sm3: bool
) -> str:
    """Write a bag into a folder that must not exist and return its digest: sha256 of ``tagmanifest-sha256.txt``.

    A file that has changed since stock was taken is refused, and a machine that cannot compute the ``sm3`` asked for.
    """
    data = folder / "data"
    folders = {data, *(parent for name in payload for parent in (data / name).parents if parent.is_relative_to(data))}
    # Written here and not by bagit-python, which still writes version 0.97 and works in place, where a kill leaves a
    # tree that can neither be read nor resumed; it only judges what is written here.
    for each in sorted(folders):
        each.mkdir(parents=True)
    written = in_threads(lambda item: _write(data / item[0], item[1], sm3=sm3), payload.items())
    digests = {f"data/{name}": found for name, found in zip(payload, written, strict=True)}
    octets = f"{sum(found.size for found in written)}.{len(written)}"
    tags = {"bagit.txt": DECLARATION, "bag-info.txt": info_bytes([*info, ("Payload-Oxum", octets)]), **tags}
    if sm3:
        tags[SM3_LIST] = manifest_bytes({name: found.sm3 for name, found in digests.items()})
    for algorithm in ALGORITHMS:
        tags[f"manifest-{algorithm}.txt"] = manifest_bytes({n: found[algorithm] for n, found in digests.items()})
    covered = {name: digests_of(content) for name, content in tags.items()}
    for algorithm in ALGORITHMS:
        tags[f"tagmanifest-{algorithm}.txt"] = manifest_bytes({n: found[algorithm] for n, found in covered.items()})
    for name, content in tags.items():
        write_synced(folder / name, content, mode=FILE_MODE)
    in_threads(_close, [*folders, folder])
    return digests_of(tags["tagmanifest-sha256.txt"]).sha256


def _close(folder: Path) -> None:
    folder.chmod(FOLDER_MODE)
    sync_folder(folder)


def _write(target: Path, source: PayloadFile, *, sm3: bool) -> Digests:
    found = write_hashed(target, source.content, mode=FILE_MODE, sm3=sm3)
    if found.sha256 != source.sha256:
        raise GateRefusedError(f"{source.content!r} 在归档时被改动：请等它写完，再归档一次")
    return found
