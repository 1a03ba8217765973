"""What a notebook sealed is looked at before its report is made."""

import time
from pathlib import Path

import nbformat
import pytest

from minsheng.render.html.offline import RenderError
from minsheng.runs.failures import FailureKind, Limits, TaskFailedError
from minsheng.runs.finishing import finish
from minsheng.runs.task_worker import rendering_fault
from papermill_forked import Servants, Template, WorkerDiedError, WorkerEnd, WorkerMemoryError, WorkerTimeoutError

NOTEBOOK = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 甲", id="a")]))


@pytest.mark.parametrize("sealed", [b"{}", b"", b"[", b'{"figures": {"kind": "what"}}'])
def test_a_result_that_is_none_has_failed(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(sealed)
    with pytest.raises(TaskFailedError) as caught:
        finish(NOTEBOOK, tmp_path / "result.json", tmp_path / "reports")
    assert caught.value.failure.kind == FailureKind.INVALID_RESULT
    assert caught.value.notebook == NOTEBOOK


def test_the_failure_comes_back_from_a_servant_whole(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    result.write_bytes(b"{}")
    with (
        Template(["minsheng.runs.finishing"]) as template,
        Servants(template) as servants,
        pytest.raises(TaskFailedError) as caught,
    ):
        servants.call(finish, NOTEBOOK, result, tmp_path / "reports")
    assert caught.value.failure.kind == FailureKind.INVALID_RESULT
    assert "figures" in caught.value.failure.message
    assert caught.value.notebook == NOTEBOOK


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (WorkerTimeoutError("late"), FailureKind.TIME_LIMIT),
        (WorkerMemoryError("much", WorkerEnd()), FailureKind.MEMORY_LIMIT),
        (WorkerDiedError("gone", WorkerEnd()), FailureKind.DEAD_PROCESS),
        (OSError(28, "No space left on device"), FailureKind.IO),
        (RenderError("a script"), FailureKind.RENDER),
    ],
)
def test_what_goes_wrong_while_rendering_is_classed(error: Exception, kind: FailureKind) -> None:
    assert rendering_fault(error, Limits(seconds=60, memory_bytes=1 << 30)).kind == kind


def test_a_limit_of_time_says_how_long_it_was() -> None:
    with Template([]) as template, Servants(template) as servants, pytest.raises(WorkerTimeoutError) as caught:
        servants.call(time.sleep, 30, time_limit=0.2)
    assert "每个笔记本 0.2 秒" in rendering_fault(caught.value, Limits(seconds=0.2, memory_bytes=1 << 30)).message
