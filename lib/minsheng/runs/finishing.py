"""An executed notebook and what it sealed → the files of its report: what a servant does, beside the others."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import nbformat

from minsheng.domain.result import Result
from minsheng.files.writing import put
from minsheng.files.written import canonical_json
from minsheng.privacy.gate import personal_lines
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.runs.asked import ExpectedResult, hold_to
from minsheng.runs.failures import Failure, FailureKind, TaskFailedError
from minsheng.workspace import RESULT

if TYPE_CHECKING:
    from minsheng.render.fonts import FontSet


class Finished(NamedTuple):
    """A report as files. Plain data, so that the coordinator never loads what renders."""

    files: dict[str, Path]  # file name → where it lies
    missing_glyphs: frozenset[str]  # characters that no font could draw
    personal: tuple[str, ...]  # a line per personal number: with any, nothing of the report may be published


def finish(
    notebook: str,
    result: Path | None,
    folder: Path,
    *,
    issuer: str = "",
    origin: str = "",
    key: str = "",
    asked: ExpectedResult | None = None,
    plan: bytes = b"",
    font_set: "FontSet | None" = None,
    data_folder: str = "",
) -> Finished:
    """Check the sealed result, render the notebook and look for personal numbers; the folder is made.

    ``asked`` is what the result and the page are held to, with the compiled ``plan`` that they were made from. One of
    the bureau's own has no result. ``key`` goes into the notebook's metadata, and ``origin`` too, which the page shows.
    Raises TaskFailedError if the result is not what a notebook may seal, RenderError if the page cannot be made,
    OSError if a file cannot be written.
    """
    from minsheng.render.report import render_report

    node = nbformat.reads(notebook, as_version=4)  # type: ignore[no-untyped-call]
    sealed: dict[str, Path] = {}
    as_of: date | None = None
    if result is not None:
        sealed[RESULT] = result
        as_of = _held_as_of(result.read_bytes(), notebook, node, asked, plan)
    facts = {"issuer": issuer, "as_of": as_of.isoformat() if as_of else "", "key": key}
    facts |= {"origin": origin} if origin else {}
    node.metadata["minsheng"] = {**node.metadata.get("minsheng", {}), **facts}
    kept = canonical_json(node)
    contents = {name: path.read_bytes() for name, path in sealed.items()}
    made = render_report(node, attachments=contents, font_set=font_set, data_folder=data_folder)
    folder.mkdir()
    files = dict(sealed)
    for name, written in {NOTEBOOK: kept, **made.files}.items():
        files[name] = folder / name
        put(written, files[name])
    # The PDF is printed from the very page that is looked at and says what the page says (tests compare the two); to
    # read it back would take a seventh of a report's time.
    read = {each.file: made.files[each.file] for each in FORMATS if each.file in made.files and not each.printed}
    return Finished(files, made.missing_glyphs, personal_lines({NOTEBOOK: kept, **read, **contents}))


def _held_as_of(
    content: bytes, notebook: str, node: nbformat.NotebookNode, asked: ExpectedResult | None, plan: bytes
) -> date | None:
    """Hold a result to what was asked for, and return up to which day its figures count."""
    try:
        sealed = Result.model_validate_json(content)
    except ValueError as error:
        raise TaskFailedError(Failure(kind=FailureKind.INVALID_RESULT, message=str(error)), notebook) from error
    if asked is not None:
        hold_to(asked, plan, content, sealed, node)
    return sealed.figures.as_of
