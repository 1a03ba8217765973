"""What holds for every figure, not only for those that somebody thought of."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minsheng.domain.base import Source
from minsheng.domain.item_rules import Combine, LowerIsBetterRule, MilestoneRule, ProportionalRule, StepRule, Weighted
from minsheng.domain.period import Period
from minsheng.measure.county_score import scoring_figures
from minsheng.measure.measurement import blank
from minsheng.measure.project import project_figures
from minsheng.measure.ranks import ranked, ranking_figures
from minsheng.measure.rounding import half_up
from minsheng.measure.rules import MeasuredArea, measured_points

OURS = Source(document="ours", why="算例")
FULL = Decimal(14)
quick = settings(max_examples=60)

amounts = st.decimals(min_value=0, max_value=10**6, places=2)
# A target of zero is no duty at all; limits of zero are drawn in test_any_plan.
targets = st.integers(min_value=1, max_value=1000).map(Decimal)
months = st.integers(min_value=1, max_value=12).map(lambda month: Period.of_month(2017, month))
ratios = st.decimals(min_value=0, max_value=1, places=2)
two = (
    Weighted(indicator="beds_new", weight=Decimal("0.3")),
    Weighted(indicator="dibao_urban_avg", weight=Decimal("0.7")),
)


@st.composite
def proportional(draw):
    floor = draw(ratios)
    return ProportionalRule(
        kind="proportional",
        indicators=two,
        combine=draw(st.sampled_from(Combine)),
        cap=floor + draw(ratios),
        floor=floor,
        threshold=draw(st.none() | ratios),
        unreported="zero",
        source=OURS,
    )


@st.composite
def lower(draw):
    return LowerIsBetterRule(
        kind="lower_is_better",
        indicators=two,
        combine=draw(st.sampled_from(Combine)),
        formula=draw(st.sampled_from(["two_minus_ratio", "target_over_actual"])),
        cap=1 + draw(ratios),
        floor=0,
        unreported="zero",
        source=OURS,
    )


@st.composite
def step(draw):
    return StepRule(
        kind="step",
        indicators=two,
        combine=draw(st.sampled_from(Combine)),
        step=draw(ratios) + Decimal("0.01"),
        cost=draw(ratios),
        count=draw(st.sampled_from(["started", "full"])),
        unreported="zero",
        source=OURS,
    )


def facts_of(plan, period, actuals, goals, direction="at_least"):
    """Two indicators: a count, and a quotient whose denominator is 100."""
    rows = {}
    changed = []
    for indicator in plan.indicators:
        number = {"beds_new": 0, "dibao_urban_avg": 1}.get(indicator.id)
        if number is None:
            changed.append(indicator)
            continue
        target = indicator.targets["cangxi"].model_copy(update={"value": goals[number]})
        made = indicator.model_copy(update={"direction": direction, "targets": {"cangxi": target}})
        changed.append(made)
        rows[indicator.id] = blank(
            made,
            "reported",
            plan.lights.no_duty,
            "",
            target,
            actual=actuals[number],
            numerator=actuals[number],
            denominator=Decimal(100) if number else None,
        )
    return MeasuredArea(plan.model_copy(update={"indicators": tuple(changed)}), "cangxi", period, rows, {})


@quick
@given(
    st.one_of(proportional(), lower(), step()),
    months,
    st.tuples(amounts, amounts),
    st.tuples(targets, targets),
    st.sampled_from(["at_least", "at_most"]),
)
def test_points_are_bounded_and_the_formula_recomputes_to_them(
    plan, recompute, rule, period, actuals, goals, direction
):
    if isinstance(rule, LowerIsBetterRule):
        direction = "at_most"
    found = measured_points(facts_of(plan, period, actuals, goals, direction), rule, FULL, 2)
    assert found.state == "scored"
    assert found.points is not None
    assert 0 <= found.points <= FULL
    assert half_up(recompute(found.formula), 2) == found.points, found.formula


@quick
@given(
    st.one_of(proportional(), step()),
    months,
    st.tuples(amounts, amounts),
    st.tuples(targets, targets),
    st.tuples(amounts, amounts),
)
def test_doing_more_never_costs_points(plan, rule, period, actuals, goals, more):
    less = measured_points(facts_of(plan, period, actuals, goals), rule, FULL, 2).points
    risen = (actuals[0] + more[0], actuals[1] + more[1])
    assert measured_points(facts_of(plan, period, risen, goals), rule, FULL, 2).points >= less


@quick
@given(lower(), months, st.tuples(amounts, amounts), st.tuples(targets, targets), st.tuples(amounts, amounts))
def test_more_of_a_controlled_figure_never_gains_points(plan, rule, period, actuals, goals, more):
    less = measured_points(facts_of(plan, period, actuals, goals, "at_most"), rule, FULL, 2).points
    risen = (actuals[0] + more[0], actuals[1] + more[1])
    assert measured_points(facts_of(plan, period, risen, goals, "at_most"), rule, FULL, 2).points <= less


@quick
@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 5), min_size=1))
def test_ranks_are_competition_ranks(totals):
    ranks = ranked({area: (Fraction(total), Decimal(0)) for area, total in totals.items()})
    for area, total in totals.items():
        assert ranks[area] == 1 + len([other for other in totals.values() if other > total])
    assert min(ranks.values()) == 1


@pytest.fixture(scope="module")
def scorings(plan, build):
    period = Period("2017")
    december = period.closing_month
    found = []
    for number, area in enumerate(plan.assessed_areas):
        changes = {
            "elderly_care.beds_new_cumulative": str(number * 10),
            "elderly_care.daycare_cumulative": str(number // 2),
        }
        returns = {(december, area.id): build("2017-12", area.id, changes)}
        projects = [project_figures(plan, each.id, area.id, period, returns, ()) for each in plan.projects]
        found.append(scoring_figures(plan, area.id, period, projects, None))
    return found


@quick
@given(st.randoms(use_true_random=False))
def test_the_order_of_areas_does_not_change_the_ranking(plan, scorings, random):
    shuffled = list(scorings)
    random.shuffle(shuffled)
    first, second = (ranking_figures(plan, Period("2017"), each) for each in (scorings, shuffled))
    assert first.rows == second.rows


def test_items_add_up_and_every_formula_recomputes(scorings, recompute):
    for figures in scorings:
        counted = [item for item in figures.items if item.points is not None]
        assert figures.scored_points == sum(item.points for item in counted)
        assert figures.scored_full_marks == sum(item.full_marks for item in counted) == 70
        assert figures.total == figures.scored_points
        for item in counted:
            assert half_up(recompute(item.formula), 2) == item.points


def test_milestone_shares_are_bounded_too(plan, recompute):
    rule = MilestoneRule(
        kind="milestone",
        indicators=(Weighted(indicator="two_lines_done"), Weighted(indicator="disability_allowance_done")),
        combine=Combine.MEAN,
        levels={"done": 1, "partial": "0.5", "not_done": 0},
        unreported="zero",
        source=OURS,
    )
    for first in ("done", "partial", "not_done"):
        for second in ("done", "partial", "not_done"):
            rows = {
                each.indicator: blank(plan.indicator(each.indicator), "reported", plan.lights.no_duty, "", level=level)
                for each, level in zip(rule.indicators, (first, second), strict=True)
            }
            found = measured_points(MeasuredArea(plan, "cangxi", Period("2017"), rows, {}), rule, FULL, 2)
            shares = {"done": Fraction(1), "partial": Fraction(1, 2), "not_done": Fraction(0)}
            assert found.points == half_up(Fraction(FULL) * (shares[first] + shares[second]) / 2, 2)
            assert half_up(recompute(found.formula), 2) == found.points
