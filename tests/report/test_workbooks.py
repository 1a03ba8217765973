"""Cells of the workbooks that go to others: a number that misses its target never shows it."""

import io
from datetime import date
from decimal import Decimal

import openpyxl

from minsheng.intake.spreadsheets.printed_table import ColumnGroup, Figure, write_printed_table
from minsheng.site.workbooks import _cells


def test_a_cell_that_misses_its_target_by_a_hair_shows_it(build):
    missed = build.level("69.995", "70").model_copy(
        update={"decimals": 2, "completion": Decimal("69.995") / 70, "limit": False}
    )
    _, actual, completion = _cells(missed, milestone=False)
    assert actual == Figure(Decimal("69.995"), "#,##0.000")
    assert completion == Figure(Decimal("69.995") / 70, "0.00%")
    reached = missed.model_copy(update={"actual": Decimal(70), "completion": Decimal(1)})
    assert _cells(reached, milestone=False)[1:] == [70, 1]
    finer = missed.model_copy(update={"rate_decimals": 2, "completion": Decimal("0.999999")})
    assert _cells(finer, milestone=False)[2] == Figure(Decimal("0.999999"), "0.0000%")
    group = ColumnGroup("救助比例", ("目标", "完成值", "完成率"), ("0", "#,##0.00", "0.0%"))
    content = write_printed_table(
        "表", "单位", [], [ColumnGroup("地区", ("",), ("@",)), group], [["苍溪县", Decimal(70), actual, completion]],
        day=date(2017, 6, 20), sheet="完成情况",
    )  # fmt: skip
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    cells = {cell.value: cell.number_format for row in page.iter_rows() for cell in row if cell.value is not None}
    assert cells[69.995] == "#,##0.000"
    assert "0.00%" in cells.values()
