from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.measure.rounding import exact, grouped, half_up, percent, sealed


@pytest.mark.parametrize(
    ("number", "expected"),
    [("8.125", "8.13"), ("8.1245", "8.12"), ("8.135", "8.14"), ("0.005", "0.01"), ("-8.125", "-8.13"), ("8", "8.00")],
)
def test_half_goes_up_and_rounding_happens_once(number, expected):
    assert half_up(Decimal(number), 2) == Decimal(expected)
    assert str(half_up(Decimal(number), 2)) == expected


@given(st.fractions(), st.integers(min_value=0, max_value=4))
def test_rounding_moves_a_number_by_at_most_half_a_unit(number, decimals):
    assert abs(Fraction(half_up(number, decimals)) - number) <= Fraction(1, 2 * 10**decimals)


@pytest.mark.parametrize("month", range(1, 13))
def test_a_schedule_of_twelfths_survives_its_28_digits(month):
    assert exact(sealed(Fraction(month, 12))) == Fraction(month, 12)


def test_a_rounded_schedule_is_not_taken_for_a_simple_fraction():
    assert exact(Decimal("0.9167")) == Fraction(9167, 10000)


def test_numbers_as_people_write_them():
    assert grouped(Fraction(58955000, 326514), 2) == "180.56"
    assert grouped(Decimal("-1234567.50")) == "-1,234,567.5"
    assert grouped(Decimal("-0.5")) == "-0.5"
    assert percent(Fraction(11, 12)) == "91.67%"
