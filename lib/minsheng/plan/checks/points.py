"""评分细则's numbers and words: prices, caps and bounds that nobody means, words that no form can hold."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from minsheng.domain.base import plain
from minsheng.domain.item_rules import CountedRule, EventsRule, QualitativeRule
from minsheng.domain.rubric import CountyRubric, EventDeduction, RubricGroup, RubricItem, SectionRubric
from minsheng.domain.table import BLANK_MARKS, CellType, Table
from minsheng.domain.units import comparable, normal
from minsheng.plan.checks.identifiers import YamlPlace, demand_unique
from minsheng.plan.checks.rubrics import rubric_items
from minsheng.plan.plan_files import PlanFiles
from minsheng.plan.strict_yaml import YamlPath

_COUNTY, _SECTION = "rubric_county", "rubric_section"


def check(files: PlanFiles) -> None:
    """Note numbers of the rubrics that are out of their bounds, and words that mean two things or nothing."""
    county = files.whole(_COUNTY, CountyRubric)
    if county is not None:
        _county(files, county)
    section = files.whole(_SECTION, SectionRubric)
    if section is not None:
        _section(files, section)
    for stem, table in files.tables.items():
        if isinstance(table, Table):
            _labels(files, f"tables/{stem}", table)


def _positive(files: PlanFiles, name: str, path: YamlPath, what: str, value: Decimal | None) -> None:
    if value is not None and value <= 0:
        files.fault(name, path, f"{what}为 {plain(value)}", "大于 0")


def _not_negative(files: PlanFiles, name: str, path: YamlPath, what: str, value: Decimal | None) -> None:
    if value is not None and value < 0:
        files.fault(name, path, f"{what}为 {plain(value)}", "0 或正数；null 为不设")


def _county(files: PlanFiles, rubric: CountyRubric) -> None:
    _positive(files, _COUNTY, ("total",), "总分（total）", rubric.total)
    _positive(files, _COUNTY, ("conversion_factor",), "折算系数（conversion_factor）", rubric.conversion_factor)
    _not_negative(files, _COUNTY, ("bonus", "cap"), "加分上限（bonus.cap）", rubric.bonus.cap)
    sound = files.is_whole(_COUNTY, ("total",))
    if sound and rubric.total_floor > rubric.total:
        message = f"总分下限（total_floor）{plain(rubric.total_floor)} 高于总分 {plain(rubric.total)}"
        files.fault(_COUNTY, ("total_floor",), message, f"不高于 {plain(rubric.total)}")
    for n, grade in enumerate(rubric.grades):
        if sound and grade.lower > rubric.total:
            message = f"等次“{grade.word}”下限 {plain(grade.lower)} 高于总分 {plain(rubric.total)}"
            files.fault(_COUNTY, ("grades", n, "lower"), message, f"不高于 {plain(rubric.total)}")
    if rubric.total_cap is not None and rubric.total_cap < max(rubric.total_floor, Decimal(0)):
        message = f"总分上限（total_cap）{plain(rubric.total_cap)} 低于总分下限 {plain(rubric.total_floor)}"
        files.fault(_COUNTY, ("total_cap",), message, f"不低于 {plain(rubric.total_floor)}")
    _bounded(files, (), "扣分合计", rubric.deductions_floor, rubric.deductions_cap, "deductions_")
    _bounded(files, ("bonus",), "加分合计", rubric.bonus.floor, rubric.bonus.cap)
    for n, event in enumerate(rubric.deductions):
        _event(files, ("deductions", n), event)
    for n, kind in enumerate(rubric.bonus.kinds):
        path = ("bonus", "kinds", n)
        _positive(files, _COUNTY, (*path, "points"), f"“{kind.name}”每次加分", kind.points)
        _bounded(files, path, f"“{kind.name}”", kind.floor, kind.cap)
    _words(files, [(event.name, (_COUNTY, ("deductions", n, "name"))) for n, event in enumerate(rubric.deductions)])
    _words(files, [(kind.name, (_COUNTY, ("bonus", "kinds", n, "name"))) for n, kind in enumerate(rubric.bonus.kinds)])
    ids = [(kind.id, (_COUNTY, ("bonus", "kinds", n, "id"))) for n, kind in enumerate(rubric.bonus.kinds)]
    demand_unique(files, ids, "id")
    _words(files, [(word, (_COUNTY, ("veto", n))) for n, word in enumerate(rubric.veto)])
    for path, item in rubric_items(rubric):
        _words(files, [(word, (_COUNTY, (*path, "veto", n))) for n, word in enumerate(item.veto)])
        _item(files, (*path, "rule"), item)
    _part_sums(files, rubric)
    _lifted(files, rubric)


def _lifted(files: PlanFiles, rubric: CountyRubric) -> None:
    """Note items beside the full marks of which the plan does not say how far they lift a part, or the total."""
    adding = {g: [i.name for i in group.leaves if i.extra and i.full_marks > 0] for g, group in _by_id(rubric).items()}
    if not rubric.parts and any(adding.values()) and not files.stands(_COUNTY, ("total_cap",)):
        names = "、".join(name for some in adding.values() for name in some)
        message = f"“{names}”在满分之外加分，没有写总分最高几分"
        files.fault(_COUNTY, ("total",), message, f"total_cap: {plain(rubric.total)}，或更高的数；不封顶写 null")
    for n, part in enumerate(rubric.parts):
        marks = sum((_by_id(rubric)[group].full_marks for group in part.groups if group in adding), Decimal(0))
        names = "、".join(name for group in part.groups for name in adding.get(group, ()))
        if names and not files.stands(_COUNTY, ("parts", n, "cap")):
            message = f"“{names}”在满分之外加分，没有写“{part.name}”最多计几分"
            allowed = f"cap: {plain(marks)}（各大项的满分），或更高的数；不封顶写 null"
            files.fault(_COUNTY, ("parts", n), message, allowed)
        elif part.cap is not None and part.cap < marks:
            message = f"“{part.name}”最多计 {plain(part.cap)} 分，低于各大项的满分 {plain(marks)} 分"
            files.fault(_COUNTY, ("parts", n, "cap"), message, f"不低于 {plain(marks)}")


def _by_id(rubric: CountyRubric) -> dict[str, RubricGroup]:
    return {group.id: group for group in rubric.groups}


def _event(files: PlanFiles, path: YamlPath, event: EventDeduction) -> None:
    _positive(files, _COUNTY, (*path, "points"), f"“{event.name}”每次扣分", event.points)
    _bounded(files, path, f"“{event.name}”", event.floor, event.cap)
    for key in ("at_least", "at_most"):
        value = getattr(event, key)
        _not_negative(files, _COUNTY, (*path, key), f"“{event.name}”的 {key}", value)
        if value is not None and event.points is not None:
            message = f"“{event.name}”每次扣 {plain(event.points)} 分，不由考评人定"
            files.fault(_COUNTY, (*path, key), message, "points: null，或不写 at_least、at_most")
    if event.at_least is not None and event.at_most is not None and event.at_least > event.at_most:
        message = f"“{event.name}”至少 {plain(event.at_least)}、至多 {plain(event.at_most)}，不成范围"
        files.fault(_COUNTY, (*path, "at_least"), message, "at_least ≤ at_most")


def _bounded(
    files: PlanFiles, path: YamlPath, what: str, floor: Decimal | None, cap: Decimal | None, prefix: str = ""
) -> None:
    """Note a cap or a floor below zero, and a floor above its cap."""
    if path != ("bonus",):
        _not_negative(files, _COUNTY, (*path, f"{prefix}cap"), f"{what}的上限（{prefix}cap）", cap)
    _not_negative(files, _COUNTY, (*path, f"{prefix}floor"), f"{what}的下限（{prefix}floor）", floor)
    if floor is not None and cap is not None and floor > cap:
        message = f"{what}的下限 {plain(floor)} 高于上限 {plain(cap)}"
        files.fault(_COUNTY, (*path, f"{prefix}floor"), message, f"不高于 {plain(cap)}")


def _item(files: PlanFiles, path: YamlPath, item: RubricItem) -> None:
    match item.rule:
        case QualitativeRule(levels=levels):
            _words(files, [(word, (_COUNTY, (*path, "levels", word))) for word in levels])
        case CountedRule() as rule:
            what = f"“{item.name}”每少一{rule.unit}扣分（per_shortfall）"
            _positive(files, _COUNTY, (*path, "per_shortfall"), what, rule.per_shortfall)
        case EventsRule(prices=prices):
            places = [(price, (*path, "prices", n)) for n, price in enumerate(prices)]
            demand_unique(files, [(price.id, (_COUNTY, (*place, "id"))) for price, place in places], "id")
            _words(files, [(price.name, (_COUNTY, (*place, "name"))) for price, place in places])
            for price, place in places:
                _positive(files, _COUNTY, (*place, "points"), f"“{price.name}”的分值", price.points)
                _not_negative(files, _COUNTY, (*place, "cap"), f"“{price.name}”的上限（cap）", price.cap)
        case _:
            pass


def _part_sums(files: PlanFiles, rubric: CountyRubric) -> None:
    marks = {group.id: group.full_marks for group in rubric.groups}
    for n, part in enumerate(rubric.parts):
        total = sum((marks.get(group, Decimal(0)) for group in part.groups), Decimal(0))
        sound = files.is_whole(_COUNTY, ("groups",)) and files.is_whole(_COUNTY, ("parts", n))
        if part.full_marks is not None and total != part.full_marks and sound and set(part.groups) <= set(marks):
            told = " + ".join(plain(marks[group]) for group in part.groups)
            message = f"“{part.name}”各项 {told} = {plain(total)} 分，与它的满分 {plain(part.full_marks)} 分不等"
            files.fault(_COUNTY, ("parts", n, "full_marks"), message, plain(total))


def _section(files: PlanFiles, rubric: SectionRubric) -> None:
    _not_negative(files, _SECTION, ("total_cap",), "扣分合计上限（total_cap）", rubric.total_cap)
    for g, group in enumerate(rubric.groups):
        for r, rule in enumerate(group.rules):
            path = ("groups", g, "rules", r)
            _positive(files, _SECTION, (*path, "points"), f"“{rule.id}”扣分", rule.points)
            _positive(files, _SECTION, (*path, "multiplier"), f"“{rule.id}”的 multiplier", rule.multiplier)
            if rule.target is not None and rule.target < 1:
                files.fault(_SECTION, (*path, "target"), f"“{rule.id}”的 target 为 {rule.target}", "1 以上的整数")


def _words(files: PlanFiles, words: Iterable[tuple[str, YamlPlace]]) -> None:
    """Note words that a form's cell cannot hold, because it counts as blank, or that a reader of forms confuses."""
    every = list(words)
    for word, place in every:
        if normal(word).upper() in BLANK_MARKS:
            files.fault(*place, f"“{word}”填在表里等于没有填", f"不用 {'、'.join(_MARKS)}；可写“没有”“未发生”")
    demand_unique(files, [(normal(word), place) for word, place in every], "名称")


_MARKS = ("无", "空", "暂无", "/", "-")


def _labels(files: PlanFiles, name: str, table: Table) -> None:
    """Note headers and rows that are one once numbers, units and punctuation are stripped, as in what comes in."""
    own = frozenset(column.unit for column in table.columns if column.unit)
    _apart(files, _headers(name, table), own)
    _apart(files, (("·".join(row.labels), (name, ("rows", n, "labels"))) for n, row in enumerate(table.rows)), own)
    for n, column in enumerate(table.columns):
        if column.type == CellType.CHOICE:
            _words(files, [(word, (name, ("columns", n, "choices", m))) for m, word in enumerate(column.choices)])


def _headers(name: str, table: Table) -> Iterator[tuple[str, YamlPlace]]:
    for n, key in enumerate(table.keys):
        yield key, (name, ("keys", n))
    for n, column in enumerate(table.columns):
        yield column.header, (name, ("columns", n, "label"))


def _apart(files: PlanFiles, labels: Iterable[tuple[str, YamlPlace]], own: frozenset[str]) -> None:
    seen: dict[str, str] = {}
    for label, place in labels:
        flat = comparable(label, own)
        before = seen.setdefault(flat, label)
        if before != label:
            message = f"“{label}”与“{before}”去掉编号、单位和标点后相同，报表里分不清"
            files.fault(*place, message, "字面不同的名称")
