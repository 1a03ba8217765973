"""What pyproject.toml cannot say: a built package records the commit that it was built from."""

import shutil
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).parent.resolve()
RECORD = Path("minsheng", "commit.txt")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def record() -> str:
    """Return this tree's commit, ``…+modified`` where files differ from it, and its day: a line each.

    Outside of a repository of its own both are empty.
    """
    top = _git("rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != ROOT:
        recorded = ROOT / "lib" / RECORD  # unpacked from a source distribution
        return recorded.read_text(encoding="utf-8") if recorded.is_file() else "\n"
    short = _git("rev-parse", "--short=12", "HEAD") or ""
    modified = _git("status", "--porcelain", "--untracked-files=all", "--", "lib", "pyproject.toml", "setup.py")
    day = _git("show", "--no-patch", "--format=%cs") or ""
    return f"{short}{'+modified' if short and modified else ''}\n{day}\n"


class BuildPy(build_py):
    """Builds from nothing, so that no module that has been deleted is packed, and records the commit."""

    def run(self) -> None:
        """Build."""
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            Path(self.build_lib, RECORD).write_text(record(), encoding="utf-8")


class Sdist(sdist):
    """Records the commit in a source distribution, which has no git either."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Lay out the distribution's files."""
        super().make_release_tree(base_dir, files)
        target = Path(base_dir, "lib", RECORD)
        target.unlink(missing_ok=True)
        target.write_text(record(), encoding="utf-8")


setup(cmdclass={"build_py": BuildPy, "sdist": Sdist})
