"""The registers under ``data/``, read and written: CSV files that people may open, every line of them evidence.

How lines hold on to each other stands in :mod:`minsheng.files.chained`. Standard library only: notebooks and
``minsheng status`` read registers.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from minsheng.errors import FileRefusedError, UsageError, VersionError

RegisterLine = TypeVar("RegisterLine")


def read_lines(
    path: Path, columns: Sequence[str], read: Callable[[dict[str, str]], RegisterLine], *, later: Sequence[str] = ()
) -> list[RegisterLine]:
    """Return every line of a register, in order; an absent register has none.

    Parameters
    ----------
    path
        The register.
    columns
        Its header.
    read
        Makes a line's object from its cells, by column.
    later
        Columns at its end that a register of an earlier version does not have.

    Raises
    ------
    FileRefusedError
        If it is no CSV text, the header is another one or a line is damaged: nothing of a register is skipped.
    VersionError
        If a newer version of the product wrote it.
    """
    if not path.is_file():
        return []
    header, *cells = list(rows(path)) or [[]]
    found = tuple(header)
    _check_columns(path, found, columns, later)
    lines = []
    for number, line in enumerate(cells, start=2):
        if not line:  # a blank line says nothing
            continue
        try:
            lines.append(read(dict(zip(found, line, strict=True))))
        except (ValueError, TypeError, UsageError, FileRefusedError) as error:
            what = str(error) if len(line) == len(found) else f"有 {len(line)} 格，应有 {len(found)} 格"
            raise FileRefusedError(f"{path} 第 {number} 行损坏：{what}。登记是凭据，请从备份恢复") from error
    return lines


def _check_columns(path: Path, found: tuple[str, ...], columns: Sequence[str], later: Sequence[str]) -> None:
    known = (*columns, *later)
    # Each version added its columns at the end.
    if len(found) >= len(columns) and found == known[: len(found)]:
        return
    more = [name for name in found if name not in known]
    if more and set(columns) <= set(found):
        raise VersionError(f"{path} 由更新的版本写成（多出的列：{'、'.join(more)}）：请升级本程序")
    raise FileRefusedError(f"{path} 的表头应为 {','.join(known)}，现为 {','.join(found)}：登记是凭据，请从备份恢复")


def records(path: Path) -> "csv.DictReader[str]":
    """Return a CSV file's lines by column; ``fieldnames`` is its header, ``line_num`` where the last one ended."""
    return csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))


def rows(path: Path) -> Iterator[list[str]]:
    """Yield a CSV file's lines as cells, header first; one that holds no CSV text raises FileRefusedError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.reader(stream)
    except (csv.Error, UnicodeDecodeError) as error:
        raise FileRefusedError(f"{path} 损坏，不是 UTF-8 的 CSV 文本（{error}）：请从备份恢复") from error


def typed_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of the lines of a CSV file that a person keeps; blank lines and ``# comments`` are none.

    Raises
    ------
    FileRefusedError
        If it is no text. Office programs of China write GB 18030.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    if "\0" in text or "\ufffd" in text:
        raise FileRefusedError(f"{path} 不是 CSV 文本：请用表格程序另存为“CSV UTF-8”")
    reader = csv.reader(io.StringIO(text, newline=""))
    for cells in reader:
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
            yield reader.line_num, cells


def part_of(path: Path, wanted: Sequence[bool]) -> bytes:
    """Return part of a register, each line as it stands there: its hash is found on the register's chain."""
    header, *lines = [line for line in rows(path) if line]
    return csv_bytes(header, (line for line, take in zip(lines, wanted, strict=True) if take))


def csv_bytes(header: Sequence[str], lines: Iterable[Sequence[object]], *, office: bool = False) -> bytes:
    r"""Write a register's bytes: the same lines, the same bytes.

    Parameters
    ----------
    header, lines
        Its columns and its cells.
    office
        For office programs, which take a file for UTF-8 by the mark at its beginning; lines end as on Windows.

    Examples
    --------
    >>> csv_bytes(("id", "name"), [("a", "甲,乙")]).decode()
    'id,name\na,"甲,乙"\n'
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n" if office else "\n")
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig" if office else "utf-8")
