"""Ids, names and aliases each mean one thing, and everything that is named exists."""

from collections.abc import Iterable, Iterator
from typing import Any

from minsheng.domain.about import About
from minsheng.domain.area import CITY, WHOLE, Area, Section
from minsheng.domain.indicator import Condition, Indicator, MilestoneMeasure
from minsheng.domain.projects import NOTEBOOKS, Project
from minsheng.domain.reporting import ASSESSED, EVERY, OwnNotebook
from minsheng.plan.plan_files import LISTS, PlanFiles
from minsheng.plan.shorthand import PROGRAMME
from minsheng.plan.strict_yaml import YamlPath

YamlPlace = tuple[str, YamlPath]


def check(files: PlanFiles) -> None:
    """Note ids, names and aliases that occur twice."""
    for name in LISTS:
        key = "project" if name == "funds" else "id"
        places: list[tuple[Any, YamlPlace]] = [(e.raw.get(key), (name, (*e.path, key))) for e in files.entries(name)]
        demand_unique(files, (each for each in places if isinstance(each[0], str)), key)
    demand_unique(files, _bodies(files), "名称")
    demand_unique(files, _projects(files), "名称")
    demand_unique(files, ((each.id, place) for place, each in conditions(files)), "条件 id")
    for path, project in files.sound("projects", Project):
        places = [
            (each.id, ("projects", (*path, "key_figures", n, "id"))) for n, each in enumerate(project.key_figures)
        ]
        demand_unique(files, places, "id")
    about = files.whole("plan", About)
    if about is not None:
        demand_unique(
            files, ((each.id, ("plan", ("documents", n, "id"))) for n, each in enumerate(about.documents)), "id"
        )
    _columns(files)


def demand_unique(files: PlanFiles, words: Iterable[tuple[str, YamlPlace]], what: str) -> None:
    """Note every word that occurs a second time."""
    seen: dict[str, YamlPlace] = {}
    for word, place in words:
        name, path = place
        if word in seen:
            first, before = seen[word]
            located = files.located[first]
            line = located.line(located.before(before))
            files.fault(name, path, f"{what}“{word}”重复，前一个在 {located.file}:{line}", "互不相同")
        seen.setdefault(word, place)


def conditions(files: PlanFiles) -> Iterator[tuple[YamlPlace, Condition]]:
    """Iterate over the duties of projects and the conditions of milestones, with the place of each."""
    for path, project in files.sound("projects", Project):
        for n, duty in enumerate(project.duties):
            yield ("projects", (*path, "duties", n)), duty
    for path, indicator in files.sound("indicators", Indicator):
        if isinstance(indicator.measure, MilestoneMeasure):
            for n, condition in enumerate(indicator.measure.conditions):
                yield ("indicators", (*path, "measure", "conditions", n)), condition


def _bodies(files: PlanFiles) -> Iterator[tuple[str, YamlPlace]]:
    """Iterate over the words by which an area or a section is recognised in what it delivers; 全市 is taken."""
    about = files.whole("plan", About)
    for word in {CITY, *([about.whole_name, about.city] if about is not None else [WHOLE])}:
        yield word, ("plan", ("city",))
    for path, area in files.sound("areas", Area):
        words = [(area.id, "id"), (area.name, "name"), (area.bureau, "bureau")]
        own = {word: ("areas", (*path, key)) for word, key in words}
        yield from own.items()
        for n, alias in enumerate(area.aliases):
            yield alias, ("areas", (*path, "aliases", n))
    for path, section in files.sound("sections", Section):
        yield section.id, ("sections", (*path, "id"))
        yield section.name, ("sections", (*path, "name"))


def _projects(files: PlanFiles) -> Iterator[tuple[str, YamlPlace]]:
    """Iterate over the words by which a project is found; its full and its short name may be the same."""
    for path, project in files.sound("projects", Project):
        yield project.name, ("projects", (*path, "name"))
        if project.short_name != project.name:
            yield project.short_name, ("projects", (*path, "short_name"))


def _columns(files: PlanFiles) -> None:
    """Note indicators that are not the columns 1 to n of the annex table."""
    sound = list(files.sound("indicators", Indicator))
    count, seen = len(files.located["indicators"].at(("indicators",)) or ()), set()
    for path, indicator in sound:
        if not 1 <= indicator.column <= count or indicator.column in seen:
            files.fault(
                "indicators",
                (*path, "column"),
                f"列号 {indicator.column} 重复或超出",
                f"1 至 {count}，各用一次",
            )
        if files.is_whole("indicators", (*path, "column")):
            seen.add(indicator.column)


def check_references(files: PlanFiles) -> None:
    """Note names of things that do not exist."""
    _documents(files)
    sections = files.ids("sections")
    _of_projects(files, files.ids("projects"))
    for path, project in files.sound("projects", Project):
        _owners(files, path, project, sections)
    for path, section in files.sound("sections", Section):
        for key, role in (("owner", "责任人"), ("leader", "责任领导")):
            if section.assessed and not getattr(section, key) and not files.stands("sections", (*path, key)):
                files.fault("sections", (*path, key), f"科室“{section.name}”缺少{role}（{key}）", "考评的科室须写明")
    responsible = {each for _, project in files.sound("projects", Project) for each in project.sections}
    for path, section in files.sound("sections", Section):
        if section.id in responsible and section.assessed is False:
            files.fault("sections", (*path, "assessed"), f"科室“{section.name}”承担项目，应为考评对象", "true")


def _of_projects(files: PlanFiles, projects: list[str]) -> None:
    """Note areas and indicators that do not say of which projects they are, or name one that there is not."""
    for path, area in files.sound("areas", Area):
        for n, duty in enumerate(area.projects):
            demand_known(files, ("areas", (*path, "projects", n)), "项目", duty, projects)
        if not area.projects and not files.stands("areas", (*path, "projects")):
            files.fault("areas", path, f"{area.name}缺少“projects”（承担的项目）", "、".join(projects))
        _something_to_do(files, path, area)
    for path, indicator in files.sound("indicators", Indicator):
        if indicator.project or files.stands("indicators", (*path, "project")):
            demand_known(files, ("indicators", (*path, "project")), "项目", indicator.project, projects)
        else:
            files.fault("indicators", path, f"“{indicator.name}”缺少“project”（所属的项目）", "、".join(projects))


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
    if not files.is_whole("indicators"):
        return  # the missing target may stand in one that has faults of its own
    for n, project in enumerate(area.projects):
        if any(area.id in indicator.speaks_for_all for indicator in indicators if indicator.project == project):
            continue
        of_project = [indicator for indicator in indicators if indicator.project == project]
        if of_project and not any(area.id in indicator.targets for indicator in of_project):
            if project == PROGRAMME:  # no plan with projects.yaml names it
                files.fault("areas", path, f"指标都没有给{area.name}目标", "在 indicators.yaml 写上目标，或去掉该地区")
                continue
            message = f"{area.name}承担项目“{project}”，但该项目的指标都没有给它目标"
            files.fault("areas", (*path, "projects", n), message, "在 indicators.yaml 写上目标，或去掉该项目")


def _documents(files: PlanFiles) -> None:
    about = files.whole("plan", About)
    if about is None or not files.is_whole("plan", ("documents",)):
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


def check_own_reports(files: PlanFiles) -> None:
    """Note names that are taken, and areas that the plan does not have."""
    taken = {*NOTEBOOKS, *files.ids("projects")}
    areas = [area for _, area in files.sound("areas", Area)]
    for path, own in files.sound("reports", OwnNotebook):
        if own.id in taken:
            files.fault("reports", (*path, "id"), f"“{own.id}”是程序自带的笔记本或项目的名称", "换一个名称")
        for number, name in enumerate(own.areas):
            if name not in {CITY, EVERY, ASSESSED} and not any(area.answers_to(name) for area in areas):
                known = "、".join([CITY, EVERY, ASSESSED, *(area.name for area in areas)])
                files.fault("reports", (*path, "areas", number), f"方案中没有“{name}”这个地区", known)
