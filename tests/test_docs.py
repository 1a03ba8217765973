"""Every Python and shell block of the documents is executed: documentation that no longer holds fails here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("command", sorted({line for _, text in _blocks("shell") for line in text.splitlines()}))
def test_shell_blocks_run(command: str) -> None:
    venv = Path(sys.prefix)
    ours = INSTEAD.get(command, command).replace(".venv/bin/", f"{venv}/bin/")
    if ours.startswith("make"):
        ours = f"{ours} VENV={venv}"
    done = subprocess.run(ours, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
