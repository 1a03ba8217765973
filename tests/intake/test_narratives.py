"""Numbers in 工作情况 beside those of the tables: what differs is told, and nothing else is."""

import dataclasses
from pathlib import Path

import pytest

from minsheng.domain.area import Area
from minsheng.domain.delivery import Issue, Severity
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.intake.reading.parsing import parse_return
from minsheng.intake.returns.frames import CheckedReturn
from minsheng.intake.returns.narrative_numbers import narrative_notes
from minsheng.intake.returns.store import latest_deliveries
from minsheng.intake.returns.verdicts import all_read
from minsheng.intake.spreadsheets.reader import Reader

DATA = Path(__file__).parents[2] / "data"

MEDICAL, DIBAO, ELDERLY = "medical_aid", "dibao", "elderly_care"


def read(plan: Plan, month: str) -> dict[str, CheckedReturn]:
    found = {}
    with Reader() as reader:
        for who, delivery in latest_deliveries(DATA, Period(month)).items():
            found[who] = CheckedReturn(delivery, parse_return(reader.read((DATA / delivery.file).read_bytes()), plan))
    return found


@pytest.fixture(scope="module")
def june(plan: Plan) -> dict[str, CheckedReturn]:
    return read(plan, "2017-06")


def notes(plan: Plan, checked: CheckedReturn, **texts: str) -> list[Issue]:
    """Compare 进展情况 of some projects, or what the return says itself, with its tables."""
    parsed = checked.parsed
    if texts:
        told = {project: {"progress": text} for project, text in texts.items()}
        parsed = dataclasses.replace(parsed, narratives=told)
    return list(narrative_notes(plan, parsed, all_read(plan, checked)))


@pytest.mark.parametrize("month", ["2017-01", "2017-06", "2017-10"])
def test_the_sample_is_silent(plan: Plan, month: str) -> None:
    for who, checked in read(plan, month).items():
        assert notes(plan, checked) == [], who


@pytest.mark.parametrize(
    ("project", "text", "said"),
    [
        (MEDICAL, "限额内自负费用救助比例72.1%，高于目标2.1个百分点", "限额内自负费用救助比例72.1%"),
        (MEDICAL, "救助比例达到了 ６９．９９５％", "救助比例达到了69.995%"),
        (MEDICAL, "截至6月20日，全县救助比例：71.53 %", "全县救助比例:71.53%"),
        (MEDICAL, "累计救助金额770万元", "“累计救助金额”是 763.8621万元"),
        (MEDICAL, "救助金额0.09亿元", "“累计救助金额”是 0.0764亿元"),
        (MEDICAL, "2017年救助比例65.2%", "2017年救助比例65.2%"),
        (DIBAO, "城市低保累计月人均补助310元（目标300元）", "“城市低保人均补助”是 297.83元"),
        (DIBAO, "累计月人均补助310元", "“农村低保人均补助”是 158.82元"),
        (ELDERLY, "全县新增养老床位150张，占全年任务300张的50.00%", "“新增床位”是 140张"),
        (ELDERLY, "维修改造床位80张，占全年任务150张的63.33%", "“维修改造床位完成率”是 53.3333%"),
        (ELDERLY, "日间照料中心完成率45%", "“日间照料中心完成率”是 35.2941%"),
        (ELDERLY, "6月新增床位80张，累计新增床位150张", "累计新增床位150张"),
        (ELDERLY, "提供居家养老服务1.2万人", "“居家养老服务”是 0.938万人"),
        (ELDERLY, "提供居家养老服务9,381名", "“居家养老服务”是 9380名"),
    ],
)
def test_what_differs_stands_beside_the_table(
    plan: Plan, june: dict[str, CheckedReturn], project: str, text: str, said: str
) -> None:
    found = notes(plan, june["cangxi"], **{project: text})
    assert any(said in issue.message for issue in found), found
    assert {(i.severity, i.project, i.sheet, i.cell[0]) for i in found} == {(Severity.INFO, project, "工作情况", "B")}


@pytest.mark.parametrize(
    ("project", "text"),
    [
        # Rounded, cut off, about, in another unit.
        (MEDICAL, "救助比例70.53%；救助比例70.5%；救助比例71%；救助比例约70%；救助金额763.86万元；救助金额0.08亿元"),
        (ELDERLY, "居家养老服务9300余人；居家养老服务近1万人；居家养老服务0.94万人；新增床位一百五十张"),
        # Another time, another area, the city.
        (MEDICAL, "5月救助比例66%；去年同期救助比例65.2%；2016年救助比例65.2%；截至5月底救助比例66%"),
        (
            MEDICAL,
            "一季度救助比例60%；上半年救助比例70.53%",
        ),
        (MEDICAL, "全市救助比例69.8%；旺苍县救助比例60%；6月救助金额124.31万元；本月救助金额124.31万元"),
        # Targets, plans, differences, ranges.
        (MEDICAL, "救助比例目标70%；救助比例力争达到75%；救助比例比上月提高0.5个百分点"),
        (
            MEDICAL,
            "救助比例65-75%；救助比例在65%至75%",
        ),
        (ELDERLY, "新增床位任务300张；新增床位300张的任务；还差新增床位160张；新增床位缺口160张；计划新增床位50张"),
        # A part, or another thing.
        (MEDICAL, "特困人员救助比例100%；其中低保对象救助比例66%"),
        (ELDERLY, "新增公办床位90张；民办机构新增床位50张；陵江镇新增床位30张；5个乡镇新增床位60张"),
        (ELDERLY, "其中新增床位30张"),
        (ELDERLY, "现有养老床位3200张；日间照料中心运营26个；居家养老服务12000人次；新增床位10张以上的机构有3家"),
        (DIBAO, "城市低保标准460元；城市、农村低保累计月人均补助分别为297.83元、158.82元"),
        (
            DIBAO,
            "累计月人均补助比目标少2.17元",
        ),
        (DIBAO, "累计低保金支出6829.77万元"),
    ],
)
def test_what_is_not_the_figure_is_passed_over(
    plan: Plan, june: dict[str, CheckedReturn], project: str, text: str
) -> None:
    assert [issue.message for issue in notes(plan, june["cangxi"], **{project: text})] == []


def test_a_name_that_may_mean_a_figure_which_could_not_be_read_is_passed_over(
    plan: Plan, june: dict[str, CheckedReturn]
) -> None:
    read = all_read(plan, june["cangxi"])
    left = {name: value for name, value in read.values.items() if not name.startswith("dibao.urban.")}
    parsed = dataclasses.replace(june["cangxi"].parsed, narratives={DIBAO: {"progress": "累计月人均补助297.83元"}})
    assert list(narrative_notes(plan, parsed, read.model_copy(update={"values": left}))) == []


def test_plans_and_sections_are_not_compared(plan: Plan, june: dict[str, CheckedReturn]) -> None:
    checked = june["cangxi"]
    parsed = dataclasses.replace(checked.parsed, narratives={ELDERLY: {"next_steps": "新增养老床位150张"}})
    assert list(narrative_notes(plan, parsed, all_read(plan, checked))) == []
    section = june["social_relief"]
    assert not isinstance(plan.find_owner(section.delivery.id), Area)
    assert notes(plan, section, medical_aid="救助比例12%") == []
