"""The package as others get it: built, installed outside of the repository, run on a workspace elsewhere."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import pytest
from tests.conftest import copy_workspace

from minsheng.handbook.handbook_chapters import ORDER

ROOT = Path(__file__).parent.parent
BUILT_FROM = ("lib", "pyproject.toml", "setup.py", "README.md", "LICENSE")


# Jupyter's own files lie in an environment's share/, which a path to its libraries does not lead to.
JUPYTER = {"JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter")}


def _run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MINSHENG", "GIT_"))}
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**clean, **(environment or {})}
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _tracked() -> list[str]:
    listed = _run("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *BUILT_FROM, cwd=ROOT)
    return [name for name in listed.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A repository of its own with what the package is built from, committed."""
    target = tmp_path_factory.mktemp("tree")
    for name in _tracked():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)
    shutil.copy(ROOT / ".gitignore", target)
    _git(target, "init", "--quiet")
    _git(target, "add", ".")
    _git(target, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "all")
    return target


def _git(folder: Path, *arguments: str) -> str:
    return _run("git", *arguments, cwd=folder).strip()


def _build(tree: Path, target: Path) -> Path:
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check")
    _run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", target, tree, cwd=target.parent)
    (found,) = target.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def wheel(tree, tmp_path_factory) -> Path:
    return _build(tree, tmp_path_factory.mktemp("wheel") / "of")


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The commands of an environment with our wheel; the libraries are those of the environment that tests run in."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    _run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=ROOT.parent)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    # A path in a .pth file is searched, but its own .pth files are not: the checkout stays out of sight.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    options = ("install", "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")
    python = folder / "bin" / "python"
    _run(sys.executable, "-m", "pip", "--python", python, *options, wheel, cwd=ROOT.parent)
    where = _run(python, "-c", "import minsheng; print(minsheng.__file__)", cwd=folder)
    assert Path(where.strip()).is_relative_to(folder)
    return folder / "bin"


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    packed = {name for name in _names(wheel) if ".dist-info/" not in name}
    ours = {name.removeprefix("lib/") for name in _tracked() if name.startswith("lib/")}
    assert {"minsheng/py.typed", "papermill_forked/py.typed", "papermill_forked/README.md"} < packed
    assert packed == ours | {"minsheng/commit.txt"}


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(name).decode())


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    told = _metadata(wheel)
    assert told["Requires-Python"] == ">=3.11"
    assert told["License-Expression"] == "Apache-2.0"
    assert told["License-File"] == "LICENSE"
    assert told["Description-Content-Type"] == "text/markdown"
    assert "Typing :: Typed" in told.get_all("Classifier")
    assert set(told.get_all("Provides-Extra")) == {"bench", "charts", "cluster", "dev", "notify"}
    required = [line for line in told.get_all("Requires-Dist") if "extra ==" not in line]
    assert any(line.startswith("papermill") for line in required)


def test_the_installed_version_names_the_commit(tree: Path, installed: Path, tmp_path: Path) -> None:
    commit = _git(tree, "rev-parse", "--short=12", "HEAD")
    assert f"（{commit}）" in _run(installed / "minsheng", "--version", cwd=tmp_path)
    # Somebody else's repository is not where it was built.
    _git(tmp_path, "init", "--quiet")
    assert f"（{commit}）" in _run(installed / "minsheng", "--version", cwd=tmp_path)


def test_a_file_of_the_installed_package_that_was_changed_is_named(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(installed.parent, tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    ask = "from minsheng.runs.released_code import package_changes; print(package_changes())"
    assert _run(python, "-c", ask, cwd=tmp_path) == "()\n"
    (package,) = (tmp_path / "venv").rglob("site-packages/minsheng")
    with (package / "measure" / "ranks.py").open("a") as changed:
        changed.write("\n")
    (package / "measure" / "more.py").touch()
    (package / "py.typed").unlink()
    found = "('minsheng/measure/more.py', 'minsheng/measure/ranks.py', 'minsheng/py.typed')\n"
    assert _run(python, "-c", ask, cwd=tmp_path) == found


def _day(tree: Path) -> str:
    return _git(tree, "show", "--no-patch", "--format=%cs")


def test_the_installed_handbook_has_every_chapter_and_bears_the_day_of_the_commit(
    tree: Path, installed: Path, tmp_path: Path
) -> None:
    ask = "from minsheng.commands.handbook import handbook_files; made = handbook_files()"
    ask += "; print(*sorted(made)); print(made['index.html'].decode())"
    told = _run(installed / "python", "-c", ask, cwd=tmp_path)
    assert told.split("\n")[0].split() == sorted([*(f"{name}.html" for name in ORDER), "handbook.pdf", "index.html"])
    assert f"（{_day(tree)}）" in told


def test_a_build_of_a_modified_tree_says_so_and_leaves_out_what_is_gone(tree: Path, tmp_path: Path) -> None:
    other = tmp_path / "tree"
    shutil.copytree(tree, other)
    for package in ("minsheng", "papermill_forked", "moved_away"):
        (other / "build" / "lib" / package).mkdir(parents=True, exist_ok=True)
        (other / "build" / "lib" / package / "gone.py").touch()
    (other / "lib" / "papermill_forked" / "wire.py").write_text('"""Changed."""\n')
    built = _build(other, tmp_path / "wheel")
    assert [name for name in _names(built) if name.endswith("gone.py")] == []
    with zipfile.ZipFile(built) as archive:
        told = f"{_git(other, 'rev-parse', '--short=12', 'HEAD')}+modified\n{_day(other)}\n"
        assert archive.read("minsheng/commit.txt").decode() == told


def test_a_source_distribution_keeps_the_commit(tree: Path, tmp_path: Path) -> None:
    _run(sys.executable, "setup.py", "--quiet", "sdist", "--formats=zip", "--dist-dir", tmp_path / "sdist", cwd=tree)
    (packed,) = (tmp_path / "sdist").glob("*.zip")
    shutil.unpack_archive(packed, tmp_path / "unpacked")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    # A repository around it is not its own.
    _git(tmp_path, "init", "--quiet")
    built = _build(unpacked, tmp_path / "wheel")
    with zipfile.ZipFile(built) as archive:
        told = f"{_git(tree, 'rev-parse', '--short=12', 'HEAD')}\n{_day(tree)}\n"
        assert archive.read("minsheng/commit.txt").decode() == told


def test_help_and_doctor_work_where_there_is_no_workspace(installed: Path, tmp_path: Path) -> None:
    assert "minsheng run" in _run(installed / "minsheng", "run", "--help", cwd=tmp_path)
    told = _run(installed / "minsheng", "doctor", cwd=tmp_path, environment=JUPYTER)
    assert "这里不是工作区" in told
    assert "[故障]" not in told


def test_doctor_finds_that_jupyters_own_files_are_missing(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run([installed / "minsheng", "doctor"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 15
    assert "缺少 nbconvert 的模板" in done.stdout


@pytest.mark.slow
def test_the_installed_package_runs_a_workspace_elsewhere(installed: Path, tmp_path: Path) -> None:
    workspace = copy_workspace(tmp_path / "workspace", returns="2017-01")
    register = workspace.data / "returns" / "register.csv"
    lines = register.read_text(encoding="utf-8").splitlines(keepends=True)
    register.write_text("".join(line for line in lines if line.startswith(("period", "2017-01"))), encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    restricted = ("--area", "cangxi", "--notebook", "dibao")
    said = _run(
        installed / "minsheng",
        "run",
        "2017-01",
        *restricted,
        "--workspace",
        workspace.root,
        cwd=elsewhere,
        environment=JUPYTER,
    )
    assert "新生成 1 份" in said
    made = workspace.outputs / "2017-01" / "cangxi" / "dibao"
    assert (made / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert (workspace.outputs / "2017-01" / "run.html").is_file()
    assert "改用了普通内核" not in said
    assert list(elsewhere.iterdir()) == []
