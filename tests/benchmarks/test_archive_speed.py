"""How fast a month is sealed beyond copying it, and a year of packages verified, beside the standard tools."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.archive.conftest import Desk, order

from minsheng.archive.package.sealing import seal

pytestmark = pytest.mark.bench
REPORTS, REPORT_BYTES, SMALL_FILES = 61, 400_000, 200


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Return the shortest of some runs: what else the machine does only makes them longer."""
    found = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def month(folder: Path) -> dict[str, bytes | Path]:
    """A month of the size of the sample's June: 61 × 4 report files, and what they were made from."""
    files: dict[str, bytes | Path] = {}
    for number in range(REPORTS * 4 + SMALL_FILES):
        size = REPORT_BYTES // 4 if number < REPORTS * 4 else 10_000
        path = folder / f"{number}.bin"
        path.write_bytes(os.urandom(size))
        files[f"outputs/{number}/{path.name}"] = path
    return files


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("year")
    desk = Desk(folder / "archive", folder / "keys")
    (folder / "files").mkdir()
    for number in range(1, 13):
        desk.seal(f"2017-{number:02d}", month(folder / "files"))
    return desk


def test_a_month_is_sealed_in_a_second_beyond_copying(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    files = month(tmp_path / "files")

    def copied() -> None:
        """Copy and put on the disk, as a seal must."""
        shutil.copytree(tmp_path / "files", tmp_path / f"copy{time.monotonic_ns()}")
        os.sync()

    def sealed() -> None:
        desk = tmp_path / f"archive{time.monotonic_ns()}"
        seal(desk, tmp_path / "keys", order("2017-06", files), say=lambda _: None)

    copying, sealing = seconds(copied), seconds(sealed)
    sys.stdout.write(f"\ncopying a month {copying:.2f} s, sealing it {sealing:.2f} s\n")
    assert sealing <= copying + 1.0


def test_a_year_is_verified_at_300_megabytes_a_second_and_core(year: Desk) -> None:
    bags = [path for path in year.archive.iterdir() if path.is_dir()]
    size = sum(path.stat().st_size for path in year.archive.rglob("*") if path.is_file())

    def standard() -> None:
        for bag in bags:
            for bits in (256, 512):
                command = [f"sha{bits}sum", "--check", "--quiet", f"manifest-sha{bits}.txt"]
                subprocess.run(command, cwd=bag, check=True)

    found, ours = processor_seconds(year.verify, resource.RUSAGE_SELF)
    _, theirs = processor_seconds(standard, resource.RUSAGE_CHILDREN)
    rate = size / ours / 1e6
    text = f"{size / 1e6:.0f} MB in {found.seconds:.2f} s: {ours:.2f} s of processor time ({rate:.0f} MB/s a core)"
    sys.stdout.write(f"\n{text}; sha256sum and sha512sum {theirs:.2f} s: {theirs / ours:.1f} times\n")
    assert not found.faults
    assert rate >= 300


def processor_seconds(work: Callable[[], object], who: int) -> tuple[Any, float]:
    """Return the least processor time of some runs, of all threads: what other processes do is no part of it."""
    times = []
    for _ in range(3):
        before = resource.getrusage(who)
        found = work()
        after = resource.getrusage(who)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return found, min(times)
