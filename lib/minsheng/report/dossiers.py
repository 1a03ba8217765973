"""The dossier that a notebook shows, of the figures that it seals: the page then says nothing that is not sealed."""

from collections.abc import Iterator
from typing import assert_never

from minsheng.domain.indicator import MilestoneMeasure
from minsheng.domain.plan import Plan
from minsheng.domain.projects import Project
from minsheng.domain.result import (
    BulletinFigures,
    Dossier,
    DossierHeading,
    Figures,
    MonthlyReportFigures,
    ProjectFigures,
    Provenance,
    RankingFigures,
    ResultTableFigures,
    ScoringFigures,
    SectionScoringFigures,
)
from minsheng.domain.table import TableKind

_NAMES = {
    "scoring": "考评得分表",
    "result_table": "考评结果表",
    "section_scoring": "科室管理倒扣分表",
    "monthly_report": "工作情况月报",
    "bulletin": "月通报",
}


def dossier_of(plan: Plan, notebook: str, figures: Figures, provenance: Provenance) -> Dossier:
    """Return what a notebook shows, under its heading."""
    return Dossier(
        notebook=notebook,
        heading=_heading(plan, notebook, figures),
        figures=figures,
        provenance=provenance,
        sources=provenance.inputs,
        parts=plan.reporting.parts,
    )


def _heading(plan: Plan, notebook: str, figures: Figures) -> DossierHeading:
    about = plan.about
    match figures:
        case ProjectFigures():
            title, subject = plan.project(figures.project).name, figures.area_name
        case ScoringFigures():
            title, subject = f"{plan.programme}{_NAMES[notebook]}", figures.area_name
        case RankingFigures():
            title, subject = f"{plan.programme}考评排名", figures.whole
        case ResultTableFigures() | BulletinFigures():
            title, subject = f"{plan.programme}{_NAMES[notebook]}", figures.whole
        case SectionScoringFigures():
            title, subject = _NAMES[notebook], figures.section_name
        case MonthlyReportFigures():
            title, subject = f"{plan.programme}{_NAMES[notebook]}", figures.section_name
        case _:
            assert_never(figures)
    provisional = getattr(figures, "provisional", False)
    remarks = ["方案印发前补录"] * figures.before_notice + ["暂定得分"] * bool(provisional)
    as_of = figures.as_of
    return DossierHeading(
        issuer=about.issuer,
        title=title,
        subject=subject,
        period_label=figures.period.label,
        as_of_label=f"{as_of.year}年{as_of.month}月{as_of.day}日" if as_of else "无数据",
        plan_title=about.title,
        programme=plan.programme,
        responsible={project.id: plan.responsible(project) for project in plan.projects},
        group=about.leading_group.said if about.leading_group else "",
        is_ranked=plan.county_rubric.is_there,
        left_out={project.id: tuple(_left_out(plan, project)) for project in plan.projects},
        data_label=figures.data_label,
        remark="；".join(remarks),
    )


def _left_out(plan: Plan, project: Project) -> Iterator[str]:
    """Yield what the plan does not have for a project."""
    milestones = any(isinstance(each.measure, MilestoneMeasure) for each in plan.indicators_of(project.id))
    there = {
        "funds": plan.funds_of(project.id) is not None,
        "duties": bool(project.duties) or milestones,
        "key_figures": bool(project.key_figures),
        "narrative": plan.asks_for_words,
        "evidence": any(table.kind == TableKind.EVIDENCE for table in plan.tables),
    }
    yield from (what for what, has in there.items() if not has)
