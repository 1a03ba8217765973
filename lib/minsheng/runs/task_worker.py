"""Makes one task: files in, files out. The same function runs in a local pool and on a cluster's workers."""

import json
import os
import shutil
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from minsheng.files.hashing import FileContent
from minsheng.files.writing import put
from minsheng.plan.loader import learn_plan
from minsheng.render.formats import NOTEBOOK
from minsheng.runs.failures import Failure, FailureKind, Limits, TaskFailedError
from minsheng.runs.folders import packed, scratch_folder
from minsheng.runs.warm_processes import in_servant, template
from papermill_forked import Confinement, ForkedError, WorkerMemoryError, WorkerTimeoutError

if TYPE_CHECKING:
    from minsheng.render.fonts import FontSet
    from minsheng.runs.asked import ExpectedResult
    from minsheng.runs.finishing import Finished
    from minsheng.runs.notebook import Executed


@dataclass(frozen=True)
class TaskWork:
    """All that a worker needs to make a task; plain data."""

    name: str
    key: str  # hash of everything below: it identifies the PDF and the history's row
    notebook: str  # as kept, JSON
    parameters: Mapping[str, str]  # what papermill injects
    # path relative to the task's small workspace → content, or where it lies on this machine
    files: Mapping[str, FileContent]
    plan: bytes  # compiled: what the notebook reads and what its page is held to
    environment: Mapping[str, str]  # added to the notebook's; ``{workspace}`` stands for the small workspace's folder
    issuer: str  # for the PDF's properties
    asked: "ExpectedResult | None"
    """What is published only if it is this; ``None``: a notebook of the bureau's own seals nothing."""
    origin: str  # what the page says of a notebook that is not the release's; empty for one that is
    limits: Limits
    fonts: "FontSet | None" = None  # by path; another machine has its own places for the same files

    def packed(self) -> "TaskWork":
        """Return the same for another machine: with the files themselves."""
        return replace(self, files=packed(self.files))


@dataclass(frozen=True)
class TaskMade:
    """What a worker returns: files, or a failure with what is left to look at."""

    name: str
    # name → content, or where it lies: the reports, or the notebook as far as it came and the traceback
    files: Mapping[str, FileContent]
    failure: Failure | None = None  # ``None`` when made
    seconds: Mapping[str, float] = field(default_factory=dict)  # stage → wall clock seconds
    refused: tuple[str, ...] = ()  # what the notebook tried to reach that is none of its inputs
    missing_glyphs: str = ""  # characters that no font could draw
    fallbacks: int = 0  # how often another machine's template could not fork; on this one the process counts
    folder: Path | None = None  # where the files lie until somebody has taken them; ``None`` where they are bytes

    def packed(self) -> "TaskMade":
        """Return the same for another machine: with the files themselves, and nothing left here."""
        files = packed(self.files)
        self.discard()
        return replace(self, files=files, folder=None)

    def discard(self) -> None:
        """Take away what was made, once it is published or nobody wants it."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def plan_taught(compiled: bytes) -> Iterator[None]:
    """Have the template read the plan once: to read it takes a notebook longer than to compute its figures."""
    folder = scratch_folder()
    path = folder / "plan.json"
    try:
        put(compiled, path)
        template().learn(learn_plan, str(path))
        yield
    finally:
        template().forget(learn_plan, str(path))
        shutil.rmtree(folder, ignore_errors=True)


def make_task(work: TaskWork) -> TaskMade:
    """Execute, render, and return the files of one task; never raises for a fault of the task."""
    seconds: dict[str, float] = {}
    folder, made = scratch_folder(), None
    try:
        started = time.perf_counter()
        executed = _execute(work, folder)
        seconds["execute"] = time.perf_counter() - started
        started = time.perf_counter()
        finished = _render(work, executed, folder)
        seconds["render"] = time.perf_counter() - started
        missing = "".join(sorted(finished.missing_glyphs))
        refused = tuple(executed.notebook.metadata.get("refused", ()))
        made = TaskMade(work.name, finished.files, None, seconds, refused, missing, folder=folder)
    except TaskFailedError as error:
        clean = _without_numbers(error)
        return TaskMade(work.name, remains(clean), clean.failure, seconds)
    except OSError as error:
        failure = Failure(kind=FailureKind.IO, message=str(error), traceback=traceback.format_exc())
        return TaskMade(work.name, remains(TaskFailedError(failure)), failure, seconds)
    finally:
        if made is None:
            shutil.rmtree(folder, ignore_errors=True)
    return made


def lay_out(work: TaskWork, folder: Path) -> tuple[Path, dict[str, str]]:
    """Write a task's small workspace into a folder; return where to run, and with which environment."""
    workspace, run = folder / "workspace", folder / "run"
    run.mkdir(parents=True)
    for path, content in work.files.items():
        target = workspace / path
        target.parent.mkdir(parents=True, exist_ok=True)
        put(content, target)
    environment = {name: value.format(workspace=workspace) for name, value in work.environment.items()}
    own = {"HOME": str(run), "TMPDIR": str(run), "IPYTHONDIR": str(run / ".ipython"), "USER": "minsheng"}
    return run, {**own, **environment, "MINSHENG_WORKSPACE": str(workspace)}


def _execute(work: TaskWork, folder: Path) -> "Executed":
    import nbformat

    from minsheng.runs.notebook import execute_strictly

    run, environment = lay_out(work, folder)
    return execute_strictly(
        nbformat.reads(work.notebook, as_version=4),
        work.parameters,
        folder=run,
        environment=environment,
        limits=work.limits,
        engine={"engine_name": "forked", "template": template()},
        # Nothing but its own inputs: no key, no other county's folder, no network.
        confinement=Confinement(read=(str(folder / "workspace"),), write=(str(run),)),
        sealed=work.asked is not None,
    )


def _render(work: TaskWork, executed: "Executed", folder: Path) -> "Finished":
    from minsheng.runs.finishing import finish

    if work.asked is None:
        from minsheng.render.static_outputs import with_static_outputs, without_widgets

        # Here, not in a servant: what draws the charts dies under a limit of address space.
        with_static_outputs(executed.notebook)
        without_widgets(executed.notebook)
    shown = json.dumps(executed.notebook, ensure_ascii=False)

    def make(where: Callable[..., "Finished"]) -> "Finished":
        return where(
            shown,
            executed.result,
            folder / "reports",
            issuer=work.issuer,
            asked=work.asked,
            plan=work.plan,
            origin=work.origin,
            key=work.key,
            font_set=work.fonts,
            data_folder="../" * (work.name.count("/") + 2) + "data/",  # from outputs/<name>/ to the workspace
        )

    seconds, memory = work.limits.seconds, work.limits.memory_bytes
    try:
        try:
            finished = make(in_servant(finish, time_limit=seconds, memory_limit=memory))
        except WorkerMemoryError:  # the reports before it in the same servant may have taken it: once more, alone
            shutil.rmtree(folder / "reports", ignore_errors=True)
            finished = make(partial(template().call, finish, time_limit=seconds, memory_limit=memory))
    except TaskFailedError:
        raise
    except Exception as error:
        kept = json.dumps(executed.notebook, ensure_ascii=False, indent=1)
        raise TaskFailedError(rendering_fault(error, work.limits), kept) from error
    if finished.personal:
        # Neither report nor notebook is kept: both hold what must not lie about.
        message = f"{len(finished.personal)} 处，没有发布：{finished.personal[0]}"
        lines = "\n".join(finished.personal)
        raise TaskFailedError(Failure(kind=FailureKind.PERSONAL_DATA, message=message, traceback=lines))
    return finished


def rendering_fault(error: Exception, limits: Limits) -> Failure:
    """Class what went wrong while a report was rendered."""
    words = str(error)
    match error:
        case WorkerTimeoutError():
            kind, words = FailureKind.TIME_LIMIT, limits.seconds_in_words
        case WorkerMemoryError():
            kind, words = FailureKind.MEMORY_LIMIT, limits.memory_in_words
        case ForkedError():
            kind = FailureKind.DEAD_PROCESS
        case OSError():
            kind = FailureKind.IO
        case _:
            kind = FailureKind.RENDER
    return Failure(kind=kind, message=words, traceback=traceback.format_exc())


def _without_numbers(error: TaskFailedError) -> TaskFailedError:
    """Mask what a failed cell may have repeated: message and remains go to the history, the terminal and a folder."""
    from minsheng.privacy.personal_numbers import masked_text  # most runs have nothing to mask

    failure = error.failure
    masked = {"message": masked_text(failure.message), "traceback": masked_text(failure.traceback)}
    return TaskFailedError(failure.model_copy(update=masked), masked_text(error.notebook))


def remains(error: TaskFailedError) -> dict[str, bytes]:
    """Return the files that are left of a failed task: what happened, and the notebook as far as it came."""
    failure = error.failure
    report = [f"{failure.kind.word}（{failure.kind.value}）", failure.message, *filter(None, [failure.traceback])]
    files = {"traceback.txt": "\n\n".join(report).encode()}
    if error.notebook:
        files[NOTEBOOK] = error.notebook.encode()
    return files


def cores() -> int:
    """Return how many notebooks may run at once on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
