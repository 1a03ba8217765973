"""What happens in the sample's year: who runs ahead, who falls behind, and the accidents of reporting.

Months are numbers within the plan's year; 13 stands for the days between December's return and the year's end.
"""

from collections.abc import Mapping
from decimal import Decimal

CLOSING = 13

"""The step after December's return: what happened until the year's last day."""

LATE = {"etdz": (8,)}

"""Area → months in which its return comes the day after it is due."""

MISSING = {"chaotian": (9,)}

"""Area → months in which it sends nothing."""

MISCOUNTED = {"cangxi": (5,)}

"""Area → months whose first return counts home-care visits as persons; a revision in the next month corrects it."""

QUARTERLY = ("qingchuan",)

"""Areas that pay the disability allowance at the end of each quarter."""

SHORT_PAID = {"jiange": 10}

"""Area → the month from which everybody entitled to the disability allowance is paid."""

LATE_DOCUMENT = ("wangcang",)

"""Areas that issue their document on payment by household only in the month after it is due."""

LATE_COUNTY_MONEY = {"dibao": ("zhaohua",), "elderly_care": ("zhaohua",)}

"""Project → areas whose own budget pays in late."""

LOOKS_SHIFTED = {"wangcang": (3,), "zhaohua": (3,)}

"""Area → months in which its medical figures happen to come near a neighbour's of the month before."""

Curve = Mapping[int, str]

"""Month → share of the year's target reached; between the months nothing is finished."""

_BEDS: Mapping[str, Curve] = {
    "municipal": {4: "0.10", 5: "0.25", 6: "0.40", 8: "0.65", 9: "0.80", 11: "0.95", 13: "1"},
    "cangxi": {3: "0.08", 4: "0.20", 6: "0.47", 8: "0.70", 9: "0.88", 11: "1", 12: "1.03"},
    "wangcang": {4: "0.12", 5: "0.24", 6: "0.40", 8: "0.60", 9: "0.80", 11: "0.96", 13: "1.01"},
    "jiange": {3: "0.10", 5: "0.30", 6: "0.45", 7: "0.58", 9: "0.86", 11: "0.95", 12: "1"},
    "qingchuan": {4: "0.11", 5: "0.25", 6: "0.39", 8: "0.65", 9: "0.80", 10: "0.92", 12: "1.03"},
    "lizhou": {2: "0.05", 3: "0.16", 4: "0.30", 5: "0.43", 6: "0.56", 7: "0.81", 8: "1.05", 11: "1.12"},
    "zhaohua": {5: "0.143", 8: "0.286", 9: "0.429", 11: "0.714", 13: "0.857"},
    "chaotian": {5: "0.19", 6: "0.38", 8: "0.63", 9: "0.75", 11: "0.94", 13: "1"},
    "etdz": {4: "0.13", 6: "0.38", 7: "0.60", 9: "0.88", 10: "1", 12: "1.05"},
}

_RENOVATION: Mapping[str, Curve] = {
    "municipal": {3: "0.25", 5: "0.42", 6: "0.50", 8: "0.75", 9: "0.83", 11: "1"},
    "cangxi": {3: "0.20", 5: "0.40", 6: "0.53", 8: "0.80", 9: "0.87", 11: "1"},
    "wangcang": {4: "0.20", 5: "0.33", 6: "0.47", 8: "0.73", 9: "0.80", 11: "0.93", 13: "1"},
    "jiange": {3: "0.20", 5: "0.47", 6: "0.53", 9: "0.80", 11: "1", 12: "1.07"},
    "qingchuan": {4: "0.20", 6: "0.50", 8: "0.70", 9: "0.80", 12: "1"},
    "lizhou": {2: "0.13", 4: "0.40", 6: "0.67", 8: "0.87", 9: "0.93", 11: "1.07"},
    "zhaohua": {4: "0.10", 6: "0.30", 8: "0.50", 9: "0.60", 11: "0.80", 13: "1"},
    "chaotian": {3: "0.20", 5: "0.40", 6: "0.50", 8: "0.70", 9: "0.85", 11: "1"},
    "etdz": {5: "0.33", 6: "0.50", 8: "0.67", 9: "0.83", 11: "1"},
}

_CENTRES: Mapping[str, Curve] = {
    "cangxi": {4: "0.12", 5: "0.24", 6: "0.36", 8: "0.60", 9: "0.82", 11: "0.95", 12: "1"},
    "wangcang": {5: "0.11", 6: "0.33", 8: "0.56", 9: "0.78", 11: "0.89", 13: "1"},
    "jiange": {5: "0.15", 6: "0.29", 8: "0.57", 9: "0.86", 12: "1"},
    "qingchuan": {5: "0.11", 6: "0.33", 7: "0.44", 9: "0.78", 11: "1"},
    "lizhou": {4: "0.11", 5: "0.22", 6: "0.39", 7: "0.56", 9: "0.83", 10: "0.94", 12: "1.06"},
    "zhaohua": {6: "0.25", 9: "0.50", 11: "0.75", 13: "1"},
    "chaotian": {9: "1"},
    "etdz": {6: "0.25", 8: "0.50", 9: "0.75", 11: "1"},
}

CURVES: Mapping[str, Mapping[str, Curve]] = {
    "beds_new": _BEDS,
    "beds_renovated": _RENOVATION,
    "daycare_centres": _CENTRES,
}

"""By indicator and area; shapes after the province's and Suining's reports (DOMAIN.md §3, progress shapes)."""

_ANY: Curve = {3: "0.10", 5: "0.28", 6: "0.43", 8: "0.68", 9: "0.84", 11: "0.96", 12: "1.02"}

_HOME_CARE = ("0.05", "0.10", "0.18", "0.26", "0.345", "0.43", "0.55", "0.69", "0.83", "0.91", "0.96", "0.995", "1")

_HOME_CARE_PACE = {
    "cangxi": ("1.05", "1.01"),
    "wangcang": ("0.93", "0.99"),
    "jiange": ("0.97", "1"),
    "qingchuan": ("1.12", "1.02"),
    "lizhou": ("1.08", "1.03"),
    "zhaohua": ("0.90", "1"),
    "chaotian": ("1.03", "1.01"),
}

_MEDICAL = {
    "cangxi": ("0.705", "0.733"),
    "wangcang": ("0.692", "0.722"),
    "jiange": ("0.696", "0.726"),
    "qingchuan": ("0.701", "0.728"),
    "lizhou": ("0.707", "0.727"),
    "zhaohua": ("0.674", "0.694"),
    "chaotian": ("0.698", "0.722"),
    "etdz": ("0.690", "0.716"),
}

_DIBAO = {
    "cangxi": ("0.992", "1.028"),
    "wangcang": ("0.975", "1.010"),
    "jiange": ("0.983", "1.022"),
    "qingchuan": ("0.997", "1.022"),
    "lizhou": ("0.989", "1.022"),
    "zhaohua": ("0.979", "1.014"),
    "chaotian": ("1.004", "1.030"),
    "etdz": ("0.986", "1.020"),
}


def finished_share(indicator: str, area: str, step: int) -> Decimal:
    """Return the share of an area's target of built units that is finished at ``step`` (1-13)."""
    curve = CURVES[indicator].get(area, _ANY)
    return max((Decimal(share) for month, share in curve.items() if month <= step), default=Decimal(0))


def home_care_share(area: str, step: int) -> Decimal:
    """Return the share of an area's home-care target that is served at ``step`` (1-13)."""
    pace, final = (Decimal(text) for text in _HOME_CARE_PACE.get(area, ("1", "1")))
    base = Decimal(_HOME_CARE[step - 1])
    # The lead or lag fades towards the year's end: everybody works towards the same number.
    return base * (1 + (pace - 1) * (1 - base)) * final


def medical_ratio(area: str, *, second_half: bool) -> Decimal:
    """Return the month's aid per in-policy self-paid cost within the cap, 0 to 1."""
    return Decimal(_MEDICAL.get(area, ("0.700", "0.725"))[second_half])


def dibao_level(area: str, *, new_standard: bool) -> Decimal:
    """Return the month's average benefit as a share of the year's target."""
    return Decimal(_DIBAO.get(area, ("0.987", "1.020"))[new_standard])
