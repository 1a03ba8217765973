"""Which version this is: the package's, and the commit where it runs from a checkout."""

import subprocess
from importlib.metadata import version
from pathlib import Path

import minsheng


def version_text() -> str:
    """Return ``minsheng 0.1.0 (commit)``."""
    text = f"minsheng {package_version()}"
    commit = _commit(Path(minsheng.__file__).parent)
    return f"{text}（{commit}）" if commit else text


def package_version() -> str:
    """Return the installed package's version."""
    return version("minsheng-workbook")


def _commit(folder: Path) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
