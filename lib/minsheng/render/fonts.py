"""The fonts that reports are set in: packaged, isolated from those of the machine, known by hash.

A report must look the same on a server without any Chinese font and on a desk with fifty of them. So the press is given
a folder that holds these files and no others.

There is no bold weight in the packaged fonts, and a bold that a renderer fakes by smearing differs from machine to
machine: emphasis is 黑体 (sans) against 宋体 (serif), as Chinese typography did before it borrowed bold from Latin.
"""

import os
import shutil
import tempfile
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

import pylopdf_fonts_zh_cn as packaged

from minsheng.errors import MachineUnfitError
from minsheng.files.hashing import sha256

SUFFIXES = frozenset({".ttf", ".otf"})

# What a reader sees as nothing needs no glyph: control and format characters, separators, variation selectors.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


def sans_path() -> Path:
    """Return the file of 黑体 (Noto Sans SC), for tables, headings and charts."""
    return packaged.sans_path()


def serif_path() -> Path:
    """Return the file of 宋体 (Noto Serif SC), for running text."""
    return packaged.serif_path()


@dataclass(frozen=True)
class FontSet:
    """The font files that the press may use, and nothing else.

    Parameters
    ----------
    files
        OpenType or TrueType files. A bureau that owns the official fonts (仿宋_GB2312, 方正小标宋) lists them before
        the packaged ones.
    roles
        Role of an official document's font (``fangsong``) → name of the file that plays it.
    """

    files: tuple[Path, ...]
    roles: tuple[tuple[str, str], ...] = ()

    def digests(self) -> dict[str, str]:
        """Return the sha256 of each file by its name: part of a report's provenance."""
        return {path.name: _sha256(path) for path in self.files}

    def missing_glyphs(self, text: str) -> set[str]:
        """Return the visible characters of a text that no font of the set can draw."""
        return {each for each in set(text) - _coverage(self.files) if not _is_invisible(each)}

    def folder(self) -> Path:
        """Return a folder that holds these fonts only, written on first use; MachineUnfitError if a file is gone.

        It lies below the user's cache folder, or below a temporary folder where there is no writable cache.
        """
        return _folder(self.files)


def packaged_fonts() -> FontSet:
    """Return the fonts that come with the installation (Noto Sans SC, Noto Serif SC; SIL Open Font Licence)."""
    return FontSet((sans_path(), serif_path()))


_sha256 = lru_cache(sha256)


@lru_cache
def _coverage(files: tuple[Path, ...]) -> frozenset[str]:
    from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]  # a hash needs none of it

    covered: set[str] = set()
    for path in files:
        try:
            with path.open("rb") as file, TTFont(file, lazy=True) as font:
                # Which characters there are is what is asked: to read the names of all glyphs takes twice as long.
                font.setGlyphOrder([str(glyph) for glyph in range(font["maxp"].numGlyphs)])
                covered.update(map(chr, font.getBestCmap() or ()))
        except (TTLibError, OSError, ValueError) as fault:
            raise MachineUnfitError(f"字体文件无法读取：{path}（{fault}）") from fault
    return frozenset(covered)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE_CATEGORIES or "VARIATION SELECTOR" in unicodedata.name(
        character, ""
    )


@lru_cache
def _folder(files: tuple[Path, ...]) -> Path:
    own = files[0].parent
    there = {path for path in own.iterdir() if path.suffix.lower() in SUFFIXES} if own.is_dir() else set()
    if there == set(files):
        return own
    parts = []
    for path in files:
        try:
            status = path.stat()
        except OSError as fault:
            raise MachineUnfitError(f"字体文件无法读取：{path}（{fault.strerror}）") from fault
        parts.append(f"{path.resolve()}\0{status.st_size}\0{status.st_mtime_ns}\n")
    name = f"fonts-{sha256(''.join(parts).encode())[:16]}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "minsheng-workbook"
    try:
        return _write_folder(cache / name, files)
    except OSError:
        return _write_folder(Path(tempfile.mkdtemp(prefix="minsheng-")) / name, files)


def _write_folder(folder: Path, files: tuple[Path, ...]) -> Path:
    """Build the folder beside its place and rename it there: workers start at the same time."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    for path in files:
        # Links, because Typst reads whole folders and this one must hold the chosen files only.
        (draft / path.name).symlink_to(path.resolve())
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft)
        if not folder.is_dir():
            raise
    return folder


@cache
def text_stack() -> dict[str, str]:
    """Return what sets text and packs PDFs, by version: another one may give other bytes for the same report."""
    return {"typst": version("typst"), "zlib": zlib.ZLIB_RUNTIME_VERSION}
