"""资金: the plan's amounts by source, split over areas; allocated >= received >= disbursed, and none ever falls."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tests.sample.dibao import expected_increment, expected_spending
from tests.sample.disability import expected_persons
from tests.sample.draw import apportion, hundreds, whole
from tests.sample.elderly import progress_share
from tests.sample.scenario import CLOSING, LATE_COUNTY_MONEY
from tests.sample.setting import Figures, Setting

from minsheng.domain.area import Area, AreaKind
from minsheng.domain.indicator import FundLevel, FundLine, FundSource

_UNIT_YUAN = 100

"""0.01 万元: the table's precision."""

_ALLOCATED = ("0.40", "0.48", "0.54", "0.62", "0.68", "0.75", "0.80", "0.86", "0.92", "0.96", "0.99", "1", "1")

_ARRIVED = ("0.86", "0.88", "0.90", "0.92", "0.93", "0.94", "0.95", "0.955", "0.96", "0.97", "0.98", "0.985", "0.995")

"""Of what is allocated."""

_ARRIVED_LATE = ("0.20", "0.25", "0.30", "0.35", "0.40", "0.45", "0.50", "0.55", "0.65", "0.75", "0.85", "0.90", "0.95")

_INSURANCE_SUBSIDY = Decimal("0.15")

"""资助参保 paid in one sum each spring, as a share of the medical money."""

SUBSIDY_STEP = 3

_COST = {"beds_new": "1", "beds_renovated": "0.6", "daycare_centres": "8", "home_care_persons": "0.012"}

"""Relative cost of a unit of elderly care."""


@dataclass(frozen=True)
class _Purse:
    """One project's money of one area, and the figures that it is spent after."""

    amounts: Mapping[str, Decimal]
    """The year's yuan by source."""
    figures: list[Figures]
    """By cut."""


def fund_figures(setting: Setting, figures: Mapping[str, list[Figures]]) -> dict[str, list[Figures]]:
    """Return the fields of 资金 by area id for the thirteen cuts.

    Parameters
    ----------
    setting
        The stage.
    figures
        By area id, the other figures of the thirteen cuts: what was paid follows from them.
    """
    found: dict[str, list[Figures]] = {area.id: [{} for _ in setting.cuts] for area in setting.plan.areas}
    for line in setting.plan.funds:
        areas = setting.plan.areas_with(line.project)
        split = {part.id: _split(setting, line, part, areas) for part in line.parts}
        for place, area in enumerate(areas):
            amounts = {part.id: Decimal(split[part.id][place] * _UNIT_YUAN) for part in line.parts}
            _fill(setting, line, area, _Purse(amounts, figures[area.id]), found[area.id])
    return found


def _split(setting: Setting, line: FundLine, part: FundSource, areas: tuple[Area, ...]) -> list[int]:
    """Split one source over the areas in units of 100 yuan."""
    weights = [
        Decimal(0)
        if area.kind == AreaKind.MUNICIPAL_ROW and FundLevel.COUNTY in part.levels
        else _weight(setting, line.project, area)
        for area in areas
    ]
    if FundLevel.MUNICIPAL in part.levels:
        # The city's own money goes to its own institutions first.
        others = sum((w for w, a in zip(weights, areas, strict=True) if a.kind != AreaKind.MUNICIPAL_ROW), Decimal(0))
        weights = [
            others if area.kind == AreaKind.MUNICIPAL_ROW else weight
            for weight, area in zip(weights, areas, strict=True)
        ]
    return apportion(int(part.amount_yuan) // _UNIT_YUAN, weights)


def _weight(setting: Setting, project: str, area: Area) -> Decimal:
    match project:
        case "dibao":
            return expected_spending(setting, area)
        case "two_lines":
            return expected_increment(setting, area)
        case "disability_allowance":
            return expected_persons(setting, area)
        case "elderly_care":
            return sum((setting.target(unit, area) * Decimal(cost) for unit, cost in _COST.items()), Decimal(0))
        case _:
            return Decimal(sum(setting.caseload(area).values()))


def _fill(setting: Setting, line: FundLine, area: Area, purse: _Purse, out: list[Figures]) -> None:
    amounts = purse.amounts
    lag = setting.draw.around("0.05", "funds", area.id, line.project) - 1
    disbursed = dict.fromkeys(amounts, Decimal(0))
    for cut in setting.cuts:
        place = cut.step - 1
        share = Decimal(_ALLOCATED[place])
        share -= lag * (1 - share)
        received = {}
        for part in line.parts:
            late = area.id in LATE_COUNTY_MONEY.get(line.project, ()) and FundLevel.COUNTY in part.levels
            arrived = Decimal((_ARRIVED_LATE if late else _ARRIVED)[place])
            allocated = hundreds(amounts[part.id] * share)
            received[part.id] = hundreds(allocated * arrived)
            out[place][f"funds.{part.id}.allocated_yuan"] = allocated
            out[place][f"funds.{part.id}.received_yuan"] = received[part.id]
        arrived_total = sum(received.values(), Decimal(0))
        exact = _paid(setting, line.project, area, purse, place) / _UNIT_YUAN
        paid = min(Decimal(whole(exact) * _UNIT_YUAN), arrived_total)
        rest = paid
        for part in reversed(line.parts):
            if arrived_total:
                # The first source pays what the others leave, so that the sum is what was paid.
                own = rest if part is line.parts[0] else hundreds(paid * received[part.id] / arrived_total)
                disbursed[part.id] = min(max(disbursed[part.id], own), received[part.id])
                rest -= disbursed[part.id]
            out[place][f"funds.{part.id}.disbursed_yuan"] = disbursed[part.id]


def _paid(setting: Setting, project: str, area: Area, purse: _Purse, place: int) -> Decimal:
    """Return what a project has paid out by a cut, in yuan."""
    total = sum(purse.amounts.values(), Decimal(0))

    def added(at: int, *fields: str) -> Decimal:
        return sum((Decimal(str(purse.figures[at][field])) for field in fields), Decimal(0))

    match project:
        case "medical_aid":
            subsidy = total * _INSURANCE_SUBSIDY if place + 1 >= SUBSIDY_STEP else Decimal(0)
            return subsidy + added(place, *(f"medical_aid.{row}.aid_cumulative_yuan" for row in ("tekun", "dibao")))
        case "dibao":
            # A month's money goes to the paying bank the month before; what the new standards add is paid from
            # the money of 两线合一, so that nothing is counted twice.
            ahead = min(place + 1, CLOSING - 1)
            spent = added(ahead, *(f"dibao.{kind}.spending_cumulative_yuan" for kind in ("urban", "rural")))
            return spent - added(ahead, *(f"two_lines.{k}.increment_cumulative_yuan" for k in ("urban", "rural")))
        case "two_lines":
            return added(place, *(f"two_lines.{kind}.increment_cumulative_yuan" for kind in ("urban", "rural")))
        case "disability_allowance":
            return added(place, "disability_allowance.amount_cumulative_yuan")
        case _:
            if place + 1 < SUBSIDY_STEP:
                return total * Decimal("0.03") * (place + 1)
            return total * (Decimal("0.12") + Decimal("0.84") * progress_share(setting, area, place + 1))
