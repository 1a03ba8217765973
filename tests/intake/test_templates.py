"""A template that is filled in is read without a word, whatever the plan and whatever its units."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from tests.conftest import ROOT

from minsheng.commands.init import start_workspace
from minsheng.domain.area import Area, Section
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import CellType, Column, Table, TableKind
from minsheng.intake.reading.parsing import parse_return
from minsheng.intake.returns.return_template import Aids, Filling, tables_for, template_sums, write_workbook
from minsheng.intake.rules.suites import load_suites
from minsheng.intake.spreadsheets.new_workbook import CellValue
from minsheng.intake.spreadsheets.reader import Reader
from minsheng.measure.fields import fields_read, unit_of
from minsheng.plan import load_plan

pytestmark = pytest.mark.slow

UNITS = (
    "人 名 户 张 个 所 人次 万人次 次 场次 期 天 场 条 项 篇 套 台 台（套） 张或个 "
    "公里 平方公里 平方米 m² ㎡ 亩 万亩 公顷 吨 万吨 kg kWh °C % ‰ 百分点 倍 分 "
    "度 星 级 人·天 个/万人 人/平方公里 元 百元 千元 万元 十万元 百万元 千万元 "
    "亿元 十亿元 万亿元 元/人·月 万元/床 元/平方米"
)

PLAN = load_plan(ROOT / "params", 2017)

JUNE = Period("2017-06")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as reader:
        yield reader


@pytest.fixture(scope="module", params=["2017", "other_city", "skeleton"])
def plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    match request.param:
        case "2017":
            return PLAN
        case "other_city":
            return load_plan(ROOT / "tests/other_city/params", 2026)
        case _:
            folder = tmp_path_factory.mktemp("skeleton") / "workspace"
            start_workspace(folder, 2026)
            return load_plan(folder / "params", 2026)


def some(column: Column, day: date) -> CellValue:
    match column.type:
        case CellType.INTEGER | CellType.DECIMAL:
            return Decimal(5 * 10**8) if column.id.endswith("_yuan") else 5
        case CellType.DATE:
            return day
        case CellType.CHOICE:
            return column.choices[0]
        case CellType.TEXT:
            return "已落实"


def filled(plan: Plan, owner: Area | Section, month: Period, tables: tuple[Table, ...]) -> Filling:
    """Something legal for each cell by itself; whether figures fit together is for rules to say."""
    figures, words = {}, {}
    projects = plan.projects_due(owner, month)
    read = {field for indicator in plan.indicators for field in fields_read(indicator)}
    asked = [indicator for indicator in plan.indicators if owner.id in indicator.targets]
    without_duty = read - {field for indicator in asked for field in fields_read(indicator)}
    for table in tables:
        if table.kind == TableKind.NARRATIVE:
            words = {
                row.project: dict.fromkeys((c.id for c in table.columns), "按计划推进。")
                for row in table.rows_for(projects)
            }
        elif table.kind == TableKind.FIGURES and not table.open_rows:
            rows = [row.id for row in table.rows_for(projects)] or [None]
            figures |= {
                table.field(c.id, row): 0
                if {table.field(c.id, row), table.field(c.id, "*")} & without_duty
                else some(c, month.start)
                for row in rows
                for c in table.columns
            }
    return Filling(cover={"as_of": month.start}, figures=figures, narratives=words)


def test_every_owners_template_is_read_as_it_was_filled(plan: Plan, reader: Reader) -> None:
    seen = 0
    for month in Period(str(plan.about.year)).months[2:6]:
        for owner in plan.reporting_owners(month):
            tables = tables_for(plan, owner, month)
            filling = filled(plan, owner, month, tables)
            # xlsxwriter refuses things with a warning, which fails a test.
            content = write_workbook(plan, owner, month, filling, Aids(due=month.end))
            parsed = parse_return(reader.read(content), plan)
            assert parsed.findings.issues == [], (owner.id, month)
            values = {
                table.table.field(name, row.id or None): cell.value
                for table in parsed.tables.values()
                for row in table.rows
                for name, cell in row.cells.items()
            }
            assert {name: values[name] for name in filling.figures} == filling.figures
            seen += 1
    assert seen >= 4


def with_column(plan: Plan, unit: str, *, cumulative: bool) -> Plan:
    """养老服务 with one column, or two, in a unit."""
    name = "built_yuan" if "元" in unit else "built"
    columns = [Column(id=name, label="建成数量", unit=unit, type=CellType.DECIMAL)]
    if cumulative:
        columns.append(Column(id=f"all_{name}", label="累计建成", unit=unit, type=CellType.DECIMAL, cumulative=True))
    tables = tuple(
        table.model_copy(update={"columns": tuple(columns)}) if table.id == "elderly_care" else table
        for table in plan.tables
    )
    return plan.model_copy(update={"tables": tables})


@pytest.mark.parametrize("cumulative", [False, True], ids=["one column", "beside last month"])
@pytest.mark.parametrize("unit", UNITS.split())
def test_a_unit_that_the_plan_names_is_a_unit(unit: str, cumulative: bool, reader: Reader) -> None:
    plan = with_column(PLAN, unit, cumulative=cumulative)
    columns = plan.table("elderly_care").columns
    figures = {f"elderly_care.{column.id}": Decimal(3 * 10**12) for column in columns}
    aids = Aids(due=JUNE.end, previous=figures)
    content = write_workbook(
        plan, plan.area("municipal"), JUNE, Filling(cover={"as_of": JUNE.start}, figures=figures), aids
    )
    parsed = parse_return(reader.read(content), plan)
    assert [issue for issue in parsed.findings.issues if issue.sheet == "养老服务"] == []
    cells = parsed.tables["elderly_care"].rows[0].cells
    assert [cells[column.id].value for column in columns] == [Decimal(3 * 10**12)] * len(columns)
    # A unit in the cell beside the number is the column's own; another one is not.
    for text, wrong in ((f"12{unit}", False), ("12头", True)):
        book = openpyxl.load_workbook(io.BytesIO(content))
        book["养老服务"]["A4"] = text
        stream = io.BytesIO()
        book.save(stream)
        issues = parse_return(reader.read(stream.getvalue()), plan).findings.issues
        assert [issue.cell for issue in issues if issue.sheet == "养老服务" and issue.blocks] == ["A4"] * wrong


@pytest.mark.parametrize(("mine", "theirs"), [("公里", "万公里"), ("万亩", "亩"), ("亿元", "万元"), ("场", "千场")])
def test_another_power_of_ten_in_the_header_is_another_unit(mine: str, theirs: str, reader: Reader) -> None:
    plan, given = (with_column(PLAN, unit, cumulative=False) for unit in (mine, theirs))
    content = write_workbook(given, given.area("municipal"), JUNE, Filling(cover={"as_of": JUNE.start}))
    issues = parse_return(reader.read(content), plan).findings.issues
    assert ("READ-UNIT", "A3") in {(issue.rule, issue.cell) for issue in issues}


def test_a_table_of_one_column_keeps_its_title_and_the_line_where_it_is_signed() -> None:
    plan = with_column(PLAN, "公里", cumulative=False)
    content = write_workbook(plan, plan.area("municipal"), JUNE, aids=Aids(due=JUNE.end))
    sheet = openpyxl.load_workbook(io.BytesIO(content))["养老服务"]
    assert sheet["A1"].value == "社会养老服务体系建设情况表"
    assert str(sheet["A2"].value).startswith("填报单位：")
    assert str(sheet["A6"].value).startswith("填表人：")
    assert sheet.column_dimensions["A"].width > 40


@pytest.mark.parametrize(("unit", "held"), [("万元", "元"), ("亿元", "元"), ("百元/人·月", "元/人·月")])
def test_money_is_held_in_yuan_and_formulas_say_so(unit: str, held: str) -> None:
    assert unit_of(with_column(PLAN, unit, cumulative=False), ["elderly_care.built_yuan"]) == held


def june_template(previous: dict[str, CellValue]) -> bytes:
    sums = template_sums(load_suites(PLAN, ROOT / "params"), first_month=False)
    return write_workbook(PLAN, PLAN.area("cangxi"), JUNE, aids=Aids(due=JUNE.end, previous=previous, sums=sums))


def headers(sheet: Any) -> dict[str, int]:
    return {str(cell.value).split("\n")[0]: cell.column for cell in sheet[3] if cell.value}


def test_the_month_last_months_cumulative_and_the_cumulative_stand_side_by_side_and_add_up() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(june_template({"elderly_care.daycare_cumulative": 4})))["养老服务"]
    at = headers(sheet)["累计建成日间照料中心"]
    assert [str(sheet.cell(3, at + n).value).split("\n")[0] for n in (-2, -1)] == ["本月建成日间照料中心", "上月累计"]
    month, last, total = (sheet.cell(4, at + n) for n in (-2, -1, 0))
    assert total.value == f'=IF(COUNT({month.coordinate},{last.coordinate})<2,"",{last.coordinate}+{month.coordinate})'
    assert (last.value, last.protection.locked, total.protection.locked) == (4, True, False)
    # Without last month's figure there is nothing to add to; a total of two columns needs none.
    assert sheet.cell(4, headers(sheet)["累计维修改造床位"]).value is None
    both = [sheet.cell(4, headers(sheet)[name]).coordinate for name in ("累计新增公办床位", "累计新增民办床位")]
    assert (
        sheet.cell(4, headers(sheet)["累计新增床位合计"]).value
        == f'=IF(COUNT({",".join(both)})<2,"",{both[0]}+{both[1]})'
    )


def test_over_a_missing_month_the_last_accepted_cumulative_names_its_month_and_nothing_is_added(reader: Reader) -> None:
    sums = template_sums(load_suites(PLAN, ROOT / "params"), first_month=False)
    before = {"elderly_care.daycare_cumulative": 4, "elderly_care.home_care_cumulative_persons": 30}
    aids = Aids(due=JUNE.end, previous=before, months={"elderly_care.daycare_cumulative": "4月"}, sums=sums)
    content = write_workbook(PLAN, PLAN.area("cangxi"), JUNE, aids=aids)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["养老服务"]
    at = headers(sheet)["累计建成日间照料中心"]
    assert (sheet.cell(3, at - 1).value, sheet.cell(4, at - 1).value, sheet.cell(4, at).value) == ("4月累计", 4, None)
    rules = {str(rule.sqref): rule.prompt for rule in sheet.data_validations.dataValidation}
    assert str(rules[sheet.cell(4, at).coordinate]).startswith("4月累计 4。")
    other = headers(sheet)["累计居家养老服务人数"]
    assert sheet.cell(3, other - 1).value == "上月累计"
    assert str(sheet.cell(4, other).value).startswith("=IF(COUNT")
    # The reader passes over them as over 上月累计.
    assert "READ-EXTRA-COLUMN" not in {i.rule for i in parse_return(reader.read(content), PLAN).findings.issues}


def test_every_column_has_its_hint_and_every_sheet_is_a4() -> None:
    book = openpyxl.load_workbook(io.BytesIO(june_template({"elderly_care.daycare_cumulative": 4})))
    assert {int(sheet.page_setup.paperSize) for sheet in book} == {9}
    keys = {table.sheet: len(table.keys) for table in PLAN.tables}
    for sheet in book.worksheets[1:]:
        for cell in list(sheet[3])[keys[sheet.title] :]:
            assert cell.value is None or cell.value == "上月累计" or cell.comment, (sheet.title, cell.coordinate)
    total = book["养老服务"].cell(3, headers(book["养老服务"])["累计建成日间照料中心"])
    assert "自动算出" in total.comment.text


@pytest.mark.parametrize(("stored", "fault"), [("6", False), ("4", True), ("", True)], ids=["right", "old", "none"])
def test_a_formula_is_believed_only_where_it_was_calculated(stored: str, fault: bool, reader: Reader) -> None:
    content = june_template({"elderly_care.daycare_cumulative": 4})
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, name = book["养老服务"], f"xl/worksheets/sheet{book.sheetnames.index('养老服务') + 1}.xml"
    at = headers(sheet)["累计建成日间照料中心"]
    month, total = sheet.cell(4, at - 2).coordinate, sheet.cell(4, at).coordinate

    def filled_by_a_program(part: bytes) -> bytes:
        part = re.sub(rf'<c r="{month}"( s="\d+")/>'.encode(), rf'<c r="{month}"\1><v>2</v></c>'.encode(), part)
        value = f"<v>{stored}</v>" if stored else ""
        return re.sub(rf'(<c r="{total}" s="\d+"><f>[^<]*</f>)<v></v>'.encode(), rf"\1{value}".encode(), part)

    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out := io.BytesIO(), "w") as target:
        for part in source.namelist():
            data = source.read(part)
            target.writestr(part, filled_by_a_program(data) if part == name else data)
    parsed = parse_return(reader.read(out.getvalue()), PLAN)
    found = [(issue.rule, issue.cell) for issue in parsed.findings.issues if issue.cell == total]
    assert found == [("READ-FORMULA", total)] * fault
    assert parsed.tables["elderly_care"].rows[0].cells["daycare_cumulative"].value == (None if fault else 6)


def test_a_wide_table_prints_large_enough_to_be_read(plan: Plan) -> None:
    """One page across, A4 in landscape: at 7 points or more, of 11."""
    content = write_workbook(plan, plan.reporting_owners(JUNE)[0], JUNE, Filling(), Aids(due=JUNE.end))
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        if sheet.page_setup.orientation != "landscape":
            continue
        millimetres = sum(1.95 * d.width * (d.max - d.min + 1) for d in sheet.column_dimensions.values() if d.width)
        assert 11 * min(1, 277 / millimetres) >= 7, sheet.title
