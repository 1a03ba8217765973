"""工作情况 of the projects of social welfare: 养老服务, 残疾人补贴, in an area's own words and figures."""

from decimal import Decimal

from tests.sample.scenario import MISCOUNTED, MISSING, QUARTERLY
from tests.sample.scene import Scene, percent

from minsheng.domain.area import Area

UNITS = {
    "beds_new": ("elderly_care.beds_new_cumulative", "新增养老床位", "张"),
    "beds_renovated": ("elderly_care.beds_renovated_cumulative", "维修改造床位", "张"),
    "daycare_centres": ("elderly_care.daycare_cumulative", "建成日间照料中心", "个"),
    "home_care_persons": ("elderly_care.home_care_cumulative_persons", "提供居家养老服务", "名"),
}

"""Indicator → field, words, unit."""

_MEASURES = (
    "实行项目周调度，逐个项目定工期、定责任人",
    "落实民办养老机构床位建设补贴，带动社会资本投入",
    "会同住建、消防部门提前介入图纸审查，边建设边整改",
    "以政府购买服务方式选定居家养老服务组织，服务记录由乡镇按月核验",
    "完工一个验收一个，验收资料随项目归档",
    "对困难家庭失能老人和80周岁以上老人逐户摸底，建立服务台账",
)

_BUILDING_MEASURES = _MEASURES[:3] + _MEASURES[4:5]

"""For an area that only builds."""

_BEHIND = {
    (
        "zhaohua",
        "beds_new",
    ): "原选址调整，用地和规划手续办结较晚，主体工程开工比计划推迟两个多月，区级配套资金也未全部到位",
    ("zhaohua", "beds_renovated"): "部分敬老院需先转移在院老人才能施工，工期拉长",
    ("wangcang", "beds_new"): "民办机构消防验收整改反复，投用时间推后",
    ("wangcang", "home_care_persons"): "承接服务的社会组织少，偏远乡镇上门服务覆盖慢",
    ("chaotian", "daycare_centres"): "项目在装修和设备采购阶段，三季度才能投用",
    ("municipal", "beds_new"): "养护楼主体完工晚于计划，床位分批投用",
}

_WHY = ("设备采购走招标程序，周期较长", "部分项目土建刚完成，还在装修和验收")

_WHY_FLOOD = (*_WHY, "汛期雨天多、有效施工时间少")

_FLOOD_MONTHS = range(6, 10)

_DISABILITY_MEASURES = (
    "与残联按月比对第二代《残疾人证》信息，新增人员当月核定、次月发放",
    "补贴由代发银行直接打卡到人，发放名单在村（社区）公示",
    "对去世、迁出、退出低保的人员及时停发，防止错发",
    "乡镇设代办点，为行动不便的残疾人上门办理申请",
)


def elderly_parts(scene: Scene, area: Area) -> dict[str, str]:
    """Return the five parts for 养老服务; what is behind the even pace is named and explained."""
    said, behind = [], []
    why = _WHY_FLOOD if scene.cut.month in _FLOOD_MONTHS else _WHY
    even = Decimal(scene.cut.month) / (len(scene.setting.cuts) - 1)
    for indicator, (field, words, unit) in UNITS.items():
        target = scene.setting.target(indicator, area)
        if not target:
            continue
        actual = scene.value(field)
        said.append(f"{words}{actual:f}{unit}，占全年任务{target:f}{unit}的{percent(actual, target)}")
        if even - actual / target > Decimal("0.10"):
            reason = _BEHIND.get((area.id, indicator)) or scene.pick(why, "elderly-why", indicator)
            behind.append(
                (f"{words}只完成{percent(actual, target)}，落后序时进度：{reason}", words, target - actual, unit)
            )
    month = scene.value("elderly_care.beds_public_month", "elderly_care.beds_private_month")
    problems = "。".join(problem for problem, *_ in behind) + "。" if behind else ""
    if not behind:
        problems = scene.pick(
            (
                "建成的日间照料中心运营经费不足，活动开展不够经常。" if area.assessed else "护理人员招聘难、流动大。",
                "专业护理人员偏少，服务质量需要提高。",
                "部分新建机构入住率还不高。",
            ),
            "elderly-fine",
        )
    promises = "；".join(
        f"倒排工期，{scene.next_month}前压减{words}缺口（还差{gap:f}{unit}）" for _, words, gap, unit in behind
    )
    return {
        "progress": f"{scene.until}，{scene.whom}{'；'.join(said)}。{scene.month}新增床位{month:f}张。",
        "funds": scene.funds("elderly_care"),
        "measures": scene.two_of(_MEASURES if area.assessed else _BUILDING_MEASURES, "elderly"),
        "problems": problems + _events(scene, area),
        "next_steps": promises + "。"
        if behind
        else scene.pick(
            (
                f"{scene.next_month}前完成已完工项目的验收和资料归档。",
                "加快在建项目进度，做好投用前的消防、食品安全检查。",
                "总结居家养老服务经验，提高服务质量和老人满意度。",
            ),
            "elderly-next",
        ),
    }


def _events(scene: Scene, area: Area) -> str:
    """Return what an area has to say about its own reporting."""
    if scene.cut.month - 1 in MISSING.get(area.id, ()):
        return f"因经办人员调整，{scene.cut.month - 1}月报表没有报送，本月累计数已包含{scene.cut.month - 1}月完成数。"
    if scene.cut.month - 1 in MISCOUNTED.get(area.id, ()):
        return f"{scene.cut.month - 1}月首次报表把居家养老服务人次计作人数，已报更正表，本月在更正数上累计。"
    return ""


def disability_parts(scene: Scene, area: Area) -> dict[str, str]:
    """Return the five parts for 残疾人补贴."""
    table = "disability_allowance"
    eligible, paid = scene.value(f"{table}.eligible_persons"), scene.value(f"{table}.paid_persons")
    months = int(scene.value(f"{table}.months_covered"))
    short = eligible - paid
    now = f"{scene.month}发放{scene.wan(f'{table}.amount_month_yuan')}" if months else f"{scene.month}不是发放月"
    quarterly = "（按季发放，本次覆盖3个月）" if months > 1 else ""
    if short:
        problem = f"有{short:f}人第二代《残疾人证》信息正在与残联核对，暂未发放。"
        promise = f"{scene.next_month}前完成核对，符合条件的从认定之月起补发。"
    else:
        problem = scene.pick(
            (
                "个别残疾人银行卡信息有误，退回后需重新发放。",
                "新办证人员信息传递有时差，需要按月比对。",
                "行动不便的残疾人换证不及时，影响当月认定。",
            ),
            "disability-fine",
        )
        promise = scene.pick(
            ("继续按月比对信息，做到应补尽补。", f"{scene.next_month}前抽查一批发放对象，核实到账情况。"),
            "disability-next",
        )
    if area.id in QUARTERLY:
        promise += "按季发放，季末月份20日前打卡到账。"
    return {
        "progress": (
            f"{scene.until}，{scene.whom}符合条件的低保残疾人{eligible:f}人，已发放{paid:f}人，"
            f"标准为每人每月{scene.value(f'{table}.standard_yuan'):f}元。{now}{quarterly}，"
            f"累计发放{scene.count(f'{table}.person_months_cumulative')}人次、{scene.wan(f'{table}.amount_cumulative_yuan')}。"
        ),
        "funds": scene.funds("disability_allowance"),
        "measures": scene.two_of(_DISABILITY_MEASURES, "disability"),
        "problems": problem,
        "next_steps": promise,
    }
