"""封面: who reports, for which month, as of when. Read from labelled cells, wherever they stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from minsheng.domain.addresses import place
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import COVER_FIELDS, COVER_SHEET, CoverField
from minsheng.domain.units import normal
from minsheng.errors import FileRefusedError, UsageError
from minsheng.intake.reading.parse_findings import most_like
from minsheng.intake.spreadsheets.cells import (
    ABSENT,
    CellFaultError,
    ParsedCell,
    Raw,
    arabic,
    is_blank,
    parse_date,
    serial_day,
    show,
)
from minsheng.intake.spreadsheets.grid import Sheet, Workbook

_MONTH = re.compile(
    r"(?P<y>[0-9]{4})(?:年|[-/.])(?P<m>[0-9]{1,2})(?:月(?:份|[0-9]{1,2}[日号])?|[-/.][0-9]{1,2})?(?:T?00:00:00)?"
)

_COMPACT_MONTH = re.compile(r"(?P<y>20[0-9]{2})(?P<m>0[1-9]|1[0-2])")

_REMARK = re.compile(r"\([^()]*\)$")

_STAMP = re.compile(r"(?:\((?:盖章|公章|章)\)|:)+$")

_ABOVE = re.compile("(?:[^省市县区]{2,3}省)?(?:[^省市县区]{2,4}市)?")
"""Province and city, as they are written before a county's name."""

_AROUND = re.compile(r"^(?:数据)?截[至止](?:到|于)?:?|(?:为?止)$")

_REACH = 8

DAYS = {"as_of": "数据截至", "filled_on": "填报日期"}
"""The fields of the cover that are days, and what people call them."""


@dataclass
class Cover:
    """What the cover says."""

    sheet: str
    id: str
    """The area's or section's id."""
    is_section: bool
    period: Period
    cells: dict[str, ParsedCell]
    """By field; those that are there."""
    faults: dict[str, CellFaultError]
    """Field → what is wrong with it."""

    def cell(self, name: str) -> ParsedCell:
        """Return the cell of a field, whether it is there or not."""
        return self.cells.get(name, ABSENT)

    @property
    def as_of(self) -> date | None:
        """数据截至; ``None`` where it is missing or no day."""
        day = self.cell("as_of").value
        return day if isinstance(day, date) else None

    @property
    def contact(self) -> str:
        """联系人, as written; empty where nobody is named."""
        raw = self.cell("contact").raw
        return "" if is_blank(raw) else show(raw).strip()

    @property
    def data_label(self) -> str:
        """示例数据 where the figures are synthetic."""
        raw = self.cell("data_label").raw
        return "" if is_blank(raw) else show(raw).strip()


def labelled(
    sheet: Sheet, fields: Sequence[CoverField] = COVER_FIELDS
) -> tuple[dict[str, tuple[Raw, str]], dict[str, str]]:
    """Return field → value and address: the next filled cell to the right, or what follows the colon.

    And where the value of a field should stand that has nothing beside its label.
    """
    wanted = {normal(text): f.id for f in fields for text in (f.label, *f.aliases)}
    found: dict[str, tuple[Raw, str]] = {}
    blank: dict[str, str] = {}
    for row in range(len(sheet.rows)):
        for column in range(len(sheet.rows[row])):
            text = normal(show(sheet.at(row, column)))
            label, colon, rest = text.partition(":")
            name = wanted.get(label.rstrip("*"))
            if name is None or name in found:
                continue
            if colon and rest:
                found[name] = rest, sheet.address(row, column)
                continue
            for right in range(column + 1, column + 1 + _REACH):
                value = sheet.at(row, right)
                if value is None or normal(show(value)) == "":
                    continue
                if normal(show(value)).rstrip(":*") in wanted:
                    break
                found[name] = value, sheet.address(row, right)
                break
            else:
                blank.setdefault(name, sheet.address(row, column + 1))
                continue
            if name not in found:
                found[name] = None, sheet.address(row, column + 1)
    return found, blank


def parse_month(raw: Raw) -> Period | None:
    """Read a month: 2017-06, 2017年6月, 2017年06月份, a date within it, or that date's number; ``None`` if it is none.

    A date's number may be taken for the date here, because a month that was not meant is refused.
    """
    if isinstance(raw, Decimal):
        raw = serial_day(raw) or raw
    if isinstance(raw, date | datetime):
        return Period.of_month(raw.year, raw.month)
    # What stands in brackets behind it is a remark: 2017年6月（更正）.
    text = arabic(_REMARK.sub("", normal(show(raw))))
    match = _MONTH.fullmatch(text) or _COMPACT_MONTH.fullmatch(text)
    try:
        return Period.of_month(int(match["y"]), int(match["m"])) if match else None
    except UsageError:
        return None


def whose(plan: Plan, name: str) -> tuple[str, bool] | None:
    """Return the id of the area or section that a cover names, and whether it is a section; ``None``: nobody's."""
    name = _STAMP.sub("", name)
    for area in plan.areas:
        short = [area.bureau.replace(area.name, alias) for alias in area.aliases]
        if any(normal(known) == name for known in (area.id, area.name, area.bureau, *area.aliases, *short)):
            return area.id, False
    for section in plan.sections:
        if any(normal(known) == name for known in (section.id, section.name)):
            return section.id, True
    # Province or city before its name, a section of the bureau behind it: 四川省苍溪县民政局社会救助股.
    hits = [area.id for area in plan.areas if _is_within(normal(area.name), normal(area.bureau), name)]
    return (hits[0], False) if len(hits) == 1 else None


def _is_within(area: str, bureau: str, name: str) -> bool:
    before, found, behind = name.partition(area)
    if not found or not _ABOVE.fullmatch(before):
        return bool(bureau) and name.endswith(bureau)
    return not behind or (bureau.startswith(area) and behind.startswith(bureau.removeprefix(area) or behind))


def _cover_sheet(workbook: Workbook) -> tuple[Sheet, dict[str, tuple[Raw, str]]] | None:
    """Find the sheet with the labels of the cover: 封面 by name, else the first that has unit and month."""
    for sheet in sorted(workbook.sheets, key=lambda sheet: normal(sheet.name) != normal(COVER_SHEET)):
        found, _ = labelled(sheet)
        if {"unit", "period"} <= set(found):
            return sheet, found
    return None


def _no_cover(workbook: Workbook) -> str:
    """Say what of the cover is missing: its labels, or what should stand beside them."""
    labels = {f.id: f.label for f in COVER_FIELDS if f.id in {"unit", "period"}}
    wanted = {normal(text): f.id for f in COVER_FIELDS for text in (f.label, *f.aliases) if f.id in labels}
    for sheet in workbook.sheets:
        cells = [normal(show(cell)).rstrip(":*") for row in sheet.rows for cell in row]
        there = {wanted[text] for text in cells if text in wanted}
        if there and sheet.name:
            found, blank = labelled(sheet)
            empty = {label: blank.get(name, "") for name, label in labels.items() if name not in found}
            what = "、".join(f"“{label}”（{at}）" if at else f"“{label}”" for label, at in empty.items())
            return (
                f"工作表“{sheet.name}”里找不到{what}的内容：标签照空白表写，内容填在它右边的单元格，填报单位写单位全称，"
                "报告期写成 2017年6月 这样，请填好后再报"
            )
    names = "、".join(sheet.name for sheet in workbook.sheets) or "（没有工作表）"
    return (
        f"找不到封面：应有一张“{COVER_SHEET}”，写明填报单位和报告期；文件里的工作表：{names}。"
        "请用当月空白表填报，或补上封面后再报"
    )


def read_cover(workbook: Workbook, plan: Plan, *, decided: str | None = None) -> Cover:
    """Read the cover.

    Parameters
    ----------
    decided
        Id of the area that it is by a person's decision, whatever is written there.

    Raises
    ------
    FileRefusedError
        If area or month cannot be told: then nobody knows whose figures these are.
    """
    hit = _cover_sheet(workbook)
    if hit is None:
        if workbook.format == "csv" and len(workbook.sheets) == 1:
            raise FileRefusedError(
                "内容是普通文本，不是 Excel 或 WPS 工作簿（只改扩展名不会变成工作簿），里面也找不到填报单位和报告期："
                "请用当月空白表填报，保存为 xlsx 后再报"
            )
        raise FileRefusedError(_no_cover(workbook))
    sheet, found = hit
    (unit, unit_cell), (month, month_cell) = found["unit"], found["period"]
    who = (decided, False) if decided else whose(plan, normal(show(unit)))
    if who is None:
        known = "、".join([area.bureau or area.name for area in plan.areas] + [s.name for s in plan.sections])
        meant = most_like(normal(show(unit)), {area.bureau: normal(area.bureau) for area in plan.areas if area.bureau})
        hint = f"（是不是“{meant}”？）" if meant else ""
        raise FileRefusedError(
            f"{place(sheet.name, unit_cell)} 填报单位“{show(unit)}”不在方案中{hint}。可填：{known}。请改正后再报；"
            "市局确知是谁的，可用 --area 地区 认定"
        )
    period = parse_month(month)
    if period is None:
        raise FileRefusedError(
            f"{place(sheet.name, month_cell)} 报告期“{show(month)}”无法识别：应写成某年某月，例如 2017年6月。"
            "请改正后再报"
        )
    cells = {name: ParsedCell(show(raw) or None, at, raw) for name, (raw, at) in found.items()}
    faults = {}
    for name in [name for name in DAYS if name in cells]:
        raw, day = cells[name].raw, None
        try:
            day = parse_date(_AROUND.sub("", raw.strip()) if isinstance(raw, str) else raw)
        except CellFaultError as fault:
            faults[name] = fault
        cells[name] = cells[name]._replace(value=day)
    return Cover(sheet.name, who[0], who[1], period, cells, faults)
