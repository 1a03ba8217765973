"""Keys that change: each change is a line that a key in force before it signed; a lost key does not end the archive."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.archive.keys import AT, change

from minsheng.archive.package.chain import read_state
from minsheng.archive.package.key import newest_public, open_signer
from minsheng.archive.package.key_chain import LEDGER, SECOND_SIGNATURE, SIGNATURE, KeyEvent
from minsheng.errors import ArchiveInvalidError, MachineUnfitError, UsageError


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def _seal_on(desk, period: str, second: Path | None = None):
    from tests.archive.conftest import content, order  # the fixtures' own module

    from minsheng.archive.package.sealing import seal

    asked = order(period, content(period))
    object.__setattr__(asked, "sealed_at", AT)
    return seal(desk.archive, desk.keys, asked, second=second, say=lambda _: None)


def test_a_rotated_key_is_followed_from_the_first_one(desk) -> None:
    first = (desk.keys / "minisign.pub").read_bytes()
    event = change(desk, "rotate", why="期满")
    assert (event.file, event.signed_by, event.words) == (
        "minisign-2.pub",
        "minisign.pub",
        "换签名的钥匙 minisign-2.pub",
    )
    assert newest_public(desk.keys) == desk.keys / "minisign-2.pub"
    assert _seal_on(desk, "2017-07").entry.sequence == 5
    assert not [path for path in desk.keys.iterdir() if path.name.startswith(".")]
    for trusted in (first, (desk.keys / "minisign-2.pub").read_bytes(), None):
        assert desk.faults(public=trusted) == []
    assert desk.verify().notes == ["第 4 行（2017-08-01）换签名的钥匙 minisign-2.pub：期满"]
    # The old key signs no more.
    path = desk.archive / SIGNATURE
    _write(path, open_signer(desk.keys, make=False).sign((desk.archive / LEDGER).read_bytes(), "x"))
    assert desk.faults() == [f"{SIGNATURE}：签名出自另一把钥匙"]


def test_a_line_that_names_a_key_needs_the_signature_of_the_key_before(desk) -> None:
    change(desk, "rotate")
    path = desk.archive / "keys" / "4.minisig"
    good = path.read_bytes()
    stranger = open_signer(desk.keys.parent / "stranger", make=True)
    for content in (b"", stranger.sign((desk.archive / LEDGER).read_bytes(), "x")):
        _write(path, content)
        faults = desk.faults()
        assert faults[0] == f"{SIGNATURE}：签名出自另一把钥匙"
        assert faults[1].startswith("keys/4.minisig：换签名的钥匙 minisign-2.pub（第 4 行）：签名")
        with pytest.raises(ArchiveInvalidError):
            _seal_on(desk, "2017-07")
    _write(path, good)
    assert desk.faults() == []
    (desk.archive / "keys" / "3.minisig").write_bytes(good)
    assert desk.faults() == ["keys/3.minisig：多出的文件"]


def test_a_thief_cannot_put_his_own_key_into_the_ledger(desk) -> None:
    """He has the archive, but no key: a line of his own, signed by himself."""
    thief = open_signer(desk.keys.parent / "thief", make=True)
    state = read_state(desk.archive)
    text = thief.public.decode().split("\n")[1]
    event = KeyEvent(
        sequence=4, previous=state.head, why="x", sealed_at=AT, beside=state.lines[-1].beside, event="rotate",
        key=text, file="minisign-2.pub", signed_by="minisign.pub",
    )  # fmt: skip
    content = state.content + event.line()
    _write(desk.archive / LEDGER, content)
    _write(desk.archive / SIGNATURE, thief.sign(content, "x"))
    (desk.archive / "keys").mkdir()
    _write(desk.archive / "keys/4.minisig", thief.sign(content, "x"))
    assert [fault.split("：")[0] for fault in desk.faults()] == [SIGNATURE, "keys/4.minisig"]


def test_a_lost_key_does_not_end_the_archive(desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有登记恢复钥匙"):
        change(desk, "rotate", recovery=tmp_path / "usb")
    change(desk, "recovery", into=tmp_path / "usb")
    trusted = (desk.keys / "minisign.pub").read_bytes()
    shutil.rmtree(desk.keys)
    with pytest.raises(MachineUnfitError, match="--recovery"):
        _seal_on(desk, "2017-07")
    event = change(desk, "rotate", recovery=tmp_path / "usb", why="磁盘损坏")
    assert event.signed_by == "recovery.pub"
    assert _seal_on(desk, "2017-07").is_new
    assert desk.faults(public=trusted) == []


def test_a_stolen_key_is_revoked_and_what_it_signs_afterwards_is_named(desk, tmp_path: Path) -> None:
    change(desk, "recovery", into=tmp_path / "usb")
    stolen = open_signer(desk.keys, make=False)
    # Whoever has the key cannot put another recovery key in place of the one that takes it from him.
    with pytest.raises(UsageError, match="要由它签名"):
        change(desk, "recovery", into=tmp_path / "mine")
    since = datetime.fromisoformat("2017-07-01T00:00:00+08:00")
    change(desk, "rotate", recovery=tmp_path / "usb", revokes=True, since=since, why="失窃")
    assert "可能失窃（2017-07-01）之后签名：归档 2017-05、归档 2017-06、归档 2017-06.r2" in desk.verify().notes[1]
    _write(desk.archive / SIGNATURE, stolen.sign((desk.archive / LEDGER).read_bytes(), "x"))
    assert desk.faults() == [f"{SIGNATURE}：签名出自已吊销的钥匙（第 5 行吊销）"]


def test_two_persons_sign_and_both_signatures_are_needed(desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with pytest.raises(UsageError, match="还没有登记第二个人的钥匙"):
        _seal_on(desk, "2017-07", second=other)
    change(desk, "second", into=other)
    with pytest.raises(MachineUnfitError, match="要两个人签名"):
        _seal_on(desk, "2017-07")
    with pytest.raises(MachineUnfitError, match="找不到签名私钥"):
        _seal_on(desk, "2017-07", second=tmp_path / "nowhere")
    assert _seal_on(desk, "2017-07", second=other).is_new
    assert desk.faults() == []
    path = desk.archive / SECOND_SIGNATURE
    good = path.read_bytes()
    path.unlink()
    assert desk.faults() == [f"{SECOND_SIGNATURE}：没有第二个人的签名"]
    path.write_bytes((desk.archive / SIGNATURE).read_bytes())
    assert desk.faults() == [f"{SECOND_SIGNATURE}：签名出自另一把钥匙"]
    _write(path, good)
    # One person alone cannot end it, nor change the key.
    for event in ("second", "rotate"):
        with pytest.raises(MachineUnfitError, match="要两个人签名"):
            change(desk, event)
    change(desk, "second", second=other)
    assert desk.verify().faults == []
    assert read_state(desk.archive).ring.second is None


def test_a_change_that_was_killed_is_completed_or_undone(desk, tmp_path: Path, monkeypatch) -> None:
    from minsheng.archive.package import key_changes

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(key_changes, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            change(desk, "rotate")
    assert len(read_state(desk.archive).lines) == 3
    sealed = _seal_on(desk, "2017-07")
    assert sealed.completed.words == "换签名的钥匙 minisign-2.pub"
    assert desk.faults() == []
    with monkeypatch.context() as patched:
        patched.setattr(key_changes, "stage_line", killed)
        with pytest.raises(KeyboardInterrupt):
            change(desk, "recovery", into=tmp_path / "usb")
    assert desk.faults() == []


def test_a_key_is_never_made_in_the_archive_nor_changed_before_it_signed(desk) -> None:
    with pytest.raises(UsageError, match="在归档或本局钥匙的文件夹里"):
        change(desk, "recovery", into=desk.archive / "x")
    with pytest.raises(UsageError, match="早于账本上一行的时间"):
        _change_early(desk)
    (desk.archive / LEDGER).unlink()
    with pytest.raises(UsageError, match="还没有归档过"):
        change(desk, "rotate")


def _change_early(desk) -> None:
    from minsheng.archive.package.key_changes import KeyChange, change_key

    early = KeyChange(event="rotate", at=AT - timedelta(days=100), why="x")
    change_key(desk.archive, desk.keys, None, early, say=lambda _: None)


def test_a_second_signature_that_nobody_asked_for_is_a_stranger(desk) -> None:
    (desk.archive / SECOND_SIGNATURE).write_text("x")
    assert desk.faults() == [f"{SECOND_SIGNATURE}：多出的文件"]
