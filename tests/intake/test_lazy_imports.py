"""What is put off is still there when it is needed."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

_SCRIPT = """
import sys
from minsheng.process import load_when_used
load_when_used("scipy", "stats")
load_when_used("scipy", "no_such_part")
load_when_used("email", "message")
import great_expectations
assert "scipy.optimize" not in sys.modules, "it was loaded for nothing"
from scipy import stats
print(round(stats.norm.cdf(0), 3), "scipy.optimize" in sys.modules, "scipy.no_such_part" in sys.modules)
"""


def test_a_part_that_is_put_off_is_loaded_when_it_is_used() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0.5", "True", "False"]
