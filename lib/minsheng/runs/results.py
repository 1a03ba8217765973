"""NEW MODULE"""

from minsheng.domain.area import CITY
from minsheng.domain.period import Period
from minsheng.domain.result import ResultTableFigures
from minsheng.files.written import read_result
from minsheng.workspace import Workspace

FOLDER = "result_table"


def sealed_result_table(workspace: Workspace, period: Period) -> ResultTableFigures | None:
    """Return the sealed result table of a period, or ``None`` where its notebook has not been made."""
    path = workspace.unit(period, CITY, FOLDER) / "result.json"
    figures = read_result(path, period).figures if path.is_file() else None
    return figures if isinstance(figures, ResultTableFigures) else None
