"""What the tests of rendering share: the sample report, rendered once."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import pikepdf
import pytest

from minsheng.render.report import RenderedReport, render_report

RESULT = b'{"figures": {"area": "cangxi"}}'


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module that builds sample notebooks (test folders are no packages)."""
    path = Path(__file__).with_name("sample_report.py")
    spec = importlib.util.spec_from_file_location("sample_report", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["sample_report"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def notebook(sample) -> nbformat.NotebookNode:
    return sample.sample_notebook()


@pytest.fixture(scope="session")
def rendered(notebook) -> RenderedReport:
    return render_report(notebook, attachments={"result.json": RESULT})


@pytest.fixture
def pdf(rendered, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(rendered.pdf)
    with pikepdf.open(path) as opened:
        yield opened
