"""Hostile and broken files are refused, the reader survives them, and the next file is read."""

import contextlib
import io
import os
import re
import zipfile

import pytest
import xlsxwriter
from good_returns import build_return, good_cells
from hypothesis import given, settings
from hypothesis import strategies as st

from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError
from minsheng.intake.spreadsheets.reader import Reader

pytestmark = pytest.mark.slow

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def reader():
    with Reader(seconds=20) as reader:
        yield reader


def simple() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("封面")
    sheet.write(0, 0, "填报单位")
    sheet.write(2, 1, 12.5)
    book.close()
    return stream.getvalue()


def repacked(content: bytes, change=lambda _, data: data, extra: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(part.filename, change(part.filename, source.read(part)))
        for name, data in (extra or {}).items():
            target.writestr(name, data)
    return out.getvalue()


def with_sheet(xml: str) -> bytes:
    body = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return repacked(simple(), lambda n, d: (body + xml + "</worksheet>").encode() if n == SHEET else d)


def attacks() -> dict[str, bytes]:
    far = (
        "<sheetData><row r='1'><c r='A1'><v>1</v></c></row>"
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>"
    )
    no_r = "<sheetData>" + '<row><c r="ZZZ1"><v>1</v></c></row>' + "</sheetData>"
    wide = (
        "<sheetData>"
        + "".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c><c r="RZ{r}"><v>1</v></c></row>' for r in (1, 9000))
        + "</sheetData>"
    )
    dtd = b"<!-- " + b"x" * 9000 + b" --><!DOCTYPE worksheet [<!ENTITY a 'b'>]>"
    return {
        "far cells in single quotes": with_sheet(far),
        "a far cell in a row without r": with_sheet(no_r),
        "wide and dense": with_sheet(wide),
        "a DTD beyond 4 KB": repacked(
            simple(), lambda n, d: d.replace(b"<worksheet", dtd + b"<worksheet", 1) if n == SHEET else d
        ),
        "a DTD in a part that nobody reads": repacked(simple(), extra={"docProps/x.xml": b"<!DOCTYPE a><a/>"}),
        "a bomb": repacked(simple(), extra={"xl/media/x.xml": b"<a>" + b" " * (60 << 20) + b"</a>"}),
        "a sheet cut off": repacked(simple(), lambda n, d: d[: len(d) // 2] if n == SHEET else d),
        "a truncated package": simple()[:2000],
        "garbage": os.urandom(3000),
        "empty": b"",
        "a page named xls": b"<html><table><tr><td>1</td></tr></table></html>",
        "encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 600
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 600,
        "broken xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\1" * 4000,
        "a zip that is no workbook": _zip({"a.txt": b"a"}),
    }


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("name", sorted(attacks()))
def test_hostile_and_broken_files_are_refused_in_words(name: str, reader: Reader) -> None:
    with pytest.raises(FileRefusedError) as refused:
        reader.read(attacks()[name])
    assert re.search(r"[\u4e00-\u9fff]", str(refused.value))


def test_a_file_that_kills_the_child_loses_only_itself() -> None:
    """A cell range that the guard allows, but more memory than the child may have."""
    big = with_sheet(
        "<sheetData>"
        + "".join(f'<row r="{r}"><c r="A{r}"><v>1</v></c><c r="IV{r}"><v>1</v></c></row>' for r in (1, 15000))
        + "</sheetData>"
    )
    with Reader(seconds=20, memory_bytes=150 << 20) as small:
        with pytest.raises(FileRefusedError):
            small.read(big)
        assert small.read(simple()).sheets[0].name == "封面"


def test_one_refused_file_does_not_stop_the_others(reader: Reader) -> None:
    assert reader.read(simple()).sheets
    with pytest.raises(FileRefusedError):
        reader.read(b"")
    assert reader.read(simple()).sheets


def test_rows_keep_their_numbers_and_doubles_are_exact(reader: Reader) -> None:
    (sheet,) = reader.read(simple()).sheets
    assert str(sheet.at(2, 1)) == "12.5"
    assert sheet.address(2, 1) == "B3"
    assert sheet.addresses(2, (1, 27)) == ["B3", "AB3"]


def test_error_cells_and_formulas_without_a_value_are_located_by_sheet_and_cell(reader: Reader) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.add_worksheet("甲").write(0, 0, 1)
    sheet = book.add_worksheet("乙")
    sheet.write_formula(3, 2, "=1/0", None, "#DIV/0!")
    sheet.write_formula(4, 2, "=1+1", None, "")
    book.close()
    # The part's name says nothing about the sheet: it is resolved through the relations.
    renamed = {"xl/worksheets/sheet2.xml": "xl/worksheets/other.xml"}
    out = io.BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.infolist():
            data = source.read(part).replace(b"worksheets/sheet2.xml", b"worksheets/other.xml")
            target.writestr(renamed.get(part.filename, part.filename), data)
    first, second = reader.read(out.getvalue()).sheets
    assert (first.errors, first.uncached) == ({}, frozenset())
    assert dict(second.errors) == {"C4": "#DIV/0!"}
    assert second.uncached == {"C5"}


def test_macros_and_external_links_are_noted_and_ignored(reader: Reader) -> None:
    content = repacked(simple(), extra={"xl/vbaProject.bin": b"x", "xl/externalLinks/externalLink1.xml": b"<a/>"})
    assert reader.read(content).notes == ("macros", "external_links")


def test_far_formatting_without_values_is_no_attack(reader: Reader) -> None:
    xml = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    )
    (sheet,) = reader.read(with_sheet(xml)).sheets
    assert (len(sheet.rows), sheet.width) == (1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding(encoding: str, reader: Reader) -> None:
    book = reader.read("填报单位,苍溪县民政局\r\n报告期,2017年6月\r\n".encode(encoding))
    assert book.format == "csv"
    assert book.sheets[0].rows[0] == ("填报单位", "苍溪县民政局")


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused_but_never_crashes_us(reader: Reader, at: int, noise: bytes) -> None:
    content = bytearray(simple())
    at %= len(content)
    content[at : at + len(noise)] = noise
    with contextlib.suppress(FileRefusedError):
        reader.read(bytes(content))


def test_a_whole_return_is_read(plan: Plan, reader: Reader) -> None:
    book = reader.read(build_return(plan, good_cells(plan)))
    assert book.format == "xlsx"
    assert {sheet.name for sheet in book.sheets} >= {"封面", "低保", "资金"}
