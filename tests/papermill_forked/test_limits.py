"""A notebook that will not end well is ended with all its processes, and named."""

import re

import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill import PapermillExecutionError
from papermill.engines import papermill_engines

from papermill_forked import NotebookDiedError, NotebookMemoryError, NotebookOutputError, NotebookTimeoutError

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("nothing_left")]

MEGABYTE = 1 << 20
DAEMON = """
import os, time
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(write, str(os.getpid()).encode())
        time.sleep(600)
    os._exit(0)
os.wait()
daemon = int(os.read(read, 20))
print(daemon)
"""


@pytest.fixture
def fail(new_notebook, template):
    """Run cells that must fail; give back the exception and the notebook as it was then."""

    def run_failing(kind, *cells, **options):
        notebook = new_notebook(*cells)
        notebook.metadata.papermill = {}
        with pytest.raises(kind) as caught:
            papermill_engines.execute_notebook_with_engine(
                "forked", notebook, "python3", progress_bar=False, template=template, **options
            )
        return caught.value, notebook

    return run_failing


def printed(notebook):
    # From Python 3.12 on, stderr holds a warning of a fork beside threads.
    return "".join(output.text for output in notebook.cells[0].outputs if output.get("name") == "stdout")


def states(notebook):
    return [cell.metadata.papermill.status for cell in notebook.cells]


def test_a_cell_that_loops(fail):
    error, notebook = fail(CellTimeoutError, "1", "while True: pass", "2", execution_timeout=1)

    assert "while True: pass" in str(error)
    assert not isinstance(error, NotebookTimeoutError)
    assert states(notebook) == ["completed", "failed", "pending"]
    assert notebook.metadata.papermill.exception is True


def test_a_notebook_that_takes_too_long(fail):
    error, notebook = fail(NotebookTimeoutError, *["import time; time.sleep(.4)"] * 10, time_limit=1)

    assert "time limit" in str(error)
    assert states(notebook).count("failed") == 1
    assert states(notebook)[-1] == "pending"


def test_a_cell_that_prints_for_ever(fail):
    fail(NotebookTimeoutError, "while True: print('more')", time_limit=1)


def test_a_cell_that_writes_descriptors_for_ever(fail):
    fail(NotebookTimeoutError, "import subprocess; subprocess.run(['yes'])", time_limit=1)


def test_a_cell_that_ignores_all_signals(fail):
    cell = "import signal\nfor n in {1, 2, 15}: signal.signal(n, signal.SIG_IGN)\nwhile True: pass"
    fail(NotebookTimeoutError, cell, time_limit=1)


def test_interrupt_instead_of_kill(new_notebook, template):
    notebook = new_notebook("import time; time.sleep(60)", "print('goes on')")
    notebook.metadata.papermill = {}
    papermill_engines.execute_notebook_with_engine(
        "forked",
        notebook,
        "python3",
        progress_bar=False,
        template=template,
        execution_timeout=1,
        interrupt_on_timeout=True,
        allow_errors=True,
    )

    assert notebook.cells[0].outputs[0].ename == "KeyboardInterrupt"
    assert notebook.cells[1].outputs[0].text == "goes on\n"


def test_memory_in_python(run):
    with pytest.raises(PapermillExecutionError) as caught:
        run("held = bytearray(2 << 30)", memory_limit=500 * MEGABYTE)

    assert caught.value.ename == "MemoryError"


def test_memory_within_the_limit(run, text):
    notebook = run("len(bytearray(200 << 20))", memory_limit=500 * MEGABYTE)

    assert text(notebook) == [str(200 << 20)]


def test_memory_of_children(fail):
    cell = """
import os, time
for n in range(4):
    if os.fork() == 0:
        held = bytearray(os.urandom(1 << 20) * 150)
        time.sleep(600)
time.sleep(60)
"""
    error, notebook = fail(NotebookMemoryError, cell, memory_limit=400 * MEGABYTE, time_limit=60)

    assert "memory limit" in str(error)
    assert states(notebook) == ["failed"]


def test_sudden_exit(fail):
    error, notebook = fail(NotebookDiedError, "1", "print('last words'); import os; os._exit(7)", "2")

    assert error.cell_index == 1
    assert error.end.code == 7
    assert "exited with code 7" in str(error)
    assert isinstance(error, DeadKernelError)
    assert states(notebook) == ["completed", "failed", "pending"]


def test_last_words_are_kept(fail):
    _, notebook = fail(NotebookDiedError, "print('last words', flush=True); import os; os.abort()")

    assert [output.text for output in notebook.cells[0].outputs] == ["last words\n"]


def test_killed_by_a_signal(fail):
    error, notebook = fail(NotebookDiedError, "import os; os.kill(os.getpid(), 9)")

    assert error.end.signal == 9
    assert "SIGKILL" in str(error)
    assert states(notebook) == ["failed"]


def test_crash_in_c(fail):
    error, _ = fail(NotebookDiedError, "import ctypes; ctypes.string_at(0)")

    assert "SIGSEGV" in str(error)


def test_the_notebook_asks_to_exit(fail):
    error, notebook = fail(NotebookDiedError, "exit()", "import asyncio; await asyncio.sleep(60)")

    assert error.end.code == 0
    assert states(notebook) == ["completed", "failed"]


def test_children_of_a_loop(fail, alive):
    cell = """
import os, time
pids = []
for n in range(5):
    pid = os.fork()
    if pid == 0:
        os.fork()
        time.sleep(600)
    pids.append(pid)
print(*pids, flush=True)
while True: pass
"""
    _, notebook = fail(NotebookTimeoutError, cell, time_limit=2)

    pids = [int(pid) for pid in printed(notebook).split()]
    assert len(pids) == 5
    assert not any(alive(pid) for pid in pids)


def test_a_daemon_of_a_notebook_that_ends(run, alive, wait_until):
    notebook = run(DAEMON, "os.kill(daemon, 0)")

    assert wait_until(lambda: not alive(int(printed(notebook))))


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_daemon_of_a_notebook_that_dies(fail, alive, end, wait_until):
    _, notebook = fail(NotebookDiedError, DAEMON, end)

    assert wait_until(lambda: not alive(int(printed(notebook))))


def test_a_child_that_keeps_the_sockets_open(fail):
    cell = "import subprocess, os; subprocess.Popen(['sleep', '600'], close_fds=False); os._exit(1)"
    error, _ = fail(NotebookDiedError, cell)

    assert error.end.code == 1


def test_exit_handlers_run(run, tmp_path):
    run(f"import atexit, pathlib; atexit.register(pathlib.Path({str(tmp_path / 'left')!r}).touch)")

    assert (tmp_path / "left").exists()


def test_immediate_shutdown_skips_exit_handlers(run, tmp_path):
    run(
        f"import atexit, pathlib; atexit.register(pathlib.Path({str(tmp_path / 'left')!r}).touch)",
        shutdown_kernel="immediate",
    )

    assert not (tmp_path / "left").exists()


def test_a_cell_that_prints_too_much_is_cut_and_named(fail):
    error, notebook = fail(
        NotebookOutputError, "1", "while True: print('x' * 1000)", "2", cell_output_limit=100_000, time_limit=60
    )

    assert "the cell gave more than 100000 bytes of output, in cell 1" in str(error)
    assert states(notebook) == ["completed", "failed", "pending"]
    outputs = notebook.cells[1].outputs
    kept = sum(len(output.text) for output in outputs if output.output_type == "stream")
    assert 90_000 < kept <= 100_000
    assert outputs[-1].ename == "KeyboardInterrupt"


def test_cells_that_together_print_too_much(fail):
    error, notebook = fail(NotebookOutputError, *["print('x' * 1000)"] * 5, output_limit=3_500)

    assert "the notebook gave more than 3500 bytes" in str(error)
    assert states(notebook) == ["completed"] * 3 + ["failed", "pending"]


def test_a_table_that_is_too_large_is_not_kept(fail):
    cell = "from IPython.display import HTML; HTML('x' * 5000)"
    _, notebook = fail(NotebookOutputError, cell, cell_output_limit=4_000)

    assert {output.output_type for output in notebook.cells[0].outputs} <= {"error"}  # of the interrupt


def test_one_enormous_message_is_not_taken_in(fail):
    cell = "from IPython.display import HTML; HTML('x' * (64 << 20))"
    error, notebook = fail(NotebookOutputError, cell, cell_output_limit=1 << 20)

    assert "at once" in str(error)
    assert states(notebook) == ["failed"]


def test_output_of_half_characters_counts_as_any(run, text):
    assert text(run("print('字' * 10)", cell_output_limit=31, output_limit=31)) == ["字" * 10 + "\n"]


def test_a_time_out_shows_the_line(fail):
    _, notebook = fail(NotebookTimeoutError, "import time\nfirst = 1\ntime.sleep(60)", time_limit=1)

    assert notebook.cells[0].outputs[0].ename == "KeyboardInterrupt"
    shown = re.sub(r"\x1b\[[0-9;]*m", "", "".join(notebook.cells[0].outputs[0].traceback))
    assert "----> 3 time.sleep(60)" in shown


def test_a_cell_that_overhears_the_interrupt_is_ended_all_the_same(fail):
    cell = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    _, notebook = fail(NotebookTimeoutError, "print('before')", cell, time_limit=1)

    assert states(notebook) == ["completed", "failed"]
