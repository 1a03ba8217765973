"""The child process that opens delivered files: bytes in, plain JSON out.

It has no access to our data, little memory and little time; a file that kills it is refused, and nothing else is
lost. Only the standard library, olefile, python-calamine and, for encrypted files, msoffcrypto are imported.
"""

import csv
import gc
import io
import json
import math
import resource
import struct
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from minsheng.intake.spreadsheets.formulas import stale_formulas
from minsheng.intake.spreadsheets.guard import PASSWORD, scan_package
from minsheng.intake.spreadsheets.guard_package import Members, Package
from minsheng.intake.spreadsheets.guard_parts import SAVE_AGAIN, RefusedError, Scan, check_extent
from minsheng.intake.spreadsheets.guard_xls import is_old, refuse_old, scan_compound

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_OTHER_KINDS = {
    b"%PDF": " PDF 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"BM": "图片",
    b"Rar!": " RAR 压缩包",
    b"7z\xbc\xaf": " 7z 压缩包",
    b"\x1f\x8b": " gzip 压缩包",
}
"""First bytes → what people call such a file; a text may begin with BM, so that one is looked at more closely."""

_HEADER = struct.Struct(">Q")

READY = b"R"

_EXACT = 1e15
"""Below it a double that is whole is that whole number."""


def _number(cell: float) -> float | str:
    if -_EXACT < cell < _EXACT:
        return int(cell) if cell.is_integer() else cell
    return cell if math.isfinite(cell) else "#错误值"


def _moment(cell: datetime) -> dict[str, str]:
    return {"t": cell.isoformat()} if cell.time() != time() else {"d": cell.date().isoformat()}


_PLAIN: dict[type, Callable[[Any], Any]] = {
    str: lambda cell: cell or None,
    bool: bool,
    int: int,
    float: _number,
    datetime: _moment,
    date: lambda cell: {"d": cell.isoformat()},
    time: lambda cell: {"x": str(cell)},
    timedelta: lambda cell: {"x": str(cell)},
}
"""How each type of cell becomes JSON: numbers stay numbers (shortest text of the double), dates are tagged."""


_KNOWN_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"})
"""The error values that the library reads; newer ones (#SPILL!, #CALC!) stop it."""


def _as_libraries_read(data: bytes, found: Package) -> bytes:
    """Return the package with its parts under their regular names, and newer error values written as #N/A.

    The cells of such errors are named from what the guard saw.
    """
    if found.irregular:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            data = Members(package).rewritten()
    newer = {text for scan in found.sheets.values() for text in scan.errors.values()} - _KNOWN_ERRORS
    if found.format != "xlsx" or not newer:
        return data
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename.endswith(".xml"):
                for text in newer:
                    content = content.replace(f">{text}<".encode(), b">#N/A<")
            target.writestr(part.filename, content)
    return out.getvalue()


def _why(error: Exception) -> str:
    """Say in Chinese why the library cannot open a file, where it is one of the usual reasons."""
    usual = "内容不是 Excel、WPS 表格或 ODS" if "detect file format" in str(error) else ""
    return usual or f"{type(error).__name__}: {error}"


def _mark_shown(rows: list[list[Any]], scan: Scan) -> None:
    """Mark the figures of which people see another number than the file holds."""
    for kind, places in (("p", scan.percents), ("k", scan.divided)):
        for row, column in places:
            if row < len(rows) and column < len(rows[row]) and type(rows[row][column]) in {int, float}:
                rows[row][column] = {kind: repr(rows[row][column])}


def _sheets(data: bytes, found: Package) -> list[dict[str, Any]]:
    import python_calamine  # the limits must stand before the library is loaded

    data = _as_libraries_read(data, found)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError as error:
        raise RefusedError(PASSWORD) from error
    except (python_calamine.CalamineError, OSError) as error:
        raise RefusedError(f"打不开（{_why(error)}）：{SAVE_AGAIN}") from error
    sheets: list[dict[str, Any]] = []
    for meta in book.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            page = book.get_sheet_by_name(meta.name)
        except (python_calamine.CalamineError, OSError) as error:
            raise RefusedError(
                f"工作表“{meta.name}”打不开（{_why(error)}）：请用 Excel 或 WPS 打开、确认完好后另存为 xlsx 再报"
            ) from error
        check_extent(page.end[0] + 1 if page.end else 0, page.end[1] + 1 if page.end else 0, f"工作表“{meta.name}”")
        scan = found.sheets.get(meta.name, Scan())
        rows = [[_PLAIN[type(cell)](cell) for cell in row] for row in page.to_python(skip_empty_area=False)]
        _mark_shown(rows, scan)
        sheets.append(
            {
                "name": meta.name,
                "hidden": meta.visible != python_calamine.SheetVisibleEnum.Visible,
                "rows": rows,
                "merged": [[*first, *last] for first, last in page.merged_cell_ranges or []] or scan.merged,
                "hidden_rows": scan.hidden_rows,
                "hidden_columns": scan.hidden_columns,
                "errors": scan.errors,
                "uncached": scan.uncached,
                "pictures": scan.pictures,
            }
        )
    by_name = {sheet["name"]: sheet["rows"] for sheet in sheets}
    for sheet in sheets:
        formulas = found.sheets.get(sheet["name"], Scan()).formulas
        sheet["uncached"] = [*sheet["uncached"], *stale_formulas(sheet["rows"], formulas, by_name)]
    return sheets


def _unmarked_utf16(data: bytes) -> str | None:
    """Return the byte order of UTF-16 without a mark: its delimiters and figures have a zero byte on one side."""
    high, low = data[0::2].count(0), data[1::2].count(0)
    if len(data) % 2 or not (high or low) or min(high, low) * 2 > max(high, low):
        return None
    return "utf-16-le" if low > high else "utf-16-be"


def _csv_text(data: bytes) -> str:
    """Decode by the byte order mark, else as strict UTF-8, then strict GB18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if (unmarked := _unmarked_utf16(data)) is not None:
        return data.decode(unmarked)
    # Some tools put a mark of UTF-8 before a text of another encoding, or twice.
    while data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _read_csv(data: bytes) -> list[dict[str, Any]]:
    try:
        text = _csv_text(data)
    except UnicodeDecodeError as error:
        raise RefusedError(
            "既不是表格文件，也不是 UTF-8 或 GB18030 编码的文本：请用 Excel 或 WPS 另存为 xlsx 再报"
        ) from error
    if "\x00" in text:
        raise RefusedError(f"含有空字节，不是表格文件，也不是文本：{SAVE_AGAIN}")
    if (
        text.lstrip()
        .lower()
        .startswith(("mime-version:", "<!doctype", "<html", "<table", "<?xml", "<head", "<meta", "{\\rtf"))
    ):
        raise RefusedError(f"内容是网页或文档，只是换了扩展名：{SAVE_AGAIN}")
    delimiter = max(",\t;|", key=text.count)
    csv.field_size_limit(len(text) + 1)
    rows = [[cell or None for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    check_extent(len(rows), max(map(len, rows), default=0), "文本")
    return [
        {"name": "", "hidden": False, "rows": rows, "merged": [], "hidden_rows": [], "hidden_columns": [], "errors": {}}
        | {"uncached": [], "pictures": False}
    ]


def read_bytes(data: bytes) -> dict[str, Any]:
    """Read one file; the format is recognised by its content, never by its name.

    Raises
    ------
    RefusedError
        If it is hostile, encrypted, broken, or no spreadsheet.
    """
    if not data.strip():
        raise RefusedError("文件是空的：请确认保存并传送完整后再报")
    if data.startswith(b"PK"):
        found = scan_package(io.BytesIO(data))
        return {"format": found.format, "notes": found.notes, "sheets": _sheets(data, found), "said": found.said}
    if data.startswith(_OLE):
        data, found = scan_compound(data)
        if data.startswith(b"PK"):
            return read_bytes(data)
        return {"format": "xls", "notes": found.notes, "sheets": _sheets(data, found), "said": found.said}
    if is_old(data):
        raise refuse_old()
    kind = next((word for start, word in _OTHER_KINDS.items() if data.startswith(start)), "")
    if kind and (data[:2] != b"BM" or b"\0" in data[:64]):
        raise RefusedError(f"是{kind}，不是表格：请报送 Excel 或 WPS 表格原件（xlsx）")
    return {"format": "csv", "notes": [], "sheets": _read_csv(data), "said": []}


def _limit(memory_bytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _answer(data: bytes) -> dict[str, Any]:
    try:
        return {"workbook": read_bytes(data)}
    except RefusedError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "读取所需内存超过上限，不是正常的报表：请只留要报的表，另存为 xlsx 再报"}
    except Exception as error:  # noqa: BLE001 - whatever a library raises over a hostile file, the file is refused
        return {"refused": f"无法读取（{type(error).__name__}: {error}）：{SAVE_AGAIN}"}


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Say ready, then answer one request after another: 8 bytes of length and the file, then the same with JSON."""
    gc.disable()
    answers.write(READY)
    answers.flush()
    while header := requests.read(_HEADER.size):
        gc.collect()  # once a file, not all through it: parsers and their handlers refer to each other
        data = requests.read(_HEADER.unpack(header)[0])
        answer = json.dumps(_answer(data), ensure_ascii=True).encode("ascii", "replace")
        answers.write(_HEADER.pack(len(answer)))
        answers.write(answer)
        answers.flush()


if __name__ == "__main__":
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    serve(sys.stdin.buffer, sys.stdout.buffer)
