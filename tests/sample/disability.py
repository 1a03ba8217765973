"""残疾人补贴: who is entitled, who is paid, for how many months."""

from decimal import Decimal

from tests.sample.calibration import POOR_DISABLED_SHARE
from tests.sample.draw import whole
from tests.sample.scenario import QUARTERLY, SHORT_PAID
from tests.sample.setting import Figures, Setting

from minsheng.domain.area import Area

_STANDARD = "disability_standard"

_NOT_YET_PAID = Decimal("0.022")

"""Share of those entitled whose second-generation certificate is still being checked, where an area is behind."""

_MONTHS_PER_QUARTER = 3


def expected_persons(setting: Setting, area: Area) -> Decimal:
    """Return about how many people of the area are entitled in the middle of the year."""
    everyone = Decimal(sum(setting.caseload(area).values()))
    return everyone * POOR_DISABLED_SHARE * setting.draw.around("0.01", "disability", area.id)


def disability_figures(setting: Setting, area: Area) -> list[Figures]:
    """Return the fields of 残疾人补贴 for the thirteen cuts; amount = paid x standard x months covered."""
    quarterly = area.id in QUARTERLY
    base = expected_persons(setting, area)
    paid_last, person_months, amount_total = 0, 0, Decimal(0)
    found: list[Figures] = []
    for cut in setting.cuts:
        if cut.closing:
            found.append(dict(found[-1]))  # paid once a month, and December's payment is already in
            continue
        eligible = whole(base * (Decimal("0.985") + Decimal("0.0025") * cut.month))
        months = 1
        if quarterly:
            months = _MONTHS_PER_QUARTER if cut.month % _MONTHS_PER_QUARTER == 0 else 0
        if months or not paid_last:
            short = cut.month < SHORT_PAID.get(area.id, 0)
            paid_last = eligible - (whole(eligible * _NOT_YET_PAID) if short else 0)
        elif quarterly:
            # New entries of the quarter are entered and paid at its end.
            eligible = paid_last
        standard = setting.parameter(_STANDARD, cut)
        amount = paid_last * standard * months
        person_months += paid_last * months
        amount_total += amount
        found.append(
            {
                "disability_allowance.eligible_persons": eligible,
                "disability_allowance.paid_persons": paid_last,
                "disability_allowance.standard_yuan": standard,
                "disability_allowance.months_covered": months,
                "disability_allowance.amount_month_yuan": amount,
                "disability_allowance.person_months_cumulative": person_months,
                "disability_allowance.amount_cumulative_yuan": amount_total,
            }
        )
    return found
