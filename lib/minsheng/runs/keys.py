"""What names a task: the hash of its inputs and of all that makes reports - our files, lock, fonts, text libraries."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from minsheng.domain.area import CITY
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.files.hashing import FileContent, sha256, sha256_of_files
from minsheng.intake.forms.form_store import accepted_deliveries_path, accepted_form_path, accepted_words_path
from minsheng.measure.before.year_before import returns_needed
from minsheng.plan import compile_plan, load_plan_before
from minsheng.render.fonts import text_stack
from minsheng.render.official_fonts import OfficialFonts, official_fonts
from minsheng.runs.failures import Limits
from minsheng.runs.graph import Task
from minsheng.runs.history import hash_of_hashes
from minsheng.runs.released_code import notebook_origin
from minsheng.runs.task_worker import TaskWork
from minsheng.runs.version import package_files
from minsheng.workspace import MARKER, RESULT, Workspace


@dataclass(frozen=True)
class Fingerprint:
    """The hashes that every task's key contains."""

    package: str  # of every file of our packages that reports are made by
    lock: str  # of ``requirements.lock``
    fonts: dict[str, str]  # font file name → sha256
    text_stack: dict[str, str]  # library of the machine that sets text → version

    def parts(self) -> list[tuple[str, str]]:
        """Return name and hash of each, for a key."""
        fonts = [(f"font:{name}", digest) for name, digest in self.fonts.items()]
        stack = [(f"library:{name}", version) for name, version in self.text_stack.items()]
        return [("package", self.package), ("lock", self.lock), *fonts, *stack]


def fingerprint(workspace: Workspace) -> Fingerprint:
    """Return the fingerprint of this installation for a workspace."""
    lock = workspace.lock
    digest = sha256(lock) if lock.is_file() else ""
    return Fingerprint(
        package=_own_makers_sha256(),
        lock=digest,
        fonts=workspace_fonts(workspace).font_set.digests(),
        text_stack=text_stack(),
    )


def workspace_fonts(workspace: Workspace) -> OfficialFonts:
    """Return the fonts that a workspace's reports are set in; a missing folder or family raises MachineUnfitError."""
    return official_fonts(workspace.font_folder, workspace.settings.fonts.families)


@cache
def package_sha256() -> str:
    """Hash the names and bytes of all files of our packages, the engine's too: which program this is."""
    return sha256_of_files(package_files())


# In a checkout the skeleton's notebooks are links to those of the repository: an edited one would make every report
# stale. What the release's list of notebooks says of a task's own notebook is in the task's key.
_MAKES_NO_REPORT = ("minsheng/skeleton/", "minsheng/runs/notebooks.sha256")


def makers_sha256(files: Iterable[tuple[str, Path]]) -> str:
    """Hash those of a program's files that reports are made by: not what ``minsheng init`` copies."""
    return sha256_of_files((name, path) for name, path in files if not name.startswith(_MAKES_NO_REPORT))


@cache
def _own_makers_sha256() -> str:
    return makers_sha256(package_files())


ACCEPTED_SUFFIXES = (".csv", ".json")
"""Of an accepted return: its values and its verdict."""

_PLAN_FILE, _PLAN_BEFORE_FILE = "plan.json", "plan-before.json"


def declared_files(workspace: Workspace, task: Task) -> list[Path]:
    """Return the files that a notebook of the bureau's own declares to read; what is not there is its own to miss."""
    places = [workspace.root / each for each in task.reads]
    inside = [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*")))]
    return [file for file in inside if file.is_file()]


def year_before_files(workspace: Workspace, plan: Plan, before: Plan, task: Task) -> list[Path]:
    """Return the accepted returns of last year that a task compares figures with."""
    pairs = compared_subjects(plan, task)
    needed = {key for project, area in pairs for key in returns_needed(plan, before, project, area, task.period)}
    paths = (
        workspace.accepted(month) / f"{who}{suffix}" for month, who in sorted(needed) for suffix in ACCEPTED_SUFFIXES
    )
    return [path for path in paths if path.is_file()]


def compared_subjects(plan: Plan, task: Task) -> list[tuple[str, str]]:
    """Return the projects and areas of which a task compares figures with last year's."""
    if task.is_own:
        return [(project.id, CITY) for project in plan.projects]
    return [(task.notebook, task.subject)] if any(each.id == task.notebook for each in plan.projects) else []


@dataclass
class Preparer:
    """Hashes each input once for all tasks of a run, and keeps hashes only: contents would pile up.

    Parameters
    ----------
    plan
        The plan of the period's year.
    fingerprint
        What every key contains besides a task's own inputs.
    """

    workspace: Workspace
    plan: Plan
    fingerprint: Fingerprint
    _digests: dict[Path, str] = field(default_factory=dict)
    _origins: dict[Path, str] = field(default_factory=dict)
    _returns: dict[tuple[Period, tuple[str, ...]], dict[str, Path]] = field(default_factory=dict)
    _months: dict[Period, dict[str, Path]] = field(default_factory=dict)

    def key(self, task: Task) -> str:
        """Return the hash of all that a task is made from; sealed results that it reads must exist already."""
        notebook = self._notebook(task)
        parts = [("notebook", self._digest(notebook)), ("origin", self._origin(notebook)), ("plan", self.plan.sha256)]
        parts += self.fingerprint.parts()
        parts += [(f"parameter:{name}", value) for name, value in task.parameters.items()]
        parts += [(self._marker(task), "")]
        parts += [("plan before", before.sha256)] if (before := self._plan_before(task)) is not None else []
        parts += [(name, self._digest(path)) for name, path in self._inputs(task).items()]
        return hash_of_hashes(parts)

    def inputs_key(self, task: Task) -> str:
        """Return the hash of the returns and forms alone."""
        received = self._received(task).items()
        return hash_of_hashes([(self._marker(task), ""), *((name, self._digest(path)) for name, path in received)])

    def work(self, task: Task) -> TaskWork:
        """Return everything that a worker needs."""
        from minsheng.runs.asked import asked_of  # with all that reports are made of: a key is often all that is needed

        settings = self.workspace.settings
        inputs = self._inputs(task)
        files: dict[str, FileContent] = {**inputs}
        notebook = self._notebook(task)
        last = self._plan_before(task)
        before = {_PLAN_BEFORE_FILE: compile_plan(last)} if last is not None else {}
        provenance = {
            "notebook_sha256": self._digest(notebook),
            "lock_sha256": self.fingerprint.lock,
            "fonts": self.fingerprint.fonts,
        }
        return TaskWork(
            name=task.name,
            key=self.key(task),
            notebook=notebook.read_text(encoding="utf-8"),
            parameters=task.parameters,
            files={**files, self._marker(task): b"", MARKER: b"", _PLAN_FILE: self.compiled, **before},
            plan=self.compiled,
            environment={
                "MINSHENG_PLAN": "{workspace}/" + _PLAN_FILE,
                "MINSHENG_PROVENANCE": json.dumps(provenance).replace("{", "{{").replace("}", "}}"),
                **({"MINSHENG_PLAN_BEFORE": "{workspace}/" + _PLAN_BEFORE_FILE} if before else {}),
            },
            issuer=self.plan.about.issuer,
            asked=None if task.is_own else asked_of(task, self.plan, inputs.values(), provenance),
            fonts=workspace_fonts(self.workspace).font_set,
            origin=self._origin(notebook),
            limits=Limits(
                seconds=settings.time_limit_seconds,
                memory_bytes=settings.memory_limit_mib << 20,
                output_bytes=int(settings.output_limit_mib * 2**20),
                cell_output_bytes=int(settings.cell_output_limit_mib * 2**20),
            ),
        )

    def forget_sealed(self, folder: Path) -> None:
        """Read a task's result anew: it has just been made."""
        self._digests.pop(folder / RESULT, None)

    @cached_property
    def compiled(self) -> bytes:
        """The plan as every task is given it."""
        return compile_plan(self.plan)

    @cached_property
    def _before(self) -> Plan | None:
        return load_plan_before(self.workspace.params, self.plan)

    def _plan_before(self, task: Task) -> Plan | None:
        """Return last year's plan for a task that compares with it."""
        continuing = {each.project for each in self.plan.indicators if each.continues is not None}
        compares = any(project in continuing for project, _ in compared_subjects(self.plan, task))
        return self._before if compares else None

    def _origin(self, notebook: Path) -> str:
        """Return what the page says of a notebook that is not the release's."""
        if notebook not in self._origins:
            self._origins[notebook] = notebook_origin(notebook.name, notebook).words
        return self._origins[notebook]

    def _notebook(self, task: Task) -> Path:
        path = self.workspace.notebooks / task.file
        if not path.is_file():
            if task.is_own:
                how = f"方案的 reports.yaml 写了它；新写一个用 minsheng notebook new {task.notebook}"
                raise UsageError(f"缺少笔记本 {path}：{how}")
            raise UsageError(
                f"缺少笔记本 {path}：项目要有同名的笔记本，或在 projects.yaml 写 notebook，指明用哪个通用笔记本"
            )
        return path

    def _inputs(self, task: Task) -> dict[str, Path]:
        """Return what a task reads, by its place in the workspace."""
        sealed = (self.workspace.outputs / name / RESULT for name in (*task.after, *task.beside))
        declared = declared_files(self.workspace, task)
        return self._received(task) | self._existing(sealed) | self._existing(declared)

    def _received(self, task: Task) -> dict[str, Path]:
        """Return the accepted returns, forms and deliveries that a task reads."""
        # Many tasks read the same returns, each several times a run, and none changes while tasks are made.
        returns = (task.period, task.owners)
        if returns not in self._returns:
            self._returns[returns] = {
                self._relative(path): path
                for month in task.period.year_to_date
                for owner in task.owners
                for suffix in ACCEPTED_SUFFIXES
                if (path := self._accepted(month).get(f"{owner}{suffix}")) is not None
            }
        others = [accepted_form_path(self.workspace.data, task.period, owner) for owner in task.forms]
        others += [accepted_words_path(self.workspace.data, task.period, section) for section in task.words]
        if task.notebook == "section_scoring":
            others.append(accepted_deliveries_path(self.workspace.data, task.period))
        if (before := self._plan_before(task)) is not None:
            others += year_before_files(self.workspace, self.plan, before, task)
        return self._returns[returns] | self._existing(others)

    def _accepted(self, month: Period) -> dict[str, Path]:
        """Return what lies in a month's folder of accepted returns, by name: looked up once for all tasks."""
        if month not in self._months:
            folder = self.workspace.accepted(month)
            found = folder.iterdir() if folder.is_dir() else ()
            self._months[month] = {path.name: path for path in found if path.is_file()}
        return self._months[month]

    def _existing(self, paths: Iterable[Path]) -> dict[str, Path]:
        return {self._relative(path): path for path in paths if path.is_file()}

    def _marker(self, task: Task) -> str:
        """Name what makes the closing month's folder exist for every task, also where its own return is missing."""
        return self._relative(self.workspace.accepted(task.period.closing_month) / "checked")

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self.workspace.root))

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = sha256(path)
        return self._digests[path]
