"""``data/signed/register.csv``: which bytes of a monthly report which leader signed when, and where the signature lies.

Standard library and pydantic only: ``minsheng status`` reads it.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from minsheng.domain.base import Frozen
from minsheng.domain.period import Period
from minsheng.files.hashing import sha256
from minsheng.files.registers import csv_bytes, read_lines

COLUMNS = (
    "period",
    "section",
    "revision",
    "kind",
    "file",
    "sha256",
    "report_sha256",
    "report_size",
    "signer",
    "signed_at",
)

PADES, SCAN = "pades", "scan"


class SignedReport(Frozen):
    """One signature on one version of a section's monthly report.

    Parameters
    ----------
    revision
        1, 2, 3 … of the section's month; the last one stands.
    kind
        ``pades`` for a signature in the PDF, ``scan`` for a scanned sheet.
    file, sha256
        What was signed, relative to ``data/``, and its hash.
    report_sha256, report_size
        The report that it signs: hash, and bytes. A signed PDF begins with these bytes.
    """

    period: Period
    section: str
    revision: int
    kind: Literal["pades", "scan"]
    file: str
    sha256: str
    report_sha256: str
    report_size: int
    signer: str
    signed_at: datetime

    @property
    def key(self) -> tuple[Period, str]:
        """Whose month it is."""
        return self.period, self.section

    def fault(self, data_dir: Path) -> str:
        """Return what is wrong with the file on disk, in words; empty where it is the one that was registered."""
        path = data_dir / self.file
        if not path.is_file():
            return "登记了签字，文件不在"
        return "" if sha256(path) == self.sha256 else "与登记的校验码不符：文件被改动"


def signed_dir(data_dir: Path, period: Period) -> Path:
    """Return the folder of a month's signed reports."""
    return data_dir / "signed" / str(period)


def signed_register_path(data_dir: Path) -> Path:
    """Return the register of signatures."""
    return data_dir / "signed" / "register.csv"


def read_signed(data_dir: Path) -> list[SignedReport]:
    """Return every line of the register, in order; an absent register is an empty one.

    Raises
    ------
    FileRefusedError
        If a line is damaged: the register is evidence, nothing of it is skipped.
    """
    return read_lines(
        signed_register_path(data_dir),
        COLUMNS,
        lambda line: SignedReport.model_validate({**line, "period": Period(line["period"])}),
    )


def signed_csv(lines: Iterable[SignedReport]) -> bytes:
    """Write a register."""
    return csv_bytes(COLUMNS, ([str(value) for value in _fields(line)] for line in lines))


def _fields(line: SignedReport) -> list[object]:
    return [line.signed_at.isoformat() if name == "signed_at" else getattr(line, name) for name in COLUMNS]


def newest_signatures(lines: Iterable[SignedReport]) -> dict[tuple[Period, str], SignedReport]:
    """Return the newest signature of each section's month."""
    return {line.key: line for line in sorted(lines, key=lambda line: line.revision)}
