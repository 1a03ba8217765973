"""Magnitudes of the sample, per area.

Sources: ``urban_persons`` and ``rural_persons`` are a synthetic split (no county counts were published) that reproduces
the city's weighted urban target of 270 yuan within the plan's money; ``POOR_DISABLED_SHARE`` follows from 2,700 万元 ÷
70 yuan ÷ 12 months. Targets, areas and money are never repeated here: they come from the plan. Place names are real
townships, what is said about them is made up.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Magnitude:
    """How large one area's caseload is."""

    urban_persons: int
    """城市低保对象 in the middle of the year."""
    rural_persons: int
    sign: str
    """The character of its document numbers: 苍民发."""
    places: tuple[str, ...]


_KNOWN = {
    "municipal": Magnitude(
        urban_persons=0, rural_persons=0, sign="广", places=("市社会福利院", "市老年养护院", "市光荣院")
    ),
    "cangxi": Magnitude(
        urban_persons=7600,
        rural_persons=58000,
        sign="苍",
        places=("陵江镇", "元坝镇", "歧坪镇", "东溪镇", "龙山镇", "五龙镇", "文昌镇", "永宁镇"),
    ),
    "wangcang": Magnitude(
        urban_persons=7000,
        rural_persons=34000,
        sign="旺",
        places=("东河镇", "嘉川镇", "木门镇", "白水镇", "普济镇", "三江镇", "国华镇", "黄洋镇"),
    ),
    "jiange": Magnitude(
        urban_persons=6400,
        rural_persons=52000,
        sign="剑",
        places=("下寺镇", "普安镇", "白龙镇", "鹤龄镇", "武连镇", "开封镇", "元山镇", "公兴镇"),
    ),
    "qingchuan": Magnitude(
        urban_persons=4200,
        rural_persons=18500,
        sign="青",
        places=("乔庄镇", "竹园镇", "木鱼镇", "沙州镇", "关庄镇", "凉水镇", "青溪镇", "姚渡镇"),
    ),
    "lizhou": Magnitude(
        urban_persons=21000,
        rural_persons=14500,
        sign="利",
        places=("宝轮镇", "荣山镇", "三堆镇", "大石镇", "东坝街道", "嘉陵街道", "上西街道", "雪峰街道"),
    ),
    "zhaohua": Magnitude(
        urban_persons=3200,
        rural_persons=19500,
        sign="昭",
        places=("元坝镇", "昭化镇", "卫子镇", "王家镇", "磨滩镇", "虎跳镇"),
    ),
    "chaotian": Magnitude(
        urban_persons=3800,
        rural_persons=19000,
        sign="朝",
        places=("朝天镇", "羊木镇", "中子镇", "大滩镇", "曾家镇", "沙河镇"),
    ),
    "etdz": Magnitude(
        urban_persons=2800, rural_persons=7500, sign="经开", places=("下西街道", "袁家坝街道", "盘龙镇", "石龙街道")
    ),
}

_ELSEWHERE = Magnitude(
    urban_persons=5000, rural_persons=25000, sign="示", places=("城关镇", "东乡镇", "西乡镇", "南乡镇", "北乡镇")
)

"""For areas of another plan: a middling county."""

POOR_DISABLED_SHARE = Decimal("0.1153")

"""困难残疾人 per 低保对象: 32,143 of about 278,400 in the middle of the year."""


def magnitude(area: str) -> Magnitude:
    """Return the caseload of an area; a middling one where the calibration does not know it."""
    return _KNOWN.get(area, _ELSEWHERE)
