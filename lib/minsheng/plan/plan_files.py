"""The files of a plan: which there are, and reading them into models, each as far as it is right."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from minsheng.domain.about import About
from minsheng.domain.area import Area, Section
from minsheng.domain.base import DatedValue
from minsheng.domain.indicator import FundLine, Indicator
from minsheng.domain.light import Lights
from minsheng.domain.projects import Project
from minsheng.domain.reporting import Calendar, Disclosure, OwnNotebook, Reporting, Schedule
from minsheng.domain.rubric import CountyRubric, SectionRubric
from minsheng.domain.table import Table
from minsheng.files.hashing import sha256_of_files
from minsheng.plan.located import Located
from minsheng.plan.repair import sound_part
from minsheng.plan.shorthand import assign, fill_table, one_project, share_of_heading, write_out
from minsheng.plan.strict_yaml import PlanFault, YamlFile, YamlPath, read_yaml
from minsheng.plan.validation import validate

M = TypeVar("M", bound=BaseModel)

WHOLE: dict[str, type[BaseModel]] = {
    "plan": About,
    "lights": Lights,
    "schedule": Schedule,
    "rubric_county": CountyRubric,
    "rubric_section": SectionRubric,
    "reporting": Reporting,
    "calendar": Calendar,
    "disclosure": Disclosure,
}

LISTS: dict[str, type[BaseModel]] = {
    "areas": Area,
    "sections": Section,
    "projects": Project,
    "indicators": Indicator,
    "parameters": DatedValue,
    "funds": FundLine,
    "reports": OwnNotebook,
}

OPTIONAL = frozenset(
    {"parameters", "funds", "reports", "rubric_county", "rubric_section", "projects", "schedule", "disclosure"}
)
"""Files that a plan without such things does not have."""

FOLDERS = ("tables", "expectations")

_HEADING = ("source", "defaults")


@dataclass(frozen=True)
class FileEntry:
    """One item of a list file, with the path where it stands."""

    path: YamlPath
    raw: dict[str, Any]
    model: Any
    """Its sound part where it has faults of its own; ``None`` where that leaves nothing."""


@dataclass
class PlanFiles:
    """Everything under ``params/<year>/``, as far as it could be read."""

    folder: str
    """As messages call it: ``params/<year>``."""
    located: dict[str, Located] = field(default_factory=dict)
    """By file name without ending; tables as ``tables/<name>``."""
    wholes: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[FileEntry]] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    """By file name without ending; ``None`` where a table has faults."""
    stray: list[PlanFault] = field(default_factory=list)
    """Files missing, or not known."""

    def whole(self, name: str, model: type[M]) -> M | None:
        """Return the model of a file that holds one thing, or its sound part; ``None`` where that leaves nothing."""
        return cast("M | None", self.wholes.get(name)) if WHOLE[name] is model else None

    def entries(self, name: str) -> list[FileEntry]:
        """Return the items of a list file, those with faults too."""
        return self.lists.get(name, [])

    def sound(self, name: str, model: type[M]) -> Iterator[tuple[YamlPath, M]]:
        """Iterate over the items of a list file, of those with faults over the sound part."""
        for entry in self.entries(name):
            if isinstance(entry.model, model):
                yield entry.path, entry.model

    def is_whole(self, name: str, path: YamlPath = ()) -> bool:
        """Whether nothing at or below a path of a file had a fault of its own: else sums and absences say nothing."""
        located = self.located.get(name)
        whole = [each.model is not None for each in self.entries(name) if each.path[: len(path)] == path]
        return located is not None and located.readable and located.is_whole(path) and all(whole)

    def stands(self, name: str, path: YamlPath) -> bool:
        """Whether something stands at a path of a file, even if it was refused."""
        return self.located[name].stands(path)

    def ids(self, name: str) -> list[str]:
        """Return the ids of a list file, also of items with faults, so that those are not called unknown too.

        Where an item has no id that can be read, nothing is known: it may be the one that is looked for.
        """
        entries, there = self.entries(name), self.located[name].at((name,))
        ids = [entry.raw["id"] for entry in entries if isinstance(entry.raw.get("id"), str)]
        return ids if isinstance(there, list) and len(ids) == len(there) else []

    def names_all(self, name: str) -> bool:
        """Whether :meth:`ids` of a list file are all that there are: also none, of one that the plan does without."""
        return self.located[name].readable and (not self.located[name].value or bool(self.ids(name)))

    def fault(self, name: str, path: YamlPath, message: str, allowed: str = "") -> None:
        """Note a fault in a file."""
        self.located[name].fault(path, message, allowed)

    @property
    def faults(self) -> list[PlanFault]:
        """All faults noted so far."""
        return [*self.stray, *(fault for each in self.located.values() for fault in each.faults)]


def read_files(folder: Path, shown: str) -> PlanFiles:
    """Read and validate every file of a year's folder, without comparing them with each other."""
    files = PlanFiles(shown)
    alone = not (folder / "projects.yaml").exists()
    for name in (*WHOLE, *LISTS):
        there = (folder / f"{name}.yaml").exists()
        if name == "projects" and alone:
            sections = [entry.raw for entry in files.entries("sections")]
            files.located[name] = one_project(f"{shown}/{name}.yaml", files.whole("plan", About), sections)
        elif name in OPTIONAL and not there:
            files.located[name] = Located(YamlFile(f"{shown}/{name}.yaml", value={}))
            if name in LISTS:
                files.lists[name] = []
            continue
        else:
            files.located[name] = Located(read_yaml(folder / f"{name}.yaml", f"{shown}/{name}.yaml"))
        located = files.located[name]
        if not _is_mapping(located):
            continue
        if alone:
            assign(name, located)
        if name in LISTS:
            files.lists[name] = read_list(name, located)
        else:
            write_out(name, located)
            files.wholes[name] = validate(located, (), WHOLE[name]) or sound_part(located, (), WHOLE[name])
    _read_tables(files, folder, alone=alone)
    if not files.tables:
        files.stray.append(PlanFault(f"{shown}/tables", 1, "没有一张上报表", "每张表一个 .yaml 文件"))
    files.stray += _strays(folder, shown)
    return files


def _read_tables(files: PlanFiles, folder: Path, *, alone: bool) -> None:
    projects = [(each.id, each.name) for _, each in files.sound("projects", Project)]
    for path in sorted((folder / "tables").glob("*.yaml")):
        name = f"tables/{path.stem}"
        files.located[name] = located = Located(read_yaml(path, f"{files.folder}/{name}.yaml"))
        whole = _is_mapping(located)
        if whole:
            fill_table(located, projects, alone=alone)
        files.tables[path.stem] = (validate(located, (), Table) or sound_part(located, (), Table)) if whole else None


def _is_mapping(located: Located) -> bool:
    if not located.readable and not located.faults:
        located.fault((), "文件最外层应为“键: 值”")
    return located.readable


def read_list(key: str, located: Located) -> list[FileEntry]:
    """Read and validate the items of a file that lists them, each as far as it is right."""
    allowed = "、".join((key, *_HEADING))
    for unknown in [each for each in located.value if each not in {key, *_HEADING}]:
        located.fault((unknown,), f"不认识的键“{unknown}”", allowed)
    content = located.value.get(key)
    if not isinstance(content, list) or not content:
        if content is not None or not located.stands((key,)):
            located.fault((key,) if key in located.value else (), f"缺少“{key}”，或它不是列表、没有一项", allowed)
        return []
    share_of_heading(located, key)
    write_out(key, located)
    entries = []
    for index, raw in enumerate(content):
        path = (key, index)
        if isinstance(raw, dict):
            model = validate(located, path, LISTS[key]) or sound_part(located, path, LISTS[key])
            entries.append(FileEntry(path, raw, model))
        else:
            located.fault(path, f"第 {index + 1} 项应为“键: 值”")
    return entries


def _strays(folder: Path, shown: str) -> Iterator[PlanFault]:
    known = {f"{name}.yaml" for name in (*WHOLE, *LISTS)}
    allowed = "、".join(sorted(known)) + "，文件夹 " + "、".join(FOLDERS) + "，说明文字 *.md"
    for path in _visible(folder.iterdir()):
        if path.is_dir() and path.name not in FOLDERS:
            yield PlanFault(f"{shown}/{path.name}", 1, "不认识的文件夹", allowed)
        elif not path.is_dir() and path.name not in known and path.suffix != ".md":
            # Notes beside the plan are no part of it, and not taken for a misspelt file.
            yield PlanFault(f"{shown}/{path.name}", 1, "不认识的文件", allowed)
    for inner in FOLDERS:
        if (folder / inner).is_dir():
            for path in _visible((folder / inner).iterdir()):
                if path.suffix != ".yaml" or not path.is_file():
                    yield PlanFault(f"{shown}/{inner}/{path.name}", 1, "不认识的文件", "只放 .yaml 文件")


def _visible(paths: Any) -> list[Path]:
    return sorted(path for path in paths if not path.name.startswith("."))


def digest_by_bytes(folder: Path) -> str:
    """Return a plan's digest as it was taken once: over the names and bytes of all files but hidden ones.

    What was sealed then holds it still.
    """
    inside = ((path.relative_to(folder), path) for path in sorted(folder.rglob("*")) if path.is_file())
    return sha256_of_files(
        (name.as_posix(), path) for name, path in inside if not any(part.startswith(".") for part in name.parts)
    )
