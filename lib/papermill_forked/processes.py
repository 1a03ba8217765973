"""Processes on Linux: who descends from whom, how to end all of them, limits.

Used in the template and its forks; the parent uses it only to clean up after a template that was killed.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1

_PR_SET_CHILD_SUBREAPER = 36

_ROUNDS = 50

_libc = ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends; one that has ended already ends it now."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends.

    Whatever leaves its process group or session (``setsid``, double fork) then still descends from us.
    """
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def threads() -> list[str]:
    """List the names of this process's threads, those that Python does not know included."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it has just ended
            found.append((task / "comm").read_text(encoding="utf-8", errors="replace").strip())
    return found


def address_space() -> int:
    """Measure this process's address space (bytes)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def private_memory(pid: int) -> int:
    """Measure the anonymous resident memory of one process (bytes), 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def children(pid: int) -> list[int]:
    """List the direct children of a process, zombies included; none where it is gone."""
    found: list[int] = []
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return found
    for task in tasks:
        try:
            found += map(int, (task / "children").read_text(encoding="ascii").split())
        except FileNotFoundError:
            if task.exists():  # a kernel built without this file
                return [child for child, (parent, _) in _table().items() if parent == pid]
        except OSError:
            continue
    return found


def _table() -> dict[int, tuple[int, int]]:
    """Map each living process id to its parent and session."""
    table = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
                # The command name stands in brackets and may itself hold spaces and brackets.
                fields = stat.rpartition(")")[2].split()
                if fields[0] not in "ZX":  # the dead wait for their parent, not for us
                    table[int(folder.name)] = (int(fields[1]), int(fields[3]))
    return table


def descendants(pid: int) -> list[int]:
    """List all processes below one, itself not included, nearest first."""
    found = children(pid)
    for child in found:  # grows while we walk it
        found += [grandchild for grandchild in children(child) if grandchild not in found]
    return found


def kill_tree(pid: int) -> None:
    """End a process and everything below it.

    All are stopped first: what is stopped cannot fork while we look.
    """
    stopped: set[int] = set()
    for _ in range(_ROUNDS):
        new = {pid, *descendants(pid)} - stopped
        if not new:
            break
        _signal(new, signal.SIGSTOP)
        stopped |= new
    _signal(stopped, signal.SIGKILL)


def kill_sessions(sessions: Iterable[int]) -> None:
    """End all processes of some sessions: what is left to do when the template was killed."""
    wanted = set(sessions)
    for _ in range(_ROUNDS):
        members = {pid for pid, (_, session) in _table().items() if session in wanted}
        if not members:
            return
        for pid in members:
            kill_tree(pid)


def _signal(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def limit(memory: int | None, cpu: float | None) -> None:
    """Set this process's limits; its children inherit them.

    Memory is address space beyond what it has now (bytes); processor time (seconds) holds for each process: SIGXCPU at
    the limit, SIGKILL five seconds later.
    """
    if memory is not None:
        _lower(resource.RLIMIT_AS, address_space() + memory, 0)
    if cpu is not None:
        _lower(resource.RLIMIT_CPU, int(cpu) + 1, 5)


def _lower(kind: int, value: int, grace: int) -> None:
    _, hard = resource.getrlimit(kind)
    value = min(value, sys.maxsize)
    ceiling = value + grace
    if hard != resource.RLIM_INFINITY:
        ceiling = min(ceiling, hard)
        value = min(value, hard)
    resource.setrlimit(kind, (value, ceiling))
