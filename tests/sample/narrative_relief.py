"""工作情况 of the projects of social relief: 医疗救助, 低保, 两线合一, in a county's own words and figures."""

from tests.sample.dibao import KINDS
from tests.sample.funds import SUBSIDY_STEP
from tests.sample.scenario import LATE_COUNTY_MONEY, LATE_DOCUMENT
from tests.sample.scene import Scene, percent, two

from minsheng.domain.area import Area

_ROWS = ("tekun", "dibao")

_MEDICAL_MEASURES = (
    "与医保、卫生计生部门按月比对住院信息，符合条件的次月内救助到位",
    "在定点医院推行“一站式”即时结算，困难群众出院只付自负部分",
    "逐户核对特困供养人员和低保对象的住院费用，防止漏救、重复救助",
    "救助名单和金额在村（社区）公示栏公示7天，接受群众监督",
    "组织乡镇民政办人员培训，统一申请材料和审批时限",
)

_MEDICAL_BEHIND = {
    "zhaohua": "区外住院的救助对象报销凭证回传慢，年度救助限额偏低，部分大额自负费用救助比例上不去",
    "wangcang": "县外就医的手工结算件较多，平均办理时间超过一个月",
    "etdz": "辖区没有二级以上定点医院，救助对象大多在市内其他区住院，结算周期较长",
}

_DIBAO_MEASURES = (
    "开展低保对象动态核查，家庭收入、人口发生变化的及时增发、减发或者停发",
    "乡镇入户调查、民主评议、张榜公示三个环节全程留痕",
    "用居民家庭经济状况核对系统比对车辆、房产和工商登记信息",
    "对重病、重残家庭主动上门办理，做到应保尽保",
    "低保金由代发银行直接打卡到户，每月10日前到账",
)

_LINES_MEASURES = (
    "按家庭人均收入与标准的差额逐户核定补助金额，取消分档定补",
    "与扶贫部门比对建档立卡信息，把符合条件的贫困户按户纳入低保",
    "乡镇、村两级张榜公布施保户名单和补助金额",
    "对人员拆户、并户情况逐户复核，保证户内成员信息完整",
)


def medical_parts(scene: Scene, area: Area) -> dict[str, str]:
    """Return the five parts for 医疗救助."""
    aid = [f"medical_aid.{row}.aid_cumulative_yuan" for row in _ROWS]
    within = scene.value(*(f"medical_aid.{row}.self_paid_cumulative_yuan" for row in _ROWS)) - scene.value(
        *(f"medical_aid.{row}.above_cap_cumulative_yuan" for row in _ROWS)
    )
    target = scene.setting.target("medical_aid_ratio", area)
    gap = scene.value(*aid) / within * 100 - target
    behind = gap < 0
    side = f"{'低' if behind else '高'}于目标{two(abs(gap))}个百分点"
    reason = _MEDICAL_BEHIND.get(
        area.id, "年初救助人次少、大额费用集中，" + scene.pick(("比例暂低于目标", "比例还不稳定"), "medical-problem")
    )
    fine = (
        "县外就医的救助对象需先垫付费用，结算周期偏长。",
        "个别乡镇报送住院信息不够及时，需要反复核对。",
        "基层经办人员少，住院高峰月份审批压力较大。",
    )
    return {
        "progress": (
            f"{scene.until}，{scene.whom}累计住院救助"
            f"{scene.count(*(f'medical_aid.{row}.cases_cumulative' for row in _ROWS))}人次，"
            f"救助金额{scene.wan(*aid)}，限额内自负费用救助比例{percent(scene.value(*aid), within)}，{side}。"
            f"{scene.month}救助{scene.count(*(f'medical_aid.{row}.cases_month' for row in _ROWS))}人次、"
            f"{scene.wan(*(f'medical_aid.{row}.aid_month_yuan' for row in _ROWS))}。"
        ),
        "funds": scene.funds("medical_aid") + ("拨付资金含资助参保支出。" if scene.cut.step >= SUBSIDY_STEP else ""),
        "measures": scene.two_of(_MEDICAL_MEASURES, "medical"),
        "problems": f"救助比例{side}：{reason}。" if behind else scene.pick(fine, "medical-fine"),
        "next_steps": (
            f"提高重点救助对象救助比例，加快县外住院费用结算，力争{scene.next_month}达到{target:f}%的目标。"
            if behind
            else scene.pick(
                (
                    "继续做好“一站式”结算，保持救助比例稳定在目标以上。",
                    f"{scene.next_month}前完成今年以来住院信息的复核，防止漏救。",
                    "加强与医保经办机构的数据交换，缩短县外就医结算时间。",
                ),
                "medical-next",
            )
        ),
    }


def dibao_parts(scene: Scene, area: Area) -> dict[str, str]:
    """Return the five parts for 低保."""
    said, below = [], []
    for kind, name in KINDS.items():
        average = scene.value(f"dibao.{kind}.spending_cumulative_yuan") / scene.value(
            f"dibao.{kind}.person_months_cumulative"
        )
        target = scene.setting.target(f"dibao_{kind}_avg", area)
        said.append(
            f"{name}低保{scene.count(f'dibao.{kind}.households')}户{scene.count(f'dibao.{kind}.persons')}人，"
            f"累计月人均补助{two(average)}元（目标{target:f}元）"
        )
        if average < target:
            below.append(f"{name}累计月人均补助比目标少{two(target - average)}元")
    joined = scene.count(*(f"dibao.{kind}.joined_persons" for kind in KINDS))
    left = scene.count(*(f"dibao.{kind}.left_persons" for kind in KINDS))
    started = scene.cut.month >= scene.setting.new_standard_month
    late = "区级配套资金到位较慢，先用上级资金垫付。" if area.id in LATE_COUNTY_MONEY["dibao"] else ""
    why = "新标准执行时间不长，累计数回升较慢" if started else "现行标准偏低，部分家庭有务工收入、补差较小"
    fine = ("部分外出务工家庭的收入核实难度大。", "个别村民主评议不够规范，复核中已纠正。")
    return {
        "progress": f"{scene.until}，{scene.whom}{'；'.join(said)}。{scene.month}新增{joined}人、退出{left}人。",
        "funds": scene.funds("dibao")
        + f"{scene.month}发放低保金{scene.wan(*(f'dibao.{kind}.spending_month_yuan' for kind in KINDS))}。",
        "measures": scene.two_of(_DIBAO_MEASURES, "dibao"),
        "problems": (f"{'，'.join(below)}，主要是{why}。" if below else scene.pick(fine, "dibao-fine")) + late,
        "next_steps": (
            "按新标准足额补差，加快提高补助水平；"
            if started and below
            else "继续做好提标前的收入核定；"
            if below
            else ""
        )
        + scene.pick(
            (
                f"{scene.next_month}前完成一轮入户复核，该退的退、该进的进。",
                "抽查不少于10%的在保家庭，结果记入台账。",
                "督促乡镇把低保名单长期公示到村、到社区。",
            ),
            "dibao-next",
        ),
    }


def two_lines_parts(scene: Scene, area: Area) -> dict[str, str]:
    """Return the five parts for 两线合一."""
    households = scene.value(*(f"two_lines.{kind}.households" for kind in KINDS))
    switched = scene.value(*(f"two_lines.{kind}.by_difference_households" for kind in KINDS))
    rest = households - switched
    started = scene.cut.month >= scene.setting.new_standard_month
    standards = "，".join(
        f"{name}{scene.value(f'two_lines.{kind}.standard_before_yuan'):f}元提高到"
        f"{scene.value(f'two_lines.{kind}.standard_now_yuan'):f}元"
        for kind, name in KINDS.items()
    )
    raised = (
        f"{scene.setting.new_standard_month}月起低保标准由{standards}，{scene.month}增发"
        f"{scene.wan(*(f'two_lines.{kind}.increment_month_yuan' for kind in KINDS))}，累计增发"
        f"{scene.wan(*(f'two_lines.{kind}.increment_cumulative_yuan' for kind in KINDS))}。"
    )
    open_work = f"尚有{rest:f}户没有改为按户差额发放"
    if rest and area.id in LATE_DOCUMENT and scene.cut.month >= scene.setting.switch_month:
        problem = f"{open_work}：按户施保的文件还在会签，不能在{scene.setting.switch_month}月底前印发。"
    elif rest:
        problem = f"{open_work}，" + scene.pick(
            ("主要是人户分离、户内成员信息不全。", "集中在人口较多的乡镇，入户核算工作量大。"), "lines-problem"
        )
    elif area.id in LATE_DOCUMENT:
        problem = f"按户施保的文件晚于{scene.setting.switch_month}月底印发，前几个月按户核算的资料正在补齐。"
    else:
        problem = scene.pick(
            ("部分家庭收入季节性波动大，差额需要及时调整。", "与建档立卡信息仍有少量不一致，需逐户核对。"),
            "lines-fine",
        )
    return {
        "progress": (
            f"{scene.until}，{scene.whom}低保{households:f}户中{switched:f}户按家庭人均收入与标准的差额发放，"
            f"占{percent(switched, households)}。" + (raised if started else "")
        ),
        "funds": scene.funds("two_lines")
        + ("" if started else f"资金用于新标准差额部分，{scene.setting.new_standard_month}月起发放。"),
        "measures": scene.two_of(_LINES_MEASURES, "lines"),
        "problems": problem,
        "next_steps": (
            f"{scene.next_month}前完成剩余{rest:f}户的收入核算和改发。"
            if rest
            else scene.pick(
                ("按月比对扶贫、低保两类名单，保持两线衔接。", "随家庭收入变化及时调整差额，做到按标施保。"),
                "lines-next",
            )
        ),
    }
