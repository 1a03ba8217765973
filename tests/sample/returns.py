"""The sample's year: every area's and section's return at every cut, ready for the writer of workbooks."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from tests.sample.dibao import dibao_figures
from tests.sample.disability import disability_figures
from tests.sample.elderly import buildings, elderly_figures, miscounted
from tests.sample.explanations import explanations
from tests.sample.funds import fund_figures
from tests.sample.medical import medical_figures
from tests.sample.narrative_relief import dibao_parts, medical_parts, two_lines_parts
from tests.sample.narrative_section import section_parts
from tests.sample.narrative_welfare import disability_parts, elderly_parts
from tests.sample.papers import papers
from tests.sample.scenario import MISCOUNTED, MISSING
from tests.sample.scene import Scene
from tests.sample.setting import Cut, Figures, Setting

from minsheng.domain.area import Area, Section
from minsheng.domain.plan import Plan
from minsheng.intake.returns.return_template import Filling

DATA_LABEL = "示例数据"

_PHONE = "0839-0000000"

_PARTS = {
    "medical_aid": medical_parts,
    "dibao": dibao_parts,
    "elderly_care": elderly_parts,
    "disability_allowance": disability_parts,
    "two_lines": two_lines_parts,
}


class SampleYear:
    """All figures of a plan's year, and the returns that are made from them."""

    def __init__(self, plan: Plan) -> None:
        self.setting = Setting(plan)
        self._built = {area.id: buildings(self.setting, area) for area in plan.areas}
        own = {area.id: self._own_figures(area) for area in plan.areas}
        funds = fund_figures(self.setting, own)
        self._figures = {
            area: [{**figures, **money} for figures, money in zip(own[area], funds[area], strict=True)] for area in own
        }

    def _own_figures(self, area: Area) -> list[Figures]:
        makers: dict[str, Callable[[], list[Figures]]] = {
            "medical_aid": lambda: medical_figures(self.setting, area),
            "dibao": lambda: dibao_figures(self.setting, area),  # and 两线合一: the two share households
            "elderly_care": lambda: elderly_figures(self.setting, area, self._built[area.id]),
            "disability_allowance": lambda: disability_figures(self.setting, area),
        }
        found: list[Figures] = [{} for _ in self.setting.cuts]
        for project, make in makers.items():
            if project in area.projects:
                for figures, more in zip(found, make(), strict=True):
                    figures.update(more)
        return found

    def figures(self, area: Area, cut: Cut, *, first_version: bool = False) -> Figures:
        """Return an area's figures at a cut; the first version holds the mistake that is corrected later."""
        figures = self._figures[area.id][cut.step - 1]
        if first_version and cut.month in MISCOUNTED.get(area.id, ()):
            return miscounted(self.setting, area, figures)
        return figures

    def area_return(self, area: Area, cut: Cut, filled_on: date, *, first_version: bool) -> Filling:
        """Return what stands in an area's workbook."""
        scene = self._scene(area, cut, first_version=first_version)
        built = self._built[area.id]
        rows = [row for row in (building.row(cut) for building in built) if row]
        contact = "办公室" if not area.assessed else "社会救助和福利股"
        return Filling(
            cover=self._cover(cut, filled_on, contact),
            figures=scene.figures,
            narratives={
                project: _PARTS[project](scene, area) for project in self.setting.plan.projects_due(area, cut.period)
            },
            evidence=papers(self.setting, area, cut, scene.figures, built),
            explanations=explanations(scene, area),
            open_rows={"elderly_projects": rows},
        )

    def section_return(self, section: Section, cut: Cut, filled_on: date, *, first_version: bool) -> Filling:
        """Return what stands in a section's workbook: the city as far as it has been reported."""
        scenes = {
            area.id: self._scene(area, cut, first_version=first_version)
            for area in self.setting.plan.areas
            if cut.month not in MISSING.get(area.id, ())
        }
        city = Scene(
            setting=self.setting,
            speaker=section.id,
            whom="全市",
            cut=cut,
            figures=_sum([scene.figures for scene in scenes.values()]),
        )
        return Filling(
            cover=self._cover(cut, filled_on, "科室内勤"),
            narratives={
                project: section_parts(city, project, scenes)
                for project in self.setting.plan.projects_due(section, cut.period)
            },
        )

    def _scene(self, area: Area, cut: Cut, *, first_version: bool) -> Scene:
        whom = area.name if not area.assessed else "全区" if area.name.endswith("区") else "全县"
        figures = self.figures(area, cut, first_version=first_version)
        return Scene(setting=self.setting, speaker=area.id, whom=whom, cut=cut, figures=figures)

    @staticmethod
    def _cover(cut: Cut, filled_on: date, contact: str) -> Mapping[str, str | date]:
        return {
            "as_of": cut.as_of,
            "filled_on": filled_on,
            "contact": contact,
            "phone": _PHONE,
            "data_label": DATA_LABEL,
        }


def _sum(areas: list[Figures]) -> Figures:
    """Add up the figures of several areas; dates and texts are left out."""
    total: dict[str, Decimal] = {}
    for figures in areas:
        for field, value in figures.items():
            if isinstance(value, Decimal | int):
                total[field] = total.get(field, Decimal(0)) + Decimal(value)
    return {**total}
