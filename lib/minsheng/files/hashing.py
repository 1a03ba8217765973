"""sha256, sha512 and SM3 of bytes and files; of many at once, as hashlib lets other threads run while it works."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from minsheng.errors import MachineUnfitError

FileContent: TypeAlias = bytes | Path
"""A file's bytes, or where they lie."""

BLOCK = 1 << 20


def sha256(content: FileContent) -> str:
    """Return the sha256 of bytes or of a file as 64 lower-case hexadecimal digits.

    Examples
    --------
    >>> sha256(b"")[:12]
    'e3b0c44298fc'
    """
    digest = hashlib.sha256()
    if isinstance(content, Path):
        with content.open("rb", buffering=0) as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    else:
        digest.update(content)
    return digest.hexdigest()


def sha256_of_files(files: Iterable[tuple[str, Path]]) -> str:
    """Return one sha256 over the names and bytes of files, in the order given.

    Parameters
    ----------
    files
        Each with the name that counts: where the folder lies is no part of it.
    """
    return sha256_of_parts((name, path.read_bytes()) for name, path in files)


def sha256_of_parts(parts: Iterable[tuple[str, bytes]]) -> str:
    """Return one sha256 over names and contents, in the order given."""
    digest = hashlib.sha256()
    for name, content in parts:
        # With the length between them no byte can move from a name or a file to the next unseen.
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def are_intact(folder: Path, digests: Mapping[str, str]) -> bool:
    """Whether a folder holds every file of ``digests`` (name → sha256) with that hash."""
    return all((folder / name).is_file() and sha256(folder / name) == digest for name, digest in digests.items())


UNABLE = (
    "本机不能计算 SM3（GB/T 32905-2016）：Python 所用的 OpenSSL 和 cryptography 库都没有它。"
    "请安装 requirements.lock 中的 cryptography，或换用带 SM3 的 OpenSSL"
)


class Sm3(Protocol):
    """Takes blocks, gives the digest."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take one block."""

    def hexdigest(self) -> str:
        """Return 64 lower-case hexadecimal digits."""


class _FromCryptography:
    """The same from the cryptography library, whose wheels bring an OpenSSL of their own."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives import hashes

        self._hash = hashes.Hash(hashes.SM3())

    def update(self, data: bytes | memoryview, /) -> None:
        self._hash.update(bytes(data))

    def hexdigest(self) -> str:
        return self._hash.copy().finalize().hex()


def new_sm3() -> Sm3:
    """Return a fresh digest.

    Raises
    ------
    MachineUnfitError
        If neither Python's OpenSSL nor the cryptography library has SM3.
    """
    if _hashlib_has_it():
        return hashlib.new("sm3")
    try:
        return _FromCryptography()
    except Exception as fault:  # an absent library, or one without the algorithm: each version says so in its way
        raise MachineUnfitError(UNABLE) from fault


def can_sm3() -> bool:
    """Whether this machine can compute SM3."""
    try:
        new_sm3()
    except MachineUnfitError:
        return False
    return True


@cache
def _hashlib_has_it() -> bool:
    try:
        hashlib.new("sm3")
    except ValueError:
        return False
    return True


_SHARES = 8

_T = TypeVar("_T")

_R = TypeVar("_R")


@dataclass(frozen=True)
class Digests:
    """The hashes of one file, as lower-case hexadecimal digits, and its size in bytes."""

    sha256: str
    sha512: str
    size: int
    sm3: str = ""
    """Empty where it was not asked for."""

    def __getitem__(self, algorithm: str) -> str:
        return self.sha256 if algorithm == "sha256" else self.sha512


ALGORITHMS = ("sha256", "sha512")


class Hasher:
    """Takes blocks, gives all digests."""

    def __init__(self, *, sm3: bool = False) -> None:
        self._sha256, self._sha512 = hashlib.sha256(), hashlib.sha512()
        self._sm3 = new_sm3() if sm3 else None
        self._size = 0

    def update(self, block: bytes | memoryview) -> None:
        """Take one block."""
        self._sha256.update(block)
        self._sha512.update(block)
        if self._sm3 is not None:
            self._sm3.update(block)
        self._size += len(block)

    def digests(self) -> Digests:
        """Return the digests of all blocks."""
        sm3 = self._sm3.hexdigest() if self._sm3 is not None else ""
        return Digests(self._sha256.hexdigest(), self._sha512.hexdigest(), self._size, sm3)


def digests_of(source: Path | str | bytes, *, sm3: bool = False) -> Digests:
    """Hash a file or bytes.

    Raises
    ------
    MachineUnfitError
        If SM3 is asked for and this machine cannot compute it.
    """
    hasher = Hasher(sm3=sm3)
    if isinstance(source, bytes):
        hasher.update(source)
        return hasher.digests()
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        # A file of one block, which most are, is read with one call and without a buffer of its own.
        while block := os.read(descriptor, BLOCK):
            hasher.update(block)
    finally:
        os.close(descriptor)
    return hasher.digests()


def in_threads(work: Callable[[_T], _R], items: Iterable[_T]) -> list[_R]:
    """Do the same to many on all processors; the results are in the order of the items."""
    from concurrent.futures import ThreadPoolExecutor  # costs start-up time, and only archives hash by the hundred

    every = list(items)
    # A share of many, not one task per file: handing out a small file takes as long as hashing it.
    step = max(1, len(every) // (workers() * _SHARES))
    shares = [every[at : at + step] for at in range(0, len(every), step)]
    with ThreadPoolExecutor(max_workers=workers(), thread_name_prefix="archive") as pool:
        return [result for share in pool.map(lambda share: [work(item) for item in share], shares) for result in share]


def workers() -> int:
    """Return how many threads hash at once."""
    return max(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
