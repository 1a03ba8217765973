"""Whether a monthly report holds all of its parts: an empty one must not be sent."""

from collections.abc import Sequence

from minsheng.domain.result import MonthlyReportFigures, ProjectSummary


def is_empty_part(figures: MonthlyReportFigures, project: ProjectSummary, part_id: str) -> bool:
    """Whether nobody and nothing fills a part (五个方面) of a project.

    Figures fill 进展情况 (``progress``) and 资金拨付 (``funds``) wherever an area reported one; the other parts live on
    what the section or an area wrote.

    Notes
    -----
    Source: 三（二）2⑵, 必须按进展情况、资金拨付、采取措施、存在的问题和下步打算五个方面内容.
    """
    texts = [figures.section_narratives.get(project.project, {}), *project.narratives.values()]
    if any(written.get(part_id, "").strip() for written in texts):
        return False
    match part_id:
        case "progress":
            return all(m.actual is None and m.level is None for m in project.measurements)
        case "funds":
            return all(use.allocated is None and use.received is None for use in project.funds)
        case _:
            return True


def empty_parts(figures: MonthlyReportFigures, part_ids: Sequence[str]) -> list[tuple[ProjectSummary, str]]:
    """Return the project and part id of every empty part, in the order of the report."""
    return [
        (project, part_id)
        for project in figures.projects
        for part_id in part_ids
        if is_empty_part(figures, project, part_id)
    ]
