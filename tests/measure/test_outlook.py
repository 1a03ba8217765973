"""能否完成: pace, what is needed, the year's end and the month of reaching it, worked out by hand."""

from decimal import Decimal

import pytest

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import TrendPoint
from minsheng.domain.light import Tone
from minsheng.domain.period import Period
from minsheng.measure.ahead.outlook import outlooks
from minsheng.measure.project import project_figures

REPORTED = ReturnStatus.REPORTED


def _trend(indicator: str, figures: dict[int, str | None]) -> list[TrendPoint]:
    return [
        TrendPoint(
            period=Period.of_month(2017, month),
            indicator=indicator,
            actual=None if figure is None else Decimal(figure),
            schedule_target=None,
            status=REPORTED,
        )
        for month, figure in figures.items()
    ]


def _beds(plan, figures):
    (found,) = outlooks(plan, "elderly_care", "cangxi", _trend("beds_new", figures))
    return found


def test_a_count_goes_on_as_in_its_last_three_months(plan) -> None:
    # 苍溪县's target is 300. June adds 30; April to June (140 - 50) ÷ 3 = 30 a month; (300 - 140) ÷ 6 are needed.
    found = _beds(plan, {1: "0", 2: "20", 3: "50", 4: "80", 5: "110", 6: "140"})
    assert (found.pace, found.average) == (30, 30)
    assert float(found.needed) == pytest.approx(160 / 6)
    # 140 + 6 × 30 = 320; 160 ÷ 30 = 5.33, so in the sixth month from June.
    assert (found.projected, found.reached, found.is_reached) == (320, Period("2017-12"), False)


def test_what_is_too_slow_is_not_reached_within_the_year(plan) -> None:
    found = _beds(plan, {4: "10", 5: "20", 6: "30"})
    # The year began at nothing: 30 in the three months since March, of which nothing is known, are 30 ÷ 6 = 5 a month.
    assert (found.average, found.projected, found.reached) == (5, 60, None)


def test_a_gap_is_spread_over_its_months(plan) -> None:
    found = _beds(plan, {3: "30", 4: None, 5: None, 6: "90"})
    assert (found.pace, found.average) == (20, 20)


def test_without_a_figure_this_month_the_last_one_stands(plan) -> None:
    found = _beds(plan, {4: "40", 5: "80", 6: None})
    assert (found.at, found.pace, found.projected) == (Period("2017-05"), 40, 80 + 7 * 16)


def test_a_target_that_is_reached_says_since_when(plan) -> None:
    found = _beds(plan, {4: "290", 5: "300", 6: "310"})
    assert (found.is_reached, found.reached, found.needed) == (True, Period("2017-05"), None)


def test_a_share_is_not_projected_beyond_the_whole(plan) -> None:
    (found,) = outlooks(plan, "medical_aid", "cangxi", _trend("medical_aid_ratio", {3: "60", 4: "80", 5: "99"}))
    assert (found.average, found.projected) == (Decimal("19.5"), 100)


def test_one_month_of_a_level_gives_no_average(plan) -> None:
    (found,) = outlooks(plan, "medical_aid", "cangxi", _trend("medical_aid_ratio", {1: "60"}))
    assert (found.pace, found.average, found.projected, found.reached) == (None, None, None, None)


def test_an_area_that_did_not_report_keeps_its_last_known_state_marked(plan, build) -> None:
    june = Period("2017-06")
    returns = {(Period(month), "cangxi"): build(month) for month in ("2017-04", "2017-05")}
    figures = project_figures(plan, "elderly_care", "cangxi", june, returns, ())
    beds = next(row for row in figures.measurements if row.indicator == "beds_new")
    assert (beds.status, beds.actual, beds.completion) == (ReturnStatus.NOT_REPORTED, None, None)
    assert (beds.last_known.period, beds.last_known.light.word) == (Period("2017-05"), "提前完成")
    city = project_figures(plan, "elderly_care", "city", june, returns, ())
    assert city.history["cangxi/beds_new"] == (Tone.GREY, Tone.GREY, Tone.GREY, Tone.GREEN, Tone.GREEN, Tone.GREY)
