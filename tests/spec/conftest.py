"""The same plan and returns as ``tests/measure``."""

import importlib.util
from pathlib import Path

_PATH = Path(__file__).parents[1] / "measure" / "conftest.py"
_spec = importlib.util.spec_from_file_location("measure_returns", _PATH)
assert _spec is not None
assert _spec.loader is not None
_returns = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_returns)

build = _returns.build
recompute = _returns.recompute_fixture
