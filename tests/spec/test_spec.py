"""Run the worked cases: what the clause gives by hand is what the product gives, and each formula recomputes to it."""

import contextlib
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Literal, get_args, get_origin

import pytest
from pydantic import TypeAdapter, ValidationError

from minsheng.domain.assessment import AssessmentForm, GivenWord, SectionFacts, SectionForm, WordForm
from minsheng.domain.base import Source
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import ConditionState
from minsheng.domain.indicator import FundLine, FundSource, Indicator, IndicatorRanking, Measure, Target, TieBreak
from minsheng.domain.item_rules import CountedRule, ItemRule
from minsheng.domain.light import AssessedLights, LightScale
from minsheng.domain.period import Period
from minsheng.domain.reporting import Deadline
from minsheng.domain.result import ScoringFigures
from minsheng.domain.score_rows import ItemScore
from minsheng.errors import FileRefusedError
from minsheng.handbook.rule_cases import KINDS, MEASURES, SPECS, read_cases
from minsheng.intake.rules.kinds import KINDS as EXPECTATIONS
from minsheng.intake.rules.kinds import judge_rule
from minsheng.intake.rules.parameter_forms import parameter_form
from minsheng.intake.rules.rule import BUILT_IN
from minsheng.measure.city import any_measurement
from minsheng.measure.completion import schedule_progress
from minsheng.measure.county_score import scoring_figures
from minsheng.measure.disclosure import hidden_parts
from minsheng.measure.measurement import blank
from minsheng.measure.money import total_of_sources
from minsheng.measure.project import project_figures
from minsheng.measure.ranks import ranking_figures
from minsheng.measure.rounding import half_up
from minsheng.measure.rules import MeasuredArea, measured_points
from minsheng.measure.section_score import section_scoring_figures
from minsheng.measure.wording import item_in_words
from minsheng.plan.calendar import due_date
from minsheng.plan.strict_yaml import read_texts
from minsheng.report.lights import standing_badge

OURS = Source(document="ours", why="算例")
RULE = TypeAdapter(ItemRule)


def cases(name):
    return [pytest.param(case, id=case["title"]) for case in read_cases(name)]


def yes(text):
    return text == "yes"


def check_points(case, points, state, formula, recompute):
    expected = case["expected"]
    assert state == expected["state"]
    if "points" not in expected:
        assert points is None
        return
    assert points == Decimal(expected["points"])
    assert expected.get("formula", "") in formula
    assert half_up(recompute(formula), 2) == points, f"{formula} 重算不等于 {points}"


# Rule kinds, on indicators of their own.


def indicator(name, given):
    """Make an indicator; without ``duty: none`` cangxi has a target for it."""
    if "level" in given or yes(given.get("milestone", "no")):
        test = {"left": ["x.y"], "left_label": "甲", "op": ">=", "right": ["x.z"], "right_label": "乙"}
        condition = {"id": "c", "name": "c", "tests": [test], "due": "2017-12-31", "source": OURS}
        measure = {"kind": "milestone", "conditions": [condition], "source": OURS}
        target = {"text": "完成"}
    elif "denominator" in given:
        measure = {
            "kind": "ratio",
            "numerator": ["x.y"],
            "numerator_label": "甲",
            "denominator": ["x.z"],
            "denominator_label": "乙",
            "scale": given.get("scale", "1"),
            "source": OURS,
        }
        target = {"value": given.get("target", "1")}
    else:
        measure = {"kind": "sum", "fields": ["x.y"], "label": "甲", "source": OURS}
        target = {"value": given.get("target", "1")}
    return Indicator(
        id=name,
        name=name,
        short_name=name,
        unit="个",
        decimals=2,
        project="elderly_care",
        column=1,
        direction=given.get("direction", "at_least"),
        basis=given.get("basis", "full"),
        measure=measure,
        targets={} if given.get("duty") == "none" else {"cangxi": target},
        city_total=False,
        schedule=given.get("schedule"),
        source=OURS,
    )


def sealed_measurement(plan, made, given):
    status = ReturnStatus(given.get("status", "reported"))
    target = made.targets.get("cangxi")
    if status != ReturnStatus.REPORTED or target is None:
        return blank(made, status, plan.lights.not_reported, "", target)
    numerator = given.get("numerator", given.get("actual"))
    denominator = given.get("denominator")
    known = {} if numerator is None else {"numerator": Decimal(numerator)}
    if numerator is not None and denominator != "0":
        known["actual"] = Decimal(numerator)  # only its being there counts: scoring divides anew
    if denominator is not None:
        known["denominator"] = Decimal(denominator)
    return blank(made, status, plan.lights.no_duty, "", target, level=given.get("level"), **known)


@pytest.mark.parametrize("case", cases("rules"))
def test_rule_kind(case, plan, recompute):
    made = {name: indicator(name, given) for name, given in case["given"].items()}
    facts = MeasuredArea(
        plan=plan.model_copy(update={"indicators": (*plan.indicators, *made.values())}),
        area="cangxi",
        period=Period(case["period"]),
        measurements={name: sealed_measurement(plan, made[name], given) for name, given in case["given"].items()},
        duties={
            name: ConditionState(id=name, name=name, state=state, due=date(2017, 6, 30), because="算例")
            for name, state in case.get("duties", {}).items()
        },
    )
    found = measured_points(facts, RULE.validate_python(case["rule"]), Decimal(case["full_marks"]), 2)
    check_points(case, found.points, found.state, found.formula, recompute)


# Rubric items and totals, from returns to points.


def scored(plan, build, case, form):
    period = Period(case["period"])
    changes = {field: text or None for field, text in case.get("changes", {}).items()}
    status = {project: ReturnStatus(word) for project, word in case.get("status", {}).items()}
    as_of = date.fromisoformat(case["as_of"]) if "as_of" in case else None
    area = case.get("area", "cangxi")
    accepted = build(period.closing_month.text, area, changes, as_of=as_of, status=status)
    returns = {} if yes(case.get("unreported", "no")) else {(period.closing_month, area): accepted}
    projects = [project_figures(plan, each.id, area, period, returns, ()) for each in plan.projects]
    return scoring_figures(plan, area, period, projects, form)


def form_of(case, marks, **more):
    return AssessmentForm(area="cangxi", period=case["period"], assessor="考评组", marks=marks, **more)


@pytest.mark.parametrize("case", cases("county"))
def test_county_item(case, plan, build, recompute):
    form = form_of(case, {case["item"]: case["mark"]}) if "mark" in case else None
    figures = scored(plan, build, case, form)
    item = next(item for item in figures.items if item.item == case["item"])
    check_points(case, item.points, item.state, item.formula, recompute)
    assert item.clause
    assert item.rule
    if "mark" not in case and item.state == "scored":
        assert item.cells, "a measured item leads back to its cells"


def all_marks(plan, level):
    marks = {}
    for item in plan.county_rubric.items:
        if isinstance(item.rule, CountedRule):
            marks[item.id] = {"count": 0 if level == "未做到" else item.rule.target}
        elif item.rule.kind == "qualitative":
            marks[item.id] = {"level": level, "reason": "算例"}
    return marks


@pytest.mark.parametrize("case", cases("totals"))
def test_total(case, plan, build):
    settings = plan.county_rubric.model_dump() | case.get("rubric", {})
    for own in case.get("deductions", ()):
        kind = next(each for each in settings["deductions"] if each["id"] == own["id"])
        kind |= {key: yes(value) or value == "true" if key == "once" else value for key, value in own.items()}
    kinds = [{"text": each["name"], "source": OURS, **each} for each in case.get("bonus_kinds", ())]
    settings["bonus"] = settings["bonus"] | {"kinds": kinds, "cap": case.get("bonus_cap", settings["bonus"]["cap"])}
    rubric = type(plan.county_rubric).model_validate(settings)
    changed = plan.model_copy(update={"county_rubric": rubric})
    marks = (all_marks(plan, case["all"]) if "all" in case else {}) | case.get("marks", {})
    marks = {item: mark for item, mark in marks.items() if item not in case.get("without", [])}
    more = {name: case[name] for name in ("events", "bonus", "veto") if name in case}
    form = form_of(case, marks, **more) if marks or more else None
    expected = dict(case["expected"])
    if "refused" in expected:
        with pytest.raises(FileRefusedError, match=expected["refused"]):
            scored(changed, build, case, form)
        return
    figures = scored(changed, build, case, form)
    taken = {line.item: line.points for line in figures.deductions}
    assert taken == {kind: Decimal(points) for kind, points in expected.pop("deductions", {}).items()}
    for name, text in expected.items():
        value = getattr(figures, name)
        match value:
            case bool():
                assert value == (text == "true"), name
            case Decimal():
                assert value == Decimal(text), name
            case _:
                assert (value or "") == text, name
    assert figures.scored_points == sum(item.points for item in figures.items if item.points is not None)


def one_item(plan, given):
    """A rubric of one group that holds one item."""
    given = {"lowest" if key == "from" else key: value for key, value in given.items()}
    rule = {"source": OURS, **given["rule"]}
    rule |= {"levels_only": rule["levels_only"] == "true"} if "levels_only" in rule else {}
    if "prices" in rule:
        rule["prices"] = [{**price, "once": price.get("once") == "true"} for price in rule["prices"]]
    item = {"id": "本项", "text": "算例", "evidence": "台账", "source": OURS, **given, "rule": rule}
    item["extra"] = item.get("extra") == "true"
    group = {"id": "g", "name": "试", "full_marks": item["full_marks"], "items": [item], "source": OURS}
    return type(plan.county_rubric).model_validate(plan.county_rubric.model_dump() | {"groups": [group]})


@pytest.mark.parametrize("case", cases("items"))
def test_item(case, plan, build, recompute):
    changed = plan.model_copy(update={"county_rubric": one_item(plan, case["item"])})
    area = case.get("area", "cangxi")
    marks = {"本项": case["mark"]} if "mark" in case else {}
    form = AssessmentForm(area=area, period="2017", assessor="考评组", marks=marks, veto=case.get("veto", []))
    case = {"period": "2017", **case}
    expected = case["expected"]
    if "refused" in expected:
        with pytest.raises(FileRefusedError, match=expected["refused"]):
            scored(changed, build, case, form)
        return
    figures = scored(changed, build, case, form)
    (item,) = figures.items
    check_points(case, item.points, item.state, item.formula, recompute)
    if "full_marks" in expected:
        assert figures.scored_full_marks == Decimal(expected["full_marks"])
    assert item.rule == item_in_words(changed, changed.county_rubric.items[0])


def lifted(case, group):
    """A group with an item more, beside its full marks."""
    points = case.get("lifted", {}).get(group.id)
    if points is None:
        return group
    rule = {"kind": "qualitative", "levels": {"有": 1, "没有": 0}, "source": OURS}
    item = {"id": f"{group.id}.lifted", "name": "加分", "text": "算例", "full_marks": points, "evidence": "台账",
            "rule": rule, "extra": True, "source": OURS}  # fmt: skip
    return type(group).model_validate(group.model_dump() | {"items": [*group.model_dump()["items"], item]})


@pytest.mark.parametrize("case", cases("composite"))
def test_composite_score(case, plan, build):
    parts = [
        {
            "id": name,
            "name": name,
            "source": OURS,
            **part,
            "cap": None if part.get("cap") == "null" else part.get("cap"),
        }
        for name, part in case.get("parts", {}).items()
    ]
    settings = {"parts": parts, "rounding": case.get("rounding", "item")}
    rubric = type(plan.county_rubric).model_validate(plan.county_rubric.model_dump() | settings)
    rubric = rubric.model_copy(update={"groups": tuple(lifted(case, group) for group in rubric.groups)})
    spared = case.get("no_duty", ())
    indicators = tuple(
        each.model_copy(update={"targets": {}}) if each.id in spared else each for each in plan.indicators
    )
    changed = plan.model_copy(update={"county_rubric": rubric, "indicators": indicators})
    marks = (all_marks(plan, case["all"]) if "all" in case else {}) | case.get("marks", {})
    marks = {item: mark for item, mark in marks.items() if item not in case.get("without", [])}
    marks |= {f"{group}.lifted": {"level": "有", "reason": "算例"} for group in case.get("lifted", ())}
    figures = scored(changed, build, case, form_of(case, marks) if marks else None)
    expected = dict(case["expected"])
    points = {name: Decimal(text) if text else None for name, text in expected.pop("parts", {}).items()}
    assert {part.id: part.points for part in figures.parts} == points
    for name, text in expected.items():
        value = getattr(figures, name)
        assert value == (text == "true" if isinstance(value, bool) else Decimal(text)), name
    # An area that did as well and has everything assessed is never behind.
    whole = scored(changed, build, case, form_of(case, all_marks(plan, "做到")))
    if "lifted" in case:
        return  # who has more than full marks is not behind anybody
    ranks = {
        row.area: row.rank
        for row in ranking_figures(
            changed, figures.period, [figures, whole.model_copy(update={"area": "wangcang"})]
        ).rows
    }
    assert ranks["wangcang"] == 1


@pytest.mark.parametrize("case", cases("ranking"))
def test_ranking(case, plan):
    bonus = plan.county_rubric.bonus.model_copy(update={"breaks_ties": yes(case.get("breaks_ties", "no"))})
    settings = {"bonus": bonus, "ties": case.get("ties", "competition"), "awards": case.get("awards")}
    settings |= {"awards": int(case["awards"])} if "awards" in case else {}
    settings |= {"tie_break": TieBreak(**case["tie_break"], source=OURS)} if "tie_break" in case else {}
    changed = plan.model_copy(update={"county_rubric": plan.county_rubric.model_copy(update=settings)})
    scorings = []
    for area, (total, *rest) in case["totals"].items():
        scorings.append(
            ScoringFigures(
                plan=plan.about.id,
                period="2017",
                as_of=None,
                area=area,
                area_name=plan.area_name(area),
                items=tuple(group_points(*each) for each in case.get("points", {}).get(area, {}).items()),
                bonus=rest[1] if len(rest) > 1 else None,
                scored_points=total,
                scored_full_marks=rest[0] if rest else "100",
                total=total,
                provisional=False,
                grade=None,
                converted=None,
            )
        )
    found = ranking_figures(changed, Period("2017"), scorings)
    expected = {area: int(rank) if rank else None for area, rank in case["expected"].items()}
    assert {row.area: row.rank for row in found.rows} == expected
    assert [row.area for row in found.rows] == sorted(
        expected, key=lambda area: (expected[area] or 99, area_order(plan, area))
    )
    awarded = {row.area: row.award for row in found.rows if row.award}
    assert awarded == case.get("awarded", {})
    equal = {
        each
        for each, (total, *_) in case["totals"].items()
        if [t for t, *_ in case["totals"].values()].count(total) > 1
    }
    assert {row.area for row in found.rows if row.because} == (
        equal if "tie_break" in case or yes(case.get("breaks_ties", "no")) else set()
    )
    by_share = any("比例排名" in assumption.text for assumption in found.assumptions)
    assert by_share == (len({values[1] for values in case["totals"].values() if values[1:] and values[1] != "0"}) > 1)
    backwards = ranking_figures(changed, Period("2017"), scorings[::-1])
    assert backwards == found


def group_points(group, points):
    """An item that is all that a group has."""
    return ItemScore(
        item=f"{group}.one", name=group, group=group, text="", full_marks=points, points=points, state="scored",
        rule="", formula="", clause="", uses_default=False,
    )  # fmt: skip


def area_order(plan, area):
    return [each.id for each in plan.areas].index(area)


# Sections.


def month_facts(report):
    # A day, or whether it was signed when it was handed over.
    signed = report.get("signed")
    handed_signed = report.get("delivered") if signed in {"yes", "no"} and yes(signed) else None
    return {
        "period": report["month"],
        "due": report["due"],
        "delivered_on": report.get("delivered"),
        "signed_on": handed_signed if signed in {"yes", "no"} else signed,
        "empty_parts": [{"project": project, "part": part} for project, part in report.get("empty", [])],
        "differences": [
            {"project": project, "part": part, "office": office, "province": province}
            for project, part, office, province in report.get("differences", [])
        ],
    }


def section_scored(plan, case):
    facts = SectionFacts(
        section="social_relief",
        as_of=case.get("as_of", "2017-12-31"),
        reports=[month_facts(report) for report in case.get("reports", [])],
    )
    form = None
    if any(name in case for name in ("marks", "decisions", "positive")):
        form = SectionForm(
            section="social_relief",
            period=case["period"],
            assessor="局绩效办公室",
            marks=case.get("marks", {}),
            decisions=[{**each, "taken": yes(each["taken"])} for each in case.get("decisions", [])],
            positive=case.get("positive", []),
        )
    return section_scoring_figures(plan, "social_relief", Period(case["period"]), facts, form)


@pytest.mark.parametrize("case", cases("section"))
def test_section_rule(case, plan):
    cap = Decimal(case["cap"]) if "cap" in case else None
    rubric = plan.section_rubric.model_copy(update={"total_cap": cap})
    changed = plan.model_copy(update={"section_rubric": rubric})
    if case["expected"] == "refused":
        with pytest.raises((FileRefusedError, ValidationError)):
            section_scored(changed, case)
        return
    figures = section_scored(changed, case)
    lines = [item for item in figures.items if item.item == case["rule"]]
    assert [line.state for line in lines] == [line["state"] for line in case["expected"]]
    for line, expected in zip(lines, case["expected"], strict=True):
        assert line.points == (Decimal(expected["points"]) if expected["points"] else None)
        assert expected.get("events", "") in "".join(line.events)
        assert line.clause
    for name, text in case.get("total", {}).items():
        assert getattr(figures, name) == Decimal(text)


# Measures, lights and deadlines.


@pytest.mark.parametrize("case", cases("measures"))
def test_measure(case, plan, build):
    conditions = [{"source": OURS, **each} for each in case["measure"].get("conditions", ())]
    measure = {"source": OURS, **case["measure"], **({"conditions": conditions} if conditions else {})}
    target = {"text": "完成"} if conditions else {"value": "1"}
    areas = [*case["given"], *(["city"] if "city" in case["expected"] else [])]
    base = indicator("甲", {"actual": "1"})
    made = base.model_copy(update=Indicator.model_validate({
        **base.model_dump(), "measure": measure, "project": "dibao", "targets": dict.fromkeys(areas, target)
    }).__dict__)  # fmt: skip
    june = Period("2017-06")
    returns = {(june, area): build("2017-06", area, fields) for area, fields in case["given"].items()}
    for area, text in case["expected"].items():
        row = any_measurement(plan, made, area, june, returns)
        if conditions:
            assert row.level == text, area
        else:
            assert (None if row.actual is None else half_up(row.actual, 4)) == (Decimal(text) if text else None), area


@pytest.mark.parametrize("case", cases("lights"))
def test_light(case):
    def whole(light):
        bounds = {key: each for key, each in light.items() if key != "word"}
        return {"id": light["word"], "word": light["word"], "shape": "●", "tone": "green", **bounds}

    written = case["scale"]
    lists = {key: [whole(each) for each in written.get(key, ())] for key in ("intervals", "cases")}
    single = {key: whole(written[key]) for key in ("complete", "exceeded") if key in written}
    scale = LightScale.model_validate({"on": written["on"], "source": OURS, **lists, **single})
    figures = {key: Decimal(each) for key, each in case["given"].items() if key != "limit"}
    assert scale.light(**figures, can_exceed="limit" not in case["given"]).word == case["expected"]


@pytest.mark.parametrize("case", cases("deadlines"))
def test_deadline(case, plan):
    written = {
        key: yes(each) or each == "true" if each in {"true", "false"} else each
        for key, each in case["deadline"].items()
    }
    deadline = Deadline.model_validate({"source": OURS, **written})
    assert due_date(plan, deadline, Period(case["period"])).isoformat() == case["expected"]


@pytest.mark.parametrize("case", cases("schedules"))
def test_schedule(case, plan):
    made = indicator(
        "甲", {"actual": "1", "basis": case.get("basis", "schedule"), "schedule": case.get("own_schedule")}
    )
    since = Period(case["since"]) if "since" in case else None
    areas = tuple(each.model_copy(update={"since": since}) if each.id == "cangxi" else each for each in plan.areas)
    months = tuple(map(int, case.get("due_months", range(1, 13))))
    update = {
        "areas": areas,
        "projects": tuple(each.model_copy(update={"due_months": months}) for each in plan.projects),
        "schedule": plan.schedule.model_copy(update={"at": case.get("at", "month_end")}),
    }
    as_of = date.fromisoformat(case["as_of"]) if "as_of" in case else None
    share = schedule_progress(plan.model_copy(update=update), made, Period(case["period"]), "cangxi", as_of)
    expected = Decimal(case["expected"]) if case["expected"] else None
    assert (None if share is None else half_up(share, 4)) == expected


@pytest.mark.parametrize("case", cases("disclosure"))
def test_disclosure(case):
    hidden = hidden_parts({name: Fraction(count) for name, count in case["classes"].items()}, int(case["threshold"]))
    assert hidden == (frozenset(case["classes"]) if case["expected"] == "不予显示" else frozenset())


# Money, ranks by indicator, and the words of assessors.

FUND_ROWS = {"省级": "elderly_care_upper", "市级": "elderly_care_municipal", "县级": "elderly_care_county"}
STAGES = ("allocated", "received", "disbursed")


def fund_lines(case):
    for project, sources in case["projects"].items():
        parts = [
            FundSource(
                id=name,
                label=name,
                levels=["other"],
                amount_yuan=Decimal(said.get("amount_wanyuan", "100")) * 10_000,
                rows=[FUND_ROWS[row] for row in said["rows"]],
                indicators=said.get("indicators", []),
                source=OURS,
            )
            for name, said in sources.items()
        ]
        yield FundLine(project=project, total_yuan=sum(part.amount_yuan for part in parts), parts=parts, source=OURS)


def check_money(use, expected):
    for key, text in expected.items():
        match getattr(use, key):
            case tuple() as names:
                assert "、".join(names).removeprefix("苍溪县") == text
            case None:
                assert not text, key
            case amount if key in STAGES:
                assert amount == Decimal(text) * 10_000, key
            case rate:
                assert half_up(rate, 4) == Decimal(text), key


@pytest.mark.parametrize("case", cases("money"))
def test_money(case, plan, build):
    reporting = plan.reporting.model_copy(update={"execution_base": case.get("execution_base", "received")})
    areas = tuple(each for each in plan.areas if each.id == "cangxi")
    changed = plan.model_copy(update={"funds": tuple(fund_lines(case)), "areas": areas, "reporting": reporting})
    fields = {f"funds.{row}.{stage}_yuan": None for row in FUND_ROWS.values() for stage in STAGES}
    for name, amounts in case["paid"].items():
        fields |= {
            f"funds.{FUND_ROWS[name]}.{stage}_yuan": str(Decimal(amount) * 10_000)
            for stage, amount in zip(STAGES, amounts, strict=True)
        }
    june = Period("2017-06")
    returns = {(june, "cangxi"): build("2017-06", "cangxi", fields)}
    found = {name: project_figures(changed, name, "city", june, returns, ()) for name in case["projects"]}
    expected = dict(case["expected"])
    if "together" in expected:
        check_money(total_of_sources(changed, [each.funds for each in found.values()]), expected.pop("together"))
    served = {use.label: use for each in found.values() for use in each.indicator_funds}
    for name, amounts in expected.pop("indicators", {}).items():
        check_money(served[name], amounts)
    for project, lines in expected.items():
        uses = {use.label: use for use in found[project].funds}
        for name, amounts in lines.items():
            check_money(uses[name], amounts)


@pytest.mark.parametrize("case", cases("indicator_ranks"))
def test_ranking_by_an_indicator(case, plan, build):
    ranking = case["ranking"] | ({"awards": int(case["ranking"]["awards"])} if "awards" in case["ranking"] else {})
    breaker = {"tie_break": {**ranking["tie_break"], "source": OURS}} if "tie_break" in ranking else {}
    aims = {area: Target(value=Decimal(said["target"])) for area, said in case["given"].items()}
    aims["city"] = Target(value=Decimal(1))
    update = {
        "beds_new": {
            "ranking": IndicatorRanking.model_validate({**ranking, **breaker, "source": OURS}),
            "direction": case.get("direction", "at_least"),
            "targets": aims,
        },
        "beds_renovated": {"targets": dict.fromkeys(aims, Target(value=Decimal(100)))},
    }
    indicators = tuple(each.model_copy(update=update.get(each.id, {})) for each in plan.indicators)
    june = Period("2017-06")
    returns = {}
    for area, said in case["given"].items():
        fields = {
            "elderly_care.beds_new_cumulative": said["actual"],
            "elderly_care.beds_renovated_cumulative": str(Decimal(said.get("beside", "0")) * 100),
        }
        if said["actual"]:
            returns[june, area] = build("2017-06", area, fields)
    changed = plan.model_copy(update={"indicators": indicators})
    figures = project_figures(changed, "elderly_care", "city", june, returns, ())
    places = {row.area: m.place for row in figures.areas for m in row.measurements if m.indicator == "beds_new"}
    expected = {area: int(rank) if rank else None for area, rank in case["expected"].items()}
    assert {area: places[area].rank if places[area] else None for area in expected} == expected
    assert {area: p.award for area, p in places.items() if p and p.award} == case.get("awarded", {})


@pytest.mark.parametrize("case", cases("assessed_words"))
def test_word_of_an_assessor(case, plan, build):
    words = [{"id": each["word"], "shape": "◇", "tone": "green", **each} for each in case["assessed"]["words"]]
    assessed = AssessedLights.model_validate({**case["assessed"], "words": words, "source": OURS})
    changed = plan.model_copy(update={"lights": plan.lights.model_copy(update={"assessed": assessed})})
    june = Period("2017-06")
    given = [
        GivenWord(area="zhaohua", indicator="beds_new", word=word, reason="算例", cell="评定!D4")
        for word in filter(None, [case.get("assessment")])
    ]
    form = WordForm(
        section="welfare_charity", period=june, assessor="甲", assessed_on=date(2017, 6, 28), file="评定表", words=given
    )
    status = {"elderly_care": ReturnStatus(case["given"].get("status", "reported"))}
    fields = {"elderly_care.beds_new_cumulative": case["given"]["actual"]}
    returns = {(june, "zhaohua"): build("2017-06", "zhaohua", fields, status=status)}
    (row, *_) = project_figures(changed, "elderly_care", "zhaohua", june, returns, (), (form,)).measurements
    shown, *beside = standing_badge(row)
    assert shown.text().endswith(case["expected"]["light"])
    assert "".join(each.text() for each in beside).strip("（）") == case["expected"]["next_to_it"]


# Rules of data. Those of Great Expectations' own are run with it, in tests/intake.


def exact(text):
    if not text:
        return None
    for read in (Decimal, date.fromisoformat):
        with contextlib.suppress(ValueError, InvalidOperation):
            return read(text)
    return text


def frame_of(rows):
    beside = [
        {"area": str(n), "area_name": f"第{n}个地区", "area_order": n, "row": ""} for n in range(1, len(rows) + 1)
    ]
    whole = [
        {**other, **{key: exact(text) for key, text in row.items()}} for other, row in zip(beside, rows, strict=True)
    ]
    return {key: [row[key] for row in whole] for key in whole[0]}


@pytest.mark.parametrize("case", [case for case in cases("expectations") if case.values[0]["type"] in EXPECTATIONS])
def test_rule_of_data(case):
    forms = EXPECTATIONS[case["type"]].parameters
    kwargs = {
        key: Decimal(each) if parameter_form(forms[key]).is_number else each for key, each in case["kwargs"].items()
    }
    found = judge_rule(case["type"], frame_of(case["rows"]), kwargs, rows=(), blank_is_fault=False)
    said = {str(each.row + 1): "未检" if each.detail is None else each.detail or "有问题" for each in found}
    assert said == case["found"]


def test_every_kind_of_rule_of_data_is_explained_with_its_parameters_and_has_a_case():
    about = read_texts(SPECS / "expectation_kinds.yaml")
    wanted = {kind: {name.rstrip("?") for name in each.parameters} for kind, each in EXPECTATIONS.items()}
    wanted |= {kind: set(parameters) for kind, parameters in BUILT_IN.items()}
    assert {kind: set(each["kwargs"]) for kind, each in about.items()} == wanted
    assert {case.values[0]["type"] for case in cases("expectations")} == set(wanted)


def test_every_measure_has_a_case():
    kinds = {get_args(each.model_fields["kind"].annotation)[0] for each in get_args(get_args(Measure)[0])}
    assert {case.values[0]["measure"]["kind"] for case in cases("measures")} == set(MEASURES) == kinds


# The handbook must not leave a rule kind or an item out.


def test_every_rule_kind_and_every_item_has_a_case(plan):
    kinds = {case.values[0]["rule"]["kind"] for case in cases("rules")}
    kinds |= {case.values[0]["item"]["rule"]["kind"] for case in cases("items")}
    # What an assessor marks is worked out with the items of the plan itself.
    of_items = {item.id: item.rule.kind for item in plan.county_rubric.items}
    kinds |= {of_items[case.values[0]["item"]] for case in cases("county")}
    assert kinds == set(KINDS)
    assert {case.values[0]["item"] for case in cases("county")} == {item.id for item in plan.county_rubric.items}
    checks = {rule.id: rule.check for group in plan.section_rubric.groups for rule in group.rules}
    assert {checks[case.values[0]["rule"]] for case in cases("section")} == set(checks.values())


def choices(model):
    """Every word that a plan may choose for a setting of a model, and of what it holds."""
    for key, field in model.model_fields.items():
        yield from chosen(field.annotation, key)


def chosen(annotation, key):
    if get_origin(annotation) is Literal and key != "kind":
        yield from ((key, word) for word in get_args(annotation) if isinstance(word, str))
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from ((key, str(word)) for word in annotation)
    for each in get_args(annotation):
        yield from chosen(each, key)


def said(value):
    """Every key and word that a case says, at any depth."""
    match value:
        case dict():
            for key, each in value.items():
                yield from ((key, word) for word in (each if isinstance(each, list | dict) else [each]))
                yield from said(each)
        case list():
            for each in value:
                yield from said(each)


def test_every_choice_that_a_rule_a_ranking_or_a_light_gives_has_a_case():
    models = [*get_args(get_args(ItemRule)[0]), *get_args(get_args(Measure)[0])]
    models += [IndicatorRanking, TieBreak, LightScale, AssessedLights]
    wanted = {choice for model in models for choice in choices(model)}
    there = {
        pair for name in WITH_CHOICES for case in read_cases(name) for pair in said(case) if isinstance(pair[1], str)
    }
    assert not wanted - there, "write a case into handbook/specs for each"


WITH_CHOICES = ("rules", "items", "measures", "lights", "ranking", "indicator_ranks", "assessed_words")


@pytest.mark.parametrize(
    "name",
    [
        "rules",
        "items",
        "county",
        "totals",
        "composite",
        "ranking",
        "section",
        "measures",
        "lights",
        "deadlines",
        "schedules",
        "disclosure",
        "money",
        "indicator_ranks",
        "assessed_words",
    ],
)
def test_every_case_can_be_printed(name):
    for case in cases(name):
        assert all(case.values[0].get(key) for key in ("title", "clause", "arithmetic"))
        assert "expected" in case.values[0]
    titles = [case.values[0]["title"] for case in cases(name)]
    assert len(set(titles)) == len(titles)


def test_the_calculator_itself(recompute):
    assert recompute("8 × 125 ÷ 300 ÷ （5 ÷ 12）〔满分〕 = 8.00分") == Fraction(8)
    assert recompute("14 × （0.5 × 100%〔封顶 100%〕 + 0.5 × 1,200 ÷ 1,600） = 12.25分") == Fraction("12.25")
    assert recompute("14 × min（60 ÷ 100；90 ÷ 100） = 8.40分") == Fraction("8.4")
