"""Small archives with three seals: what verification must see is done to copies of them."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from minsheng.archive.package.bag import Payload, take_stock
from minsheng.archive.package.metadata_xml import METADATA, Description, Record, metadata_bytes
from minsheng.archive.package.provenance import STATEMENT, Making, statement_bytes
from minsheng.archive.package.sealing import Sealed, SealingOrder, seal
from minsheng.archive.package.verifying import Verification, verify_archive
from minsheng.domain.period import Period


def described(about: Description, made: list[str], payload: Payload):
    making = Making(made=frozenset(made), between=frozenset(), version="0", commit="", sha256="0" * 64)
    return lambda info: {
        METADATA: metadata_bytes(info, about, payload),
        STATEMENT: statement_bytes(info, making, payload),
    }


def order(period: str, files: dict[str, bytes | Path], why: str = "") -> SealingOrder:
    return SealingOrder(
        period=Period(period),
        kind="month",
        organization="广元市民政局",
        description=f"{period} 报送归档",
        plan="2017",
        software="minsheng test",
        payload=(payload := take_stock(files)),
        describe=described(
            Description((Record("all", f"{period} 全部文件", tuple(payload)),), basis="关于民生工程的通知"),
            list(payload)[:1],
            payload,
        ),
        sealed_at=datetime.fromisoformat("2017-07-26T10:00:00+08:00"),
        why=why,
    )


def content(period: str) -> dict[str, bytes | Path]:
    return {
        "outputs/report.pdf": f"报告 {period}".encode() * 1000,
        "outputs/报告/完成情况.html": f"<p>{period}</p>".encode(),
        "data/returns/register.csv": b"period,id\n",
    }


@dataclass(frozen=True)
class Desk:
    """An archive and the key that signs it."""

    archive: Path
    keys: Path

    def seal(self, period: str, files: dict[str, bytes | Path] | None = None, why: str = "") -> Sealed:
        return seal(self.archive, self.keys, order(period, files or content(period), why), say=lambda _: None)

    def verify(self, **options) -> Verification:
        return verify_archive(self.archive, say=lambda _: None, **options)

    def faults(self, **options) -> list[str]:
        return [str(fault) for fault in self.verify(**options).faults]


def unlock(folder: Path) -> None:
    """What an insider does first."""
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in files:
            (Path(parent) / name).chmod(0o644)


def lock(folder: Path) -> None:
    """And last."""
    for parent, _, files in os.walk(folder):
        for name in files:
            (Path(parent) / name).chmod(0o444)
        Path(parent).chmod(0o555)


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """May, June, and June corrected."""
    desk = Desk(tmp_path_factory.mktemp("three") / "archive", tmp_path_factory.mktemp("keys"))
    desk.seal("2017-05")
    desk.seal("2017-06")
    desk.seal("2017-06", {**content("2017-06"), "outputs/report.pdf": "更正".encode()}, why="苍溪县更正")
    return desk


@pytest.fixture
def desk(three: Desk, tmp_path: Path) -> Desk:
    """A copy that a test may attack."""
    shutil.copytree(three.archive, tmp_path / "archive")
    shutil.copytree(three.keys, tmp_path / "keys")
    return Desk(tmp_path / "archive", tmp_path / "keys")


@pytest.fixture
def tamper(desk: Desk) -> Callable[[str, Callable[[Path], object]], None]:
    """Do something to one bag and leave it read-only again, so that permissions do not give it away."""

    def change(bag: str, work: Callable[[Path], object]) -> None:
        unlock(desk.archive / bag)
        work(desk.archive / bag)
        lock(desk.archive / bag)

    return change
