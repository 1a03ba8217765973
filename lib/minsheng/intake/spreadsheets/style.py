"""How every workbook looks that we write: formats, widths that Chinese text fits in, bounds of input cells, paper."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

from minsheng.domain.delivery import Severity
from minsheng.domain.table import CellType, Column
from minsheng.domain.units import yuan_scale

if TYPE_CHECKING:
    from xlsxwriter import Workbook

LAST_MONTH = "上月"
"""How the header of a template's grey columns beside cumulative ones begins: for the eye only, readers skip it."""

_REFERENCE = re.compile("(上[月次]|[0-9]{1,2}月)累计")


def reference_header(months: Iterable[str]) -> str:
    """Return what stands over earlier cumulative figures: 上月累计, 8月累计, or 上次累计 where rows differ."""
    found = set(months)
    return f"{'上次' if len(found) > 1 else next(iter(found), LAST_MONTH)}累计"


def is_reference(header: str) -> bool:
    """Whether a header stands over earlier cumulative figures."""
    return _REFERENCE.fullmatch(header) is not None


LINE_HEIGHT = 15
"""Of a line of text, in points."""

SEVERITY_COLOURS = {Severity.CRITICAL: "FFC7CE", Severity.WARNING: "FFEB9C", Severity.INFO: "DDEBF7"}

PAPER_HEADER = "F2F2F2"

_HEADER = "#DDEBF7"

_GREY = "#EDEDED"

_LINE = "#A6A6A6"

_A4 = 9


_MESSAGE_LIMIT = 250  # Excel cuts a prompt at 255 characters

_TITLE_LIMIT = 30  # and its title at 32

_BOLDER = 1.08


def display_width(text: str) -> int:
    """Count columns of half-width characters: a Chinese character takes two.

    Examples
    --------
    >>> display_width("床位A1")
    6
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def line_count(text: str, width: float, *, bold: bool = False) -> int:
    """Estimate the lines that ``text`` needs in a column ``width`` half-width characters wide."""
    wider, room = (_BOLDER if bold else 1), max(1, int(width) - 1)
    return sum(max(1, ceil(display_width(line) * wider / room)) for line in text.split("\n"))


class Styles:
    """The formats of one workbook.

    In a template, input cells are open and white, all else is locked and grey. What is ``printed`` and signed has
    black lines.
    """

    def __init__(self, book: "Workbook", *, template: bool, printed: bool) -> None:
        self.template = template
        cell = {"border": 1, **({} if printed else {"border_color": _LINE}), "valign": "vcenter"}
        shade = {"bg_color": _GREY} if template else {}
        entry = {**cell, "locked": not template}

        def format_of(**more: Any) -> Any:
            return book.add_format(more)

        self.title = format_of(
            bold=True, font_size=18 if printed else 16, align="center", valign="vcenter", text_wrap=True
        )
        self.subtitle = format_of(valign="vcenter")
        header = f"#{PAPER_HEADER}" if printed else _HEADER
        self.header = format_of(**cell, bold=True, align="center", text_wrap=True, bg_color=header)
        self.key = format_of(**cell, **shade, text_wrap=True)
        self.key_value = format_of(**cell, **shade, text_wrap=True, num_format="@")
        self.total = format_of(**cell, bold=True, bg_color=_GREY, num_format="#,##0.##")
        self.text = format_of(**entry, text_wrap=True, num_format="@")
        self.long_text = format_of(**{**entry, "valign": "top"}, text_wrap=True, num_format="@")
        self.date = format_of(**entry, align="left", num_format="yyyy-mm-dd")
        self.footer = format_of(valign="vcenter")
        self.remark = format_of(valign="vcenter", align="left", text_wrap=True)
        self.centred = format_of(**cell, align="center", text_wrap=True)
        self._figure = {**cell, "align": "right", "text_wrap": True}
        self._book = book
        self._numbers = {
            locked: {
                kind: format_of(
                    **{**cell, "locked": locked or not template},
                    **({"bg_color": _GREY, "font_color": "#595959"} if locked else {}),
                    num_format=pattern,
                )
                for kind, pattern in {"integer": "#,##0", "yuan": "#,##0.00", "wan": "#,##0.00####"}.items()
            }
            for locked in (False, True)
        }

    def figure(self, pattern: str) -> Any:
        """Return the format of a printed figure."""
        return self._book.add_format({**self._figure, "num_format": pattern})

    def of(self, column: Column, *, locked: bool = False) -> Any:
        """Return the format of a column's cells, or of those that are not to be filled in."""
        match column.type:
            case CellType.INTEGER:
                return self._numbers[locked]["integer"]
            case CellType.DECIMAL:
                return self._numbers[locked]["wan" if yuan_scale(column.id, column.unit) != 1 else "yuan"]
            case CellType.DATE:
                return self.date
            case CellType.TEXT | CellType.CHOICE:
                return self.key_value if locked else self.text

    def bounds(
        self,
        column: Column,
        year: int,
        choices: tuple[str, ...] = (),
        least: Decimal | None = None,
        most: Decimal | None = None,
        then: str = LAST_MONTH,
    ) -> dict[str, Any]:
        """Return the data validation of a column's input cells; empty where anything may be written.

        Parameters
        ----------
        column
            The column's contract.
        year
            The year of the return, for the bounds of dates.
        choices
            What a choice may be, or a text where only these words are allowed.
        least
            The last cumulative figure as shown: going below it asks back, but is not forbidden, because a correction
            may be due.
        most
            The largest number that is allowed: full marks.
        then
            The month that ``least`` is of.
        """
        title = column.label
        if choices:
            said = f"请从下拉列表中选择：{'、'.join(choices)}"
            return {"validate": "list", "source": list(choices), **_words(title, column.note, said)}
        match column.type:
            case CellType.DATE:
                return self.date_bounds(year, title, column.note)
            case CellType.INTEGER | CellType.DECIMAL:
                whole = column.type == CellType.INTEGER
                said = f"须填{'整数' if whole else '数字'}，不小于 0{f'，单位：{column.unit}' if column.unit else ''}"
                hint = column.note
                rule: dict[str, Any] = {"criteria": ">=", "value": 0}
                if least is not None and least > 0:
                    hint = f"{then}累计 {least:,f}。{hint}"
                    said = f"小于{then}累计 {least:,f}，请核对；确需核减的，在“情况说明”表写明原因"
                    rule = {"criteria": ">=", "value": least, "error_type": "warning"}
                elif most is not None:
                    said = f"须在 0 和满分 {most} 之间"
                    rule = {"criteria": "between", "minimum": 0, "maximum": most}
                return {"validate": "integer" if whole else "decimal", **rule, **_words(title, hint, said)}
            case CellType.TEXT | CellType.CHOICE:
                return {"validate": "any", **_words(title, column.note, "")} if column.note else {}

    def date_bounds(self, year: int, title: str, hint: str) -> dict[str, Any]:
        """Return the validation of a date: from the year before (earlier documents) to the year after."""
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": date(year - 1, 1, 1),
            "maximum": date(year + 1, 12, 31),
            **_words(title, hint, f"须填日期，例如 {year}-01-31"),
        }


def _words(title: str, hint: str, said: str) -> dict[str, str]:
    words = {"error_title": title[:_TITLE_LIMIT], "error_message": said[:_MESSAGE_LIMIT]} if said else {}
    if hint:
        words |= {"input_title": title[:_TITLE_LIMIT], "input_message": hint[:_MESSAGE_LIMIT]}
    return words


def finish_page(sheet: Any, styles: Styles, *, landscape: bool) -> None:
    """Set the paper, A4 and one page wide; lock a template's sheet, without a password: against slips only."""
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    if landscape:
        sheet.set_landscape()
    if styles.template:
        sheet.protect("", {"format_columns": True, "format_rows": True, "insert_rows": True, "sort": True})
