"""What a notebook may reach: files to read, folders to write, nothing of the network; on Linux the kernel sees to it.

Three layers, each where it is to be had. Landlock (Linux 5.13 and later) holds whatever the process or its children do,
ctypes and other programs included: it opens no file outside, connects to no TCP port, signals no process outside.
seccomp (x86-64 and ARM) stops what Landlock does not see: sockets of any kind, looking into other processes. Changing
modes, owners and times of files does nothing and says nothing, since every copy of a file asks for it. Python's audit
hook tells the parent of each attempt, which a caught PermissionError would hide, and refuses it also where the other
two are missing; code in C gets round that one.

Not stopped: ``stat`` (names and sizes can be seen by who knows the path), signals before Linux 6.12, and a process that
wants to use up its processor time. Confinement cannot be undone, and children inherit the first two.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2

_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE, _DEVICE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15

_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE

_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Version of Landlock → how many rights over files it knows; later ones know as many as the last."""

_SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/opt", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/mime.types",
    "/etc/ipython", "/etc/jupyter", "/dev/urandom", "/dev/random", "/dev/zero", "/proc/cpuinfo", "/proc/meminfo",
    "/proc/stat", "/sys/devices/system/cpu",
)  # fmt: skip
"""What programs and libraries read; nobody's data."""

_DEVICES = ("/dev/null",)

_CALLS = {
    # Refused: socket, ptrace, process_vm_readv and _writev, io_uring_setup. Without effect: chmod, chown, utime,
    # setxattr and removexattr in all their forms.
    "x86_64": (0xC000003E, [41, 101, 310, 311, 425],
               [90, 91, 92, 93, 94, 132, 188, 189, 190, 197, 198, 199, 235, 260, 261, 268, 280, 452, 463, 466]),
    "aarch64": (0xC00000B7, [198, 117, 270, 271, 425],
                [5, 6, 7, 14, 15, 16, 52, 53, 54, 55, 88, 452, 463, 466]),
}  # fmt: skip
"""Machine → its number in the kernel, the system calls that fail with EPERM, and those that succeed and do nothing."""

_X32 = 0x40000000

KEPT_VARIABLES = ("PATH", "LANG", "LANGUAGE", "LC_", "TZ", "PYTHON", "LD_LIBRARY_PATH")
"""Beginnings of the names of the variables that a confined notebook keeps of its parent's."""


@dataclass(frozen=True)
class Confinement:
    """What one notebook may reach besides the interpreter, its libraries and what systems need.

    Parameters
    ----------
    read
        Files and folders that it may read.
    write
        Folders that it may write as well; one of them should be its TMPDIR.
    """

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


def kept_environment() -> dict[str, str]:
    """Return what a confined notebook sees of this process's environment."""
    return {name: value for name, value in os.environ.items() if name.startswith(KEPT_VARIABLES)}


def missing() -> tuple[str, ...]:
    """Name the layers that this machine does not have: ``landlock``, ``landlock_network``, ``signals``, ``seccomp``."""
    found, known = landlock_version(), sys.platform == "linux" and platform.machine() in _CALLS
    lacks = {"landlock": found < 1, "landlock_network": found < 4, "signals": found < 6, "seccomp": not known}
    return tuple(name for name, absent in lacks.items() if absent)


def landlock_version() -> int:
    """Return which version of Landlock the running kernel has; 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_library().syscall(_CREATE, None, ctypes.c_size_t(0), 1)))


def confine(confinement: Confinement, tell: Callable[[str], object], *, sockets: bool = False) -> None:
    """Confine this thread, and all that it starts, for good.

    ``tell`` is called with each attempt that is refused (``read /etc/shadow``). ``sockets`` leaves alone those of
    the process's own libraries, until :func:`refuse_calls`. Raises OSError where a layer is there and cannot be put on.
    """
    interpreter = {sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(os.path.isabs, sys.path)}
    read = [os.path.realpath(path) for path in (*_SYSTEM, *interpreter, *confinement.read)]
    write = [os.path.realpath(path) for path in confinement.write]
    version = landlock_version()
    if version:
        _restrict(version, read, write, sockets=sockets)
    if not sockets:
        refuse_calls()
    sys.addaudithook(partial(_audit, _Allowed((*read, *write, *_DEVICES), (*write, *_DEVICES)), tell))


def refuse_calls() -> None:
    """Put on seccomp, where it is known how."""
    if sys.platform == "linux" and platform.machine() in _CALLS:
        _filter_calls(*_CALLS[platform.machine()])


def _library() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _restrict(version: int, read: Iterable[str], write: Iterable[str], *, sockets: bool) -> None:
    """Put on Landlock."""
    library = _library()
    every = (1 << _RIGHTS[min(version, max(_RIGHTS))]) - 1
    network, scopes = (0b11 if version >= 4 and not sockets else 0), (0b11 if version >= 6 else 0)  # since when
    attributes = struct.pack("QQQ", every, network, scopes)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _checked(library.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0), "landlock")
    looks = _EXECUTE | _READ | _LIST
    try:
        for paths, rights in ((read, looks), (write, every), (_DEVICES, looks | _WRITE | _TRUNCATE)):
            for path in paths:
                _allow(library, ruleset, path, rights & every)
        _checked(library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")
        _checked(library.syscall(_RESTRICT, ruleset, 0), "landlock")
    finally:
        os.close(ruleset)


def _allow(library: Any, ruleset: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this machine
        return
    try:
        own = rights if Path(path).is_dir() else rights & _OF_FILES
        rule = struct.pack("=Qi", own, opened)
        _checked(library.syscall(_ADD_RULE, ruleset, 1, rule, 0), f"landlock, {path}")
    finally:
        os.close(opened)


def _filter_calls(machine: int, refused: list[int], idle: list[int]) -> None:
    """Put on seccomp; system calls of another machine's numbering fail too."""
    calls = [*((number, 1) for number in idle), *((number, 2) for number in refused)]
    count = len(calls)
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    program = [
        (load, 0, 0, 4),  # the machine
        (equal, 0, count + 4, machine),
        (load, 0, 0, 0),  # the number of the call
        (at_least, count + 2, 0, _X32),
        *((equal, count - 1 - index + way, 0, number) for index, (number, way) in enumerate(calls)),
        (answer, 0, 0, 0x7FFF0000),
        (answer, 0, 0, 0x00050000),
        (answer, 0, 0, 0x00050000 | errno.EPERM),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    header = struct.pack("@HP", len(program), ctypes.addressof(code))
    library = _library()
    _checked(library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")
    _checked(library.prctl(_SECCOMP, _FILTER, header, 0, 0), "seccomp")


@dataclass(frozen=True)
class _Allowed:
    read: tuple[str, ...]
    write: tuple[str, ...]


_READS = {"os.listdir": 1, "os.scandir": 1}
"""Events of Python whose first arguments are paths that are read."""

_WRITES = {"os.remove": 1, "os.rename": 2, "os.mkdir": 1, "os.rmdir": 1, "os.link": 2, "os.symlink": 1,
           "os.truncate": 1, "os.chmod": 1, "os.chown": 1, "os.utime": 1, "os.setxattr": 1}  # fmt: skip

_NETWORK = {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"}

_WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _audit(allowed: _Allowed, tell: Callable[[str], object], event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        writes = isinstance(flags, int) and bool(flags & _WRITING_FLAGS)
        _look(allowed.write if writes else allowed.read, tell, "write" if writes else "read", path)
    elif event in _READS:
        _look(allowed.read, tell, event, arguments[0] if arguments[0] is not None else ".")
    elif event in _WRITES:
        for path in arguments[: _WRITES[event]]:
            _look(allowed.write, tell, event, path)
    elif event in _NETWORK:
        address = arguments[1] if event != "socket.getaddrinfo" else arguments[0]
        _refuse(tell, f"{event} {address}")


def _look(allowed: tuple[str, ...], tell: Callable[[str], object], what: str, path: Any) -> None:
    if not isinstance(path, str | bytes | os.PathLike):  # a descriptor, which it has got already
        return
    real = os.path.realpath(os.fsdecode(path))
    if any(real == each or real.startswith(each.rstrip("/") + "/") for each in allowed):
        return
    # Libraries ask for many files that are not there; what is not there cannot be refused.
    if what in {"read", *_READS} and not os.path.lexists(real):
        return
    _refuse(tell, f"{what} {real}")


def _refuse(tell: Callable[[str], object], what: str) -> None:
    with suppress(Exception):  # whatever happens to the message, the answer is no
        tell(what)
    raise PermissionError(errno.EACCES, f"a confined notebook may not: {what}")
