"""The code that makes reports: is it the release's, and the program as a wheel.

A release lists the sha256 of its notebooks in ``notebooks.sha256``, as ``sha256sum`` writes it; the package's files
stand with theirs in the ``RECORD`` of the installed wheel. A checkout has no wheel: there git says what was changed.
A package keeps the running program, so that the month can be made again by what made it: from an installed wheel or a
checkout alike the same files, the same bytes.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from minsheng.files.hashing import FileContent, sha256
from minsheng.files.zips import pack_zip
from minsheng.runs.graph import Task
from minsheng.runs.thin_notebooks import broken_rules
from minsheng.runs.version import MODIFIED, package_commit, package_files, package_roots, package_version
from minsheng.workspace import Workspace

LIST = Path(__file__).with_name("notebooks.sha256")

OWN = "本单位笔记本"


class OriginKind(StrEnum):
    """Where a notebook is from."""

    RELEASED = "released"
    CHANGED = "changed"
    """It has the name of one of the product's, and other content."""
    OWN = "own"


@dataclass(frozen=True)
class NotebookOrigin:
    """Where a notebook is from, and which rules for thin notebooks a changed one breaks."""

    file: str
    kind: OriginKind
    breaks: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """One line for whoever reads what it made; empty for a notebook of the release."""
        match self.kind:
            case OriginKind.RELEASED:
                return ""
            case OriginKind.OWN:
                return f"{OWN} {self.file}"
            case OriginKind.CHANGED:
                broken = f"，并且{'；'.join(self.breaks)}" if self.breaks else ""
                return f"改动过的笔记本 {self.file}：与程序发布的不同{broken}"


@cache
def released_notebooks() -> dict[str, frozenset[str]]:
    """Return file name → every sha256 that the release lists for it: a workspace of ``init`` has some of its own."""
    found: dict[str, frozenset[str]] = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        digest, _, path = line.partition("  ")
        name = PurePosixPath(path).name
        found[name] = found.get(name, frozenset()) | {digest}
    return found


def notebook_origin(file: str, content: FileContent) -> NotebookOrigin:
    """Say where a notebook is from; its folder does not matter, its name does."""
    digests = released_notebooks().get(file)
    if digests is None:
        return NotebookOrigin(file, OriginKind.OWN)
    if sha256(content) in digests:
        return NotebookOrigin(file, OriginKind.RELEASED)
    text = content.read_bytes() if isinstance(content, Path) else content
    return NotebookOrigin(file, OriginKind.CHANGED, tuple(broken_rules(text)))


def origins_of(workspace: Workspace, tasks: Iterable[Task]) -> list[NotebookOrigin]:
    """Return where the notebooks of tasks are from, each once; a missing one is for whoever runs it to name."""
    paths = [workspace.notebooks / name for name in dict.fromkeys(task.file for task in tasks)]
    return [notebook_origin(path.name, path) for path in paths if path.is_file()]


@cache
def package_changes() -> tuple[str, ...]:
    """Return which files of the installed package are not the wheel's; empty for a checkout, which git speaks for."""
    try:
        # ``files`` names only what is there, from Python 3.12 on: a file that was deleted must be named too.
        record = distribution("minsheng-workbook").read_text("RECORD") or ""
    except PackageNotFoundError:
        return ()
    names = {root.name for root in package_roots()}
    listed = (line.rsplit(",", 2)[:2] for line in record.splitlines() if line)  # no name of ours has a comma
    ours = {file: digest.partition("=")[2] for file, digest in listed if digest and file.split("/")[0] in names}
    if not ours:
        return ()
    there = dict(package_files())
    changed = [name for name, path in there.items() if name not in ours or record_digest(path) != ours[name]]
    return tuple(sorted({*changed, *(ours.keys() - there.keys())}))


def record_digest(content: FileContent) -> str:
    """Return a file's sha256 as ``RECORD`` writes it."""
    return urlsafe_b64encode(bytes.fromhex(sha256(content))).decode().rstrip("=")


def changed_code(workspace: Workspace, tasks: Iterable[Task]) -> list[str]:
    """Return what of the code that made tasks is not the release's, one line each; a bureau's own notebooks are."""
    found = [each.words for each in origins_of(workspace, tasks) if each.kind == OriginKind.CHANGED]
    package = package_changes()
    if package:
        more = f" 等 {len(package)} 个文件" if len(package) > 1 else ""
        found.append(f"改动过的程序：{package[0]}{more}与安装包中的不同")
    return found


def modified_tree() -> str:
    """Name the checkout that differs from its commit; empty for a wheel and for a clean tree."""
    commit = package_commit()
    return f"程序在提交 {commit.removesuffix(MODIFIED)} 之后有未提交的改动" if commit.endswith(MODIFIED) else ""


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
