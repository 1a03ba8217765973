"""Workers that answer call after call."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from papermill_forked import Servants, Template
from papermill_forked.exceptions import WorkerDiedError, WorkerTimeoutError


def pid() -> int:
    return os.getpid()


def fail(words: str) -> None:
    raise ValueError(words)


def end() -> None:
    os._exit(7)


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def append(path: str) -> int:
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("x")
    return os.getpid()


def die_before_the_first_report() -> None:
    """Warm-up that makes the template die once, after a fork and before it has told of it."""
    from papermill_forked import zygote

    marker = Path(os.environ["DIED_ONCE"])
    report = zygote.Zygote._report

    def die(job, words):
        if not marker.exists():
            marker.touch()
            os._exit(1)
        report(job, words)

    zygote.Zygote._report = staticmethod(die)


@pytest.fixture(scope="module")
def template():
    with Template(["multiprocessing.popen_fork", "test_servants"], environment=_own_path()) as started:
        yield started


def _own_path() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).parent)}


def test_one_servant_answers_many_calls_and_is_replaced_in_time(template: Template) -> None:
    with Servants(template, calls_each=3) as servants:
        pids = [servants.call("test_servants:pid") for _ in range(7)]
    assert pids[0] == pids[1] == pids[2] != pids[3] == pids[4] == pids[5] != pids[6]
    assert servants.made == 3
    assert template.fallbacks.total == 0


def test_an_error_of_the_function_is_raised_and_the_servant_stays(template: Template) -> None:
    with Servants(template) as servants:
        before = servants.call("test_servants:pid")
        with pytest.raises(ValueError, match="坏"):
            servants.call("test_servants:fail", "坏")
        assert servants.call("test_servants:pid") == before


def test_a_death_and_a_timeout_are_named_and_the_next_call_has_a_new_servant(template: Template) -> None:
    with Servants(template) as servants:
        before = servants.call("test_servants:pid")
        with pytest.raises(WorkerDiedError, match="code 7"):
            servants.call("test_servants:end")
        with pytest.raises(WorkerTimeoutError, match="test_servants:sleep"):
            servants.call("test_servants:sleep", 60, time_limit=0.2)
        assert servants.call("test_servants:pid") != before


def test_a_servant_that_was_killed_while_idle_is_replaced(template: Template) -> None:
    with Servants(template) as servants:
        first = servants.call("test_servants:pid")
        os.kill(first, 9)
        while Path(f"/proc/{first}").exists():
            time.sleep(0.01)
        assert servants.call("test_servants:pid") != first


def test_threads_have_servants_of_their_own(template: Template) -> None:
    with Servants(template) as servants, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: servants.call("test_servants:sleep", 0.05), range(8)))
        assert 2 <= servants.made <= 4


def test_no_servant_outlives_its_pool(template: Template) -> None:
    with Servants(template) as servants:
        left = servants.call("test_servants:pid")
    assert not Path(f"/proc/{left}").exists()


def test_a_template_that_dies_between_forking_and_telling_runs_the_call_once(tmp_path: Path) -> None:
    done, marker = tmp_path / "done", tmp_path / "died"
    surroundings = {**_own_path(), "DIED_ONCE": str(marker)}
    names = ["multiprocessing.popen_fork", "test_servants"]
    for how in ("call", "servant"):
        marker.unlink(missing_ok=True)
        done.write_text("", encoding="utf-8")
        with (
            Template(names, "test_servants:die_before_the_first_report", environment=surroundings) as template,
            Servants(template) as servants,
        ):
            caller = template if how == "call" else servants
            caller.call("test_servants:append", str(done))
            assert marker.exists()
            assert template.starts == 2
        assert done.read_text(encoding="utf-8") == "x", how
