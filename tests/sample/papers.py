"""印证资料: the documents that an area lists with a month's figures."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from tests.sample.calibration import magnitude
from tests.sample.dibao import by_household
from tests.sample.elderly import Building
from tests.sample.setting import Cut, Figures, Setting

from minsheng.domain.area import Area

Paper = Mapping[str, Decimal | int | date | str]

_PLANS = {
    "medical_aid": "城乡困难群众医疗救助实施方案",
    "dibao": "城乡低保按户施保工作方案",
    "elderly_care": "社会养老服务体系建设任务分解方案",
    "disability_allowance": "困难残疾人生活补贴提标工作方案",
    "two_lines": "低保线和贫困线“两线合一”工作方案",
}

_MONTHLY = {
    "medical_aid": "医疗救助资金发放汇总表",
    "dibao": "城乡低保金发放汇总表",
    "elderly_care": "养老服务设施项目进度台账",
    "disability_allowance": "困难残疾人生活补贴发放汇总表",
    "two_lines": "按户差额发放情况统计表",
}

_DAYS_AFTER_NOTICE = 3


def papers(setting: Setting, area: Area, cut: Cut, figures: Figures, built: tuple[Building, ...]) -> list[Paper]:
    """Return the evidence list of a return: standing documents that exist by then, and the month's own."""
    found: list[Paper] = []
    for project in setting.plan.projects:
        if project.id in area.projects:
            for paper in _of_project(setting, area, cut, project.id, figures, built):
                dated = paper.get("dated")
                if not isinstance(dated, date) or dated <= cut.as_of:
                    found.append({"project": project.name, **paper})
    return found


def _of_project(
    setting: Setting, area: Area, cut: Cut, project: str, figures: Figures, built: tuple[Building, ...]
) -> Iterator[Paper]:
    draw, sign = setting.draw, magnitude(area.id).sign
    about = setting.plan.about

    def number(low: int) -> str:
        # Ranges of three do not meet, so no two documents share a number.
        return f"{sign}民发〔{about.year}〕{low + draw.integer(0, 2, 'number', area.id, low)}号"

    after = _DAYS_AFTER_NOTICE + draw.integer(0, 3, "plan-day", area.id, project)
    yield {
        "name": _PLANS[project],
        "number": number(15 + 3 * list(_PLANS).index(project)),
        "dated": setting.workday(about.issued_on + timedelta(days=after)),
        "pages": draw.integer(6, 14, "pages", area.id, project),
    }
    if project == "two_lines":
        _, dated = by_household(setting, area, cut)
        if dated:
            name = "关于低保金以户为单位按差额发放的通知"
            yield {"name": name, "number": number(32), "dated": dated, "pages": 5}
        standard = figures.get("two_lines.rural.standard_document_date")
        if standard:
            yield {
                "name": "关于调整城乡低保标准的通知",
                "number": figures["two_lines.rural.standard_document"],
                "dated": standard,
                "pages": 3,
            }
    if project == "elderly_care":
        done = [b for b in built if b.finished == cut.step and b.finished_on]
        if done:
            last = max(b.finished_on for b in done if b.finished_on)
            name = f"{done[0].name}等{len(done)}个项目竣工资料" if len(done) > 1 else f"{done[0].name}竣工资料"
            yield {"name": name, "dated": last, "pages": 12 * len(done)}
    yield {
        "name": f"{_MONTHLY[project]}（{cut.month}月）",
        "dated": cut.as_of,
        "pages": draw.integer(2, 30, "pages", area.id, project, cut.step),
    }
