"""医疗救助: inpatient cases by class, from total cost down to aid."""

from collections.abc import Mapping
from decimal import Decimal

from tests.sample.draw import fen, whole
from tests.sample.scenario import medical_ratio
from tests.sample.setting import Cut, Figures, Series, Setting

from minsheng.domain.area import Area

_CASES_PER_PERSON = Decimal("0.147")

"""Aided hospital stays a year per dibao person: about 41,000 in the city."""

_CLASSES = {"tekun": (Decimal("0.24"), Decimal("0.03")), "dibao": (Decimal("0.76"), Decimal("-0.009"))}

"""Share of the cases, and what the class gets above or below the area's ratio."""

_SEASON = (
    "0.075",
    "0.07",
    "0.085",
    "0.08",
    "0.08",
    "0.078",
    "0.08",
    "0.082",
    "0.083",
    "0.085",
    "0.087",
    "0.09",
    "0.025",
)

_STAY_YUAN = Decimal(8650)

"""Total cost of a stay; aid then comes to about 1,700 yuan (the national average then: 1,498 yuan)."""


def medical_figures(setting: Setting, area: Area) -> list[Figures]:
    """Return the fields of 医疗救助 for the thirteen cuts.

    In every row: self-paid = in-policy - basic insurance - serious illness - other, and aid <= self-paid.
    """
    flows = {row: _flows(setting, area, row) for row in _CLASSES}
    return [_at(flows, cut) for cut in setting.cuts]


def _flows(setting: Setting, area: Area, row: str) -> Mapping[str, Series]:
    draw = setting.draw
    share, advantage = _CLASSES[row]
    persons = sum(setting.caseload(area).values())
    columns: dict[str, list[Decimal]] = {}
    for step, season in enumerate(_SEASON, start=1):
        key = ("medical", area.id, row, step)
        cases = whole(persons * _CASES_PER_PERSON * share * Decimal(season) * draw.around("0.05", *key, "cases"))
        total = fen(cases * _STAY_YUAN * draw.around("0.04", *key, "cost"))
        in_policy = fen(total * (Decimal("0.88") * draw.around("0.01", *key, "policy")))
        basic = fen(in_policy * (Decimal("0.62") * draw.around("0.01", *key, "basic")))
        serious = fen(in_policy * (Decimal("0.05") * draw.around("0.15", *key, "serious")))
        other = fen(in_policy * (Decimal("0.015") * draw.around("0.2", *key, "other")))
        self_paid = in_policy - basic - serious - other
        above_cap = fen(self_paid * Decimal("0.014") * draw.around("0.4", *key, "cap"))
        ratio = medical_ratio(area.id, second_half=step > len(setting.cuts) // 2) + advantage
        aid = fen((self_paid - above_cap) * ratio * draw.around("0.006", *key, "ratio"))
        found = {
            "cases": Decimal(cases),
            "total_cost": total,
            "in_policy": in_policy,
            "basic_insurance": basic,
            "serious_illness": serious,
            "other_reimbursed": other,
            "self_paid": self_paid,
            "above_cap": above_cap,
            "aid": aid,
        }
        for name, value in found.items():
            columns.setdefault(name, []).append(value)
    return {name: Series(tuple(values)) for name, values in columns.items()}


def _at(flows: Mapping[str, Mapping[str, Series]], cut: Cut) -> Figures:
    figures: Figures = {}
    for row, series in flows.items():
        for name in ("total_cost", "in_policy", "basic_insurance", "serious_illness", "other_reimbursed"):
            figures[f"medical_aid.{row}.{name}_month_yuan"] = series[name].month(cut)
        for name in ("self_paid", "aid"):
            figures[f"medical_aid.{row}.{name}_month_yuan"] = series[name].month(cut)
            figures[f"medical_aid.{row}.{name}_cumulative_yuan"] = series[name].cumulative(cut)
        figures[f"medical_aid.{row}.above_cap_cumulative_yuan"] = series["above_cap"].cumulative(cut)
        figures[f"medical_aid.{row}.cases_month"] = int(series["cases"].month(cut))
        figures[f"medical_aid.{row}.cases_cumulative"] = int(series["cases"].cumulative(cut))
    return figures
