"""Looking into the files of a package: does each open, is anything encrypted, would anything run, is there a virus.

Starts ClamAV's own command where this machine has it; writes nothing.
"""

import io
import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from minsheng.files.hashing import in_threads
from minsheng.render.formats import FORMATS, Inside
from minsheng.render.html.offline import ActiveContentError, refuse_active_content
from minsheng.render.pdf_condition import PdfCondition, pdf_condition

_INSIDE: dict[str, Inside] = {
    **dict.fromkeys((".csv", ".txt", ".yaml", ".yml", ".md", ".lock", ".tsv"), "text"),
    ".html": "html", ".htm": "html", ".json": "json", ".ipynb": "json", ".xml": "xml", ".pdf": "pdf",
    **dict.fromkeys((".xlsx", ".docx", ".pptx"), "office"), **dict.fromkeys((".zip", ".whl"), "zip"),
    **{each.suffix: each.inside for each in FORMATS},
}  # fmt: skip

_MAGIC = {
    ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".gif": b"GIF8",
    ".ofd": b"PK\x03\x04",
}  # fmt: skip

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

_BODY = "<body"


@dataclass(frozen=True)
class Look:
    """What was found in one file: why it does not open or could not be looked into, what is encrypted or would run."""

    closed: str = ""
    unknown: str = ""
    encrypted: bool = False
    running: str = ""
    pdf: PdfCondition | None = None


_known: dict[tuple[str, str], Look] = {}
"""What was found in bytes that were looked into before: the same return is evidence of many items."""


def look_at(folder: Path, files: Mapping[str, str]) -> dict[str, Look]:
    """Look into every file of a package's ``data``, by path inside it."""
    kinds = {name: (sha256, PurePosixPath(name).suffix.lower()) for name, sha256 in files.items()}
    new = {kind: name for name, kind in kinds.items() if kind not in _known}
    looks = in_threads(lambda item: look_into(item[0][1], (folder / item[1]).read_bytes()), new.items())
    _known.update(zip(new, looks, strict=True))
    return {name: _known[kind] for name, kind in kinds.items()}


def look_into(suffix: str, content: bytes) -> Look:
    """Look into one file by the suffix of its name, in lower case and with the dot."""
    inside = _INSIDE.get(suffix)
    if inside == "pdf":
        condition = pdf_condition(content)
        running = "打开时会运行脚本或程序" if condition.running else ""
        return Look(condition.closed, encrypted=condition.encrypted, running=running, pdf=condition)
    if content.startswith(_OLE):
        encrypted = _ENCRYPTED_PACKAGE in content
        return Look("已加密，没有口令打不开" if encrypted else "", "" if encrypted else "旧式 Office 文件", encrypted)
    if inside in {"office", "zip"}:
        return _packed(inside, content)
    if suffix in _MAGIC:
        return Look("" if content.startswith(_MAGIC[suffix]) else "内容不是它的格式")
    return _read(inside, content)


def _read(inside: Inside | None, content: bytes) -> Look:
    if inside is None:
        return Look(unknown="不认识的格式")
    name, read = _READERS[inside]
    try:
        return Look(running=read(content))
    except (ValueError, RecursionError):
        return Look(closed=f"不是 {name}，或文件损坏")


def _packed(inside: Inside, content: bytes) -> Look:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if any(part.flag_bits & 1 for part in packed.infolist()):
                return Look("已加密，没有口令打不开", encrypted=True)
            broken, names = packed.testzip(), packed.namelist()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, OSError, ValueError):
        return Look(closed="压缩结构损坏")
    if broken:
        return Look(closed=f"其中 {broken} 损坏")
    if inside == "office" and "[Content_Types].xml" not in names:
        return Look(closed="内容不是它的格式")
    return Look(running="含有宏" if any(name.lower().endswith("vbaproject.bin") for name in names) else "")


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor GB 18030")


def _plain(content: bytes) -> str:
    _text(content)
    return ""


def _json(content: bytes) -> str:
    json.loads(_text(content))
    return ""


def _xml(content: bytes) -> str:
    if b"<!DOCTYPE" in content:
        return "含有 DOCTYPE"
    try:
        ET.fromstring(content)  # noqa: S314 - without a DOCTYPE there are no entities
    except ET.ParseError as fault:
        raise ValueError(str(fault)) from fault
    return ""


def _html(content: bytes) -> str:
    text = _text(content)
    if "<" not in text:
        raise ValueError("no markup")
    try:
        refuse_active_content(text[text.find(_BODY) :] if _BODY in text else text)
    except ActiveContentError:
        return "网页中有脚本或外部引用"
    return ""


_READERS: dict[Inside, tuple[str, Callable[[bytes], str]]] = {
    "text": ("UTF-8 或 GB 18030 的文本", _plain),
    "html": ("HTML", _html),
    "json": ("JSON", _json),
    "xml": ("XML", _xml),
}


_COMMANDS = ("clamdscan", "clamscan")

_LONGEST = 1800
"""Seconds."""


@dataclass(frozen=True)
class VirusScan:
    """The scanner's version, the files that it names, why it did not come to an end; each empty where there is none."""

    scanner: str = ""
    hits: tuple[str, ...] = ()
    unchecked: str = ""


def scan_for_viruses(folder: Path) -> VirusScan:
    """Have a folder scanned; without a scanner, or where it fails, that is said."""
    command = next((found for name in _COMMANDS if (found := shutil.which(name))), None)
    if command is None:
        return VirusScan(unchecked="本机没有病毒查杀程序（ClamAV 的 clamscan 或 clamdscan）")
    more = ["--fdpass"] if command.endswith("clamdscan") else ["--recursive"]
    try:
        version = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=60, check=False)
        scanner = version.stdout.strip() or Path(command).name
        done = subprocess.run(
            [command, *more, "--infected", "--no-summary", str(folder)],
            capture_output=True, text=True, timeout=_LONGEST, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as fault:
        return VirusScan(Path(command).name, unchecked=f"查杀程序没有完成（{type(fault).__name__}）")
    hits = tuple(line.removeprefix(f"{folder}/") for line in done.stdout.splitlines() if line.endswith("FOUND"))
    if done.returncode == 0 or (done.returncode == 1 and hits):
        return VirusScan(scanner, hits)
    return VirusScan(scanner, hits, f"查杀程序报错（退出码 {done.returncode}）：{done.stderr.strip()[:200]}")
