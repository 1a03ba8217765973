"""Which version this is: the package's, the commit that it runs from or was built from, and its files."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path

import minsheng
import papermill_forked

_RECORD = "commit.txt"
"""Written when a wheel or a source distribution is built, the commit and its day; a checkout has none."""

MODIFIED = "+modified"
"""Follows a commit where files differed from it."""

_UNUSED = {".pyc", ".pyo"}
"""What Python writes beside its modules; every other file of a package is part of the program."""


def package_roots() -> tuple[Path, Path]:
    """Return the folders of our packages: the house and the engine."""
    return Path(minsheng.__file__).parent, Path(papermill_forked.__file__).parent


def package_files(roots: Iterable[Path] | None = None) -> Iterator[tuple[str, Path]]:
    """Yield the files of our packages, or of others, in order: their names as a wheel has them, and where they lie."""
    for root in package_roots() if roots is None else roots:
        names: list[str] = []
        for folder, inside, files in os.walk(root):
            if "__pycache__" in inside:
                inside.remove("__pycache__")
            names += [f"{folder}/{name}"[len(f"{root}/") :] for name in files]
        for name in sorted(names, key=lambda name: name.split("/")):
            path = root / name
            # Beside its modules Python also writes byte code that is not finished, under other suffixes.
            if path.suffix not in _UNUSED and path.is_file():
                yield f"{root.name}/{name}", path


def version_text() -> str:
    """Return ``minsheng 0.1.0（commit）``; ``+modified`` says that files differed from the commit."""
    text = f"minsheng {package_version()}"
    commit = package_commit()
    return f"{text}（{commit}）" if commit else text


def package_version() -> str:
    """Return the installed package's version."""
    return version("minsheng-workbook")


@cache
def package_commit() -> str:
    """Return the commit that the package runs from or was built from, with ``+modified``; empty where unknown."""
    return _commit(Path(minsheng.__file__).parent)


def package_day() -> date | None:
    """Return the day of that commit: of a release, the day on which it was made; ``None`` where unknown."""
    package = Path(minsheng.__file__).parent
    _, *told = _recorded(package) or ["", _git(package, "show", "--no-patch", "--format=%cs") if _ours(package) else ""]
    return date.fromisoformat(told[0]) if told and told[0] else None


def _recorded(package: Path) -> list[str]:
    """Return what a built package was told: the commit, and its day."""
    record = package / _RECORD
    return (record.read_text(encoding="utf-8").splitlines() or [""]) if record.is_file() else []


def _ours(package: Path) -> bool:
    # A package that lies in somebody else's repository must not name that one's commit.
    return _git(package, "rev-parse", "--show-prefix") == "lib/minsheng/"


def _commit(package: Path) -> str:
    recorded = _recorded(package)
    if recorded:
        return recorded[0].strip()
    if not _ours(package):
        return ""
    commit = _git(package, "rev-parse", "--short=12", "HEAD")
    # The engine beside the package is part of it.
    modified = commit and _git(package.parent, "status", "--porcelain", "--", ".")
    return f"{commit}{MODIFIED}" if modified else commit


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
