"""地区 and 科室: who has duties, who reports, who is assessed."""

from enum import StrEnum

from minsheng.domain.base import Frozen, Source


class AreaKind(StrEnum):
    """What sort of body stands behind a row of the annex table."""

    COUNTY = "county"
    DEVELOPMENT_ZONE = "development_zone"
    MUNICIPAL_ROW = "municipal_row"


CITY = "city"
"""The id that stands for 全市 wherever an area id is expected."""


class Area(Frozen):
    """One row of the annex table, e.g. 苍溪县."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    adcode: str | None
    kind: AreaKind
    assessed: bool
    bureau: str
    """The body that reports: 苍溪县民政局."""
    projects: tuple[str, ...]
    """The ids of the projects in which it has a duty."""
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""

    def answers_to(self, name: str) -> bool:
        """Whether ``name`` is this area's id, name, bureau or one of its aliases."""
        return name in {self.id, self.name, self.bureau, *self.aliases}


class Section(Frozen):
    """科室 of the bureau, e.g. 社会救助科."""

    id: str
    name: str
    owner: str | None = None
    """责任人."""
    leader: str | None = None
    """责任领导: the deputy director who signs its monthly report."""
    addressee: str = ""
    """主送机关 of its monthly report."""
    assessed: bool
    role: str = ""
    source: Source
