"""How long a notebook takes in a normal kernel and in a fork; the figures of the engine's README."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import papermill
import pytest

from papermill_forked import Template
from papermill_forked.confinement import Confinement, missing

pytestmark = pytest.mark.bench

CELLS = (
    "import pandas, matplotlib.pyplot as plt",
    "frame = pandas.DataFrame({'month': range(1, 13), 'sum': [n * n for n in range(12)]}); frame",
    "plt.bar(frame['month'], frame['sum']); plt.title('a'); plt.show()",
    "print(frame['sum'].sum())",
)
FASTER = 5


def _seconds_each(times: int, threads: int, engine: str | None, **options: object) -> float:
    def execute(_: int) -> None:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        done = papermill.execute_notebook(notebook, None, engine_name=engine, progress_bar=False, **options)
        assert done.cells[-1].outputs[0].text == "506\n"

    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(execute, range(times)))
    return (time.perf_counter() - started) / times


def test_a_fork_is_faster_than_a_kernel(tmp_path: Path) -> None:
    _seconds_each(1, 1, None)  # what the first one alone pays: imports of this process
    kernel = _seconds_each(5, 1, None)
    started = time.perf_counter()
    with Template() as template:
        _seconds_each(1, 1, "forked", template=template)
        boot = time.perf_counter() - started
        fork, two = (_seconds_each(40, threads, "forked", template=template) for threads in (1, 2))
        own = str(tmp_path)
        room = {"HOME": own, "TMPDIR": own, "IPYTHONDIR": f"{own}/.ipython", "MPLCONFIGDIR": own}
        options = {"folder": own, "env": room, "confinement": Confinement(write=(own,))}
        confined = _seconds_each(40, 1, "forked", template=template, **options)
        assert template.fallbacks.total == 0
    print(f"\nkernel {kernel:.2f} s, fork {fork:.3f} s, two at a time {two:.3f} s, first fork after {boot:.1f} s")  # noqa: T201
    print(f"confined {confined:.3f} s, {confined - fork:+.3f} s; this machine lacks {missing() or 'no layer'}")  # noqa: T201
    assert kernel > FASTER * fork
    assert confined < 1.3 * fork
