"""What shows from outside that a ledger is whole: timestamps, a witness, a head on paper; and what is said without."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.archive.keys import authority, change

from minsheng.archive.contents.outside import check_outside, show_outside
from minsheng.archive.package.key_chain import LEDGER, SIGNATURE
from minsheng.errors import UsageError
from minsheng.workspace import MARKER, Settings, Workspace


def _workspace(desk, tmp_path: Path, **settings: str) -> Workspace:
    root = tmp_path / "workspace"
    root.mkdir(exist_ok=True)
    (root / MARKER).touch()
    chosen = Settings(archive=str(desk.archive), keys=str(desk.keys), **settings)
    return Workspace(root, root / "params", chosen)


def test_a_timestamp_of_each_head_counts_once_its_authority_is_trusted(desk, tmp_path: Path) -> None:
    with authority(tmp_path) as url:
        own = _workspace(desk, tmp_path, timestamp_url=url)
        assert show_outside(desk.archive, own) == []
        token = desk.archive / "anchors/3.tst"
        before = token.read_bytes()
        # Once there it stays, whoever seals again.
        assert show_outside(desk.archive, own) == []
        assert (token.read_bytes(), token.stat().st_mode & 0o777) == (before, 0o444)
        desk.seal("2017-07")
        show_outside(desk.archive, own)
    roots = [tmp_path / "tsa/root.pem"]
    unverified = check_outside(desk.archive, None, (), "")
    assert (unverified.anchored, unverified.faults) == (0, [])
    assert unverified.conclusion.startswith("核验通过，但无外部锚点")
    assert "时间戳出自 Stamp，未验证颁发者" in unverified.notes[-1]
    # Sealed, so they say, on 26 July 2017; attested when this test runs.
    assert "anchors/3.tst：归档 2017-06.r2 所记 2017-07-26 10:00，时间戳 " in unverified.notes[0]
    trusted = check_outside(desk.archive, None, roots, "")
    assert trusted.conclusion == "核验通过，外部锚点：时间戳 2 份"
    # The next line holds the earlier tokens fast.
    token.unlink()
    assert desk.faults() == ["anchors/3.tst：缺少这个文件"]
    token.write_bytes((desk.archive / "anchors/4.tst").read_bytes())
    assert [str(fault) for fault in check_outside(desk.archive, None, roots, "").faults] == [
        "anchors/3.tst：不是这个账本头的时间戳，或签名无效：被改动或调换"
    ]
    token.write_bytes(b"x")
    assert check_outside(desk.archive, None, roots, "").faults[0].what.startswith("不是时间戳，或已损坏")


def test_another_authority_than_the_trusted_ones_is_no_anchor_and_no_fault(desk, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with authority(tmp_path) as url, authority(tmp_path / "other"):
        show_outside(desk.archive, _workspace(desk, tmp_path, timestamp_url=url))
    found = check_outside(desk.archive, None, [tmp_path / "other/tsa/root.pem"], "")
    assert (found.anchored, found.faults) == (0, [])


def test_no_server_and_no_witness_block_and_both_are_tried_again(desk, tmp_path: Path) -> None:
    own = _workspace(desk, tmp_path, timestamp_url="http://127.0.0.1:9/", witness="../gone")
    told = show_outside(desk.archive, own)
    assert "账本头没有时间戳：时间戳服务器 http://127.0.0.1:9/ 没有给出时间戳" in told[0]
    assert "账本头没有送到见证文件夹" in told[1]
    assert not (desk.archive / "anchors").exists()
    (tmp_path / "gone").mkdir()
    with authority(tmp_path) as url:
        again = replace(own, settings=own.settings.model_copy(update={"timestamp_url": url}))
        assert show_outside(desk.archive, again) == []
    assert [path.name for path in (desk.archive / "anchors").iterdir()] == ["3.tst"]


def test_a_witness_sees_a_ledger_that_was_cut_off(desk, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    witness.mkdir()
    own = _workspace(desk, tmp_path, witness="../witness")
    old = {name: (desk.archive / name).read_bytes() for name in (LEDGER, SIGNATURE)}
    show_outside(desk.archive, own)
    change(desk, "rotate")
    show_outside(desk.archive, own)
    found = check_outside(desk.archive, own, (), "")
    assert found.conclusion == "核验通过，外部锚点：见证文件夹的 2 个账本头"
    change(desk, "rotate")
    assert check_outside(desk.archive, own, (), "").conclusion.endswith("，只到账本第 4 行（共 5 行）")
    for name, content in old.items():
        (desk.archive / name).unlink()
        (desk.archive / name).write_bytes(content)
    (fault,) = check_outside(desk.archive, own, (), "").faults
    assert "见证文件夹中第 4 行的账本头" in fault.what


def test_a_head_on_paper_is_an_anchor(desk) -> None:
    head = desk.verify().head
    assert check_outside(desk.archive, None, (), head).conclusion == "核验通过，外部锚点：给出的账本头"
    assert "无外部锚点" in check_outside(desk.archive, None, (), "").conclusion


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('witness = "data/witness"', "见证要放在局外的人保管的地方"),
        ('archive = "/srv/archive"\nwitness = "/srv/archive/witness"', "见证要放在局外的人保管的地方"),
        ('second_keys = "data/keys"', "不能和归档、和第一把钥匙放在一起"),
        ('second_keys = "data/archive/keys"', "不能和归档、和第一把钥匙放在一起"),
    ],
)
def test_what_others_keep_lies_apart(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / MARKER).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        Workspace.find(tmp_path)
