"""Whose figures a sheet says that it holds: texts above its header and names in its rows, against the cover."""

import re
from collections.abc import Iterator

from minsheng.domain.area import Area
from minsheng.domain.plan import Plan
from minsheng.domain.table import TableKind
from minsheng.intake.cells import Raw
from minsheng.intake.cover import Cover
from minsheng.intake.findings import Findings
from minsheng.intake.grid import Sheet
from minsheng.intake.table_reading import ParsedTable
from minsheng.intake.units import normal

_MONTH = re.compile(r"(?P<year>20[0-9]{2})年(?:[0-9]{1,2}月?[-—–~至])?(?P<month>[0-9]{1,2})月(?![0-9]{1,2}日)")


def check_whose(parsed: ParsedTable, sheet: Sheet, cover: Cover, plan: Plan, findings: Findings) -> None:
    """Compare what a sheet says about itself with the cover.

    A title of another county or month is often only an old title, so it asks for an explanation; a row that names
    another county holds that county's figures, and blocks.
    """
    if parsed.header is None or cover.is_section:
        return
    own = plan.area(cover.id)
    others = [area for area in plan.areas if area.id != own.id and area.name not in own.name]
    _check_titles(parsed, sheet, cover, own, others, findings)
    if parsed.table.kind == TableKind.FIGURES and not parsed.table.open_rows:
        _check_rows(parsed, sheet, own, others, findings)


def _check_titles(
    parsed: ParsedTable, sheet: Sheet, cover: Cover, own: Area, others: list[Area], findings: Findings
) -> None:
    for row, column, text in _texts(sheet, range(parsed.header.row if parsed.header else 0)):
        said = [area.name for area in others if area.name in text and own.name not in text]
        months = [(int(found["year"]), int(found["month"])) for found in _MONTH.finditer(text)]
        if months and (cover.period.year, cover.period.start.month) not in months:
            said.append(f"{months[0][0]}年{months[0][1]}月")
        if said:
            findings.add(
                "READ-TITLE",
                f"表头上方写的是“{'、'.join(said)}”，封面是“{own.name} {cover.period.label}”",
                allowed=f"与封面一致：{own.name}、{cover.period.label}",
                action="若只是标题没有改，请改正；若数字也是别处或别月的，请换成本单位本月的数；确实无误请说明",
                sheet=sheet.name,
                cell=sheet.address(row, column),
                project=parsed.table.project,
                value="、".join(said),
            )


def _check_rows(parsed: ParsedTable, sheet: Sheet, own: Area, others: list[Area], findings: Findings) -> None:
    names = {normal(name): area.name for area in others for name in (area.name, area.bureau, *area.aliases) if name}
    for row in parsed.rows:
        for column in parsed.header.extra if parsed.header else ():
            name = names.get(normal(sheet.at(row.row, column) or ""))
            if name is not None:
                findings.add(
                    "READ-OWNER",
                    f"这一行写的是“{name}”，封面是“{own.name}”",
                    allowed=f"{own.name}的数",
                    action=f"请填{own.name}的数，或改正行里的名称",
                    sheet=sheet.name,
                    cell=sheet.address(row.row, column),
                    project=row.project or parsed.table.project,
                    value=name,
                )


def _texts(sheet: Sheet, rows: range) -> Iterator[tuple[int, int, str]]:
    for row in rows:
        cells: tuple[Raw, ...] = sheet.rows[row] if row < len(sheet.rows) else ()
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell.strip():
                yield row, column, normal(cell)
