"""差异化综合评价表: a county's judgement of the bureau, received, kept with its register, and read.

May touch ``data/reviews`` and the evidence of the rubric's item that taking part is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from minsheng.domain.assessment import ReviewForm, ReviewMark
from minsheng.domain.delivery import Delivery
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import Review
from minsheng.domain.table import COVER_SHEET
from minsheng.domain.units import normal
from minsheng.errors import FileRefusedError
from minsheng.files.chained import TRACE_COLUMNS, append_line, bureau_clock, recorded_in
from minsheng.files.hashing import sha256
from minsheng.files.locks import locked
from minsheng.files.registers import read_lines
from minsheng.files.writing import write_durably
from minsheng.intake.forms import layout
from minsheng.intake.forms.form_rows import DeliveredForm
from minsheng.intake.forms.reading import read_cover
from minsheng.intake.reading.cover import labelled, whose
from minsheng.intake.reading.masking import ALLOWED, mask_workbook
from minsheng.intake.reading.sheets import find_sheets
from minsheng.intake.returns.store import RECEIVED, REGISTER_COLUMNS
from minsheng.intake.spreadsheets.cells import show
from minsheng.intake.spreadsheets.grid import Workbook
from minsheng.intake.spreadsheets.reader import Reader, too_large

_READ_ONLY = 0o444


@dataclass(frozen=True)
class ReceivedReview:
    """What became of one file: whose it is, its line in the register, or every fault."""

    source: str
    outcome: Literal["new", "revision", "unchanged", "refused"]
    area: str = ""
    line: Delivery | None = None
    form: ReviewForm | None = None
    faults: tuple[str, ...] = ()
    kept: str = ""
    """Where a refused file was kept, relative to ``data/``."""


def reviews_dir(data_dir: Path, period: Period) -> Path:
    """Return the folder of a year's reviews as delivered."""
    return data_dir / "reviews" / str(period)


def reviews_register_path(data_dir: Path) -> Path:
    """Return the register of reviews."""
    return data_dir / "reviews" / "register.csv"


def read_reviews(data_dir: Path, period: Period) -> dict[str, Delivery]:
    """Return the newest line of each county's review in a year.

    Raises
    ------
    FileRefusedError
        If a line is damaged: the register is evidence, nothing of it is skipped.
    """

    def delivery(line: dict[str, str]) -> Delivery:
        cells = {name: line[name] for name in REGISTER_COLUMNS}
        return Delivery.model_validate({**cells, "period": Period(line["period"]), **dict(recorded_in(line))})

    lines = read_lines(reviews_register_path(data_dir), REGISTER_COLUMNS, delivery, later=TRACE_COLUMNS)
    mine = sorted((line for line in lines if line.period == period), key=lambda line: line.revision)
    return {line.id: line for line in mine}


def receive_review(
    data_dir: Path, plan: Plan, review: Review, period: Period, path: Path, reader: Reader, *, at: datetime, sender: str
) -> ReceivedReview:
    """Register one file as it came, as a county's new revision; a faulty one is kept apart and registered nowhere."""
    if fault := too_large(path.stat().st_size):
        return ReceivedReview(path.name, "refused", faults=(fault,))
    content = path.read_bytes()
    area, form, faults = _read(content, plan, review, period, reader, path.name)
    if form is None:
        kept = reviews_dir(data_dir, period) / "refused" / f"{sha256(content)[:12]}{path.suffix}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        if not kept.is_file():
            write_durably(kept, content, mode=_READ_ONLY)
        return ReceivedReview(
            path.name, "refused", area, faults=tuple(faults), kept=kept.relative_to(data_dir).as_posix()
        )
    folder = reviews_dir(data_dir, period)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(reviews_register_path(data_dir).parent, exclusive=True, waiting=lambda: None):
        before = read_reviews(data_dir, period).get(area)
        if before is not None and before.sha256 == sha256(content):
            return ReceivedReview(path.name, "unchanged", area, before, form)
        revision = before.revision + 1 if before else 1
        name = f"{area}{f'.r{revision}' if before else ''}{path.suffix}"
        write_durably(folder / name, content, mode=_READ_ONLY)
        # What proves that the county took part lies where the assessor names it.
        proof = data_dir / "evidence" / str(period) / area / review.rubric_item / f"{layout.REVIEW_PROOF}{name}"
        proof.parent.mkdir(parents=True, exist_ok=True)
        write_durably(proof, content, mode=_READ_ONLY)
        line = Delivery(
            period=period,
            id=area,
            revision=revision,
            file=(folder / name).relative_to(data_dir).as_posix(),
            sha256=sha256(content),
            received_at=at,
            sender=sender or plan.area(area).bureau,
            recorded_at=bureau_clock(),
        )
        fields = line.model_dump(mode="json")
        append_line(
            reviews_register_path(data_dir),
            REGISTER_COLUMNS,
            [fields[column] for column in REGISTER_COLUMNS],
            recorded_at=line.recorded_at or bureau_clock(),
            event=RECEIVED,
        )
    return ReceivedReview(path.name, "revision" if before else "new", area, line, form)


def registered_reviews(data_dir: Path, plan: Plan, review: Review, period: Period) -> dict[str, ReviewForm]:
    """Read each county's current review again; what was registered has no faults."""
    found = {}
    with Reader() as reader:
        for area, line in read_reviews(data_dir, period).items():
            content = (data_dir / line.file).read_bytes()
            form = _read(content, plan, review, period, reader, line.file)[1]
            if form is not None:
                found[area] = form
    return found


def _read(
    content: bytes, plan: Plan, review: Review, period: Period, reader: Reader, name: str
) -> tuple[str, ReviewForm | None, list[str]]:
    form = DeliveredForm(name, Path())
    try:
        workbook = reader.read(content)
    except FileRefusedError as error:
        form.fault("", str(error), "minsheng template 生成的 Excel 评价表")
        return "", None, form.faults
    workbook, personal = mask_workbook(workbook)
    for cell in personal:
        form.fault(f"{cell.sheet}!{cell.cell}", cell.message, ALLOWED)
    area = _whose(plan, workbook)
    if not area:
        known = "、".join(each.name for each in plan.assessed_at(period))
        form.fault(COVER_SHEET, "看不出是哪个县区的评价表", f"{layout.REVIEW_COVER[0].label}为 {known} 之一")
        return "", None, form.faults
    form.sheets = find_sheets(workbook, (layout.REVIEW,), COVER_SHEET)
    form.there = "、".join(sheet.name for sheet in workbook.sheets)
    cover = read_cover(form, workbook, plan, area, period, layout.REVIEW_COVER)
    marks = _marks(form, plan, review)
    found = None if form.faults else ReviewForm(area=area, period=period, **cover, marks=marks)
    return area, found, form.faults


def _whose(plan: Plan, workbook: Workbook) -> str:
    sheet = next((each for each in workbook.sheets if normal(each.name) == normal(COVER_SHEET)), None)
    found = labelled(sheet, layout.REVIEW_COVER)[0] if sheet else {}
    named = whose(plan, normal(show(found["subject"][0]))) if "subject" in found else None
    return named[0] if named and named[0] in {each.id for each in plan.assessed_areas} else ""


def _marks(form: DeliveredForm, plan: Plan, review: Review) -> dict[str, dict[str, ReviewMark]]:
    """Read every mark: each section and thing once, within its full marks."""
    items = {each.id: each for each in review.items}
    wanted = [f"{section.id}/{item}" for section in plan.assessed_sections for item in items]
    found: dict[str, dict[str, ReviewMark]] = {}
    seen: set[str] = set()
    for row in form.rows(layout.REVIEW):
        key = row.text("key")
        if key not in wanted or key in seen:
            row.fault("key", f"编号“{key}”不对或重复", "、".join(wanted))
            continue
        seen.add(key)
        section, _, item = key.partition("/")
        row.demand("points", "给分", f"0 至 {items[item].full_marks} 分")
        points = row.number("points")
        if points is not None and points > items[item].full_marks:
            row.fault("points", f"给分 {points}，超过满分", f"0 至 {items[item].full_marks} 分")
        if row.sound and points is not None:
            found.setdefault(section, {})[item] = ReviewMark(points=points, reason=row.text("reason"))
    if form.sheets.get(layout.REVIEW.id) is not None and (missing := [key for key in wanted if key not in seen]):
        form.fault(layout.REVIEW.sheet, f"缺少 {'、'.join(missing)}", "每个科室每项内容一行")
    return found


def undifferentiated_reviews(plan: Plan, forms: Mapping[str, ReviewForm]) -> list[str]:
    """Return the names of the counties that gave every section the same (无差异化)."""
    return [plan.area_name(area) for area, form in forms.items() if form.is_undifferentiated]
