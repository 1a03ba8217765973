"""The plan, and a data folder of one's own."""

import sys
from pathlib import Path

import pytest

from minsheng.domain.plan import Plan
from minsheng.plan import load_plan

sys.path.insert(0, str(Path(__file__).parent))  # the good returns are shared by the tests of this folder

from good_returns import PARAMS, DataFolder


@pytest.fixture(scope="session")
def plan() -> Plan:
    return load_plan(PARAMS, 2017)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)
