"""SM3 (GB/T 32905-2016), the national digest: who can compute it here, and the list of it in a package.

The list is a tag file and no manifest: no tool for bags knows ``manifest-sm3.txt``, some refuse a bag that has one.
"""

import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from typing import Protocol

from minsheng.archive.faults import Fault, FaultKind
from minsheng.archive.manifest import read_manifest
from minsheng.errors import MachineUnfitError

SM3_LIST = "sm3.txt"
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


def sm3_faults(bag: str, content: bytes, payload: Collection[str], computed: Mapping[str, str]) -> list[Fault]:
    """Return what is wrong with a package's list.

    Parameters
    ----------
    bag
        The package's name.
    content
        The list's bytes.
    payload
        Every file that the package should hold, as ``data/…``.
    computed
        The digests of those that were computed anew; none where only the list is looked at.
    """
    where = f"{bag}/{SM3_LIST}"
    listed, malformed = read_manifest(content, where, "sm3", payload=True)
    faults = [Fault(fault.where, fault.what, FaultKind.SM3) for fault in malformed]
    faults += [Fault(f"{bag}/{name}", f"{SM3_LIST} 没有列它", FaultKind.SM3) for name in sorted({*payload} - {*listed})]
    faults += [Fault(where, f"列着 {name}，包中没有", FaultKind.SM3) for name in sorted({*listed} - {*payload})]
    wrong = sorted(name for name, digest in computed.items() if listed.get(name, digest) != digest)
    return faults + [Fault(f"{bag}/{name}", f"内容与 {SM3_LIST} 不符", FaultKind.SM3) for name in wrong]
