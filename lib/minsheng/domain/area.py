"""地区 and 科室: who has duties, who reports, who is assessed."""

from collections.abc import Mapping
from enum import StrEnum

from minsheng.domain.base import Frozen, Source
from minsheng.domain.period import Period


class AreaKind(StrEnum):
    """What sort of body stands behind a row of the annex table."""

    COUNTY = "county"
    DEVELOPMENT_ZONE = "development_zone"
    MUNICIPAL_ROW = "municipal_row"
    TOWNSHIP = "township"
    """乡镇、街道: below a county, named by ``parent``."""


CITY = "city"
"""The id that stands for 全市 wherever an area id is expected."""

WHOLE = "全市"
"""What all areas together are called where neither the plan nor the name of its city says it."""


class Area(Frozen):
    """One row of the annex table, e.g. 苍溪县.

    Areas form a tree below 全市. A project is reported by the lowest areas that have it: a county whose townships have
    it sends no figures of its own, its row is the sum of theirs.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    adcode: str | None
    kind: AreaKind
    assessed: bool | None = None
    """Whether it is scored and ranked; a plan with a rubric says it of every area."""
    bureau: str
    """The body that reports: 苍溪县民政局."""
    projects: tuple[str, ...] = ()
    """The ids of the projects in which it has a duty; a plan without ``projects.yaml`` has one, and it is everybody's.
    """
    parent: str | None = None
    """The id of the area above it; ``None`` stands directly below 全市."""
    since: Period | None = None
    """The first month in which it exists: before it there is no duty and nothing is missing."""
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""

    def answers_to(self, name: str) -> bool:
        """Whether ``name`` is this area's id, name, bureau or one of its aliases."""
        return name in {self.id, self.name, self.bureau, *self.aliases}

    def is_there(self, period: Period | None) -> bool:
        """Whether it exists by the end of a period; without a period, whether it ever does."""
        return self.since is None or period is None or self.since <= period.closing_month


class AreaTree:
    """A plan's areas by id, by all that each answers to, and by what stands above them; see :func:`tree_of`."""

    def __init__(self, areas: tuple[Area, ...]) -> None:
        self.areas = areas
        self.by_id: Mapping[str, Area] = {area.id: area for area in reversed(areas)}
        self.by_name: Mapping[str, Area] = {
            # Of two that answer to the same name the first.
            name: area
            for area in reversed(areas)
            for name in (area.id, area.name, area.bureau, *area.aliases)
        }
        below: dict[str | None, list[Area]] = {}
        for area in areas:
            below.setdefault(area.parent, []).append(area)
        self.below: Mapping[str | None, list[Area]] = below
        """By the id of the area above, ``None`` for 全市, in the plan's order."""


_TREES: dict[int, AreaTree] = {}

_PLANS_AT_ONCE = 8
"""Of how many plans the trees are held: of this year and last year, and of those that a what-if compares."""


def tree_of(areas: tuple[Area, ...]) -> AreaTree:
    """Return what a plan's areas are looked up in, made once: among 500 a search for each figure takes most of a run.

    A plan is copied with changes, so what was looked up cannot lie in the plan itself. Its areas never change.
    """
    found = _TREES.get(id(areas))
    if found is None:
        while len(_TREES) >= _PLANS_AT_ONCE:
            _TREES.pop(next(iter(_TREES)), None)
        # The tree holds the areas: while it is kept, no others have their id.
        found = _TREES[id(areas)] = AreaTree(areas)
    return found


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
    assessed: bool | None = None
    """Whether it is scored; a plan with a rubric for sections says it of each."""
    collects: bool = False
    """Whether it puts the sections' reports together (汇总各科月报) and so gets a monthly report on all projects."""
    role: str = ""
    source: Source
