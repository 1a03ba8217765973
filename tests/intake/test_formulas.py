"""A formula's stored value is believed only where it is what its cells give."""

import pytest

from minsheng.intake.spreadsheets.formulas import stale_formulas

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
        "'表 2'!A1",
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
