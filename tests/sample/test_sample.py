"""The sample's workbooks, read with openpyxl alone: nothing of ours computes what is checked here."""

import csv
import hashlib
import zipfile
from collections import defaultdict
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from tests.conftest import ROOT, committed_files
from tests.sample.deliveries import write_sample

from minsheng.errors import UsageError

pytestmark = pytest.mark.slow

AREAS = ["municipal", "cangxi", "wangcang", "jiange", "qingchuan", "lizhou", "zhaohua", "chaotian", "etdz"]
COUNTIES = AREAS[1:]
SECTIONS = ["social_relief", "welfare_charity"]
MONTHS = [f"2017-{month:02d}" for month in range(1, 13)]


@pytest.fixture(scope="module")
def sample(plan, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    write_sample(data, plan)
    return data


@pytest.fixture(scope="module")
def register(sample):
    with (sample / "returns/register.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def table(book, sheet: str) -> list[dict]:
    """Return the rows between the headers in row 3 and the total, blank or footer that ends them."""
    rows = book[sheet].iter_rows(min_row=3, values_only=True)
    headers = next(rows)
    found = []
    for row in rows:
        first = row[0]
        if first is None or str(first).startswith(("填表人", "合计")):
            break
        found.append({h: exact(v) for h, v in zip(headers, row, strict=True)})
    return found


def exact(value):
    return Decimal(str(value)) if isinstance(value, int | float) else value


@pytest.fixture(scope="module")
def books(sample):
    """Month → area → the latest version's tables; and with ``first`` as a third key the first version's."""
    found = defaultdict(dict)
    for month in MONTHS:
        for area in AREAS:
            versions = sorted((sample / "returns" / month).glob(f"{area}*.xlsx"), key=lambda p: len(p.name))
            for place, path in enumerate(versions):
                book = openpyxl.load_workbook(path)
                tables = {sheet: table(book, sheet) for sheet in book.sheetnames if sheet != "封面"}
                tables["封面"] = {row[0]: row[1] for row in book["封面"].iter_rows(min_row=2, values_only=True)}
                if place == len(versions) - 1:
                    found[month][area] = tables
                else:
                    found[month][area, "first"] = tables
    return found


def test_june_city_figures_lie_near_the_plan(books):
    june = books["2017-06"]
    medical = [row for area in COUNTIES for row in june[area]["医疗救助"]]
    aid = sum(row["累计救助金额（元）"] for row in medical)
    within = sum(row["累计政策范围内自负费用（元）"] - row["其中累计超年度限额费用（元）"] for row in medical)
    assert Decimal("0.68") < aid / within < Decimal("0.72")

    for kind, low, high in (("城市低保", 262, 272), ("农村低保", 155, 162)):
        rows = [row for area in COUNTIES for row in june[area]["低保"] if row["类别"] == kind]
        average = sum(r["累计低保金支出（元）"] for r in rows) / sum(r["累计保障人次（人次）"] for r in rows)
        assert low < average < high

    # Shares after the province's half-year report: 43.0, 50.8, 34.1 and 42.7 % of the annex table's targets.
    for header, target, share in (
        ("累计新增床位合计（张）", 1950, "0.430"),
        ("累计维修改造床位（张）", 1050, "0.508"),
        ("累计建成日间照料中心（个）", 69, "0.341"),
        ("累计居家养老服务人数（名）", 84540, "0.427"),
    ):
        total = sum(june[area]["养老服务"][0][header] for area in AREAS)
        assert abs(total / target - Decimal(share)) < Decimal("0.03"), header

    persons = sum(june[area]["残疾人补贴"][0]["应补人数（人）"] for area in COUNTIES)
    assert abs(persons - 32143) < 100  # 27,000,000 / (70 * 12)
    assert {june[area]["残疾人补贴"][0]["发放标准（元/人·月）"] for area in COUNTIES} == {70}


def test_the_year_ends_near_the_plan(books):
    december = books["2017-12"]
    rows = [row for area in COUNTIES for row in december[area]["医疗救助"]]
    within = sum(row["累计政策范围内自负费用（元）"] - row["其中累计超年度限额费用（元）"] for row in rows)
    assert abs(sum(row["累计救助金额（元）"] for row in rows) / within - Decimal("0.71")) < Decimal("0.01")
    for kind, low, high in (("城市低保", 270, 274), ("农村低保", 160, 163)):
        rows = [row for area in COUNTIES for row in december[area]["低保"] if row["类别"] == kind]
        assert low < sum(r["累计低保金支出（元）"] for r in rows) / sum(r["累计保障人次（人次）"] for r in rows) < high
    beds = {area: december[area]["养老服务"][0]["累计新增床位合计（张）"] for area in AREAS}
    assert 1950 <= sum(beds.values()) <= 1950 * Decimal("1.1")
    assert beds["zhaohua"] < 70
    assert beds["lizhou"] > 370


def previous(books, place: int, area: str):
    return books[MONTHS[place - 1]].get(area) if place else None


GROWING = {
    "医疗救助": (
        ("当月住院救助人次（人次）", "累计住院救助人次（人次）"),
        ("当月政策范围内自负费用（元）", "累计政策范围内自负费用（元）"),
        ("当月救助金额（元）", "累计救助金额（元）"),
    ),
    "低保": (
        ("当月保障人数（人）", "累计保障人次（人次）"),
        ("当月低保金支出（元）", "累计低保金支出（元）"),
        ("当月其他补贴支出（元）", "累计其他补贴支出（元）"),
    ),
    "养老服务": (
        ("本月新增公办床位（张）", "累计新增公办床位（张）"),
        ("本月新增民办床位（张）", "累计新增民办床位（张）"),
        ("本月维修改造床位（张）", "累计维修改造床位（张）"),
        ("本月建成日间照料中心（个）", "累计建成日间照料中心（个）"),
        ("本月新增居家养老服务人数（名）", "累计居家养老服务人数（名）"),
    ),
    "残疾人补贴": (("本月发放金额（元）", "累计发放金额（元）"),),
    "两线合一": (("本月按新标准增发金额（元）", "累计按新标准增发金额（元）"),),
}


def test_cumulative_is_previous_plus_month(books):
    checked = 0
    for place, month in enumerate(MONTHS):
        for area in AREAS:
            tables, before = books[month].get(area), previous(books, place, area)
            if tables is None or (place and before is None):
                continue
            for sheet in GROWING.keys() & tables.keys():
                for number, row in enumerate(tables[sheet]):
                    for flow, total in GROWING[sheet]:
                        last = before[sheet][number][total] if before else 0
                        assert row[total] == last + row[flow], (month, area, sheet, total)
                        checked += 1
    # 20 pairs a county and 5 for the municipal row; Chaotian has no September, so no pair in October either.
    assert checked == 12 * (7 * 20 + 5) + 10 * 20


def test_nothing_cumulative_ever_falls_even_over_a_missing_month(books):
    for area in AREAS:
        last = {}
        for month in MONTHS:
            tables = books[month].get(area, {})
            for sheet in (*GROWING, "资金"):
                for number, row in enumerate(tables.get(sheet, [])):
                    for header, value in row.items():
                        if header.startswith(("累计", "其中累计", "其中困难", "其中80")):
                            key = sheet, number, header
                            assert value >= last.get(key, 0), (month, area, key)
                            last[key] = value


def test_the_rules_within_a_return_hold_exactly(books):
    for month in MONTHS:
        for area in COUNTIES:
            if area not in books[month]:
                continue
            tables = books[month][area]
            where = month, area
            for row in tables["医疗救助"]:
                reimbursed = row["当月基本医保报销（元）"] + row["当月大病保险报销（元）"] + row["当月其他报销（元）"]
                assert row["当月政策范围内自负费用（元）"] == row["当月政策范围内费用（元）"] - reimbursed, where
                assert row["当月政策范围内费用（元）"] <= row["当月住院总费用（元）"], where
                assert 0 <= row["当月救助金额（元）"] <= row["当月政策范围内自负费用（元）"], where
                assert 600 < row["当月救助金额（元）"] / row["当月住院救助人次（人次）"] < 2500, where
            for row, line in zip(tables["低保"], tables["两线合一"], strict=True):
                assert row["当月低保金支出（元）"] <= row["当月保障人数（人）"] * row["低保标准（元/人·月）"], where
                assert row["其中以户为单位施保户数（户）"] <= row["户数（户）"] <= row["当月保障人数（人）"], where
                assert row["户数（户）"] == line["低保户数（户）"], where
                assert row["低保标准（元/人·月）"] == line["现行低保标准（元/人·月）"], where
                assert line["现行低保标准（元/人·月）"] >= line["调整前低保标准（元/人·月）"], where
            paid = tables["残疾人补贴"][0]
            due = paid["实补人数（人）"] * paid["发放标准（元/人·月）"] * paid["本月发放覆盖月数（个月）"]
            assert paid["本月发放金额（元）"] == due, where
            assert paid["实补人数（人）"] <= paid["应补人数（人）"], where


def test_persons_move_by_who_joined_and_who_left(books):
    for place, month in enumerate(MONTHS):
        for area in COUNTIES:
            before = previous(books, place, area)
            if area in books[month] and before:
                for row, last in zip(books[month][area]["低保"], before["低保"], strict=True):
                    moved = row["当月新增人数（人）"] - row["当月退出人数（人）"]
                    assert row["当月保障人数（人）"] == last["当月保障人数（人）"] + moved, (month, area)


def test_elderly_parts_make_totals_and_every_unit_has_its_project(books):
    kinds = {
        "新增公办床位": "累计新增公办床位（张）",
        "新增民办床位": "累计新增民办床位（张）",
        "维修改造床位": "累计维修改造床位（张）",
        "日间照料中心": "累计建成日间照料中心（个）",
    }
    for month in MONTHS:
        for area in set(AREAS) & set(books[month]):
            row, listed = books[month][area]["养老服务"][0], books[month][area]["养老项目"]
            as_of = books[month][area]["封面"]["数据截至"]
            assert row["累计新增床位合计（张）"] == row["累计新增公办床位（张）"] + row["累计新增民办床位（张）"]
            served = row["其中困难家庭失能老人（名）"] + row["其中80周岁以上老人（名）"]
            assert row["累计居家养老服务人数（名）"] == served
            for kind, header in kinds.items():
                done = [line for line in listed if line["项目类别"] == kind and line["状态"] in {"完工", "验收"}]
                assert sum(line["建设规模（张或个）"] for line in done) == row[header], (month, area, kind)
                assert all(line["完工日期"] <= as_of for line in done), (month, area, kind)
            assert len({line["项目名称"] for line in listed}) == len(listed), (month, area)
            assert all((line["状态"] == "开工") == (line["完工日期"] is None) for line in listed), (month, area)


def test_funds_flow_downhill_and_stay_within_the_plan(books):
    planned = {
        ("城乡困难群众医疗救助", "争取中央、省补助"): 7500,
        ("城乡困难群众医疗救助", "市级安排"): 200,
        ("城乡困难群众最低生活保障", "县级安排"): 9800,
        ("社会养老服务体系建设", "市级安排"): 490,
        ("提高困难残疾人生活补贴标准", "省级安排"): 1020,
        ("全面实现低保线和贫困线“两线合一”", "市级安排"): Decimal("5.6"),
    }
    for month in MONTHS:
        for area in set(AREAS) & set(books[month]):
            for row in books[month][area]["资金"]:
                assert row["累计下达（万元）"] >= row["累计到位（万元）"] >= row["累计拨付（万元）"] >= 0, (month, area)
    december = [row for area in AREAS for row in books["2017-12"][area]["资金"]]
    for (project, source), amount in planned.items():
        rows = [row for row in december if (row["项目"], row["资金来源"]) == (project, source)]
        assert sum(row["累计下达（万元）"] for row in rows) == amount, (project, source)
    june = [row for area in AREAS for row in books["2017-06"][area]["资金"]]
    spent = sum(row["累计拨付（万元）"] for row in june) / Decimal("81412.6")
    assert Decimal("0.50") < spent < Decimal("0.60")


def test_the_accidents_of_the_year(books, register):
    received = {(line["period"], line["id"], line["revision"]): line["received_at"] for line in register}
    assert {month for month in MONTHS if "chaotian" not in books[month]} == {"2017-09"}
    assert received["2017-08", "etdz", "1"][:10] == "2017-08-24"  # due on Wednesday the 23rd

    first, second = books["2017-05"]["cangxi", "first"], books["2017-05"]["cangxi"]
    header = "累计居家养老服务人数（名）"
    assert first["养老服务"][0][header] - second["养老服务"][0][header] == 1260  # 6 % of 21,000
    assert received["2017-05", "cangxi", "2"][:7] == "2017-06"

    months = [books[m]["qingchuan"]["残疾人补贴"][0]["本月发放覆盖月数（个月）"] for m in MONTHS]
    assert months == [0, 0, 3] * 4

    def short(month):
        row = books[month]["jiange"]["残疾人补贴"][0]
        return row["应补人数（人）"] - row["实补人数（人）"]

    assert all(short(month) > 0 for month in MONTHS[:9])
    assert all(short(month) == 0 for month in MONTHS[9:])


def test_by_household_in_june_and_new_standards_in_july(books):
    dated = {area: books["2017-07"][area]["两线合一"][1]["按户施保文件日期"].date() for area in COUNTIES}
    assert {area for area, day in dated.items() if day > date(2017, 6, 30)} == {"wangcang"}
    assert min(dated.values()) >= date(2017, 6, 1)
    behind = {
        area
        for area in COUNTIES
        for row in books["2017-06"][area]["两线合一"]
        if row["按户差额发放户数（户）"] < row["低保户数（户）"]
    }
    assert behind == {"wangcang"}
    for area in COUNTIES:
        june, july = books["2017-06"][area]["两线合一"], books["2017-07"][area]["两线合一"]
        assert [row["现行低保标准（元/人·月）"] for row in june] == [420, 260]
        assert [row["现行低保标准（元/人·月）"] for row in july] == [460, 275]
        assert all(row["本月按新标准增发金额（元）"] == 0 for row in june)
        assert all(row["本月按新标准增发金额（元）"] > 0 for row in july)


def test_every_cover_says_whose_when_and_that_it_is_a_sample(books, plan):
    for month in MONTHS:
        for area in set(AREAS) & set(books[month]):
            cover = books[month][area]["封面"]
            assert cover["数据性质"] == "示例数据"
            assert plan.area(cover["填报单位"]).id == area
            assert cover["报告期"] == f"2017年{int(month[5:])}月"
            assert cover["数据截至"] <= cover["填报日期"]
    assert books["2017-12"]["zhaohua"]["封面"]["数据截至"].date() == date(2017, 12, 31)
    assert books["2017-02"]["zhaohua"]["封面"]["数据截至"].date() == date(2017, 2, 28)
    assert books["2017-06"]["zhaohua"]["封面"]["数据截至"].date() == date(2017, 6, 20)


def test_june_has_no_gap_and_nobody_is_late(register):
    june = {line["id"]: line for line in register if line["period"] == "2017-06"}
    assert set(june) == {*AREAS, *SECTIONS}
    assert all(line["revision"] == "1" for line in june.values())
    assert max(june[area]["received_at"] for area in AREAS) < "2017-06-24"  # due on Friday the 23rd
    assert max(june[section]["received_at"] for section in SECTIONS) < "2017-06-27"
    for section in SECTIONS:
        assert june[section]["received_at"][:10] >= max(june[area]["received_at"][:10] for area in AREAS)


def test_the_register_names_every_file_with_its_hash_in_the_order_of_receipt(sample, register):
    files = {str(path.relative_to(sample)) for path in (sample / "returns").rglob("*.xlsx")}
    assert {line["file"] for line in register} == files
    for line in register:
        assert hashlib.sha256((sample / line["file"]).read_bytes()).hexdigest() == line["sha256"]
    assert [line["received_at"] for line in register] == sorted(line["received_at"] for line in register)
    back_filled = [line["received_at"] for line in register if line["period"] < "2017-04"]
    assert {at[:7] for at in back_filled} == {"2017-04"}


def test_narratives_have_five_parts_of_their_own(books):
    texts = defaultdict(set)
    for month in MONTHS:
        for area in set(AREAS) & set(books[month]):
            rows = books[month][area]["工作情况"]
            assert len(rows) == (1 if area == "municipal" else 5)
            for row in rows:
                assert all(isinstance(text, str) and len(text) >= 8 for text in row.values()), (month, area)
                texts[row["项目"]].add(row["进展情况"])
    for project, said in texts.items():
        assert len(said) == (107 if project == "社会养老服务体系建设" else 95), project
    june = books["2017-06"]["zhaohua"]["工作情况"]
    elderly = next(row for row in june if row["项目"] == "社会养老服务体系建设")
    assert "新增养老床位10张，占全年任务70张的14.29%" in elderly["进展情况"]
    assert "原选址调整" in elderly["存在的问题"]
    assert "还差60张" in elderly["下步打算"]


def test_what_looks_odd_is_explained_by_the_rule_number_of_the_receipt(books):
    said = {
        (month, area): [(row["规则编号"], row["说明"]) for row in books[month][area]["情况说明"]]
        for month in MONTHS
        for area in set(AREAS) & set(books[month])
    }
    quarterly = [month for (month, area), rows in said.items() if area == "qingchuan" and rows]
    assert quarterly == [month for month in MONTHS if int(month[5:]) % 3]  # no payment in these
    assert all(said[month, "qingchuan"][0][0] == "DIS-016" for month in quarterly)
    assert {area for (month, area), rows in said.items() if month == "2017-03" and rows} == {"wangcang", "zhaohua"}
    assert not [area for (month, area), rows in said.items() if month == "2017-06" and rows]


def test_two_runs_give_the_same_bytes_and_a_year_of_files_is_small(plan, sample, tmp_path):
    write_sample(tmp_path, plan)
    ours = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    theirs = {path.relative_to(sample): path.read_bytes() for path in sample.rglob("*") if path.is_file()}
    assert ours == theirs
    assert sum(map(len, ours.values())) < 6_000_000


def test_the_committed_sample_is_what_the_plan_gives(sample):
    def parts(path):
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    made = sorted(path.relative_to(sample) for path in (sample / "returns").rglob("*.xlsx"))
    committed = [path for path in committed_files("data/returns") if path.suffix == ".xlsx"]
    kept = sorted(path.relative_to(ROOT / "data") for path in committed)
    assert made == kept
    for path in made:
        # Parts, not bytes: another zlib packs the same content differently.
        assert parts(sample / path) == parts(ROOT / "data" / path), f"{path}：运行 make sample 重新生成"


def test_real_returns_are_never_overwritten(plan, tmp_path):
    folder = tmp_path / "returns" / "2017-06"
    folder.mkdir(parents=True)
    book = openpyxl.Workbook()
    book.active["A1"] = "填报单位"
    book.save(folder / "cangxi.xlsx")
    before = (folder / "cangxi.xlsx").read_bytes()
    with pytest.raises(UsageError, match="真实报表"):
        write_sample(tmp_path, plan)
    assert (folder / "cangxi.xlsx").read_bytes() == before
    assert [path.name for path in tmp_path.rglob("*.*")] == ["cangxi.xlsx"]


def test_the_generator_shares_nothing_with_what_it_tests():
    package = ROOT / "tests/sample"
    sources = {path.name: path.read_text(encoding="utf-8") for path in package.glob("*.py") if "test_" not in path.name}
    assert len(sources) > 5
    assert not [name for name, text in sources.items() if "minsheng.measure" in text]
