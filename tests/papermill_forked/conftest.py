"""A warm template for all tests of the folder, and notebooks made on the spot."""

import os
import time
from pathlib import Path

import nbformat
import papermill
import pytest
import tqdm.auto  # noqa: F401  # before anything of a kernel: else papermill's progress would be a widget for all tests

from papermill_forked import Template
from papermill_forked.processes import descendants


def new_notebook(*cells):
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook.cells = [
        cell if isinstance(cell, nbformat.NotebookNode) else nbformat.v4.new_code_cell(cell) for cell in cells
    ]
    return notebook


@pytest.fixture(name="new_notebook", scope="session")
def _new_notebook():
    return new_notebook


@pytest.fixture(scope="session")
def template():
    with Template() as one:
        yield one


@pytest.fixture
def run(template):
    """Run cells in a fork; the notebook is kept in ``run.notebook`` whatever happens."""

    def run_cells(*cells, **options):
        run_cells.notebook = new_notebook(*cells)
        options = {"template": template, "progress_bar": False, **options}
        # Parameters apart, papermill executes the very object that it is given.
        run_cells.notebook = papermill.execute_notebook(run_cells.notebook, None, engine_name="forked", **options)
        return run_cells.notebook

    return run_cells


@pytest.fixture
def text():
    """All text of the outputs of a notebook's cells, cell by cell."""

    def of(notebook):
        return [
            "".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
            for cell in notebook.cells
            if cell.cell_type == "code"
        ]

    return of


@pytest.fixture
def nothing_left(template):
    """After the test no process descends from the template, and nothing fell back to a normal kernel."""
    yield
    assert template.fallbacks.reasons == {}
    if template.pid is not None:
        assert wait_until(lambda: descendants(template.pid) == [])


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(name="wait_until")
def _wait_until():
    return wait_until


@pytest.fixture
def alive():
    def is_alive(pid):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return stat.rpartition(")")[2].split()[0] not in "ZX"

    return is_alive
