"""评分细则: points that add up, rules that fit their indicators, indicators that all count."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from minsheng.domain.area import Area, Section
from minsheng.domain.base import plain
from minsheng.domain.indicator import Direction, Indicator, MilestoneMeasure
from minsheng.domain.item_rules import (
    Combine,
    CountedRule,
    LowerIsBetterRule,
    MeasuredRule,
    MilestoneRule,
    ProportionalRule,
    QualitativeRule,
    StepRule,
)
from minsheng.domain.projects import Project
from minsheng.domain.rubric import CountyRubric, RubricBranch, RubricItem, SectionCheck, SectionRubric
from minsheng.plan.checks.identifiers import YamlPlace, demand_known, demand_unique
from minsheng.plan.plan_files import PlanFiles
from minsheng.plan.strict_yaml import YamlPath

_COUNTY, _SECTION = "rubric_county", "rubric_section"


def check(files: PlanFiles) -> None:
    """Note what does not fit in the two rubrics, and whom they do not say whether it is assessed."""
    county = files.whole(_COUNTY, CountyRubric)
    if county is not None:
        _county(files, county)
        _says_whom(files, "areas", Area, _COUNTY)
    section = files.whole(_SECTION, SectionRubric)
    if section is not None:
        _section(files, section)
        _says_whom(files, "sections", Section, _SECTION)


def _says_whom(files: PlanFiles, name: str, model: type[Area | Section], rubric: str) -> None:
    """Note areas or sections of which a plan with a rubric for them does not say whether they are assessed."""
    for path, each in files.sound(name, model):
        if each.assessed is None and not files.stands(name, (*path, "assessed")):
            allowed = f"有 {rubric}.yaml 的方案写 true 或 false"
            files.fault(name, path, f"{each.name}缺少“assessed”（是否为考评对象）", allowed)


def rubric_items(rubric: CountyRubric) -> Iterator[tuple[YamlPath, RubricItem]]:
    """Iterate over the items that are scored, with the place of each."""
    for g, group in enumerate(rubric.groups):
        for i, entry in enumerate(group.items):
            path: YamlPath = ("groups", g, "items", i)
            if isinstance(entry, RubricBranch):
                yield from (((*path, "items", n), item) for n, item in enumerate(entry.items))
            else:
                yield path, entry


def _group_sums(files: PlanFiles, rubric: CountyRubric) -> None:
    """Note groups and branches whose items do not add up, for whichever area has most of them."""
    areas = [area.id for _, area in files.sound("areas", Area) if area.assessed] or [""]
    for g, group in enumerate(rubric.groups):
        wholes: list[tuple[YamlPath, str, Decimal, tuple[RubricItem, ...]]] = []
        wholes.append((("groups", g), group.name, group.full_marks, group.leaves))
        wholes += [
            (("groups", g, "items", i), entry.name, entry.full_marks, entry.items)
            for i, entry in enumerate(group.items)
            if isinstance(entry, RubricBranch)
        ]
        for path, name, full_marks, items in wholes:
            sums = {sum((i.full_marks for i in items if i.is_for(area) and not i.extra), Decimal(0)) for area in areas}
            if max(sums) != full_marks and files.is_whole(_COUNTY, path):
                message = f"“{name}”{full_marks}分，各小项合计 {max(sums)} 分，应相等"
                files.fault(_COUNTY, path, message, "适用的小项之和；不计入满分的加减分项写 extra: true")


def _county(files: PlanFiles, rubric: CountyRubric) -> None:
    total = sum((group.full_marks for group in rubric.groups), Decimal(0))
    if rubric.parts:
        _parts(files, rubric)
    elif total != rubric.total and files.is_whole(_COUNTY, ("groups",)):
        parts = " + ".join(plain(group.full_marks) for group in rubric.groups)
        files.fault(_COUNTY, ("total",), f"各项 {parts} = {plain(total)} 分，与总分 {plain(rubric.total)} 分不等")
    groups = [(group.id, (_COUNTY, ("groups", n, "id"))) for n, group in enumerate(rubric.groups)]
    branches: list[tuple[str, YamlPlace]] = [
        (entry.id, (_COUNTY, ("groups", g, "items", i, "id")))
        for g, group in enumerate(rubric.groups)
        for i, entry in enumerate(group.items)
        if isinstance(entry, RubricBranch)
    ]
    items = [(item.id, (_COUNTY, (*path, "id"))) for path, item in rubric_items(rubric)]
    events = [(event.id, (_COUNTY, ("deductions", n, "id"))) for n, event in enumerate(rubric.deductions)]
    demand_unique(files, [*groups, *branches, *items, *events], "id")
    for path, item in rubric_items(rubric):
        if item.full_marks < 0 or (item.full_marks == 0 and not item.lowest):
            files.fault(_COUNTY, (*path, "full_marks"), f"“{item.name}”满分 {plain(item.full_marks)} 分", "大于 0")
        _rule(files, (*path, "rule"), item)
        _whose(files, path, item)
    _group_sums(files, rubric)
    _grades(files, rubric)
    _ties(files, rubric, [*(group for group, _ in groups), *(item for item, _ in items)])


def _parts(files: PlanFiles, rubric: CountyRubric) -> None:
    """Note weights that do not make the whole, and groups that are in no part or in two."""
    weights = sum((part.weight for part in rubric.parts), Decimal(0))
    if weights != 1 and files.is_whole(_COUNTY, ("parts",)):
        files.fault(_COUNTY, ("parts",), f"各部分权重合计 {plain(weights)}", "合计为 1")
    demand_unique(files, [(part.id, (_COUNTY, ("parts", n, "id"))) for n, part in enumerate(rubric.parts)], "id")
    raw = files.located[_COUNTY].at(("groups",)) or ()
    known = [group["id"] for group in raw if isinstance(group, dict) and isinstance(group.get("id"), str)]
    named = [
        (each, (_COUNTY, ("parts", p, "groups", n)))
        for p, part in enumerate(rubric.parts)
        for n, each in enumerate(part.groups)
    ]
    for each, place in named:
        demand_known(files, place, "考评项目", each, known)
    demand_unique(files, named, "考评项目")
    for n, part in enumerate(rubric.parts):
        if part.weight <= 0:
            files.fault(_COUNTY, ("parts", n, "weight"), f"“{part.name}”权重 {plain(part.weight)}", "大于 0")
    used = {each for each, _ in named}
    if not used <= set(known):
        return  # the group that is in none may be the one that is misspelt
    for n, group in enumerate(rubric.groups):
        if group.id not in used and files.is_whole(_COUNTY, ("parts",)):
            files.fault(
                _COUNTY, ("groups", n, "id"), f"“{group.name}”不在 parts 的任何一部分里", "每个考评项目归入一个部分"
            )


def _whose(files: PlanFiles, path: YamlPath, item: RubricItem) -> None:
    """Note areas and assessors of an item that do not exist, and an item that nobody has."""
    for n, area in enumerate(item.applies_to):
        demand_known(files, (_COUNTY, (*path, "applies_to", n)), "地区", area, files.ids("areas"))
    if item.assessed_by:
        demand_known(files, (_COUNTY, (*path, "assessed_by")), "科室", item.assessed_by, files.ids("sections"))
    targets = item.rule.targets if isinstance(item.rule, CountedRule) else {}
    if isinstance(item.rule, CountedRule) and item.rule.target is None and files.names_all("areas"):
        assessed = {area.id: area.name for _, area in files.sound("areas", Area) if area.assessed}
        own = item.applies_to or tuple(assessed)
        absent = [name for area, name in assessed.items() if area in own and area not in targets]
        if absent and files.is_whole(_COUNTY, (*path, "rule")):
            message = f"“{item.name}”没有写{'、'.join(absent)}的数量"
            files.fault(
                _COUNTY, (*path, "rule", "targets"), message, "每个考评地区一个数，不作要求的写 0；或另写 target"
            )
    for area in targets:
        demand_known(files, (_COUNTY, (*path, "rule", "targets", area)), "地区", area, files.ids("areas"))
    if item.lowest > item.full_marks:
        message = f"“{item.name}”最低 {plain(item.lowest)} 分，高于满分 {plain(item.full_marks)} 分"
        files.fault(_COUNTY, (*path, "lowest"), message, f"不高于 {plain(item.full_marks)}")


def _rule(files: PlanFiles, path: YamlPath, item: RubricItem) -> None:
    match item.rule:
        case QualitativeRule(levels=levels, indicators=indicators):
            least = item.lowest / item.full_marks if item.full_marks > 0 else Decimal(-1)
            _shares(files, path, levels.items(), best="最高一等", least=min(least, Decimal(0)))
            for n, indicator in enumerate(indicators):
                demand_known(files, (_COUNTY, (*path, "indicators", n)), "指标", indicator, files.ids("indicators"))
        case MilestoneRule() as rule:
            _shares(files, path, rule.levels.items(), best="done")
            _share(files, path, "late", rule.late)
            absent = {"done", "partial", "not_done"} - set(rule.levels)
            if absent and files.is_whole(_COUNTY, (*path, "levels")):
                files.fault(_COUNTY, (*path, "levels"), f"缺少“{'、'.join(sorted(absent))}”", "done、partial、not_done")
        case ProportionalRule() as rule:
            _proportional(files, path, rule)
        case LowerIsBetterRule() as rule:
            _bounds(files, path, rule)
        case StepRule() as rule:
            _steps(files, path, rule)
    if isinstance(item.rule, MeasuredRule):
        _indicators(files, path, item.rule)


def _proportional(files: PlanFiles, path: YamlPath, rule: ProportionalRule) -> None:
    _bounds(files, path, rule)
    _share(files, path, "unmet_share", rule.unmet_share)
    _share(files, path, "late", rule.late)
    duties = [duty.id for _, project in files.sound("projects", Project) for duty in project.duties]
    whole = files.names_all("projects") and all(
        files.is_whole("projects", (*each.path, "duties")) for each in files.entries("projects")
    )
    for n, duty in enumerate(rule.requires if whole else ()):
        demand_known(files, (_COUNTY, (*path, "requires", n)), "任务（duties）", duty, duties or ["（无）"])


def _share(files: PlanFiles, path: YamlPath, key: str, share: Decimal) -> None:
    if not 0 <= share <= 1:
        files.fault(_COUNTY, (*path, key), f"{key} 为 {plain(share)}", "0 至 1")


def _steps(files: PlanFiles, path: YamlPath, rule: StepRule) -> None:
    for key in ("step", "cost"):
        if getattr(rule, key) <= 0:
            files.fault(_COUNTY, (*path, key), f"{key} 为 {plain(getattr(rule, key))}", "大于 0")


def _bounds(files: PlanFiles, path: YamlPath, rule: ProportionalRule | LowerIsBetterRule) -> None:
    if not 0 <= rule.floor <= rule.cap:
        message = f"floor {plain(rule.floor)}、cap {plain(rule.cap)} 不成范围"
        files.fault(_COUNTY, (*path, "floor"), message, "0 ≤ floor ≤ cap")


def _shares(
    files: PlanFiles, path: YamlPath, levels: Iterable[tuple[str, Decimal]], best: str, least: Decimal = Decimal(0)
) -> None:
    shares = dict(levels)
    for level, share in shares.items():
        if not least <= share <= 1:
            allowed = f"{plain(least)} 至 1" if least else "0 至 1；可为负的小项写 from"
            files.fault(_COUNTY, (*path, "levels", level), f"“{level}”得满分的 {plain(share)}", allowed)
    if 1 not in shares.values() and files.is_whole(_COUNTY, (*path, "levels")):
        files.fault(_COUNTY, (*path, "levels"), "没有一等能得满分", f"{best}为 1")


def _indicators(files: PlanFiles, path: YamlPath, rule: MeasuredRule) -> None:
    milestone = isinstance(rule, MilestoneRule)
    known = {indicator.id: indicator for _, indicator in files.sound("indicators", Indicator)}
    for n, weighted in enumerate(rule.indicators):
        place = (*path, "indicators", n, "indicator")
        demand_known(files, (_COUNTY, place), "指标", weighted.indicator, files.ids("indicators"))
        indicator = known.get(weighted.indicator)
        if indicator is not None and milestone != isinstance(indicator.measure, MilestoneMeasure):
            allowed = "节点任务（measure: milestone）用 milestone，其余用按数值计分的规则"
            files.fault(_COUNTY, place, f"指标“{weighted.indicator}”不能用 {rule.kind} 规则", allowed)
        elif indicator is not None:
            _fits(files, place, rule, indicator)
    units = {known[each.indicator].unit for each in rule.indicators if each.indicator in known}
    if isinstance(rule, StepRule) and rule.of == "value" and len(units) > 1:
        message = f"按数值分档（of: value）的几个指标单位不同：{'、'.join(sorted(units))}"
        files.fault(_COUNTY, (*path, "indicators"), message, "同一单位的指标，或 of: completion")
    total = sum((weighted.weight for weighted in rule.indicators), Decimal(0))
    if rule.combine == Combine.WEIGHTED and total != 1 and files.is_whole(_COUNTY, (*path, "indicators")):
        files.fault(_COUNTY, (*path, "indicators"), f"各指标权重合计 {plain(total)}", "合计为 1")
    for n, weighted in enumerate(rule.indicators):
        if weighted.weight < 0:
            files.fault(_COUNTY, (*path, "indicators", n, "weight"), "权重不能为负")


def _fits(files: PlanFiles, place: YamlPath, rule: MeasuredRule, indicator: Indicator) -> None:
    """Note a limit scored as if more were better, the reverse, and words that nothing divides by."""
    fitting: dict[Direction, tuple[str, ...]] = {
        Direction.AT_LEAST: ("proportional", "step", "all_or_nothing", "milestone"),
        Direction.AT_MOST: ("lower_is_better", "step", "all_or_nothing"),
        Direction.WITHIN: ("proportional", "lower_is_better", "step", "all_or_nothing"),
    }
    if rule.kind not in fitting[indicator.direction]:
        message = f"指标“{indicator.id}”（direction: {indicator.direction}）不能用 {rule.kind} 规则"
        files.fault(_COUNTY, place, message, "、".join(fitting[indicator.direction]))
    milestone = isinstance(indicator.measure, MilestoneMeasure)
    worded = [area for area, target in indicator.targets.items() if not target.has_number]
    if worded and not milestone:
        message = f"指标“{indicator.id}”的目标（{'、'.join(worded)}）只有文字，不能按数值计分"
        files.fault(_COUNTY, place, message, "改用 qualitative，把指标写在 indicators，由考评人评定")


def _ties(files: PlanFiles, rubric: CountyRubric, known: Iterable[str]) -> None:
    """Note tie-breakers that nobody has points of, and two answers to the same question."""
    if rubric.tie_break is None:
        return
    if rubric.bonus.breaks_ties:
        message = "同分时怎样排，bonus.breaks_ties 和 tie_break 各写了一样"
        files.fault(_COUNTY, ("tie_break",), message, "breaks_ties 写 false，加分写进 tie_break 的 by：bonus")
    allowed = ["bonus", *known]
    for n, key in enumerate(rubric.tie_break.by):
        demand_known(files, (_COUNTY, ("tie_break", "by", n)), "同分时比较的项目", key, allowed)
    places: list[tuple[str, YamlPlace]] = [
        (key, (_COUNTY, ("tie_break", "by", n))) for n, key in enumerate(rubric.tie_break.by)
    ]
    demand_unique(files, places, "同分时比较的项目")
    if rubric.tie_break.decides == "award" and rubric.awards is None:
        message = "同分只定表彰（decides: award），却没有写表彰几名（awards）"
        files.fault(_COUNTY, ("tie_break", "decides"), message, "写上 awards: 名额，或 decides: rank")


def _grades(files: PlanFiles, rubric: CountyRubric) -> None:
    for n, (better, worse) in enumerate(pairwise(rubric.grades), start=1):
        sound = files.is_whole(_COUNTY, ("grades", n)) and files.is_whole(_COUNTY, ("grades", n - 1))
        if sound and worse.lower >= better.lower:
            files.fault(_COUNTY, ("grades", n), f"等次“{worse.word}”的下限应低于“{better.word}”", "从高到低排列")
    if rubric.grades[-1].lower != 0 and files.is_whole(_COUNTY, ("grades",)):
        last = rubric.grades[-1]
        files.fault(_COUNTY, ("grades", len(rubric.grades) - 1), f"最低等次“{last.word}”下限 {plain(last.lower)}", "0")
    words = [(grade.word, (_COUNTY, ("grades", n))) for n, grade in enumerate(rubric.grades)]
    demand_unique(files, words, "等次")


def _review(files: PlanFiles, rubric: SectionRubric) -> None:
    """Note a review of an item that assessors do not mark, and things to judge that are worth nothing."""
    if rubric.review is None:
        return
    county = files.whole(_COUNTY, CountyRubric)
    manual = [item.id for item in county.items if isinstance(item.rule, QualitativeRule)] if county else []
    if county:
        demand_known(files, (_SECTION, ("review", "rubric_item")), "等次评定的小项", rubric.review.rubric_item, manual)
    elif files.located[_COUNTY].readable and not files.located[_COUNTY].value:
        message = "没有县区考评细则，review 的小项无处计分"
        files.fault(_SECTION, ("review",), message, "写上 rubric_county.yaml，或去掉 review")
    places = [(each.id, (_SECTION, ("review", "items", n, "id"))) for n, each in enumerate(rubric.review.items)]
    demand_unique(files, places, "id")
    for n, each in enumerate(rubric.review.items):
        if each.full_marks <= 0:
            path = ("review", "items", n, "full_marks")
            files.fault(_SECTION, path, f"“{each.name}”满分 {plain(each.full_marks)}", "大于 0")


def _section(files: PlanFiles, rubric: SectionRubric) -> None:
    _review(files, rubric)
    rules = [
        (("groups", g, "rules", r), rule) for g, group in enumerate(rubric.groups) for r, rule in enumerate(group.rules)
    ]
    groups = [(group.id, (_SECTION, ("groups", n, "id"))) for n, group in enumerate(rubric.groups)]
    demand_unique(files, [*groups, *((rule.id, (_SECTION, (*path, "id"))) for path, rule in rules)], "id")
    for n, group in enumerate(rubric.groups):
        if group.positive == bool(group.rules) and files.is_whole(_SECTION, ("groups", n)):
            message = f"“{group.name}”：实绩考评（positive: true）没有倒扣分规则，其余至少一条"
            files.fault(_SECTION, ("groups", n), message)
    for path, rule in rules:
        counted = rule.check in {SectionCheck.TOO_FEW, SectionCheck.TOO_FEW_PER_PROJECT}
        if counted != (rule.target is not None):
            files.fault(_SECTION, path, f"“{rule.id}”的 target 只用于、且必须用于次数不足（too_few…）")
        if (rule.check == SectionCheck.DOUBLED_LOSS) != (rule.multiplier is not None):
            files.fault(_SECTION, path, f"“{rule.id}”的 multiplier 只用于、且必须用于 doubled_loss")
