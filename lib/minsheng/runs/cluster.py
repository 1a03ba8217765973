"""An executor over a Dask cluster, whose workers make tasks only where they would give the same bytes.

The only module that knows Dask.
"""

import platform
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from minsheng.errors import MachineUnfitError
from minsheng.files.hashing import sha256
from minsheng.render.fonts import FontSet, packaged_fonts, text_stack
from minsheng.runs.failures import Failure, FailureKind, TaskFailedError
from minsheng.runs.keys import package_sha256
from minsheng.runs.task_worker import TaskMade, TaskWork, make_task
from papermill_forked import fallback

_CONNECT_SECONDS = 10

_LOOK_SECONDS = 1.0


class Cluster(Executor):
    """Runs functions on the workers of a Dask scheduler, where ``files`` lie too; see :func:`held`.

    Waits ``patience_seconds`` for a worker, first and whenever there is none left; MachineUnfitError if Dask is not
    installed, nothing answers at the address, or no worker comes. A worker that dies gives its work to another: a
    function may run more than once, its result is handed on once. What was done, the caller must remember.
    """

    def __init__(self, address: str, *, files: Sequence[Path] = (), patience_seconds: float = 60) -> None:
        try:
            import distributed
        except ImportError as error:
            raise MachineUnfitError("没有安装 Dask：pip install 'minsheng-workbook[cluster]'") from error
        self._address, self._patience = address, patience_seconds
        dask: Any = distributed  # its functions have no types
        try:
            self._client = dask.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise MachineUnfitError(
                f"连不上调度器 {address}：{error}。请核对地址，并确认 dask scheduler 在运行"
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=patience_seconds)
        except TimeoutError as error:
            self._client.close()
            raise self._nobody() from error
        for path in files:
            self._client.register_plugin(
                dask.diagnostics.plugin.UploadFile(str(path), load=False), name=f"file-{path.name}"
            )
        # Work is never recognised by its arguments: comparing megabytes of inputs costs more than it could save.
        self._executor = self._client.get_executor(pure=False)
        self._waiting: set[Future[Any]] = set()
        self._lock, self._closed = threading.Lock(), threading.Event()
        threading.Thread(target=self._watch, name="cluster", daemon=True).start()

    @property
    def slots(self) -> int:
        """How many functions run at once: the workers' threads now, at least 1."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function on a worker.

        The future raises ``TaskFailedError`` of kind ``dead_process`` where several workers died over it,
        ``MachineUnfitError`` where the cluster is lost, else whatever the function raised.
        """
        given: Future[Any] = Future()
        with self._lock:
            self._waiting.add(given)
        self._executor.submit(function, *args, **kwargs).add_done_callback(lambda done: self._hand_on(done, given))
        return given

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002  # Executor's own
        """Leave the cluster: its scheduler and workers stay, what nobody has waited for is cancelled."""
        self._closed.set()
        self._executor.shutdown(wait=False)  # to wait for a worker that is gone would last for ever
        self._client.close()

    def _hand_on(self, done: Future[Any], given: Future[Any]) -> None:
        try:
            result = done.result()
        except CancelledError:
            self._settle(given, error=MachineUnfitError(f"与调度器 {self._address} 的连接中断。{_AGAIN}"))
        except Exception as error:  # noqa: BLE001  # handed on to whoever waits
            self._settle(given, error=_dead(error) if type(error).__name__ == "KilledWorker" else error)
        else:
            self._settle(given, result)

    def _settle(self, given: Future[Any], result: Any = None, error: Exception | None = None) -> None:
        with self._lock:
            if given not in self._waiting:  # given up before
                return
            self._waiting.discard(given)
        if error is None:
            given.set_result(result)
        else:
            given.set_exception(error)

    def _watch(self) -> None:
        """Give up what waits when no worker has been there for too long: Dask itself would wait for ever."""
        seen = time.monotonic()
        while not self._closed.wait(_LOOK_SECONDS):
            try:
                there = bool(self._client.nthreads())
            except Exception:  # noqa: BLE001  # whatever the reason, nobody is seen
                there = False
            if there:
                seen = time.monotonic()
            elif time.monotonic() - seen > self._patience:
                with self._lock:
                    waiting = list(self._waiting)
                for given in waiting:
                    self._settle(given, error=self._nobody())

    def _nobody(self) -> MachineUnfitError:
        return MachineUnfitError(
            f"调度器 {self._address} 在 {self._patience:g} 秒内没有一个工作进程。"
            f"请在各机器上启动：dask worker {self._address} --nthreads 1。{_AGAIN}"
        )


_AGAIN = "恢复后再运行一次：已生成的报告完好，不会重做"


def held(name: str) -> Path:
    """Return a file that the cluster was told to hold, as it lies on the worker that runs this."""
    from distributed import get_worker

    return Path(get_worker().local_directory) / name


def _dead(error: Exception) -> TaskFailedError:
    return TaskFailedError(Failure(kind=FailureKind.DEAD_PROCESS, message=str(error)))


_NAME = re.compile(r"[A-Za-z0-9._-]+")

_PACKAGE = "minsheng-workbook"


@dataclass(frozen=True)
class RemoteFonts:
    """A font set that leaves its machine: the same files lie elsewhere there."""

    files: tuple[tuple[str, str], ...]  # name and sha256 of each
    roles: tuple[tuple[str, str], ...]


def cluster_for(address: str, fonts: FontSet) -> Cluster:
    """Join a cluster; the bureau's own fonts travel to each worker once, the packaged ones are there."""
    own = [path for path in fonts.files if path not in packaged_fonts().files]
    return Cluster(address, files=own)


def remote_maker(fonts: FontSet) -> Callable[[TaskWork], TaskMade]:
    """Return what a worker of a cluster runs for each task; it can be pickled."""
    travelling = RemoteFonts(tuple(fonts.digests().items()), fonts.roles)
    return partial(make_task_remotely, tuple(deciding_versions().items()), travelling)


def make_task_remotely(expected: tuple[tuple[str, str], ...], fonts: RemoteFonts, work: TaskWork) -> TaskMade:
    """Make a task on a machine that is set up like the coordinator's.

    Raises MachineUnfitError if anything here would give other bytes: which machine, and what to install.
    """
    here = deciding_versions()
    other = [f"{name} {here.get(name, '没有')}（应为 {value}）" for name, value in expected if here.get(name) != value]
    if other:
        raise MachineUnfitError(
            f"工作机 {platform.node()} 与本机不同，做出的报告会不一样：{'、'.join(other)}。"
            "请在该机装上同一版本后重启工作进程"
        )
    before = fallback.process.total
    made = make_task(replace(work, fonts=_fonts_here(fonts)))
    return replace(made.packed(), fallbacks=fallback.process.total - before)


@cache
def deciding_versions() -> dict[str, str]:
    """Return all that decides on a report's bytes besides its inputs: name → version or hash.

    Our own files, the interpreter, every library that we need, at any remove, and the machine's text libraries.
    """
    found = {"minsheng": package_sha256()[:16], "python": platform.python_version(), **text_stack()}
    waiting = [_PACKAGE]
    while waiting:
        name = waiting.pop()
        try:
            there = distribution(name)
        except PackageNotFoundError:  # for another platform, or an extra of somebody's
            continue
        if name != _PACKAGE:
            found[name] = there.version
        needed = [line for line in there.requires or () if "extra ==" not in line]
        names = {_canonical(match[0]) for line in needed if (match := _NAME.match(line))}
        waiting += sorted(names - found.keys() - set(waiting))
    return dict(sorted(found.items()))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _fonts_here(fonts: RemoteFonts) -> FontSet:
    return FontSet(tuple(_font_here(name, digest) for name, digest in fonts.files), fonts.roles)


@cache
def _font_here(name: str, digest: str) -> Path:
    packaged = {path.name: path for path in packaged_fonts().files}
    path = packaged[name] if name in packaged else held(name)
    if sha256(path) != digest:
        raise MachineUnfitError(f"工作机 {platform.node()} 的字体 {name} 与本机不同：请装上同一版本的程序")
    return path
