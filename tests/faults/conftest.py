"""One checked May and the good returns of June, shared by all faults."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the corpus and its tools are no package

from remembering_desk import JUNE, Desk, RememberingRunner

from minsheng.intake.reading.parsing import parse_return
from minsheng.intake.returns.checking import Checker, check_year_to_date
from minsheng.intake.returns.frames import CheckedReturn
from minsheng.intake.returns.store import read_register
from minsheng.intake.spreadsheets.reader import Reader
from minsheng.plan import load_plan

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    from tests.conftest import copy_workspace

    from minsheng.intake.returns.great_expectations import SuiteRunner

    found = copy_workspace(tmp_path_factory.mktemp("faults") / "workspace")
    plan = load_plan(found.params, JUNE.year)
    check_year_to_date(plan, found.params, found.data, JUNE.previous_month)
    checker = Checker(plan, found.params, found.data)
    checker.run_suites = RememberingRunner(SuiteRunner().run).run_all
    lines = {line.id: line for line in read_register(found.data) if line.period == JUNE}
    with Reader() as reader:
        others = []
        for who in ("wangcang", "jiange"):
            content = (found.data / lines[who].file).read_bytes()
            others.append(CheckedReturn(lines[who], parse_return(reader.read(content), plan)))
        good = (found.data / lines["cangxi"].file).read_bytes()
        yield Desk(checker, reader, good, others, lines["cangxi"].received_at)
