"""What the notebooks of a period sealed, as whoever shows or archives it reads it."""

from minsheng.domain.area import CITY
from minsheng.domain.period import Period
from minsheng.domain.result import Result, ResultTableFigures
from minsheng.files.written import read_result
from minsheng.workspace import Workspace

FOLDER = "result_table"


def published_result(workspace: Workspace, period: Period, subject: str, notebook: str) -> Result | None:
    """Return what a notebook sealed, or ``None`` where it has not been made."""
    path = workspace.result(period, subject, notebook)
    return read_result(path, period) if path.is_file() else None


def published_result_table(workspace: Workspace, period: Period) -> ResultTableFigures | None:
    """Return the sealed result table of a period, or ``None`` where its notebook has not been made."""
    result = published_result(workspace, period, CITY, FOLDER)
    return result.figures if result and isinstance(result.figures, ResultTableFigures) else None
