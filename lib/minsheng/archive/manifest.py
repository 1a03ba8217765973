"""Manifests of a bag and ``bag-info.txt``: written and read as BagIt 1.0 (RFC 8493) says, and no looser."""

import re
from collections.abc import Iterable, Mapping

from minsheng.archive.faults import Fault
from minsheng.archive.names import decode, encode, is_inside, normal

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_DIGITS = {"sha256": 64, "sha512": 128, "sm3": 64}
_LINE = re.compile(r"([0-9a-f]+)[ \t]+\*?(.+)")


def manifest_bytes(digests: Mapping[str, str]) -> bytes:
    """Write path → digest, in the order of the paths' bytes, as ``sha256sum`` writes it."""
    lines = (f"{digests[path]}  {encode(path)}\n" for path in sorted(digests, key=str.encode))
    return "".join(lines).encode()


def read_manifest(content: bytes, name: str, algorithm: str, *, payload: bool) -> tuple[dict[str, str], list[Fault]]:
    """Read a manifest.

    Parameters
    ----------
    content
        Its bytes.
    name
        How faults name it.
    algorithm
        ``sha256``, ``sha512`` or ``sm3``.
    payload
        Whether it lists ``data/…`` only, or tag files only.

    Returns
    -------
    tuple
        Path in NFC → digest, and every line that is malformed, listed twice, or leads elsewhere.
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
        path = normal(decode(match[2]))
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
