"""Every notebook here runs in a normal kernel and in a fork, and must give the same outputs."""

import concurrent.futures
import copy
import re
from pathlib import Path

import nbformat
import papermill
import pytest
from papermill.engines import papermill_engines

pytestmark = pytest.mark.slow

# One file per kind of behaviour; cells begin with "# %%".
CORPUS = {
    path.stem: [cell.removesuffix("\n") for cell in path.read_text(encoding="utf-8").split("# %%\n")[1:]]
    for path in sorted((Path(__file__).parent / "corpus").glob("*.txt"))
}

TAGGED = "raises-exception"


def build(new_notebook, cells):
    notebook = new_notebook(*cells)
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index}"
        cell.metadata.tags = [TAGGED]
    notebook.cells.append(nbformat.v4.new_markdown_cell("# text", id="text"))
    return notebook


@pytest.fixture(scope="module")
def both(template, new_notebook):
    """Each notebook's outputs: from a normal kernel, from a fork."""

    def execute(name, engine, **options):
        notebook = build(new_notebook, CORPUS[name])
        notebook.metadata.papermill = {}
        # execute_notebook would raise in the end, whatever the tags allow.
        return papermill_engines.execute_notebook_with_engine(
            engine, notebook, "python3", progress_bar=False, execution_timeout=60, **options
        )

    with pytest.MonkeyPatch.context() as patch:
        # A real kernel does not capture file descriptors where it sees pytest.
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            # One engine after the other: both write the same files into the same folder.
            forks = dict(
                zip(CORPUS, pool.map(lambda name: execute(name, "forked", template=template), CORPUS), strict=True)
            )
            kernels = dict(zip(CORPUS, pool.map(lambda name: execute(name, None), CORPUS), strict=True))
            return {name: (kernels[name], forks[name]) for name in CORPUS}


RANDOM = (
    (re.compile(r"0x[0-9a-f]{6,}"), "ADDRESS"),
    (re.compile(r"/tmp/ipykernel_\d+/"), "/tmp/ipykernel_PID/"),  # noqa: S108  # only a pattern
    (re.compile(r"[0-9a-f]{32}"), "HEX"),
    (re.compile(r"(CPU times|Wall time|Compiler|Parser) *:[^\n]*\n?"), ""),
    (re.compile(r"ForkProcess-\d+|ForkPoolWorker-\d+"), "PROCESS"),
    (re.compile(r"<dc:date>[^<]*"), "<dc:date>DATE"),
    (re.compile(r"\b140\d{12}\b"), "THREAD"),
    (re.compile(r"\(pid=\d+\)"), "(pid=PID)"),  # from Python 3.12 on, a fork beside threads is warned of
)


def plain(value):
    """Replace what is random by nature."""
    if isinstance(value, str):
        for pattern, word in RANDOM:
            value = pattern.sub(word, value)
        return value
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def joined(outputs):
    """Join what a stream's timer may have cut in two, in a kernel as in a fork."""
    result = []
    for output in outputs:
        if result and output.output_type == "stream" and result[-1].get("name") == output.name:
            result[-1].text += output.text
        else:
            result.append(copy.deepcopy(output))
    return result


@pytest.mark.parametrize(("name", "index"), [(name, i) for name, cells in CORPUS.items() for i in range(len(cells))])
def test_cell(both, name, index):
    kernel, fork = (notebook.cells[index] for notebook in both[name])

    assert plain(joined(fork.outputs)) == plain(joined(kernel.outputs))
    assert fork.execution_count == kernel.execution_count
    assert set(fork.metadata) == set(kernel.metadata)
    assert fork.metadata.papermill.status == kernel.metadata.papermill.status
    assert set(fork.metadata.get("execution", {})) == set(kernel.metadata.get("execution", {}))


@pytest.mark.parametrize("name", CORPUS)
def test_metadata(both, name):
    kernel, fork = both[name]

    assert fork.metadata.language_info == kernel.metadata.language_info
    assert set(fork.metadata.papermill) == set(kernel.metadata.papermill)


def test_widget_state(both):
    kernel, fork = (
        notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"] for notebook in both["widgets"]
    )

    def models(widgets):
        return sorted(str(plain(model["state"])) for model in widgets["state"].values())

    assert models(fork) == models(kernel)


def test_flushed_text_stays_in_outputs_of_its_own(both):
    index = next(i for i, cell in enumerate(CORPUS["streams"]) if "flush=True" in cell)
    kernel, fork = (notebook.cells[index].outputs for notebook in both["streams"])

    assert [output.text for output in fork] == [output.text for output in kernel] == ["one\n", "two\n"]


def test_nothing_fell_back(both, template):
    assert both
    assert template.fallbacks.total == 0


def test_a_failing_notebook_fails_alike(new_notebook, template):
    def fail(engine, **options):
        notebook = new_notebook("print('before')", "1 / 0", "print('never')")
        with pytest.raises(papermill.PapermillExecutionError) as caught:
            papermill.execute_notebook(notebook, None, engine_name=engine, progress_bar=False, **options)
        error = caught.value
        return (str(error), error.cell_index, error.exec_count, error.ename, error.evalue), [
            cell.metadata.papermill.status for cell in notebook.cells if "papermill" in cell.metadata
        ]

    assert plain(list(fail("forked", template=template))) == plain(list(fail(None)))
