"""What the repository promises about itself: lock, conda door, ignored files, no address of a machine or an index."""

import ast
import importlib.util
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT, committed_files

PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_git_does_not_ignore_the_package() -> None:
    assert _git("check-ignore", "lib/minsheng/__init__.py", "lib/").returncode == 1


def test_outputs_are_ignored_but_their_readme_is_kept() -> None:
    assert _git("check-ignore", "outputs/2017-06/index.html").returncode == 0
    assert _git("check-ignore", "outputs/README.md").returncode == 1


def test_the_top_level_is_what_the_owner_fixed() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in committed_files() if len(path.relative_to(ROOT).parts) > 1}
    assert folders == {"notebooks", "lib", "params", "data", "outputs", "tests", ".ci"}


def test_archives_are_unpacked_by_every_python() -> None:
    """Tar archives need ``filter``, which Python before 3.11.4, so Debian 12's, does not know: ours are zips."""
    calls = {
        (path.relative_to(ROOT).as_posix(), call.lineno)
        for path in committed_files()
        if path.suffix == ".py"
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in {"extract", "extractall", "unpack_archive"}
        and any(keyword.arg == "filter" for keyword in call.keywords)
    }
    assert calls == set()


def test_every_pin_has_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock)
    pins = [block for block in blocks if PIN.match(block)]
    assert len(pins) > 100
    assert all("--hash=sha256:" in block for block in pins)


def test_the_lock_pins_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # What `bench` needs is locked beside the benchmarks.
    extras = [lines for extra, lines in project["optional-dependencies"].items() if extra != "bench"]
    lists = [project["dependencies"], *extras]
    declared = {re.match("[A-Za-z0-9._-]+", line)[0].lower() for lines in lists for line in lines}
    pinned = {name.lower().replace("_", "-") for name in PIN.findall((ROOT / "requirements.lock").read_text("utf-8"))}
    assert {name.replace("_", "-").replace(".", "-") for name in declared} <= {
        name.replace(".", "-") for name in pinned
    }


def test_the_conda_door_leads_to_the_same_lock() -> None:
    spec = importlib.util.spec_from_file_location("conda", ROOT / ".ci" / "conda.py")
    conda = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conda)
    expected = conda.environment((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == expected
    assert "-r requirements.lock" in expected


INDEX = re.compile(
    r"--(extra-)?index-url|index-url\s*=|--find-links[ =][\w/.]|pypi\.org|files\.pythonhosted|pypi-mirror"
)


def test_no_file_names_an_index_or_a_path_of_this_machine() -> None:
    files = [path for path in committed_files() if path != Path(__file__) and path.is_file()]
    assert len(files) > 1000
    here = f"{ROOT}/".encode()
    # An index's address is ASCII, whatever else a file holds.
    index = re.compile(INDEX.pattern.encode())
    told = ((path, path.read_bytes()) for path in files)
    assert [str(path.relative_to(ROOT)) for path, content in told if here in content or index.search(content)] == []


@pytest.mark.parametrize("word", ["全市", "民生工程及民生实事"])
def test_only_the_plan_says_what_its_whole_and_its_programme_are_called(word: str) -> None:
    """A district says 全区, another programme has its own title: no page may hold the words of one city."""
    texts = {path: path.read_text(encoding="utf-8") for path in committed_files("lib") if path.suffix == ".py"}
    found = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, text in texts.items()
        if word in text
        for node in _texts(ast.parse(text))
        if word in node.value
    }
    default = {"lib/minsheng/domain/area.py"} if word == "全市" else set()
    assert {place.partition(":")[0] for place in found} == default, found


def _texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield the texts of a module, those of f-strings too, but no docstring: a statement that is a text alone."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node
