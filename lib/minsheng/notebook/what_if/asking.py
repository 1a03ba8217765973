"""The widgets that ask what if: scenarios, their changes, the page that answers, and a notebook to keep them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from minsheng.errors import MinshengError, UsageError
from minsheng.files.writing import write_atomically
from minsheng.notebook.inputs import Inputs
from minsheng.notebook.own_files import new_path, written
from minsheng.notebook.report_links import notebook_address
from minsheng.notebook.what_if import changed_inputs as changes
from minsheng.notebook.what_if.amounts import HOW
from minsheng.notebook.what_if.changed_inputs import EVERY, InputChange, field_labels, quoted
from minsheng.notebook.what_if.rule_settings import rule_settings, setting_name
from minsheng.notebook.what_if.side_by_side import comparison
from minsheng.render.html.markup import Element, callout, note
from minsheng.render.html.numbers import trimmed

_KINDS = {
    "目标": "target",
    "上报数": "actual",
    "评分规则": "rule",
    "小项满分": "full_marks",
    "各部分权重": "part_weights",
}

_OF_AREAS = {"target", "actual"}


class Asking:
    """The widgets: ``shown`` is what a notebook displays."""

    def __init__(self, inputs: Inputs) -> None:
        import ipywidgets as widgets

        self._inputs, self._plan = inputs, inputs.plan
        self._returns = inputs.returns(tuple(area.id for area in self._plan.areas))
        self._labels = field_labels(self._plan)
        self._scenarios: dict[str, list[InputChange]] = {}
        wide = widgets.Layout(width="420px")
        kinds = [each for each in _KINDS.items() if each[1] != "part_weights" or self._plan.county_rubric.parts]
        self.scenario = widgets.Text(value="情景一", description="情景")
        self.kind = widgets.Dropdown(options=kinds, description="改什么")
        self.area = widgets.Dropdown(
            options=[("所有地区", EVERY), *((each.name, each.id) for each in self._plan.areas)], description="地区"
        )
        self.what = widgets.Dropdown(description="哪一个", layout=wide)
        self.setting = widgets.Dropdown(description="哪一条", layout=wide)
        self.value = widgets.Text(description="改为", placeholder="28、+10%、-5、×1.1")
        self.now = widgets.HTML()
        self.add = widgets.Button(description="加入并计算", button_style="primary")
        self.listed = widgets.Select(description="已加入", layout=widgets.Layout(width="98%", height="7em"))
        self.remove = widgets.Button(description="删去选中的")
        self.fault = widgets.HTML()
        self.page = widgets.HTML()
        self.file = widgets.Text(description="存为", placeholder="beds_target")
        self.keep = widgets.Button(description="存为笔记本")
        self.kept = widgets.HTML()
        rows = [
            [self.scenario, self.kind, self.area],
            [self.what, self.setting],
            [self.value, self.now, self.add],
        ]
        wrap = widgets.Layout(flex_flow="row wrap")
        self.shown = widgets.VBox(
            [
                *(widgets.HBox(row, layout=wrap) for row in rows),
                self.fault,
                self.listed,
                self.remove,
                self.page,
                widgets.HBox([self.file, self.keep, self.kept], layout=wrap),
            ]
        )
        follow: tuple[tuple[Any, Callable[[object], None]], ...] = (
            (self.kind, self._kind_chosen),
            (self.area, self._area_chosen),
            (self.what, self._what_chosen),
            (self.setting, self._show_now),
        )
        for picker, chosen in follow:
            picker.observe(chosen, names="value")
        for button, pressed in ((self.add, self._add), (self.remove, self._remove), (self.keep, self._keep)):
            button.on_click(pressed)
        self._kind_chosen()
        self._answer()

    def _kind_chosen(self, _change: object = None) -> None:
        self.area.disabled = self.kind.value not in _OF_AREAS
        self._area_chosen()

    def _area_chosen(self, _change: object = None) -> None:
        offer(self.what, self._whats())
        self._what_chosen()

    def _whats(self) -> list[tuple[str, str]]:
        match self.kind.value:
            case "target":
                named = ((f"{one.name}（{one.unit}）", one) for one in self._plan.indicators)
                return [(name, one.id) for name, one in named if self._targets(one.targets)]
            case "actual":
                return [(self._labels.get(field, field), field) for field in self._reported()]
            case "part_weights":
                return [("、".join(part.name for part in self._plan.county_rubric.parts), "")]
            case _:
                return [(item.name, item.id) for item in self._plan.county_rubric.items]

    def _targets(self, targets: Mapping[str, Any]) -> list[Any]:
        wanted = targets.values() if self.area.value == EVERY else [targets.get(self.area.value)]
        return [each for each in wanted if each is not None and each.has_number]

    def _reported(self) -> dict[str, str]:
        """Return what an area, or any, reported last: field → value with its unit."""
        found: dict[str, str] = {}
        for (_, area), accepted in sorted(self._returns.items()):
            if self.area.value in {EVERY, area}:
                found |= {name: f"{each.value} {each.unit}" for name, each in accepted.values.items()}
        return found

    def _what_chosen(self, _change: object = None) -> None:
        settings = self._settings()
        offer(self.setting, [(setting_name(name), name) for name in settings])
        self.setting.disabled = not settings
        self._show_now()

    def _settings(self) -> dict[str, str]:
        rules = {item.id: item.rule for item in self._plan.county_rubric.items}
        return rule_settings(rules[self.what.value]) if self.kind.value == "rule" and self.what.value else {}

    def _show_now(self, _change: object = None) -> None:
        self.now.value = note(f"现为 {self._now() or '空'}").html()

    def _now(self) -> str:
        what, rubric = self.what.value, self._plan.county_rubric
        match self.kind.value:
            case "rule":
                return self._settings().get(self.setting.value or "", "")
            case "full_marks":
                return next((f"{trimmed(item.full_marks)} 分" for item in rubric.items if item.id == what), "")
            case "part_weights":
                return "、".join(trimmed(part.weight) for part in rubric.parts)
            case _ if self.area.value == EVERY:
                return f"各地区自己的数；{HOW}"
            case "actual":
                return self._reported().get(what, "")
            case _:
                found = next((one.targets for one in self._plan.indicators if one.id == what), {})
                return "、".join(changes.said_target(each) for each in self._targets(found))

    def _change(self) -> InputChange:
        what, value, area = self.what.value or "", self.value.value, self.area.value
        match self.kind.value:
            case "target":
                return changes.target(what, value, area)
            case "actual":
                return changes.actual(what, value, area)
            case "rule":
                return changes.rule(what, self.setting.value or "", value)
            case "full_marks":
                return changes.full_marks(what, value)
            case _:
                return changes.part_weights(value)

    def _add(self, _button: object = None) -> None:
        name = self.scenario.value.strip() or "情景一"
        before = {each: list(held) for each, held in self._scenarios.items()}
        self._scenarios.setdefault(name, []).append(self._change())
        if not self._answer():
            self._scenarios = before

    def _remove(self, _button: object = None) -> None:
        if self.listed.value is None:
            self.fault.value = callout("先在“已加入”里点选要删去的一条").html()
            return
        name, number = self.listed.value
        del self._scenarios[name][number]
        self._scenarios = {each: held for each, held in self._scenarios.items() if held}
        self._answer()

    def _answer(self) -> bool:
        """Show what the scenarios come to; say what is wrong, and leave the page, where one cannot be."""
        try:
            found = comparison(self._inputs, self._scenarios)
        except MinshengError as fault:
            self.fault.value = callout(str(fault)).html()
            return False
        self.fault.value = ""
        self.page.value = found.page()._repr_html_()
        self.listed.options = [
            (f"{each.name}：{told}", (each.name, number))
            for each in found.scenarios
            for number, told in enumerate(each.told)
        ]
        self.listed.value = None  # or whoever presses 删去 again would lose one that nobody has chosen
        return True

    def _keep(self, _button: object = None) -> None:
        try:
            path = save(self._inputs, self.file.value.strip(), self._scenarios)
        except MinshengError as fault:
            self.kept.value = callout(str(fault)).html()
            return
        where = path.relative_to(self._inputs.workspace.root).as_posix()
        link = Element("a", where, href=notebook_address(where), target="_blank", rel="noopener")
        self.kept.value = note("已存为 ", link, "：打开它，改情景，再运行。").html()


def offer(picker: Any, options: Sequence[tuple[str, str]]) -> None:
    """Let a picker offer other options: what is chosen stays where it is among them, else the first is."""
    kept, values = picker.value, [value for _, value in options]
    picker.options = options
    # A picker that was made empty chooses none by itself.
    picker.value = kept if kept in values else next(iter(values), None)


_ABOUT = """\
# 如果……

每个情景写改什么，再运行本笔记本。改的是目标（`target`）、上报数（`actual`）、评分规则（`rule`）、小项满分（`full_marks`）、各部分权重（`part_weights`）；
值写新的数，或怎样变（+10%、-5、×1.1）；不写地区的，各地区都改。用的是同一套计算，不改动方案、报表和正式报告。"""


def save(inputs: Inputs, name: str, scenarios: Mapping[str, Sequence[InputChange]]) -> Path:
    """Write the notebook under ``notebooks/own/``.

    Raises
    ------
    UsageError
        If there is no scenario, or the name is none or taken.
    """
    if not scenarios:
        raise UsageError("还没有情景：先加入一处改动")
    path = new_path(inputs.workspace, inputs.plan, name)
    lines = ["scenarios = {"]
    for scenario, changed in scenarios.items():
        lines += [f"    {quoted(scenario)}: [", *(f"        {change!r}," for change in changed), "    ],"]
    cells = (
        ("markdown", _ABOUT, ()),
        ("code", f'period = "{inputs.period}"  # 报告期\narea = "city"  # 只看一个地区时写它', ("parameters",)),
        ("code", "from minsheng.notebook import what_if", ()),
        ("code", "\n".join([*lines, "}"]), ()),
        ("code", "found = what_if.compare(period, scenarios, area)\nfound", ()),
        ("code", "found.frame()  # 同样的数，接着分析用", ()),
    )
    write_atomically(path, written(f"如果……（{name}）", cells))
    return path
