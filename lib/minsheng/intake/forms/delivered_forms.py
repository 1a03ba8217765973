"""A filled form (考评表, 评定表) or a piece of evidence → the place where the assessment looks for it.

May touch ``data/assessment`` and ``data/evidence`` only. A form that is replaced is kept beside its place, in
``earlier/``; evidence is never replaced: forms name it by its name.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from minsheng.domain.period import Period, PeriodKind, period_typed
from minsheng.domain.plan import Plan
from minsheng.domain.table import COVER_SHEET, CoverField
from minsheng.domain.units import normal
from minsheng.errors import FileRefusedError, UsageError
from minsheng.files.hashing import sha256
from minsheng.files.locks import locked
from minsheng.files.writing import write_durably
from minsheng.intake.forms import layout
from minsheng.intake.forms.county import BONUS_FOLDER
from minsheng.intake.forms.form_store import forms_dir
from minsheng.intake.forms.reading import opened
from minsheng.intake.reading.cover import labelled, whose
from minsheng.intake.spreadsheets.cells import show
from minsheng.intake.spreadsheets.grid import Workbook
from minsheng.intake.spreadsheets.reader import Reader, too_large
from minsheng.privacy.personal_numbers import masked_text

_KEPT, _PUT = 0o444, 0o644

_EARLIER = "earlier"

LARGEST_MIB = 300
"""The largest piece of evidence: more than a scan of many pages needs."""

FormKind = Literal["assessment", "review", "words"]

_COVERS: dict[FormKind, tuple[CoverField, ...]] = {
    "assessment": layout.COVER,
    "review": layout.REVIEW_COVER,
    "words": layout.WORDS_COVER,
}

_NAMES = {"assessment": "考评表", "review": "差异化综合评价表", "words": "月度评定表"}


@dataclass(frozen=True)
class FormCover:
    """What the cover of a form says: whose it is (empty: nobody of the plan) and for when (``None``: no period)."""

    kind: FormKind
    who: str
    period: Period | None
    said: str
    """Whose and when in the cover's own words."""

    def words(self, plan: Plan) -> str:
        """Say what it is."""
        if not self.who or self.period is None:
            return f"{_NAMES[self.kind]}（封面：{self.said}）"
        return f"{plan.owner_name(self.who)}{self.period.label}{_NAMES[self.kind]}"


@dataclass(frozen=True)
class PlacedFile:
    """What became of one file; ``file`` and ``before`` (the form that it replaces) are relative to ``data/``."""

    source: str
    outcome: Literal["new", "replaced", "unchanged", "refused"]
    what: str = ""
    file: str = ""
    before: str = ""
    reason: str = ""


def form_cover(workbook: Workbook, plan: Plan) -> FormCover | None:
    """Return what the cover of a form says; ``None`` for a workbook that is no form."""
    sheet = next((each for each in workbook.sheets if normal(each.name) == normal(COVER_SHEET)), None)
    if sheet is None:
        return None
    for kind, fields in _COVERS.items():
        found, _ = labelled(sheet, fields)
        if {"subject", "period"} <= set(found):
            subject, text = show(found["subject"][0]), show(found["period"][0])
            named = whose(plan, normal(subject))
            try:
                period = period_typed(text)
            except UsageError:
                period = None
            return FormCover(kind, named[0] if named else "", period, f"{subject}，{text}")
    return None


def evidence_bodies(plan: Plan) -> dict[str, str]:
    """Return whose evidence is kept, id → name: those who are assessed."""
    areas = {each.id: each.name for each in plan.assessed_areas}
    return areas | {each.id: each.name for each in plan.assessed_sections}


def evidence_items(plan: Plan, who: str) -> dict[str, str]:
    """Return the items that somebody's evidence is put under, id → name, in the rubric's order."""
    if who in {each.id for each in plan.assessed_sections}:
        return {rule.id: rule.text for group in plan.section_rubric.groups for rule in group.rules}
    return {row.item.id: row.item.name for row in layout.mark_rows(plan, who)} | {BONUS_FOLDER: "加分"}


def evidence_body(plan: Plan, period: Period, who: str | None, asked: str) -> tuple[str, str]:
    """Return id and name of whose evidence of a half-year or year is meant.

    Parameters
    ----------
    who
        As it was typed, empty where nothing was.
    asked
        What somebody who named nobody is asked for, in words.

    Raises
    ------
    UsageError
        If the period is a month, or nobody's evidence is kept under that name.
    """
    if period.kind == PeriodKind.MONTH:
        raise UsageError(f"印证资料按半年（YYYY-H1）、年度（YYYY）放，“{period}”是月份")
    bodies = evidence_bodies(plan)
    found = plan.owner(who).id if who else ""
    if found not in bodies:
        raise UsageError(f"请用 --area 写明{asked}：{'、'.join(bodies.values())}")
    return found, bodies[found]


def place_form(data_dir: Path, plan: Plan, period: Period, source: Path, reader: Reader) -> PlacedFile:
    """Put a filled form where the assessment reads it, by what its cover says; what else is wrong with it is not asked.

    Raises
    ------
    FileRefusedError
        If it is no form of the period, or nobody's.
    """
    if said := too_large(source.stat().st_size):
        raise FileRefusedError(said)
    content = source.read_bytes()
    workbook = opened(reader, content)
    who = _owner(form_cover(workbook, plan), plan, period)
    folder = forms_dir(data_dir, period)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{who}.{workbook.format}"
    what = f"{plan.owner_name(who)}{period.label}{_kind_of(period)}"
    file = target.relative_to(data_dir).as_posix()
    with locked(folder, exclusive=True, waiting=lambda: None):
        there = [each for each in sorted(folder.glob(f"{who}.*")) if each.is_file()]
        if [each.read_bytes() for each in there] == [content]:
            return PlacedFile(source.name, "unchanged", what, there[0].relative_to(data_dir).as_posix())
        before = [_kept(each) for each in there]
        write_durably(target, content, mode=_PUT)
        for each in there:
            if each != target:
                each.unlink()
    kept = "、".join(each.relative_to(data_dir).as_posix() for each in before)
    return PlacedFile(source.name, "replaced" if before else "new", what, file, kept)


def _kind_of(period: Period) -> str:
    return _NAMES["words" if period.kind == PeriodKind.MONTH else "assessment"]


def _owner(cover: FormCover | None, plan: Plan, period: Period) -> str:
    kind = _kind_of(period)
    if cover is None:
        raise FileRefusedError(f"不是{kind}：找不到封面。请用 minsheng template {period} 写出的空白表填")
    if _NAMES[cover.kind] != kind:
        how = f"请用 minsheng receive {period.year} 接收" if cover.kind == "review" else "请换一个报告期"
        raise FileRefusedError(f"这是{cover.words(plan)}，不是{period.label}{kind}：{how}")
    words = cover.kind == "words"
    known = (
        {each.id: each.name for each in plan.sections if layout.word_rows(plan, each.id, period)}
        if words
        else evidence_bodies(plan)
    )
    label = _COVERS[cover.kind][0].label
    if cover.who not in known:
        raise FileRefusedError(f"封面{label}“{cover.said.partition('，')[0]}”不对：可填 {'、'.join(known.values())}")
    if cover.period != period:
        raise FileRefusedError(
            f"封面写的是{cover.period.label if cover.period else cover.said}，不是{period.label}：填错的请改正，"
            f"没有填错的请用 minsheng receive {cover.period or '那一期'} --form 接收"
        )
    return cover.who


def _kept(path: Path) -> Path:
    """Keep a copy of a form that is about to be replaced."""
    content = path.read_bytes()
    kept = path.parent / _EARLIER / f"{path.stem}-{sha256(content)[:12]}{path.suffix}"
    kept.parent.mkdir(exist_ok=True)
    if not kept.is_file():
        write_durably(kept, content, mode=_KEPT)
    return kept


def demand_size(source: Path) -> None:
    """Raise FileRefusedError for a scan or another piece of paper that is empty, or larger than is allowed."""
    size = source.stat().st_size
    if not size:
        raise FileRefusedError(f"{masked_text(source.name)} 是空的（0 字节）：请重要一份")
    if size > LARGEST_MIB * 2**20:
        raise FileRefusedError(
            f"{masked_text(source.name)} 有 {size / 2**20:,.0f} MB，每份不超过 {LARGEST_MIB} MB："
            "请压缩图片、降低扫描的分辨率，或分成几份"
        )


def place_evidence(data_dir: Path, plan: Plan, period: Period, who: str, item: str, source: Path) -> PlacedFile:
    """Put a file under the item of whom it proves something about.

    Raises
    ------
    FileRefusedError
        If another file of its name lies there (a form names it), it is empty or larger than is allowed.
    UsageError
        If nobody's evidence lies under such an item.
    """
    items = evidence_items(plan, who)
    if item not in items:
        known = "、".join(f"{each}（{name[:16]}）" for each, name in items.items())
        raise UsageError(f"{plan.owner_name(who)}没有要放印证资料的小项“{item}”。可写：{known}")
    if masked_text(source.name) != source.name:
        raise FileRefusedError("文件名里有个人号码：请改名再放")
    demand_size(source)
    folder = data_dir / "evidence" / str(period) / who / item
    folder.mkdir(parents=True, exist_ok=True)
    target, content = folder / source.name, source.read_bytes()
    what, file = f"{plan.owner_name(who)} {item} {items[item][:16]}", target.relative_to(data_dir).as_posix()
    with locked(folder, exclusive=True, waiting=lambda: None):
        if target.exists() and target.read_bytes() == content:
            return PlacedFile(source.name, "unchanged", what, file)
        if target.exists():
            raise FileRefusedError(f"data/{file} 已有同名而内容不同的文件，没有替换：请改名再放，考评表里写新的文件名")
        write_durably(target, content, mode=_PUT)
    return PlacedFile(source.name, "new", what, file)
