"""The running program as a wheel, from an installed wheel or a checkout alike: the same files, the same bytes.

A package keeps it, so that the month can be made again by the program that made it.
"""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution

from minsheng.files.hashing import sha256
from minsheng.files.zips import pack_zip
from minsheng.runs.released_code import record_digest
from minsheng.runs.version import MODIFIED, package_commit, package_files, package_version

DESCRIBES = ("METADATA", "WHEEL", "entry_points.txt", "top_level.txt", "licenses/LICENSE")
"""What an installation keeps of its wheel's own description; paths of this machine stand in none of it."""


@dataclass(frozen=True)
class ProgramWheel:
    """A wheel: its file's name and bytes, and the commit that it is of; ``modified`` where files differ from that."""

    name: str
    content: bytes
    sha256: str
    commit: str

    @property
    def modified(self) -> bool:
        """Whether the program was changed since its commit."""
        return self.commit.endswith(MODIFIED)


@cache
def program_wheel() -> ProgramWheel:
    """Pack the running program."""
    files = {name: path.read_bytes() for name, path in package_files()}
    about = f"minsheng_workbook-{package_version()}.dist-info"
    installed = distribution("minsheng-workbook")
    files |= {f"{about}/{name}": text.encode() for name in DESCRIBES if (text := installed.read_text(name))}
    lines = [f"{name},sha256={record_digest(content)},{len(content)}\n" for name, content in files.items()]
    files[f"{about}/RECORD"] = f"{''.join(lines)}{about}/RECORD,,\n".encode()
    content = pack_zip(files)
    name = f"minsheng_workbook-{package_version()}-py3-none-any.whl"
    return ProgramWheel(name, content, sha256(content), package_commit())
