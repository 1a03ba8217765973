"""Delivered words of a month (评定表) → validated models, or every fault with file, sheet, cell and remedy."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from minsheng.domain.addresses import place
from minsheng.domain.assessment import GivenWord, WordForm
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import COVER_SHEET
from minsheng.domain.units import normal
from minsheng.errors import FileRefusedError
from minsheng.files.hashing import sha256
from minsheng.intake.forms import layout
from minsheng.intake.forms.form_rows import DeliveredForm
from minsheng.intake.forms.reading import opened, read_cover
from minsheng.intake.reading.masking import ALLOWED, mask_workbook
from minsheng.intake.reading.sheets import find_sheets
from minsheng.intake.spreadsheets.reader import Reader


def read_word_forms(
    paths: Sequence[Path], data_dir: Path, plan: Plan, month: Period, faults: list[str]
) -> Mapping[str, WordForm]:
    """Read the forms of a month, by section; their faults are added to those that are there."""
    found: dict[str, WordForm] = {}
    known = {section.id: section.name for section in plan.sections if layout.word_rows(plan, section.id, month)}
    with Reader() as reader:
        for path in paths:
            form = DeliveredForm(path.relative_to(data_dir).as_posix(), data_dir / "evidence")
            if path.stem not in known:
                told = "、".join(f"{name}（{each}）" for each, name in known.items())
                form.fault("", "不是牵头科室的评定表", f"文件名为科室的编号：{told}")
            elif (read := _read(form, path.read_bytes(), plan, path.stem, month, reader)) is not None:
                found[path.stem] = read
            faults += form.faults
    return found


def _read(
    form: DeliveredForm, content: bytes, plan: Plan, section: str, month: Period, reader: Reader
) -> WordForm | None:
    try:
        workbook, personal = mask_workbook(opened(reader, content))
    except FileRefusedError as error:
        form.fault("", str(error), "minsheng template 生成的评定表")
        return None
    for cell in personal:
        form.fault(place(cell.sheet, cell.cell), cell.message, ALLOWED)
    form.sheets = find_sheets(workbook, (layout.WORDS,), COVER_SHEET)
    form.there = "、".join(sheet.name for sheet in workbook.sheets)
    cover = read_cover(form, workbook, plan, section, month, layout.WORDS_COVER)
    if cover.get("assessed_on") is None and not form.faults:
        form.fault(COVER_SHEET, "没有填评定日期", "评定的日期")
    words = tuple(_words(form, plan, section, month))
    if form.faults:
        return None
    return WordForm(section=section, period=month, **cover, file=form.file, sha256=sha256(content), words=words)


def _words(form: DeliveredForm, plan: Plan, section: str, month: Period) -> Iterator[GivenWord]:
    rows = {f"{area}/{indicator}": (area, indicator) for area, indicator in layout.word_rows(plan, section, month)}
    lights = plan.lights.assessed.words if plan.lights.assessed else ()
    words = {normal(each.word): each.word for each in lights}
    allowed = "、".join(words.values())
    seen: set[str] = set()
    for row in form.rows(layout.WORDS):
        key = row.text("key")
        if not row.is_filled("word"):
            if row.is_filled("reason"):
                row.fault("word", f"“{key}”写了理由，却没有选评定", f"{allowed}，或都留空")
            continue
        word = words.get(normal(row.text("word")))
        if key not in rows:
            row.fault("key", f"没有“{key}”这一行", "模板里的编号，不增不改")
        elif key in seen:
            row.fault("key", f"“{key}”填了两次", "每个地区每项指标一行")
        elif word is None:
            row.fault("word", f"没有评定“{row.text('word')}”", allowed)
        else:
            row.demand("reason", "理由", f"“{key}”评定的理由")
            if row.sound:
                area, indicator = rows[key]
                text = row.text("reason")
                yield GivenWord(area=area, indicator=indicator, word=word, reason=text, cell=row.cell("word"))
        seen.add(key)
