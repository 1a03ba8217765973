"""Everything that is named exists: documents, areas, sections, projects, and who is responsible."""

from collections.abc import Iterator
from typing import Any

from minsheng.domain.area import Area, Section
from minsheng.domain.indicator import Indicator
from minsheng.domain.plan import About, Project
from minsheng.plan.files import PlanFiles
from minsheng.plan.strict_yaml import YamlPath


def check(files: PlanFiles) -> None:
    """Note names of things that do not exist."""
    _documents(files)
    projects, sections = files.ids("projects"), files.ids("sections")
    for path, area in files.sound("areas", Area):
        for n, duty in enumerate(area.projects):
            demand_known(files, ("areas", (*path, "projects", n)), "项目", duty, projects)
        _something_to_do(files, path, area)
    for path, project in files.sound("projects", Project):
        _owners(files, path, project, sections)
    for path, indicator in files.sound("indicators", Indicator):
        demand_known(files, ("indicators", (*path, "project")), "项目", indicator.project, projects)
    for path, section in files.sound("sections", Section):
        for key, role in (("owner", "责任人"), ("leader", "责任领导")):
            if section.assessed and not getattr(section, key):
                files.fault("sections", (*path, key), f"科室“{section.name}”缺少{role}（{key}）", "考评的科室须写明")
    responsible = {each for _, project in files.sound("projects", Project) for each in project.sections}
    for path, section in files.sound("sections", Section):
        if section.id in responsible and not section.assessed:
            files.fault("sections", (*path, "assessed"), f"科室“{section.name}”承担项目，应为考评对象", "true")


def _owners(files: PlanFiles, path: YamlPath, project: Project, sections: list[str]) -> None:
    demand_known(files, ("projects", (*path, "section")), "科室", project.section, sections)
    for n, section in enumerate(project.with_sections):
        place = (*path, "with_sections", n)
        demand_known(files, ("projects", place), "科室", section, sections)
        if section in project.sections[: n + 1]:
            message = f"“{project.name}”的责任科室“{section}”重复"
            files.fault("projects", place, message, "牵头科室写在 section，其余各写一次")


def demand_known(files: PlanFiles, place: tuple[str, YamlPath], what: str, word: str, known: list[str]) -> None:
    """Note a word that is none of ``known``; where nothing is known, the file that defines it has its own faults."""
    if known and word not in known:
        files.fault(*place, f"没有{what}“{word}”", "、".join(known))


def _something_to_do(files: PlanFiles, path: YamlPath, area: Area) -> None:
    """Note a project of an area for which none of the project's indicators gives it a target."""
    indicators = [indicator for _, indicator in files.sound("indicators", Indicator)]
    if len(indicators) != len(files.entries("indicators")):
        return  # the missing target may stand in one that has faults of its own
    for n, project in enumerate(area.projects):
        of_project = [indicator for indicator in indicators if indicator.project == project]
        if of_project and not any(area.id in indicator.targets for indicator in of_project):
            message = f"{area.name}承担项目“{project}”，但该项目的指标都没有给它目标"
            files.fault("areas", (*path, "projects", n), message, "在 indicators.yaml 写上目标，或去掉该项目")


def _documents(files: PlanFiles) -> None:
    about = files.whole("plan", About)
    if about is None:
        return
    known = ["ours", *(document.id for document in about.documents)]
    for name, located in files.located.items():
        for path, source in _sources(located.value, ()):
            document = source.get("document")
            # A shared source is seen once per item that took it; the fault stands on one line all the same.
            if isinstance(document, str) and document not in known:
                files.fault(name, (*path, "document"), f"没有文件“{document}”", "、".join(known))


def _sources(value: Any, path: YamlPath) -> Iterator[tuple[YamlPath, dict[str, Any]]]:
    if isinstance(value, dict):
        for key, each in value.items():
            inner = (*path, key)
            if isinstance(each, dict) and (key == "source" or path[-1:] == ("defaults",)):
                yield inner, each
            else:
                yield from _sources(each, inner)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _sources(each, (*path, index))
