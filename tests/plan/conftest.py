"""The bureau's own plan, and copies of it to break."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

PARAMS = Path(__file__).parents[2] / "params"
YEAR = 2017


@pytest.fixture
def params(tmp_path: Path) -> Path:
    """A copy of params/ with the one year."""
    shutil.copytree(PARAMS / str(YEAR), tmp_path / "params" / str(YEAR))
    return tmp_path / "params"


@pytest.fixture
def change(params: Path) -> Callable[[str, str, str], Path]:
    """Replace a text, which must occur, at its first place in a file of the copy."""

    def replace(file: str, old: str, new: str) -> Path:
        path = params / str(YEAR) / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} no longer holds {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return replace
