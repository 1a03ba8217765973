"""Names in NFC and NFD, and names that tools disagree about."""

import shutil
import unicodedata
from pathlib import Path

import pytest
from tests.archive.conftest import Desk, order
from tests.archive.test_bags import bagit_agrees, sums_agree

from minsheng.archive.package.bag import payload_name, take_stock
from minsheng.errors import GateRefusedError

ACCENTED = "Café 完成情況.pdf"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_is_sealed_in_nfc_whatever_it_came_in(tmp_path: Path, form: str) -> None:
    desk = Desk(tmp_path / "archive", tmp_path / "keys")
    desk.seal("2017-06", {unicodedata.normalize(form, ACCENTED): b"x"})
    assert [path.name for path in (desk.archive / "2017-06/data").iterdir()] == [unicodedata.normalize("NFC", ACCENTED)]
    assert desk.faults() == []


def test_a_file_system_that_turns_names_into_nfd_does_not_break_a_bag(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "archive", tmp_path / "keys")
    desk.seal("2017-06", {ACCENTED: b"x"})
    data = desk.archive / "2017-06/data"
    data.chmod(0o755)
    path = data / unicodedata.normalize("NFC", ACCENTED)
    path.rename(data / unicodedata.normalize("NFD", ACCENTED))
    data.chmod(0o555)
    assert desk.faults() == []
    assert bagit_agrees(desk.archive / "2017-06")
    data.chmod(0o755)
    shutil.copy(data / unicodedata.normalize("NFD", ACCENTED), path)
    data.chmod(0o555)
    assert any("只差在字符的编码形式" in fault for fault in desk.faults())


AWKWARD = [
    "完成率100%.pdf",
    "a%0Ab.pdf",
    "a\nb.pdf",
    "a\rb.pdf",
    "a\\b.pdf",
    "end .pdf ",
    "a\u2028b.pdf",
    "*star",
    " lead",
]


def test_names_that_tools_disagree_about_are_sealed_so_that_all_agree(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "archive", tmp_path / "keys")
    desk.seal("2017-06", {f"evidence/{number}/{name}": b"x" for number, name in enumerate(AWKWARD)})
    assert desk.faults() == []
    assert bagit_agrees(desk.archive / "2017-06")
    assert sums_agree(desk.archive / "2017-06")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a"])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no relative path"):
        payload_name(name)


def test_two_names_that_would_be_one_are_refused() -> None:
    with pytest.raises(GateRefusedError, match="在包中同名"):
        take_stock({unicodedata.normalize("NFC", ACCENTED): b"x", unicodedata.normalize("NFD", ACCENTED): b"y"})


def test_the_same_order_gives_the_same_bag(tmp_path: Path) -> None:
    heads = set()
    for name in ("one", "two"):
        desk = Desk(tmp_path / name, tmp_path / "keys")
        heads.add(desk.seal("2017-06", {"b": b"1", "a/c": b"2"}).entry.digest)
    assert len(heads) == 1
    assert order("2017-06", {"b": b"1"}).payload["b"].size == 1
