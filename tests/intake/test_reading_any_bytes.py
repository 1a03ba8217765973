"""Whatever bytes arrive, reading ends in grids or in a refusal: made workbooks, damaged bytes, spliced packages."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minsheng.errors import FileRefusedError
from minsheng.intake.spreadsheets.grid import Workbook
from minsheng.intake.spreadsheets.guard_parts import RefusedError, Scan
from minsheng.intake.spreadsheets.guard_rows import PLAIN_ROWS, WithoutPlainRows
from minsheng.intake.spreadsheets.guard_xlsx import Worksheet
from minsheng.intake.spreadsheets.reader import MAX_FILE_BYTES, Reader

GOOD = (Path(__file__).parents[2] / "data" / "returns" / "2017-06" / "municipal.xlsx").read_bytes()
PARTS = {
    part.filename: zipfile.ZipFile(io.BytesIO(GOOD)).read(part) for part in zipfile.ZipFile(io.BytesIO(GOOD)).infolist()
}
SECONDS = 20
"""Far more than any example needs, so that a busy machine refuses none and a hang still ends."""

quick = settings(max_examples=40)
long = settings(quick, max_examples=3000)

cell_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), max_size=40),
)
grids = st.lists(st.lists(cell_values, max_size=8), max_size=8)

ODD_XML = st.sampled_from(
    [
        b"",
        b"<",
        b"<worksheet/>",
        b"<?xml version='1.0' encoding='utf-16'?><worksheet/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet>&b;</worksheet>",
        (
            b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
            b"<row r='-1'><c r='A0'><v>1</v></c></row><row><c><v>x</v></c></row>"
            b"<row r='9999999999'><c r='ZZZZ1' t='s'><v>99999999</v></c></row></sheetData></worksheet>"
        ),
        (
            b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
            b"<row><c t='e'><f>1/0</f></c><c t='inlineStr'><is/></c><c t='b'><v>7</v></c></row></sheetData>"
            b"<mergeCells><mergeCell ref='B9:A1'/><mergeCell ref='x'/></mergeCells></worksheet>"
        ),
        b"<cols><col min='x' max='-5' hidden='1'/></cols>",
        b"<a>" * 5000,
    ]
)


def package(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return stream.getvalue()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good workbook cut short, with bytes flipped, or with bytes put in."""
    data = bytearray(GOOD)
    match draw(st.sampled_from(["cut", "flip", "insert"])):
        case "cut":
            return bytes(data[: draw(st.integers(0, len(data)))])
        case "flip":
            for at in draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=20)):
                data[at] ^= draw(st.integers(1, 255))
            return bytes(data)
        case _:
            at = draw(st.integers(0, len(data)))
            return bytes(data[:at]) + draw(st.binary(min_size=1, max_size=50)) + bytes(data[at:])


@st.composite
def spliced(draw: st.DrawFn) -> bytes:
    """A package in which parts are dropped, swapped, flipped inside, or replaced by odd XML."""
    parts = dict(PARTS)
    names = sorted(parts)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(names))
        match draw(st.sampled_from(["drop", "swap", "odd", "flip", "rename"])):
            case "drop":
                parts.pop(name, None)
            case "swap":
                parts[name] = PARTS[draw(st.sampled_from(names))]
            case "odd":
                parts[name] = draw(ODD_XML)
            case "flip" if parts.get(name):
                data = bytearray(parts[name])
                data[draw(st.integers(0, len(data) - 1))] ^= draw(st.integers(1, 255))
                parts[name] = bytes(data)
            case _:
                parts[draw(st.sampled_from(["content.xml", "../x.xml", "xl/workbook.bin"]))] = parts.get(name, b"")
    return package(parts)


@pytest.fixture(scope="module")
def reader():
    with Reader(seconds=SECONDS) as found:
        yield found


def ends_well(reader: Reader, data: bytes) -> Workbook | None:
    """Read; anything but a workbook or a refusal with words in it fails the test."""
    assert len(data) < MAX_FILE_BYTES
    try:
        found = reader.read(data)
    except FileRefusedError as refused:
        said = str(refused)
    else:
        assert all(isinstance(row, tuple) for sheet in found.sheets for row in sheet.rows)
        return found
    assert said
    assert "已中止" not in said, "the child hung or died"
    return None


@quick
@given(grids=st.lists(grids, min_size=1, max_size=3))
def test_generated_workbooks_come_back(reader: Reader, grids: list[list[list[object]]]) -> None:
    book = openpyxl.Workbook()
    for number, rows in enumerate(grids):
        sheet = book.create_sheet(f"表{number}")
        for r, row in enumerate(rows, 1):
            for c, value in enumerate(row, 1):
                cell = sheet.cell(r, c)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    found = ends_well(reader, stream.getvalue())
    assert found is not None
    for sheet, rows in zip(found.sheets[1:], grids, strict=True):
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    assert str(sheet.at(r, c) or "").strip() == value.strip()


@quick
@given(data=st.one_of(damaged(), spliced(), st.binary(max_size=2000), st.text(max_size=500).map(str.encode)))
def test_any_bytes_end_in_grids_or_a_refusal(reader: Reader, data: bytes) -> None:
    ends_well(reader, data)


@pytest.mark.soak
@long
@given(data=st.one_of(damaged(), spliced()))
def test_many_damaged_workbooks_end_in_grids_or_a_refusal(reader: Reader, data: bytes) -> None:
    ends_well(reader, data)


HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet><sheetData>'

PLAIN = st.sampled_from(
    [
        b'<c r="A%d" t="s"><v>1</v></c>',
        b'<c r="B%d" s="5"><v>0.73</v></c>',
        b'<c r="C%d" s="7" t="n"><v>123456</v></c>',
        b'<c r="AA%d" s="5"/>',
        '<c r="D%d" s="15" t="inlineStr"><is><t xml:space="preserve">养老院</t></is></c>'.encode(),
        b'<c r="A%d" s="5" t="str"><v>x</v></c>',
    ]
)
ODD = st.sampled_from(
    [
        b'<c r="B%d" t="e"><v>#DIV/0!</v></c>',
        b'<c r="B%d" t="e"><v><row r="1"><c r="A1"><v>2</v></c></row><row r="2"><c r="A2"><v>2</v></c></row></v></c>',
        b'<c r="C%d"><f>A1+B1</f></c>',
        b'<c r="C%d"><f t="shared" si="0" ref="C1:C9">A1+B1</f><v>3</v></c>',
        b'<c r="C%d"><f t="shared" si="0"/><v>3</v></c>',
        b'<c s="5"><v>7</v></c>',
        b"<c r='E%d' s='5'><v>7</v></c>",
        b'<c r="E9" s="5"><v>7</v></c>',
        b'<c r="$E%d"><v>7</v></c>',
        b"<v>5</v>",
        b"<!-- %d -->",
        b"<![CDATA[<row>]]>",
        b"<?target %d?>",
        b"<oddHeader>51010119800101123</oddHeader>",
        b"\n",
    ]
)
"""What may stand within rows and between them."""

BROKEN = st.sampled_from(
    [
        b'<c r="C%d"><f>',
        b"</f></c>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b'<x a="',
        b'"/>',
        b'<c r="ZZZ%d"><v>7</v></c>',
        b'<c r="E%d" r="E%d"><v>7</v></c>',
        b'<c r="E%d" t="inlineStr"><is><t>\xff\xfe</t></is></c>',
        b'<c r="E%d" t="inlineStr"><is><t>\xef\xbf\xbe</t></is></c>',
        b"<c r='E%d'><v>&nbsp;</v></c>",
        b"<%b/>" % PLAIN_ROWS.encode(),
    ]
)
"""What must not; two of them may do so well together."""

STARTS = st.sampled_from(
    [
        b'<row r="%d">',
        b'<row r="%d" spans="1:5" ht="13.5" customHeight="1">',
        b'<row r="%d" hidden="false">',
        b'<row r="%d" hidden="1">',
        b"<row>",
    ]
)

BROKEN_STARTS = st.sampled_from(
    [
        b'<row r="%d" spans="1:5" spans="1:5">',
        b'<row r="%d" 1="2">',
        b'<row r="20000%d"><c r="A20000%d"><v>1</v></c>',
        b"",
    ]
)


@st.composite
def worksheets(draw: st.DrawFn) -> bytes:
    """Rows as office programs write them, among them some that are not, and in a few something that must not be."""
    xml = draw(st.sampled_from([HEAD, HEAD, HEAD, HEAD.replace(b"UTF-8", b"GBK"), b"<worksheet><sheetData>"]))
    broken = draw(st.sampled_from([0, 0, 0, 0, 1, 2]))
    rows = draw(st.integers(2, 25))
    faulty = draw(st.lists(st.integers(1, rows), min_size=broken, max_size=broken))
    for number in range(1, rows + 1):
        if number in faulty:
            start, each = draw(st.one_of(STARTS, BROKEN_STARTS)), st.one_of(PLAIN, BROKEN)
        elif draw(st.integers(0, 4)):
            start, each = b'<row r="%d" spans="1:5">', PLAIN
        else:
            start, each = draw(STARTS), st.one_of(PLAIN, ODD)
        cells = draw(st.lists(each, min_size=1, max_size=4))
        xml += b"".join([start, *cells, b"</row>"]).replace(b"%d", b"%d" % number)
    return xml + draw(st.sampled_from([b"</sheetData></worksheet>"] * 5 + [b"", b'</sheetData><row r="1"/>']))


class Pieces:
    """A stream that gives less at a time than it is asked for."""

    def __init__(self, content: bytes, size: int) -> None:
        self._stream = io.BytesIO(content)
        self._size = size

    def read(self, size: int) -> bytes:
        return self._stream.read(min(size, self._size))


def scanned(xml: bytes, size: int, *, briefly: bool) -> Scan | None:
    sheet = Worksheet("表", {"5"}, {"7"}, briefly=briefly)
    try:
        sheet.feed(Pieces(xml, size))
    except (RefusedError, ValueError):
        return None
    return sheet.scan


@settings(max_examples=200)
@given(xml=worksheets(), size=st.sampled_from([97, 300, 1000]))
def test_plain_rows_that_are_left_out_change_nothing_of_what_is_seen(xml: bytes, size: int) -> None:
    seen = scanned(xml, size, briefly=True)
    # What is refused, and what is doubtful, is read once more.
    assert seen is None or seen == scanned(xml, size, briefly=False)


def test_of_a_long_plain_table_little_is_read_cell_by_cell() -> None:
    rows = b"".join(
        b'<row r="%d" spans="1:2"><c r="A%d" s="5"><v>0.5</v></c><c r="B%d" t="s"><v>1</v></c></row>' % (n, n, n)
        for n in range(1, 1001)
    )
    xml = HEAD + rows + b"</sheetData></worksheet>"
    left, pieces = WithoutPlainRows(Pieces(xml, 10_000)), []
    while piece := left.read(1 << 18):
        pieces.append(piece)
    assert len(b"".join(pieces)) < len(xml) / 4
    seen = scanned(xml, 10_000, briefly=True)
    assert seen is not None
    assert seen.percents == [(n, 0) for n in range(1000)]
