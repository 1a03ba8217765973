"""Everything that papermill lets pass is a named failure here."""

from pathlib import Path

import nbformat
import pytest

from minsheng.runs.failures import FailureKind, Limits, TaskFailedError
from minsheng.runs.notebook import declared_parameters, execute_strictly
from papermill_forked import Template

pytestmark = pytest.mark.slow

SEALED = """{
 "figures": {"kind": "ranking", "plan": "p", "period": "2017-06", "as_of": null, "rows": [], "provisional": false},
 "provenance": {"inputs": [], "plan_sha256": "", "notebook_sha256": "", "package_version": "", "lock_sha256": "",
                "fonts": {}}
}"""
SEAL = f"import os, pathlib\npathlib.Path(os.environ['MINSHENG_RESULT']).write_text('''{SEALED}''')"
GIVEN = {"period": "2017-06", "area": "cangxi"}


@pytest.fixture(scope="module")
def template():
    with Template() as warm:
        yield warm


def _notebook(*sources: str, parameters: str = 'period = "2017-01"\narea = "x"') -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _execute(notebook, folder: Path, template: Template, *, given=GIVEN, seconds=60.0, memory=2 << 30):
    return execute_strictly(
        notebook,
        given,
        folder=folder,
        environment={"MINSHENG_TEST": "here"},
        limits=Limits(seconds=seconds, memory_bytes=memory),
        engine={"engine_name": "forked", "template": template},
    )


def _failure(*arguments, **keywords):
    with pytest.raises(TaskFailedError) as caught:
        _execute(*arguments, **keywords)
    return caught.value


def test_a_sealed_result_is_returned_with_the_notebook(tmp_path: Path, template: Template) -> None:
    notebook = _notebook("import os\nprint(period, area, os.environ['MINSHENG_TEST'], os.getcwd())", SEAL)
    executed = _execute(notebook, tmp_path, template)
    assert executed.result.read_text() == SEALED
    assert executed.notebook.cells[2].outputs[0].text == f"2017-06 cangxi here {tmp_path}\n"
    assert "start_time" not in nbformat.writes(executed.notebook)


def test_two_executions_are_the_same_bytes(tmp_path: Path, template: Template) -> None:
    texts = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        notebook = _notebook(SEAL)
        notebook.cells[0]["id"], notebook.cells[1]["id"] = "first", "second"
        texts.append(nbformat.writes(_execute(notebook, folder, template).notebook))
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({**GIVEN, "month": "6"}, "不认识的参数 month"),
        ({"period": "2017-06"}, "缺少参数 area"),
        ({"period": "2017-06", "area": 510824}, "只能是文字"),
    ],
)
def test_parameters_are_exactly_those_declared(given, said, tmp_path: Path, template: Template) -> None:
    error = _failure(_notebook(SEAL), tmp_path, template, given=given)
    assert error.failure.kind == FailureKind.PARAMETER
    assert said in error.failure.message


@pytest.mark.parametrize("source", ["period = 2017", "period: str = 'x'", "import os", "a = b = 'x'"])
def test_a_parameters_cell_holds_text_literals_only(source: str) -> None:
    with pytest.raises(TaskFailedError, match="parameters 单元格"):
        declared_parameters(_notebook(parameters=source))


def test_a_notebook_without_parameters_cell_is_refused() -> None:
    with pytest.raises(TaskFailedError, match="有且只有一个"):
        declared_parameters(nbformat.v4.new_notebook())


def test_an_error_is_named_with_its_traceback(tmp_path: Path, template: Template) -> None:
    error = _failure(_notebook("1 / 0", SEAL), tmp_path, template)
    assert error.failure.kind == FailureKind.NOTEBOOK_ERROR
    assert "ZeroDivisionError" in error.failure.traceback
    assert "\x1b" not in error.failure.traceback
    assert "ZeroDivisionError" in error.notebook


@pytest.mark.parametrize("source", ["pass", "import sys; sys.exit(0)"])
def test_a_notebook_that_seals_nothing_has_failed(source: str, tmp_path: Path, template: Template) -> None:
    assert _failure(_notebook(source), tmp_path, template).failure.kind == FailureKind.NO_RESULT


def test_a_dead_process_is_named(tmp_path: Path, template: Template) -> None:
    error = _failure(_notebook("import os; os._exit(3)", SEAL), tmp_path, template)
    assert error.failure.kind == FailureKind.DEAD_PROCESS
    assert "退出码 3" in error.failure.message


def test_an_endless_notebook_is_ended(tmp_path: Path, template: Template) -> None:
    error = _failure(_notebook("while True: pass", SEAL), tmp_path, template, seconds=1.0)
    assert error.failure.kind == FailureKind.TIME_LIMIT


def test_a_notebook_that_eats_memory_is_ended(tmp_path: Path, template: Template) -> None:
    hungry = "kept = []\nwhile True: kept.append(bytearray(50_000_000))"
    error = _failure(_notebook(hungry, SEAL), tmp_path, template, memory=512 << 20)
    assert error.failure.kind == FailureKind.MEMORY_LIMIT


def test_a_notebook_that_is_ended_is_kept_with_the_line_that_it_was_in(tmp_path: Path, template: Template) -> None:
    error = _failure(_notebook("print('so far')", "import time\ntime.sleep(60)", SEAL), tmp_path, template, seconds=1.0)
    assert error.failure.kind == FailureKind.TIME_LIMIT
    assert "so far" in error.notebook
    assert "time.sleep(60)" in error.failure.traceback
    assert error.failure.cell == "3"


def test_a_dead_process_leaves_its_notebook(tmp_path: Path, template: Template) -> None:
    error = _failure(_notebook("print('so far')", "import os; os.kill(os.getpid(), 9)"), tmp_path, template)
    assert "执行第 4 个单元格时进程被信号 9（SIGKILL）中止" in error.failure.message
    assert "so far" in error.notebook


def test_too_much_output_is_cut_and_called_so(tmp_path: Path, template: Template) -> None:
    error = _failure(_notebook("while True: print('x' * 100_000)", SEAL), tmp_path, template)
    assert error.failure.kind == FailureKind.OUTPUT_LIMIT
    assert "cell_output_limit_mib" in error.failure.message
    assert 15 << 20 < len(error.notebook) < 18 << 20
