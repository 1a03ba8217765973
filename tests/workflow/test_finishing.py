"""What a notebook sealed is looked at before its report is made."""

from pathlib import Path

import nbformat
import pytest

from minsheng.execute.failures import FailureKind, UnitFailedError
from minsheng.execute.forked import Template
from minsheng.execute.forked.servants import Servants
from minsheng.workflow.finishing import finish

NOTEBOOK = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 甲", id="a")]))


@pytest.mark.parametrize("sealed", [b"{}", b"", b"[", b'{"figures": {"kind": "what"}}'])
def test_a_result_that_is_none_has_failed(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(sealed)
    with pytest.raises(UnitFailedError) as caught:
        finish(NOTEBOOK, tmp_path / "result.json", tmp_path / "reports")
    assert caught.value.failure.kind == FailureKind.INVALID_RESULT
    assert caught.value.notebook == NOTEBOOK


def test_the_failure_comes_back_from_a_servant_whole(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    result.write_bytes(b"{}")
    with (
        Template(["minsheng.workflow.finishing"]) as template,
        Servants(template) as servants,
        pytest.raises(UnitFailedError) as caught,
    ):
        servants.call("minsheng.workflow.finishing:finish", NOTEBOOK, result, tmp_path / "reports")
    assert caught.value.failure.kind == FailureKind.INVALID_RESULT
    assert "figures" in caught.value.failure.message
    assert caught.value.notebook == NOTEBOOK
