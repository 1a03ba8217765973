"""An executed notebook and what it sealed → the files of its report: what a servant does, beside the others."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import nbformat

from minsheng.domain.result import Result
from minsheng.files.writing import put
from minsheng.files.written import canonical_json
from minsheng.privacy.gate import personal_lines
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.runs.failures import Failure, FailureKind, TaskFailedError
from minsheng.workspace import RESULT

if TYPE_CHECKING:
    from minsheng.render.fonts import FontSet


class Finished(NamedTuple):
    """A report as files. Plain data, so that the coordinator never loads what renders.

    Parameters
    ----------
    files
        File name → where it lies.
    missing_glyphs
        Characters that no font could draw.
    personal
        A line per personal number: with any, nothing of the report may be published.
    """

    files: dict[str, Path]
    missing_glyphs: frozenset[str]
    personal: tuple[str, ...]


def finish(
    notebook: str,
    result: Path,
    folder: Path,
    *,
    issuer: str = "",
    key: str = "",
    font_set: "FontSet | None" = None,
    data_folder: str = "",
) -> Finished:
    """Check the sealed result, render the notebook and look for personal numbers.

    The PDF is printed from the very page that is looked at and says what the page says (tests compare the two); to read
    it back would take a seventh of a report's time.

    Parameters
    ----------
    notebook
        The executed notebook, JSON.
    result
        What it sealed: a ``result.json``.
    folder
        Where the files go; it is made.
    issuer, key
        Written into the notebook's metadata beside the date of the figures; see
        :func:`~minsheng.render.metadata.read_metadata`.
    font_set, data_folder
        See :func:`~minsheng.render.report.render_report`.

    Raises
    ------
    TaskFailedError
        If the result is not what a notebook may seal.
    OSError
        If a file cannot be written.
    RenderError
        If the page cannot be made.
    """
    from minsheng.render.report import render_report

    content = result.read_bytes()
    try:
        sealed = Result.model_validate_json(content)
    except ValueError as error:
        raise TaskFailedError(Failure(kind=FailureKind.INVALID_RESULT, message=str(error)), notebook) from error
    as_of = sealed.figures.as_of
    node = nbformat.reads(notebook, as_version=4)  # type: ignore[no-untyped-call]
    facts = {"issuer": issuer, "as_of": as_of.isoformat() if as_of else "", "key": key}
    node.metadata["minsheng"] = {**node.metadata.get("minsheng", {}), **facts}
    kept = canonical_json(node)
    made = render_report(node, attachments={RESULT: content}, font_set=font_set, data_folder=data_folder)
    folder.mkdir()
    files = {RESULT: result}
    for name, written in {NOTEBOOK: kept, **made.files}.items():
        files[name] = folder / name
        put(written, files[name])
    read = {each.file: made.files[each.file] for each in FORMATS if each.file in made.files and not each.printed}
    return Finished(files, made.missing_glyphs, personal_lines({NOTEBOOK: kept, **read, RESULT: content}))
