"""What is put off is still there when it is needed."""

import subprocess
import sys

import pytest

from minsheng.intake.returns import rules_apart
from minsheng.workspace import Workspace
from papermill_forked import launch

pytestmark = pytest.mark.slow

_SCRIPT = """
import sys
from minsheng.process import load_when_used
load_when_used("scipy.stats")
load_when_used("scipy.no_such_part")
load_when_used("email.message")
load_when_used("altair")
import great_expectations
assert "altair.vegalite" not in sys.modules, "it was loaded for nothing"
assert "scipy.optimize" not in sys.modules, "it was loaded for nothing"
from scipy import stats
print(round(stats.norm.cdf(0), 3), "scipy.optimize" in sys.modules, "scipy.no_such_part" in sys.modules)
"""


_APART = """
import sys
from pathlib import Path
from minsheng.domain.period import Period
from minsheng.intake.returns import rules_apart
from minsheng.intake.returns.checking import Checker
from minsheng.intake.returns.frames import MonthContext, stack
from minsheng.intake.returns.months_before import MonthsBefore
from minsheng.plan import load_plan
root, june = Path(sys.argv[1]), Period("2017-06")
plan = load_plan(root / "params", 2017)
checker = Checker(plan, root / "params", root / "data")
context = MonthContext(plan, june, MonthsBefore(plan, root / "data", june))
frames = [stack(suite, checker.read(june), context) for suite in checker.suites.values()]
apart = rules_apart.run_suites(frames)
assert not {"great_expectations", "pandas", "altair", "scipy"} & set(sys.modules), "imported here too"
assert apart == rules_apart.run_here(frames)
print(sum(len(runs) for runs in apart), any(run.findings for runs in apart for run in runs))
print({"altair.vegalite", "anywidget", "IPython", "scipy.optimize"} & set(sys.modules))
"""


def test_rules_run_apart_find_the_same_and_import_nothing_here(june: Workspace) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _APART, str(june.root)], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split("\n")[1] == "set()"
    rules, found = done.stdout.split("\n")[0].split()
    assert int(rules) > 50
    assert found == "True"


def test_a_machine_without_templates_loses_the_head_start_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "supported", lambda: False)
    rules_apart.start()


def test_a_part_that_is_put_off_is_loaded_when_it_is_used() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0.5", "True", "False"]
