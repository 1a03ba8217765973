"""What touches an indicator, an item of the rubric or a column: every file and line, and a worked example."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from minsheng.authoring.plan_places import PlanPlaces
from minsheng.authoring.plan_words import RULE_WORDS, key_words, target_words, value_words
from minsheng.authoring.worked_example import WorkedExample
from minsheng.domain.area import Area
from minsheng.domain.base import choose_typed, plain
from minsheng.domain.indicator import Basis, Condition, Direction, Indicator, MilestoneMeasure, RatioMeasure
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import RubricItem
from minsheng.domain.table import Column, Table
from minsheng.domain.units import yuan_scale
from minsheng.errors import Outcome, UsageError
from minsheng.intake.rules.rule import Rule, Suite
from minsheng.measure.fields import condition_fields, fields_read, label_of


class ExplainedKind(StrEnum):
    """What can be explained."""

    INDICATOR = "indicator"
    ITEM = "item"
    COLUMN = "column"


KIND_WORDS = {ExplainedKind.INDICATOR: "指标", ExplainedKind.ITEM: "小项", ExplainedKind.COLUMN: "列"}

_DIRECTIONS = {Direction.AT_LEAST: "越多越好", Direction.AT_MOST: "不超过目标", Direction.WITHIN: "在目标区间内"}

_BASES = {Basis.SCHEDULE: "每月与序时进度折算的目标比", Basis.FULL: "每月都与全年目标比"}

_SEVERITIES = {"critical": "错误", "warning": "提示", "info": "告知"}

_SUPPRESSED = "人数很少的分类不予显示"


@dataclass(frozen=True)
class Note:
    """One line of an explanation."""

    said: str
    place: str = ""
    """``file:line``; empty for a worked example."""


@dataclass(frozen=True)
class PlanExplanation(Outcome):
    """Everything that touches one thing of a plan."""

    title: str
    parts: tuple[tuple[str, tuple[Note, ...]], ...]
    """Heading → lines; headings without lines are left out."""

    def lines(self) -> list[str]:
        """Return it for a terminal."""
        told = [self.title]
        for heading, notes in self.parts:
            told.append(f"\n{heading}")
            told += [f"  {note.place}  {note.said}" if note.place else f"  {note.said}" for note in notes]
        return told

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        parts = [
            {"heading": heading, "lines": [{"place": note.place, "text": note.said} for note in notes]}
            for heading, notes in self.parts
        ]
        return {"title": self.title, "parts": parts}


class Explainer:
    """Explains things of one year's plan.

    Parameters
    ----------
    plan
        The plan, loaded without faults.
    suites
        Its rules of data, by table.
    params_dir
        The folder that it was loaded from.
    """

    def __init__(self, plan: Plan, suites: Mapping[str, Suite], params_dir: Path) -> None:
        self._plan = plan
        self._suites = suites
        self._places = PlanPlaces(params_dir, plan.about.year)
        self._example = WorkedExample(plan, suites)

    def explain(self, kind: ExplainedKind | None, name: str) -> PlanExplanation:
        """Explain what somebody named, by id or name; without a kind whatever has that name.

        Raises
        ------
        UsageError
            If nothing has it, or more than one thing does; the message lists what there is.
        """
        known = self._known()
        kinds = [kind] if kind else list(ExplainedKind)
        found = [(each, name) for each in kinds if name in known[each]]
        if not found:
            names = {(each, key): said for each in kinds for key, said in known[each].items()}
            listed = "；".join(f"{KIND_WORDS[each]}：{'、'.join(known[each])}" for each in kinds)
            keyed = {f"{each.value} {key}": said for (each, key), said in names.items()}
            chosen = choose_typed(name, keyed, "、".join(KIND_WORDS[each] for each in kinds), f"方案中有 {listed}")
            word, _, key = chosen.partition(" ")
            found = [(ExplainedKind(word), key)]
        if len(found) > 1:
            both = "、".join(f"{each.value} {key}" for each, key in found)
            raise UsageError(f"“{name}”不止一个：请写明是哪一种，例如 {both}")
        (of, key), *_ = found
        match of:
            case ExplainedKind.INDICATOR:
                return self._indicator(self._plan.indicator(key))
            case ExplainedKind.ITEM:
                return self._item(next(each for each in self._plan.county_rubric.items if each.id == key))
            case ExplainedKind.COLUMN:
                table, _, column = key.partition(".")
                return self._column(self._plan.table(table), column)

    def _known(self) -> dict[ExplainedKind, dict[str, tuple[str, ...]]]:
        """Return the ids of everything that can be explained, each with the names that it goes by."""
        columns = {
            f"{table.id}.{c.id}": (c.id, c.label, c.header) for table in self._plan.tables for c in table.columns
        }
        return {
            ExplainedKind.INDICATOR: {each.id: (each.id, each.name, each.short_name) for each in self._plan.indicators},
            ExplainedKind.ITEM: {each.id: (each.id, each.name) for each in self._plan.county_rubric.items},
            ExplainedKind.COLUMN: {key: (key, *names) for key, names in columns.items()},
        }

    def _indicator(self, indicator: Indicator) -> PlanExplanation:
        places, plan = self._places, self._plan
        how = f"单位{indicator.unit}，{_DIRECTIONS[indicator.direction]}，{_BASES[indicator.basis]}"
        own = [Note(f"{plan.project(indicator.project).name}的指标，{how}", places.entry("indicators", indicator.id))]
        own.append(Note(f"怎样算：{self._formula(indicator)}", places.entry("indicators", indicator.id, "measure")))
        own.append(Note(self._targets(indicator), places.entry("indicators", indicator.id, "targets")))
        if indicator.basis == Basis.SCHEDULE:
            own.append(
                Note("自己的序时进度", places.entry("indicators", indicator.id, "schedule"))
                if indicator.schedule is not None
                else Note("序时进度照全方案的", places.key("schedule", "by_month"))
            )
        light = "milestone" if isinstance(indicator.measure, MilestoneMeasure) else _light(indicator)
        parameters = [
            Note(f"参数“{plan.parameter(each).name}”", places.entry("parameters", each))
            for each in self._parameters(indicator)
        ]
        items = [each for each in plan.county_rubric.items if indicator.id in _named(each)]
        fields = fields_read(indicator)
        parts = (
            ("方案", [*own, *parameters, Note("亮灯", places.key("lights", light))]),
            ("读取的列", self._columns(fields)),
            ("管这些列的校验规则", [note for field in fields for note in self._rules(field)]),
            ("用到它的", [*self._derivers(indicator.id), *(self._item_note(each) for each in items)]),
            ("算例", list(self._indicator_example(indicator, items))),
        )
        return _explanation(f"指标“{indicator.name}”（{indicator.id}）", parts)

    def _item(self, item: RubricItem) -> PlanExplanation:
        places, plan = self._places, self._plan
        group = next(each for each in plan.county_rubric.groups if item in each.leaves)
        own = [
            Note(f"{group.name}的小项，满分 {plain(item.full_marks)} 分：{item.text}", places.rubric_item(item.id)),
            Note(
                f"{RULE_WORDS[item.rule.kind]}（{item.rule.kind}）：{self._settings(item)}",
                places.rubric_item(item.id, "rule"),
            ),
            Note(f"印证资料：{item.evidence}", places.rubric_item(item.id, "evidence")),
        ]
        if item.assessed_by:
            own.append(Note(f"由{plan.section(item.assessed_by).name}考评", places.rubric_item(item.id, "assessed_by")))
        if item.applies_to:
            names = "、".join(plan.area_name(each) for each in item.applies_to)
            own.append(Note(f"只考评{names}", places.rubric_item(item.id, "applies_to")))
        indicators = [plan.indicator(each) for each in _named(item)]
        duties = [
            Note(f"须做到“{duty.name}”，{duty.due}前", places.entry("projects", project.id))
            for project in plan.projects
            for duty in project.duties
            if duty.id in getattr(item.rule, "requires", ())
        ]
        used = [
            Note(f"指标“{each.name}”（{each.id}）：{self._formula(each)}", places.entry("indicators", each.id))
            for each in indicators
        ]
        fields = dict.fromkeys(field for each in indicators for field in fields_read(each))
        parts = (
            ("细则", own),
            ("所用的指标和任务", [*used, *duties]),
            ("读取的列", self._columns(tuple(fields))),
            ("算例", list(self._item_example(item))),
        )
        return _explanation(f"小项“{item.name}”（{item.id}）", parts)

    def _column(self, table: Table, column_id: str) -> PlanExplanation:
        places, plan = self._places, self._plan
        column = next(each for each in table.columns if each.id == column_id)
        told = [f"“{table.sheet}”表的列“{column.header}”", str(column.type.value)]
        told += ["自一月起累计"] * column.cumulative + ["可以没有这一列"] * (not column.required)
        reads = [each for each in plan.indicators if any(_is_of(f, table, column) for f in fields_read(each))]
        shown = [
            Note(f"与指标并列展示：{each.label}", places.entry("projects", project.id))
            for project in plan.projects
            for each in project.key_figures
            if any(_is_of(field, table, column) for field in each.fields)
        ]
        duties = [
            Note(f"任务“{each.name}”", places.entry("projects", project.id))
            for project in plan.projects
            for each in project.duties
            if any(_is_of(field, table, column) for field in condition_fields(each))
        ]
        hidden = [
            Note(f"{_SUPPRESSED}：{each.name}", places.key("disclosure", "breakdowns"))
            for each in plan.disclosure.breakdowns
            if any(_is_of(field, table, column) for field in (*each.total, *each.parts))
        ]
        items = [item for item in plan.county_rubric.items if set(_named(item)) & {each.id for each in reads}]
        used = [Note(f"指标“{each.name}”（{each.id}）", places.entry("indicators", each.id)) for each in reads]
        parts = (
            ("报表", [Note("，".join(told), places.column(table.id, column.id))]),
            ("校验规则", list(self._rules(f"{table.id}.{column.id}"))),
            ("用到它的", [*used, *shown, *duties, *(self._item_note(each) for each in items), *hidden]),
            ("算例", list(self._column_example(table, column, reads))),
        )
        return _explanation(f"列“{column.label}”（{table.id}.{column.id}）", parts)

    def _formula(self, indicator: Indicator) -> str:
        match indicator.measure:
            case RatioMeasure() as ratio:
                times = "" if ratio.scale == 1 else f" × {plain(ratio.scale)}"
                return f"{ratio.numerator_label} ÷ {ratio.denominator_label}{times}"
            case MilestoneMeasure(conditions=conditions):
                return "各条件都做到：" + "；".join(f"{each.name}（{each.due}前）" for each in conditions)
            case measure:
                return f"{measure.label}{'，逐项相加' if measure.kind == 'sum' else '，照填报的数'}"

    def _targets(self, indicator: Indicator) -> str:
        given = [
            f"{self._plan.area_name(who)} {target_words(target, indicator.unit)}"
            for who, target in indicator.targets.items()
        ]
        bound = [area.name for area in self._plan.areas_with(indicator.project) if area.id not in indicator.targets]
        without = f"；没有任务：{'、'.join(bound)}" if bound else ""
        return f"目标：{'、'.join(given)}{without}"

    def _parameters(self, indicator: Indicator) -> list[str]:
        conditions: tuple[Condition, ...] = getattr(indicator.measure, "conditions", ())
        return [test.parameter for each in conditions for test in each.tests if test.parameter]

    def _columns(self, fields: tuple[str, ...]) -> list[Note]:
        notes = []
        for field in fields:
            table, *_, column = field.split(".")
            said = label_of(self._plan, field) + ("（每一行）" if ".*." in field else "")
            notes.append(Note(said, self._places.column(table, column)))
        return notes

    def _rules(self, field: str) -> Iterator[Note]:
        """Yield the rules of data that look at a field, or at a column of any row."""
        table, *row, column = field.split(".")
        suite = self._suites.get(table)
        for rule in suite.rules if suite else ():
            about = not rule.rows or not row or row == ["*"] or row[0] in rule.rows
            if about and column in {each.removeprefix("-").removeprefix("prev_") for each in rule.columns}:
                yield Note(_rule_words(rule), self._places.rule(table, rule.id))

    def _derivers(self, indicator_id: str) -> Iterator[Note]:
        for table, suite in self._suites.items():
            for derived in suite.derive:
                targets = derived.target.values() if isinstance(derived.target, dict) else [derived.target]
                if indicator_id in targets:
                    yield Note(f"校验用的目标：{derived.label}", self._places.derived(table, derived.id))

    def _item_note(self, item: RubricItem) -> Note:
        said = f"考评小项“{item.name}”（{item.id}），满分 {plain(item.full_marks)} 分，{RULE_WORDS[item.rule.kind]}"
        return Note(said, self._places.rubric_item(item.id))

    def _settings(self, item: RubricItem) -> str:
        rule = item.rule
        told = []
        for key in type(rule).model_fields:
            value = getattr(rule, key)
            if key not in {"kind", "source", "indicators"} and value not in (None, (), {}, ""):
                told.append(f"{key_words(type(rule), key)} {value_words(value)}")
        return "；".join(told) or "没有别的设置"

    def _indicator_example(self, indicator: Indicator, items: list[RubricItem]) -> Iterator[Note]:
        area = self._area(indicator)
        found = self._example.measured(indicator, area) if area else None
        if area is None or found is None:
            yield Note("没有报送这一指标的地区，举不出例")
            return
        month = self._example.month(indicator.project)
        yield Note(f"{area.name}{month.label if month else ''}（示例数据）：{found.formula} → {found.light.word}")
        for item in items[:1]:
            yield from self._item_example(item)

    def _item_example(self, item: RubricItem) -> Iterator[Note]:
        named = set(_named(item))
        areas = [area for area in self._plan.assessed_areas if item.is_for(area.id)]
        bound = (
            [a for a in areas if any(a.id in self._plan.indicator(each).targets for each in named)] if named else areas
        )
        if not bound:
            yield Note("没有要考评这一小项的地区，举不出例")
            return
        area = bound[0]
        scored = self._example.scored(item.id, area)
        if scored is None:
            return
        said = scored.formula or scored.because
        because = f"（{scored.because}）" if scored.because and scored.formula else ""
        yield Note(f"{area.name}{self._plan.about.year}年上半年“{item.name}”（示例数据）：{said}{because}")

    def _column_example(self, table: Table, column: Column, reads: list[Indicator]) -> Iterator[Note]:
        projects = self._plan.projects
        bound = {who for each in reads for who in each.targets}
        # An area with a duty first: what stands in others' cells is nothing.
        for area in sorted(self._plan.areas, key=lambda each: each.id not in bound):
            for project in (each.id for each in projects if each.id in area.projects):
                month = self._example.month(project)
                if month is None or not self._plan.reports_itself(area.id, project, month):
                    continue
                rows = table.rows_for((project,)) if table.rows else (None,)
                for row in rows:
                    field = table.field(column.id, row.id if row else None)
                    value = self._example.value(area, month, field)
                    if value:
                        # As the sheet has it: money is held in yuan whatever its column's unit.
                        scale = yuan_scale(column.id, column.unit)
                        typed = plain(Decimal(value) / scale) if scale != 1 else value
                        yield Note(f"{area.name}{month.label}（示例数据）：{label_of(self._plan, field)} 填 {typed}")
                        if reads:
                            yield from self._indicator_example(reads[0], [])
                        return

    def _area(self, indicator: Indicator) -> Area | None:
        """Return the first area that reports an indicator itself and has a target for it."""
        for area in self._plan.areas_with(indicator.project):
            if area.id in indicator.targets and self._plan.reports_itself(area.id, indicator.project):
                return area
        return None


def _light(indicator: Indicator) -> str:
    return "schedule" if indicator.basis == Basis.SCHEDULE else "level"


def _named(item: RubricItem) -> list[str]:
    """Return the ids of the indicators that an item looks at."""
    return [each if isinstance(each, str) else each.indicator for each in getattr(item.rule, "indicators", ())]


def _is_of(field: str, table: Table, column: Column) -> bool:
    parts = field.removeprefix("-").split(".")
    return parts[0] == table.id and parts[-1] == column.id


def _rule_words(rule: Rule) -> str:
    return f"{rule.id}（{_SEVERITIES[rule.severity.value]}）：{rule.message}。应为：{rule.allowed}"


def _explanation(title: str, parts: tuple[tuple[str, list[Note]], ...]) -> PlanExplanation:
    kept = ((heading, tuple(dict.fromkeys(notes))) for heading, notes in parts)
    return PlanExplanation(title, tuple((heading, notes) for heading, notes in kept if notes))
