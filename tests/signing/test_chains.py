"""Registers hold on to each other: what was there is kept, and a line that is changed, cut or put in is found."""

from datetime import datetime
from pathlib import Path

import pytest
from tests.conftest import ROOT

from minsheng.errors import FileRefusedError
from minsheng.files.chained import BACKFILLED, START, TRACE_COLUMNS, append_line, csv_line, read_chain
from minsheng.files.hashing import sha256
from minsheng.files.registers import rows
from minsheng.intake.returns.store import REGISTER_COLUMNS, read_register, register_path
from minsheng.signing.chains import bring_up_to_date, check_registers, gap_words, register_heads, time_notes
from minsheng.workspace import Workspace

NOW = datetime.fromisoformat("2017-06-21T09:00:00")
OLD = (
    "period,id,revision,file,sha256,received_at,sender\r\n"
    '2017-06,cangxi,1,returns/2017-06/cangxi.xlsx,aa,2017-06-20T09:00:00,"苍溪县，民政局"\r\n'
    "2017-06,wangcang,1,returns/2017-06/wangcang.xlsx,bb,2017-06-20T10:00:00,旺苍县民政局\r\n"
).encode("utf-8-sig")
THIRD = ("2017-06", "jiange", 1, "returns/2017-06/jiange.xlsx", "cc", "2017-06-21T08:00:00", "剑阁县民政局")


@pytest.fixture
def older(tmp_path: Path) -> Workspace:
    """A workspace of the first version: it says none, and its register was saved by an office program."""
    (tmp_path / "minsheng.toml").write_text('site_title = "甲"\n\n[records]\nfonds = "035"\n', encoding="utf-8")
    path = register_path(tmp_path / "data")
    path.parent.mkdir(parents=True)
    path.write_bytes(OLD)
    return Workspace.find(tmp_path)


def _add(path: Path, cells: tuple[object, ...] = THIRD) -> None:
    append_line(path, REGISTER_COLUMNS, cells, recorded_at=NOW, event="received")


def test_an_older_register_is_kept_byte_for_byte_and_starts_the_chain(older: Workspace) -> None:
    path = register_path(older.data)
    before = read_register(older.data)
    assert len(bring_up_to_date(older)) == 1
    assert path.with_name("register.v1.csv").read_bytes() == OLD
    header, *lines = rows(path)
    assert header == [*REGISTER_COLUMNS, *TRACE_COLUMNS]
    assert [line[-4:-1] for line in lines] == [[BACKFILLED, "received", ""]] * 2
    assert lines[0][-1] == sha256(OLD)
    assert lines[1][-1] == sha256(csv_line(lines[0]))
    assert [line.model_copy(update={"event": ""}) for line in read_register(older.data)] == before
    settings = Workspace.find(older.root).settings
    assert (settings.workspace_version, settings.site_title, settings.records.fonds) == (2, "甲", "035")
    assert bring_up_to_date(Workspace.find(older.root)) == []


def test_a_line_is_added_without_touching_the_others(older: Workspace) -> None:
    bring_up_to_date(older)
    path = register_path(older.data)
    before = path.read_bytes()
    _add(path)
    assert path.read_bytes().startswith(before)
    # As the handbook says: tail -n 1 register.csv | sha256sum
    last = path.read_bytes().splitlines(keepends=True)[-1]
    assert register_heads(older.data) == {"returns/register.csv": sha256(last)}
    assert read_register(older.data)[-1].recorded_at == NOW
    assert read_chain(path).faults == ()


def test_an_absent_register_starts_with_nothing_before_it(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    assert read_chain(path).head == START
    _add(path)
    assert read_chain(path).heads[0] == START
    assert read_chain(path).faults == ()


def test_an_empty_older_register_starts_the_chain_too(older: Workspace) -> None:
    path = register_path(older.data)
    path.write_bytes(OLD.splitlines(keepends=True)[0])
    bring_up_to_date(older)
    assert read_chain(path).faults == ()
    _add(path)
    assert read_chain(path).heads[0] == sha256(path.with_name("register.v1.csv").read_bytes())
    assert read_chain(path).faults == ()


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("change", ["delete", "alter", "insert", "swap"])
def test_a_line_that_was_changed_is_found_by_the_chain(older: Workspace, at: int, change: str) -> None:
    bring_up_to_date(older)
    path = register_path(older.data)
    _add(path)
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "delete":
        del lines[at]
    elif change == "alter":
        lines[at] = lines[at].replace(b"2017-06-20T", b"2017-06-19T")
    elif change == "insert":
        lines.insert(at, lines[at])
    else:
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    path.write_bytes(b"".join(lines))
    assert read_chain(path).faults


@pytest.mark.parametrize("left", [0, 2])
def test_what_was_cut_off_at_the_end_is_missed_by_the_seal(older: Workspace, left: int) -> None:
    bring_up_to_date(older)
    path = register_path(older.data)
    _add(path)
    sealed = [("2017-06", register_heads(older.data))]
    assert check_registers(older.data, sealed, {}) == []
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[: left + 1]))
    assert (
        "data/returns/register.csv",
        "归档 2017-06 时的链头不在现在的链上：归档之后有行被改动或删去",
    ) in check_registers(older.data, sealed, {})
    path.unlink()
    assert check_registers(older.data, sealed, {})


def test_a_register_written_anew_is_missed_by_the_packages(older: Workspace, tmp_path: Path) -> None:
    bring_up_to_date(older)
    path = register_path(older.data)
    packed = register_path(tmp_path / "packed")
    packed.parent.mkdir(parents=True)
    packed.write_bytes(path.read_bytes())
    _add(path)
    assert check_registers(older.data, [], {"2017-06": tmp_path / "packed"}) == []
    path.unlink()
    path.with_name("register.v1.csv").unlink()
    _add(path)
    ((_, what),) = check_registers(older.data, [], {"2017-06": tmp_path / "packed"})
    assert "归档包 2017-06 中的 2 行现在没有（2017-06 cangxi 1 等）" in what


def test_a_register_kept_as_it_was_may_not_be_changed(older: Workspace) -> None:
    bring_up_to_date(older)
    kept = register_path(older.data).with_name("register.v1.csv")
    kept.write_bytes(OLD.replace(b"09:00", b"08:00"))
    assert "不在或被改动" in read_chain(register_path(older.data)).faults[0]


def test_what_a_spreadsheet_program_does_to_a_register_is_no_change(older: Workspace) -> None:
    bring_up_to_date(older)
    path = register_path(older.data)
    heads = read_chain(path).heads
    path.write_bytes(path.read_bytes().decode().replace("\n", "\r\n").encode("utf-8-sig"))
    assert (read_chain(path).heads, read_chain(path).faults) == (heads, ())
    _add(path)
    assert read_chain(path).faults == ()


def test_times_that_stand_apart_are_said(older: Workspace) -> None:
    bring_up_to_date(older)
    path = register_path(older.data)
    _add(path)
    _add(path, ("2017-06", "jiange", 2, "f", "dd", "1901-06-21T08:00:00", ""))
    first, second = time_notes(older.data, "data")
    assert first == "data/returns/register.csv：2 行补录，登记的时间不详"
    assert "1 行登记的时间与所记的相差一天以上：2017-06 所记 1901-06-21 08:00，登记于 2017-06-21 09:00，晚" in second
    assert gap_words("2999-01-01T00:00:00", "2017-06-21T09:00:00").startswith("所记 2999-01-01 00:00，登记于")
    assert gap_words("2017-06-20T09:00:00+08:00", "2017-06-21T09:00:00") == ""


def test_the_sample_is_chained_and_says_that_it_was_backfilled() -> None:
    assert check_registers(ROOT / "data", [], {}) == []
    assert set(register_heads(ROOT / "data")) == {"returns/register.csv", "deliveries.csv"}
    assert all(line.recorded_at is None for line in read_register(ROOT / "data"))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'period,id\n"' + b"x" * 200_000])
def test_a_register_that_is_no_text_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = register_path(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(FileRefusedError, match=r"不是 UTF-8 的 CSV 文本.*请从备份恢复"):
        read_register(tmp_path)
