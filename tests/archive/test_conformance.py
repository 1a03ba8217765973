"""BagIt 1.0: our check and bagit-python (Library of Congress) agree, or the case says which of them is stricter."""

import shutil
from pathlib import Path

import pytest
from tests.archive.conformance import CASES, INVALID, NAMES, PDF, VALID, Case, manifests
from tests.archive.conftest import Desk, lock, unlock

from minsheng.archive.package.package_check import check_bag, complaints


@pytest.fixture
def bag(three: Desk, tmp_path: Path) -> Path:
    """A sealed bag, open for writing."""
    shutil.copytree(three.archive / "2017-06", tmp_path / "bag")
    unlock(tmp_path / "bag")
    return tmp_path / "bag"


def judged(bag: Path) -> tuple[list[str], str]:
    """Return what ours and theirs object to."""
    lock(bag)
    return [str(fault) for fault in check_bag(bag).faults], complaints(bag)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_case_of_bagit_1_0(bag: Path, case: Case) -> None:
    case.change(bag)
    ours, theirs = judged(bag)
    assert (not ours, not theirs) == (case.ours, case.theirs), (ours, theirs)
    if case.spec == INVALID:
        assert ours, "what the specification forbids must never pass"
    if case.ours != case.theirs or (case.spec == VALID and not case.ours):
        assert case.why, "say why they differ"


def test_the_cases_cover_all_three_kinds() -> None:
    assert {case.spec for case in CASES.values()} == {"valid", "warning", "invalid"}
    assert len({case.change for case in CASES.values()}) == len(CASES)


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_both_take_every_name_that_is_valid(tmp_path: Path, names: list[str]) -> None:
    desk = Desk(tmp_path / "archive", tmp_path / "keys")
    desk.seal("2017-06", dict.fromkeys(names, b"x"))
    assert judged(desk.archive / "2017-06") == ([], "")


def test_a_name_that_differs_in_its_unicode_form_only_is_pointed_at(bag: Path) -> None:
    """The suite only warns; here two names that a reader cannot tell apart are a fault."""
    twin = bag / "data/outputs/e\u0301.txt"
    twin.write_bytes(b"x")
    (bag / "data/outputs/\u00e9.txt").write_bytes(b"x")
    ours, theirs = judged(bag)
    assert any("只差在字符的编码形式" in fault for fault in ours)
    assert theirs


def test_percent_signs_are_read_as_the_specification_says_and_never_written(bag: Path) -> None:
    """RFC 8493 wants ``%25`` for ``%``; bagit-python does not decode it, so a seal writes a look-alike instead."""
    (bag / PDF).rename(bag / "data/outputs/100%.pdf")
    manifests(lambda lines: [line.replace(PDF, "data/outputs/100%25.pdf") for line in lines])(bag)
    ours, theirs = judged(bag)
    assert not [fault for fault in ours if "manifest-" in fault]
    assert "100%" in theirs
