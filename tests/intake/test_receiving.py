"""Receiving: bytes kept as they came, one line each, old or new at any instant."""

import hashlib
import os
import random
import signal
import stat
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from good_returns import PARAMS, build_return, good_cells

from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.files.chained import read_chain
from minsheng.intake.returns.checking import Checker
from minsheng.intake.returns.receiving import Received, Receiver
from minsheng.intake.returns.store import (
    delivered_path,
    latest_deliveries,
    read_register,
    register_path,
    returns_dir,
)
from minsheng.intake.spreadsheets.reader import Reader

JUNE = Period("2017-06")
MORNING = datetime(2017, 6, 22, 9, 30)  # noqa: DTZ001 - the register holds the bureau's local times


@pytest.fixture(scope="module")
def reader():
    with Reader() as reader:
        yield reader


@pytest.fixture
def receiver(plan: Plan, tmp_path: Path) -> Receiver:
    return Receiver(plan, tmp_path / "data", JUNE)


def receive(receiver: Receiver, reader: Reader, tmp_path: Path, content: bytes, **options: object) -> Received:
    path = tmp_path / str(options.pop("name", "报表（最终版）.xlsx"))
    path.write_bytes(content)
    return receiver.receive(path, reader, **{"received_at": MORNING, **options})


def test_the_bytes_are_kept_read_only_and_registered(
    plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    content = build_return(plan, good_cells(plan))
    result = receive(receiver, reader, tmp_path, content)
    assert result.outcome == "registered"
    (line,) = read_register(tmp_path / "data")
    assert (line.id, line.period, line.revision, line.sender) == ("cangxi", JUNE, 1, "苍溪县民政局")
    assert (line.file, line.received_at) == ("returns/2017-06/cangxi.xlsx", MORNING)
    path = delivered_path(tmp_path / "data", line)
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert line.sha256 == hashlib.sha256(content).hexdigest()


def test_the_same_bytes_again_change_nothing(plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path) -> None:
    content = build_return(plan, good_cells(plan))
    receive(receiver, reader, tmp_path, content)
    before = register_path(tmp_path / "data").read_bytes()
    result = receive(receiver, reader, tmp_path, content, name="another name.xlsx", received_at=datetime(2017, 7, 1))  # noqa: DTZ001
    assert (result.outcome, result.restores) == ("unchanged", None)
    assert register_path(tmp_path / "data").read_bytes() == before


def test_new_bytes_are_a_revision_that_names_every_changed_cell(
    plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    cells = good_cells(plan)
    first = build_return(plan, cells)
    receive(receiver, reader, tmp_path, first)
    cells["dibao"]["urban"]["persons"] = "2010"
    cells["elderly_care"][""]["daycare_month"] = None
    second = build_return(plan, cells, as_of=date(2017, 6, 21))
    result = receive(receiver, reader, tmp_path, second)
    assert result.delivery is not None
    assert (result.delivery.revision, result.delivery.file) == (2, "returns/2017-06/cangxi.r2.xlsx")
    assert result.replaces is not None
    assert result.replaces.revision == 1
    assert [str(change) for change in result.changes] == [
        "封面!B5 数据截至：2017-06-20 → 2017-06-21",
        "低保!D4 当月保障人数·城市低保：2000 → 2010",
        "养老服务!H4 本月建成日间照料中心：1 → （空白）",
    ]


def test_what_was_replaced_can_be_put_back(plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path) -> None:
    first, second = (build_return(plan, good_cells(plan), as_of=date(2017, 6, day)) for day in (20, 21))
    for content in (first, second):
        receive(receiver, reader, tmp_path, content)
    back = receive(receiver, reader, tmp_path, first)
    assert back.delivery is not None
    assert back.restores is not None
    assert (back.outcome, back.delivery.revision, back.restores.revision) == ("registered", 3, 1)
    assert (back.delivery.event, back.delivery.why) == ("restored", "恢复第 1 版")
    assert [str(change) for change in back.changes] == ["封面!B5 数据截至：2017-06-21 → 2017-06-20"]
    assert latest_deliveries(tmp_path / "data", JUNE)["cangxi"].revision == 3
    again = receive(receiver, reader, tmp_path, first)
    assert (again.outcome, again.delivery and again.delivery.revision) == ("unchanged", 3)


def test_a_revision_taken_back_stays_on_record_and_the_one_before_stands_again(
    plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    first, second = (build_return(plan, good_cells(plan), as_of=date(2017, 6, day)) for day in (20, 21))
    for content in (first, second):
        receive(receiver, reader, tmp_path, content)
    data = tmp_path / "data"
    with pytest.raises(UsageError, match="早于第 2 版收到的时间"):
        receiver.withdraw("cangxi", why="错报", at=datetime(2017, 6, 1))  # noqa: DTZ001
    back, now = receiver.withdraw("cangxi", why="是别县的", at=MORNING)
    assert (back.revision, now and now.revision) == (2, 1)
    assert [(line.revision, line.withdrawn) for line in read_register(data)] == [(1, ""), (2, "是别县的")]
    assert delivered_path(data, back).read_bytes() == second
    assert read_chain(register_path(data)).faults == ()
    assert receiver.withdraw("cangxi", why="也是", at=MORNING)[1] is None
    with pytest.raises(UsageError, match="没有可以撤回的报表"):
        receiver.withdraw("cangxi", why="再来", at=MORNING)
    restored = receive(receiver, reader, tmp_path, second)
    assert (restored.outcome, restored.delivery and restored.delivery.revision) == ("registered", 3)


@pytest.mark.parametrize(
    ("name", "sender", "said"),
    [
        ("旺苍县6月.xlsx", "", "文件名“旺苍县6月.xlsx”（旺苍县）"),
        ("报表.xlsx", "旺苍县民政局 李四", "报送人“旺苍县民政局 李四”（旺苍县）"),
        ("青川.xlsx", "旺苍", "文件名“青川.xlsx”（青川县），报送人“旺苍”（旺苍县）"),
    ],
)
def test_sources_that_name_different_areas_are_all_named(
    name: str, sender: str, said: str, plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    result = receive(receiver, reader, tmp_path, build_return(plan, good_cells(plan)), name=name, sender=sender)
    assert result.outcome == "refused"
    assert f"封面填报单位“苍溪县民政局”（苍溪县），{said}" in result.reason
    assert "--area" in result.reason
    assert read_register(tmp_path / "data") == []


@pytest.mark.parametrize(
    "name", ["苍溪.xlsx", "四川省广元市苍溪县民政局6月.xlsx", "报表 (1).xlsx", "苍溪县（含旺苍县对比）.xlsx"]
)
def test_a_source_that_names_the_same_area_or_none_says_nothing(
    name: str, plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    result = receive(receiver, reader, tmp_path, build_return(plan, good_cells(plan)), name=name, sender="王科长")
    assert (result.outcome, result.delivery and result.delivery.event) == ("registered", "received")


@pytest.mark.parametrize("bureau", ["旺苍县民政局", "南江县民政局"])
def test_a_person_decides_whose_it_is_and_the_register_and_the_check_keep_to_it(
    bureau: str, plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    content = build_return(plan, good_cells(plan), bureau=bureau)
    result = receive(receiver, reader, tmp_path, content, name="苍溪县.xlsx", area="cangxi")
    assert result.delivery is not None
    assert (result.delivery.id, result.delivery.event) == ("cangxi", "assigned")
    assert f"--area 苍溪县：封面填报单位“{bureau}”" in result.delivery.why
    (checked,) = Checker(plan, PARAMS, tmp_path / "data").read(JUNE)
    assert checked.parsed.cover.id == "cangxi"


def test_a_title_of_another_area_is_a_source_too(
    plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(build_return(plan, good_cells(plan)))
    book = openpyxl.load_workbook(path)
    book["低保"]["A1"] = "旺苍县2017年6月低保情况表"
    book.save(path)
    result = receiver.receive(path, reader, received_at=MORNING)
    assert result.outcome == "refused"
    assert "低保!A1 标题“旺苍县2017年6月低保情况表”（旺苍县）" in result.reason


def test_a_row_moved_is_no_change(plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path) -> None:
    cells = good_cells(plan)
    receive(receiver, reader, tmp_path, build_return(plan, cells))
    cells["dibao"] = dict(reversed(cells["dibao"].items()))
    result = receive(receiver, reader, tmp_path, build_return(plan, cells))
    assert (result.outcome, result.changes) == ("registered", ())


@pytest.mark.parametrize(
    ("options", "word"),
    [({"period": "2017年5月"}, "不是2017年6月"), ({"bureau": "南江县民政局"}, "不在方案中")],
)
def test_a_file_for_another_month_or_area_is_kept_apart(
    options: dict[str, str], word: str, plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    content = build_return(plan, good_cells(plan), **options)
    result = receive(receiver, reader, tmp_path, content, name="=cmd 报表.xlsx")
    assert (result.outcome, word in result.reason) == ("refused", True)
    assert result.kept is not None
    assert result.kept.parent == returns_dir(tmp_path / "data", JUNE) / "refused"
    assert result.kept.read_bytes() == content
    again = receive(receiver, reader, tmp_path, content, name="=cmd 报表.xlsx")
    assert again.kept == result.kept
    listed = (result.kept.parent / "register.csv").read_text(encoding="utf-8").splitlines()
    assert len(listed) == 2
    assert "'=cmd" in listed[1]
    assert read_register(tmp_path / "data") == []


def test_an_unreadable_file_is_kept_under_a_safe_name(receiver: Receiver, reader: Reader, tmp_path: Path) -> None:
    result = receive(receiver, reader, tmp_path, b"<html>", name="报" * 60 + "\n.xls")
    assert result.outcome == "refused"
    assert result.kept is not None
    assert result.kept.name.endswith("_.xls")
    assert result.kept.read_bytes() == b"<html>"


def test_a_correction_cannot_come_before_what_it_corrects(
    plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    receive(receiver, reader, tmp_path, build_return(plan, good_cells(plan)))
    newer = build_return(plan, good_cells(plan), as_of=date(2017, 6, 19))
    result = receive(receiver, reader, tmp_path, newer, received_at=datetime(2017, 6, 21))  # noqa: DTZ001
    assert result.outcome == "refused"
    assert "早于已登记的第 1 版" in result.reason
    assert result.kept is not None
    assert result.kept.read_bytes() == newer


def test_a_file_that_was_put_into_the_folder_by_hand(
    plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    content = build_return(plan, good_cells(plan))
    place = returns_dir(tmp_path / "data", JUNE) / "cangxi.xlsx"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"something else")
    with pytest.raises(UsageError, match="没有登记的文件"):
        receive(receiver, reader, tmp_path, content)
    assert place.read_bytes() == b"something else"
    place.write_bytes(content)
    assert receiver.receive(place, reader, received_at=MORNING).outcome == "registered"
    assert place.read_bytes() == content


@pytest.mark.parametrize(("form", "suffix"), [("csv", ".csv"), ("macros", ".xlsm")])
def test_the_suffix_is_the_formats(
    form: str, suffix: str, plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    if form == "csv":
        content = "封面\n填报单位,苍溪县民政局\n报告期,2017年6月\n数据截至,2017-06-20\n".encode("gb18030")
    else:
        import io
        import zipfile

        stream = io.BytesIO(build_return(plan, good_cells(plan)))
        with zipfile.ZipFile(stream, "a") as package:
            package.writestr("xl/vbaProject.bin", b"macro")
        content = stream.getvalue()
    result = receive(receiver, reader, tmp_path, content, name="x.xls")
    assert result.delivery is not None
    assert result.delivery.file.endswith(f"cangxi{suffix}")


_CHILD = """
import sys
from datetime import datetime
from pathlib import Path
from minsheng.domain.period import Period
from minsheng.intake.spreadsheets.reader import Reader
from minsheng.intake.returns.receiving import Receiver
from minsheng.plan import load_plan
params, root = Path(sys.argv[1]), Path(sys.argv[2])
receiver = Receiver(load_plan(params, 2017), root / "data", Period("2017-06"))
with Reader() as reader:
    reader.read((root / "0.xlsx").read_bytes())
    print("go", flush=True)
    for path in sorted(root.glob("*.xlsx"), key=lambda path: int(path.stem)):
        receiver.receive(path, reader, received_at=datetime(2017, 6, 22, 9, 30))
"""
VERSIONS = 12


def kill_at_a_random_instant(plan: Plan, root: Path, seed: int) -> int:
    """Start a process that receives twelve versions one after another, kill it, and look at what it left.

    Returns
    -------
    int
        How many versions had been received.
    """
    content = build_return(plan, good_cells(plan))
    for n in range(VERSIONS):
        mark = f"{seed}-{n}".encode()  # a comment at the end of the package: other bytes, the same figures
        (root / f"{n}.xlsx").write_bytes(content[:-2] + len(mark).to_bytes(2, "little") + mark)
    command = [sys.executable, "-c", _CHILD, str(PARAMS), str(root)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None
    assert child.stdout.readline() == b"go\n"
    time.sleep(random.Random(seed).uniform(0, 1.2))
    os.killpg(child.pid, signal.SIGKILL)
    child.communicate()
    data = root / "data"
    lines = read_register(data) if register_path(data).exists() else []
    assert_whole(plan, root, lines)
    following = root / f"{min(len(lines), VERSIONS - 1)}.xlsx"
    with Reader() as reader:
        Receiver(plan, data, JUNE).receive(following, reader, received_at=MORNING)
    after = read_register(data)
    assert after[: len(lines)] == lines
    assert len(after) == min(len(lines) + 1, VERSIONS)
    assert_whole(plan, root, after)
    assert not [path for path in (data / "returns").rglob(".*") if path.is_file()], "leftovers"
    return len(lines)


def assert_whole(plan: Plan, root: Path, lines: list) -> None:
    """The register is a whole state: every file is there, byte for byte, and no other counts."""
    data = root / "data"
    assert [line.revision for line in lines] == list(range(1, len(lines) + 1))
    for n, line in enumerate(lines):
        content = delivered_path(data, line).read_bytes()
        assert content == (root / f"{n}.xlsx").read_bytes()
        assert hashlib.sha256(content).hexdigest() == line.sha256
    assert Checker(plan, PARAMS, data)._unregistered(JUNE, lines) == ()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_receipt_that_is_killed_leaves_the_old_state_or_the_new(plan: Plan, tmp_path: Path, seed: int) -> None:
    kill_at_a_random_instant(plan, tmp_path, seed)


@pytest.mark.soak
def test_a_hundred_kills_lose_nothing(plan: Plan, tmp_path: Path) -> None:
    reached = set()
    for seed in range(100, 200):
        root = tmp_path / str(seed)
        root.mkdir()
        reached.add(kill_at_a_random_instant(plan, root, seed))
    assert len(reached) > 3, "the kills did not fall within the work"


def _interrupted(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Make the n-th step that touches the disk durably the last one."""
    from minsheng.files import chained
    from minsheng.intake.returns import receiving

    write, count = receiving.write_durably, iter(range(100))

    def step(*arguments: object, **options: object) -> None:
        if next(count) == at:
            raise KeyboardInterrupt
        write(*arguments, **options)

    for module in (receiving, chained):
        monkeypatch.setattr(module, "write_durably", step)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_between_any_two_steps_the_old_state_stands(
    at: int, plan: Plan, reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "0.xlsx").write_bytes(build_return(plan, good_cells(plan)))
    receiver = Receiver(plan, tmp_path / "data", JUNE)
    with monkeypatch.context() as patch:
        _interrupted(patch, at)
        with pytest.raises(KeyboardInterrupt):
            receiver.receive(tmp_path / "0.xlsx", reader, received_at=MORNING)
    assert_whole(plan, tmp_path, read_register(tmp_path / "data"))
    assert read_register(tmp_path / "data") == []
    assert receiver.receive(tmp_path / "0.xlsx", reader, received_at=MORNING).outcome == "registered"
    assert_whole(plan, tmp_path, read_register(tmp_path / "data"))
    assert not [path for path in (tmp_path / "data").rglob(".*") if path.is_file()]


def test_a_file_that_is_too_large_is_neither_read_nor_copied(
    receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "苍溪县.xlsx"
    with path.open("wb") as stream:
        stream.truncate(8 * 2**30)  # 8 GB that take no room, and that nobody could hold in memory
    result = receiver.receive(path, reader, received_at=MORNING)
    assert (result.outcome, result.kept) == ("refused", None)
    assert "文件大小 8192.0 MB，超过上限 64 MB" in result.reason
    assert not (tmp_path / "data").exists()


def test_what_an_interrupted_receipt_left_goes_with_the_next(
    plan: Plan, receiver: Receiver, reader: Reader, tmp_path: Path
) -> None:
    folder = returns_dir(tmp_path / "data", JUNE)
    left = [folder / "refused" / ".a-报表.xlsx.new", folder / ".cangxi.xlsx.new", folder.parent / ".register.csv.new"]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    receive(receiver, reader, tmp_path, build_return(plan, good_cells(plan)))
    assert not any(path.exists() for path in left)
