"""``data/signed/register.csv``: which bytes of a monthly report which leader signed when, and where the signature lies.

Standard library and pydantic only: ``minsheng status`` reads it.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from minsheng.domain.delivery import Recorded
from minsheng.domain.period import Period
from minsheng.files.chained import TRACE_COLUMNS, append_line, bureau_clock, recorded_in
from minsheng.files.hashing import sha256
from minsheng.files.registers import read_lines

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

SIGNED = "signed"


class SignedReport(Recorded):
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
    return read_lines(signed_register_path(data_dir), COLUMNS, _signed, later=TRACE_COLUMNS)


def _signed(line: dict[str, str]) -> SignedReport:
    cells = {name: line[name] for name in COLUMNS}
    return SignedReport.model_validate({**cells, "period": Period(line["period"]), **dict(recorded_in(line))})


def append_signature(data_dir: Path, line: SignedReport) -> None:
    """Add a signature to the register."""
    fields = line.model_dump(mode="json") | {"signed_at": line.signed_at.isoformat()}
    append_line(
        signed_register_path(data_dir),
        COLUMNS,
        [fields[name] for name in COLUMNS],
        recorded_at=line.recorded_at or bureau_clock(),
        event=SIGNED,
        why=line.why,
    )


def newest_signatures(lines: Iterable[SignedReport]) -> dict[tuple[Period, str], SignedReport]:
    """Return the newest signature of each section's month."""
    return {line.key: line for line in sorted(lines, key=lambda line: line.revision)}
