"""The projects of a plan, the figures shown beside their indicators, and what the other reports are called."""

from typing import Literal

from pydantic import Field

from minsheng.domain.base import Frozen, Source, same_as_name
from minsheng.domain.indicator import Condition
from minsheng.domain.reporting import Months

NOTEBOOKS = {
    "scoring": "考评得分",
    "bulletin": "月通报",
    "result_table": "考评结果表",
    "section_scoring": "科室倒扣分",
    "monthly_report": "工作情况月报",
}
"""The notebooks that are no project's own → what people call their reports."""


class KeyFigure(Frozen):
    """A figure shown beside the indicators, e.g. 保障人数; it has no target."""

    id: str
    label: str
    unit: str
    fields: tuple[str, ...]
    how: Literal["sum", "max", "min", "text"]
    """How rows and areas combine; ``text`` shows the value of a single area as it stands."""
    decimals: int = Field(default=0, ge=0, le=4)


class Project(Frozen):
    """One of the 民生工程 and 民生实事."""

    id: str
    name: str
    short_name: str = Field(default_factory=same_as_name)
    programme: str = ""
    """民生工程 or 民生实事."""
    group: str = ""
    """扶贫解困工程, 社会保障工程, …"""
    section: str
    """The section in charge (牵头科室)."""
    with_sections: tuple[str, ...] = ()
    """Sections that own it too (配合科室); each writes its own words about it."""
    owners: tuple[str, ...] = ()
    """责任人, where they are others than the sections' own."""
    notebook: str | None = None
    """The notebook that serves it with parameters ``project``, ``period`` and ``area``; ``None``: one of its own,
    named like its id."""
    due_months: Months | None = None
    """The months with returns on it; ``None`` follows the plan's own."""
    goal: str = ""
    key_figures: tuple[KeyFigure, ...] = ()
    duties: tuple[Condition, ...] = ()
    """Duties without a column in the annex table (按户施保 by June): shown, and conditions of an item's points."""
    source: Source

    @property
    def sections(self) -> tuple[str, ...]:
        """The ids of all sections that own it, the one in charge first."""
        return (self.section, *self.with_sections)
