"""Writing a bag: BagIt 1.0 with sha256 and sha512, every file on the disk and read-only before the bag has its name.

bagit-python still writes version 0.97 and works in place, where a kill leaves a tree that can neither be read nor
resumed; so bags are written here, and bagit-python only judges them.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from minsheng.archive.durable import sync_folder, write_synced
from minsheng.archive.hashing import ALGORITHMS, BLOCK, Digests, Hasher, digests_of, in_threads
from minsheng.archive.manifest import DECLARATION, info_bytes, manifest_bytes
from minsheng.archive.names import payload_name
from minsheng.archive.sm3 import SM3_LIST
from minsheng.errors import GateRefusedError

FILE_MODE, FOLDER_MODE = 0o444, 0o555


@dataclass(frozen=True)
class Source:
    """One file to be sealed, and the hash that it must still have when it is copied.

    Parameters
    ----------
    content
        Its bytes, or where it lies.
    sha256
        Lower-case hexadecimal digits.
    size
        In bytes.
    """

    content: bytes | Path
    sha256: str
    size: int

    @classmethod
    def of(cls, content: bytes | Path) -> Self:
        """Take stock of a file or bytes."""
        found = digests_of(content)
        return cls(content, found.sha256, found.size)

    def read(self) -> bytes:
        """Return the bytes, for a gate that looks into them."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


Payload = Mapping[str, Source]
"""Path inside the bag's ``data/`` → what is sealed there."""


def take_stock(files: Mapping[str, bytes | Path]) -> dict[str, Source]:
    """Hash everything that is to be sealed.

    Raises
    ------
    GateRefusedError
        If two names would be one name in the bag.
    """
    sources = in_threads(Source.of, files.values())
    found: dict[str, Source] = {}
    for name, source in zip(files, sources, strict=True):
        sealed = payload_name(name)
        if sealed in found:
            raise GateRefusedError(f"不能归档：有两份文件在包中同名：{sealed}。请改名")
        found[sealed] = source
    return dict(sorted(found.items()))


def write_bag(
    folder: Path, payload: Payload, info: Iterable[tuple[str, str]], tags: Mapping[str, bytes], *, sm3: bool
) -> str:
    """Write a bag into a new folder.

    Parameters
    ----------
    folder
        Must not exist.
    payload
        What to seal.
    info
        Label and value of ``bag-info.txt``, in order; the payload's size is added.
    tags
        Further files beside ``data/``.
    sm3
        Whether a list of the payload's SM3 digests is one of them.

    Returns
    -------
    str
        The bag's digest: sha256 of ``tagmanifest-sha256.txt``.

    Raises
    ------
    GateRefusedError
        If a file has changed since stock was taken.
    MachineUnfitError
        If this machine cannot compute SM3.
    """
    data = folder / "data"
    folders = {data, *(parent for name in payload for parent in (data / name).parents if parent.is_relative_to(data))}
    for each in sorted(folders):
        each.mkdir(parents=True)
    written = in_threads(lambda item: _write(data / item[0], item[1], sm3=sm3), payload.items())
    digests = {f"data/{name}": found for name, found in zip(payload, written, strict=True)}
    octets = f"{sum(found.size for found in written)}.{len(written)}"
    tags = {"bagit.txt": DECLARATION, "bag-info.txt": info_bytes([*info, ("Payload-Oxum", octets)]), **tags}
    if sm3:
        tags[SM3_LIST] = manifest_bytes({name: found.sm3 for name, found in digests.items()})
    for algorithm in ALGORITHMS:
        tags[f"manifest-{algorithm}.txt"] = manifest_bytes({n: found[algorithm] for n, found in digests.items()})
    covered = {name: digests_of(content) for name, content in tags.items()}
    for algorithm in ALGORITHMS:
        tags[f"tagmanifest-{algorithm}.txt"] = manifest_bytes({n: found[algorithm] for n, found in covered.items()})
    for name, content in tags.items():
        write_synced(folder / name, content, mode=FILE_MODE)
    in_threads(_close, [*folders, folder])
    return digests_of(tags["tagmanifest-sha256.txt"]).sha256


def _close(folder: Path) -> None:
    folder.chmod(FOLDER_MODE)
    sync_folder(folder)


def _write(target: Path, source: Source, *, sm3: bool) -> Digests:
    hasher = Hasher(sm3=sm3)
    with target.open("xb", buffering=0) as stream:
        if isinstance(source.content, bytes):
            hasher.update(source.content)
            _all(stream.fileno(), source.content)
        else:
            with source.content.open("rb", buffering=0) as original:
                while block := original.read(BLOCK):
                    hasher.update(block)
                    _all(stream.fileno(), block)
        os.fchmod(stream.fileno(), FILE_MODE)
        os.fsync(stream.fileno())
    found = hasher.digests()
    if found.sha256 != source.sha256:
        raise GateRefusedError(f"{source.content!r} 在归档时被改动：请等它写完，再归档一次")
    return found


def _all(descriptor: int, content: bytes) -> None:
    """Write every byte: a nearly full disk takes part of them before it refuses the rest."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
