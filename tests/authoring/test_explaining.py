"""What `plan explain` shows: each place that touches a thing, and an example that the real arithmetic computed."""

import re

import pytest
from tests.conftest import ROOT

from minsheng.authoring.explaining import ExplainedKind, Explainer
from minsheng.errors import UsageError
from minsheng.intake.rules.suites import load_suites
from minsheng.plan import load_plan

PARAMS = ROOT / "tests" / "other_city" / "params"


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    plan = load_plan(PARAMS, 2026)
    return Explainer(plan, load_suites(plan, PARAMS), PARAMS)


def places(explanation) -> list[tuple[str, str]]:
    """File and what stands on the line that is named, so that a wrong line is seen."""
    found = []
    for note in (note for _, notes in explanation.parts for note in notes if note.place):
        name, line = note.place.rsplit(":", 1)
        text = (PARAMS.parent / name).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        found.append((name.removeprefix("params/2026/"), text))
    return found


def test_an_indicator_is_shown_across_files(explainer: Explainer) -> None:
    found = explainer.explain(ExplainedKind.INDICATOR, "beds")
    named = places(found)
    assert ("indicators.yaml", "  - id: beds") in named
    assert any(name == "tables/care.yaml" and "id: beds_cumulative" in text for name, text in named)
    assert any(name == "expectations/care.yaml" and "- id: CAR-001" in text for name, text in named)
    assert any(name == "rubric_county.yaml" and "id: g.care" in text for name, text in named)
    example = dict(found.parts)["算例"][0].said
    # 青石镇, the first area with a target that reports itself; its figure is drawn, its division is not.
    done, target, percent = re.search(r"([\d,]+)张 ÷ 目标 (\d+)张 = ([\d.]+)%", example).groups()
    assert target == "40"
    assert abs(float(done) / 40 * 100 - float(percent)) < 0.006


@pytest.mark.parametrize(
    ("kind", "name", "title", "said"),
    [
        (ExplainedKind.ITEM, "m.paid", "小项“应补尽补”（m.paid）", "考评人定等次（qualitative）"),
        (ExplainedKind.ITEM, "差错", "小项“差错”（g.errors）", "上限类，越低越好"),
        (None, "入住率", "指标“床位入住率”（occupancy）", "在目标区间内"),
        (ExplainedKind.COLUMN, "aid.errors", "列“差错”（aid.errors）", "用到它的"),
        (None, "累计新增", "列“累计新增”（care.beds_cumulative）", "指标“新增床位”（beds）"),
    ],
)
def test_things_are_found_by_id_and_by_name(explainer: Explainer, kind, name: str, title: str, said: str) -> None:
    lines = explainer.explain(kind, name).lines()
    assert lines[0] == title
    assert any(said in line for line in lines)
    assert any("（示例数据）" in line for line in lines)


def test_a_rule_that_no_file_writes_is_shown_with_the_columns() -> None:
    plan = load_plan(PARAMS, 2026)
    suites = load_suites(plan, PARAMS)
    first = suites["care"].rules[0].model_copy(update={"id": "CAR-999"})
    suites["care"] = suites["care"].model_copy(update={"rules": (first,)})
    notes = dict(Explainer(plan, suites, PARAMS).explain(ExplainedKind.COLUMN, "care.occupied").parts)["校验规则"]
    assert [note.place.rsplit(":", 1)[0] for note in notes] == ["params/2026/tables/care.yaml"]


def test_money_is_shown_as_the_sheet_has_it() -> None:
    """Held in yuan, filled in as 万元: the plan arranges 7500 of them."""
    params = ROOT / "params"
    plan = load_plan(params, 2017)
    found = Explainer(plan, load_suites(plan, params), params).explain(ExplainedKind.COLUMN, "funds.allocated_yuan")
    said = dict(found.parts)["算例"][0].said
    typed = re.search(r"争取中央、省补助·累计下达（万元） 填 ([0-9.]+)$", said)
    assert typed, said
    assert 1 < float(typed[1]) < 7500


def test_what_there_is_not_is_answered_with_what_there_is(explainer: Explainer) -> None:
    with pytest.raises(UsageError, match=r"overdue.*g\.care.*care\.beds_cumulative"):
        explainer.explain(None, "没有这个")
