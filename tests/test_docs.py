"""Every Python and shell block of the documents is executed: documentation that no longer holds fails here."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minsheng.workspace import Workspace

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "README.zh-CN.md", "GLOSSARY.md", "CHANGELOG.md")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Running the tests within the tests would never end; make says whether it could.
INSTEAD = {"make test": "make --dry-run test"}


def _blocks(language: str) -> list[tuple[str, str]]:
    return [
        (name, text)
        for name in DOCUMENTS
        for found, text in BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
        if found == language
    ]


def test_every_block_says_what_it_is() -> None:
    for name in DOCUMENTS:
        for language, _ in BLOCK.findall((ROOT / name).read_text(encoding="utf-8")):
            assert language in {"python", "shell"}, f"{name}: a block of {language or 'nothing'} is not executed"


@pytest.mark.parametrize(("name", "text"), _blocks("python"))
def test_python_blocks_run(name: str, text: str) -> None:
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{name}:\n{done.stderr}"


@pytest.fixture(scope="module")
def checkout(june: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which the sample month has been run, so that running it again is short."""
    root = tmp_path_factory.mktemp("checkout") / "workbook"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".git", ".venv*", ".*_cache", "__pycache__", "outputs"))
    shutil.copytree(june.outputs, root / "outputs")
    shutil.copytree(june.data / "accepted", root / "data" / "accepted", dirs_exist_ok=True)
    return root


@pytest.mark.parametrize("command", sorted({line for _, text in _blocks("shell") for line in text.splitlines()}))
def test_shell_blocks_run(command: str, checkout: Path) -> None:
    venv = Path(sys.prefix)
    ours = INSTEAD.get(command, command).replace(".venv/bin/", f"{venv}/bin/")
    if ours.startswith("make"):
        ours = f"{ours} VENV={venv}"
    done = subprocess.run(ours, shell=True, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
