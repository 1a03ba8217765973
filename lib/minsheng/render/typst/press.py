"""Typst source → PDF: within limits, and never in a process that somebody forks afterwards. Knows typst.

Typst compiles with threads of its own (rayon's). They do not survive a fork: a child that compiles after its parent has
compiled hangs for good, also with one thread. So a process that was forked after this module was loaded compiles by
itself (a servant of a run: it has its limits, and forks nobody), and any other has a child do it (:mod:`press_child`).
Loading fonts and modules before a fork is safe.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from minsheng.files.writing import put
from minsheng.render.html.offline import PaperError

SECONDS, BYTES = 300, 4 << 30
"""What a page that is printed outside of a run may take."""

_BOTH, _ARCHIVAL = ("a-3u", "ua-1"), ("a-3u",)
_ONLY_ACCESS = "PDF/UA-1 error"
_PICTURES = ("failed to decode image", "failed to parse SVG", "unknown image format", "failed to load linked image")
_EMPTY = str(Path(__file__).parent / "templates")
"""Where Typst looks for files that it was not given: for templates, which it was."""
_forked = False


def _note_fork() -> None:
    global _forked  # noqa: PLW0603  # a fact about the process
    _forked = True


os.register_at_fork(after_in_child=_note_fork)


@dataclass(frozen=True)
class Sheets:
    """What goes to press; plain data."""

    source: str  # the main file
    files: Mapping[str, bytes]  # name → text that it imports or draws
    rasters: Mapping[str, bytes]  # name → image of dots that it draws
    fonts: str  # the folder of the only fonts there are
    families: Mapping[str, str]  # role of an official font → family
    as_of: date | None  # the file's date: the clock is no input
    accessible: bool  # whether it is to be PDF/UA-1 too


@dataclass(frozen=True)
class Printed:
    """What came out of the press."""

    pdf: bytes  # as Typst wrote it
    not_accessible: str  # why it is PDF/A-3u alone, in Typst's words; empty where it is PDF/UA-1 too, or was not to be


def printed(sheets: Sheets) -> Printed:
    """Print; PaperError if Typst refuses the source, or it takes more time or memory than it may."""
    return printed_here(sheets) if _forked else _printed_in_child(sheets)


def printed_here(sheets: Sheets) -> Printed:
    """Print in this process, which must never be forked afterwards."""
    # One thread: reports are printed at the same time, one on each core.
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    import typst

    with tempfile.TemporaryDirectory(prefix="minsheng-press-") if sheets.rasters else nullcontext(_EMPTY) as folder:
        for name, content in sheets.rasters.items():
            put(content, Path(folder, name))
        given = {"main.typ": sheets.source.encode(), **sheets.files}
        moment = datetime.combine(sheets.as_of, time(), UTC) if sheets.as_of else datetime.fromtimestamp(0, UTC)

        def compiled(standards: tuple[str, ...]) -> bytes:
            made: bytes = compiler(sheets.fonts).compile(
                input=given,
                root=folder,
                format="pdf",
                pdf_standards=list(standards),
                timestamp=int(moment.timestamp()),
                sys_inputs=dict(sheets.families),
            )
            return made

        try:
            return Printed(compiled(_BOTH if sheets.accessible else _ARCHIVAL), "")
        except typst.TypstError as fault:
            if not fault.message.startswith(_ONLY_ACCESS):
                raise _refusal(fault.message) from fault
            why = fault.message
        try:
            return Printed(compiled(_ARCHIVAL), why)
        except typst.TypstError as fault:
            raise _refusal(fault.message) from fault


@lru_cache(maxsize=4)
def compiler(fonts: str) -> Any:
    """Return a compiler that has the fonts of a folder loaded, and sees none of the machine's."""
    import typst

    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    return typst.Compiler(font_paths=found, ignore_system_fonts=True)


def families_of(fonts: str) -> dict[str, str]:
    """Return file name → the family by which Typst knows its font, for a folder of fonts."""
    import typst

    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    return {Path(font.path).name: font.family for font in found.fonts() if font.path}


def _refusal(message: str) -> PaperError:
    what = "图片无法读取" if message.startswith(_PICTURES) else "页面无法排版"
    return PaperError(f"{what}（Typst：{message[:500]}）")


def _printed_in_child(sheets: Sheets) -> Printed:
    command = [sys.executable, "-m", "minsheng.render.typst.press_child", str(BYTES), str(SECONDS)]
    try:
        done = subprocess.run(
            command, input=pickle.dumps(sheets), capture_output=True, check=False, timeout=SECONDS * 2
        )
    except subprocess.TimeoutExpired as fault:
        raise PaperError(f"排版超过 {SECONDS} 秒，已停止") from fault
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"退出码 {done.returncode}"]
        limits = f"时间上限 {SECONDS} 秒，内存上限 {BYTES >> 30} GiB"
        raise PaperError(f"排版没有完成（{told[0][:300]}；{limits}）")
    answer = pickle.loads(done.stdout)  # noqa: S301  # from our own child
    if isinstance(answer, Exception):
        raise answer
    made: Printed = answer
    return made
