"""What a page outside does not show, and that nobody can compute it from what is shown."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minsheng.domain.delivery import Issue, Severity
from minsheng.domain.period import Period
from minsheng.domain.reporting import SUPPRESSED
from minsheng.domain.result import ProjectFigures
from minsheng.measure.disclosure import for_readers_of, hidden_counts, hidden_parts
from minsheng.measure.project import project_figures
from minsheng.measure.wording import without_counts

pytestmark = pytest.mark.slow

JUNE = Period("2017-06")
AREAS = ("cangxi", "wangcang", "jiange")
MEDICAL = ("medical_aid.tekun.cases_month", "medical_aid.dibao.cases_month")
HOME_CARE = ("elderly_care.home_care_disabled_persons", "elderly_care.home_care_aged_persons")
HOME_CARE_TOTAL = "elderly_care.home_care_cumulative_persons"


def outside(plan, *notebooks, threshold=5):
    changed = plan.disclosure.model_copy(update={"outside": notebooks, "threshold": threshold})
    return plan.model_copy(update={"disclosure": changed})


def returns_of(plan, build, project, table):
    """June of every area with a duty; ``table``: area → what differs."""
    return {(JUNE, area.id): build("2017-06", area.id, table.get(area.id, {})) for area in plan.areas_with(project)}


def page(plan, project, area, returns):
    own = {key: value for key, value in returns.items() if area in {"city", key[1]}}
    figures = project_figures(plan, project, area, JUNE, own, [])
    return figures, for_readers_of(plan, project, figures, own)


def key(figures, name):
    return next(value for value in figures.key_values if value.id == name)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [((4, 100), True), ((1, 0), True), ((0, 100), False), ((5, 5), False), ((0, 0), False), ((100, 2), True)],
)
def test_all_classes_are_hidden_where_one_is_small(counts, hidden):
    found = hidden_parts(dict(zip("ab", map(Fraction, counts), strict=True)), 5)
    assert found == (frozenset("ab") if hidden else frozenset())


def test_a_page_outside_hides_small_classes_and_keeps_totals(plan, build):
    plan = outside(plan, "elderly_care")
    small = {HOME_CARE[0]: "3", HOME_CARE[1]: "1204", HOME_CARE_TOTAL: "1207"}
    returns = returns_of(plan, build, "elderly_care", {"cangxi": small})
    inside, shown = page(plan, "elderly_care", "cangxi", returns)
    for name in ("home_care_disabled", "home_care_aged"):
        assert key(shown, name).value is None
        assert key(shown, name).text == SUPPRESSED
        assert [cell.value for cell in key(shown, name).cells] == [SUPPRESSED]
    assert shown.measurements == inside.measurements
    assert [a.id for a in shown.assumptions if a not in inside.assumptions] == ["disclosure"]
    city_inside, city = page(plan, "elderly_care", "city", returns)
    assert key(city, "home_care_aged").text == SUPPRESSED
    assert city.measurements == city_inside.measurements
    assert city.areas == city_inside.areas
    values = {cell.area: cell.value for cell in key(city, "home_care_aged").cells}
    assert values.pop("cangxi") == SUPPRESSED
    assert SUPPRESSED not in values.values()


def test_a_sum_over_all_classes_is_a_total(plan, build):
    plan = outside(plan, "medical_aid")
    returns = returns_of(plan, build, "medical_aid", {"cangxi": {MEDICAL[0]: "2", MEDICAL[1]: "40"}})
    for area in ("cangxi", "city"):
        inside, shown = page(plan, "medical_aid", area, returns)
        assert key(shown, "cases_month").value == key(inside, "cases_month").value
        hidden = {cell.field for cell in key(shown, "cases_month").cells if cell.value == SUPPRESSED}
        assert hidden == set(MEDICAL)
        assert shown.funds == inside.funds


def test_pages_within_the_bureau_are_not_touched(plan, build):
    returns = returns_of(plan, build, "elderly_care", {"cangxi": {HOME_CARE[0]: "3"}})
    assert "elderly_care" not in plan.disclosure.outside
    inside, shown = page(plan, "elderly_care", "cangxi", returns)
    assert shown is inside
    off = outside(plan, "elderly_care", threshold=0)
    inside, shown = page(off, "elderly_care", "cangxi", returns)
    assert shown is inside


def test_without_a_small_count_a_page_outside_is_the_page_within(plan, build):
    plan = outside(plan, "medical_aid")
    returns = returns_of(plan, build, "medical_aid", {"cangxi": {MEDICAL[0]: "0", MEDICAL[1]: "40"}})
    inside, shown = page(plan, "medical_aid", "cangxi", returns)
    assert shown is inside


def test_words_and_issues_lose_the_counts_too(plan, build):
    plan = outside(plan, "medical_aid")
    returns = returns_of(plan, build, "medical_aid", {"cangxi": {MEDICAL[0]: "2", MEDICAL[1]: "40"}})
    figures = project_figures(plan, "medical_aid", "cangxi", JUNE, {(JUNE, "cangxi"): returns[JUNE, "cangxi"]}, [])
    issue = Issue(
        rule="MED-009", severity=Severity.WARNING, project="medical_aid", sheet="医疗救助", cell="B4", value="2",
        message="比上月少（上月 2）", allowed="", action="请核对", explanation="只有2人",
    )  # fmt: skip
    elsewhere = issue.model_copy(update={"sheet": "资金"})
    text = {"progress": "6月救助42人次，其中特困2人次、低保40人次。"}
    said = {
        "rule": "READ-NARRATIVE",
        "sheet": "工作情况",
        "value": "特困3人次",
        "message": "文字写“特困3人次”，表中是 2人次",
    }
    quoted = issue.model_copy(update=said)
    figures = figures.model_copy(update={"issues": (issue, elsewhere, quoted), "narratives": {"cangxi": text}})
    shown = for_readers_of(plan, "medical_aid", figures, returns)
    assert shown.narratives == {"cangxi": {"progress": "6月救助42人次，其中特困＊人次、低保＊人次。"}}
    assert "2" not in shown.issues[0].message + shown.issues[0].value + shown.issues[0].explanation
    assert (shown.issues[0].rule, shown.issues[0].cell, shown.issues[0].action) == ("MED-009", "B4", "请核对")
    assert shown.issues[1] == elsewhere
    assert shown.issues[2].message == "文字写“特困3人次”，表中是 ＊人次"


@pytest.mark.parametrize(
    ("text", "counts", "expected"),
    [
        ("特困人员：3；低保1,204", {3, 1204}, "特困人员：＊；低保＊"),
        ("１，２０４名", {1204}, "＊名"),
        ("三名老人，十二人，二十三人", {3, 12}, "＊名老人，＊人，二十三人"),
        ("3月3日，3个乡镇，第3季度，13人，3.5万元，1,003人", {3}, "3月3日，3个乡镇，第3季度，13人，3.5万元，1,003人"),
        ("没有数字", {3}, "没有数字"),
        ("3人", set(), "3人"),
    ],
)
def test_counts_in_what_people_wrote(text, counts, expected):
    assert without_counts(text, counts) == expected


PROJECTS = {"medical_aid": (MEDICAL, None), "elderly_care": (HOME_CARE, HOME_CARE_TOTAL)}
NAMED = {
    "cases_month": MEDICAL,
    "home_care_disabled": HOME_CARE[:1],
    "home_care_aged": HOME_CARE[1:],
}
"""Key figure → the classes that it adds up."""


def facts(pages: list[ProjectFigures]):
    """All that the pages say about the counts: cells, and sums of cells."""
    cells, sums = {}, []
    for figures in pages:
        for value in figures.key_values:
            mine = [cell for cell in value.cells if cell.field in {*MEDICAL, *HOME_CARE}]
            cells |= {(cell.area, cell.field): int(cell.value) for cell in mine if cell.value != SUPPRESSED}
            if value.id in NAMED and value.value is not None:
                sums.append(([(cell.area, cell.field) for cell in mine], int(value.value)))
    return cells, sums


def totals(pages: list[ProjectFigures], total):
    """Each area's total over the classes, as its own page shows it."""
    found = {}
    for figures in pages:
        if figures.area == "city":
            continue
        if total is None:
            found[figures.area] = int(next(v.value for v in figures.key_values if v.id == "cases_month"))
        else:
            measured = next(m for m in figures.measurements if m.indicator == "home_care_persons")
            found[figures.area] = int(measured.actual)
    return found


@settings(max_examples=60)
@given(
    project=st.sampled_from(sorted(PROJECTS)),
    counts=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=3),
    threshold=st.sampled_from([3, 4, 5, 8]),
)
def test_no_hidden_count_can_be_computed(plan, build, project, counts, threshold):
    """Somebody who has every page, and knows the rule, is left with two values at least for each hidden count."""
    plan = outside(plan, project, threshold=threshold)
    fields, total = PROJECTS[project]
    table = {
        area: dict(zip(fields, map(str, row), strict=True)) | ({total: str(sum(row))} if total else {})
        for area, row in zip(AREAS, counts, strict=True)
    }
    returns = returns_of(plan, build, project, table)
    pages = [page(plan, project, area, returns)[1] for area in (*AREAS, "city")]
    cells, sums = facts(pages)
    shown_totals = totals(pages, total)
    hidden = [(area, field) for area, _, field in _hidden(plan, returns) if field in fields]
    assert not {place for place in hidden if place in cells}
    possible: dict[tuple[str, str], set[int]] = {place: set() for place in hidden}
    areas = sorted({area for area, _ in hidden})
    for guess in product(*(range(shown_totals[area] + 1) for area in areas)):
        rows = {area: (first, shown_totals[area] - first) for area, first in zip(areas, guess, strict=True)}
        values = cells | {(a, field): row[n] for a, row in rows.items() for n, field in enumerate(fields)}
        consistent = all(sum(values[place] for place in places) == said for places, said in sums)
        as_the_rule_says = all(
            hidden_parts(dict(zip(fields, map(Fraction, row), strict=True)), threshold) for row in rows.values()
        )
        if consistent and as_the_rule_says:
            for place in hidden:
                possible[place].add(values[place])
    assert all(len(values) > 1 for values in possible.values()), possible


def _hidden(plan, returns):
    return [(area, month, field) for month, area, field in hidden_counts(plan, returns)]
