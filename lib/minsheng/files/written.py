"""JSON that the product writes, in one way, and reads again, maybe in another version: then the right words."""

import json
from pathlib import Path, PurePath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from minsheng.domain.area import CITY
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.result import Result, ResultTableFigures
from minsheng.errors import UsageError, VersionError
from minsheng.workspace import Workspace

Model = TypeVar("Model", bound=BaseModel)


def canonical_json(document: Any) -> bytes:
    r"""Write a JSON document for people and machines: the same document, the same bytes.

    Keys are sorted, 汉字 stand as they are, each member on a line of its own, one newline at the end.

    Examples
    --------
    >>> canonical_json({"b": 1, "a": "甲"}).decode()
    '{\n "a": "甲",\n "b": 1\n}\n'
    """
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def canonical_line(document: Any) -> str:
    """Write a JSON document on one line, without spaces: for chains and databases.

    Examples
    --------
    >>> canonical_line({"b": 1, "a": "甲"})
    '{"a":"甲","b":1}'
    """
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_written(model: type[Model], content: bytes, name: PurePath | str, *, remedy: str) -> Model:
    """Read a JSON document that the product wrote.

    Parameters
    ----------
    model
        What it should be; the models carry a ``schema_version``.
    name
        The file, as a person would look for it.
    remedy
        What to do where this program cannot read it because it is older, or damaged: a sentence.

    Raises
    ------
    VersionError
        If another version of the product wrote it: which file, which version, and what to do.
    UsageError
        If it is damaged.
    """
    try:
        return model.model_validate_json(content)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        # Of a tagged union (the figures of a result) the version stands one level down.
        # Another number there is another version; none at all, or one of another place, is damage.
        versions = (each for each in fault.errors() if each["loc"][-1:] == ("schema_version",))
        version = next((each["ctx"] for each in versions if each["type"] == "literal_error"), None)
        if version is None:
            where = ".".join(map(str, first["loc"])) or "全文"
            raise UsageError(f"{name} 损坏（{where}）。{remedy}") from None
        raise _other_version(str(name), _found(content), int(version["expected"]), remedy) from None


def read_result(path: Path, period: Period) -> Result:
    """Read a sealed ``result.json`` under ``outputs/``.

    Raises
    ------
    VersionError, UsageError
        As :func:`read_written` does.
    """
    command = "run" if period.kind == PeriodKind.MONTH else "assess"
    return read_written(Result, path.read_bytes(), path, remedy=f"请重做：minsheng {command} {period} --force")


def _found(content: bytes) -> Any:
    document = json.loads(content)
    figures = document.get("figures")
    return (figures if isinstance(figures, dict) else document).get("schema_version")


def _other_version(name: str, found: Any, known: int, remedy: str) -> VersionError:
    if isinstance(found, int) and found > known:
        return VersionError(f"{name} 由更新的版本写成（格式 {found}，本程序认识到 {known}）。请升级本程序")
    return VersionError(f"{name} 由较早的版本写成（格式 {found}，本程序为 {known}）。{remedy}")


FOLDER = "result_table"


def published_result(workspace: Workspace, period: Period, subject: str, notebook: str) -> Result | None:
    """Return what a notebook sealed, or ``None`` where it has not been made."""
    path = workspace.result(period, subject, notebook)
    return read_result(path, period) if path.is_file() else None


def published_result_table(workspace: Workspace, period: Period) -> ResultTableFigures | None:
    """Return the sealed result table of a period, or ``None`` where its notebook has not been made."""
    result = published_result(workspace, period, CITY, FOLDER)
    return result.figures if result and isinstance(result.figures, ResultTableFigures) else None
