"""工作情况 of a section: the city's figures from the returns at hand, and what the section does with the counties."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from tests.sample.dibao import KINDS
from tests.sample.narrative_welfare import UNITS
from tests.sample.scene import Scene, percent, two

from minsheng.domain.area import Area

_ROWS = ("tekun", "dibao")

_MEASURES = (
    "召开各县区业务股长会，逐项通报进度，点名提醒落后县区",
    "到{place}实地督查，查看资金台账和项目现场，当场交办问题",
    "把月报数据与上月逐项比对，有疑问的退回核实后再汇总",
    "会同财政部门督促县区拨付资金，按季通报到位和拨付情况",
    "建立问题清单，整改一个销号一个",
)

_NEXT = ("继续做好月调度、月通报。", "整理印证资料，做好考评准备。")

_FINE = (
    "个别县区报送材料不够规范，印证资料需要补充。",
    "县区之间进展不够均衡，需要继续分类指导。",
    "基层经办力量不足，数据更新有时滞后。",
)


def section_parts(scene: Scene, project: str, areas: Mapping[str, Scene]) -> dict[str, str]:
    """Return the five parts of one project for the city.

    Parameters
    ----------
    scene
        The section, with the sums of the areas that have reported.
    project
        The project's id.
    areas
        The scenes of those areas by area id.
    """
    plan = scene.setting.plan
    duty = [plan.area(area) for area in areas if project in plan.area(area).projects]
    silent = [area.name for area in plan.areas_with(project) if area.id not in areas]
    behind = [area.name for area in duty if _BEHIND[project](areas[area.id], area)]
    place = scene.setting.draw.choose(
        [area.name for area in duty if area.assessed], "visit", scene.speaker, project, scene.cut.step
    )
    missing = f"（不含未报送的{'、'.join(silent)}）" if silent else ""
    order = [each.id for each in plan.projects].index(project)
    names = "、".join(behind)
    problem = f"{names}{_LACK[project]}。" if behind else scene.pick(_FINE, project, "fine")
    if silent:
        problem += f"{'、'.join(silent)}未报送{scene.month}报表。"
    promise = (
        f"督促{names}分析原因、限期赶上，{scene.next_month}前复查" if behind else f"{scene.next_month}前完成一轮抽查"
    )
    return {
        "progress": f"{scene.until}，全市{missing}{_PROGRESS[project](scene)}。",
        "funds": scene.funds(project),
        "measures": scene.two_of(_MEASURES, shift=order).format(place=place),
        "problems": problem,
        "next_steps": f"{promise}；{scene.pick(_NEXT, project, 'next')}",
    }


def _medical(scene: Scene) -> str:
    aid = scene.value(*(f"medical_aid.{row}.aid_cumulative_yuan" for row in _ROWS))
    cases = scene.count(*(f"medical_aid.{row}.cases_cumulative" for row in _ROWS))
    return (
        f"累计住院救助{cases}人次，救助金额{two(aid / 10000)}万元，限额内自负费用救助比例{percent(aid, _within(scene))}"
    )


def _within(scene: Scene) -> Decimal:
    return scene.value(*(f"medical_aid.{row}.self_paid_cumulative_yuan" for row in _ROWS)) - scene.value(
        *(f"medical_aid.{row}.above_cap_cumulative_yuan" for row in _ROWS)
    )


def _average(scene: Scene, kind: str) -> Decimal:
    return scene.value(f"dibao.{kind}.spending_cumulative_yuan") / scene.value(f"dibao.{kind}.person_months_cumulative")


def _dibao(scene: Scene) -> str:
    return "，".join(
        f"{name}低保{scene.count(f'dibao.{kind}.persons')}人，累计月人均补助{two(_average(scene, kind))}元"
        for kind, name in KINDS.items()
    )


def _elderly(scene: Scene) -> str:
    return "，".join(f"{words}{scene.count(field)}{unit}" for field, words, unit in UNITS.values())


def _disability(scene: Scene) -> str:
    table = "disability_allowance"
    return (
        f"应补{scene.count(f'{table}.eligible_persons')}人，实补{scene.count(f'{table}.paid_persons')}人，"
        f"累计发放{scene.wan(f'{table}.amount_cumulative_yuan')}"
    )


def _two_lines(scene: Scene) -> str:
    households = scene.value(*(f"two_lines.{kind}.households" for kind in KINDS))
    switched = scene.value(*(f"two_lines.{kind}.by_difference_households" for kind in KINDS))
    added = scene.wan(*(f"two_lines.{kind}.increment_cumulative_yuan" for kind in KINDS))
    more = f"，按新标准累计增发{added}" if scene.cut.month >= scene.setting.new_standard_month else ""
    return f"低保{households:f}户中按户差额发放{switched:f}户，占{percent(switched, households)}{more}"


def _elderly_behind(scene: Scene, area: Area) -> bool:
    even = Decimal(scene.cut.month) / (len(scene.setting.cuts) - 1)
    target = scene.setting.target("beds_new", area)
    return target > 0 and even - scene.value(UNITS["beds_new"][0]) / target > Decimal("0.10")


def _two_lines_behind(scene: Scene, _area: Area) -> bool:
    done = scene.value(*(f"two_lines.{kind}.by_difference_households" for kind in KINDS))
    return done < scene.value(*(f"two_lines.{kind}.households" for kind in KINDS))


def _medical_behind(scene: Scene, area: Area) -> bool:
    aid = scene.value(*(f"medical_aid.{row}.aid_cumulative_yuan" for row in _ROWS))
    return aid * 100 < scene.setting.target("medical_aid_ratio", area) * _within(scene)


def _dibao_behind(scene: Scene, area: Area) -> bool:
    return any(_average(scene, kind) < scene.setting.target(f"dibao_{kind}_avg", area) for kind in KINDS)


def _disability_behind(scene: Scene, _area: Area) -> bool:
    table = "disability_allowance"
    return scene.value(f"{table}.paid_persons") < scene.value(f"{table}.eligible_persons")


_PROGRESS: Mapping[str, Callable[[Scene], str]] = {
    "medical_aid": _medical,
    "dibao": _dibao,
    "elderly_care": _elderly,
    "disability_allowance": _disability,
    "two_lines": _two_lines,
}

_BEHIND: Mapping[str, Callable[[Scene, Area], bool]] = {
    "medical_aid": _medical_behind,
    "dibao": _dibao_behind,
    "elderly_care": _elderly_behind,
    "disability_allowance": _disability_behind,
    "two_lines": _two_lines_behind,
}

_LACK = {
    "medical_aid": "救助比例低于目标",
    "dibao": "城市或农村累计月人均补助低于目标",
    "elderly_care": "新增床位落后序时进度10个百分点以上",
    "disability_allowance": "尚未做到应补尽补",
    "two_lines": "尚未全部按户差额发放",
}
