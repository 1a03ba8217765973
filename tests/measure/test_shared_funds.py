"""One source reported in several rows, one that serves several indicators, and what execution is a share of."""

from decimal import Decimal

import pytest

from minsheng.domain.period import Period
from minsheng.measure.project import project_figures
from minsheng.report import sentences
from minsheng.report.funds import funds_by_source

JUNE = Period("2017-06")
STAGES = ("allocated", "received", "disbursed")


def amounts(row, *figures):
    return {f"funds.{row}.{stage}_yuan": str(figure) for stage, figure in zip(STAGES, figures, strict=True)}


UPPER, MUNICIPAL, COUNTY = "elderly_care_upper", "elderly_care_municipal", "elderly_care_county"
PAID = {**amounts(UPPER, 100, 80, 40), **amounts(MUNICIPAL, 50, 40, 30), **amounts(COUNTY, 10, 10, 5)}


@pytest.fixture
def care(plan, build):
    """Return what measures 苍溪县, or 全市 of it alone, with the sources of elderly_care changed."""

    def measure(area, *parts, base="received", paid=PAID):
        line = plan.funds_of("elderly_care").model_copy(update={"parts": parts})
        changed = plan.model_copy(
            update={
                "funds": tuple(line if each.project == "elderly_care" else each for each in plan.funds),
                "reporting": plan.reporting.model_copy(update={"execution_base": base}),
                "areas": tuple(each for each in plan.areas if each.id == "cangxi"),
            }
        )
        returns = {(JUNE, "cangxi"): build("2017-06", "cangxi", paid)}
        return project_figures(changed, "elderly_care", area, JUNE, returns, ())

    return measure


def test_several_rows_make_one_source(plan, care):
    upper, municipal, county = plan.funds_of("elderly_care").parts
    both = upper.model_copy(update={"label": "上级资金", "rows": (UPPER, MUNICIPAL)})
    for area in ("cangxi", "city"):
        first, second, total = care(area, both, county).funds
        assert (first.allocated, first.received, first.disbursed) == (150, 120, 70)
        assert first.execution == Decimal(70) / Decimal(120)
        assert {cell.field.split(".")[1] for cell in first.cells} == {UPPER, MUNICIPAL}
        assert (second.received, total.received) == (10, 130)
    absent = PAID | dict.fromkeys(amounts(MUNICIPAL, 0, 0, 0))
    first, _, total = care("cangxi", both, county, paid=absent).funds
    # Half of it is unknown and not zero: no rate, and the row that lacks is named.
    assert (first.received, first.execution, first.absent) == (80, None, ("市级安排",))
    assert total.absent == ("市级安排",)
    assert municipal.label == "市级安排"


def test_one_source_serves_several_indicators_and_stands_in_full_with_each(plan, care):
    upper, municipal, county = plan.funds_of("elderly_care").parts
    figures = care(
        "city",
        upper.model_copy(update={"indicators": ("beds_new", "beds_renovated")}),
        municipal.model_copy(update={"indicators": ("beds_new",)}),
        county,
    )
    new, renewed = figures.indicator_funds
    assert (new.source, new.received, new.disbursed) == ("beds_new", 120, 70)
    assert (renewed.source, renewed.received, renewed.disbursed) == ("beds_renovated", 80, 40)
    assert (new.planned, renewed.planned) == (35_600_000, 30_700_000)
    assert new.serves == (f"{upper.label}与维修改造床位共用",)
    # The total counts what is shared once: 80 + 40 + 10.
    assert [use.received for use in figures.funds] == [80, 40, 10, 130]
    assert [use.serves for use in figures.funds] == [("新增床位", "维修改造床位"), ("新增床位",), (), ()]
    shown, remark = funds_by_source("资金", figures.funds, "全市")
    assert f"{upper.label}用于新增床位、维修改造床位；市级安排用于新增床位。" in remark.text()
    assert "用于" not in shown.text(), "a column of words would break the amounts"


def test_nothing_is_said_of_indicators_where_the_plan_names_none(plan, care):
    figures = care("city", *plan.funds_of("elderly_care").parts)
    assert not figures.indicator_funds
    assert not any(use.serves for use in figures.funds)


def test_what_execution_is_a_share_of_is_the_plans_key(plan, care):
    parts = plan.funds_of("elderly_care").parts
    small = parts[0].model_copy(update={"amount_yuan": Decimal(32)})
    received, *_ = care("city", small, *parts[1:]).funds
    planned, *_ = care("city", small, *parts[1:], base="planned").funds
    assert (received.execution, planned.execution) == (Decimal("0.5"), Decimal("1.25"))
    # 40 of 80 received and of 32 planned: nothing was paid out that had not come.
    assert sentences.overpaid(received) == []
    assert sentences.overpaid(planned) == ["拨付大于全年计划"]
    over, *_ = care("city", *parts, paid=PAID | amounts(UPPER, 100, 80, 90)).funds
    assert sentences.funds(over).endswith("执行率112.5%，拨付大于到位，请核实")
