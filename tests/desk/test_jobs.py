"""Commands that the desk starts: one at a time, kept by a process of their own, stopped, found again."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from minsheng.desk.ended import ended_jobs, how_it_ended
from minsheng.desk.jobs import (
    BusyError,
    CommandRequest,
    End,
    Job,
    StartedCommand,
    desk_folder,
    job,
    jobs,
    running,
    start,
    stop,
)
from minsheng.desk.uploads import LIMIT_MIB, add, announce, discard, uploaded
from minsheng.errors import UsageError


def _asked(*arguments: str, uploads: tuple[str, ...] = ()) -> CommandRequest:
    line = "minsheng " + " ".join(arguments)
    return CommandRequest(
        form="check", title="校验", line=line, arguments=arguments, by="王小雨", browser="1", uploads=uploads
    )


def _ended(workspace, started: Job) -> Job:
    for _ in range(1200):
        found = job(workspace, started.order.id)
        if found.end is not None:
            return found
        time.sleep(0.05)
    raise AssertionError(started.log)


@pytest.mark.slow
def test_people_take_turns_and_who_stops_a_command_leaves_it_stopped(workspace) -> None:
    started = start(workspace, _asked("check", "2017-06"), {})
    assert running(workspace) is not None
    with pytest.raises(BusyError, match="王小雨正在办“校验”（minsheng check 2017-06）"):
        start(workspace, _asked("run", "2017-06"), {})
    for _ in range(600):
        if "校验2017年6月报表" in started.log:
            break
        time.sleep(0.05)
    stop(started)
    ended = _ended(workspace, started)
    assert ended.end is not None
    assert ended.end.stopped
    assert how_it_ended(ended) == ("已停止", "watch")
    assert running(workspace) is None


def test_what_ended_names_the_workspace_s_files_from_its_folder_and_folders_open_in_the_list(
    workspace, tmp_path
) -> None:
    root, now = workspace.root, datetime.now(UTC)
    given = {"period": "2017-06", "force": "on"}
    asked = _asked("check", "2017-06").model_copy(update={"month": "2017-06", "values": given})
    done = Job(tmp_path, StartedCommand(**asked.model_dump(), id="1", began=now), End(code=0, ended=now))
    lines = (
        f"已归档：{root}/data/returns/2017-06，3 个文件\n{root}/data/keys/key → {root}/minsheng.toml；/etc/hosts ../x/y"
    )
    (tmp_path / "answer.txt").write_text(lines, encoding="utf-8")
    shown = ended_jobs(workspace, [done], "/")
    assert '<a href="/lab/tree/data/returns/2017-06" target="_blank">data/returns/2017-06</a>，3 个文件' in shown
    assert "data/keys/key → minsheng.toml；/etc/hosts ../x/y" in shown
    assert shown.count("<a ") == 1
    assert str(root) not in shown
    assert 'data-of-month="2017-06"' in shown
    assert "再办一次" not in ended_jobs(
        workspace, [replace(done, order=done.order.model_copy(update={"form": "deliver"}))], "/"
    )


@pytest.mark.slow
def test_a_password_reaches_the_command_and_no_file_and_what_was_sent_goes(workspace) -> None:
    sent = announce(workspace, "沈友文.p12", 4)
    add(workspace, sent, 0, b"none")
    arguments = (
        "sign",
        "2017-06",
        "社会救助科",
        "--p12",
        str(uploaded(workspace, sent)),
        "--password-env",
        "P12_PASSWORD",
    )
    without = _ended(workspace, start(workspace, _asked(*arguments), {}))
    assert "没有环境变量 P12_PASSWORD" in without.log
    ended = _ended(workspace, start(workspace, _asked(*arguments, uploads=(sent,)), {"P12_PASSWORD": "very-secret"}))
    assert "月报还没有生成" in ended.log
    assert how_it_ended(ended) == ("没有放行", "bad")
    kept = [path for path in desk_folder(workspace).rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if b"very-secret" in path.read_bytes()]
    with pytest.raises(UsageError, match="已不在"):
        uploaded(workspace, sent)
    assert [each.order.id for each in jobs(workspace)] == [ended.order.id, without.order.id]
    assert "月报还没有生成" in ended_jobs(workspace, jobs(workspace), "/")


def test_progress_is_what_a_command_says(tmp_path) -> None:
    (tmp_path / "log.txt").write_text("校验2017年6月报表\n3/61 苍溪县低保 0.7 个/秒\n")
    order = StartedCommand(**_asked().model_dump(), id="x", began=datetime.now(UTC))
    found = Job(tmp_path, order, None)
    assert (found.progress.stage, found.progress.done, found.progress.total) == ("生成报告 苍溪县低保", 3, 61)
    # Nobody holds its folder: it was interrupted.
    assert not found.runs
    assert how_it_ended(found)[0].startswith("中断")


def test_a_file_comes_in_parts_and_none_is_written_twice(workspace) -> None:
    sent = announce(workspace, "C:\\报表\\苍溪县.xlsx", 6)
    assert add(workspace, sent, 0, b"abc") == 3
    assert add(workspace, sent, 0, b"abc") == 3
    with pytest.raises(UsageError, match=r"苍溪县.xlsx 还没有送完"):
        uploaded(workspace, sent)
    assert add(workspace, sent, 3, b"def") == 6
    path = uploaded(workspace, sent)
    assert (path.name, path.read_bytes()) == ("苍溪县.xlsx", b"abcdef")
    with pytest.raises(UsageError, match="变大了"):
        add(workspace, sent, 6, b"g")
    discard(workspace, sent)
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("a.xlsx", (LIMIT_MIB + 1) * 1024 * 1024, "a.xlsx 有 301 MB，超过上限 300 MB：没有发送"),
        ("..", 1, "文件名“..”不能用"),
        (".xlsx", 1, "不能用"),
        ("报" * 90 + ".xlsx", 1, "太长"),
    ],
)
def test_what_cannot_be_taken_is_said_before_it_is_sent(workspace, name: str, size: int, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        announce(workspace, name, size)


@pytest.mark.parametrize("name", ["../../data", "x" * 16, "0" * 16])
def test_no_other_file_is_reached_by_an_id(workspace, name: str) -> None:
    with pytest.raises(UsageError, match="已不在"):
        add(workspace, name, 0, b"x")
    with pytest.raises(UsageError, match="没有这次操作的记录"):
        job(workspace, name)
