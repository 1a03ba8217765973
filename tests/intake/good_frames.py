"""One good frame per table, with last month's figures and a second area, for the mutation test of the rules."""

from datetime import date
from decimal import Decimal
from typing import Any

from good_returns import DIBAO, DISABILITY, ELDERLY, MEDICAL, TWO_LINES

CONTEXT = {
    "period_start": date(2017, 6, 1),
    "period_end": date(2017, 6, 30),
    "received_on": date(2017, 6, 22),
    "compared": {},
}
CANGXI = {"area": "cangxi", "area_name": "苍溪县", "area_order": 1}
WANGCANG = {"area": "wangcang", "area_name": "旺苍县", "area_order": 2}
FUNDS = {"allocated_yuan": 2000000, "received_yuan": 1500000, "disbursed_yuan": 1000000}
COVER = {
    "unit": "苍溪县民政局",
    "period": "2017年6月",
    "as_of": date(2017, 6, 20),
    "filled_on": date(2017, 6, 21),
    "contact": "张三",
    "phone": "0839",
    "data_label": None,
}


def _prev(**values: Any) -> dict[str, Any]:
    return {f"prev_{name}": value for name, value in values.items()}


def _zipped(names: dict[str, Any], *values: Any) -> dict[str, Any]:
    return dict(zip(names, values, strict=True))


GOOD: dict[str, list[dict[str, Any]]] = {
    "cover": [CANGXI | {"row": ""} | COVER, WANGCANG | {"row": ""} | COVER | {"unit": "旺苍县民政局"}],
    "dibao": [
        CANGXI
        | {"row": "urban"}
        | DIBAO
        | _prev(**_zipped(DIBAO, 1190, 1190, 1990, 15, 5, 460, 597000, 20000, 10000, 3000000, 100000))
        | {"floor_yuan": 420, "plan_target": 300, "stated_average_yuan": 300, "stated_target": 300},
        WANGCANG
        | {"row": "urban"}
        | _zipped(DIBAO, 705, 700, 1210, 15, 5, 465, 350000, 10000, 7230, 2090000, 60000)
        | _prev(**_zipped(DIBAO, 700, 695, 1200, 10, 5, 465, 348000, 10000, 6020, 1740000, 50000))
        | {"floor_yuan": 420, "plan_target": 300, "stated_average_yuan": None, "stated_target": None},
    ],
    "medical_aid": [
        CANGXI
        | {"row": "tekun"}
        | MEDICAL
        | _prev(**_zipped(MEDICAL, 95, 950000, 570000, 285000, 76000, 19000, 190000, 133000, 500, 1000000, 0, 700000))
        | {"plan_target": 70, "stated_ratio": 70, "stated_target": 70},
        WANGCANG
        | {"row": "tekun"}
        | _zipped(MEDICAL, 62, 510000, 310000, 160000, 30000, 8000, 112000, 80000, 372, 660000, 1000, 470000)
        | _prev(**_zipped(MEDICAL, 60, 500000, 300000, 155000, 28000, 7000, 110000, 78000, 310, 548000, 1000, 390000))
        | {"plan_target": 70, "stated_ratio": None, "stated_target": None},
    ],
    "elderly_care": [
        CANGXI
        | {"row": ""}
        | ELDERLY
        | _prev(**_zipped(ELDERLY, 8, 4, 90, 45, 135, 5, 54, 1, 7, 90, 1000, 380, 620))
        | {
            "target_persons": 21000,
            "listed_public": 100,
            "listed_private": 50,
            "listed_renovated": 60,
            "listed_daycare": 8,
        },
        WANGCANG
        | {"row": ""}
        | _zipped(ELDERLY, 2, 3, 40, 25, 65, 2, 30, 0, 4, 20, 520, 200, 320)
        | _prev(**_zipped(ELDERLY, 3, 2, 38, 22, 60, 3, 28, 1, 4, 25, 500, 195, 305))
        | {
            "target_persons": 13400,
            "listed_public": 40,
            "listed_private": 25,
            "listed_renovated": 30,
            "listed_daycare": 4,
        },
    ],
    "elderly_projects": [
        CANGXI
        | {"row": str(n), "name": name, "type": "新增公办床位", "quantity": 100, "status": "完工"}
        | {"completed_on": date(2017, 5, 20), "prev_quantity": None}
        for n, name in enumerate(("苍溪县福利院", "陵江福利院"), 1)
    ],
    "disability_allowance": [
        CANGXI
        | {"row": "", "plan_standard_yuan": 70}
        | DISABILITY
        | _prev(**_zipped(DISABILITY, 3090, 2995, 70, 1, 209650, 15000, 1050000)),
        WANGCANG
        | {"row": "", "plan_standard_yuan": 70}
        | _zipped(DISABILITY, 1510, 1460, 70, 1, 102200, 8700, 609000)
        | _prev(**_zipped(DISABILITY, 1500, 1450, 70, 1, 101500, 7240, 506800)),
    ],
    "two_lines": [
        area
        | {"row": "urban", "dibao_standard_yuan": 460, "dibao_households": households}
        | TWO_LINES
        | {"households": households, "by_difference_households": households}
        | _prev(
            households=households - 10,
            by_difference_households=households - 10,
            standard_before_yuan=460,
            standard_now_yuan=460,
            increment_month_yuan=10000,
            increment_cumulative_yuan=50000,
        )
        for area, households in ((CANGXI, 1200), (WANGCANG, 705))
    ],
    "funds": [
        CANGXI
        | {"row": "medical_aid_upper", "plan_amount_yuan": 75000000}
        | FUNDS
        | _prev(allocated_yuan=1000000, received_yuan=900000, disbursed_yuan=800000),
        WANGCANG
        | {"row": "medical_aid_upper", "plan_amount_yuan": 75000000}
        | _zipped(FUNDS, 420000, 380000, 300000)
        | _prev(allocated_yuan=400000, received_yuan=350000, disbursed_yuan=250000),
    ],
    "narrative": [
        area | {"row": "dibao"} | dict.fromkeys(("progress", "funds", "measures", "problems", "next_steps"), "已落实")
        for area in (CANGXI, WANGCANG)
    ],
}


def exact(value: Any) -> Any:
    """Turn a number as a person writes it into the Decimal that a frame holds."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
