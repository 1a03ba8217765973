"""Every block of the engine's README runs, in its order, in one folder."""

import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BLOCKS = re.findall(
    r"^```(\w*)\n(.*?)^```$", (files("papermill_forked") / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


def test_blocks_run(tmp_path):
    commands = {"python": [sys.executable, "-c"], "shell": ["sh", "-ec"]}
    own = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert len(BLOCKS) >= 3
    for language, text in BLOCKS:
        done = subprocess.run(
            [*commands[language], text],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PATH": own},
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        assert "does not run in a fork" not in done.stderr
    assert '"output_type"' in (tmp_path / "out.ipynb").read_text(encoding="utf-8")
