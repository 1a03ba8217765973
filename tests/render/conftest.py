"""What the tests of rendering share: the sample report, rendered once."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import nbformat
import page
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


@pytest.fixture(scope="session")
def faults_of():
    """What a validator has against a file as an archival and as an accessible one."""

    def look(content: bytes, *, accessible: bool = True) -> list[str]:
        profiles = [page.ValidationProfile.PDF_A_3U] + [page.ValidationProfile.PDF_UA_1] * accessible
        found = [page.validate_pdf_bytes(content, profile=profile) for profile in profiles]
        assert all(report.is_compliant == (not report.failures) for report in found)
        return [str(fault) for report in found for fault in report.failures]

    return look
