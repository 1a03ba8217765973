"""The sample's half-year assessment: filled forms, small evidence files, and the register of handed-over reports.

Marks are written down, not computed: the sample must not share a mistake with what it is used to test.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from tests.sample.returns import DATA_LABEL, SampleYear
from tests.sample.setting import Cut

from minsheng.domain.area import Area, Section
from minsheng.domain.assessment import AssessmentForm, Decision, Event, Mark, PositiveRow, SectionForm, SectionMark
from minsheng.domain.delivery import Delivery
from minsheng.domain.item_rules import CountedRule, QualitativeRule
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import SectionCheck
from minsheng.files.chained import TRACE_COLUMNS, chained
from minsheng.files.hashing import sha256
from minsheng.files.registers import csv_bytes
from minsheng.intake.forms.form_workbook import write_area_form, write_section_form
from minsheng.intake.forms.layout import Proposal, manual_section_rules, own_projects
from minsheng.intake.returns.return_template import write_workbook
from minsheng.plan.calendar import due_date
from minsheng.signing.deliveries import DELIVERED, DELIVERY_COLUMNS, NOTE_COLUMNS, OFFICE, PROVINCE

LATE_SECTION = {"social_relief": (4,)}

"""Section → months whose report reaches the office the day after it is due."""

DIFFERING = {"welfare_charity": (6,)}

"""Section → months whose version for the province was changed after the office had it."""

UNSIGNED_TAKEN = {"welfare_charity": (5,)}

"""Section → months whose missing signature is confirmed as a fault."""

_HALF = "H1"

_NOON = time(12)

_STRONG = ("lizhou", "qingchuan")

_WEAK = ("zhaohua",)

_ARTICLES: dict[str, tuple[int, int]] = {
    "cangxi": (8, 2),
    "wangcang": (6, 2),
    "jiange": (7, 1),
    "qingchuan": (9, 3),
    "lizhou": (11, 4),
}

"""Area → articles published, and articles taken by media of the city or above."""

_REASONS = {
    "org.1": "已成立领导小组并印发文件，明确主要领导负总责",
    "org.2": "上半年召开专题会，会议记录齐全",
    "org.3": "办事机构和专人明确，联络顺畅",
    "mgmt.1": "实施方案于5月印发，任务分解到乡镇",
    "mgmt.2": "资金管理办法和落实方案齐备",
    "mgmt.3": "资金按季拨付，凭证齐全",
    "mgmt.4": "每季督查一次，问题清单已销号",
    "mgmt.5": "按月报送，数据经核对",
    "mgmt.6": "参加了市局年中差异化评价，意见具体",
    "open.1": "公示照片和文本齐全",
    "open.2": "兑付公示齐全，台帐清楚",
}

_PARTLY = {
    "org.2": "专题会只有一次，记录不全",
    "mgmt.2": "资金落实方案尚未印发",
    "mgmt.3": "有一批资金拨付迟于要求",
    "mgmt.4": "督查有记录，整改资料不全",
    "open.1": "个别乡镇公示不及时",
    "open.2": "台帐有缺页，正在补",
}


def assessment_files(year: SampleYear, deliveries: list[Delivery]) -> dict[str, bytes]:
    """Return every file of the sample's assessment, by path relative to ``data/``.

    Parameters
    ----------
    deliveries
        The sections' returns among them are what the reports that were handed over say.
    """
    plan = year.setting.plan
    period = Period(f"{plan.about.year}-{_HALF}")
    files: dict[str, bytes] = {}
    for area in plan.assessed_areas:
        form, evidence = _area_form(year, area, period)
        files |= {f"evidence/{period}/{area.id}/{path}": content for path, content in evidence.items()}
        files[f"assessment/{period}/{area.id}.xlsx"] = write_area_form(plan, area.id, period, form)
    for section in (each for each in plan.sections if each.assessed):
        proposals = _proposals(plan, section, period)
        form_of_section, evidence = _section_form(plan, section, period, proposals)
        files |= {f"evidence/{period}/{section.id}/{path}": content for path, content in evidence.items()}
        content = write_section_form(plan, section.id, period, proposals, form_of_section)
        files[f"assessment/{period}/{section.id}.xlsx"] = content
    return files | _handed_over(year, deliveries)


def _area_form(year: SampleYear, area: Area, period: Period) -> tuple[AssessmentForm, dict[str, bytes]]:
    plan, draw = year.setting.plan, year.setting.draw
    marks: dict[str, Mark] = {}
    evidence: dict[str, bytes] = {}
    counted = 0
    for item in plan.county_rubric.items:
        match item.rule:
            case CountedRule():
                counts = _ARTICLES.get(area.id, (5, 1))
                mark = Mark(count=counts[min(counted, 1)], reason="按刊播目录核对")
                counted += 1
            case QualitativeRule() as rule:
                words = list(rule.levels)
                chance = draw.share("assessment", area.id, item.id)
                limit = Decimal("0.05") if area.id in _STRONG else Decimal("0.6" if area.id in _WEAK else "0.25")
                partly = item.id in _PARTLY and chance < limit
                reason = _PARTLY[item.id] if partly else _REASONS.get(item.id, "资料齐全")
                mark = Mark(level=words[1 if partly else 0], reason=reason)
            case _:
                continue
        name = f"{item.name}.txt"
        text = f"{DATA_LABEL}\n{area.name} {period.label} {item.name}\n印证资料：{item.evidence}\n"
        evidence[f"{item.id}/{name}"] = text.encode()
        marks[item.id] = mark.model_copy(update={"evidence": (name,)})
    events: tuple[Event, ...] = ()
    if area.id in _WEAK:
        kind = plan.county_rubric.deductions[0]
        events = (
            Event(
                kind=kind.id,
                on=date(period.year, period.last_month, 9),
                subject="养老服务项目进度滞后",
                documents=(f"广民通报〔{period.year}〕示例1号",),
                reason="市级督查通报",
            ),
        )
    form = AssessmentForm(
        area=area.id,
        period=period,
        assessor="社会救助科、社会福利和慈善事业科考评组",
        assessed_on=period.end + timedelta(days=10),
        data_label=DATA_LABEL,
        marks=marks,
        events=events,
    )
    return form, evidence


def _reported(plan: Plan, period: Period) -> list[Period]:
    return [month for month in period.months if month >= plan.reporting.first_month]


def _proposals(plan: Plan, section: Section, period: Period) -> list[Proposal]:
    """Return what the sample's accidents must lead to, as the office's form lists it."""
    rules = {rule.check: rule.id for group in plan.section_rubric.groups for rule in group.rules}
    accidents = (
        (SectionCheck.LATE_REPORT, LATE_SECTION.get(section.id, ()), "月报迟报 1 天"),
        (SectionCheck.VERSIONS_DIFFER, DIFFERING.get(section.id, ()), "报办公室和报省厅的内容不一致"),
        (SectionCheck.UNSIGNED, tuple(month.last_month for month in _reported(plan, period)), "月报未经分管领导签字"),
    )
    return [
        Proposal(rule=rules[check], event=month.text, told=f"{month.label}{told}")
        for check, months, told in accidents
        for month in _reported(plan, period)
        if month.last_month in months
    ]


def _section_form(
    plan: Plan, section: Section, period: Period, proposals: list[Proposal]
) -> tuple[SectionForm, dict[str, bytes]]:
    unsigned = {
        rule.id for group in plan.section_rubric.groups for rule in group.rules if rule.check == SectionCheck.UNSIGNED
    }
    taken_months = {f"{period.year}-{month:02d}" for month in UNSIGNED_TAKEN.get(section.id, ())}
    decisions = []
    for each in proposals:
        taken = each.rule not in unsigned or each.event in taken_months
        reason = "情况属实" if taken else "纸质月报已由分管领导签字，电子签章尚未启用，予以免除"
        decisions.append(Decision(rule=each.rule, event=each.event, taken=taken, reason=reason))
    marks: dict[str, SectionMark] = {}
    evidence: dict[str, bytes] = {}
    for rule in manual_section_rules(plan):
        match rule.check:
            case SectionCheck.TOO_FEW:
                name = "督查记录.txt"
                evidence[f"{rule.id}/{name}"] = f"{DATA_LABEL}\n{section.name} {period.label}督查 3 次\n".encode()
                marks[rule.id] = SectionMark(times=3, reason="上半年督查 3 次", evidence=(name,))
            case SectionCheck.TOO_FEW_PER_PROJECT:
                done = {project: 2 - number % 2 for number, project in enumerate(own_projects(plan, section.id))}
                marks[rule.id] = SectionMark(by_project=done, reason="按刊播目录核对")
            case SectionCheck.DOUBLED_LOSS:
                marks[rule.id] = SectionMark(losses=(), reason="年底考核尚未进行")
            case _:
                marks[rule.id] = SectionMark(times=0)
    goals = [
        PositiveRow(name=name, full_marks=Decimal(10), points=Decimal(9), basis="按上半年目标完成情况，示例分值")
        for name in own_projects(plan, section.id).values()
    ]
    form = SectionForm(
        section=section.id,
        period=period,
        assessor="局绩效办公室",
        assessed_on=period.end + timedelta(days=12),
        data_label=DATA_LABEL,
        marks=marks,
        decisions=tuple(decisions),
        positive=tuple(goals),
    )
    return form, evidence


def _handed_over(year: SampleYear, deliveries: list[Delivery]) -> dict[str, bytes]:
    """Return the register of handed-over reports, and the versions that differ from what the office has."""
    plan = year.setting.plan
    files: dict[str, bytes] = {}
    lines = []
    for cut in year.setting.cuts:
        if cut.back_filled or cut.closing:
            continue
        for section in (each for each in plan.sections if each.assessed):
            own = next(d for d in deliveries if d.period == cut.period and d.id == section.id and d.revision == 1)
            due = due_date(plan, plan.reporting.sections, cut.period)
            late = cut.month in LATE_SECTION.get(section.id, ())
            at = datetime.combine(year.setting.workday(due + timedelta(days=1)) if late else due, _NOON)
            province, digest = own.file, own.sha256
            if cut.month in DIFFERING.get(section.id, ()):
                content = _changed(year, section, cut)
                province, digest = f"deliveries/{cut.period}/{section.id}-{PROVINCE}.xlsx", sha256(content)
                files[province] = content
            lines.append((cut.period, section.id, OFFICE, at, own.file, own.sha256))
            lines.append((cut.period, section.id, PROVINCE, at + timedelta(hours=2), province, digest))
    cells = ((period, who, to, at.isoformat(), file, digest, "", "", "") for period, who, to, at, file, digest in lines)
    columns = (*DELIVERY_COLUMNS, *NOTE_COLUMNS, *TRACE_COLUMNS)
    return {**files, "deliveries.csv": csv_bytes(columns, chained(cells, event=DELIVERED))}


def _changed(year: SampleYear, section: Section, cut: Cut) -> bytes:
    """Return the version for the province: one part of the first project was reworded."""
    plan = year.setting.plan
    due = due_date(plan, plan.reporting.sections, cut.period)
    filling = year.section_return(section, cut, due, first_version=True)
    project = next(iter(filling.narratives))
    parts = dict(filling.narratives[project])
    parts["problems"] = "各县区进展总体均衡，没有突出问题。"
    changed = type(filling)(
        cover=filling.cover,
        narratives={**filling.narratives, project: parts},
    )
    return write_workbook(plan, section, cut.period, changed)
