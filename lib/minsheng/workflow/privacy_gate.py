"""The privacy gate: nothing with a person's number in it is published or sealed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from minsheng.errors import GateRefusedError
from minsheng.privacy import inspect

if TYPE_CHECKING:
    from minsheng.render.fonts import FontSet


def check_privacy(files: Mapping[str, bytes]) -> None:
    """Refuse files that hold personal numbers.

    Parameters
    ----------
    files
        Path, for the message → content.

    Raises
    ------
    GateRefusedError
        With one line per number: file, place, kind, and the number masked.
    """
    lines = personal_lines(files)
    if lines:
        raise GateRefusedError("\n".join((*lines, f"共 {len(lines)} 处个人信息：删去后再发布或归档")))


def personal_lines(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the lines of :func:`check_privacy`; a file that cannot be unpacked safely is a line too."""
    lines: list[str] = []
    for name, content in files.items():
        try:
            lines += map(str, inspect(name, content).hits)
        except GateRefusedError as error:
            lines.append(str(error))
    return tuple(lines)


def not_looked_into(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return one line per part that could not be looked into (未检): encrypted, or a picture."""
    return tuple(str(unseen) for name, content in files.items() for unseen in inspect(name, content).unseen)


def render_checked(
    notebook: str, result: bytes, *, font_set: "FontSet | None" = None, data_folder: str = ""
) -> tuple[bytes, bytes, bytes, frozenset[str], tuple[str, ...]]:
    """Render an executed notebook and look for personal numbers: what a servant does, beside the others.

    The PDF is printed from the very page that is looked at and says what the page says (tests compare the two); to read
    it back would take a seventh of a report's time.

    Returns
    -------
    tuple
        HTML, PDF and docx (empty where the report is none), the characters that no font could draw, and a line per
        personal number: with any, the report must not be published. Plain data, so that the coordinator never loads
        what renders.
    """
    from minsheng.render.report import render_report

    made = render_report(notebook, attachments={"result.json": result}, font_set=font_set, data_folder=data_folder)
    files = {"result.json": result, "executed.ipynb": notebook.encode(), "report.html": made.html}
    files |= {"report.docx": made.docx} if made.docx else {}
    return made.html, made.pdf, made.docx, made.missing_glyphs, personal_lines(files)
