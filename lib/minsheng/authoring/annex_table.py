"""目标任务分解表, the annex of a notice: areas × targets, as bureaus have it in a spreadsheet or a person says it.

Headers may be merged and of several rows (programme, group, project, target with its unit), with a title above; one row
is 全市 or 合计. A blank cell is no duty, which is not a target of zero.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from minsheng.domain.area import WHOLE, AreaKind
from minsheng.domain.table import BLANK_MARKS
from minsheng.domain.units import dimension, normal, split_unit, unit_line
from minsheng.errors import FileRefusedError
from minsheng.intake.spreadsheets.cells import Percentage, Raw, show
from minsheng.intake.spreadsheets.grid import Sheet, Workbook

_CITY_NAMES = re.compile(r"全[市区县州盟旗省]?(合计|总计|小计)?|合计|总计|小计|共计")

_MUNICIPAL = re.compile(r".*本级")

_ZONE = re.compile(r".*(开发区|经开区|高新区|园区|示范区|管委会)")

_TOWNSHIP = re.compile(r".*(镇|乡|街道|街道办|办事处)")

_NUMBERING = frozenset({"序号", "编号", "备注"})

_UNITS = frozenset({"单位", "计量单位"})

_Grid = list[list[Raw]]

_NUMBER = re.compile(r"(?P<number>-?\d+(?:,\d{3})*(?:\.\d+)?)(?P<unit>\D*)")

_UNIT = re.compile(r"(?P<label>.+?)\((?:单位[::]?)?(?P<unit>[^()\d]{1,6})\)")

_SENTENCE = re.compile(r"(?P<name>[^。；,，]{2,25})。.+")

_LONGEST_UNIT = 4

_LONGEST_NAME, _LONGEST_SHORT, _SHORT_END = 40, 16, 10

_ENDING = re.compile("(?<=..)(?:达到|不低于|不少于|不超过|控制在)$")
"""What leads over to the figure, and is no part of a name."""

_PROGRAMME = re.compile(r".*(工程|实事|目标|任务)")


@dataclass(frozen=True)
class AnnexCell:
    """One target: a number or words, and where it stands."""

    number: Decimal | None
    text: str


@dataclass(frozen=True)
class AnnexColumn:
    """One target of the annex."""

    headings: tuple[str, ...]
    """From the top, without the unit."""
    unit: str

    @property
    def quote(self) -> str:
        """The words of its own heading."""
        return self.headings[-1]

    @property
    def name(self) -> str:
        """What the indicator is called: its heading, or what that is about where it is a paragraph."""
        if len(self.quote) <= _LONGEST_NAME:
            return self.quote
        first = _SENTENCE.fullmatch(self.quote)
        return first["name"] if first else self.headings[-2] if len(self.headings) > 1 else self.quote[:_LONGEST_NAME]

    @property
    def short_name(self) -> str:
        """A name that fits a header."""
        words = re.split(r"[（(，,、：:]", self.name)[0] or self.name
        plain_words = _ENDING.sub("", re.sub(r"[“”\"《》]", "", words))
        # Of a long name what it ends with says more than how it begins.
        return plain_words if len(plain_words) <= _LONGEST_SHORT else plain_words[-_SHORT_END:]


@dataclass(frozen=True)
class AnnexRow:
    """One area, or all of them."""

    name: str
    cells: tuple[AnnexCell | None, ...]
    """By column; ``None`` is no duty."""

    @property
    def is_whole(self) -> bool:
        """Whether it is 全市 or a total."""
        return _CITY_NAMES.fullmatch(normal(self.name)) is not None

    @property
    def kind(self) -> AreaKind:
        """What sort of body it is, by its name."""
        for kind, form in (
            (AreaKind.MUNICIPAL_ROW, _MUNICIPAL),
            (AreaKind.DEVELOPMENT_ZONE, _ZONE),
            (AreaKind.TOWNSHIP, _TOWNSHIP),
        ):
            if form.fullmatch(self.name):
                return kind
        return AreaKind.COUNTY


@dataclass(frozen=True)
class AnnexTable:
    """Areas × targets."""

    columns: tuple[AnnexColumn, ...]
    rows: tuple[AnnexRow, ...]

    @property
    def whole(self) -> AnnexRow | None:
        """The row of 全市, if there is one."""
        return next((row for row in self.rows if row.is_whole), None)

    @property
    def areas(self) -> tuple[AnnexRow, ...]:
        """The other rows."""
        return tuple(row for row in self.rows if not row.is_whole)


def read_annex(workbook: Workbook) -> AnnexTable:
    """Find the annex table in a workbook.

    Raises
    ------
    FileRefusedError
        If no sheet has one; the message says what it must look like.
    """
    for sheet in workbook.sheets:
        found = _table(sheet)
        if found is not None:
            return found
    names = "、".join(f"“{sheet.name}”" for sheet in workbook.sheets)
    raise FileRefusedError(
        f"工作表 {names} 里没有认出目标任务分解表：第一列写地区（一行一个，可有{WHOLE}或合计一行），"
        "其余每列一项目标，表头写名称和单位，例如 新增养老床位（张），格子里是数字或“完成”"
    )


def annex_cell(raw: Raw) -> AnnexCell | None:
    """Return what a cell says; ``None`` where it says that there is no duty."""
    if isinstance(raw, Percentage):
        return AnnexCell(raw.shown, "")
    if isinstance(raw, Decimal):
        return AnnexCell(raw, "")
    text = normal(show(raw)) if raw is not None else ""
    if text in BLANK_MARKS:
        return None
    found = _NUMBER.fullmatch(text)
    if found and len(found["unit"]) <= 3:
        return AnnexCell(Decimal(found["number"].replace(",", "")), "")
    return AnnexCell(None, text)


def annex_column(headings: Sequence[str], unit: str = "") -> AnnexColumn:
    """Return a column by its headings, from the top; the unit stands in brackets at the end of the last."""
    flat = [normal(each) for each in headings]
    label, found = split_unit(flat[-1])
    said = _UNIT.fullmatch(flat[-1]) if not found else None
    if said:
        label, found = said["label"], said["unit"]
    # The heading as it is written, without its unit: what is compared has lost its blanks and full-width signs.
    written = re.sub(r"\s+", "", headings[-1])
    if found:
        written = re.sub(r"[（(](?:单位[:：]?)?[^（）()]*[)）]$", "", written)
    return AnnexColumn((*(re.sub(r"\s+", "", each) for each in headings[:-1]), written or label), found or unit)


def _table(sheet: Sheet) -> AnnexTable | None:
    owners = sheet.spread(len(sheet.rows))
    grid: _Grid = [
        [sheet.at(*owners.get((row, column), (row, column))) for column in range(sheet.width)]
        for row in range(len(sheet.rows))
    ]
    turned: _Grid = [list(cells) for cells in zip(*grid, strict=True)]
    # Where 全市 heads a column, areas stand in columns and targets in rows.
    ways = (turned, grid) if _is_turned(grid) else (grid, turned)
    return next((found for each in ways if (found := _areas_by_row(each)) is not None), None)


def _is_turned(grid: _Grid) -> bool:
    names = _name_column(grid)
    cells = [(column, _text(cell)) for row in grid for column, cell in enumerate(row)]
    whole = {column for column, text in cells if _CITY_NAMES.fullmatch(normal(text))}
    return bool(whole) and names not in whole


def _areas_by_row(grid: _Grid) -> AnnexTable | None:
    names = _name_column(grid)
    body = [] if names is None else [n for n, row in enumerate(grid) if _is_body(row, names)]
    if names is None or not body:
        return None
    above = grid[: body[0]]
    heads = [row for row in above if not _is_title(row) and normal(_text(row[names])) not in _NUMBERING]
    units = next((row for row in heads[1:] if _is_of_units(row, names)), None)
    heads = [row for row in heads if row is not units]
    rows = (
        [row for row in grid[body[0] : body[-1] + 1] if _text(row[names]) not in {"", _text(heads[-1][names])}]
        if heads
        else []
    )
    places = [
        column
        for column in range(len(grid[0]))
        if column != names
        and any(annex_cell(row[column]) for row in rows)
        # A running number beside the areas is no target.
        and (headings := _headings(heads, column))
        and normal(headings[-1]) not in {*_NUMBERING, *_UNITS}
    ]
    if not places:
        return None
    titles = (cell for row in above if _is_title(row) for cell in row if isinstance(cell, str))
    unit = next((said for cell in titles if (said := unit_line(cell))), "")
    columns = tuple(
        annex_column(_headings(heads, column), (_text(units[column]) if units else "") or unit) for column in places
    )
    found = tuple(AnnexRow(_text(row[names]), tuple(annex_cell(row[column]) for column in places)) for row in rows)
    return AnnexTable(columns, found)


def _is_of_units(row: Sequence[Raw], names: int) -> bool:
    """Whether a row below the headings names nothing but units: it says so, or its words are short and known."""
    words = [normal(_text(cell)) for n, cell in enumerate(row) if n != names and _text(cell)]
    short = bool(words) and max(map(len, words)) <= _LONGEST_UNIT and any(dimension(word) for word in words)
    return short or normal(_text(row[names])) in _UNITS


def said_annex(areas: Sequence[str], goals: Sequence[tuple[Sequence[str], Sequence[str]]]) -> AnnexTable:
    """Return an annex as a person says it.

    Parameters
    ----------
    areas
        Names, 全市 among them where it has targets of its own.
    goals
        Headings from the top, the last with its unit in brackets; and what is asked of each area, blank for nothing.
    """
    rows = zip(*([annex_cell(each) for each in asked] for _, asked in goals), strict=True)
    columns = tuple(annex_column(headings) for headings, _ in goals)
    return AnnexTable(columns, tuple(AnnexRow(name, cells) for name, cells in zip(areas, rows, strict=True)))


def _name_column(grid: _Grid) -> int | None:
    """Return the column of the areas: the first that mostly holds different words."""
    for column in range(max((len(row) for row in grid), default=0)):
        words = Counter(_text(row[column]) for row in grid if isinstance(row[column], str))
        if sum(1 for word, times in words.items() if word and times == 1) > 1:
            return column
    return None


def _is_body(row: Sequence[Raw], names: int) -> bool:
    cells = [annex_cell(cell) for n, cell in enumerate(row) if n != names]
    name = normal(_text(row[names]))
    return (
        bool(name)
        and name not in {*_NUMBERING, *_UNITS}
        and any(cell is not None and cell.number is not None for cell in cells)
    )


def _is_title(row: Sequence[Raw]) -> bool:
    """Whether one text stands over the whole row, or a note alone."""
    words = {_text(cell) for cell in row if _text(cell)}
    return len(words) <= 1 or any(word.startswith(("单位:", "单位：")) for word in words)


def _headings(heads: Sequence[Sequence[Raw]], column: int) -> list[str]:
    return list(dict.fromkeys(text for row in heads if (text := _text(row[column]))))


def _text(raw: Raw) -> str:
    return "" if raw is None else re.sub(r"\s+", "", raw if isinstance(raw, str) else show(raw))


@dataclass(frozen=True)
class Placed:
    """Where a target belongs: programme, group and project by name."""

    programme: str
    group: str
    project: str


def placed(columns: Sequence[AnnexColumn]) -> Iterator[Placed]:
    """Yield for each column the programme, group and project that its headings name."""
    tops = Counter(column.headings[0] for column in columns)
    for column in columns:
        above = list(column.headings[:-1])
        programme = above.pop(0) if above and _is_programme(above, tops) else ""
        own = _SENTENCE.fullmatch(column.quote)
        if own and len(column.quote) > _LONGEST_NAME:
            project = own["name"]
        elif above:
            project = above.pop()
        else:
            project = column.name
        yield Placed(programme or "民生实事", above[-1] if above else project, project)


def _is_programme(above: Sequence[str], tops: Counter[str]) -> bool:
    """Whether the topmost heading is a programme: by its name, or because it stands over most columns."""
    named = above[0] in {"民生工程", "民生实事"} or (len(above) > 1 and _PROGRAMME.fullmatch(above[0]) is not None)
    return named or (len(above) > 1 and tops[above[0]] == sum(tops.values()))
