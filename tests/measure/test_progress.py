from decimal import Decimal
from fractions import Fraction

import pytest

from minsheng.domain.period import Period
from minsheng.errors import PlanInvalidError
from minsheng.measure.completion import (
    completion,
    control_completion,
    measured_light,
    schedule_progress,
    schedule_share,
)


def test_luzhou_2010_is_122_percent_of_148():
    actual = Fraction(58955000, 326514)
    assert round(completion(actual, Fraction(148)) * 100) == 122


def test_a_target_of_zero_is_met_and_never_divides():
    assert completion(Fraction(0), Fraction(0)) == 1
    assert completion(Fraction(5), Fraction(0)) == 1


@pytest.mark.parametrize(
    ("formula", "percent"), [("two_minus_ratio", Decimal("103.02")), ("target_over_actual", Decimal("103.12"))]
)
def test_the_two_formulas_for_controlled_figures_differ(formula, percent):
    # 2 - 4.17/4.3 = 1.030232…; 4.3/4.17 = 1.031175…
    found = control_completion(Fraction("4.17"), Fraction("4.3"), formula)
    assert round(Decimal(found.numerator) / found.denominator * 100, 2) == percent


@pytest.mark.parametrize("formula", ["two_minus_ratio", "target_over_actual"])
def test_limits_of_controlled_figures(formula):
    assert control_completion(Fraction(4), Fraction(4), formula) == 1
    assert control_completion(Fraction(0), Fraction(4), formula) == 2
    assert control_completion(Fraction(0), Fraction(0), formula) == 1
    assert control_completion(Fraction(1), Fraction(0), formula) == 0


def test_schedule_is_a_twelfth_a_month_for_counts_and_none_for_levels(plan):
    assert schedule_progress(plan, plan.indicator("beds_new"), Period("2017-11")) == Fraction(11, 12)
    assert schedule_progress(plan, plan.indicator("medical_aid_ratio"), Period("2017-11")) is None
    assert schedule_share(plan, Period("2017-H1")) == Fraction(1, 2)
    assert schedule_share(plan, Period("2017")) == 1


def test_an_indicator_may_have_a_schedule_of_its_own(plan):
    beds = plan.indicator("beds_new").model_copy(update={"schedule": {6: Decimal("0.3")}})
    assert schedule_progress(plan, beds, Period("2017-06")) == Fraction(3, 10)
    with pytest.raises(PlanInvalidError, match=r"beds_new.*7 月"):
        schedule_progress(plan, beds, Period("2017-07"))


@pytest.mark.parametrize(
    ("done", "word"),
    [
        (Fraction(5, 12), "达到序时进度"),  # exactly on schedule in May, not a hair behind
        (Fraction(5, 12) - Fraction(1, 10**6), "基本同步"),
        (Fraction(5, 12) - Fraction(1, 10), "基本同步"),
        (Fraction(1), "提前完成"),
        (Fraction(0), "严重滞后"),
    ],
)
def test_lights_of_counts_follow_the_gap(plan, done, word):
    assert measured_light(plan, plan.indicator("beds_new"), done, Fraction(5, 12)).word == word


@pytest.mark.parametrize(
    ("done", "word"), [("1", "达标"), ("0.9999", "接近达标"), ("0.95", "接近达标"), ("0.9499", "未达标")]
)
def test_lights_of_levels_follow_the_full_target(plan, done, word):
    assert measured_light(plan, plan.indicator("medical_aid_ratio"), Fraction(done), None).word == word
