"""What can be changed: a reported figure, a target, an item's rule or full marks, the weights of parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from minsheng.domain.area import CITY
from minsheng.domain.base import choose_typed
from minsheng.domain.indicator import Indicator, Target
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import CountyRubric, RubricBranch, RubricGroup, RubricItem
from minsheng.errors import UsageError
from minsheng.measure.county_score import with_rule, with_value
from minsheng.measure.fields import Returns
from minsheng.notebook.what_if.amounts import changed, changed_text
from minsheng.notebook.what_if.rule_settings import changed_rule, rule_settings, setting_name, weights_of
from minsheng.render.html.numbers import trimmed

_MOST_NAMED = 20

EVERY = ""
"""Stands for all areas."""


@dataclass(frozen=True)
class Case:
    """What points are made from: a plan, and returns; the ones given stay as they are."""

    plan: Plan
    returns: Returns
    period: Period


class InputChange(Protocol):
    """One thing that is another."""

    def apply(self, case: Case) -> tuple[Case, str]:
        """Return the changed case, and the change in words: what it was, what it is."""

    def __repr__(self) -> str:
        """Return the call that makes it, as it stands in a saved notebook."""


@dataclass(frozen=True, repr=False)
class _Change:
    """A change that is written as the call that makes it."""

    def __repr__(self) -> str:
        given = [getattr(self, name) for name in self.__dataclass_fields__]
        while given and given[-1] == EVERY:
            given.pop()
        return f"what_if.{_CALLS[type(self)]}({', '.join(map(quoted, given))})"


def quoted(text: str) -> str:
    """Return a text as Python writes it, in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def field_labels(plan: Plan) -> dict[str, str]:
    """Return every field of the returns with its name: sheet, row and column as the form prints them."""
    return {
        table.field(column.id, row.id if row else None): "·".join(
            (table.sheet, *(row.labels if row else ()), column.label)
        )
        for table in plan.tables
        for row in table.rows or (None,)
        for column in table.columns
    }


@dataclass(frozen=True, repr=False)
class _Actual(_Change):
    field: str
    value: str
    area: str = EVERY

    def apply(self, case: Case) -> tuple[Case, str]:
        labels = field_labels(case.plan)
        named = {name: (label,) for name, label in labels.items()}
        field = _chosen(self.field, named, "上报数")
        areas = _areas(case.plan, self.area)
        had = {area: old for area in areas if (old := _reported(case, area, field)) is not None}
        if not had:
            whose = "各地区" if self.area == EVERY else case.plan.area_name(areas[0])
            raise UsageError(f"{whose}到{case.period.label}没有采用“{labels[field]}”：没有可改的数")
        returns, told = case.returns, []
        for area, old in had.items():
            new = changed_text(old, self.value)
            returns = with_value(returns, case.period, area, field, new)
            told.append(f"{case.plan.area_name(area)} {old} → {trimmed(new) if isinstance(new, Decimal) else new}")
        return Case(case.plan, returns, case.period), f"上报数 {labels[field]}：{'，'.join(told)}"


@dataclass(frozen=True, repr=False)
class _Target(_Change):
    indicator: str
    value: str
    area: str = EVERY

    def apply(self, case: Case) -> tuple[Case, str]:
        plan = case.plan
        names = {one.id: (one.short_name, one.name) for one in plan.indicators}
        chosen = _chosen(self.indicator, names, "指标")
        indicator = next(one for one in plan.indicators if one.id == chosen)
        areas = [area for area in _areas(plan, self.area) if self.area != EVERY or _is_number(indicator, area)]
        if not areas:
            raise UsageError(f"{indicator.name}的目标都是文字，没有可改的数")
        targets, told = dict(indicator.targets), []
        for area in areas:
            old = targets.get(area)
            if old is None:
                raise UsageError(f"{plan.area_name(area)}没有{indicator.name}的任务：没有可改的目标")
            targets[area] = _moved(old, self.value, f"{plan.area_name(area)}{indicator.name}")
            told.append(f"{plan.area_name(area)} {said_target(old)} → {said_target(targets[area])}")
        targets |= self._whole(indicator, targets)
        new = indicator.model_copy(update={"targets": targets})
        indicators = tuple(new if one.id == new.id else one for one in plan.indicators)
        words = f"目标 {indicator.name}（{indicator.unit}）：{'，'.join(told)}"
        return Case(plan.model_copy(update={"indicators": indicators}), case.returns, case.period), words

    def _whole(self, indicator: Indicator, targets: Mapping[str, Target]) -> dict[str, Target]:
        """Return the target of the whole: what the areas' add up to, or changed as theirs are."""
        whole = indicator.targets.get(CITY)
        if whole is None or not whole.has_number:
            return {}
        if indicator.city_total and whole.value is not None:
            grown = sum(
                ((targets[a].value or 0) - (old.value or 0) for a, old in indicator.targets.items() if a != CITY),
                Decimal(0),
            )
            return {CITY: _with_numbers(whole, value=whole.value + grown)}
        return {CITY: _moved(whole, self.value, indicator.name)} if self.area == EVERY else {}


@dataclass(frozen=True, repr=False)
class _Rule(_Change):
    item: str
    setting: str
    value: str

    def apply(self, case: Case) -> tuple[Case, str]:
        item = _item(case.plan, self.item)
        new = changed_rule(item.rule, self.setting, self.value)
        plan = with_rule(case.plan, item.id, new)
        old = rule_settings(item.rule)[self.setting]
        words = f"规则 {item.name} {setting_name(self.setting)}：{old or '空'} → {self.value.strip() or '空'}"
        return Case(plan, case.returns, case.period), words


@dataclass(frozen=True, repr=False)
class _FullMarks(_Change):
    item: str
    value: str

    def apply(self, case: Case) -> tuple[Case, str]:
        item, rubric = _item(case.plan, self.item), case.plan.county_rubric
        marks = changed(item.full_marks, self.value)
        # What stands beside the full marks is in none of the sums.
        grown = Decimal(0) if item.extra else marks - item.full_marks
        groups = tuple(_with_marks(group, item, marks, grown) for group in rubric.groups)
        # The parts of a composite score have weights, whatever their marks add up to.
        total = rubric.total if rubric.parts else rubric.total + grown
        told = f"满分 {item.name}：{trimmed(item.full_marks)} → {trimmed(marks)}"
        told += "" if rubric.parts or not grown else f"（总分 {trimmed(rubric.total)} → {trimmed(total)}）"
        return _with_rubric(case, rubric.model_copy(update={"groups": groups, "total": total})), told


@dataclass(frozen=True, repr=False)
class _PartWeights(_Change):
    value: str

    def apply(self, case: Case) -> tuple[Case, str]:
        rubric = case.plan.county_rubric
        if not rubric.parts:
            raise UsageError("这个方案的得分不分部分，没有部分的权重可改")
        weights = weights_of(self.value, len(rubric.parts))
        parts = tuple(
            part.model_copy(update={"weight": weight}) for part, weight in zip(rubric.parts, weights, strict=True)
        )
        told = "，".join(
            f"{part.name} {trimmed(part.weight)} → {trimmed(weight)}"
            for part, weight in zip(rubric.parts, weights, strict=True)
        )
        return _with_rubric(case, rubric.model_copy(update={"parts": parts})), f"部分的权重：{told}"


_CALLS: dict[type, str] = {
    _Actual: "actual",
    _Target: "target",
    _Rule: "rule",
    _FullMarks: "full_marks",
    _PartWeights: "part_weights",
}


def actual(field: str, value: str, area: str = EVERY) -> InputChange:
    """Change what an area reported, or all that reported it.

    Parameters
    ----------
    field
        ``table.row.column``, or as the form prints it: 养老服务·累计新增床位.
    value
        The new one (28, in yuan where it is money, 2017-06-30 for a date), or how it changes: +10%, -5, ×1.1.
    area
        Id or name; empty for all.
    """
    return _Actual(field, value, area)


def target(indicator: str, value: str, area: str = EVERY) -> InputChange:
    """Change the target of an area, or of all; the whole's follows where it is the sum.

    Parameters
    ----------
    indicator
        Id or name.
    value
        The new one in the indicator's unit, or how it changes: +10%, -5, ×1.1.
    area
        Id or name; empty for all.
    """
    return _Target(indicator, value, area)


def rule(item: str, setting: str, value: str) -> InputChange:
    """Change a setting of the rule by which an item is scored.

    Parameters
    ----------
    item
        Id or name.
    setting
        Its key in ``rubric_county.yaml``; the weights of several indicators are written 0.7、0.3.
    """
    return _Rule(item, setting, value)


def full_marks(item: str, value: str) -> InputChange:
    """Change an item's full marks, and with them its group's and the total."""
    return _FullMarks(item, value)


def part_weights(value: str) -> InputChange:
    """Change the weights of the parts of a composite score, in their order: 0.5、0.3、0.2."""
    return _PartWeights(value)


def _chosen(typed: str, names: Mapping[str, Sequence[str]], what: str) -> str:
    some = "、".join(f"{labels[0]}（{key}）" for key, labels in list(names.items())[:_MOST_NAMED])
    more = f" 等 {len(names)} 个" if len(names) > _MOST_NAMED else ""
    return choose_typed(
        typed, {key: (*labels, key) for key, labels in names.items()}, what, f"写名称或编号：{some}{more}"
    )


def _areas(plan: Plan, area: str) -> list[str]:
    if area == EVERY:
        return [each.id for each in plan.areas]
    return [plan.area(area).id]


def _item(plan: Plan, name: str) -> RubricItem:
    items = {item.id: item for item in plan.county_rubric.items}
    return items[_chosen(name, {key: (item.name,) for key, item in items.items()}, "小项")]


def _reported(case: Case, area: str, field: str) -> str | None:
    for month in reversed(case.period.year_to_date):
        accepted = case.returns.get((month, area))
        if accepted is not None and field in accepted.values:
            return accepted.values[field].value
    return None


def _is_number(indicator: Indicator, area: str) -> bool:
    found = indicator.targets.get(area)
    return found is not None and found.has_number


def _moved(old: Target, text: str, whose: str) -> Target:
    if old.value is not None:
        return _with_numbers(old, value=changed(old.value, text))
    if old.lower is None or old.upper is None:
        raise UsageError(f"{whose}的目标是文字“{old.text}”：没有可改的数")
    lower, upper = changed(old.lower, text), changed(old.upper, text)
    if lower == upper:
        raise UsageError(f"{whose}的目标是范围 {said_target(old)}：只能写怎样变，例如 +10%")
    return _with_numbers(old, lower=lower, upper=upper)


def _with_numbers(old: Target, **numbers: Decimal) -> Target:
    # Words that mean the old number would be printed beside the new one.
    return old.model_copy(update={**numbers, "text": None})


def said_target(one: Target) -> str:
    """Return a target in words."""
    if one.value is not None:
        return trimmed(one.value)
    if one.lower is not None and one.upper is not None:
        return f"{trimmed(one.lower)}至{trimmed(one.upper)}"
    return one.text or ""


def _with_marks(group: RubricGroup, item: RubricItem, marks: Decimal, grown: Decimal) -> RubricGroup:
    if item.id not in {leaf.id for leaf in group.leaves}:
        return group
    changed_group = group.with_leaf(item.model_copy(update={"full_marks": marks}))
    branch = group.branches.get(item.id)
    items = tuple(
        entry.model_copy(update={"full_marks": entry.full_marks + grown})
        if branch is not None and isinstance(entry, RubricBranch) and entry.id == branch.id
        else entry
        for entry in changed_group.items
    )
    return changed_group.model_copy(update={"items": items, "full_marks": group.full_marks + grown})


def _with_rubric(case: Case, rubric: CountyRubric) -> Case:
    return Case(case.plan.model_copy(update={"county_rubric": rubric}), case.returns, case.period)
