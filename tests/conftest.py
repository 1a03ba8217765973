"""A workspace of one's own: what git keeps, and nothing that a run made. And two ways to read a report's text back."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, settings

from minsheng.domain.plan import Plan
from minsheng.files.locks import locked
from minsheng.plan import load_plan
from minsheng.workspace import Workspace

ROOT = Path(__file__).parent.parent

# How long an example takes says what else the machine does, and the fixtures that examples share are only read.
settings.register_profile(
    "workbook",
    settings(),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("workbook")


_TAKE_SECONDS = {"june", "assessed", "browser", "lab", "desk_lab", "wheel", "installed", "checkout", "tree", "written"}
"""Fixtures that run a month, start a browser, build a wheel or print the handbook."""


def pytest_make_parametrize_id(val: object) -> str | None:
    """Write bytes in a test's name as text, which pytest itself does only where it escapes everything."""
    return val.decode("ascii", "backslashreplace") if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow whatever asks for one of these, ``make test-fast`` leaves it out; give soak tests their hours."""
    for item in items:
        if _TAKE_SECONDS & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
        # The limit of a test is not that of hundreds of rounds; Hypothesis calls flaky what a limit interrupts.
        if item.get_closest_marker("soak") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(7200))


def committed_files(folder: str = ".") -> list[Path]:
    """Return the files that git keeps: whoever tries the product in a clone adds others."""
    # Evidence files have Chinese names, which git would quote.
    command = ["git", "-c", "core.quotepath=off", "ls-files", "--", folder]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines()]


def copy_workspace(target: Path, *, returns: str = "*") -> Workspace:
    """Copy the repository's workspace; ``returns`` picks the months."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ("minsheng.toml", "requirements.lock"):
        shutil.copy(ROOT / name, target / name)
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, target / name)
    (target / "data" / "returns").mkdir(parents=True)
    for path in sorted((ROOT / "data" / "returns").glob(returns)):
        if path.is_dir():
            shutil.copytree(path, target / "data" / "returns" / path.name)
    shutil.copy(ROOT / "data" / "returns" / "register.csv", target / "data" / "returns" / "register.csv")
    return Workspace.find(target)


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The sample year's plan, which no test can change: it is frozen."""
    return load_plan(ROOT / "params", 2017)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A fresh workspace with all sample returns."""
    return copy_workspace(tmp_path / "workspace")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Make a folder once for all processes of a test session: ``made_once(name, make)`` returns it."""

    def made(name: str, make: Callable[[Path], None]) -> Path:
        base = tmp_path_factory.getbasetemp()
        shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
        folder = shared / f"shared-{name}"
        with locked(shared, exclusive=True, waiting=lambda: None):
            if not folder.exists():
                make(folder.with_suffix(".part"))
                folder.with_suffix(".part").rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def june(made_once) -> Iterator[Workspace]:
    """A workspace in which the sample's June has been run; a test that changes it is an error."""
    with _untouched(made_once("june", _run_june) / "workspace") as workspace:
        yield workspace


@pytest.fixture(scope="session")
def assessed(made_once, june: Workspace) -> Iterator[Workspace]:
    """The sample's June and its half-year assessment; a test that changes it is an error."""
    with _untouched(made_once("assessed", lambda folder: _assess(june, folder)) / "workspace") as workspace:
        yield workspace


@contextmanager
def _untouched(root: Path) -> Iterator[Workspace]:
    """Hold that a shared workspace is after the tests as it was before: others, at the same time, rely on it."""
    before = _files_of(root)
    yield Workspace.find(root)
    after = _files_of(root)
    changed = sorted(str(path.relative_to(root)) for path, _ in before ^ after)
    assert not changed, f"a test changed the workspace that all share: {changed[:10]}"


def _files_of(root: Path) -> set[tuple[Path, int]]:
    # SQLite's files come and go with whoever reads the history.
    paths = [path for path in root.rglob("*") if path.is_file() and not path.name.startswith("ledger.sqlite")]
    return {(path, path.stat().st_mtime_ns) for path in paths}


def _run_june(folder: Path) -> None:
    from minsheng.commands.run import run_month
    from minsheng.runs.options import Quiet

    found = copy_workspace(folder / "workspace")
    outcome = run_month(found, "2017-06", display=Quiet())
    assert outcome.exit_code == 0, outcome.lines()


def _assess(june: Workspace, folder: Path) -> None:
    from minsheng.commands.assess import run_assessment
    from minsheng.errors import ExitCode
    from minsheng.runs.options import Quiet

    shutil.copytree(june.root, folder / "workspace")
    found = Workspace.find(folder / "workspace")
    for name in ("assessment", "evidence", "deliveries"):
        shutil.copytree(ROOT / "data" / name, found.data / name)
    shutil.copy(ROOT / "data" / "deliveries.csv", found.data)
    outcome = run_assessment(found, "2017-H1", display=Quiet())
    assert outcome.exit_code == ExitCode.DONE, outcome.lines()


class _BodyText(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.inside = False

    def handle_starttag(self, tag, _attrs) -> None:
        self.inside = self.inside or tag == "body"

    def handle_data(self, data) -> None:
        if self.inside and self.cdata_elem is None:
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
    """The text of a PDF without its blanks, in the order of its tags: pictures and list numbers left out.

    What a sheet repeats (running header, page number, the head of a table overleaf) has no tags.
    """

    def read(pdf: pikepdf.Pdf) -> str:
        marked = {page.obj.objgen: _marked_texts(page) for page in pdf.pages}
        return _squeezed("".join(_walk(pdf.Root.StructTreeRoot, None, marked)))

    return read


def _walk(element, page, marked):
    if element.get("/S") in ("/Figure", "/Lbl"):
        return
    page = element.get("/Pg", page)
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            yield marked[page.objgen][kid]
        elif kid.get("/Type") == "/MCR":
            yield marked[kid.get("/Pg", page).objgen][int(kid.MCID)]
        elif kid.get("/Type") != "/OBJR":
            yield from _walk(kid, page, marked)


def _marked_texts(page) -> dict[int, str]:
    unicode_of = {name: to_unicode(font) for name, font in page.resources.get("/Font", {}).items()}
    texts: dict[int, str] = {}
    open_marks: list[tuple[int | None, str | None]] = []  # number of the content, text that stands for its glyphs
    font: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC":
                number, instead = open_marks[-1] if open_marks else (None, None)
                told = operands[1] if isinstance(operands[1], pikepdf.Dictionary) else {}
                if "/MCID" in told:
                    number = int(told["/MCID"])
                    texts[number] = ""
                if "/ActualText" in told and number is not None:
                    instead = str(told["/ActualText"])
                    texts[number] += instead
                open_marks.append((number, instead))
            case "BMC":
                open_marks.append((None, None))
            case "EMC":
                open_marks.pop()
            case "Tf":
                font = unicode_of[str(operands[0])]
            case "TJ" | "Tj" if open_marks and open_marks[-1][0] is not None and open_marks[-1][1] is None:
                pieces = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
                for codes in (bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String)):
                    texts[open_marks[-1][0]] += "".join(
                        font[int.from_bytes(codes[at : at + 2], "big")] for at in range(0, len(codes), 2)
                    )
    return texts


def to_unicode(font) -> dict[int, str]:
    """What a font says its codes mean; ranges too."""
    table = {}
    kind = None
    for line in font.ToUnicode.read_bytes().decode().splitlines():
        if line.endswith(("beginbfchar", "beginbfrange")):
            kind = line.split()[-1]
        elif line.startswith("endbf"):
            kind = None
        elif kind == "beginbfchar":
            code, text = line.replace("<", "").replace(">", "").split()
            table[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
        elif kind == "beginbfrange":
            first, last, text = line.replace("<", "").replace(">", "").split()
            for step in range(int(last, 16) - int(first, 16) + 1):
                raw = bytes.fromhex(text)
                table[int(first, 16) + step] = (
                    raw[:-2] + (int.from_bytes(raw[-2:], "big") + step).to_bytes(2, "big")
                ).decode("utf-16-be")
    return table
