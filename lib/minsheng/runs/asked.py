"""What a task was asked for, and whether a notebook sealed and showed that and nothing else."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from minsheng.domain.area import CITY
from minsheng.domain.plan import Plan
from minsheng.domain.result import Dossier, InputFile, Provenance, Result
from minsheng.files.hashing import sha256
from minsheng.plan import plan_from_json
from minsheng.report.dossiers import dossier_of
from minsheng.runs.failures import Failure, FailureKind, TaskFailedError
from minsheng.runs.graph import Task
from minsheng.runs.shown import pieces_not_sealed, sealed_digests
from minsheng.workspace import RESULT

_WORDS = {
    "kind": "种类",
    "period": "报告期",
    "project": "项目",
    "area": "地区",
    "section": "科室",
}

_MADE_WITH = {
    "plan_sha256": "方案的摘要",
    "notebook_sha256": "笔记本的摘要",
    "package_version": "程序版本",
    "lock_sha256": "锁定文件的摘要",
    "fonts": "字体",
}

_OWN_YEAR = {"project", "section_scoring"}
"""Kinds that are made of every month of the year to date; the others of the last month due."""

_REMEDY = "请恢复随程序发布的笔记本；数据要改，请改报表后重新登记"


@dataclass(frozen=True)
class ExpectedResult:
    """What must be sealed: whose figures, and made from what; plain data that travels."""

    notebook: str
    figures: dict[str, str]  # field of the figures → value
    provenance: Provenance


def identity(task: Task) -> dict[str, str]:
    """Return the fields that name a task's figures: kind, period, and whose they are."""
    found = {"kind": task.notebook, "period": str(task.period)}
    match task.notebook:
        case "scoring" if task.subject == CITY:
            return {**found, "kind": "ranking"}
        case "scoring":
            return {**found, "area": task.subject}
        case "section_scoring" | "monthly_report":
            return {**found, "section": task.subject}
        case "result_table" | "bulletin":
            return found
        case project:
            return {**found, "kind": "project", "project": project, "area": task.subject}


def asked_of(task: Task, plan: Plan, inputs: Iterable[Path], given: dict[str, Any]) -> ExpectedResult:
    """Return what a task is asked for.

    Parameters
    ----------
    inputs
        All files that it reads: verdicts and forms name the delivered file that they are of.
    given
        What the runner tells a notebook about itself, lock and fonts.
    """
    figures = identity(task)
    months = {str(plan.return_month(project.id, task.period)) for project in plan.projects}
    everything = figures["kind"] in _OWN_YEAR
    read = [
        path
        for path in inputs
        if path.suffix == ".json"
        and path.name != RESULT  # of another notebook, which names its own sources
        and (path.name.startswith("form-") or path.parent.name in months or everything)
    ]
    files = tuple(file for path in read if (file := _delivered(path, path.stat().st_mtime_ns)).sha256)
    return ExpectedResult(
        notebook=task.notebook,
        figures=figures,
        provenance=Provenance(
            inputs=files, plan_sha256=plan.sha256, package_version=version("minsheng-workbook"), **given
        ),
    )


@lru_cache(maxsize=1 << 14)
def _delivered(path: Path, changed: int) -> InputFile:
    """Return which delivered file a verdict or form is of; every task of a city reads the same ones."""
    del changed
    found = json.loads(path.read_bytes())
    return InputFile(file=found.get("file", ""), sha256=found.get("sha256", ""))


def hold_to(asked: ExpectedResult, plan: bytes, sealed: bytes, result: Result, notebook: Any) -> None:
    """Refuse a result that was not asked for, or that the page does not hold; TaskFailedError says what differs.

    Parameters
    ----------
    plan
        The compiled plan that the task was given.
    sealed, result
        What the notebook sealed, as bytes and as read.
    notebook
        The executed notebook.
    """
    wrong = list(_not_asked(asked, result))
    if sealed_digests(notebook) != {sha256(sealed)}:
        wrong.append("结果文件不是笔记本用 publish_result 封存的那一份")
    if not wrong:
        wrong += pieces_not_sealed(notebook, _dossier(asked, plan, sealed))
    if wrong:
        message = f"{'；'.join(wrong)}。没有发布。{_REMEDY}"
        raise TaskFailedError(Failure(kind=FailureKind.NOT_ASKED, message=message), json.dumps(notebook))


def _not_asked(asked: ExpectedResult, result: Result) -> Iterator[str]:
    """Yield what of a result differs from what was asked for."""
    figures, made = result.figures, result.provenance
    for name, wanted in asked.figures.items():
        found = str(getattr(figures, name, "没有"))
        if found != wanted:
            yield f"封存的结果中，{_WORDS[name]}是“{found}”，应为“{wanted}”"
    for name, word in _MADE_WITH.items():
        if getattr(made, name) != getattr(asked.provenance, name):
            yield f"封存的结果中，{word}与本次运行的不符"
    wanted_files, found_files = set(asked.provenance.inputs), set(made.inputs)
    yield from (f"封存的结果写明取自 {name}，它不是这份报告的来源" for name in _names(found_files - wanted_files))
    yield from (f"封存的结果没有写明取自 {name}" for name in _names(wanted_files - found_files))


def _names(files: set[InputFile]) -> list[str]:
    return sorted(file.file for file in files)


def _dossier(asked: ExpectedResult, plan: bytes, sealed: bytes) -> Dossier:
    """Return the dossier of a sealed result; its keys are sorted there, and shown in the plan's order."""
    read, places = _plan(plan)

    def in_order(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(sorted(pairs, key=lambda pair: places.get(pair[0], len(places))))

    found = json.loads(sealed, object_pairs_hook=in_order)
    result = Result.model_validate_json(json.dumps(found))
    return dossier_of(read, asked.notebook, result.figures, result.provenance)


@lru_cache(maxsize=2)
def _plan(content: bytes) -> tuple[Plan, dict[str, int]]:
    """Return a plan, and the place of everything in it that has an id: servants make report after report."""
    found: dict[str, int] = {}

    def note(pairs: list[tuple[str, Any]]) -> None:
        for name, value in pairs:
            if name == "id" and isinstance(value, str):
                found.setdefault(value, len(found))

    json.loads(content, object_pairs_hook=note)
    return plan_from_json(content), found
