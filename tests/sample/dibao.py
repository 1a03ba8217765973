"""低保 and 两线合一: persons, money, payment by household, new standards."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.sample.calibration import magnitude
from tests.sample.draw import whole
from tests.sample.scenario import LATE_DOCUMENT, dibao_level
from tests.sample.setting import Cut, Figures, Series, Setting

from minsheng.domain.area import Area

KINDS = {"urban": "城市", "rural": "农村"}

_TARGETS = {"urban": "dibao_urban_avg", "rural": "dibao_rural_avg"}

_FLOORS = {"urban": "dibao_floor_urban", "rural": "dibao_floor_rural"}

_HOUSEHOLD_SIZE = {"urban": Decimal("1.68"), "rural": Decimal("1.85")}

_INCREMENT = {"urban": Decimal("21.6"), "rural": Decimal("8.8")}

"""Yuan per person and month that the new standards add: over six months about the plan's 1,952.6 万元."""

_FESTIVE_YUAN = {1: 12, 13: 10}

"""Price subsidy per person, paid before the Spring Festival and at the year's end."""

_OTHER_YUAN = Decimal("1.5")

"""High-age and other small supplements per person and month."""


@dataclass(frozen=True)
class _Kind:
    """One row of an area: flows and stocks by step."""

    persons: tuple[int, ...]
    joined: tuple[int, ...]
    left: tuple[int, ...]
    person_months: Series
    spending: Series
    other: Series
    increment: Series


def expected_spending(setting: Setting, area: Area) -> Decimal:
    """Return what the area's dibao costs in a year if it just meets its targets, in yuan."""
    load = setting.caseload(area)
    return sum((12 * load[kind] * setting.target(_TARGETS[kind], area) for kind in KINDS), Decimal(0))


def expected_increment(setting: Setting, area: Area) -> Decimal:
    """Return what the new standards add per month, in yuan."""
    load = setting.caseload(area)
    return sum((load[kind] * _INCREMENT[kind] for kind in KINDS), Decimal(0))


def dibao_figures(setting: Setting, area: Area) -> list[Figures]:
    """Return the fields of 低保 and 两线合一 for the thirteen cuts; the two agree on households and standards."""
    kinds = {kind: _year(setting, area, kind) for kind in KINDS}
    found = []
    for cut in setting.cuts:
        figures: Figures = {}
        for kind, year in kinds.items():
            figures |= _at(setting, area, kind, year, cut)
        found.append(figures)
    return found


def _year(setting: Setting, area: Area, kind: str) -> _Kind:
    draw, target = setting.draw, setting.target(_TARGETS[kind], area)
    now = whole(setting.caseload(area)[kind] * draw.around("0.004", "dibao", area.id, kind, "start"))
    persons: list[int] = []
    joined: list[int] = []
    left: list[int] = []
    spending: list[Decimal] = []
    other: list[Decimal] = []
    increment: list[Decimal] = []
    for cut in setting.cuts:
        key = ("dibao", area.id, kind, cut.step)
        if cut.closing:
            # One payment a month: the days until the year's end add the festive subsidy only.
            persons.append(persons[-1])
            joined.append(joined[-1])
            left.append(left[-1])
            spending.append(Decimal(0))
            increment.append(Decimal(0))
            other.append(Decimal(_FESTIVE_YUAN[cut.step] * now))
            continue
        switching = cut.month == setting.switch_month
        came = whole(now * Decimal("0.008") * draw.around("0.3", *key, "joined"))
        went = whole(now * Decimal("0.008") * draw.around("0.3", *key, "left"))
        if switching:  # whole households come in, and households above the line go
            came, went = came * 2, whole(went * Decimal("1.8"))
        now += came - went
        persons.append(now)
        joined.append(came)
        left.append(went)
        started = cut.month >= setting.new_standard_month
        average = target * dibao_level(area.id, new_standard=started) * draw.around("0.003", *key, "average")
        rise = _standard(setting, kind, cut) - setting.parameter_before(_FLOORS[kind])
        per_person = min(rise, _INCREMENT[kind] * draw.around("0.03", *key, "rise")) if started else Decimal(0)
        spending.append(Decimal(whole(now * min(average, _standard(setting, kind, cut)))))
        increment.append(Decimal(whole(now * per_person)))
        other.append(Decimal(whole(now * (_OTHER_YUAN + _FESTIVE_YUAN.get(cut.step, 0)))))
    return _Kind(
        persons=tuple(persons),
        joined=tuple(joined),
        left=tuple(left),
        person_months=Series((*(Decimal(number) for number in persons[:-1]), Decimal(0))),
        spending=Series(tuple(spending)),
        other=Series(tuple(other)),
        increment=Series(tuple(increment)),
    )


def _standard(setting: Setting, kind: str, cut: Cut) -> Decimal:
    return setting.parameter(_FLOORS[kind], cut)


def by_household(setting: Setting, area: Area, cut: Cut) -> tuple[Decimal, date | None]:
    """Return the share of households paid by household, and the date of the document that says so once it exists."""
    month = setting.switch_month + (area.id in LATE_DOCUMENT)
    if cut.month >= month:
        day = 3 + setting.draw.integer(0, 9, "document", area.id)
        return Decimal(1), setting.workday(date(cut.period.year, month, day))
    share = Decimal("0.30") + Decimal("0.09") * cut.month * setting.draw.around("0.05", "switch", area.id)
    return min(share, Decimal("0.9")), None


def _at(setting: Setting, area: Area, kind: str, year: _Kind, cut: Cut) -> Figures:
    place = cut.step - 1
    households = whole(year.persons[place] / _HOUSEHOLD_SIZE[kind])
    share, dated = by_household(setting, area, cut)
    switched = whole(households * share)
    standard, before = _standard(setting, kind, cut), setting.parameter_before(_FLOORS[kind])
    dibao, lines = f"dibao.{kind}", f"two_lines.{kind}"
    figures: Figures = {
        f"{dibao}.households": households,
        f"{dibao}.by_household_households": switched,
        f"{dibao}.persons": year.persons[place],
        f"{dibao}.joined_persons": year.joined[place],
        f"{dibao}.left_persons": year.left[place],
        f"{dibao}.standard_yuan": standard,
        f"{dibao}.spending_month_yuan": year.spending.month(cut),
        f"{dibao}.other_month_yuan": year.other.month(cut),
        f"{dibao}.person_months_cumulative": int(year.person_months.cumulative(cut)),
        f"{dibao}.spending_cumulative_yuan": year.spending.cumulative(cut),
        f"{dibao}.other_cumulative_yuan": year.other.cumulative(cut),
        f"{lines}.households": households,
        f"{lines}.by_difference_households": switched,
        f"{lines}.standard_before_yuan": before,
        f"{lines}.standard_now_yuan": standard,
        f"{lines}.increment_month_yuan": year.increment.month(cut),
        f"{lines}.increment_cumulative_yuan": year.increment.cumulative(cut),
    }
    if dated:
        figures[f"{lines}.by_household_document_date"] = dated
    if standard > before:
        number = 40 + setting.draw.integer(0, 20, "standard", area.id)
        day = 2 + setting.draw.integer(0, 7, "standard-day", area.id)
        figures[f"{lines}.standard_document"] = f"{magnitude(area.id).sign}民发〔{cut.period.year}〕{number}号"
        dated_on = setting.workday(date(cut.period.year, setting.new_standard_month, day))
        figures[f"{lines}.standard_document_date"] = dated_on
    return figures
