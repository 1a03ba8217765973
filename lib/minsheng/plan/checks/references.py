"""Everything that is named exists: documents, areas, sections, projects, and who is responsible."""

from collections.abc import Iterator
from typing import Any

from minsheng.domain.area import CITY, Area, Section
from minsheng.domain.indicator import Indicator, MilestoneMeasure
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
        demand_known(files, ("projects", (*path, "section")), "科室", project.section, sections)
    for path, indicator in files.sound("indicators", Indicator):
        demand_known(files, ("indicators", (*path, "project")), "项目", indicator.project, projects)
        _targets(files, path, indicator)
    for path, section in files.sound("sections", Section):
        for key, role in (("owner", "责任人"), ("leader", "责任领导")):
            if section.assessed and not getattr(section, key):
                files.fault("sections", (*path, key), f"科室“{section.name}”缺少{role}（{key}）", "考评的科室须写明")
    responsible = {project.section for _, project in files.sound("projects", Project)}
    for path, section in files.sound("sections", Section):
        if section.id in responsible and not section.assessed:
            files.fault("sections", (*path, "assessed"), f"科室“{section.name}”承担项目，应为考评对象", "true")


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


def _targets(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    areas = {area.id: area for _, area in files.sound("areas", Area)}
    known = [CITY, *files.ids("areas")]
    milestone = isinstance(indicator.measure, MilestoneMeasure)
    if CITY not in indicator.targets:
        files.fault("indicators", (*path, "targets"), f"“{indicator.name}”缺少全市目标（{CITY}）")
    for area_id, target in indicator.targets.items():
        place = (*path, "targets", area_id)
        demand_known(files, ("indicators", place), "地区", area_id, known)
        area = areas.get(area_id)
        if area is not None and indicator.project not in area.projects:
            message = f"{area.name}有“{indicator.name}”的目标，但在 areas.yaml 里没有项目“{indicator.project}”"
            files.fault("indicators", place, message, "没有任务的地区不写目标，或给该地区加上项目")
        if milestone != (target.text is not None):
            allowed = "完成" if milestone else "数字；没有任务的地区不写"
            files.fault("indicators", place, f"“{indicator.name}”的目标写法与 measure 不符", allowed)


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
