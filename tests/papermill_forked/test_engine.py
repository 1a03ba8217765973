"""The engine as papermill's users see it."""

import asyncio
import concurrent.futures
import json
import logging
import subprocess
import sys

import nbformat
import papermill
import pytest
from papermill.engines import papermill_engines

from papermill_forked import ForkedEngine, Template, engine

pytestmark = pytest.mark.slow


def test_registered_under_the_entry_point():
    assert papermill_engines.get_engine("forked") is ForkedEngine


@pytest.mark.parametrize("first", ["papermill_forked", "papermill"])
def test_either_may_be_imported_first(first):
    code = f"import {first}; from papermill_forked import ForkedEngine; import papermill; print(ForkedEngine)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_parameters_and_metadata(template, new_notebook, tmp_path, text):
    source, target = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    notebook = new_notebook("area = 'x'", "print(area)", "2 + 2")
    notebook.cells[0].metadata.tags = ["parameters"]
    nbformat.write(notebook, source)
    papermill.execute_notebook(
        source, target, {"area": "cangxi"}, engine_name="forked", template=template, progress_bar=False
    )

    saved = nbformat.read(target, as_version=4)
    assert text(saved)[2:] == ["cangxi\n", "4"]
    assert {cell.metadata.papermill.status for cell in saved.cells} == {"completed"}
    assert all(cell.metadata.papermill.duration is not None for cell in saved.cells)
    assert saved.metadata.papermill.exception is None
    assert saved.metadata.language_info.name == "python"
    assert template.fallbacks.total == 0


def test_progress_bar_and_log(run, capfd, caplog):
    with caplog.at_level(logging.INFO, logger="papermill"):
        run("print('to the log')", progress_bar=True, log_output=True)

    assert "1/1" in capfd.readouterr().err
    assert "to the log" in caplog.text


def test_output_files(run, tmp_path):
    with (tmp_path / "out").open("w", encoding="utf-8") as out, (tmp_path / "err").open("w", encoding="utf-8") as err:
        run("import sys; print('one'); print('two', file=sys.stderr)", stdout_file=out, stderr_file=err)

    assert (tmp_path / "out").read_text(encoding="utf-8") == "one\n"
    assert (tmp_path / "err").read_text(encoding="utf-8") == "two\n"


def test_working_folder(run, text, tmp_path):
    assert text(run("import os; print(os.getcwd())", cwd=tmp_path)) == [f"{tmp_path}\n"]


def test_skipped_cells(run, text):
    skipped = nbformat.v4.new_code_cell("print('skipped')", metadata={"tags": ["skip-execution"]})

    assert text(run("print(1)", skipped, "print(2)")) == ["1\n", "", "2\n"]


def test_notebooks_share_no_state(run, text):
    run(
        "import builtins, os, sys, pandas, matplotlib\n"
        "builtins.left = 1; os.environ['LEFT'] = '1'; sys.path.append('/left')\n"
        "pandas.set_option('display.max_rows', 7); matplotlib.rcParams['figure.dpi'] = 7; pandas.left = 1"
    )
    cell = (
        "import builtins, os, sys, pandas, matplotlib\n"
        "print(hasattr(builtins, 'left'), 'LEFT' in os.environ, '/left' in sys.path,"
        " pandas.get_option('display.max_rows'), matplotlib.rcParams['figure.dpi'], hasattr(pandas, 'left'))"
    )

    assert text(run(cell)) == ["False False False 60 100.0 False\n"]


def test_random_numbers_differ_between_notebooks(run, text):
    cell = (
        "import random, numpy, uuid; print(random.random(), numpy.random.rand(), numpy.random.default_rng().random())"
    )
    first, second = (text(run(cell))[0].split() for _ in range(2))

    assert not set(first) & set(second)


def test_half_a_character_is_told_of_and_the_cell_goes_on(run):
    first, second = run("print('half \\ud83d', flush=True); print('whole')", "print('after')").cells

    assert "UnicodeEncodeError" in "".join(output.text for output in first.outputs if output.name == "stderr")
    assert "".join(output.text for output in first.outputs if output.name == "stdout") == "whole\n"
    assert [output.text for output in second.outputs] == ["after\n"]


def test_a_child_that_comes_to_the_end_of_the_cell_ends_there_and_its_words_are_kept(run):
    fork = "import os\nprint('child' if (pid := os.fork()) == 0 else 'parent')"
    notebook = run(f"{fork}\nended = os.waitpid(pid, 0)[1] if pid else None", "ended")

    words = "".join(output.text for output in notebook.cells[0].outputs if output.name == "stdout")
    assert sorted(words.split()) == ["child", "parent"]
    assert notebook.cells[1].outputs[0].data["text/plain"] == "0"


def test_several_threads(template, new_notebook, text):
    def execute(n):
        notebook = new_notebook(f"n = {n}", "import time; time.sleep(.05)", "print(n * n)")
        return text(
            papermill.execute_notebook(notebook, None, engine_name="forked", template=template, progress_bar=False)
        )[2]

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(execute, range(12))) == [f"{n * n}\n" for n in range(12)]
    assert template.fallbacks.total == 0


def test_inside_a_running_event_loop(new_notebook, template, text):
    async def main():
        return papermill.execute_notebook(
            new_notebook("1 + 1"), None, engine_name="forked", template=template, progress_bar=False
        )

    with concurrent.futures.ThreadPoolExecutor(1) as apart:  # a browser test leaves a loop running in this thread
        assert text(apart.submit(asyncio.run, main()).result()) == ["2"]


def test_command_line(new_notebook, tmp_path, text):
    nbformat.write(new_notebook("print('from the command line')", "1"), tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "forked", "in.ipynb", "out.ipynb", "--progress-bar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "does not run in a fork" not in done.stderr
    assert "2/2" in done.stderr
    assert text(nbformat.read(tmp_path / "out.ipynb", as_version=4)) == ["from the command line\n", "1"]


def test_a_broken_template_means_a_normal_kernel(new_notebook, text, caplog):
    with Template(("no_such_module_anywhere",)) as broken:
        notebook = papermill.execute_notebook(
            new_notebook("print(1)"),
            None,
            engine_name="forked",
            template=broken,
            progress_bar=False,
            memory_limit=1 << 30,
        )

        assert text(notebook) == ["1\n"]
        assert broken.fallbacks.total == 1
    assert "a notebook does not run in a fork" in caplog.text
    assert "no memory limit" in caplog.text


def test_time_limit_of_a_normal_kernel(new_notebook):
    from papermill_forked import NotebookTimeoutError

    with Template(("no_such_module_anywhere",)) as broken, pytest.raises(NotebookTimeoutError):
        papermill.execute_notebook(
            new_notebook("while True: pass"),
            None,
            engine_name="forked",
            template=broken,
            progress_bar=False,
            time_limit=1,
        )


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"argv": ["bash", "{connection_file}"]}, "is not the plain ipykernel"),
        ({"argv": ["/other/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]}, "is not the plain"),
        ({"argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}", "--x"]}, "is not the plain"),
        ({"argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "env": {"A": "1"}}, "is not"),
        ({"argv": ["python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"]}, None),
        (
            {"argv": [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]},
            None,
        ),
    ],
)
def test_other_kernels_do_not_run_in_a_fork(tmp_path, monkeypatch, spec, reason):
    folder = tmp_path / "kernels" / "special"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"display_name": "s", "language": "x", **spec}), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    engine._kernel_obstacle.cache_clear()
    obstacle = engine._obstacle("special", {})
    engine._kernel_obstacle.cache_clear()

    assert obstacle is None if reason is None else reason in obstacle


def test_unknown_kernels_and_own_managers_do_not_run_in_a_fork():
    assert "no kernel" in engine._obstacle("no-such-kernel", {})
    assert engine._obstacle("python3", {"kernel_manager_class": object}) == "kernel_manager_class was given"


def test_a_shell_knows_which_modules_were_there_before_the_first_cell(run, text):
    known = "get_ipython()._sys_modules_keys"
    cells = [f"{known}.issuperset({{'os', 'IPython', 'ipykernel'}})", f"import colorsys; 'colorsys' in {known}"]
    assert text(run(*cells, f"import sys; set(sys.modules) - {known} == {{'colorsys'}}")) == [
        "True",
        "False",
        "True",
    ]
