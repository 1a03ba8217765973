"""The bulletin is two pages whatever the data; what it leaves out is counted, and the page that has it is named."""

import io
from decimal import Decimal

import pikepdf
import pytest

from minsheng import report
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import Outlook
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import print_page
from minsheng.render.typst.heights import PAGE, height_of


@pytest.fixture
def many(build):
    """Make a bulletin of so many areas, indicators and projects."""

    def made(areas=9, indicators=9, projects=5, absent=0, blocked=0, items=1, name="县"):
        dossier = build.bulletin()
        figures = dossier.figures
        first, red = figures.projects[0], next(each for each in figures.urgent if each.kind == "red")
        names = {f"a{number}": f"第{number}{name}" for number in range(areas)}
        away = [*names][:absent]
        returns = [
            figures.returns[0].model_copy(
                update={
                    "area": area,
                    "name": said,
                    "status": ReturnStatus.NOT_REPORTED if area in away else ReturnStatus.REPORTED,
                    "withheld": ("两线合一",) if area in [*names][absent : absent + blocked] else (),
                }
            )
            for area, said in names.items()
        ]
        summaries = []
        for number in range(projects):
            measured = tuple(
                first.measurements[0].model_copy(update={"indicator": f"i{each}", "brief": f"{name}的指标{each}"})
                for each in range(indicators)
                if each % projects == number
            )
            rows = [
                first.areas[0].model_copy(update={"area": area, "name": said, "measurements": measured})
                for area, said in names.items()
            ]
            outlooks = [
                Outlook(indicator=m.indicator, at=figures.period, actual="845", pace="30", average="24.5",
                        needed="184.17", projected="2325", reached=None if at % 2 else "2017-11")
                for at, m in enumerate(measured)
            ]  # fmt: skip
            lacking = tuple(names[area] for area in away)
            changes = {
                "project": f"p{number}",
                "name": f"{name}第{number}项目",
                "measurements": measured,
                "areas": tuple(rows),
                "outlooks": tuple(outlooks),
                "funds": tuple(use.model_copy(update={"absent": lacking}) for use in first.funds),
            }
            summaries.append(first.model_copy(update=changes))
        ranking = [
            figures.ranking[0].model_copy(
                update={"area": area, "name": said, "rank": at, "unreported_marks": Decimal(8 * (area in away))}
            )
            for at, (area, said) in enumerate(names.items(), start=1)
        ]
        urgent = [red.model_copy(update={"area": area, "name": names[area]}) for area in names for _ in range(items)]
        changes = {
            "returns": tuple(returns),
            "projects": tuple(summaries),
            "ranking": tuple(ranking),
            "urgent": tuple(urgent),
        }
        return dossier.model_copy(update={"figures": figures.model_copy(update=changes)})

    return made


def pieces(dossier):
    first = (report.title, report.summary, report.heat_chart, report.reporting, report.red_items)
    second = (report.prospects, report.money, report.ranking_line)
    return [make(dossier) for make in first], [make(dossier) for make in second]


def sheets(*shown) -> int:
    body = "".join(piece._repr_html_() for piece in shown)
    made = print_page(f"<html><body><main>{body}</main></body></html>", ReportMetadata("通报", "局", None, ""), {})
    with pikepdf.open(io.BytesIO(made.pdf)) as opened:
        return len(opened.pages)


_LONG = "自治县经济技术开发区管理委员会"


@pytest.mark.parametrize(
    "drawn",
    [
        {"absent": 3, "blocked": 3, "items": 3},
        {"absent": 9, "indicators": 45, "items": 4, "name": _LONG},
        {"areas": 120, "indicators": 30, "projects": 15, "absent": 60, "blocked": 60},
        {"areas": 5, "indicators": 100, "projects": 40, "items": 30, "name": _LONG},
    ],
)
def test_a_bulletin_is_two_pages_whatever_the_data(many, drawn) -> None:
    first, second = pieces(many(**drawn))
    assert height_of(*first) <= PAGE
    assert sheets(*first, *second) == 2


def test_what_a_full_bulletin_leaves_out_is_counted_and_found_elsewhere(many) -> None:
    dossier = many(areas=60, indicators=30, projects=12, absent=9)
    (_, _, picture, told, red), (prospects, money, ranking) = ([*map(repr, shown)] for shown in pieces(dossier))
    assert "图外还有" in picture
    assert "见本月网页（2017-06/index.html）的“进展”" in picture
    assert "未报送（9个）：第0县、" in told
    assert "见本月网页（2017-06/index.html）的“重点督办”" in red
    rows = [line for line in prospects.splitlines() if "｜" in line][1:]
    assert len(rows) < 30
    assert f"本表之外还有{30 - len(rows)}项（达不到目标的先列）" in prospects
    assert "年内达不到" in rows[0]
    assert "个项目，见全市各项目报告的“资金安排和使用”" in money
    assert "个地区，见本月网页（2017-06/index.html）的“得分”" in ranking


def test_an_ordinary_bulletin_leaves_nothing_out(many) -> None:
    first, second = pieces(many(indicators=7, absent=1))
    said = "".join(map(repr, (*first[:4], *second)))
    assert "之外还有" not in said
    assert "图外" not in said
