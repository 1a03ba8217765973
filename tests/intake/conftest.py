"""The plan, and a data folder of one's own."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the good returns are shared by the tests of this folder

from good_returns import DataFolder

if TYPE_CHECKING:
    from minsheng.intake.returns.great_expectations import SuiteRunner


@pytest.fixture(scope="session")
def runner() -> "SuiteRunner":
    # Seconds of imports, for the tests that ask for it and not for every process that only collects them.
    from minsheng.intake.returns.great_expectations import SuiteRunner

    return SuiteRunner()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)
