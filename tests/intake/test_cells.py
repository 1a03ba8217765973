"""One cell: every form that counties write, and nothing guessed."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.domain.table import CellType, Column, Table, TableKind
from minsheng.domain.units import agree, dimension, split_unit
from minsheng.intake.reading.headers import Header
from minsheng.intake.reading.parse_findings import Findings
from minsheng.intake.reading.row_cells import parse_row, parse_rows
from minsheng.intake.reading.table_reading import ParsedTable, Reading
from minsheng.intake.spreadsheets.cells import (
    CellFaultError,
    Divided,
    Percentage,
    cell_parser,
    excel_number,
    parse_date,
    parse_number,
)
from minsheng.intake.spreadsheets.grid import Sheet


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (Decimal("12.0"), "12"),
        (Decimal("0.30000000000000004"), "0.3"),
        (Decimal("1952.6"), "1952.6"),
        ("12", "12"),
        (" 1,234,567.80 ", "1234567.80"),
        ("１２３．５", "123.5"),
        ("１，２３４", "1234"),
        ("−5", "-5"),
        ("'42", "42"),
        ("\u200b7\u3000", "7"),
        ("0", "0"),
        ("5元", "5"),
        (".5", "0.5"),
    ],
)
def test_numbers_are_read_exactly(raw: object, value: str) -> None:
    assert parse_number(raw, "元") == Decimal(value)


@pytest.mark.parametrize("raw", [None, "", " ", "-", "—", "——", "/", "／", "无", "－", "N/A", "\u3000"])
def test_blank_marks_are_blank_and_not_zero(raw: object) -> None:
    assert parse_number(raw, "元") is None


@pytest.mark.parametrize(
    "raw",
    [
        "约50",
        "1,23",
        "12,3456",
        "1 234",
        "5²",
        "٣",
        "三十",
        "1.2.3",
        "1.2E+05",
        "12-15",
        "(5)",
        "50%左右",
        "=1+1",
        "5。3",
        "½",
    ],
)
def test_anything_else_is_a_fault(raw: str) -> None:
    with pytest.raises(CellFaultError) as fault:
        parse_number(raw, "元")
    assert fault.value.rule in {"READ-NUMBER", "READ-UNIT"}
    assert fault.value.allowed


@pytest.mark.parametrize("raw", [True, date(2017, 6, 1), datetime.combine(date(2017, 6, 1), time(3))])
def test_a_date_or_a_truth_value_is_no_number(raw: object) -> None:
    with pytest.raises(CellFaultError, match="不是数字"):
        parse_number(raw, "元")


@pytest.mark.parametrize(
    ("raw", "unit"), [("5万元", "元"), ("5元", "万元"), ("70%", "元"), ("3万", "人"), ("5万", "元")]
)
def test_another_unit_in_the_cell_is_critical_and_never_converted(raw: str, unit: str) -> None:
    with pytest.raises(CellFaultError) as fault:
        parse_number(raw, unit)
    assert fault.value.rule == "READ-UNIT"


def test_ten_thousand_yuan_become_yuan_at_this_edge_exactly() -> None:
    column = Column(id="allocated_yuan", label="累计下达", unit="万元", type=CellType.DECIMAL)
    assert cell_parser(column)(Decimal("1952.60")) == Decimal(19526000)
    assert cell_parser(column)("0.000001") == Decimal("0.01")


@pytest.mark.parametrize(
    "raw",
    ["2017-06-30", "2017年6月30日", "2017/6/30", "2017.6.30", "20170630", "２０１７年６月３０日", Decimal(42916)],
)
def test_dates_written_as_text_or_as_a_spreadsheets_number(raw: object) -> None:
    assert parse_date(raw) == date(2017, 6, 30)


@pytest.mark.parametrize(
    "raw", ["2017-02-30", "6月30日", "2017年6月", "昨天", Decimal("4.17"), Decimal(4291600), date(1900, 1, 4)]
)
def test_what_is_no_date_is_a_fault(raw: object) -> None:
    with pytest.raises(CellFaultError, match="不是日期"):
        parse_date(raw)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("累计下达（万元）", ("累计下达", "万元")),
        ("累计\n下达 (万元)", ("累计下达", "万元")),
        ("金额（单位：元）", ("金额", "元")),
        ("其中80周岁以上老人（含）", ("其中80周岁以上老人(含)", "")),
        ("低保标准（元/人·月）", ("低保标准", "元/人·月")),
    ],
)
def test_the_unit_is_split_off_a_header(header: str, expected: tuple[str, str]) -> None:
    assert split_unit(header) == expected


def test_units_that_mean_the_same() -> None:
    assert agree("人", "名")
    assert agree("元/人·月", "元/月")
    assert agree("张或个", "张")
    assert not agree("元", "万元")
    assert not agree("元/人·月", "元/年")
    assert not agree("户", "人")
    assert dimension("含物价补贴") is None


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_what_a_person_types_is_what_is_read(number: Decimal) -> None:
    for text in (
        f"{number}",
        f"{number:,}",
        f"{number:,}".translate({ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789.,-"}),
    ):
        assert parse_number(text, "元") == number


@given(st.floats(min_value=-1e12, max_value=1e12).map(lambda x: round(x, 2)))
def test_a_double_with_two_decimals_comes_back_as_typed(number: float) -> None:
    assert excel_number(Decimal(repr(number))) == Decimal(repr(number)).quantize(Decimal("0.01"))


@given(st.text(max_size=30))
def test_any_text_is_a_number_a_blank_or_a_named_fault(text: str) -> None:
    rules = {"READ-NUMBER", "READ-UNIT"}
    try:
        value = parse_number(text, "元")
    except CellFaultError as fault:
        found = fault.rule
    else:
        found = "READ-NUMBER"
        assert value is None or value.is_finite()
    assert found in rules


LIST = Table(
    id="list",
    kind=TableKind.FIGURES,
    sheet="清单",
    title="清单",
    open_rows=True,
    columns=(
        Column(id="name", label="名称", type=CellType.TEXT),
        Column(id="kind", label="类别", type=CellType.CHOICE, choices=("新增公办床位", "维修改造床位")),
        Column(id="beds", label="张数", unit="张", type=CellType.INTEGER),
        Column(id="spent_yuan", label="支出", unit="万元", type=CellType.DECIMAL),
        Column(id="share", label="比例", unit="%", type=CellType.DECIMAL),
        Column(id="day", label="日期", type=CellType.DATE),
        Column(id="absent", label="没有的列", type=CellType.TEXT, required=False),
    ),
)

plain_cells = (
    st.sampled_from(["甲", "乙 ", "福利院"]),
    st.sampled_from(["新增公办床位", "维修改造 床位", "别的"]),
    st.sampled_from([Decimal(3), Decimal("3.0"), Decimal("0.30000000000000004"), Decimal("1E+20")]),
    st.decimals(-(10**9), 10**9, places=4),
    st.integers(0, 100).map(Decimal),
    st.dates(date(1940, 1, 1), date(2030, 1, 1)),
)
other_cells = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(["", "无", "—", "12", "3张", "5万元", "2017年6月30日", "六月", " "]),
    st.sampled_from([Percentage("0.7344"), Divided(123456), Decimal(42916), Decimal("4.17")]),
    st.dates(),
    st.datetimes(),
)


@given(
    lines=st.lists(
        st.builds(
            lambda cells, cut: tuple(cells)[:cut],
            st.one_of(st.tuples(*plain_cells), st.tuples(*(st.one_of(cell, other_cells) for cell in plain_cells))),
            st.sampled_from([6, 6, 6, 4]),
        ),
        max_size=8,
    ),
    lost=st.dictionaries(st.sampled_from(["A4", "C5", "F9"]), st.just("#REF!")),
    uncached=st.frozensets(st.sampled_from(["B4", "D6"])),
)
def test_a_table_read_by_columns_is_as_if_it_were_read_row_by_row(lines, lost, uncached) -> None:
    columns = {column.id: n for n, column in enumerate(LIST.columns[:-1])}
    # Cut out of a longer text, so that its rows are others in the file.
    sheet = Sheet("清单", (("标题",), *lines), errors=lost, uncached=uncached, first_row=2)
    by_columns, by_rows = (Reading(LIST, LIST.columns, sheet, Header(0, columns), Findings(), {}) for _ in range(2))
    body = list(range(1, len(lines) + 1))
    found, expected = ParsedTable(LIST, "清单"), ParsedTable(LIST, "清单")
    parse_rows(by_columns, body, found)
    expected.rows = [parse_row(by_rows, row, str(n), None) for n, row in enumerate(body, 1)]
    # The columns first: they are there before any cell is asked for.
    for column in LIST.columns if lines else ():
        assert found.column(column.id) == expected.column(column.id)
    assert [(row.id, row.row, row.sheet, row.project) for row in found.rows] == [
        (row.id, row.row, row.sheet, row.project) for row in expected.rows
    ]
    assert [list(row.cells.items()) for row in found.rows] == [list(row.cells.items()) for row in expected.rows]
    assert by_columns.findings == by_rows.findings
    for kept in ("text_numbers", "percentages", "serials"):
        assert getattr(by_columns, kept) == getattr(by_rows, kept)
