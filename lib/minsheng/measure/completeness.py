"""Whether a monthly report holds all of its parts: an empty one must not be sent."""

from collections.abc import Sequence

from minsheng.domain.plan import Part
from minsheng.domain.result import MonthlyReportFigures, ProjectSummary


def is_empty_part(figures: MonthlyReportFigures, project: ProjectSummary, part: Part) -> bool:
    """Whether nobody and nothing fills a part (五个方面) of a project.

    Figures fill the parts with a role (``progress`` 进展情况, ``funds`` 资金拨付) wherever an area reported one; the
    others live on what the section or an area wrote.

    Notes
    -----
    Source: 三（二）2⑵, 必须按进展情况、资金拨付、采取措施、存在的问题和下步打算五个方面内容.
    """
    texts = [figures.section_narratives.get(project.project, {}), *project.narratives.values()]
    if any(written.get(part.id, "").strip() for written in texts):
        return False
    match part.role:
        case "progress":
            return all(m.actual is None and m.level is None for m in project.measurements)
        case "funds":
            return all(use.allocated is None and use.received is None for use in project.funds)
        case _:
            return True


def empty_parts(figures: MonthlyReportFigures, parts: Sequence[Part]) -> list[tuple[ProjectSummary, Part]]:
    """Return the project and part of every empty part, in the order of the report."""
    return [(project, part) for project in figures.projects for part in parts if is_empty_part(figures, project, part)]
