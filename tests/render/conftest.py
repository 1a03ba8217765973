"""What the tests of rendering share: the sample report, rendered once, and two ways to read text back."""

import importlib.util
import sys
from html.parser import HTMLParser
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


class _BodyText(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.inside = False

    def handle_starttag(self, tag, _attrs) -> None:
        self.inside = self.inside or tag == "body"

    def handle_data(self, data) -> None:
        if self.inside:
            self.pieces.append(data)


def _squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="session")
def html_text():
    """The text of a page's body without its blanks."""

    def read(html: bytes) -> str:
        parser = _BodyText()
        parser.feed(html.decode())
        return _squeezed("".join(parser.pieces))

    return read


@pytest.fixture(scope="session")
def tagged_text():
    """The text of a PDF without its blanks, in the order of its tags: charts and list numbers left out."""

    def read(pdf: pikepdf.Pdf) -> str:
        marked = {page.obj.objgen: _marked_texts(page) for page in pdf.pages}
        return _squeezed("".join(_walk(pdf.Root.StructTreeRoot.K[0], marked)))

    return read


def _walk(element, marked):
    if element.get("/S") in ("/Figure", "/Lbl"):
        return
    for kid in element.get("/K", []):
        if isinstance(kid, int):
            yield marked[element.Pg.objgen][kid]
        elif "/S" in kid:
            yield from _walk(kid, marked)


def _marked_texts(page) -> dict[int, str]:
    unicode_of = {name: _to_unicode(font) for name, font in page.resources.Font.items()}
    texts: dict[int, str] = {}
    current, font = None, {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC":
                current = int(operands[1]["/MCID"]) if "/MCID" in operands[1] else None
                if current is not None:
                    texts[current] = ""
            case "EMC":
                current = None
            case "Tf":
                font = unicode_of[str(operands[0])]
            case "TJ" | "Tj" if current is not None:
                pieces = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        codes = bytes(piece)
                        texts[current] += "".join(
                            font[int.from_bytes(codes[at : at + 2], "big")] for at in range(0, len(codes), 2)
                        )
    return texts


def _to_unicode(font) -> dict[int, str]:
    table = {}
    inside = False
    for line in font.ToUnicode.read_bytes().decode().splitlines():
        if line.endswith("beginbfchar"):
            inside = True
        elif line == "endbfchar":
            inside = False
        elif inside:
            code, text = line.replace("<", "").replace(">", "").split()
            table[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    return table
