import re
from base64 import b64decode
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from minsheng import report
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import TrendPoint
from minsheng.domain.period import Period
from minsheng.report.trends import rank_chart


def drawings(piece):
    return [b64decode(found) for found in re.findall(r"svg\+xml;base64,([^\"]+)", piece._repr_html_())]


@pytest.mark.parametrize("name", ["progress_chart", "funds_chart", "trend_chart"])
def test_the_same_figures_give_the_same_bytes(build, name):
    first, again = (getattr(report, name)(build.project())._repr_html_() for _ in range(2))
    assert first == again
    assert drawings(getattr(report, name)(build.project()))


def test_charts_differ_when_figures_differ(build):
    one = report.progress_chart(build.project(measurements=(build.count("129", "300"),)))
    other = report.progress_chart(build.project(measurements=(build.count("130", "300"),)))
    assert drawings(one) != drawings(other)


@pytest.mark.parametrize(
    ("name", "dossier", "width", "count"),
    [
        ("progress_chart", "project", 142, 1),
        ("funds_chart", "project", 142, 1),
        ("trend_chart", "project", 52, 2),
        ("area_chart", "city", 52, 4),
        ("score_chart", "scoring", 142, 1),
        ("ranking_chart", "ranking", 142, 1),
    ],
)
def test_charts_fit_the_page_and_write_their_text_in_the_pages_font(build, name, dossier, width, count):
    made = drawings(getattr(report, name)(getattr(build, dossier)()))
    assert len(made) == count
    for svg in made:
        root = ET.fromstring(svg)  # noqa: S314 - our own output
        assert float(root.get("width").removesuffix("mm")) == width
        assert root.get("viewBox").split()[2] == str(width)
        assert root.get("font-family").startswith("'Noto Sans SC'")
        assert b"<text" in svg


def test_alternative_text_carries_the_content(build):
    html = report.progress_chart(build.project())._repr_html_()
    alt = re.search(r'alt="([^"]+)"', html)[1]
    assert "新增床位129张，完成年度目标300张的43.0%，低于序时进度7.0个百分点，基本同步" in alt
    assert "居家养老服务4,100名" in alt
    areas = report.area_chart(build.city("jiange"))._repr_html_()
    assert "苍溪县43.0%" in areas
    assert "剑阁县未报送" in areas
    assert "市本级无任务" in areas


def test_a_gap_in_the_year_is_no_line(build):
    html = report.trend_chart(build.project())._repr_html_()
    assert "2月25张，3月未报送，4月70张" in html
    assert "×为没有可用数据的月份" in html
    whole = build.project(trend=build.trend_of(actuals=("10", "25", "41", "70", "101", "129")))
    assert "×为" not in report.trend_chart(whole)._repr_html_()


def test_a_city_month_with_an_area_missing_is_not_called_unreported(build):
    trend = build.trend_of(actuals=("40", None))
    beds = tuple(m.model_copy(update={"reported_areas": 5, "expected_areas": 5}) for m in build.beds())
    assert "2月有地区缺报" in report.trend_chart(build.city(trend=trend, measurements=beds))._repr_html_()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("progress_chart", "目标是节点任务，没有可绘的完成率"),
        ("trend_chart", "没有可绘走势的数量数据"),
    ],
)
def test_no_chart_is_drawn_empty(build, name, words):
    piece = getattr(report, name)(build.milestone_project())
    assert not drawings(piece)
    assert words in repr(piece)


def test_no_money_is_said_instead_of_drawn(build):
    piece = report.funds_chart(build.project(funds=(build.money(received="0", disbursed="0"),)))
    assert not drawings(piece)
    assert "没有已下达、到位或拨付的资金" in repr(piece)


def test_axes_end_on_round_numbers():
    from minsheng.report.trends import _scale

    assert _scale([10, 129, 150], from_zero=True) == (0, 150, 50)
    assert _scale([0, 0], from_zero=True)[0] == 0
    low, high, step = _scale([281.2, 283.57, 300], from_zero=False)
    assert low <= 281.2
    assert high >= 300
    assert step == 10


def test_long_names_are_broken_and_cut():
    from minsheng.render.html.drawing import fitted, text_width

    lines = fitted("困难家庭中的失能老人和八十周岁以上高龄老人居家养老服务", 8, 30)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(text_width(line, 8) <= 31 for line in lines)


def test_text_in_a_chart_is_escaped():
    from minsheng.render.html.drawing import Drawing

    sheet = Drawing(10, 10)
    sheet.text(0, 5, "<script>&")
    assert b"&lt;script&gt;&amp;" in sheet.svg()


@pytest.mark.parametrize(("actual", "shown"), [("69.995", "69.995"), ("70", "70.00"), ("70.004", "70.004")])
def test_a_trend_never_seems_to_reach_a_target_that_is_missed(build, actual, shown):
    ratio = build.level(actual, "70", indicator="medical_aid_ratio", label="医疗救助比例", unit="%")
    point = TrendPoint(
        period=Period("2017-06"),
        indicator=ratio.indicator,
        actual=Decimal(actual),
        schedule_target=Decimal(70),
        status=ReturnStatus.REPORTED,
    )
    page = report.trend_chart(build.project(measurements=(ratio,), trend=(point,)))
    assert f"6月{shown}%。" in page._repr_html_()
    assert f">{shown}<".encode() in drawings(page)[0]


def test_ranks_over_months_are_lines_that_are_named(build):
    june = build.ranking().figures
    rows = tuple(row.model_copy(update={"rank": 3 - row.rank}) if row.rank in {1, 2} else row for row in june.rows)
    may = june.model_copy(update={"period": Period("2017-05"), "rows": rows})
    assert rank_chart([june]) is None
    html = rank_chart([june, may]).html()
    first = june.rows[0]
    assert f"{first.name}5月{3 - first.rank}、6月{first.rank}" in html
