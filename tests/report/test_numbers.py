from datetime import date
from decimal import Decimal

import pytest

from minsheng.render.html import numbers


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        ("0.43", "43.0%"),
        ("0", "0%"),
        ("0.0004", "不足0.1%"),
        ("0.99951", "99.95%"),  # must not read as reached
        ("0.9999999999", "不足100%"),
        ("1", "100.0%"),
        ("1.0433", "104.3%"),
        ("0.12345", "12.3%"),
        ("0.1225", "12.3%"),  # half up, not half even
        ("12", "1,200.0%"),
    ],
)
def test_percentages(ratio, text):
    assert numbers.percent(Decimal(ratio)) == text


def test_percentage_points_are_not_percentages():
    assert numbers.percentage_points(Decimal("-0.07")) == "7.0个百分点"
    assert numbers.difference(Decimal("-1.2"), "%", 1) == "1.2个百分点"


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        ("19526000", "1,952.60万元"),
        ("10000", "1.00万元"),
        ("9999", "9,999元"),
        ("9999.5", "9,999.50元"),
        ("-20000", "-2.00万元"),
    ],
)
def test_money_is_said_in_ten_thousands_from_ten_thousand_on(yuan, text):
    assert numbers.money(Decimal(yuan)) == text


def test_small_sums_do_not_vanish_in_a_column_of_ten_thousands():
    assert (numbers.wan(Decimal(30)), numbers.wan(Decimal(0)), numbers.wan(Decimal(600))) == ("不足0.01", "0", "0.06")


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        ("84540", "名", 0, "84,540名"),
        ("283.565", "元", 2, "283.57元"),
        ("85000000", "元", 2, "8,500.00万元"),
        ("71.2", "%", 2, "71.20%"),
    ],
)
def test_quantities_carry_their_measure_word(value, unit, decimals, text):
    assert numbers.quantity(Decimal(value), unit, decimals) == text


def test_a_figure_just_below_its_bound_never_shows_the_bound():
    assert numbers.below(Decimal("299.996"), Decimal(300), 2) == "299.996"
    assert numbers.below(Decimal("299.9999999"), Decimal(300), 2) == "不足300"
    assert numbers.below(Decimal(300), Decimal(300), 2) == "300.00"


def test_the_monthly_pace_reaches_the_target():
    assert numbers.monthly_pace(Decimal(171), 6, 0) == 29  # 28.5 would leave three beds out


def test_days_are_written_out():
    assert numbers.day(date(2017, 6, 5)) == "2017年6月5日"
