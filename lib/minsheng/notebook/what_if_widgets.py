"""The widgets of the what-if: which figure or rule to change, and the page below that answers."""

from collections.abc import Mapping
from typing import Any

from minsheng.errors import UsageError
from minsheng.notebook.inputs import Inputs
from minsheng.notebook.what_if import SETTINGS, Question, field_labels, rule_settings, what_if
from minsheng.report.markup import Piece, note


def what_if_widgets(inputs: Inputs) -> Any:
    """Return the widgets that ask the question and the page below that answers it."""
    import ipywidgets as widgets

    plan, period = inputs.plan, inputs.period
    returns = inputs.returns(tuple(area.id for area in plan.assessed_areas))
    area = widgets.Dropdown(options=[(each.name, each.id) for each in plan.assessed_areas], description="县区")
    field = widgets.Dropdown(options=[("不改", "")], description="上报数")
    value = widgets.Text(description="改为")
    item = widgets.Dropdown(
        options=[("不改", ""), *((each.name, each.id) for each in plan.county_rubric.items)], description="小项规则"
    )
    setting = widgets.Dropdown(options=[("", "")], description="哪一条")
    setting_value = widgets.Text(description="改为")
    button = widgets.Button(description="算一算")
    page = widgets.HTML()
    labels = field_labels(plan)
    rules = {each.id: each.rule for each in plan.county_rubric.items}

    def values() -> Mapping[str, Any]:
        accepted = returns.get((period.closing_month, area.value))
        return accepted.values if accepted else {}

    def area_chosen(_change: object = None) -> None:
        field.options = [
            ("不改", ""),
            *((f"{labels.get(name, name)}（{each.value}{each.unit}）", name) for name, each in values().items()),
        ]

    def field_chosen(_change: object = None) -> None:
        value.value = values()[field.value].value if field.value else ""

    def item_chosen(_change: object = None) -> None:
        found = rule_settings(rules[item.value]) if item.value else {"": ""}
        setting.options = [(SETTINGS.get(name, name), name) for name in found]

    def setting_chosen(_change: object = None) -> None:
        found = rule_settings(rules[item.value]) if item.value else {}
        setting_value.value = found.get(setting.value or "", "")

    def answer(_button: object = None) -> None:
        question = Question(
            area=area.value,
            field=field.value,
            value=value.value,
            item=item.value,
            setting=setting.value or "",
            setting_value=setting_value.value,
        )
        try:
            page.value = what_if(inputs, question)._repr_html_()
        except UsageError as fault:
            page.value = Piece(note(str(fault)))._repr_html_()

    for picker, chosen in (
        (area, area_chosen),
        (field, field_chosen),
        (item, item_chosen),
        (setting, setting_chosen),
    ):
        picker.observe(chosen, names="value")
    button.on_click(answer)
    area_chosen()
    answer()
    return widgets.VBox(
        [widgets.HBox([area, field, value]), widgets.HBox([item, setting, setting_value]), button, page]
    )
