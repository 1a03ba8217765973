"""An executor over the workers of a Dask cluster. The only module that knows Dask."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from pathlib import Path
from typing import Any

from minsheng.errors import MachineUnfitError
from minsheng.execute.failures import Failure, FailureKind, UnitFailedError

_CONNECT_SECONDS = 10
_LOOK_SECONDS = 1.0


class Cluster(Executor):
    """Runs functions on the workers that a scheduler knows; a context manager.

    Parameters
    ----------
    address
        The scheduler's, such as ``tcp://10.0.0.5:8786``.
    files
        Files that every worker is to hold, also one that joins later; :func:`held` finds them there.
    patience_seconds
        How long to wait for a worker, at the beginning and whenever there is none left.

    Raises
    ------
    MachineUnfitError
        If Dask is not installed, nothing answers at the address, or no worker comes.

    Notes
    -----
    A worker that dies gives its work to another: a function may run more than once, its result is handed on once. The
    scheduler keeps nothing beyond its own end; who must remember what was done is the caller.
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

        Returns
        -------
        Future
            Its result; ``UnitFailedError`` of kind ``dead_process`` where several workers died over it,
            ``MachineUnfitError`` where the cluster is lost, else whatever it raised.
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


def _dead(error: Exception) -> UnitFailedError:
    return UnitFailedError(Failure(kind=FailureKind.DEAD_PROCESS, message=str(error)))
