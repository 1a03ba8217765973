# ruff: noqa: E501 - a case is a line: what is changed, where it shows, what is said
"""Every way to break the plan is reported on its line, with all others at once."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from minsheng.commands.plans.plan_check import check_plans
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, PlanInvalidError
from minsheng.plan import PlanFault, load_plan, plan_faults
from minsheng.plan.calendar import due_date
from minsheng.workspace import Settings, Workspace

YEAR = 2017
Change = Callable[[str, str, str], Path]


def line_of(path: Path, text: str) -> int:
    """Return the line of the only place where ``text`` stands."""
    content = path.read_text(encoding="utf-8")
    assert content.count(text) == 1, f"{text!r} stands {content.count(text)} times in {path.name}"
    return content.count("\n", 0, content.index(text)) + 1


# file, old text (its first place is changed), new text, text on the faulty line, fragment of the message
SHAPE = [
    # keys
    ("areas.yaml", "    name: 苍溪县\n", "    name: 苍溪县\n    nmae: 错\n", "nmae", "不认识的键“nmae”。允许：id、name、aliases"),
    ("areas.yaml", "areas:\n", "regions: 1\nareas:\n", "regions", "不认识的键“regions”。允许：areas、source、defaults"),
    ("areas.yaml", "    bureau: 苍溪县民政局\n", "", "id: cangxi", "缺少“bureau”"),
    ("areas.yaml", "    name: 苍溪县\n", "    name: 苍溪县\n    name: 苍溪\n", "name: 苍溪\n", "键“name”重复"),
    ("plan.yaml", "city: 广元市", "town: 广元市", "town", "不认识的键“town”"),
    ("funds.yaml", "total_wanyuan: 8500", "total_yuan: 8500", "total_yuan", "不认识的键“total_yuan”。允许：total_wanyuan"),
    ("funds.yaml", "    total_wanyuan: 8500\n", "", "project: medical_aid\n", "缺少“total_wanyuan”"),
    # types
    ("areas.yaml", 'adcode: "510824"', "adcode: 510824", "510824", '“adcode”应为文字，现为没有引号的 510824。允许：加引号："510824"'),
    ("areas.yaml", 'adcode: "510824"', "adcode: 0510824", "0510824", "以 0 开头的数字"),
    ("areas.yaml", "assessed: true", "assessed: yes", "assessed: yes", "“yes”含义不清"),
    ("areas.yaml", "assessed: true", 'assessed: "yes"', 'assessed: "yes"', "“assessed”应为 true 或 false"),
    ("areas.yaml", "kind: county", "kind: town", "kind: town", "“kind”不能是“town”"),
    ("reporting.yaml", "day: 23", "day: 32", "day: 32", "不得大于 31"),
    ("reporting.yaml", "day: 23", "day: true", "day: true", "应为数字，现为 true"),
    ("reporting.yaml", "day: 23", "day: 22.5", "day: 22.5", "应为整数"),
    ("reporting.yaml", "first_month: 2017-04", "first_month: 2017-13", "2017-13", "“2017-13”不是月份"),
    ("plan.yaml", "issued_on: 2017-04-11\ncity", "issued_on: 四月\ncity", "issued_on: 四月", "应为日期"),
    ("rubric_county.yaml", "        full_marks: 14", '        full_marks: "14"', '"14"', "写半角、不加引号，现为“14”"),
    ("rubric_county.yaml", "        full_marks: 14", "        full_marks: 14分", "marks: 14分", "应为数字，现为 14分"),
    ("rubric_county.yaml", "        full_marks: 14", "        full_marks: １４", "１４", "写半角、不加引号，现为“１４”"),
    ("rubric_county.yaml", "        full_marks: 14", "        full_marks: 十四", "十四", "应为数字，现为 十四"),
    ("indicators.yaml", "      city:      270 ", "      city:      二百七十 ", "二百七十", "目标“二百七十”只有文字，lights.yaml 里没有 worded"),
    ("indicators.yaml", "      cangxi:    300\n", "      cangxi:    null\n", "cangxi:    null", "目标值须是数字、范围（lower 和 upper）或文字（例如 完成）"),
    ("indicators.yaml", "kind: ratio", "kind: average", "kind: average", "不认识的 kind“average”"),
    ("rubric_county.yaml", "{kind: counted, target: 12", "{kind: count, target: 12", "kind: count,", "不认识的 kind“count”"),
    ("rubric_county.yaml", "cap: 1 ", "cap: 一 ", "cap: 一", "“cap”应为数字"),
    ("projects.yaml", "how: text", "how: mean", "how: mean", "“how”不能是“mean”"),
    ("lights.yaml", "tone: red, upper: -0.30", "tone: pink, upper: -0.30", "pink", "“tone”不能是“pink”"),
    ("tables/dibao.yaml", "label: 户数, unit: 户, type: integer", "label: 户数, unit: 户, type: number", "type: number", "“type”不能是“number”"),
    ("areas.yaml", "assessed: false", "assessed: 0", "assessed: 0", "“assessed”应为 true 或 false，不加引号，现为 0"),
    ("projects.yaml", "due: 2017-06-30", "due: 0", "due: 0", "“due”应为日期（YYYY-MM-DD），现为 0"),
    ("calendar.yaml", "- 2017-01-02 #", "- 86400 #", "86400", "第 2 项应为日期（YYYY-MM-DD），现为 86400"),
    ("calendar.yaml", "year: 2017", "year: -1", "year: -1", "“year”太小，不得小于 1900"),
    ("indicators.yaml", "      city:      270 ", '      city:      "270" ', '"270"', "目标“270”是数字，不加引号，不带单位。允许：270；"),
    ("indicators.yaml", "      city:      270 ", "      city:      ２７０元 ", "２７０元", "目标“２７０元”是数字，不加引号，不带单位。允许：270；"),
    # sources
    ("schedule.yaml", ", why: 通知只给", ", clause: 通知只给", "source", "须写明 why"),
]  # fmt: skip
ACROSS = [
    # sums
    ("indicators.yaml", "      cangxi:     300\n", "      cangxi:     301\n", "      city:      1950", "各地目标合计 1951张，与全市 1950张 不等"),
    ("funds.yaml", "levels: [municipal], amount_wanyuan: 5.6", "levels: [municipal], amount_wanyuan: 6.5", "1952.60\n", "各来源合计 1953.5 万元，与总额 1952.6 万元不等"),
    ("rubric_county.yaml", "    full_marks: 12 ", "    full_marks: 13 ", "  - id: mgmt\n", "13分，各小项合计 12 分"),
    ("rubric_county.yaml", "total: 100", "total: 110", "total: 110", "5 + 12 + 8 + 5 + 70 = 100 分，与总分 110 分不等"),
    ("rubric_county.yaml", "dibao_urban_avg, weight: 0.5", "dibao_urban_avg, weight: 0.6", "          indicators:\n            - {indicator: dibao_urban_avg", "权重合计 1.1"),
    ("schedule.yaml", "5: 5/12", "5: 3/12", "by_month", "5 月序时进度低于 4 月"),
    ("schedule.yaml", "12: 12/12", "12: 11/12", "by_month", "12 月序时进度为"),
    ("schedule.yaml", "5: 5/12, ", "", "by_month", "序时进度的月份"),
    ("schedule.yaml", "5: 5/12", "5: 五月", "by_month", "“五月”不是分数"),
    ("schedule.yaml", "12: 12/12", "12: 13/12", "by_month", "12 月序时进度 1.0833"),
    # references
    ("indicators.yaml", "      etdz:        80", "      kaifaqu:     80", "kaifaqu", "没有地区“kaifaqu”。允许：city、municipal、cangxi"),
    ("indicators.yaml", "    project: dibao\n", "    project: dibaox\n", "dibaox", "没有项目“dibaox”"),
    ("areas.yaml", "projects: [elderly_care]", "projects: [elderly]", "[elderly]", "没有项目“elderly”"),
    ("projects.yaml", "section: welfare_charity", "section: welfare", "section: welfare\n", "没有科室“welfare”"),
    ("projects.yaml", "medical_aid.*.cases_month", "medical_aid.*.cases", "fields: [medical_aid.*.cases]", "表“medical_aid”没有列“cases”。允许：cases_month、"),
    ("projects.yaml", "dibao.urban.persons", "dibao.city.persons", "dibao.city.persons", "没有行“city”。允许：urban、rural、*"),
    ("projects.yaml", "dibao.urban.persons", "dibaos.urban.persons", "dibaos.urban.persons", "没有表“dibaos”"),
    ("projects.yaml", "[elderly_care.beds_public_cumulative]", "[elderly_care.a.beds_public_cumulative]", "elderly_care.a", "写法不对。允许：elderly_care.列"),
    ("projects.yaml", "[elderly_care.beds_public_cumulative]", "[elderly_projects.quantity]", "elderly_projects", "行不固定"),
    ("projects.yaml", "fields: [medical_aid.*.cases_month]", "fields: []", "fields: []", "至少要有一个字段"),
    ("projects.yaml", "[two_lines.urban.standard_before_yuan]", "[two_lines.urban.standard_document]", "two_lines.urban.standard_document]", "是文字。允许：整数、数字"),
    ("indicators.yaml", "document_date: two_lines.urban.by_household_document_date", "document_date: two_lines.urban.households", "document_date: two_lines.urban.households", "是整数。允许：日期"),
    ("indicators.yaml", "document_date: two_lines.urban.by_household_document_date", "document_date: two_lines.town.by_household_document_date", "document_date: two_lines.town", "没有行“town”"),
    ("indicators.yaml", "parameter: poverty_line", "parameter: poverty", "parameter: poverty\n", "没有参数“poverty”"),
    ("indicators.yaml", "document: notice-2017", "document: notice-2018", "notice-2018", "没有文件“notice-2018”。允许：ours、notice-2017"),
    ("areas.yaml", "{document: adcodes", "{document: codes", "{document: codes", "没有文件“codes”"),
    ("rubric_county.yaml", "{indicator: beds_new}", "{indicator: beds}", "{indicator: beds}", "没有指标“beds”"),
    ("rubric_county.yaml", "requires: [dibao_by_household", "requires: [by_household", "requires: [by_household", "没有任务（duties）“by_household”"),
    ("funds.yaml", "id: two_lines_upper", "id: two_lines_up", "two_lines_up,", "资金表没有行“two_lines_up”"),
    ("funds.yaml", "label: 省级安排", "label: 中央、省级安排", "中央、省级安排", "与资金表的行不一致。允许：disability_allowance、省级安排"),
    ("sections.yaml", "    leader: 沈友文\n", "", "  - id: social_relief", "缺少责任领导"),
    # names
    ("indicators.yaml", "    column: 9", "    column: 10", "column: 10", "列号 10 重复或超出。允许：1 至 9"),
    # dates
    ("plan.yaml", "year: 2017", "year: 2018", "year: 2018", "年度为 2018，与文件夹名 2017 不符"),
    ("calendar.yaml", "year: 2017", "year: 2018", "year: 2018", "节假日表是 2018 年的，方案为 2017 年"),
    ("calendar.yaml", "  - 2017-05-27 # 周六 端午节调休", "  - 2017-05-26", "2017-05-26", "2017-05-26 不是周末"),
    ("calendar.yaml", "  - 2017-04-01 # 周六 清明节调休", "  - 2017-04-02 # 调休", "2017-04-02 # 调休", "既列为放假又列为上班"),
    ("calendar.yaml", "  - 2017-01-02 # 周一", "  - 2016-01-02", "2016-01-02", "不在 2017 年"),
    ("calendar.yaml", "  - 2017-01-02 # 周一", "  - 2017-01-01 # 又", "2017-01-01 # 又", "2017-01-01 重复"),
    ("reporting.yaml", "day: 23", "day: 27", "day: 27", "县区报送日（27日）晚于科室报送日（26日）"),
    ("reporting.yaml", "day: 23", "day: 3\n  month: next", "day: 3", "县区报送日（次月3日）晚于科室报送日（26日）。允许：不晚于26日"),
    ("reporting.yaml", "day: 26", "day: 3\n  month: next", "month: next", "12月的期限在 2018-01-03，节假日表只到 2017-12-31。允许：在 calendar.yaml 写 through: 2018-01-31，并列出 2018 年1月的放假日"),
    ("reporting.yaml", "day: 26", "day: 26\n  month: later", "month: later", "“month”不能是“later”"),
    ("calendar.yaml", "year: 2017\n", "year: 2017\nthrough: 2017-12-31\n", "through:", "through 是 2017-12-31，它只用来写明节假日表延到次年的哪一天"),
    ("reporting.yaml", "first_month: 2017-04", "first_month: 2018-04", "2018-04", "不是 2017 年的月份"),
    ("projects.yaml", "due: 2017-06-30", "due: 2018-06-30", "due: 2018-06-30", "期限 2018-06-30 不在 2017 年"),
    ("indicators.yaml", "starts: 2017-07-01", "starts: 2017-08-01", "starts: 2017-08-01", "起始日晚于期限"),
    # lights
    ("lights.yaml", "lower: -0.30, upper: -0.10", "lower: -0.25, upper: -0.10", "schedule: ", "之间有空隙或重叠"),
    ("lights.yaml", "lower: -0.30, upper: -0.10", "lower: -0.35, upper: -0.10", "schedule: ", "之间有空隙或重叠"),
    ("lights.yaml", "tone: green, lower: 1}", "tone: green, lower: 1, upper: 2}", "level: ", "正无穷"),
    ("lights.yaml", "word: 接近达标, shape: ▲", "word: 接近达标, shape: ▼", "id: close", "形状（shape）相同：▼"),
    # rules
    ("rubric_county.yaml", "lower: 80", "lower: 95", "word: 良好", "等次“良好”的下限应低于“优秀”"),
    ("rubric_county.yaml", "  - {word: 不合格, lower: 0}\n", "", "word: 合格", "最低等次“合格”下限 60。允许：0"),
    ("rubric_county.yaml", "unmet_share: 0.5", "unmet_share: 5", "unmet_share", "unmet_share 为 5。允许：0 至 1"),
    ("rubric_county.yaml", "partial: 0.5", "partial: 1.5", "partial", "“partial”得满分的 1.5"),
    ("rubric_county.yaml", "floor: 0 ", "floor: 2 ", "floor: 2", "不成范围"),
    ("rubric_section.yaml", "        target: 6\n", "", "id: sec.guide.2", "target 只用于、且必须用于"),
    ("rubric_section.yaml", "        multiplier: 2\n", "", "id: sec.guide.6", "multiplier 只用于、且必须用于"),
    ("rubric_section.yaml", "    positive: true", "    positive: false", "id: sec.goal", "其余至少一条"),
    # numbers that nobody means
    ("rubric_county.yaml", "    points: 2\n", "    points: -2\n", "points: -2", "“省级通报批评”每次扣分为 -2。允许：大于 0"),
    ("rubric_county.yaml", "  cap: 5  ", "  cap: -5 ", "cap: -5", "加分上限（bonus.cap）为 -5。允许：0 或正数"),
    ("rubric_county.yaml", "per_shortfall: null", "per_shortfall: -0.5", "per_shortfall: -0.5", "每少一篇扣分（per_shortfall）为 -0.5。允许：大于 0"),
    ("rubric_county.yaml", "conversion_factor: 1 ", "conversion_factor: 0 ", "conversion_factor: 0", "折算系数（conversion_factor）为 0。允许：大于 0"),
    ("rubric_county.yaml", "total_floor: 0 ", "total_floor: 101 ", "total_floor: 101", "总分下限（total_floor）101 高于总分 100"),
    ("rubric_county.yaml", "{word: 优秀, lower: 90}", "{word: 优秀, lower: 105}", "lower: 105", "等次“优秀”下限 105 高于总分 100"),
    ("rubric_county.yaml", "未做到: 0}", "无: 0}", "无: 0}", "“无”填在表里等于没有填。允许：不用 无、空"),
    ("rubric_county.yaml", "veto: []", "veto: [暂无]", "veto: [暂无]", "“暂无”填在表里等于没有填"),
    ("rubric_county.yaml", "name: 省级通报批评", "name: 市级通报 批评", "市级通报 批评", "名称“市级通报批评”重复"),
    ("rubric_county.yaml", "\ndeductions:", "\nparts: [{id: a, name: 全部, weight: 1, full_marks: 90, groups: [org, mgmt, pub, open, goal], source: {document: ours, why: 试}}]\ndeductions:", "id: a, name: 全部", "“全部”各项 5 + 12 + 8 + 5 + 70 = 100 分，与它的满分 90 分不等。允许：100"),
    ("rubric_section.yaml", "        multiplier: 2\n", "        multiplier: -2\n", "multiplier: -2", "的 multiplier为 -2。允许：大于 0"),
    # tables
    ("tables/dibao.yaml", "label: 当月退出人数", "label: 2.本月新增人数", "2.本月新增人数", "“2.本月新增人数（人）”与“当月新增人数（人）”去掉编号、单位和标点后相同"),
    ("tables/dibao.yaml", "id: spending_month_yuan", "id: spending_month", "id: spending_month,", "应以 _yuan 结尾"),
    ("tables/funds.yaml", "id: allocated_yuan", "id: allocated_wanyuan", "id: allocated_wanyuan", "应以 _yuan 结尾"),
    ("tables/dibao.yaml", "id: dibao\n", "id: dibao2\n", "id: dibao2", "与文件名不符"),
    ("tables/dibao.yaml", "project: dibao\n", "project: dibaox\n", "dibaox", "没有项目“dibaox”"),
    ("tables/dibao.yaml", "labels: [农村低保]", "labels: [城市低保]", "id: rural", "行名“城市低保”重复"),
    ("tables/dibao.yaml", "keys: [类别]\n", "", "id: dibao\n", "keys 与 rows 须同时给出"),
    ("tables/dibao.yaml", "label: 当月退出人数", "label: 当月新增人数", "id: left_persons", "表头“当月新增人数”重复"),
    ("tables/two_lines.yaml", "sheet: 两线合一", "sheet: 封面", "sheet: 封面", "留给封面"),
    ("tables/two_lines.yaml", "kind: figures", "kind: form", "kind: form", "考评表的格式由系统规定"),
    ("tables/narrative.yaml", "id: progress, label: 进展情况", "id: progress, label: 进展", "columns:", "与 reporting.yaml 的各方面（parts）不一致"),
    ("tables/narrative.yaml", "labels: [城乡困难群众医疗救助]", "labels: [医疗救助]", "[医疗救助]", "与 projects.yaml 的名称不符"),
    ("tables/evidence.yaml", "[城乡困难群众医疗救助, ", "[", "id: project", "项目选项与 projects.yaml 不符"),
]  # fmt: skip


def _check(params: Path, path: Path, at: str, fragment: str) -> None:
    faults = plan_faults(params, YEAR)
    wanted = (f"params/{YEAR}/{path.relative_to(params / str(YEAR)).as_posix()}", line_of(path, at))
    on_line = [str(fault) for fault in faults if (fault.file, fault.line) == wanted]
    assert any(fragment in text for text in on_line), [wanted, *(str(fault) for fault in faults)]


@pytest.mark.parametrize(("file", "old", "new", "at", "fragment"), [*SHAPE, *ACROSS])
def test_a_fault_is_reported_on_its_line(
    params: Path, change: Change, file: str, old: str, new: str, at: str, fragment: str
) -> None:
    _check(params, change(file, old, new), at, fragment)


TWO = ("不认识的键“town”", "目标“二百七十”只有文字")
"""A key under another name is also missing; words add up to nothing."""


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "fragment"), [case for case in SHAPE if not case[-1].startswith(TWO)]
)
def test_a_mistake_is_one_fault(
    params: Path, change: Change, file: str, old: str, new: str, at: str, fragment: str
) -> None:
    change(file, old, new)
    assert len(plan_faults(params, YEAR)) == 1, [at, fragment, *map(str, plan_faults(params, YEAR))]


def test_every_fault_of_one_file_is_found_in_one_run(params: Path, change: Change) -> None:
    """A shape that is wrong hides neither what else is wrong in its file, nor in its item, nor in the expectations."""
    for old, new in (
        ("total: 100", "total: 110"),
        ("{kind: counted, target: 12, unit: 篇}", "{kind: count, target: 12, unit: 篇}"),
        ("{indicator: beds_new}", "{indicator: beds}"),
        ("        full_marks: 14", '        full_marks: "14"'),
        ("unmet_share: 0.5", "unmet_share: 5"),
        ("ties: competition", "ties: sport"),
        ("{word: 良好, lower: 80}", "{word: 良好, lower: 95}"),
        ("    points: 2\n", "    points: -2\n"),
        ("dibao_urban_avg, weight: 0.5", "dibao_urban_avg, weight: 0.6"),
    ):
        change("rubric_county.yaml", old, new)
    change("expectations/dibao.yaml", "severity: critical", "severity: grave")
    outcome = check_plans(Workspace(params.parent, params, Settings()), YEAR)
    told = [str(fault).removeprefix(f"params/{YEAR}/") for fault in outcome.faults]
    wanted = (
        "不认识的 kind“count”。允许：proportional、lower_is_better",
        "没有指标“beds”",
        "“full_marks”应为数字，写半角、不加引号，现为“14”",
        "unmet_share 为 5",
        "“ties”不能是“sport”。允许：competition、dense",
        "等次“良好”的下限应低于“优秀”",
        "“省级通报批评”每次扣分为 -2",
        "各指标权重合计 1.1",
        "“severity”不能是“grave”。允许：critical、warning、info",
    )
    for fragment in wanted:
        assert sum(fragment in text for text in told) == 1, (fragment, told)
    # Sums over what has a fault of its own say nothing.
    assert len(told) == len(wanted), told


ELSEWHERE = [  # as above, where the text of the faulty line is not unique in its file
    ("areas.yaml", "id: wangcang", "id: cangxi", "id“cangxi”重复，前一个在 params/2017/areas.yaml:"),
    ("areas.yaml", "aliases: [旺苍]", "aliases: [苍溪]", "名称“苍溪”重复，前一个在 params/2017/areas.yaml:"),
    ("areas.yaml", "aliases: [旺苍]", "aliases: [社会救助科]", "名称“社会救助科”重复"),
    ("areas.yaml", "aliases: [旺苍]", "aliases: [全市]", "名称“全市”重复"),
    ("areas.yaml", "projects: [elderly_care]", "projects: [dibao]", "市本级有“新增民办公办养老机构床位”的目标"),
    ("projects.yaml", "short_name: 城乡低保", "short_name: 医疗救助", "名称“医疗救助”重复"),
    ("projects.yaml", "- {id: joined,", "- {id: rural_persons,", "id“rural_persons”重复"),
    ("projects.yaml", "id: dibao_by_household\n", "id: two_lines_by_household_urban\n", "条件 id“two_lines_by_household_urban”重复"),
    ("funds.yaml", "      clause: 二（一）\n", "", "须写明 clause"),
    ("plan.yaml", "id: plan-city-2017", "id: notice-2017", "id“notice-2017”重复"),
    ("indicators.yaml", "    column: 9", "    column: 8", "列号 8 重复或超出"),
    ("indicators.yaml", "      city:      70\n", "", "缺少全市目标（city）"),
    ("indicators.yaml", "      cangxi:    300\n", "      cangxi:    完成\n", "目标写法与 measure 不符。允许：数字"),
    ("indicators.yaml", "      cangxi:    完成\n", "      cangxi:    1\n", "目标写法与 measure 不符。允许：文字，例如 完成"),
    ("indicators.yaml", "      qingchuan: 70\n", "", "青川县承担项目“medical_aid”，但该项目的指标都没有给它目标"),
    ("tables/narrative.yaml", "  - {id: dibao, project: dibao, labels: [城乡困难群众最低生活保障]}\n", "", "工作情况表缺少项目“dibao”的行"),
    ("tables/explanation.yaml", "id: cell", "id: where", "缺少列“cell”"),
    ("sections.yaml", "    assessed: true\n", "    assessed: false\n", "科室“社会救助科”承担项目，应为考评对象"),
    ("rubric_county.yaml", "id: org.2", "id: org.1", "id“org.1”重复"),
    ("rubric_county.yaml", "[{indicator: two_lines_done}]", "[{indicator: beds_new}]", "指标“beds_new”不能用 milestone 规则"),
    ("rubric_county.yaml", "[{indicator: beds_new}]", "[{indicator: two_lines_done}]", "指标“two_lines_done”不能用 proportional 规则"),
    ("rubric_county.yaml", "levels: {做到: 1, ", "levels: {做到: 0.9, ", "没有一等能得满分"),
    ("rubric_county.yaml", "done: 1, ", "", "缺少“done”"),
    ("rubric_county.yaml", "    full_marks: 5 ", "    full_marks: 0 ", "0分，各小项合计 5 分"),
    ("rubric_section.yaml", "id: sec.duty.2", "id: sec.duty.1", "id“sec.duty.1”重复"),
    ("rubric_section.yaml", "        points: 0.2", "        points: 0", "扣分为 0。允许：大于 0"),
    ("reporting.yaml", "{id: funds, title", "{id: progress, title", "id“progress”重复"),
    ("parameters.yaml", "      2017-01-01: 275", "      2017-08-01: 275", "自 2017-07-01 起要用参数“poverty_line”，但它自 2017-08-01 才有值"),
    ("parameters.yaml", "      2016-01-01: 260     # 3120元/年\n", "", "自 2017-01-01 起要用参数“dibao_floor_rural”，但它自 2017-07-01 才有值"),
    ("lights.yaml", "word: 未报送", "word: 未完成", "的字（word）相同：未完成"),
    ("lights.yaml", '"on": completion', '"on": gap', "“gap”看序时进度，水平类（basis: full）和上限、范围指标没有序时进度。允许：completion"),
    ("indicators.yaml", "    column: 3\n", "    column: 3\n    ranking: {by: best}\n", "“by”不能是“best”"),
    ("indicators.yaml", "    column: 3\n", "    column: 3\n    ranking: {tie_break: {by: [completion]}}\n", "没有相同时比较的数“completion”"),
    ("indicators.yaml", "    column: 3\n", "    column: 3\n    ranking: {tie_break: {by: [value], decides: award}}\n", "却没有写表彰几名（awards）。允许：写上 awards: 名额，或 decides: rank"),
    ("indicators.yaml", "    column: 3\n", "    column: 3\n    ranking: {awards: 0}\n", "“awards”"),
    ("indicators.yaml", "    column: 3\n", "    column: 3\n    ranking: {tie_break: {by: [medical_aid_ratio]}}\n", "是别的项目的指标，不能用来区分"),
    ("indicators.yaml", "    column: 9\n", "    column: 9\n    ranking: {}\n", "是节点任务，没有完成率可排。允许：去掉 ranking"),
    ("rubric_county.yaml", "ties: competition", "tie_break: {by: [bonuses], source: {document: ours, why: 试}}\nties: competition", "没有同分时比较的项目“bonuses”"),
    ("rubric_county.yaml", "ties: competition", "tie_break: {by: [bonus], decides: award, source: {document: ours, why: 试}}\nties: competition", "同分只定表彰（decides: award），却没有写表彰几名（awards）"),

    ("funds.yaml", "{id: dibao_upper,", "{id: dibao_upper, rows: [dibao_upper, dibao_low],", "资金表没有行“dibao_low”"),
    ("funds.yaml", "{id: dibao_upper,", "{id: dibao_upper, rows: [dibao_upper, dibao_county],", "资金表的行“dibao_county”重复"),
    ("funds.yaml", "{id: dibao_upper,", "{id: dibao_upper, rows: [dibao_upper, dibao_upper],", "行“dibao_upper”重复"),
    ("funds.yaml", "{id: dibao_upper,", "{id: dibao_upper, rows: [dibao_upper, two_lines_upper],", "“two_lines_upper”的项目或来源名称与资金表的行不一致"),
    ("funds.yaml", "{id: dibao_upper,", "{id: dibao_upper, indicators: [beds_new],", "没有“dibao”的指标“beds_new”"),
    ("reporting.yaml", "first_month: 2017-04", "execution_base: paid\nfirst_month: 2017-04", "“execution_base”不能是“paid”"),
    ("lights.yaml", "not_reported:", "assessed: {words: [{id: a, word: 无, shape: ◇, tone: green}], source: {document: ours, why: 试}}\nnot_reported:", "“无”填在表里等于没有填"),
    ("lights.yaml", "not_reported:", "assessed: {words: [{id: a, word: 推进正常, shape: ▼, tone: green}], source: {document: ours, why: 试}}\nnot_reported:", "的形状（shape）相同：▼"),
    ("lights.yaml", "not_reported:", "assessed: {words: [], source: {document: ours, why: 试}}\nnot_reported:", "words"),
    ("lights.yaml", "not_reported:", "assessed: {words: [{id: a, word: 甲, shape: ◇, tone: green}], shown: above, source: {document: ours, why: 试}}\nnot_reported:", "“shown”不能是“above”"),
    ("lights.yaml", '"on": completion', '"on": pace', "“pace”看序时进度，水平类（basis: full）和上限、范围指标没有序时进度"),
    ("lights.yaml", '"on": gap\n', '"on": gap\n  cases: [{id: c, word: 甲, shape: ◇, tone: red}]\n', "“甲”没有写条件。允许：completion、gap 至少写一个"),
    ("lights.yaml", '"on": gap\n', '"on": gap\n  cases: [{id: c, word: 甲, shape: ◇, tone: red, gap: {lower: 1, upper: 0}}]\n', "“甲”的 gap 不成范围"),
    ("lights.yaml", '"on": gap\n', '"on": gap\n  cases: [{id: c, word: 甲, shape: ◇, tone: green, completion: {lower: 1}}]\n', "完成率到 1 时已亮“提前完成”（complete），“甲”永远轮不到"),
    ("lights.yaml", '"on": gap\n', '"on": gap\n  cases: [{id: c, word: 甲, shape: ◇, tone: red, completion: {upper: 0.5}}, {id: d, word: 乙, shape: ✦, tone: red, completion: {upper: 0.4}}]\n', "“乙”永远轮不到：“甲”在前，包含了它的条件。允许：条件窄的写在前面"),
    ("lights.yaml", '"on": gap\n', '"on": gap\n  cases: [{id: c, word: 严重滞后, shape: ◇, tone: red, completion: {upper: 0.5}}]\n', "的字（word）相同：严重滞后"),
    ("lights.yaml", '"on": completion\n', '"on": completion\n  cases: [{id: c, word: 甲, shape: ◇, tone: red, gap: {upper: 0}}]\n', "“甲”没有序时进度可比。允许：只写 completion"),
    ("tables/two_lines.yaml", "sheet: 两线合一", "sheet: 低保", "工作表名“低保”重复"),
    ("tables/funds.yaml", "{id: two_lines_county,", "{id: two_lines_town,", "行“two_lines_town”在 funds.yaml 里没有对应的资金来源"),
    ("tables/explanation.yaml", "kind: explanation", "kind: evidence", "kind: evidence 的表只能有一张"),
    ("tables/dibao.yaml", "{id: rural, labels", "{id: urban, labels", "行 id“urban”重复"),
    ("indicators.yaml", "    unit: 名\n", "    unit: 户\n", "“为困难家庭中的失能老人和80周岁以上高龄老人提供居家养老服务”的单位是户，字段“elderly_care.home_care_cumulative_persons”的列“累计居家养老服务人数”以名计。允许：与列的单位一致"),
    ("indicators.yaml", "fields: [elderly_care.daycare_cumulative]", "fields: [funds.two_lines_county.allocated_yuan]", "的列“累计下达”以元计"),
    ("tables/elderly_care.yaml", "unit: 个, type: integer}", "unit: 十亿元, type: integer}", "单位是十亿元，id“daycare_month”应以 _yuan 结尾"),
    ("disclosure.yaml", "threshold: 5", "threshold: -1", "params/2017/disclosure.yaml:8: threshold 不能是 -1。允许：0（不隐去），或 3 以上"),
    ("disclosure.yaml", "threshold: 5", "threshold: 2", "threshold 不能是 2"),
    ("disclosure.yaml", "threshold: 5", "threshold: 4.5", "“threshold”应为整数"),
    ("disclosure.yaml", "[bulletin,", "[buletin,", "没有分析笔记本“buletin”。允许：medical_aid、"),
    ("disclosure.yaml", "[bulletin,", "[bulletin, bulletin,", "页面“bulletin”重复"),
    ("disclosure.yaml", "parts: [dibao.*.joined_persons]", "parts: [dibao.*.joiners]", "没有列“joiners”"),
    ("disclosure.yaml", "parts: [dibao.*.joined_persons]", "parts: [dibao.*.households]", "的单位是户，不是人数"),
    ("disclosure.yaml", "parts: [dibao.*.joined_persons]", "parts: [dibao.urban.joined_persons]", "只有一类"),
    ("disclosure.yaml", "parts: [dibao.*.joined_persons]", "parts: [dibao.*.left_persons]", "分类数“dibao."),
    ("disclosure.yaml", "home_care_disabled_persons, ", "home_care_cumulative_persons, ", "总要显示，不能再作为分类数隐去"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "fragment"), ELSEWHERE)
def test_a_fault_is_reported_where_things_do_not_fit(
    params: Path, change: Change, file: str, old: str, new: str, fragment: str
) -> None:
    change(file, old, new)
    assert any(fragment in str(fault) for fault in plan_faults(params, YEAR)), plan_faults(params, YEAR)


def test_the_bureaus_plan_has_no_fault(params: Path) -> None:
    assert plan_faults(params, YEAR) == []


def test_faults_of_several_files_and_kinds_are_listed_at_once(params: Path, change: Change) -> None:
    change("areas.yaml", "kind: county", "kind: town")
    change("areas.yaml", 'adcode: "510821"', "adcode: 510821")
    change("funds.yaml", "total_wanyuan: 8500", "total_wanyuan: 8501")
    change("calendar.yaml", "year: 2017", "year: 2016")
    change("lights.yaml", "schedule:", "\tschedule:")
    change("tables/dibao.yaml", "type: integer", "type: int")
    found = plan_faults(params, YEAR)
    files = [fault.file.removeprefix(f"params/{YEAR}/") for fault in found]
    assert set(files) == {"areas.yaml", "funds.yaml", "calendar.yaml", "lights.yaml", "tables/dibao.yaml"}
    assert files.count("areas.yaml") == 2
    assert found == sorted(found)
    with pytest.raises(PlanInvalidError) as raised:
        load_plan(params, YEAR)
    assert raised.value.faults == [str(fault) for fault in found]
    assert raised.value.exit_code == ExitCode.PLAN_INVALID


def test_an_item_with_a_fault_is_not_called_unknown_too(params: Path, change: Change) -> None:
    path = change("areas.yaml", 'adcode: "510824"', "adcode: 510824")
    assert [(fault.file, fault.line) for fault in plan_faults(params, YEAR)] == [
        (f"params/{YEAR}/areas.yaml", line_of(path, "adcode: 510824"))
    ]


def test_a_plan_whose_reports_are_due_in_the_following_month(params: Path, change: Change) -> None:
    change("reporting.yaml", "day: 26", "day: 5\n  month: next")
    change("reporting.yaml", "day: 23", "day: 3\n  month: next")
    change("calendar.yaml", "year: 2017\n", "year: 2017\nthrough: 2018-01-31\n")
    change("calendar.yaml", "holidays:\n", "holidays:\n  - 2018-01-01\n")
    plan = load_plan(params, YEAR)
    assert due_date(plan, plan.reporting.counties, Period("2017-12")) == date(2018, 1, 3)
    assert due_date(plan, plan.reporting.sections, Period("2017-06")) == date(2017, 7, 5)
    change("calendar.yaml", "2018-01-01", "2018-02-01")
    (fault,) = plan_faults(params, YEAR)
    assert fault.message == "2018-02-01 不在 2017 年，也不在其后到 2018-01-31 为止"


def test_a_shared_rule_with_a_fault_is_reported_once(params: Path, change: Change) -> None:
    path = change("rubric_county.yaml", "unreported: zero ", "unreported: nothing ")
    (fault,) = plan_faults(params, YEAR)
    assert (fault.line, fault.message) == (line_of(path, "nothing"), "“unreported”不能是“nothing”")


@pytest.mark.parametrize("file", ["plan.yaml", "areas.yaml", "reporting.yaml", "lights.yaml", "calendar.yaml"])
@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (None, "没有这个文件"),
        (b"", "文件是空的"),
        (b"- a\n- b\n", "最外层应为"),
        (b"id: 1\n\tb: 2\n", "制表符"),
        ("id: 广元".encode("gb18030"), "不是 UTF-8"),
        (b"\x00\x01\x02", "控制字符"),
    ],
)
def test_an_unreadable_file_is_a_fault_and_no_traceback(
    params: Path, file: str, content: bytes | None, fragment: str
) -> None:
    path = params / str(YEAR) / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    found = plan_faults(params, YEAR)
    assert any(fault.file == f"params/{YEAR}/{file}" and fragment in fault.message for fault in found), found


@pytest.mark.parametrize(
    "file",
    ["indicators", "parameters", "projects", "rubric_county", "tables/elderly_projects", "tables/dibao", "funds"],
)
def test_what_other_files_say_of_an_unreadable_one_is_no_fault_of_theirs(params: Path, file: str) -> None:
    (params / str(YEAR) / f"{file}.yaml").write_text("id: 1\n\tb: 2\n", encoding="utf-8")
    found = check_plans(Workspace(params.parent, params, Settings()), YEAR).faults
    assert [fault.file for fault in found] == [f"params/{YEAR}/{file}.yaml"], found


def test_an_item_beside_the_full_marks_asks_how_far_it_lifts(params: Path, change: Change) -> None:
    beside = "evidence: 会议通知、会议记录或纪要\n"
    path = change("rubric_county.yaml", beside, f"{beside}        extra: true\n")
    told = [fault for fault in plan_faults(params, YEAR) if "在满分之外加分" in fault.message]
    assert [fault.line for fault in told] == [line_of(path, "total: 100")]
    change("rubric_county.yaml", "total: 100\n", "total: 100\ntotal_cap: null\n")
    assert not [fault for fault in plan_faults(params, YEAR) if "在满分之外加分" in fault.message]


@pytest.mark.parametrize(
    ("unit", "scale", "said"),
    [
        ('"%"', "1", "的单位是%，scale 写 1。允许：100"),
        ("‰", "100", "的单位是‰，scale 写 100。允许：1000"),
        ("万元", "1", "的单位是万元，分子以元计，scale 写 1。允许：scale: 0.0001，或 unit: 元，目标也以元计"),
        ("万元", "0.0001", ""),
        ("元", "1", ""),
    ],
)
def test_a_ratio_is_scaled_to_the_unit_that_it_prints(params: Path, unit: str, scale: str, said: str) -> None:
    text = (params / str(YEAR) / "indicators.yaml").read_text(encoding="utf-8")
    first = text.index("  - id: medical_aid_ratio")
    head, item = text[:first], text[first:]
    item = re.sub(r"unit: .*", f"unit: {unit}", item, count=1)
    item = re.sub(r"scale: .*", f"scale: {scale}", item, count=1)
    (params / str(YEAR) / "indicators.yaml").write_text(head + item, encoding="utf-8")
    told = [str(fault) for fault in plan_faults(params, YEAR) if "scale" in fault.message]
    assert [fault.split("”", 1)[1] for fault in told] == ([said] if said else [])


def test_every_assessed_area_has_a_number_where_there_is_no_common_one(params: Path, change: Change) -> None:
    path = change("rubric_county.yaml", "{kind: counted, target: 12,", "{kind: counted, targets: {cangxi: 12},")
    (fault,) = plan_faults(params, YEAR)
    assert fault.line == line_of(path, "targets: {cangxi: 12}")
    assert "没有写旺苍县、剑阁县、青川县、利州区、昭化区、朝天区、广元经济技术开发区的数量" in fault.message


def test_a_plan_is_told_that_more_than_the_target_brings_no_more_than_full_marks(params: Path, change: Change) -> None:
    change("rubric_county.yaml", "    cap: 1  ", "    cap: 1.2  ")
    told = check_plans(Workspace(params.parent, params, Settings()), YEAR).summaries
    assert any("cap 1.2 大于 1，只有一个指标，得分仍不超过满分" in line for line in told), told


def test_a_key_figure_is_in_the_unit_of_what_it_reads(params: Path, change: Change) -> None:
    change("projects.yaml", "label: 累计救助金额, unit: 元,", "label: 累计救助金额, unit: 万元,")
    (fault,) = plan_faults(params, YEAR)
    assert fault.message.startswith("“累计救助金额”的单位是万元，字段“medical_aid.*.aid_cumulative_yuan”的列")
    assert (fault.message[-3:], fault.allowed) == ("以元计", "元")


def test_a_plan_without_tables_is_a_fault(params: Path) -> None:
    for path in (params / str(YEAR) / "tables").iterdir():
        path.unlink()
    assert any("没有一张上报表" in fault.message for fault in plan_faults(params, YEAR))


def test_a_plan_needs_no_funds_and_no_item_for_every_indicator(params: Path, change: Change) -> None:
    change("rubric_county.yaml", "{indicator: dibao_rural_avg,", "{indicator: dibao_urban_avg,")
    for name in ("funds.yaml", "tables/funds.yaml", "expectations/funds.yaml"):
        (params / str(YEAR) / name).unlink()
    outcome = check_plans(Workspace(params.parent, params, Settings()), YEAR)
    assert [str(fault) for fault in outcome.faults] == []
    assert load_plan(params, YEAR).funds == ()
    assert "（dibao_rural_avg）在 rubric_county.yaml 里没有评分规则，不计入考评" in "".join(outcome.summaries)


def test_a_parameter_of_a_plan_without_parameters_is_a_fault(params: Path) -> None:
    (params / str(YEAR) / "parameters.yaml").unlink()
    told = [str(fault) for fault in plan_faults(params, YEAR)]
    assert any("没有参数“poverty_line”。允许：（没有 parameters.yaml）" in fault for fault in told), told
    assert not any("没有这个文件" in fault for fault in told)


def test_a_sum_of_percentages_is_a_fault_that_names_the_key_to_use(params: Path, change: Change) -> None:
    change("indicators.yaml", "    unit: 张\n", '    unit: "%"\n')
    told = [str(fault) for fault in plan_faults(params, YEAR)]
    (sum_fault,) = [fault for fault in told if "是百分比" in fault]
    assert (
        "9 个地区的数不能相加。允许：有分子、分母的写 kind: ratio；只有填报数的写 kind: stated 和 city（" in sum_fault
    )


STATED = "kind: stated, field: elderly_care.beds_new_cumulative, label: 床位, {}, source: {{document: ours, why: 试}}}}"


@pytest.mark.parametrize(
    ("city", "told"),
    [
        ("city: from_area", "city_area（地区）只用于、且必须用于 city: from_area"),
        ("city: weighted", "city_weight（权重字段）只用于、且必须用于 city: weighted"),
        ("city: from_area, city_area: nowhere", "没有地区“nowhere”"),
        ("city: weighted, city_weight: [elderly_care.nothing]", "没有列“nothing”"),
        ("city: none", "不汇总（city: none），不能有全市目标"),
        ("city: mean", "“city”不能是“mean”。允许：from_area、weighted、none"),
    ],
)
def test_a_stated_figure_says_where_the_citys_comes_from(params: Path, city: str, told: str) -> None:
    path = params / str(YEAR) / "indicators.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index("  - id: beds_new\n")
    measure = text.index("    measure:\n", start)
    end = text.index("    targets:", measure)
    path.write_text(f"{text[:measure]}    measure: {{{STATED.format(city)}\n{text[end:]}", encoding="utf-8")
    faults = [str(fault) for fault in plan_faults(params, YEAR)]
    assert sum(told in fault for fault in faults) == 1, faults


def test_a_plan_without_a_table_for_its_funds_is_a_fault(params: Path) -> None:
    (params / str(YEAR) / "tables" / "funds.yaml").unlink()
    assert [fault.message for fault in plan_faults(params, YEAR)] == ["没有资金表"]


@pytest.mark.parametrize("stray", ["indicator.yaml", "tables/dibao.yml", "draft/areas.yaml", "expectations/notes.txt"])
def test_a_file_that_nobody_reads_is_a_fault(params: Path, stray: str) -> None:
    path = params / str(YEAR) / stray
    path.parent.mkdir(exist_ok=True)
    path.write_text("a: 1\n")
    assert any("不认识的文件" in fault.message for fault in plan_faults(params, YEAR))


def test_a_year_without_plan_names_those_there_are(params: Path) -> None:
    assert plan_faults(params, 2018) == [PlanFault("params/2018", 1, "没有 2018 年的方案", "2017")]
    with pytest.raises(PlanInvalidError, match="没有 2018 年的方案。允许：2017"):
        load_plan(params, 2018)


def test_a_folder_of_another_year_is_refused(params: Path) -> None:
    (params / "2017").rename(params / "2018")
    files = {(fault.file, fault.line) for fault in plan_faults(params, 2018)}
    assert {("params/2018/plan.yaml", 10), ("params/2018/calendar.yaml", 5)} <= files


def test_two_answers_to_equal_totals_are_a_fault(params: Path, change: Change) -> None:
    change("rubric_county.yaml", "  breaks_ties: false", "  breaks_ties: true")
    ours = "{document: ours, why: 试}"
    change("rubric_county.yaml", "ties: competition", f"tie_break: {{by: [bonus], source: {ours}}}\nties: competition")
    (fault,) = plan_faults(params, YEAR)
    assert fault.message.startswith("同分时怎样排，bonus.breaks_ties 和 tie_break 各写了一样")
