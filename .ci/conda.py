"""Print environment.yml: the conda door to the versions of requirements.lock."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent

TEMPLATE = """\
# For conda users: the same versions as requirements.lock, which pip installs here too. Then, in the environment:
#   pip install --no-deps --no-build-isolation -e .
# Made by `make lock`; a test holds it to the lock.
name: minsheng
channels:
  - conda-forge
dependencies:
  - python={python}.*
  - pip
  - pip:
      - -r requirements.lock
"""


def environment(pyproject: str) -> str:
    """Return the text of environment.yml for a pyproject's lower bound of Python."""
    bound = re.search(r'requires-python = ">=(\d+\.\d+)"', pyproject)
    if bound is None:
        raise ValueError("pyproject.toml states no requires-python")
    return TEMPLATE.format(python=bound[1])


if __name__ == "__main__":
    print(environment((ROOT / "pyproject.toml").read_text(encoding="utf-8")), end="")
