"""资金: what the plan arranges by source, and what areas report as 下达, 到位 and 拨付."""

from enum import StrEnum

from minsheng.domain.base import Exact, Frozen, Source


class FundLevel(StrEnum):
    """Who pays."""

    CENTRAL = "central"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"
    COUNTY = "county"
    OTHER = "other"


class FundSource(Frozen):
    """One source of a project's money, with its label as printed (争取中央、省补助; 省级安排; …).

    Projects may share a source: it then stands in the lines of each with the same id, and a total over projects counts
    it once (剔除重复).
    """

    id: str
    label: str
    levels: tuple[FundLevel, ...]
    amount_yuan: Exact
    """The year's amount in yuan; the YAML holds 万元 as printed and the loader converts."""
    source: Source


class FundLine(Frozen):
    """计划安排 of one project: city totals; the notice gives no split by area or month."""

    project: str
    total_yuan: Exact
    parts: tuple[FundSource, ...]
    note: str = ""
    source: Source
