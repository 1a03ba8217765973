"""No arithmetic of a plan that `plan check` accepts may raise: drawn plans and returns, through figures, points, pages.

Plans are drawn as the files that a bureau writes, and go through the checks like any other. Of the returns some are
what ``plan try`` draws from the plan, others hold what no clerk would write.
"""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from minsheng import report
from minsheng.authoring.drawn_returns import DrawnYear
from minsheng.domain.area import CITY
from minsheng.domain.assessment import AssessmentForm, Mark
from minsheng.domain.figure import Measurement
from minsheng.domain.item_rules import CountedRule, QualitativeRule
from minsheng.domain.period import Period
from minsheng.domain.result import Dossier, DossierHeading, Provenance
from minsheng.errors import PlanInvalidError
from minsheng.intake.rules.suites import load_suites
from minsheng.measure.ahead.urgent import urgent_items
from minsheng.measure.assessment_table import result_table_figures
from minsheng.measure.county_score import scoring_figures
from minsheng.measure.project import project_figures
from minsheng.measure.ranks import ranking_figures
from minsheng.measure.summaries import bulletin_figures, monthly_report_figures
from minsheng.plan import load_plan

pytestmark = pytest.mark.slow

PARAMS = Path(__file__).parents[2] / "params" / "2017"
AREAS = ("cangxi", "etdz")
PERIODS = [Period(text) for text in ("2017-01", "2017-06", "2017-H1", "2017")]

targets = st.sampled_from([Decimal(0), Decimal(0), Decimal("0.01"), Decimal(1), Decimal(70), Decimal(84540)])
values = st.sampled_from(["0", "0", "0.01", "1", "-3", "69.995", "70", "123456", "99999999999.99"])
ratios = st.integers(0, 20).map(lambda twentieth: Decimal(twentieth) / 20)
FITTING = {"at_least": ["proportional", "step"], "at_most": ["lower_is_better", "step"]}
FITTING["within"] = ["proportional", "lower_is_better", "step"]


def yaml(name):
    return YAML(typ="safe", pure=True).load((PARAMS / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def drafts(tmp_path_factory):
    """The files that are drawn anew, and a folder that holds all others."""
    root = tmp_path_factory.mktemp("drawn")
    shutil.copytree(PARAMS, root / "2017")
    return root, yaml("indicators.yaml"), yaml("rubric_county.yaml")


@pytest.fixture(scope="module")
def suites():
    """The rules of data, which are not drawn."""
    return load_suites(load_plan(PARAMS.parent, 2017), PARAMS.parent)


@st.composite
def schedules(draw):
    steps = sorted(draw(st.lists(ratios, min_size=11, max_size=11)))
    return dict(enumerate([*map(float, steps), 1], start=1))


def drawn_indicator(draw, raw):
    direction = draw(st.sampled_from(["at_least", "at_most", "within"]))
    basis = "full" if direction == "within" else draw(st.sampled_from(["full", "schedule"]))

    def target():
        if direction != "within":
            return float(draw(targets))
        lower = draw(targets)
        return {"lower": float(lower), "upper": float(lower + draw(targets))}

    # Of a project, which the checks want to be a duty somewhere, one indicator may be none of an area's.
    spared = AREAS[1] if raw["id"] in {"dibao_urban_avg", "beds_new"} and draw(st.booleans()) else None
    drawn = {area: target() for area in raw["targets"] if area != spared}
    changed = {"direction": direction, "basis": basis, "targets": drawn, "city_total": False}
    if basis == "schedule" and draw(st.booleans()):
        changed["schedule"] = draw(schedules())
    return {**raw, **changed}


def drawn_rule(draw, rule, directions):
    names = [each["indicator"] for each in rule["indicators"]]
    fitting = set.intersection(*(set(FITTING[directions[name]]) for name in names))
    assume(fitting)
    weights = [float(first := draw(ratios)), float(1 - first)] if len(names) > 1 else [1]
    kind = draw(st.sampled_from(sorted(fitting)))
    source = {"document": "ours", "why": "算例"}
    common = {
        "kind": kind,
        "indicators": [{"indicator": name, "weight": w} for name, w in zip(names, weights, strict=True)],
        "combine": draw(st.sampled_from(["weighted", "mean", "min"])),
        "unreported": draw(st.sampled_from(["zero", "exclude"])),
        "source": source,
    }
    if kind == "step":
        own = {
            "step": float(draw(ratios) + Decimal("0.01")),
            "cost": 1,
            "count": draw(st.sampled_from(["started", "full"])),
        }
        return common | own
    floor = draw(ratios)
    common |= {"floor": float(floor), "cap": float(floor + draw(ratios))}
    if kind == "lower_is_better":
        return common | {"formula": draw(st.sampled_from(["two_minus_ratio", "target_over_actual"]))}
    return common | {"threshold": draw(st.none() | ratios.map(float))}


def drawn_plan(draw, drafts):
    root, indicators, rubric = drafts
    new = [
        each if each["measure"]["kind"] == "milestone" else drawn_indicator(draw, each)
        for each in indicators["indicators"]
    ]
    directions = {each["id"]: each["direction"] for each in new}
    measured = {each["id"] for each in new if each["measure"]["kind"] != "milestone"}
    groups = [
        {
            **group,
            "items": [
                {**item, "rule": drawn_rule(draw, item["rule"], directions)}
                if {each["indicator"] for each in item["rule"].get("indicators", ())} & measured
                else item
                for item in group["items"]
            ],
        }
        for group in rubric["groups"]
    ]
    changed = {**rubric, "groups": groups, "decimals": draw(st.integers(0, 4))}
    if draw(st.booleans()):
        first, *others = (group["id"] for group in groups)
        share = draw(st.sampled_from([0.05, 0.5, 0.95]))
        source = {"document": "ours", "why": "算例"}
        changed["parts"] = [
            {"id": "one", "name": "一", "weight": share, "groups": [first], "source": source},
            {"id": "two", "name": "二", "weight": float(1 - Decimal(str(share))), "groups": others, "source": source},
        ]
    for name, content in (("indicators.yaml", {**indicators, "indicators": new}), ("rubric_county.yaml", changed)):
        with (root / "2017" / name).open("w", encoding="utf-8") as file:
            writer = YAML(typ="safe", pure=True)
            writer.representer.ignore_aliases = lambda _: True
            writer.dump(content, file)
    try:
        return load_plan(root, 2017)
    except PlanInvalidError as refused:
        pytest.fail(f"a plan was drawn that the checks refuse: {refused}")


def drawn_returns(draw, build, months):
    fields = [
        f"{table}.{field}"
        for table, names in {
            "medical_aid.tekun": ("aid_cumulative_yuan", "self_paid_cumulative_yuan", "above_cap_cumulative_yuan"),
            "dibao.urban": ("spending_cumulative_yuan", "person_months_cumulative"),
            "dibao.rural": ("spending_cumulative_yuan", "person_months_cumulative"),
            "elderly_care": ("beds_new_cumulative", "daycare_cumulative", "home_care_cumulative_persons"),
            "funds.dibao_upper": ("allocated_yuan", "received_yuan", "disbursed_yuan"),
        }.items()
        for field in names
    ]
    nothing = {"medical_aid.dibao." + name: "0" for name in ("aid_cumulative_yuan", "self_paid_cumulative_yuan")}
    nothing |= {"medical_aid.dibao.above_cap_cumulative_yuan": "0"}
    return {
        (month, area): build(
            month.text,
            area,
            nothing | {field: draw(values | st.none() if draw(st.booleans()) else values) for field in fields},
        )
        for month in months
        for area in AREAS
        if draw(st.integers(0, 5))
    }


def legal_returns(plan, suites, seed, build, months):
    """Return what ``plan try`` draws from a plan: the months before the first one too, which they build on."""
    year = DrawnYear(plan, suites, seed)
    found = {}
    for area in AREAS:
        for month in months:
            figures = year.figures(plan.area(area), month)
            found[month, area] = build(month.text, area, {field: str(value) for field, value in figures.items()})
    return found


def dossier(figures, notebook):
    heading = DossierHeading(
        programme="民生实事",
        issuer="市民政局",
        title="",
        subject="",
        period_label=figures.period.label,
        as_of_label="",
        plan_title="",
        data_label="",
    )
    provenance = Provenance(inputs=(), plan_sha256="", notebook_sha256="", package_version="", lock_sha256="", fonts={})
    return Dossier(notebook=notebook, heading=heading, figures=figures, provenance=provenance)


PROJECT = ("summary", "progress_table", "progress_chart", "areas", "duties", "key_figures_table", "trend_chart")
PROJECT += ("funds_table", "funds_chart", "findings", "assumptions", "sources")
BULLETIN = (
    "summary", "progress_matrix", "ranking_table", "ranking_chart", "red_items", "changes", "sources", "heat_chart",
    "prospects", "money", "ranking_line", "reporting",
)  # fmt: skip


def shown(figures, notebook, pieces):
    page = dossier(figures, notebook)
    for name in pieces:
        assert repr(getattr(report, name)(page)) is not None


def form(draw, plan, area, period):
    marks = {}
    for item in plan.county_rubric.items:
        match item.rule:
            case CountedRule():
                marks[item.id] = Mark(count=draw(st.integers(0, 20)))
            case QualitativeRule() as rule:
                marks[item.id] = Mark(level=next(iter(rule.levels)), reason="算例")
    return AssessmentForm(area=area, period=period, assessor="算例", marks=marks) if draw(st.booleans()) else None


def holds(row: Measurement) -> None:
    """A figure is a number, a word, or both; with a target of its own it is never called 无任务."""
    assert row.light.word
    assert row.has_duty == (row.light.id != "no_duty")


# Without shrinking: an example takes a second, and the plan that it draws says enough.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]


@settings(max_examples=30, phases=PHASES)
@given(st.data())
def test_no_arithmetic_of_an_accepted_plan_raises(drafts, suites, build, data):
    nothing_raises(drafts, suites, build, data.draw)


@pytest.mark.soak
@settings(max_examples=500, phases=PHASES)
@given(st.data())
def test_no_arithmetic_of_hundreds_of_accepted_plans_raises(drafts, suites, build, data):
    nothing_raises(drafts, suites, build, data.draw)


def nothing_raises(drafts, suites, build, draw):
    plan = drawn_plan(draw, drafts)
    period = draw(st.sampled_from(PERIODS))
    months = [period.closing_month] if draw(st.booleans()) else list(period.year_to_date)[-2:]
    if draw(st.integers(0, 3)):
        returns = drawn_returns(draw, build, months)
    else:
        returns = legal_returns(plan, suites, draw(st.integers(0, 99)), build, months)
    found = {
        area: [
            project_figures(plan, project.id, area, period, returns, ())
            for project in plan.projects
            if area == CITY or project.id in plan.area(area).projects
        ]
        for area in (*AREAS, CITY)
    }
    for figures in (each for projects in found.values() for each in projects):
        for row in (*figures.measurements, *(m for area in figures.areas for m in area.measurements)):
            holds(row)
        shown(figures, figures.project, PROJECT)
    scorings = [scoring_figures(plan, area, period, found[area], form(draw, plan, area, period)) for area in AREAS]
    for scoring in scorings:
        shown(scoring, "scoring", ("summary", "scores", "score_chart", "assumptions", "sources"))
        for item in scoring.items:
            assert item.points is None or 0 <= item.points <= item.full_marks
    ranking = ranking_figures(plan, period, scorings)
    shown(ranking, "scoring", ("summary", "scores", "ranking_chart"))
    table = result_table_figures(plan, period, ranking, scorings, found[CITY])
    shown(table, "result_table", ("summary", "result_table", "city_standing", "item_points"))
    urgent = urgent_items(plan, period, returns, period.end)
    shown(bulletin_figures(plan, period, found[CITY], ranking, found[CITY], (), urgent), "bulletin", BULLETIN)
    for section in plan.sections:
        figures = monthly_report_figures(plan, section.id, period, found[CITY], {}, (), period.end)
        shown(figures, "monthly_report", ("summary", "report_parts"))
