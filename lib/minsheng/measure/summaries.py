"""What a monthly report and a bulletin are made of, and whether a report holds all of its parts."""

from collections.abc import Mapping, Sequence
from datetime import date

from minsheng.domain.figure import ReturnNote, Urgent
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.projects import Project
from minsheng.domain.reporting import ReportPart
from minsheng.domain.result import BulletinFigures, MonthlyReportFigures, ProjectFigures, ProjectSummary, RankingFigures
from minsheng.errors import UsageError
from minsheng.measure.money import by_level, total_of_sources
from minsheng.measure.wording import collected, ours, united


def project_summary(plan: Plan, city: ProjectFigures) -> ProjectSummary:
    """Return a project's city row and its areas, without what only the project's own page shows."""
    return ProjectSummary(
        project=city.project,
        name=plan.project(city.project).name,
        measurements=city.measurements,
        funds=city.funds,
        areas=city.areas,
        narratives=city.narratives,
        outlooks=city.outlooks,
        compared=tuple(each.model_copy(update={"formula": "", "cells": ()}) for each in city.compared),
        owners=_owners(plan, plan.project(city.project)),
    )


def _owners(plan: Plan, project: Project) -> tuple[str, ...]:
    """Return the sections and persons that own a project; none where that is the one section in charge alone."""
    if not project.with_sections and not project.owners:
        return ()
    names = [plan.section(section).name for section in project.sections]
    return (f"{names[0]}（牵头）" if names[1:] else names[0], *names[1:], *project.owners)


def monthly_report_figures(
    plan: Plan,
    section_id: str,
    period: Period,
    cities: Sequence[ProjectFigures],
    section_narratives: Mapping[str, Mapping[str, str]],
    notes: Sequence[ReturnNote],
    due: date,
) -> MonthlyReportFigures:
    """Put a section's monthly report together; a body without projects of its own (办公室) reports on all.

    Parameters
    ----------
    cities
        City figures of the month, at least of the projects that the section reports on.
    section_narratives
        Project id → part id → text; a project or part that nobody wrote is absent or empty, never made up.

    Raises
    ------
    UsageError
        If the city figures of one of its projects are missing or of another month.
    """
    section = plan.section(section_id)
    there = {project.id for project in plan.projects_at(period)}
    own = [project.id for project in plan.projects_of(section.id)]
    wanted = [project for project in own or [project.id for project in plan.projects] if project in there]
    chosen = _in_order(period, wanted, cities)
    return MonthlyReportFigures(
        **_common(plan, period, chosen),
        section=section.id,
        section_name=section.name,
        addressee=section.addressee,
        leader=section.leader,
        projects=tuple(project_summary(plan, city) for city in chosen),
        section_narratives={
            project: dict(section_narratives[project]) for project in wanted if project in section_narratives
        },
        returns=tuple(notes),
        due=due,
    )


def bulletin_figures(
    plan: Plan,
    period: Period,
    cities: Sequence[ProjectFigures],
    ranking: RankingFigures | None,
    previous: Sequence[ProjectFigures] | None,
    notes: Sequence[ReturnNote],
    urgent: Sequence[Urgent],
) -> BulletinFigures:
    """Put the bulletin together.

    Parameters
    ----------
    cities
        City figures of all projects for the period.
    ranking
        ``None`` where the plan ranks nobody.
    previous
        Those of the month before, for what changed since; ``None`` in January.
    urgent
        重点督办, see :func:`~minsheng.measure.ahead.urgent.urgent_items`.

    Raises
    ------
    UsageError
        If a project's figures are missing, or figures or ranking are of another period.
    """
    chosen = _in_order(period, [project.id for project in plan.projects_at(period)], cities)
    if ranking is not None and ranking.period != period:
        raise UsageError(f"{period.label}的简报拿到的是{ranking.period.label}的排名：两者须是同一报告期")
    common = _common(plan, period, chosen)
    funds = [city.funds for city in chosen]
    before = {
        f"{area}/{row.indicator}": row
        for city in previous or ()
        for area, rows in ((city.area, city.measurements), *((each.area, each.measurements) for each in city.areas))
        for row in rows
    }
    ranked = ranking.assumptions if ranking else ()
    watched = collected(ours("reporting.watch_days", plan.reporting.defaults.get("watch_days")))
    return BulletinFigures(
        **{**common, "assumptions": united(ranked, *(city.assumptions for city in chosen), watched)},
        returns=tuple(notes),
        projects=tuple(project_summary(plan, city) for city in chosen),
        ranking=ranking.rows if ranking else (),
        provisional=ranking is not None and ranking.provisional,
        funds_total=total_of_sources(plan, funds) if plan.reporting.funds_total else None,
        funds_by_level=by_level(plan, funds) if plan.reporting.funds_total else (),
        fund_gap=max((gap for city in chosen if (gap := city.fund_gap)), key=lambda gap: gap.amount, default=None),
        urgent=tuple(urgent),
        previous_lights={key: row.light.word for key, row in before.items()},
        previous_tones={key: row.light.tone for key, row in before.items()},
    )


def _in_order(period: Period, wanted: Sequence[str], cities: Sequence[ProjectFigures]) -> list[ProjectFigures]:
    by_project = {city.project: city for city in cities if city.period == period}
    missing = [project for project in wanted if project not in by_project]
    if missing:
        raise UsageError(f"缺少{period.label}这些项目的合计数据：{'、'.join(missing)}")
    return [by_project[project] for project in wanted]


def _common(plan: Plan, period: Period, cities: Sequence[ProjectFigures]) -> dict[str, object]:
    dates = [city.as_of for city in cities if city.as_of is not None]
    labels = [city.data_label for city in cities]
    return {
        "plan": plan.about.id,
        "whole": plan.whole,
        "period": period,
        "as_of": min(dates) if dates else None,
        "data_label": "；".join(dict.fromkeys(label for label in labels if label)),
        "schedule_at": plan.schedule.at,
        "before_notice": period.closing_month < plan.reporting.first_month,
        "assumptions": united(*(city.assumptions for city in cities)),
    }


def is_empty_part(figures: MonthlyReportFigures, project: ProjectSummary, part: ReportPart) -> bool:
    """Whether nobody and nothing fills a part (五个方面) of a project.

    Figures fill the parts with a role (``progress`` 进展情况, ``funds`` 资金拨付) wherever an area reported one; the
    others need the section's own words. What areas wrote is an annex and fills nothing.

    Notes
    -----
    Source: 三（二）2⑵, 必须按进展情况、资金拨付、采取措施、存在的问题和下步打算五个方面内容.
    """
    if figures.section_narratives.get(project.project, {}).get(part.id, "").strip():
        return False
    match part.role:
        case "progress":
            return all(m.actual is None and m.level is None for m in project.measurements)
        case "funds":
            return all(use.allocated is None and use.received is None for use in project.funds)
        case _:
            return True


def empty_parts(figures: MonthlyReportFigures, parts: Sequence[ReportPart]) -> list[tuple[ProjectSummary, ReportPart]]:
    """Return the project and part of every empty part, in the order of the report."""
    return [(project, part) for project in figures.projects for part in parts if is_empty_part(figures, project, part)]
