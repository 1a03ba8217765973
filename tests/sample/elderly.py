"""养老服务 and 养老项目: every bed and centre belongs to a listed project, so the two sheets agree exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.sample.calibration import magnitude
from tests.sample.draw import whole
from tests.sample.scenario import CLOSING, CURVES, finished_share, home_care_share
from tests.sample.setting import Cut, Figures, Setting

from minsheng.domain.area import Area, AreaKind

PUBLIC, PRIVATE, RENOVATION, CENTRE = "新增公办床位", "新增民办床位", "维修改造床位", "日间照料中心"

_NAMES = {
    PUBLIC: "{place}敬老院扩建项目",
    PRIVATE: "{place}民办养老院建设项目",
    RENOVATION: "{place}敬老院维修改造项目",
    CENTRE: "{place}社区日间照料中心",
}

_NEVER = CLOSING + 1

_BEDS_TOGETHER = 5

_LARGE = 50

"""Beds: more than these finished in one month are two projects, a public and a private one."""

_DISABLED_SHARE = Decimal("0.37")

_VISITS_SHARE = Decimal("0.06")

"""Visits that were wrongly counted as persons, as a share of the target."""


@dataclass(frozen=True, kw_only=True)
class Building:
    """One line of 养老项目."""

    name: str
    type: str
    quantity: int
    started: int
    """The step from which it is listed."""
    finished: int
    """The step in which it is finished; beyond the last one if it is not."""
    finished_on: date | None

    def row(self, cut: Cut) -> Mapping[str, Decimal | int | date | str] | None:
        """Return the line as it stands at a cut; ``None`` before the building starts."""
        if cut.step < self.started:
            return None
        values: dict[str, Decimal | int | date | str] = {
            "name": self.name,
            "type": self.type,
            "quantity": self.quantity,
            "status": "开工",
        }
        if self.finished <= cut.step and self.finished_on:
            values["status"] = "验收" if cut.step - self.finished > 1 else "完工"
            values["completed_on"] = self.finished_on
        return values


@dataclass(frozen=True)
class _Batch:
    """What is finished together."""

    type: str
    quantity: int
    step: int


def buildings(setting: Setting, area: Area) -> tuple[Building, ...]:
    """Return an area's projects of the year, by the step in which they are finished."""
    found: list[Building] = []
    for indicator in CURVES:
        target = setting.target(indicator, area)
        done = 0
        for step in range(1, CLOSING + 1):
            total = _finished(target, finished_share(indicator, area.id, step), indicator)
            for type_, quantity in _batches(setting, area, indicator, step, total - done):
                found.append(_building(setting, area, _Batch(type_, quantity, step), found))
            done = total
        if done < target:
            for type_, quantity in _batches(setting, area, indicator, _NEVER, int(target) - done):
                found.append(_building(setting, area, _Batch(type_, quantity, _NEVER), found))
    return tuple(sorted(found, key=lambda building: (building.started, building.type, building.name)))


def _finished(target: Decimal, share: Decimal, indicator: str) -> int:
    """Return the units finished: beds in fives, as they are built, unless all of them are there."""
    if indicator == "daycare_centres" or share == 1:
        return whole(target * share)
    return whole(target * share / _BEDS_TOGETHER) * _BEDS_TOGETHER


def _batches(setting: Setting, area: Area, indicator: str, step: int, quantity: int) -> list[tuple[str, int]]:
    if not quantity:
        return []
    if indicator == "beds_renovated":
        return [(RENOVATION, quantity)]
    if indicator == "daycare_centres":
        return [(CENTRE, quantity)]
    if area.kind == AreaKind.MUNICIPAL_ROW:
        return [(PUBLIC, quantity)]
    if quantity > _LARGE:
        private = quantity * 3 // 50 * 10  # about 60 %, in whole tens
        return [(PUBLIC, quantity - private), (PRIVATE, private)]
    return [(setting.draw.choose((PUBLIC, PRIVATE, PRIVATE), "beds", area.id, step), quantity)]


def _building(setting: Setting, area: Area, batch: _Batch, earlier: list[Building]) -> Building:
    draw = setting.draw
    type_, quantity, step = batch.type, batch.quantity, batch.step
    places = magnitude(area.id).places
    before = sum(1 for building in earlier if building.type == type_)
    # Types start at different places, so that one town does not get everything at once.
    place = places[(before + draw.integer(0, len(places) - 1, "place", area.id, type_)) % len(places)]
    name = _NAMES[type_].format(place=place)
    if area.kind == AreaKind.MUNICIPAL_ROW:
        name = name.replace("敬老院", "")
    if type_ == CENTRE and quantity > 1:
        name = f"{place}等{quantity}个社区日间照料中心"
    if before >= len(places):
        name += f"（{'二三四五'[before // len(places) - 1]}期）"
    lead = draw.integer(3, 5, "lead", area.id, type_, step)
    finished_on = None
    if step <= CLOSING:
        cut = setting.cuts[step - 1]
        low, high = (setting.cuts[step - 2].as_of.day + 1, cut.as_of.day - 2) if cut.closing else (3, 16)
        finished_on = cut.as_of.replace(day=draw.integer(low, high, "finished", area.id, type_, step))
    return Building(
        name=name, type=type_, quantity=quantity, started=max(1, step - lead), finished=step, finished_on=finished_on
    )


def elderly_figures(setting: Setting, area: Area, built: tuple[Building, ...]) -> list[Figures]:
    """Return the fields of 养老服务 for the thirteen cuts; an area without a target in a column has 0 there."""
    target = setting.target("home_care_persons", area)
    found: list[Figures] = []
    served = 0
    december = 0
    for cut in setting.cuts:
        before = december if cut.closing else served
        december = served
        served = whole(target * home_care_share(area.id, cut.step))
        months = {cut.step, cut.step - 1} if cut.closing else {cut.step}
        month = {type_: sum(b.quantity for b in built if b.type == type_ and b.finished in months) for type_ in _NAMES}
        total = {
            type_: sum(b.quantity for b in built if b.type == type_ and b.finished <= cut.step) for type_ in _NAMES
        }
        disabled = int(served * _DISABLED_SHARE)
        found.append(
            {
                "elderly_care.beds_public_month": month[PUBLIC],
                "elderly_care.beds_private_month": month[PRIVATE],
                "elderly_care.beds_public_cumulative": total[PUBLIC],
                "elderly_care.beds_private_cumulative": total[PRIVATE],
                "elderly_care.beds_new_cumulative": total[PUBLIC] + total[PRIVATE],
                "elderly_care.beds_renovated_month": month[RENOVATION],
                "elderly_care.beds_renovated_cumulative": total[RENOVATION],
                "elderly_care.daycare_month": month[CENTRE],
                "elderly_care.daycare_cumulative": total[CENTRE],
                "elderly_care.home_care_month_persons": served - before,
                "elderly_care.home_care_cumulative_persons": served,
                "elderly_care.home_care_disabled_persons": disabled,
                "elderly_care.home_care_aged_persons": served - disabled,
            }
        )
    return found


def miscounted(setting: Setting, area: Area, figures: Figures) -> Figures:
    """Return figures in which home-care visits to the aged were counted as persons: plausible, and wrong."""
    extra = whole(setting.target("home_care_persons", area) * _VISITS_SHARE)
    wrong = dict(figures)
    for name in ("month", "cumulative", "aged"):
        field = f"elderly_care.home_care_{name}_persons"
        wrong[field] = int(str(wrong[field])) + extra
    return wrong


def progress_share(setting: Setting, area: Area, step: int) -> Decimal:
    """Return how much of an area's elderly-care duties is done at ``step``, 0 to 1: what payments follow."""
    shares = [finished_share(indicator, area.id, step) for indicator in CURVES if setting.target(indicator, area)]
    if setting.target("home_care_persons", area):
        shares.append(home_care_share(area.id, step))
    return min(Decimal(1), sum(shares, Decimal(0)) / max(1, len(shares)))
