"""Numbers in 工作情况 beside those of the tables: what names an indicator and differs beyond rounding is told.

A text is free, so this is a note and never a fault. It speaks only where a number stands right behind the name of an
indicator, or of what a ratio is made of, in its unit, with nothing in front of the name that would make it another
figure: a part of it, another area's, another month's, a target. Where a name may mean two figures, one that agrees is
enough.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from minsheng.domain.delivery import NARRATIVE_RULE, AcceptedReturn, Issue, Severity
from minsheng.domain.indicator import Indicator, MilestoneMeasure, RatioMeasure, StatedMeasure, SumMeasure
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import TableKind
from minsheng.domain.units import dimension, normal
from minsheng.intake.reading.parsing import ParsedReturn
from minsheng.measure.completion import completion_of
from minsheng.measure.fields import sum_of, unit_of
from minsheng.measure.measurement import Parts, actual_of, parts_of, target_of

_NUMBER = re.compile(
    r"(?<![\d.A-Za-z〔\[(第])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<more>多|余)?"
    r"(?P<unit>个?百分点|%|‰|[十百千万亿]*[^\W\d_](?:次|[·/][^\W\d_](?:[·/][^\W\d_])?)?)?"
    r"(?P<after>左右|以上|以下|以内)?(?P<next>的|[-~—至])?"
)

_SENTENCE = re.compile(r"[。；！？\n;!?]")

_CLAUSE = re.compile(r"[，、,()“”]")

_RANGE = tuple("-~—至/")

_LEADING = re.compile("^(?:累计|本月|当月|其中)")

_BEHIND = re.compile(
    r"(?:[:的了]|约|近|超过?|逾|大约|不足|将近|已经?|只|仅|共计?|合计|总计|累计|达到?|到|为|是|有|完成|实现|实际|"
    r"升至|升到|降至|降到|人数|数量|完成率)+$"
)
"""Between a name and its number."""

_ABOUT = re.compile("(?:约|近|超过?|逾|不足)[^，]{0,3}$")

_IN_FRONT = (
    r"截[至止]到?|[至到]|目前|\d+年|\d+月(?:份|底|末)?|\d+日|\d+[-至到~—]+|今年|本年|年?初?以来|上半年|全年|[我本该全]?[县区]|"
    "辖区|市本级|累计|共计?|合计|总计|已经?|完成|建成|新建|建设|提供|实现|开展|年度|限额|政策|范围|以?内|住院|重点|救助|城乡|"
    "困难群众|对象|[的总额为:]"
)
"""What may stand in front of a name: anything else (民办, 陵江镇, 全市, 目标, 差) makes it another figure."""

_TIME = re.compile(
    r"(?P<other>(?:上|下|本|当|这)个?(?:月|季度?|旬|周)|[一二三四1-4]季度|[上下]半年|年底|去年|上年|同期)|(?P<year>\d{4})年|"
    r"(?P<to>1月?[至到~—-]{1,2}|截[至止]到?|[至到])?(?P<month>\d{1,2}|十[一二]?|[一二三四五六七八九])月"
)

_HAN_MONTHS = {**{han: number for number, han in enumerate("一二三四五六七八九十", 1)}, "十一": 11, "十二": 12}

_COMPLETION = re.compile(r"(?:占|完成)[^，。；]{0,12}(?:任务|目标)[^，。；]{0,10}$")

_LEAST = 4
"""Characters of a name that must stand in front of a number."""


@dataclass(frozen=True)
class _KnownFigure:
    """A figure that texts speak about."""

    label: str
    names: tuple[str, ...]
    whole: bool
    """Whether a name counts only from its beginning: 养老床位 is neither 新增床位 nor 维修改造床位."""
    value: Fraction | None
    """``None`` where its cells could not be read: whatever may mean it is passed over."""
    unit: str
    decimals: int
    indicator: Indicator | None = None
    """``None`` for what an indicator is made of."""


class _Written(NamedTuple):
    """A figure as it would have to be written in a number's unit."""

    label: str
    value: Fraction
    text: str


def narrative_notes(plan: Plan, parsed: ParsedReturn, read: AcceptedReturn) -> Iterator[Issue]:
    """Yield a note per number of a return's narratives that differs from its tables.

    Parameters
    ----------
    plan
        Indicators and their targets.
    parsed
        The return as it was read; a section has no table, and what it writes is about the whole city.
    read
        Every figure that could be read, whether it is used or not.
    """
    plans = {part.id for part in plan.reporting.parts if part.role == "plans"}
    reader = _TextReader(plan, parsed.cover.id, parsed.cover.period) if not parsed.cover.is_section else None
    cells = {
        (row.project, part): (row.sheet, cell.cell)
        for table in parsed.tables.values()
        if table.table.kind == TableKind.NARRATIVE
        for row in table.rows
        for part, cell in row.cells.items()
    }
    for project, parts in parsed.narratives.items() if reader else ():
        known = list(reader.known(project, read)) if reader else []
        others = _other_names(plan, project) - {_plain(name) for each in known for name in each.names}
        for part, text in parts.items():
            if reader and known and part not in plans:
                for excerpt, found in reader.differing(text, known, others):
                    yield _note(project, cells.get((project, part), ("", "")), excerpt, found)


def _note(project: str, at: tuple[str, str], excerpt: str, found: Sequence[_Written]) -> Issue:
    computed = "，".join(f"“{label}”是 {text}" for label, _, text in found)
    return Issue(
        rule=NARRATIVE_RULE,
        severity=Severity.INFO,
        project=project,
        sheet=at[0],
        cell=at[1],
        value=excerpt,
        message=f"文字写“{excerpt}”，按表中的数{computed}",
        allowed="与表中的数一致（四舍五入除外）",
        action="请核对：文字有误的改文字，表有误的改表；口径不同的写明口径",
        basis="五个方面与报表的数同一口径",
    )


def _other_names(plan: Plan, project: str) -> frozenset[str]:
    """Return the names of columns that no indicator of a project reads: 新增公办床位 is not 新增床位."""
    read = {field.rsplit(".", 1)[-1] for each in plan.indicators_of(project) for field in _fields(each)}
    tables = [table for table in plan.tables if table.project == project]
    return frozenset(_plain(column.label) for table in tables for column in table.columns if column.id not in read)


def _fields(indicator: Indicator) -> tuple[str, ...]:
    match indicator.measure:
        case RatioMeasure(numerator=above, denominator=below):
            return (*above, *below)
        case SumMeasure(fields=fields):
            return fields
        case StatedMeasure(field=field):
            return (field,)
        case MilestoneMeasure():
            return ()


class _TextReader:
    """Compares the texts of one owner's return with its figures."""

    def __init__(self, plan: Plan, owner: str, period: Period) -> None:
        self._plan = plan
        self._owner = owner
        self._period = period
        mine = plan.area(owner)
        names = "|".join(map(re.escape, (mine.name, *mine.aliases)))
        self._in_front = re.compile(f"(?:{_IN_FRONT}|{names})*")
        self._whole = plan.whole
        self._elsewhere = tuple(name for area in plan.areas if area.id != owner for name in (area.name, *area.aliases))

    def known(self, project: str, read: AcceptedReturn) -> Iterator[_KnownFigure]:
        """Yield what is known of a project's indicators: each figure, and the sums that a ratio is made of."""
        sums: list[_KnownFigure] = []
        for indicator in self._plan.indicators_of(project):
            measure = indicator.measure
            if isinstance(measure, MilestoneMeasure) or self._owner not in indicator.targets:
                continue
            parts = parts_of(self._plan, indicator, read)
            actual = actual_of(indicator, parts) if isinstance(parts, Parts) else None
            also = [measure.label] if isinstance(measure, SumMeasure | StatedMeasure) else []
            names = (indicator.name, indicator.short_name, *also)
            whole = isinstance(measure, SumMeasure)
            yield _KnownFigure(
                indicator.short_name, names, whole, actual, indicator.unit, indicator.decimals, indicator
            )
            if isinstance(measure, RatioMeasure):
                above = (measure.numerator_label, measure.numerator)
                for label, fields in (above, (measure.denominator_label, measure.denominator)):
                    total, unit = sum_of(self._plan, read, fields).total, unit_of(self._plan, fields)
                    sums.append(_KnownFigure(label, (label,), whole=True, value=total, unit=unit, decimals=2))
        # What is called alike for town and country may be written for both together.
        counted = Counter(each.label for each in sums)
        yield from (each for each in sums if counted[each.label] == 1)

    def differing(
        self, text: str, known: Sequence[_KnownFigure], others: frozenset[str]
    ) -> Iterator[tuple[str, list[_Written]]]:
        """Yield what stands in a text and the figures that it may mean, where it agrees with none of them."""
        flat = re.sub(r"\s*([^\S\n]|\u200b)\s*", "", unicodedata.normalize("NFKC", text))
        for sentence in _SENTENCE.split(flat):
            last: list[_KnownFigure] = []
            for match in _NUMBER.finditer(sentence):
                before = sentence[: match.start()]
                clause = _CLAUSE.split(before)[-1]
                if match["next"] or before.endswith(_RANGE) or "分别" in clause:
                    continue
                if match["unit"] == "%" and last and _COMPLETION.search(clause):
                    meant = last
                else:
                    meant = self._meant(clause, known, others)
                    if not meant or self._of_another(before):
                        continue
                last = meant if len(meant) == 1 else []
                figures = [each for each in (self._written(one, match) for one in meant) if each]
                if any(each.value is None for each in meant):
                    continue
                about = bool(match["more"] or match["after"] or _ABOUT.search(clause))
                if figures and not any(_agrees(match, each, about=about) for each in figures):
                    yield f"{clause}{match[0]}", figures

    def _meant(self, clause: str, known: Sequence[_KnownFigure], others: frozenset[str]) -> list[_KnownFigure]:
        """Return the figures whose name a clause ends with, where nothing in front makes it another figure."""
        head = _BEHIND.sub("", clause)
        lengths = [_named(head, each) for each in known]
        longest = max(lengths)
        if not longest or any(head.endswith(name) and len(name) >= longest for name in others):
            return []
        if not self._in_front.fullmatch(head[: len(head) - longest]):
            return []
        return [each for each, length in zip(known, lengths, strict=True) if length == longest]

    def _of_another(self, before: str) -> bool:
        """Whether a number is another area's, or not of this year up to the month's end."""
        if self._whole in before or any(name in before for name in self._elsewhere):
            return True
        times = list(_TIME.finditer(before))
        if not times:
            return False
        last = times[-1]
        if last["year"]:
            return int(last["year"]) != self._period.year
        # 6月新增……，累计……: what is cumulative is named again.
        monthly = "累计" not in before[last.end() :]
        if last["month"]:
            month = int(last["month"]) if last["month"].isdigit() else _HAN_MONTHS[last["month"]]
            return month != self._period.last_month or (not last["to"] and monthly)
        return monthly or not last["other"].endswith(("月", "旬", "周"))

    def _written(self, known: _KnownFigure, match: re.Match[str]) -> _Written | None:
        """Return a figure as it is written in a number's unit; ``None`` where that measures something else."""
        unit, own = match["unit"] or "", normal(known.unit)
        if known.value is None:
            return None
        if unit == "%" != own:
            return self._completion(known)
        if unit != own and len(own) > len(unit) > 0 and match.string.startswith(own, match.start("unit")):
            unit = own
        mine, theirs = ((own, Decimal(1)),) * 2 if unit == own else (dimension(known.unit), dimension(unit))
        if not unit or mine is None or theirs is None or mine[0] != theirs[0] or ("次" in unit) != ("次" in own):
            return None
        value = known.value * Fraction(mine[1]) / Fraction(theirs[1])
        return _Written(known.label, value, f"{_text(value, known.decimals if unit == own != '%' else 4)}{unit}")

    def _completion(self, known: _KnownFigure) -> _Written | None:
        if known.indicator is None or known.value is None:
            return None
        target = target_of(self._plan, known.indicator, self._owner, self._period)
        if target is None or not target.value:
            return None
        done = completion_of(self._plan, known.indicator, known.value, target) * 100
        return _Written(f"{known.label}完成率", done, f"{_text(done, 4)}%")


def _plain(name: str) -> str:
    """Return a name as texts use it: 新增床位, not 累计新增床位."""
    return _LEADING.sub("", normal(name))


def _named(head: str, known: _KnownFigure) -> int:
    """Return how many last characters of a text name a figure; 0 where too few do to mean it."""
    tails = [(_tail(head, name), len(name)) for name in map(_plain, known.names)]
    if known.whole:
        return max((length for (length, left), _ in tails if not left and length >= _LEAST), default=0)
    enough = any(length >= _LEAST and length * 2 >= size for (length, _), size in tails)
    return max(length for (length, _), _ in tails) if enough else 0


def _tail(head: str, name: str) -> tuple[int, int]:
    """Return how many last characters of a text are those of a name, in order, and how much of the name is left.

    It must end as the name ends; further in front, words of the name may be left out.
    """
    length, left = 0, len(name)
    for char in reversed(head):
        place = name.rfind(char, 0, left)
        if place < 0 or (length < 2 and place != left - 1):
            break
        length, left = length + 1, place
    return length, left


def _agrees(match: re.Match[str], figure: _Written, *, about: bool) -> bool:
    """Whether a number is a figure, rounded or cut off to as many digits as it is written with."""
    number = match["number"].replace(",", "")
    places = len(number.partition(".")[2])
    if about and not places:
        places = len(number.rstrip("0")) - len(number)
    return abs(Fraction(number) - figure.value) < Fraction(10) ** -places


def _text(value: Fraction, places: int) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
