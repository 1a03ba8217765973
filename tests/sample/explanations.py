"""情况说明: what an area writes about warnings that its figures raise, by the rule's number as on its receipt."""

from collections.abc import Iterator, Mapping

from tests.sample.scenario import LOOKS_SHIFTED, QUARTERLY
from tests.sample.scene import Scene

from minsheng.domain.area import Area

Explanation = Mapping[str, str]

_SAME_AS_LAST_MONTH = "DIS-016"

_ROW_SHIFT = "MED-014"


def explanations(scene: Scene, area: Area) -> list[Explanation]:
    """Return the explanations of an area's return; most returns need none."""
    return [*_quarterly(scene, area), *_shifted(scene, area)]


def _quarterly(scene: Scene, area: Area) -> Iterator[Explanation]:
    if area.id in QUARTERLY and not scene.value("disability_allowance.months_covered"):
        persons = scene.count("disability_allowance.paid_persons")
        yield {
            "rule": _SAME_AS_LAST_MONTH,
            "text": f"本地按季发放，{scene.month}不是发放月，人数填最近一次发放的{persons}人，季末一并核增、发放。",
        }


def _shifted(scene: Scene, area: Area) -> Iterator[Explanation]:
    if scene.cut.month in LOOKS_SHIFTED.get(area.id, ()):
        cases = scene.count("medical_aid.dibao.cases_cumulative")
        yield {
            "rule": _ROW_SHIFT,
            "text": f"已与医保结算台账核对，低保对象累计{cases}人次无误，没有错行；与邻县上月数相近属巧合。",
        }
