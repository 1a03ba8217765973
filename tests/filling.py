"""Fills a template as a clerk does: by the labels that stand on the sheet, never by our field names."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl
from ruamel.yaml import YAML

PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
)  # of one dot

Rows = Mapping[str, Mapping[str, object]]
"""The text of a row's last key (empty where the table has one row) → header without its unit → value."""


def fill(  # noqa: C901 - a sheet has rows, headers and words
    template: Path, target: Path, *, as_of: date, sheets: Mapping[str, Rows], words: str = ""
) -> Path:
    """Fill a template; ``words`` goes into every cell of 工作情况."""
    book = openpyxl.load_workbook(template)
    cover = book["封面"]
    for row in cover.iter_rows(max_col=2):
        if row[0].value in {"数据截至", "填报日期"}:
            row[1].value = as_of
    for name, rows in sheets.items():
        sheet = book[name]
        head = next(row for row in sheet.iter_rows() if _heads(row) & {key for each in rows.values() for key in each})
        columns = {str(cell.value).split("（")[0].strip(): cell.column for cell in head if cell.value}
        for key, values in rows.items():
            line = head[0].row + 1
            if key:
                line = next(r[0].row for r in sheet.iter_rows(min_row=line) if key in {c.value for c in r})
            for header, value in values.items():
                sheet.cell(line, columns[header]).value = value
    if words:
        sheet = book["工作情况"]
        for row in sheet.iter_rows(min_row=4, max_row=sheet.max_row - 2):
            if row[0].value:
                for cell in row[1:]:
                    cell.value = words
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def blank(folder: Path, workspace: Path, who: str) -> Path:
    """Return the template that was written for an area or section of the one year that a workspace has a plan of."""
    (year,) = (path for path in (workspace / "params").iterdir() if path.name.isdigit())
    # By the files' own words: the plan may be of a package that is not this one.
    read = YAML(typ="safe").load
    owners = [each for kind in ("areas", "sections") for each in read(year / f"{kind}.yaml")[kind]]
    (found,) = folder.glob(f"{next(each['name'] for each in owners if each['id'] == who)}*年*月报表.xlsx")
    return found


def _heads(row: tuple) -> set[str]:
    return {str(cell.value).split("（")[0].strip() for cell in row if cell.value}
