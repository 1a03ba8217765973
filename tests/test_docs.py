"""The documents hold: Python and shell blocks are executed, links lead somewhere, the map is as the imports are.

README.zh-CN.md is followed literally, from the clone to the sealed month, as a clerk would.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from tests import room_map
from tests.test_rooms import HOUSE

from minsheng.errors import ExitCode
from minsheng.workspace import Workspace

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((HOUSE / "handbook" / "chapters").glob("*.md"))
FOLLOWED = ROOT / "README.zh-CN.md"
DOCUMENTS = (
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "GLOSSARY.md", "CHANGELOG.md")),
    FOLLOWED,
    *CHAPTERS,
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:\s]+)\)")
PLACE = re.compile(r"`((?:lib|tests|params|notebooks|\.ci)/[\w./-]*)`")
# The longest README that is still read to its end.
LONGEST = 10_000
# Running the tests within the tests would never end; make says whether it could. A copy is no repository to hook into.
INSTEAD = {
    "make test": "make --dry-run test",
    "make test-fast": "make --dry-run test-fast",
    ".venv/bin/pre-commit install": ".venv/bin/pre-commit validate-config .pre-commit-config.yaml",
    ".venv/bin/pre-commit run --all-files": ".venv/bin/codespell README.md",
}


def _blocks(path: Path, *languages: str) -> list[str]:
    return [text for found, text in BLOCK.findall(path.read_text(encoding="utf-8")) if found in languages]


def _lines(*paths: Path) -> list[str]:
    return sorted({line for path in paths for text in _blocks(path, "shell") for line in text.splitlines()})


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_says_what_it_is(path: Path) -> None:
    for language, _ in BLOCK.findall(path.read_text(encoding="utf-8")):
        assert language in {"python", "shell"}, f"a block of {language or 'nothing'} is not executed"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_places_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    linked = [path.parent / unquote(link) for link in LINK.findall(text)]
    named = [ROOT / place for place in PLACE.findall(text) if "<" not in place]
    assert [str(each) for each in (*linked, *named) if not each.exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_is_short(name: str) -> None:
    assert len((ROOT / name).read_bytes()) <= LONGEST


def test_both_readmes_have_a_row_for_every_command() -> None:
    from minsheng.cli import app

    groups = {group.name: group.typer_instance for group in app.registered_groups}
    for name in ("README.md", "README.zh-CN.md"):
        rows = [
            line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.startswith("| `minsheng")
        ]
        for command in app.registered_commands:
            assert any(f"`minsheng {command.name or command.callback.__name__}" in row for row in rows), command
        for group, commands in groups.items():
            row = next(row for row in rows if f"`minsheng {group} " in row)
            assert all(command.name in row for command in commands.registered_commands), group


def test_the_map_is_drawn_from_the_imports() -> None:
    assert room_map.TARGET.read_text(encoding="utf-8") == room_map.drawing(), "draw it again: make map"


def test_the_table_of_rooms_goes_down_the_house() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = text[text.index("| floor |") : text.index("A new output format,")].strip().splitlines()[2:]
    named = [room for row in rows for room in re.findall(r"`(?:lib/)?(\w+)/?`", row.split("|")[2])]
    assert named == room_map.rooms()


@pytest.fixture(scope="module")
def checked(june: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """June's plan and data in a folder of their own, where an analyst's tables may be kept."""
    folder = tmp_path_factory.mktemp("checked") / "workspace"
    for name in ("params", "data"):
        shutil.copytree(june.root / name, folder / name)
    shutil.copy(june.root / "minsheng.toml", folder)
    return folder


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if _blocks(path, "python")], ids=lambda path: path.name)
def test_python_blocks_run(path: Path, checked: Path) -> None:
    """One after the other, as they are read."""
    text = "\n".join(_blocks(path, "python"))
    environment = {**os.environ, "MINSHENG_WORKSPACE": str(checked)}
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _clone(target: Path, june: Workspace) -> Path:
    """Copy the repository with the environment that the tests run in; running the sample month again is short there."""
    ignored = shutil.ignore_patterns(".git", ".venv*", ".*_cache", "__pycache__", "outputs", "accepted")
    shutil.copytree(ROOT, target, ignore=ignored)
    (target / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    shutil.copytree(june.outputs, target / "outputs")
    shutil.copytree(june.data / "accepted", target / "data" / "accepted")
    return target


def _ours(command: str) -> str:
    """Return a command as it is run here: what is installed is not installed again; a code that it names must come."""
    command, _, expected = command.partition("    # 退出码 ")
    command = INSTEAD.get(command, command)
    command = command.replace("make ", "make -o .venv/.minsheng-installed ", 1) if command[:5] == "make " else command
    return f'{command} && exit 1 || [ "$?" = {expected.partition("：")[0]} ]' if expected else command


@pytest.fixture(scope="module")
def checkout(june: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _clone(tmp_path_factory.mktemp("checkout") / "workbook", june)


@pytest.mark.parametrize("command", _lines(*(path for path in DOCUMENTS if path != FOLLOWED)))
def test_shell_blocks_run(command: str, checkout: Path) -> None:
    path = f"{sys.prefix}/bin:{os.environ['PATH']}"
    done = subprocess.run(
        _ours(command), shell=True, cwd=checkout, env={**os.environ, "PATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"


@pytest.mark.timeout(1800)  # a month is made
def test_the_chinese_readme_is_followed_literally(june: Workspace, tmp_path: Path) -> None:
    """In one shell, line by line, in a new home: nothing on PATH but the system's programs."""
    home = tmp_path / "home"
    home.mkdir()
    clone = _clone(tmp_path / "clone", june)
    script = "\n".join(
        ["set -eux", *(_ours(line) for text in _blocks(FOLLOWED, "shell") for line in text.splitlines())]
    )
    environment = {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == ExitCode.DONE, f"{done.stdout}\n{done.stderr}"
    workspace = home / "民生工作区"
    assert (workspace / "outputs" / "index.html").is_file()
    assert (workspace / "data" / "archive" / "2017-06").is_dir()
    assert (home / "我市工作区" / "params" / "2026" / "plan.yaml").is_file()
    assert len(list((clone / "data" / "returns" / "2017-06").glob("*.xlsx"))) == 11, "the sample stays where it was"
