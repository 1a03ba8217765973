import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

_PROGRAM = """
import os
from minsheng.render import report
report.warm_up()
print(len(os.listdir("/proc/self/task")), *sorted({"matplotlib", "pandas"} & set(__import__("sys").modules)))
"""


def test_leaves_one_thread_and_loads_no_chart_library():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]


def test_importing_fonts_loads_no_renderer():
    program = "import sys, minsheng.render.fonts; print({'typst', 'nbconvert', 'pikepdf'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
