"""Filled forms and evidence by ``minsheng receive``: put where the assessment looks, by what the cover says."""

import shutil
from pathlib import Path

import pytest
from tests.conftest import ROOT

from minsheng.commands.receive.assessment_forms import receive_evidence, receive_forms
from minsheng.errors import ExitCode, UsageError
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

_FORMS = ROOT / "data/assessment/2017-H1"


def _forms(workspace: Workspace, *files: Path, period: str = "2017-H1"):
    return receive_forms(workspace, period, files, display=Quiet())


def _evidence(
    workspace: Workspace, file: Path, who: str | None = "苍溪县", item: str = "org.1", period: str = "2017-H1"
):
    return receive_evidence(workspace, period, [file], who=who, item=item, display=Quiet())


def test_a_form_goes_where_its_cover_says_and_the_one_before_is_kept(workspace, tmp_path) -> None:
    shutil.copytree(ROOT / "data/evidence", workspace.data / "evidence")
    sent = tmp_path / "考评组13908123456发来.xlsx"
    shutil.copy(_FORMS / "cangxi.xlsx", sent)
    first = _forms(workspace, sent)
    assert (first.exit_code, first.placed[0].file) == (ExitCode.DONE, "assessment/2017-H1/cangxi.xlsx")
    assert "13908123456" not in "".join(first.lines())
    assert _forms(workspace, sent).placed[0].outcome == "unchanged"

    placed = workspace.data / "assessment/2017-H1/cangxi.xlsx"
    placed.write_bytes(placed.read_bytes() + b" ")
    again = _forms(workspace, sent).placed[0]
    assert again.outcome == "replaced"
    assert (workspace.data / again.before).read_bytes() == sent.read_bytes() + b" "
    assert placed.read_bytes() == sent.read_bytes()


def test_what_is_wrong_with_a_form_is_listed_and_what_is_none_is_not_taken(workspace) -> None:
    found = _forms(workspace, _FORMS / "cangxi.xlsx")  # its evidence is not there yet
    assert found.exit_code == ExitCode.GAPS
    assert "assessment/2017-H1/cangxi.xlsx，考评!" in found.faults[0]
    other = _forms(workspace, _FORMS / "cangxi.xlsx", ROOT / "data/returns/2017-06/cangxi.xlsx", period="2017-H2")
    assert other.exit_code == ExitCode.FILE_REFUSED
    assert ["封面写的是2017年上半年，不是2017年下半年" in each.reason for each in other.placed] == [True, False]
    assert "找不到封面" in other.placed[1].reason
    assert not list((workspace.data / "assessment").rglob("2017-H2/*.xlsx"))


def test_evidence_lies_under_its_item_and_is_never_replaced(workspace, tmp_path) -> None:
    file = tmp_path / "领导小组文件.pdf"
    file.write_bytes(b"one")
    done = _evidence(workspace, file)
    assert done.exit_code == ExitCode.DONE
    assert (workspace.data / "evidence/2017-H1/cangxi/org.1/领导小组文件.pdf").read_bytes() == b"one"
    assert _evidence(workspace, file).placed[0].outcome == "unchanged"
    file.write_bytes(b"two")
    refused = _evidence(workspace, file)
    assert refused.exit_code == ExitCode.FILE_REFUSED
    assert "已有同名而内容不同的文件" in refused.placed[0].reason
    assert _evidence(workspace, file, who="社会救助科", item="sec.guide.2").exit_code == ExitCode.DONE

    with file.open("wb") as stream:
        assert "是空的" in _evidence(workspace, file, item="org.2").placed[0].reason
        stream.truncate(301 * 2**20)  # takes no room
    assert "有 301 MB，每份不超过 300 MB：" in _evidence(workspace, file, item="org.2").placed[0].reason


@pytest.mark.parametrize(
    ("who", "item", "period", "said"),
    [
        (None, "org.1", "2017-H1", "--area"),
        ("苍溪县", "org.9", "2017-H1", "没有要放印证资料的小项“org.9”。可写：org.1"),
        ("苍溪县", "org.1", "2017-06", "是月份"),
    ],
)
def test_what_is_not_said_is_asked(workspace, tmp_path, who, item: str, period: str, said: str) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"x")
    with pytest.raises(UsageError, match=said):
        _evidence(workspace, file, who=who, item=item, period=period)
