"""Delivered assessment forms (考评表) → validated models, or every fault with file, sheet, cell and remedy."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minsheng.domain.addresses import place
from minsheng.domain.assessment import AssessmentForm, SectionForm
from minsheng.domain.period import Period, PeriodKind, period_typed
from minsheng.domain.plan import Plan
from minsheng.domain.table import COVER_SHEET, CoverField
from minsheng.domain.units import normal
from minsheng.errors import FileRefusedError, UsageError
from minsheng.files.hashing import sha256
from minsheng.intake.forms import layout
from minsheng.intake.forms.county import area_marks, bonus_rows, event_rows, veto_rows
from minsheng.intake.forms.form_rows import DeliveredForm
from minsheng.intake.forms.form_store import forms_dir
from minsheng.intake.forms.layout import Proposal
from minsheng.intake.forms.section import decision_rows, positive_rows, section_marks
from minsheng.intake.reading.cover import labelled, whose
from minsheng.intake.reading.masking import ALLOWED, mask_workbook
from minsheng.intake.reading.sheets import find_sheets
from minsheng.intake.spreadsheets.cells import CellFaultError, is_blank, parse_date, show
from minsheng.intake.spreadsheets.grid import Workbook
from minsheng.intake.spreadsheets.reader import Reader

_AROUND_YEAR = re.compile("[年度-]")


@dataclass(frozen=True)
class FormsRead:
    """What the forms of a period came to.

    Parameters
    ----------
    areas, sections
        The accepted forms by id.
    faults
        Everything that is wrong with the others, one line each.
    """

    areas: Mapping[str, AssessmentForm]
    sections: Mapping[str, SectionForm]
    faults: tuple[str, ...]


def read_forms(data_dir: Path, plan: Plan, period: Period, proposals: Mapping[str, Sequence[Proposal]]) -> FormsRead:
    """Read every form of a period.

    Parameters
    ----------
    data_dir
        The workspace's ``data`` folder.
    plan
        The plan of the period's year.
    period
        A half-year or a year.
    proposals
        Section id → the deductions that the system proposes for it: these can be confirmed or waived, and what it
        proposed when the form was written.
    """
    read: dict[str, AssessmentForm | SectionForm] = {}
    faults: list[str] = []
    assessed = [area.id for area in plan.assessed_areas] + [each.id for each in plan.assessed_sections]
    folder = forms_dir(data_dir, period)
    with Reader() as reader:
        for path in sorted(folder.glob("*.*")) if folder.is_dir() else []:
            if path.name.startswith((".", "~$")):
                continue
            who = path.stem
            form = DeliveredForm(path.relative_to(data_dir).as_posix(), data_dir / "evidence" / str(period) / who)
            if who not in assessed:
                known = "、".join(f"{plan.owner_name(each)}（{each}）" for each in assessed)
                form.fault("", f"{plan.owner_name(who)}不是考评对象", f"文件名为考评对象的编号：{known}")
            else:
                content = path.read_bytes()
                try:
                    workbook = opened(reader, content)
                except FileRefusedError as error:
                    form.fault("", str(error), "minsheng template 生成的 Excel 考评表")
                else:
                    found = _read_form(form, workbook, plan, who, period, proposals.get(who, ()))
                    if not form.faults:
                        read[who] = found.model_copy(update={"file": form.file, "sha256": sha256(content)})
            faults += form.faults
    return FormsRead(
        areas={who: found for who, found in read.items() if isinstance(found, AssessmentForm)},
        sections={who: found for who, found in read.items() if isinstance(found, SectionForm)},
        faults=tuple(faults),
    )


def opened(reader: Reader, content: bytes) -> Workbook:
    """Read a form's file; FileRefusedError if it is no workbook."""
    workbook = reader.read(content)
    if workbook.format == "csv":
        raise FileRefusedError("不是 Excel 工作簿")
    return workbook


def _read_form(
    form: DeliveredForm, workbook: Workbook, plan: Plan, who: str, period: Period, proposals: Sequence[Proposal]
) -> AssessmentForm | SectionForm:
    """Read what could be read; only a form without faults is one."""
    workbook, personal = mask_workbook(workbook)
    for cell in personal:
        form.fault(place(cell.sheet, cell.cell), cell.message, ALLOWED)
    is_area = who in {area.id for area in plan.areas}
    tables = layout.area_form(plan) if is_area else layout.SECTION_FORM
    form.sheets = find_sheets(workbook, tables, COVER_SHEET)
    form.there = "、".join(sheet.name for sheet in workbook.sheets)
    cover = read_cover(form, workbook, plan, who, period)
    if is_area:
        return AssessmentForm(
            area=who,
            period=period,
            **cover,
            marks=area_marks(form, plan, who),
            events=tuple(event_rows(form, plan, period)),
            bonus=tuple(bonus_rows(form, plan)),
            veto=tuple(veto_rows(form, plan)),
        )
    return SectionForm(
        section=who,
        period=period,
        **cover,
        marks=section_marks(form, plan, who),
        decisions=tuple(decision_rows(form, plan, period, proposals)),
        positive=tuple(positive_rows(form)),
    )


def _is_period(text: str, period: Period) -> bool:
    """Whether a text names a period, as the template or as somebody writes it."""
    if period.kind == PeriodKind.MONTH:
        try:
            return period_typed(text) == period
        except UsageError:
            return False
    halves = normal(text).replace("上半年", "H1").replace("下半年", "H2")
    return _AROUND_YEAR.sub("", halves) == _AROUND_YEAR.sub("", str(period))


def read_cover(
    form: DeliveredForm,
    workbook: Workbook,
    plan: Plan,
    who: str,
    period: Period,
    fields: Sequence[CoverField] = layout.COVER,
) -> dict[str, Any]:
    """Read the cover: it must name the body and the period that the file stands for."""
    labels = {each.id: each.label for each in fields}
    said: dict[str, Any] = {"assessor": ""}
    sheet = next((each for each in workbook.sheets if normal(each.name) == normal(COVER_SHEET)), None)
    if sheet is None:
        form.fault("", f"找不到“{COVER_SHEET}”", f"一张“{COVER_SHEET}”，写明{'、'.join(labels.values())}")
        return said
    found, blank = labelled(sheet, fields)
    found = {**{name: (None, cell) for name, cell in blank.items()}, **found}
    missing = [each.label for each in fields if each.required and each.id not in found]
    if missing:
        form.fault(sheet.name, f"缺少{'、'.join(missing)}", "A 列写名称，B 列写内容")
        return said

    def fault(name: str, message: str, allowed: str) -> None:
        form.fault(place(sheet.name, found[name][1]), message, allowed)

    texts = {name: "" if is_blank(raw) else show(raw).strip() for name, (raw, _) in found.items()}
    named = whose(plan, normal(texts["subject"]))
    if named is None or named[0] != who:
        fault(
            "subject",
            f"{labels['subject']}“{texts['subject']}”与文件名不符",
            f"{plan.owner_name(who)}（与文件名 {who} 一致）",
        )
    # 2017年上半年, 2017-H1, 2017年度.
    if not _is_period(texts["period"], period):
        allowed = f"{period.label}（与所在文件夹 {period} 一致）"
        fault("period", f"{labels['period']}“{texts['period']}”与文件夹不符", allowed)
    if not texts["assessor"]:
        fault("assessor", f"没有填{labels['assessor']}", f"{labels['assessor']}姓名")
    try:
        day = parse_date(found["assessed_on"][0]) if "assessed_on" in found else None
    except CellFaultError as error:
        day = None
        fault("assessed_on", error.message, error.allowed)
    if day is not None and day < period.start:
        fault("assessed_on", f"{labels['assessed_on']} {day} 早于{labels['period']}", f"{period.start} 或以后")
    return {"assessor": texts["assessor"], "assessed_on": day, "data_label": texts.get("data_label", "")}
