"""A column of the annex as an indicator: what it measures by, and which cells a return needs for that."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from minsheng.authoring.annex_table import AnnexCell, AnnexColumn
from minsheng.domain.base import plain
from minsheng.domain.period import Period
from minsheng.domain.units import dimension, is_money, is_percent_unit

_DONE = frozenset({"完成", "全面完成", "全部完成", "达标", "建成", "全覆盖"})

_LEVELS = ("人均", "平均", "比例", "率", "标准", "水平", "占比")

_LIMITS = re.compile("不超过|以内|控制在|不高于|(?<!不)低于|(?<!及)以下|下降到|降至")

_BEFORE = re.compile(r"(?P<month>1[0-2]|[1-9])月底?前")

_OURS = "由 plan new 按附件生成，请核对"


def quoted(text: str) -> str:
    """Return a text as strict YAML takes it, whatever it holds."""
    return json.dumps(text, ensure_ascii=False)


def ours(why: str = _OURS) -> str:
    """Return a source that says that something is a default of ours, and why."""
    return f"{{document: ours, why: {quoted(why)}}}"


def _column(name: str, label: str, kind: str, unit: str = "", more: str = "") -> str:
    said = f", unit: {quoted(unit)}" if unit else ""
    return f"{{id: {name}, label: {quoted(label)}{said}, type: {kind}{more}}}"


@dataclass(frozen=True)
class Goal:
    """One column of the annex as an indicator."""

    number: int
    column: AnnexColumn
    project: str
    """The id of its project."""
    name: str
    short_name: str
    cells: Mapping[str, AnnexCell]
    """By area id, and ``city``."""
    year: int

    @property
    def due(self) -> str:
        """Of a milestone the day: the end of the month that its heading names, else the year's."""
        found = _BEFORE.search(self.column.quote)
        return Period.of_month(self.year, int(found["month"]) if found else 12).end.isoformat()

    @property
    def id(self) -> str:
        """Its id."""
        return f"i{self.number}"

    @property
    def is_milestone(self) -> bool:
        """Whether it is something to be done by a day."""
        return all(cell.number is None and cell.text in _DONE for cell in self.cells.values())

    @property
    def is_worded(self) -> bool:
        """Whether its targets are words that nothing divides by."""
        return not self.is_milestone and all(cell.number is None for cell in self.cells.values())

    @property
    def is_level(self) -> bool:
        """Whether every month is held to the full target: rates and averages."""
        unit = self.column.unit
        return is_percent_unit(unit) or self.is_worded or any(word in self.column.quote for word in _LEVELS)

    @property
    def is_limit(self) -> bool:
        """Whether less is better."""
        return not self.is_milestone and _LIMITS.search(self.column.quote) is not None

    @property
    def unit(self) -> str:
        """The unit of its figures."""
        if self.is_milestone:
            return "完成"
        # Figures of money are held in yuan, whatever the annex counts in.
        return "元" if self._yuan != 1 else self.column.unit or ("%" if self.is_level else "个")

    @property
    def _yuan(self) -> Decimal:
        known = dimension(self.column.unit)
        return known[1] if known and is_money(self.column.unit) else Decimal(1)

    def target(self, cell: AnnexCell) -> str:
        """Return a target as YAML: a number in the indicator's unit, or words."""
        return quoted(cell.text) if cell.number is None else plain(cell.number * self._yuan)

    @property
    def decimals(self) -> int:
        """How many decimals are shown."""
        whole = all(cell.number is None or (cell.number * self._yuan) % 1 == 0 for cell in self.cells.values())
        return 0 if self.is_milestone or (whole and not self.is_level) else 2

    @property
    def adds_up(self) -> bool:
        """Whether the areas' targets make the city's."""
        numbers = [cell.number for who, cell in self.cells.items() if who != "city"]
        city = self.cells.get("city")
        known = [number for number in numbers if number is not None]
        return bool(known) and city is not None and len(known) == len(numbers) and sum(known) == city.number

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole, in hundredths."""
        return is_percent_unit(self.unit) and not self.is_milestone

    @property
    def is_average(self) -> bool:
        """Whether it is money a head."""
        return self.is_level and is_money(self.unit)

    @property
    def columns(self) -> list[str]:
        """The columns of its project's table, as YAML."""
        name = self.short_name
        if self.is_milestone:
            return [_column(f"{self.id}_done_on", f"{name}完成文件日期", "date", more=", required: false")]
        if self.is_share:
            return [
                _column(f"{self.id}_part", f"{name}：达到的数", "integer", "人"),
                _column(f"{self.id}_whole", f"{name}：应达到的数", "integer", "人"),
            ]
        if self.is_average:
            rising = ", cumulative: true"
            return [
                _column(f"{self.id}_sum_yuan", f"{name}：累计支出", "decimal", "元", rising),
                _column(f"{self.id}_times", f"{name}：累计人次", "integer", "人次", rising),
            ]
        kind = "decimal" if self.decimals or is_money(self.unit) else "integer"
        own = f"{self.id}_done{'_yuan' if is_money(self.unit) else ''}"
        if self.is_level:
            return [_column(own, name, kind, self.unit)]
        return [_column(own, f"累计{name}", kind, self.unit, ", cumulative: true")]

    @property
    def ids(self) -> list[str]:
        """The ids of these columns."""
        return [each.partition("id: ")[2].partition(",")[0] for each in self.columns]

    def column_of(self, name: str) -> str:
        """Return one of these columns, by its id."""
        return next(each for each in self.columns if each.startswith(f"{{id: {name},"))

    def rule(self, source: str) -> str:
        """Return how its item of the rubric is scored, as YAML."""
        own = f"indicators: [{{indicator: {self.id}}}], combine: weighted, unreported: zero, source: {source}"
        if self.is_milestone:
            return f"{{kind: milestone, levels: {{done: 1, partial: 0.5, not_done: 0}}, {own}}}"
        if self.is_worded:
            return f"{{kind: qualitative, indicators: [{self.id}]}}"
        if self.is_limit:
            return f"{{kind: lower_is_better, formula: two_minus_ratio, cap: 1, floor: 0, {own}}}"
        return f"{{kind: proportional, cap: 1, floor: 0, threshold: null, {own}}}"

    @property
    def measure(self) -> list[str]:
        """How it is measured, as lines of YAML."""
        fields = [f"{self.project}.{each}" for each in self.ids]
        if self.is_milestone:
            return [
                "kind: milestone",
                "conditions:",
                f"  - id: {self.id}_done",
                f"    name: {quoted(self.short_name)}",
                "    tests: []",
                f"    document_date: {fields[0]}",
                f"    due: {self.due}",
                f"    source: {ours('附件只写“完成”，以完成文件的日期为准，期限请核对')}",
                f"source: {ours('附件只写“完成”，以完成文件的日期为准')}",
            ]
        if len(fields) > 1:
            labels = ("累计支出", "累计人次") if self.is_average else ("达到的数", "应达到的数")
            return [
                "kind: ratio",
                f"numerator: [{fields[0]}]",
                f"numerator_label: {labels[0]}",
                f"denominator: [{fields[1]}]",
                f"denominator_label: {labels[1]}",
                f"scale: {1 if self.is_average else 100}",
                f"source: {ours('附件没有写分子、分母的口径，请核对')}",
            ]
        if self.is_level:
            return [
                "kind: stated",
                f"field: {fields[0]}",
                f"label: {quoted(self.short_name)}",
                "city: none",
                f"source: {ours()}",
            ]
        return [
            "kind: sum",
            f"fields: [{fields[0]}]",
            f"label: {quoted(f'累计{self.short_name}')}",
            f"source: {ours()}",
        ]
