"""Our exporters as nbconvert's command line finds them."""

import subprocess
import sys

import nbformat
import pikepdf
import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "suffix", "begin"), [("html", "html", b"<!DOCTYPE html>"), ("pdf", "pdf", b"%PDF-1.7")]
)
def test_jupyter_nbconvert_finds_the_exporter(notebook, tmp_path, name, suffix, begin):
    source = tmp_path / "executed.ipynb"
    nbformat.write(notebook, source)
    (tmp_path / "result.json").write_text("{}")
    command = [sys.executable, "-m", "nbconvert", "--to", f"minsheng_{name}", str(source)]
    if name == "pdf":
        command.append(f"--ReportPDFExporter.attached_files={tmp_path / 'result.json'}")
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    target = tmp_path / f"executed.{suffix}"
    assert target.read_bytes().startswith(begin)
    if name == "pdf":
        with pikepdf.open(target) as pdf:
            assert list(pdf.attachments) == ["result.json"]
