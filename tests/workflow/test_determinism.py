"""The same inputs give the same bytes, in another folder and with another number of jobs."""

from pathlib import Path

import pytest
from tests.conftest import copy_workspace

from minsheng.workflow.display import Quiet
from minsheng.workflow.month import run_month


@pytest.mark.slow
def test_another_folder_and_another_number_of_jobs_give_the_same_bytes(june, tmp_path: Path) -> None:
    other = copy_workspace(tmp_path / "elsewhere" / "somewhere else")
    outcome = run_month(
        other,
        "2017-06",
        areas=["cangxi", "social_relief"],
        notebooks=[],
        jobs=1,
        force=False,
        stale=False,
        display=Quiet(),
    )
    assert len(outcome.summary.made) > 10
    for name in outcome.summary.made:
        for path in sorted((other.outputs / name).iterdir()):
            assert path.read_bytes() == (june.outputs / name / path.name).read_bytes(), path
    for path in sorted((other.outputs / "2017-06" / "receipts").iterdir()):
        assert path.read_bytes() == (june.outputs / "2017-06" / "receipts" / path.name).read_bytes(), path
