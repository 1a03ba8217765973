"""What we write opens in LibreOffice: templates and receipts become PDF, every sheet readable."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pypdf
import pytest

from minsheng.commands.template import write_templates
from minsheng.workspace import Workspace

pytestmark = pytest.mark.soak
SOFFICE = shutil.which("soffice") or "soffice"


def _as_pdf(files: list[Path], folder: Path) -> dict[str, pypdf.PdfReader]:
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done
    return {path.stem: pypdf.PdfReader(folder / f"{path.stem}.pdf") for path in files}


def _squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_template_opens_and_shows_every_header(june: Workspace, tmp_path: Path) -> None:
    files = [*write_templates(june, "2017-07", tmp_path / "templates").values()]
    assert len(files) == 11
    for name, pdf in _as_pdf(files, tmp_path).items():
        book = openpyxl.load_workbook(tmp_path / "templates" / f"{name}.xlsx")
        text = _squeezed("".join(page.extract_text() for page in pdf.pages))
        for sheet in book.worksheets:
            headers = [cell.value for row in sheet.iter_rows(max_row=3) for cell in row if isinstance(cell.value, str)]
            missing = [header for header in headers if _squeezed(header) not in text]
            assert not missing, (name, sheet.title, missing)
        assert "###" not in text, f"{name}: a column is too narrow for its figure"
        for page in pdf.pages:
            width, height = sorted((float(page.mediabox.width), float(page.mediabox.height)))
            assert (round(width), round(height)) == (595, 842), "A4"


def test_receipts_open_and_say_what_is_wrong(june: Workspace, tmp_path: Path) -> None:
    files = sorted((june.outputs / "2017-06" / "receipts").glob("*.xlsx"))
    assert len(files) >= 9
    for pdf in _as_pdf(files, tmp_path).values():
        assert "回执" in pdf.pages[0].extract_text()


def test_the_tables_that_the_bureau_sends_on_print_on_one_page(assessed: Workspace, tmp_path: Path) -> None:
    files = [
        assessed.outputs / "2017-06" / "progress.xlsx",
        assessed.outputs / "2017-H1" / "result_table" / "result_table.xlsx",
    ]
    for name, pdf in _as_pdf(files, tmp_path).items():
        (page,) = pdf.pages
        assert float(page.mediabox.width) > float(page.mediabox.height)
        text = _squeezed(page.extract_text())
        assert "###" not in text
        (sheet,) = openpyxl.load_workbook(next(file for file in files if file.stem == name)).worksheets
        headers = {cell.value for row in sheet.iter_rows(max_row=7) for cell in row if isinstance(cell.value, str)}
        assert not [header for header in headers if _squeezed(header) not in text]
