"""The template by itself: calls, limits, threads, death, restart, and what it leaves behind."""

import concurrent.futures
import gc
import math
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction

import pytest

from papermill_forked import (
    RemoteTracebackError,
    Template,
    WorkerDiedError,
    WorkerMemoryError,
    WorkerTimeoutError,
    fallback,
    launch,
    processes,
    shared_template,
    template,
)
from papermill_forked.calls import name_of
from papermill_forked.processes import descendants

pytestmark = pytest.mark.slow

LIGHT = ("json",)


@pytest.fixture(scope="module")
def light():
    with Template(LIGHT) as one:
        yield one


@pytest.fixture
def _nothing_left(light, wait_until):
    yield
    assert light.fallbacks.total == 0
    assert wait_until(lambda: descendants(light.pid) == [])


class Named:
    @classmethod
    def of_the_class(cls):
        return cls.__name__

    def of_an_object(self):
        return self


def test_functions_are_found_by_module_and_qualified_name():
    assert name_of(math.factorial) == "math:factorial"
    assert name_of(Template.call) == "papermill_forked.calls:Caller.call"
    assert name_of(Named.of_the_class) == f"{__name__}:Named.of_the_class"
    assert name_of("any.module:any") == "any.module:any"


def test_what_another_process_would_not_find_is_refused(light):
    def inner():
        pass

    started_here = subprocess.run(
        [sys.executable, "-c", "from papermill_forked.calls import name_of\ndef own(): pass\nname_of(own)"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ValueError: <function own" in started_here.stderr
    for function in (inner, lambda: 1, Named().of_an_object):
        with pytest.raises(ValueError, match="cannot be found in another process"):
            light.call(function)
    with pytest.raises(ValueError, match="cannot be found"):
        Template(LIGHT, warm_up=inner)


@pytest.mark.usefixtures("_nothing_left")
class TestCall:
    def test_result(self, light):
        assert light.call(math.factorial, 20) == 2432902008176640000

    def test_keywords(self, light):
        assert light.call(sorted, [2, 1, 3], reverse=True) == [3, 2, 1]

    def test_large_arguments_and_results(self, light):
        data = os.urandom(1 << 20) * 30

        assert light.call(bytes, data) == data

    def test_every_call_has_a_process_of_its_own(self, light):
        pids = {light.call(os.getpid) for _ in range(3)}

        assert len(pids) == 3
        assert os.getpid() not in pids

    def test_environment_and_folder_are_the_callers(self, light, monkeypatch, tmp_path):
        light.call(os.getpid)
        monkeypatch.setenv("FORKED_TEST", "now")
        monkeypatch.chdir(tmp_path)

        assert light.call(os.getenv, "FORKED_TEST") == "now"
        assert light.call(os.getcwd) == str(tmp_path)

    def test_a_method_by_its_qualified_name(self, light):
        assert light.call("fractions:Fraction.from_float", 0.5) == Fraction(1, 2)

    def test_arguments_that_cannot_travel(self, light):
        with pytest.raises(Exception, match="pickle"):
            light.call(bytes, threading.Lock())

    def test_exception(self, light):
        with pytest.raises(ZeroDivisionError) as caught:
            light.call(operator.truediv, 1, 0)

        assert isinstance(caught.value.__cause__, RemoteTracebackError)
        assert "Traceback" in str(caught.value.__cause__)

    def test_unknown_function(self, light):
        with pytest.raises(AttributeError):
            light.call("math:no_such_function")

    def test_result_that_cannot_travel(self, light):
        with pytest.raises(Exception, match="pickle"):
            light.call(threading.Lock)

    def test_time_limit(self, light):
        started = time.monotonic()
        with pytest.raises(WorkerTimeoutError, match=r"time:sleep .* 0.5 s"):
            light.call(time.sleep, 60, time_limit=0.5)

        assert time.monotonic() - started < 20

    def test_memory_limit(self, light):
        with pytest.raises(WorkerMemoryError):
            light.call(bytearray, 1 << 30, memory_limit=200 << 20)

    def test_death(self, light):
        with pytest.raises(WorkerDiedError, match="code 9") as caught:
            light.call(os._exit, 9)

        assert caught.value.end.code == 9

    def test_killed(self, light):
        with pytest.raises(WorkerDiedError, match="SIGABRT"):
            light.call(os.abort)

    def test_sys_exit_is_an_exception(self, light):
        with pytest.raises(SystemExit):
            light.call(sys.exit, 3)

    def test_threads(self, light):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda n: light.call(math.factorial, n), range(12))) == [
                light.call(math.factorial, n) for n in range(12)
            ]


def test_start_does_not_wait_for_the_warm_up_and_close_ends_it(alive, tmp_path, monkeypatch):
    (tmp_path / "takes_long.py").write_text("import time\ndef start(): time.sleep(600)", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    template = Template(LIGHT, "takes_long:start")
    started = time.monotonic()
    template.start()
    assert time.monotonic() - started < 300
    pid = template.pid
    template.close()

    assert not alive(pid)
    assert template.pid is None


def test_restart_after_death():
    with Template(LIGHT) as template:
        template.call(os.getpid)
        first = template.pid
        os.kill(first, signal.SIGKILL)

        assert template.call(math.factorial, 3) == 6
        assert template.pid != first
        assert template.starts == 2
        assert template.fallbacks.total == 0


def test_death_in_the_middle_of_a_call(wait_until):
    with Template(LIGHT) as template, concurrent.futures.ThreadPoolExecutor(1) as pool:
        template.call(os.getpid)
        call = pool.submit(template.call, time.sleep, 60)
        assert wait_until(lambda: descendants(template.pid))
        # A template that dies before it has told of the fork is started again, and so is the call.
        time.sleep(2)
        os.kill(template.pid, signal.SIGKILL)
        with pytest.raises(WorkerDiedError, match="template died"):
            call.result(20)

        assert template.call(math.factorial, 3) == 6


@pytest.fixture
def threaded(tmp_path, monkeypatch):
    """A warm-up that leaves a thread behind."""
    code = "import threading, time\ndef start(): threading.Thread(target=time.sleep, args=(600,), daemon=True).start()"
    (tmp_path / "starts_a_thread.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Template(LIGHT, "starts_a_thread:start") as one:
        yield one


def test_a_template_with_a_second_thread_falls_back_and_counts(threaded, caplog):
    before = fallback.process.total

    assert threaded.call(math.factorial, 4) == 24
    ((reason, count),) = threaded.fallbacks.reasons.items()
    assert reason.startswith("the template has 2 threads: ")
    assert count == 1
    assert fallback.process.total == before + 1
    assert "does not run in a fork" in caplog.text


def test_the_way_without_a_fork_has_the_same_errors(threaded):
    with pytest.raises(ZeroDivisionError):
        threaded.call(operator.truediv, 1, 0)
    with pytest.raises(WorkerDiedError, match="code 9"):
        threaded.call(os._exit, 9)
    with pytest.raises(WorkerDiedError, match="SIGABRT"):
        threaded.call(os.abort)
    with pytest.raises(WorkerTimeoutError):
        threaded.call(time.sleep, 60, time_limit=1)
    with pytest.raises(WorkerMemoryError):
        threaded.call(bytearray, 1 << 30, memory_limit=200 << 20)
    threaded.call(print, "not part of the answer")


def test_libraries_that_would_start_threads_are_told_not_to_in_the_template_alone(tmp_path, monkeypatch):
    code = (
        "import os\nthen = os.environ['JE_ARROW_MALLOC_CONF']\ndef both(): return then, os.environ['OMP_NUM_THREADS']"
    )
    (tmp_path / "asks_when_imported.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    with Template(["asks_when_imported"]) as template:
        assert template.call("asks_when_imported:both") == ("background_thread:false", "7")


def test_a_module_that_cannot_be_imported_is_named():
    with Template(("no_such_module_anywhere",)) as template:
        assert template.call(math.factorial, 4) == 24
        assert template.call(math.factorial, 3) == 6
        assert template.starts == 1  # it would fail again
        ((reason, count),) = template.fallbacks.reasons.items()
        assert "No module named 'no_such_module_anywhere'" in reason
        assert count == 2


def test_a_module_that_may_be_missing():
    with Template(("no_such_module_anywhere?",)) as template:
        assert template.call(math.factorial, 4) == 24
        assert template.fallbacks.total == 0


def test_other_platforms(monkeypatch):
    monkeypatch.setattr(launch, "supported", lambda: False)
    template = Template(LIGHT)

    assert template.call(math.factorial, 4) == 24
    assert template.fallbacks.total == 1


def test_shared_template_is_replaced_when_its_key_changes(monkeypatch):
    monkeypatch.setattr(template, "_shared", None)
    first = shared_template(LIGHT, key="a")
    try:
        assert shared_template(LIGHT, key="a") is first
        assert shared_template() is first
        pid = first.start().pid
        second = shared_template(LIGHT, key="b")
        assert second is not first
        assert shared_template() is second
        assert first._process.popen.wait(60) == 0
        assert pid is not None
        second.close()
    finally:
        first.close()


ORPHANS = """
import os, sys, threading, time
from papermill_forked import Template
template = Template(("json",)).start()
template.call(os.getpid)
commands = ["sleep 600", "setsid sleep 600 & sleep 600"]
for command in commands:
    threading.Thread(target=template.call, args=("os:system", command)).start()
time.sleep(1)
from papermill_forked.processes import descendants
print(template.pid, *descendants(template.pid), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_survives_the_parent(alive, wait_until, number):
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) >= 6
        parent.send_signal(number)
        parent.wait()

    assert wait_until(lambda: not any(alive(pid) for pid in pids))


def test_importing_is_light():
    code = "import sys, papermill_forked as f; f.Template; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert not {"papermill", "nbclient", "zmq", "IPython", "pandas", "ipykernel"} & set(loaded)


def test_the_template_is_single_threaded_and_has_no_zmq_context(template):
    assert len(template.call(processes.threads)) == 1
    assert template.call(eval, "__import__('zmq').Context._instance") is None
    assert not template.call(eval, "'papermill' in __import__('sys').modules")
    assert template.call(gc.get_freeze_count) > 100_000


def test_processor_time_limit(light):
    endless = {"kind": "call", "function": "builtins:eval", "args": ("sum(0 for _ in iter(int, 1))",), "kwargs": {}}
    worker = light.fork(endless, cpu_limit=0.5)
    try:
        end = worker.wait(60)
    finally:
        worker.close()

    assert end.signal == signal.SIGXCPU
    assert "processor time limit" in str(end)


def test_a_parent_that_needs_no_template_after_all_sees_no_traceback(capfd):
    template = Template(["statistics"])
    template.start()
    template._process.control.close()
    template._process.popen.wait(60)

    assert capfd.readouterr().err == ""
    template.close()


def test_what_a_template_has_learnt_every_fork_knows_also_after_a_restart(wait_until, capfd):
    know = "__import__('builtins').learnt_by_the_template"
    with Template(LIGHT) as template:
        template.learn(exec, "1 / 0")
        template.learn(exec, "__import__('builtins').learnt_by_the_template = 7")
        assert template.call(eval, know) == 7
        os.kill(template.pid, signal.SIGKILL)
        assert wait_until(lambda: template._process.popen.poll() is not None)
        assert template.call(eval, know) == 7
        assert template.starts == 2
        template.forget(exec, "__import__('builtins').learnt_by_the_template = 7")
        template.forget(exec, "what it was never taught")
        os.kill(template.pid, signal.SIGKILL)
        assert wait_until(lambda: template._process.popen.poll() is not None)
        assert template.call(eval, "hasattr(__import__('builtins'), 'learnt_by_the_template')") is False
    assert "ZeroDivisionError" in capfd.readouterr().err
