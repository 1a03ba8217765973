"""What a report is made with besides its inputs: our own files, the lock, the fonts, the machine's text libraries."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import minsheng
from minsheng.render.official_fonts import OfficialFonts, official_fonts
from minsheng.render.text_stack import text_stack
from minsheng.workspace import Workspace

_KINDS = {".py", ".css", ".j2", ".json"}


@dataclass(frozen=True)
class Fingerprint:
    """The hashes that every unit's key contains.

    Parameters
    ----------
    package
        Of every file of our package.
    lock
        Of ``requirements.lock``.
    fonts
        Font file name → sha256.
    text_stack
        Library of the machine that sets text → version.
    """

    package: str
    lock: str
    fonts: dict[str, str]
    text_stack: dict[str, str]

    def parts(self) -> list[tuple[str, str]]:
        """Return name and hash of each, for a key."""
        fonts = [(f"font:{name}", digest) for name, digest in self.fonts.items()]
        stack = [(f"library:{name}", version) for name, version in self.text_stack.items()]
        return [("package", self.package), ("lock", self.lock), *fonts, *stack]


def fingerprint(workspace: Workspace) -> Fingerprint:
    """Return the fingerprint of this installation for a workspace."""
    lock = workspace.lock
    digest = hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else ""
    return Fingerprint(
        package=package_sha256(),
        lock=digest,
        fonts=workspace_fonts(workspace).font_set.digests(),
        text_stack=text_stack(),
    )


def workspace_fonts(workspace: Workspace) -> OfficialFonts:
    """Return the fonts that a workspace's reports are set in; a missing folder or family raises MachineUnfitError."""
    return official_fonts(workspace.font_folder, workspace.settings.fonts.families)


@cache
def package_sha256() -> str:
    """Hash the names and bytes of our package's files."""
    root = Path(minsheng.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(p for p in root.rglob("*") if p.suffix in _KINDS):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
