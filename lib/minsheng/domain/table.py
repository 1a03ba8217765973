"""The contract of one table in a return: its sheet, its rows, its columns."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from minsheng.domain.base import Frozen

BLANK_MARKS = frozenset(
    {"", "-", "--", "—", "——", "―", "–", "/", "//", "\\", "无", "N/A", "NA", "暂无", "空", "…", "……"}
)
"""Marks that counties write for "nothing here"; blank is not 0."""


class TableKind(StrEnum):
    """What becomes of a table's cells."""

    FIGURES = "figures"
    """Accepted values, by field ``table.row.column`` (``table.column`` where the table has one row)."""
    NARRATIVE = "narrative"
    """The five parts per project, kept in the verdict."""
    EVIDENCE = "evidence"
    """A list of documents, kept in the verdict."""
    EXPLANATION = "explanation"
    """Reasons for warnings, matched to them by rule and cell, kept in the verdict."""
    FORM = "form"
    """A sheet of an assessor's form; no return has one."""


class CellType(StrEnum):
    """How a cell is read."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TEXT = "text"
    CHOICE = "choice"


class Column(Frozen):
    """One column: the header is ``label（unit）``."""

    id: str
    label: str
    unit: str = ""
    type: CellType
    aliases: tuple[str, ...] = ()
    required: bool = True
    choices: tuple[str, ...] = ()
    note: str = ""
    """Shown to whoever fills the cell in."""
    cumulative: bool = False
    """Whether it runs from January; last month's figure then stands beside it in the template."""
    indicators: tuple[str, ...] = ()
    """The indicators that it is reported for, where that does not follow from the fields that they read: areas without
    a duty in any of them need not fill it."""

    @model_validator(mode="after")
    def _choices_where_chosen(self) -> Self:
        if (self.type == CellType.CHOICE) != bool(self.choices):
            raise ValueError("choices 只用于、且必须用于 type: choice")
        return self

    @property
    def header(self) -> str:
        """The header as printed."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label


class Row(Frozen):
    """One fixed row, recognised by the text in the table's key columns."""

    id: str
    labels: tuple[str, ...]
    project: str | None = None
    """Where rows of one table belong to different projects (资金, 工作情况)."""
    shared_with: tuple[str, ...] = ()
    """Further projects that the row concerns: a fund source that they share."""

    def owner(self, projects: tuple[str, ...]) -> str | None:
        """Return the project that answers for this row in a return about ``projects``; ``None``: none does."""
        if self.project is None:
            return None
        return next((each for each in (self.project, *self.shared_with) if each in projects), None)


class Table(Frozen):
    """One sheet of a return.

    A table has fixed rows (``keys`` and ``rows``), or one row, or any number of rows (``open_rows``: project lists,
    evidence).
    """

    id: str
    kind: TableKind
    sheet: str
    aliases: tuple[str, ...] = ()
    title: str
    project: str | None = None
    keys: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    open_rows: bool = False
    total_row: bool = False
    """Whether a 合计 row follows; it is checked against the sum and cut off."""
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rows_fit_keys(self) -> Self:
        if bool(self.keys) != bool(self.rows):
            raise ValueError("keys 与 rows 须同时给出或同时不给")
        if self.rows and self.open_rows:
            raise ValueError("有固定行（rows）的表不能同时 open_rows")
        short = [row.id for row in self.rows if len(row.labels) != len(self.keys)]
        if short:
            raise ValueError(f"行 {'、'.join(short)} 的 labels 个数应与 keys 相同")
        return self

    def field(self, column: str, row: str | None = None) -> str:
        """Name one value: ``table.row.column``, or ``table.column`` where the table has one row."""
        return f"{self.id}.{row}.{column}" if row else f"{self.id}.{column}"

    def rows_for(self, projects: tuple[str, ...]) -> tuple[Row, ...]:
        """Return the fixed rows that concern ``projects``, each under the project that answers for it."""
        found = []
        for row in self.rows:
            owner = row.owner(projects)
            if row.project == owner:
                found.append(row)
            elif owner is not None:
                found.append(row.model_copy(update={"project": owner}))
        return tuple(found)


class CoverField(Frozen):
    """One labelled cell of a return's first sheet."""

    id: str
    label: str
    required: bool
    aliases: tuple[str, ...] = ()


COVER_SHEET = "封面"

COVER_FIELDS = (
    CoverField(id="unit", label="填报单位", required=True, aliases=("单位", "填报科室", "填报地区")),
    CoverField(id="period", label="报告期", required=True, aliases=("月份", "填报月份", "报告月份")),
    CoverField(id="as_of", label="数据截至", required=True, aliases=("数据截止", "数据截至日期", "截止日期")),
    CoverField(id="filled_on", label="填报日期", required=False, aliases=("填表日期",)),
    CoverField(id="contact", label="联系人", required=False, aliases=("填表人",)),
    CoverField(id="phone", label="联系电话", required=False, aliases=("电话",)),
    CoverField(id="data_label", label="数据性质", required=False, aliases=("备注",)),
)
"""The cover (封面): labels in column A, values in column B. Area and month are read here, not from the file name."""
