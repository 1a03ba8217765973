"""The running program as a wheel: complete, the same bytes each time, the very program; and how a package keeps it."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from minsheng.archive.contents.description import made_with
from minsheng.archive.contents.program import ABOUT, FOLDER, program_files, wheel_of
from minsheng.archive.recompute.made_anew import program_faults
from minsheng.errors import ArchiveInvalidError, UsageError
from minsheng.files.hashing import sha256
from minsheng.files.zips import pack_zip
from minsheng.runs.keys import package_sha256
from minsheng.runs.released_code import program_wheel
from minsheng.workspace import MARKER, Settings, Workspace


@pytest.fixture
def own(tmp_path: Path) -> Workspace:
    """A workspace with nothing in it."""
    (tmp_path / MARKER).touch()
    return Workspace(tmp_path, tmp_path / "params", Settings())


def _laid_out(files, folder: Path) -> Path:
    for name, content in files.items():
        (folder / "2017-06/data" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "2017-06/data" / name).write_bytes(content)
    return folder / "2017-06/data"


def test_a_wheel_holds_the_program_and_says_so_of_each_file(tmp_path: Path) -> None:
    wheel = program_wheel()
    path = tmp_path / wheel.name
    path.write_bytes(wheel.content)
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        record = next(name for name in names if name.endswith("/RECORD"))
        listed = [line.split(",")[0] for line in packed.read(record).decode().splitlines()]
    assert listed == names
    assert {"minsheng/__init__.py", "papermill_forked/engine.py", "minsheng/runs/notebooks.sha256"} <= set(names)
    program_wheel.cache_clear()
    assert program_wheel().content == wheel.content


def test_the_wheel_in_a_package_is_the_program_that_its_reports_name(own: Workspace) -> None:
    files = dict(program_files(own))
    making = made_with(own)
    assert list(program_faults(files, making)) == []
    name = f"{FOLDER}/{program_wheel().name}"
    about = json.loads(files[ABOUT])
    assert (about["modified"], about["sha256"]) == (program_wheel().modified, program_wheel().sha256)
    for changed in ({name: b"PK"}, {ABOUT: b"{}"}):
        assert list(program_faults(files | changed, making))
    assert list(program_faults({ABOUT: files[ABOUT]}, making)) == [(name, "缺少")]
    assert list(program_faults(files | {f"{FOLDER}/more.py": b""}, making)) == [
        (f"{FOLDER}/more.py", "不是生成报告的程序")
    ]
    assert list(program_faults(files, {"package": {"sha256": "0" * 64}})) == [(name, "不是生成报告的程序：被调换")]
    assert list(program_faults({"requirements.lock": b"x"}, {"lock_sha256": "0" * 64}))


def test_a_wheel_with_more_in_it_or_around_it_is_another(own: Workspace) -> None:
    files, name = dict(program_files(own)), f"{FOLDER}/{program_wheel().name}"
    plain = program_wheel().content

    def faults(content: bytes) -> list[tuple[str, str]]:
        """Judge a wheel put in place of the package's by somebody who also rewrites its digest."""
        about = json.dumps(json.loads(files[ABOUT]) | {"sha256": sha256(content)}).encode()
        making = {"package": {"sha256": package_sha256()}}
        return list(program_faults(files | {name: content, ABOUT: about}, making))

    with zipfile.ZipFile(io.BytesIO(plain)) as packed:
        members = {each: packed.read(each) for each in packed.namelist()}
    assert faults(plain) == faults(pack_zip(members)) == []
    more = {
        "minsheng/more.py": b"",
        "more.dist-info/entry_points.txt": b"",
        "minsheng_workbook-0.1.0.data/scripts/x": b"",
    }
    others = [b"#!/bin/sh\n" + plain, plain + b"\0", *(pack_zip(members | {key: text}) for key, text in more.items())]
    assert [faults(each) for each in others] == [[(name, "不是生成报告的程序：被调换")]] * len(others)


def test_wheels_may_be_kept_elsewhere_and_are_known_by_their_digest(own: Workspace, tmp_path: Path) -> None:
    apart = replace(own, settings=Settings(wheels="wheels"))
    files = program_files(apart)
    assert list(files) == [ABOUT]
    data = _laid_out(files, tmp_path / "apart")
    path = wheel_of(data, None)
    assert (path.name, path.read_bytes()) == (program_wheel().name, program_wheel().content)
    path.chmod(0o644)
    path.write_bytes(b"another")
    with pytest.raises(ArchiveInvalidError, match="不是做出 2017-06 的程序"):
        wheel_of(data, None)
    path.unlink()
    with pytest.raises(UsageError, match="--program"):
        wheel_of(data, None)
    (data / ABOUT).unlink()
    with pytest.raises(UsageError, match="没有做出它的程序"):
        wheel_of(data, None)
