"""Delivered assessment forms (考评表) → validated models: every fault at once, with file, sheet, cell, what is allowed.

The bounds of the template are enforced here too: a form may have been filled in without it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from minsheng.domain.assessment import AssessmentForm, SectionForm
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.table import COVER_SHEET
from minsheng.errors import FileRefusedError
from minsheng.files.hashing import sha256
from minsheng.intake.forms import layout
from minsheng.intake.forms.county import area_marks, bonus_rows, event_rows, veto_rows
from minsheng.intake.forms.form_rows import Faults
from minsheng.intake.forms.form_store import forms_dir
from minsheng.intake.forms.layout import Proposal
from minsheng.intake.forms.section import decision_rows, positive_rows, section_marks
from minsheng.intake.reading.masking import ALLOWED, mask_workbook
from minsheng.intake.spreadsheets.cells import CellFaultError, is_blank, parse_date, show
from minsheng.intake.spreadsheets.grid import Sheet, Workbook
from minsheng.intake.spreadsheets.reader import Reader
from minsheng.intake.spreadsheets.units import normal

BONUS_FOLDER = "bonus"

_YEAR = re.compile(r"(?P<year>[0-9]{4})年?(?P<half>上半年|下半年|-?H1|-?H2)?(?:度)?")

Form = TypeVar("Form", AssessmentForm, SectionForm)


@dataclass(frozen=True)
class Outcome:
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


def read_forms(data_dir: Path, plan: Plan, period: Period, proposals: Mapping[str, Sequence[Proposal]]) -> Outcome:
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
        Section id → the deductions that the system proposes for it: only these can be confirmed or waived.
    """
    areas: dict[str, AssessmentForm] = {}
    sections: dict[str, SectionForm] = {}
    faults: list[str] = []
    assessed = {area.id: area.name for area in plan.assessed_areas}
    offices = {section.id: section.name for section in plan.sections if section.assessed}
    folder = forms_dir(data_dir, period)
    with Reader() as reader:
        for path in sorted(folder.glob("*.*")) if folder.is_dir() else []:
            if path.name.startswith((".", "~$")):
                continue
            file = path.relative_to(data_dir).as_posix()
            own = Faults(file)
            who = path.stem
            if who not in assessed and who not in offices:
                known = "、".join(f"{name}（{key}）" for key, name in {**assessed, **offices}.items())
                own.add("", f"{plan.owner_name(who)}不是考评对象", f"文件名为考评对象的编号：{known}")
                faults += own.found
                continue
            content = path.read_bytes()
            digest = sha256(content)
            try:
                workbook = _opened(reader, content)
            except FileRefusedError as error:
                own.add("", str(error), "minsheng template 生成的 Excel 考评表")
                faults += own.found
                continue
            workbook, personal = mask_workbook(workbook)
            for cell in personal:
                own.add(f"{cell.sheet}!{cell.cell}", cell.message, ALLOWED)
            evidence = data_dir / "evidence" / str(period) / who
            if who in assessed:
                area = _area_form(workbook, plan, who, period, own, evidence, digest)
                areas |= {who: area} if area else {}
            else:
                section = _section_form(workbook, plan, who, period, own, evidence, digest, proposals.get(who, ()))
                sections |= {who: section} if section else {}
            faults += own.found
    return Outcome(areas=areas, sections=sections, faults=tuple(faults))


def _opened(reader: Reader, content: bytes) -> Workbook:
    workbook = reader.read(content)
    if workbook.format == "csv":
        raise FileRefusedError("不是 Excel 工作簿")
    return workbook


def _area_form(
    workbook: Workbook, plan: Plan, area: str, period: Period, faults: Faults, evidence: Path, sha256: str
) -> AssessmentForm | None:
    cover = _read_cover(workbook, plan, area, period, faults)
    marks = area_marks(workbook, plan, faults, evidence)
    events = event_rows(workbook, plan, period, faults)
    bonus = bonus_rows(workbook, faults, evidence / BONUS_FOLDER)
    veto = veto_rows(workbook, plan, faults)
    if faults.found or cover is None:
        return None
    return AssessmentForm(
        area=area,
        period=period,
        assessor=cover.assessor,
        assessed_on=cover.assessed_on,
        file=faults.file,
        sha256=sha256,
        data_label=cover.data_label,
        marks=marks,
        events=tuple(events),
        bonus=tuple(bonus),
        veto=tuple(veto),
    )


def _section_form(
    workbook: Workbook,
    plan: Plan,
    section: str,
    period: Period,
    faults: Faults,
    evidence: Path,
    sha256: str,
    proposals: Sequence[Proposal],
) -> SectionForm | None:
    cover = _read_cover(workbook, plan, section, period, faults)
    marks = section_marks(workbook, plan, section, faults, evidence)
    decisions = decision_rows(workbook, faults, proposals)
    positive = positive_rows(workbook, faults)
    if faults.found or cover is None:
        return None
    return SectionForm(
        section=section,
        period=period,
        assessor=cover.assessor,
        assessed_on=cover.assessed_on,
        file=faults.file,
        sha256=sha256,
        data_label=cover.data_label,
        marks=marks,
        decisions=tuple(decisions),
        positive=tuple(positive),
    )


@dataclass(frozen=True)
class _Cover:
    assessor: str
    assessed_on: date | None
    data_label: str


def _read_cover(workbook: Workbook, plan: Plan, who: str, period: Period, faults: Faults) -> _Cover | None:
    """Read the cover: it must name the body and the period that the file stands for."""
    sheet = next((each for each in workbook.sheets if normal(each.name) == normal(COVER_SHEET)), None)
    if sheet is None:
        faults.add("", f"找不到“{COVER_SHEET}”", f"一张“{COVER_SHEET}”，写明{'、'.join(layout.COVER_LABELS)}")
        return None
    cells = {label: _beside(sheet, label) for label in layout.COVER_LABELS}
    missing = [label for label, place in cells.items() if place is None]
    if missing:
        faults.add(sheet.name, f"缺少{'、'.join(missing)}", "A 列写名称，B 列写内容")
        return None
    at = {label: place for label, place in cells.items() if place is not None}
    texts = {label: _said(sheet, place) for label, place in at.items()}
    where = {label: f"{sheet.name}!{sheet.address(*place)}" for label, place in at.items()}
    subject = _who(plan, texts[layout.SUBJECT])
    if subject != who:
        allowed = f"{plan.owner_name(who)}（与文件名 {who} 一致）"
        faults.add(where[layout.SUBJECT], f"考评对象“{texts[layout.SUBJECT]}”与文件名不符", allowed)
    if _period(texts[layout.PERIOD]) != period:
        allowed = f"{period.label}（与所在文件夹 {period} 一致）"
        faults.add(where[layout.PERIOD], f"考评期“{texts[layout.PERIOD]}”与文件夹不符", allowed)
    if not texts[layout.ASSESSOR]:
        faults.add(where[layout.ASSESSOR], "没有填考评人", "考评人姓名")
    day = None
    try:
        day = parse_date(sheet.at(*at[layout.ASSESSED_ON]))
    except CellFaultError as fault:
        faults.add(where[layout.ASSESSED_ON], fault.message, fault.allowed)
    if day is not None and day < period.start:
        faults.add(where[layout.ASSESSED_ON], f"考评日期 {day} 早于考评期", f"{period.start} 或以后")
    return _Cover(texts[layout.ASSESSOR], day, texts[layout.DATA_LABEL])


def _beside(sheet: Sheet, label: str) -> tuple[int, int] | None:
    """Return where the value of a label stands: the cell to its right."""
    for row in range(len(sheet.rows)):
        if normal(show(sheet.at(row, 0))).rstrip(":") == label:
            return row, 1
    return None


def _said(sheet: Sheet, place: tuple[int, int]) -> str:
    raw = sheet.at(*place)
    return "" if is_blank(raw) else show(raw).strip()


def _period(text: str) -> Period | None:
    match = _YEAR.fullmatch(normal(text))
    if match is None:
        return None
    halves = {None: "", "上半年": "-H1", "下半年": "-H2"}
    half = match["half"]
    suffix = halves.get(half, f"-{half.lstrip('-')}" if half else "")
    found = Period(f"{match['year']}{suffix}")
    return found if found.kind != PeriodKind.MONTH else None


def _who(plan: Plan, name: str) -> str | None:
    wanted = normal(name)
    for area in plan.areas:
        if wanted in {normal(known) for known in (area.id, area.name, area.bureau, *area.aliases)}:
            return area.id
    for section in plan.sections:
        if wanted in {normal(section.id), normal(section.name)}:
            return section.id
    return None
