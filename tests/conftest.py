"""A workspace of one's own: what git keeps, and nothing that a run made."""

import shutil
from pathlib import Path

import pytest

from minsheng.workspace import Workspace

ROOT = Path(__file__).parent.parent


def copy_workspace(target: Path, *, returns: str = "*") -> Workspace:
    """Copy the repository's workspace; ``returns`` picks the months."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ("minsheng.toml", "requirements.lock"):
        shutil.copy(ROOT / name, target / name)
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, target / name)
    (target / "data" / "returns").mkdir(parents=True)
    for path in sorted((ROOT / "data" / "returns").glob(returns)):
        if path.is_dir():
            shutil.copytree(path, target / "data" / "returns" / path.name)
    shutil.copy(ROOT / "data" / "returns" / "register.csv", target / "data" / "returns" / "register.csv")
    return Workspace.find(target)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A fresh workspace with all sample returns."""
    return copy_workspace(tmp_path / "workspace")


@pytest.fixture(scope="session")
def june(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which the sample's June has been run; tests must not change it."""
    from minsheng.workflow.display import Quiet
    from minsheng.workflow.month import run_month

    found = copy_workspace(tmp_path_factory.mktemp("june") / "workspace")
    outcome = run_month(found, "2017-06", areas=[], notebooks=[], jobs=None, force=False, stale=False, display=Quiet())
    assert outcome.exit_code == 0, outcome.lines()
    return found
