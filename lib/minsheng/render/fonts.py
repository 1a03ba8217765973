"""The fonts that reports are set in: packaged, isolated from those of the machine, known by hash.

A report must look the same on a server without any Chinese font and on a desk with fifty of them. So the renderers
(Pango in WeasyPrint, Chromium in tests) are given a fontconfig file of our own which knows these files and no others.

There is no bold weight in the packaged fonts, and a bold that a renderer fakes by smearing differs from machine to
machine: emphasis is 黑体 (sans) against 宋体 (serif), as Chinese typography did before it borrowed bold from Latin.

The libraries of the machine that set text and pack PDFs: other versions may give other bytes for the same report.
"""

import ctypes
import ctypes.util
import logging
import os
import shutil
import tempfile
import threading
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

import pylopdf_fonts_zh_cn as packaged

from minsheng.files.hashing import sha256
from minsheng.files.writing import put
from minsheng.render.core_fonts import CORE_SUFFIX, CutError, cut_core_font, cut_version

SANS_FAMILY = "Noto Sans SC"

SERIF_FAMILY = "Noto Serif SC"

# What a reader sees as nothing needs no glyph: control and format characters, separators, variation selectors.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})

# Asked for a family, fontconfig offers the small cut of it first and the whole font for what the cut lacks.
# Hinting is off because it moves advance widths by the pixel grid of a resolution that a page does not have.
_FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern">
    <test name="family"><string>{sans}</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>{sans}{core}</string></edit>
  </match>
  <match target="pattern">
    <test name="family"><string>{serif}</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>{serif}{core}</string></edit>
  </match>
{aliases}
  <alias binding="same"><family>serif</family><prefer><family>{serif}</family></prefer></alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>{sans}</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>{sans}</family></prefer></alias>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="autohint" mode="assign"><bool>false</bool></edit>
    <edit name="embolden" mode="assign"><bool>false</bool></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"""

_ALIAS = """  <match target="pattern">
    <test name="family"><string>{named}</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>{held}</string></edit>
  </match>"""

_log = logging.getLogger(__name__)

_environment_lock = threading.Lock()


def sans_path() -> Path:
    """Return the file of 黑体 (Noto Sans SC), for tables, headings and charts."""
    return packaged.sans_path()


def serif_path() -> Path:
    """Return the file of 宋体 (Noto Serif SC), for running text."""
    return packaged.serif_path()


@dataclass(frozen=True)
class FontSet:
    """The font files that a renderer may use, and nothing else.

    Parameters
    ----------
    files
        OpenType or TrueType files. A bureau that owns the official fonts (仿宋_GB2312, 方正小标宋) lists them before
        the packaged ones; the style sheet names the official families first.
    aliases
        Family that a style sheet names → family that one of the files holds.
    """

    files: tuple[Path, ...]
    aliases: tuple[tuple[str, str], ...] = ()

    def digests(self) -> dict[str, str]:
        """Return the sha256 of each file by its name: part of a report's provenance."""
        return {path.name: _sha256(path) for path in self.files}

    def missing_glyphs(self, text: str) -> set[str]:
        """Return the visible characters of a text that no font of the set can draw."""
        covered = _coverage(self.files)
        return {character for character in set(text) if ord(character) not in covered and not _is_invisible(character)}

    def fontconfig_file(self) -> Path:
        """Return a fontconfig file that knows these fonts only, written on first use.

        Point ``FONTCONFIG_FILE`` at it to run a headless Chromium on the same fonts.

        Returns
        -------
        Path
            Below the user's cache folder, where the scan of the fonts is kept too (it takes a second each time
            otherwise), or below a temporary folder where there is no writable cache.
        """
        return _fontconfig_file(self.files, self.aliases)


def packaged_fonts() -> FontSet:
    """Return the fonts that come with the installation (Noto Sans SC, Noto Serif SC; SIL Open Font Licence)."""
    return FontSet((sans_path(), serif_path()))


@contextmanager
def only_fonts_of(font_set: FontSet) -> Iterator[None]:
    """Let fontconfig see a font set and nothing of the machine, for as long as the block runs.

    Fontconfig reads its variables when a configuration is created, so creating one inside the block is enough.
    """
    wanted = {"FONTCONFIG_FILE": str(font_set.fontconfig_file())}
    unwanted = ("FONTCONFIG_PATH", "FONTCONFIG_SYSROOT")
    with _environment_lock:
        before = {name: os.environ.get(name) for name in (*wanted, *unwanted)}
        for name in unwanted:
            os.environ.pop(name, None)
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _write_core_font(path: Path, target: Path) -> None:
    try:
        put(cut_core_font(path), target)
    except CutError as fault:
        _log.warning("%s: PDFs are made from the whole font, larger and slower", fault)


_sha256 = lru_cache(sha256)


@lru_cache
def _coverage(files: tuple[Path, ...]) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # knowing fonts by their hash needs none of it

    covered: set[int] = set()
    for path in files:
        with TTFont(path, lazy=True) as font:
            covered.update(font.getBestCmap())
    return frozenset(covered)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE_CATEGORIES or "VARIATION SELECTOR" in unicodedata.name(
        character, ""
    )


@lru_cache
def _fontconfig_file(files: tuple[Path, ...], aliases: tuple[tuple[str, str], ...]) -> Path:
    parts = [f"{_FONTCONFIG}{_ALIAS}{aliases}{cut_version()}"]
    for path in files:
        status = path.stat()
        parts.append(f"{path.resolve()}\0{status.st_size}\0{status.st_mtime_ns}\n")
    name = f"fonts-{sha256(''.join(parts).encode())[:16]}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "minsheng-workbook"
    try:
        return _write_font_folder(cache / name, files, aliases)
    except OSError:
        return _write_font_folder(Path(tempfile.mkdtemp(prefix="minsheng-")) / name, files, aliases)


def _write_font_folder(folder: Path, files: tuple[Path, ...], aliases: tuple[tuple[str, str], ...]) -> Path:
    """Build the folder beside its place and rename it there: workers start at the same time."""
    config = folder / "fonts.conf"
    if config.is_file():
        return config
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    (draft / "files").mkdir()
    for number, path in enumerate(files):
        # Links, because fontconfig reads whole folders and a folder of ours must hold the chosen files only.
        (draft / "files" / f"{number}-{path.name}").symlink_to(path.resolve())
        if path in (sans_path(), serif_path()):  # others may forbid to be cut
            _write_core_font(path, draft / "files" / f"{number}-core-{path.name}")
    (draft / "scan").mkdir()
    text = _FONTCONFIG.format(
        fonts=escape(str(folder / "files")),
        cache=escape(str(folder / "scan")),
        sans=SANS_FAMILY,
        serif=SERIF_FAMILY,
        core=CORE_SUFFIX,
        aliases="\n".join(_ALIAS.format(named=escape(named), held=escape(held)) for named, held in aliases),
    )
    put(text.encode(), draft / "fonts.conf")
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft)
        if not config.is_file():
            raise
    return config


_LIBRARIES = {
    "pango": ("pango-1.0", "libpango-1.0.so.0", "pango_version_string"),
    "harfbuzz": ("harfbuzz", "libharfbuzz.so.0", "hb_version_string"),
}


@cache
def text_stack() -> dict[str, str]:
    """Return library → version; one that the machine lacks is left out (``minsheng doctor`` says so)."""
    found = {"zlib": zlib.ZLIB_RUNTIME_VERSION}
    for name, (library, file, function) in _LIBRARIES.items():
        loaded = _load(file) or _load(ctypes.util.find_library(library))
        if loaded is not None:
            ask = getattr(loaded, function)
            ask.restype = ctypes.c_char_p
            found[name] = ask().decode()
    return dict(sorted(found.items()))


def _load(file: str | None) -> ctypes.CDLL | None:
    # By its Linux name first: to search for a library starts programs.
    try:
        return ctypes.CDLL(file) if file else None
    except OSError:
        return None
