"""A formula's stored value is believed only where it is what its cells give."""

import pytest

from minsheng.intake.spreadsheets.biff_formulas import formula_text, shared_by
from minsheng.intake.spreadsheets.formulas import shifted, stale_formulas

ROW = [2, 3, None, "无", 0.5]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("A1+B1", 5),
        ("=A1-B1*2", -4),
        ("-(A1+B1)/4", -1.25),
        ("SUM(A1:E1)", 5.5),  # texts and blanks count for nothing
        ("SUM($A$1:B1,E1)", 5.5),
        ("A1+C1", 2),  # a blank is 0
        ('IF(COUNT(A1,B1)<2,"",A1+B1)', 5),
        ('IF(COUNT(A1,C1)<2,"",A1+C1)', None),
        ("ROUND(B1*E1,0)", 2),
        ("of:=[.A1]+[.B1]", 5),
        ("of:=SUM([.A1:.B1])", 5),
        ('of:=IF(COUNT([.A1];[.B1])<2;"";[.A1]+[.B1])', 5),
        ("0.1+0.2", 0.3),
        ("sum(A1:B1)", 5),
    ],
)
def test_what_is_stored_is_what_its_cells_give(formula: str, value: float | None) -> None:
    assert stale_formulas([[*ROW, value]], {"F1": formula}) == []
    assert stale_formulas([[*ROW, 7.25]], {"F1": formula}) == ["F1"]


@pytest.mark.parametrize(
    "formula",
    [
        "VLOOKUP(A1,B1:E1,2)",
        "Sheet2!A1+1",
        "'没有 2'!A1",
        "D1+1",  # a text is no figure: what people see is an error, which the reader names
        "A1/C1",
        "IF(A1)",
        "TODAY()",
        "SUM(A1:B1",
        "A1++",
        "(" * 300 + "A1" + ")" * 90,
        "A1" + "+A1" * 1000,
        "{=A1}",
        "",
    ],
)
def test_what_cannot_be_told_is_left_alone(formula: str) -> None:
    assert stale_formulas([[*ROW, 7.25]], {"F1": formula}) == []


def test_a_file_cannot_keep_us_reckoning() -> None:
    rows = [[1] * 200 for _ in range(500)]
    assert stale_formulas(rows, dict.fromkeys((f"A{n}" for n in range(1, 500)), "SUM(B1:GR500)"))[:1] == ["A1"]


@pytest.mark.parametrize(
    "formula",
    ["表二!A1+A1", "'5月 低保'!B2+A1", "SUM(表二!A1:B1)-1", "of:=[$表二.A1]+[.A1]", "of:=SUM([$'5月 低保'.A2:.B2])"],
)
def test_a_formula_over_other_sheets_is_computed_from_them(formula: str) -> None:
    sheets = {"表二": [[3, 3]], "5月 低保": [[None, None], [2, 3]]}
    assert stale_formulas([[2, 5]], {"B1": formula}, sheets) == []
    assert stale_formulas([[2, 6]], {"B1": formula}, sheets) == ["B1"]


@pytest.mark.parametrize(
    ("formula", "down", "right", "moved"),
    [
        ("A1+B1", 2, 0, "A3+B3"),
        ("SUM($A1:B$1)", 1, 1, "SUM($A2:C$1)"),
        ("表二!A1*'A1 的表'!B2", 1, 0, "表二!A2*'A1 的表'!B3"),
        ('IF(A1="A1",LOG10(B1),0)', 1, 0, 'IF(A2="A1",LOG10(B2),0)'),
    ],
)
def test_a_shared_formula_moves_with_its_cell(formula: str, down: int, right: int, moved: str) -> None:
    assert shifted(formula, down, right) == moved


REF_A1, REF_B1 = b"\x44\x00\x00\x00\xc0", b"\x44\x00\x00\x01\xc0"


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (REF_A1 + REF_B1 + b"\x03", "(A1+B1)"),
        (b"\x25\x00\x00\x08\x00\x01\xc0\x01\xc0\x19\x10\x00\x00", "SUM(B1:B9)"),
        (b"\x25\x00\x00\x08\x00\x01\xc0\x01\xc0\x22\x01\x04\x00", "SUM(B1:B9)"),
        (REF_A1 + b"\x1e\x02\x00\x05\x15\x13", "(-(A1*2))"),
        (REF_A1 + b"\x1e\x01\x00\x21\x1b\x00", "ROUND(A1,1)"),
        (REF_A1 + REF_B1 + b"\x0d" + b"\x19\x02\x07\x00" + REF_A1 + b"\x19\x08\x03\x00" + b"\x17\x00\x00"
         + b"\x19\x08\x03\x00" + b"\x22\x03\x01\x00", 'IF((A1>B1),A1,"")'),
        (b"\x2c\x00\x00\xff\xc0\x1e\x01\x00\x03", "(B4+1)"),  # shared: the cell to the left of C4
        (b"\x3a\x00\x00\x00\x00\x00\x00", ""),  # another sheet
        (b"\x44\x00", ""),
        (b"", ""),
    ],
)  # fmt: skip
def test_a_formula_of_an_old_workbook_is_a_text(tokens: bytes, text: str) -> None:
    assert formula_text(tokens, 3, 2) == text
    assert shared_by(b"\x01\x03\x00\x02\x00") == (3, 2)
    assert shared_by(tokens) is None
