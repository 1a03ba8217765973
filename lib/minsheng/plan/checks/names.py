"""Ids, names and aliases: each means one thing."""

from collections.abc import Iterable, Iterator
from typing import Any

from minsheng.domain.area import CITY, Area, Section
from minsheng.domain.indicator import Condition, Indicator, MilestoneMeasure
from minsheng.domain.plan import About, Project
from minsheng.plan.files import LISTS, PlanFiles
from minsheng.plan.strict_yaml import YamlPath

Place = tuple[str, YamlPath]


def check(files: PlanFiles) -> None:
    """Note ids, names and aliases that occur twice."""
    for name in LISTS:
        key = "project" if name == "funds" else "id"
        places: list[tuple[Any, Place]] = [(e.raw.get(key), (name, (*e.path, key))) for e in files.entries(name)]
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


def demand_unique(files: PlanFiles, words: Iterable[tuple[str, Place]], what: str) -> None:
    """Note every word that occurs a second time."""
    seen: dict[str, Place] = {}
    for word, place in words:
        name, path = place
        if word in seen:
            first, before = seen[word]
            located = files.located[first]
            files.fault(name, path, f"{what}“{word}”重复，前一个在 {located.file}:{located.line(before)}", "互不相同")
        seen.setdefault(word, place)


def conditions(files: PlanFiles) -> Iterator[tuple[Place, Condition]]:
    """Iterate over the duties of projects and the conditions of milestones, with the place of each."""
    for path, project in files.sound("projects", Project):
        for n, duty in enumerate(project.duties):
            yield ("projects", (*path, "duties", n)), duty
    for path, indicator in files.sound("indicators", Indicator):
        if isinstance(indicator.measure, MilestoneMeasure):
            for n, condition in enumerate(indicator.measure.conditions):
                yield ("indicators", (*path, "measure", "conditions", n)), condition


def _bodies(files: PlanFiles) -> Iterator[tuple[str, Place]]:
    """Iterate over the words by which an area or a section is recognised in what it delivers; 全市 is taken."""
    about = files.whole("plan", About)
    for word in {CITY, "全市", *([about.city] if about is not None else [])}:
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


def _projects(files: PlanFiles) -> Iterator[tuple[str, Place]]:
    """Iterate over the words by which a project is found; its full and its short name may be the same."""
    for path, project in files.sound("projects", Project):
        yield project.name, ("projects", (*path, "name"))
        if project.short_name != project.name:
            yield project.short_name, ("projects", (*path, "short_name"))


def _columns(files: PlanFiles) -> None:
    """Note indicators that are not the columns 1 to n of the annex table."""
    sound = list(files.sound("indicators", Indicator))
    count, seen = len(files.entries("indicators")), set()
    for path, indicator in sound:
        if not 1 <= indicator.column <= count or indicator.column in seen:
            files.fault(
                "indicators", (*path, "column"), f"附件列号 {indicator.column} 重复或超出", f"1 至 {count}，各用一次"
            )
        seen.add(indicator.column)
