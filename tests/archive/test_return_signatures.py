"""The signature beside a county's receipt: over its return, kept once made, and what it says of another return."""

import shutil
from pathlib import Path

import pytest
from tests.archive.conftest import Desk, content

from minsheng.archive.contents.receipt_signatures import (
    check_return_signatures,
    sign_returns,
    signature_path,
)
from minsheng.archive.package.chain import read_state
from minsheng.archive.package.key import signature_fault
from minsheng.commands.archives.archive_verify import verify
from minsheng.domain.period import Period
from minsheng.intake.returns.store import delivered_path, read_register
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

JUNE = Period("2017-06")


@pytest.fixture
def own(june: Workspace, tmp_path: Path) -> Workspace:
    """The run June with what a signature concerns, and no archive yet."""
    root = tmp_path / "own"
    shutil.copytree(june.data, root / "data")
    shutil.copytree(june.outputs / "2017-06/receipts", root / "outputs/2017-06/receipts")
    shutil.copy(june.root / "minsheng.toml", root)
    return Workspace.find(root)


def test_a_return_is_signed_once_there_is_a_key_and_the_receipt_stays(own: Workspace) -> None:
    receipts = own.outputs / "2017-06/receipts"
    before = {path.name: path.read_bytes() for path in receipts.iterdir()}
    assert "还没有归档的钥匙" in sign_returns(own, JUNE)
    Desk(own.archive, own.keys).seal("2017-05", content("2017-05"))
    assert sign_returns(own, JUNE) == ""
    path = signature_path(own, JUNE, "cangxi")
    made = path.read_bytes()
    returned, public = own.data / "returns/2017-06/cangxi.xlsx", own.keys / "minisign.pub"
    assert signature_fault(returned.read_bytes(), made, public.read_bytes()) == ""
    assert {name: (receipts / name).read_bytes() for name in before} == before
    # Made once: the same bytes whoever asks again.
    assert (sign_returns(own, JUNE), path.read_bytes()) == ("", made)
    ring = read_state(own.archive).ring
    assert check_return_signatures(own, ring) == []


def test_a_return_that_was_swapped_is_found_by_the_countys_signature(own: Workspace, tmp_path: Path) -> None:
    Desk(own.archive, own.keys).seal("2017-05", content("2017-05"))
    sign_returns(own, JUNE)
    kept = tmp_path / "cangxi.minisig"
    shutil.copy(signature_path(own, JUNE, "cangxi"), kept)

    def verified(path: Path | None = None):
        return verify(own.root, path, archive=None, key=None, head="", display=Quiet())

    assert "是本局对这份报表的签名，报表没有变" in "\n".join(verified(kept).lines())
    line = next(line for line in read_register(own.data) if line.id == "cangxi" and line.period == JUNE)
    returned = delivered_path(own.data, line)
    returned.chmod(0o644)
    returned.write_bytes(returned.read_bytes() + b"x")
    (fault,) = [fault for fault in verified(kept).found.faults if fault.where == str(kept)]
    assert "报表（sha256" in fault.what
    assert "被调换或删去" in fault.what
    assert [fault.where for fault in check_return_signatures(own, read_state(own.archive).ring)] == [
        "outputs/2017-06/receipts/cangxi.minisig"
    ]
    # Signed by somebody else, or no signature of a return at all.
    kept.write_bytes(kept.read_bytes().replace(b"return:", b"retorn:"))
    assert "不是回执旁的签名" in "\n".join(verified(kept).lines())


def test_a_return_in_the_workspace_that_is_not_the_registered_one_is_named(own: Workspace) -> None:
    Desk(own.archive, own.keys).seal("2017-05", content("2017-05"))
    changed, gone = own.data / "returns/2017-06/cangxi.xlsx", own.data / "returns/2017-05/wangcang.xlsx"
    changed.chmod(0o644)
    changed.write_bytes((own.data / "returns/2017-06/wangcang.xlsx").read_bytes())
    gone.unlink()
    found = verify(own.root, None, archive=None, key=None, head="", display=Quiet()).found.faults
    assert {str(fault) for fault in found if fault.where.startswith("data/returns")} == {
        "data/returns/2017-06/cangxi.xlsx：与收文登记的校验码不符：文件被改动",
        "data/returns/2017-05/wangcang.xlsx：登记了报表，文件不在",
    }
