"""Good figures of one area and month, worked out by hand, and workbooks made from them."""

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from minsheng.domain.plan import Plan
from minsheng.domain.table import CellType, Table

ROOT = Path(__file__).parents[2]
PARAMS = ROOT / "params"

DIBAO = {
    "households": 1200,
    "by_household_households": 1200,
    "persons": 2000,
    "joined_persons": 20,
    "left_persons": 10,
    "standard_yuan": 460,
    "spending_month_yuan": 600000,
    "other_month_yuan": 20000,
    "person_months_cumulative": 12000,
    "spending_cumulative_yuan": 3600000,
    "other_cumulative_yuan": 120000,
}
MEDICAL = {
    "cases_month": 100,
    "total_cost_month_yuan": 1000000,
    "in_policy_month_yuan": 600000,
    "basic_insurance_month_yuan": 300000,
    "serious_illness_month_yuan": 80000,
    "other_reimbursed_month_yuan": 20000,
    "self_paid_month_yuan": 200000,
    "aid_month_yuan": 140000,
    "cases_cumulative": 600,
    "self_paid_cumulative_yuan": 1200000,
    "above_cap_cumulative_yuan": 0,
    "aid_cumulative_yuan": 840000,
}
ELDERLY = {
    "beds_public_month": 10,
    "beds_private_month": 5,
    "beds_public_cumulative": 100,
    "beds_private_cumulative": 50,
    "beds_new_cumulative": 150,
    "beds_renovated_month": 6,
    "beds_renovated_cumulative": 60,
    "daycare_month": 1,
    "daycare_cumulative": 8,
    "home_care_month_persons": 100,
    "home_care_cumulative_persons": 1100,
    "home_care_disabled_persons": 400,
    "home_care_aged_persons": 700,
}
PROJECTS = [
    ("苍溪县福利院", "新增公办床位", 100, "完工", date(2017, 5, 20)),
    ("陵江养老院", "新增民办床位", 50, "验收", date(2017, 4, 2)),
    ("歧坪敬老院", "维修改造床位", 60, "完工", date(2017, 6, 1)),
    ("城东社区中心等", "日间照料中心", 8, "完工", date(2017, 6, 9)),
    ("元坝养老院", "新增公办床位", 40, "开工", None),
]
DISABILITY = {
    "eligible_persons": 3100,
    "paid_persons": 3000,
    "standard_yuan": 70,
    "months_covered": 1,
    "amount_month_yuan": 210000,
    "person_months_cumulative": 18000,
    "amount_cumulative_yuan": 1260000,
}
TWO_LINES = {
    "households": 1200,
    "by_difference_households": 1200,
    "by_household_document_date": date(2017, 5, 10),
    "standard_before_yuan": 460,
    "standard_now_yuan": 460,
    "standard_document": None,
    "standard_document_date": None,
    "increment_month_yuan": 10000,
    "increment_cumulative_yuan": 60000,
}
FUNDS = {"allocated_yuan": 5, "received_yuan": 4, "disbursed_yuan": 3}
"""万元, as printed."""


def good_cells(plan: Plan, who: str = "cangxi") -> dict[str, dict[str, dict[str, Any]]]:
    """Return table → row id → column → printed value of a good June return."""
    projects = plan.area(who).projects
    one = {"medical_aid": MEDICAL, "dibao": DIBAO, "two_lines": TWO_LINES, "funds": FUNDS}
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    for table in plan.tables:
        if table.id in one and table.rows_for(projects):
            cells[table.id] = {row.id: dict(one[table.id]) for row in table.rows_for(projects)}
        elif table.id == "narrative":
            cells[table.id] = {
                row.id: {c.id: f"{c.label}：已落实" for c in table.columns} for row in table.rows_for(projects)
            }
    cells["elderly_care"] = {"": dict(ELDERLY)}
    cells["disability_allowance"] = {"": dict(DISABILITY)}
    names = [c.id for c in plan.table("elderly_projects").columns]
    cells["elderly_projects"] = {str(n): dict(zip(names, row, strict=True)) for n, row in enumerate(PROJECTS, 1)}
    cells["explanation"], cells["evidence"] = {}, {}
    return cells


Edit = Callable[[Any, dict[str, Any]], None]


def build_return(
    plan: Plan,
    cells: dict[str, dict[str, dict[str, Any]]],
    *,
    bureau: str = "苍溪县民政局",
    period: str = "2017年6月",
    as_of: Any = date(2017, 6, 20),
    cover: dict[str, Any] | None = None,
    edit: Edit | None = None,
) -> bytes:
    """Write a return in the layout of the template: cover, then title, unit line, header, rows, 合计, footer."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheets: dict[str, Any] = {"": book.add_worksheet("封面")}
    labels = {"填报单位": bureau, "报告期": period, "数据截至": as_of, "填报日期": date(2017, 6, 21), "联系人": "张三"}
    for row, (label, value) in enumerate((labels | (cover or {})).items(), 2):
        sheets[""].write(row, 0, label)
        _put(sheets[""], row, 1, value, day)
    for table in plan.tables:
        if table.id in cells:
            sheets[table.id] = book.add_worksheet(table.sheet)
            write_table(sheets[table.id], table, cells[table.id], day)
    if edit:
        edit(book, sheets)
    book.close()
    return stream.getvalue()


def _put(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, time()), day)
    elif value is not None:
        sheet.write(row, column, value)


def write_table(sheet: Any, table: Table, rows: dict[str, dict[str, Any]], day: Any) -> None:
    sheet.write(0, 0, table.title)
    sheet.write(1, 0, "填报单位：苍溪县民政局")
    for column, text in enumerate([*table.keys, *(c.header for c in table.columns)]):
        sheet.write(2, column, text)
    labels = {row.id: row.labels for row in table.rows}
    at = 3
    for row_id, values in rows.items():
        for column, text in enumerate(labels.get(row_id, ())):
            sheet.write(at, column, text)
        for column, spec in enumerate(table.columns, len(table.keys)):
            _put(sheet, at, column, values.get(spec.id), day)
        at += 1
    if table.total_row:
        sheet.write(at, 0, "合计")
        for column, spec in enumerate(table.columns, len(table.keys)):
            if spec.type in {CellType.INTEGER, CellType.DECIMAL}:
                sheet.write(at, column, float(sum(Decimal(str(v[spec.id] or 0)) for v in rows.values())))
        at += 1
    sheet.write(at + 1, 0, "填表人：张三")


class DataFolder:
    """A data folder in which returns are registered as ``minsheng receive`` would."""

    def __init__(self, root: Path) -> None:
        self.data = root / "data"
        self.outputs = root / "outputs"
        (self.data / "returns").mkdir(parents=True)
        self.lines: list[list[str]] = []

    def receive(self, who: str, period: str, content: bytes, revision: int = 1, suffix: str = "xlsx") -> Path:
        suffix = suffix if revision == 1 else f"r{revision}.{suffix}"
        path = self.data / "returns" / period / f"{who}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        file = path.relative_to(self.data).as_posix()
        self.lines.append([period, who, str(revision), file, digest, f"{period}-22T09:00:00", "测试"])
        with (self.data / "returns" / "register.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["period", "id", "revision", "file", "sha256", "received_at", "sender"])
            writer.writerows(self.lines)
        return path
