"""Areas are looked up by all that they answer to, in the plan that is asked and in the plan's order."""

from minsheng.domain.area import CITY
from minsheng.domain.plan import Plan


def test_a_plan_that_was_changed_looks_up_its_own_areas(plan: Plan) -> None:
    assert plan.area("苍溪县民政局").id == plan.area("cangxi").id == "cangxi"
    renamed = [area.model_copy(update={"name": "新县"}) if area.id == "cangxi" else area for area in plan.areas]
    changed = plan.model_copy(update={"areas": tuple(reversed(renamed))})
    assert changed.area("cangxi").name == changed.owner_name("cangxi") == "新县"
    assert changed.area("新县").id == "cangxi"
    assert plan.area("cangxi").name == plan.owner_name("cangxi") == "苍溪县"
    below = [area.id for area in plan.below(CITY, "dibao")]
    assert [area.id for area in changed.below(CITY, "dibao")] == below[::-1]
    assert below == [area.id for area in plan.areas if "dibao" in area.projects]


def test_of_two_areas_that_answer_to_the_same_the_first_is_meant(plan: Plan) -> None:
    first, second, *rest = plan.areas
    both = [each.model_copy(update={"aliases": ("我们这里",)}) for each in (first, second)]
    changed = plan.model_copy(update={"areas": (*both, *rest)})
    assert changed.area("我们这里").id == first.id


def test_below_a_county_stand_its_townships(plan: Plan) -> None:
    county, *rest = (area for area in plan.areas if "dibao" in area.projects)
    town = county.model_copy(update={"id": "town", "name": "某镇", "bureau": "某镇政府", "parent": county.id})
    changed = plan.model_copy(update={"areas": (county, *rest, town)})
    assert [area.id for area in changed.below(county.id, "dibao")] == ["town"]
    assert not changed.reports_itself(county.id, "dibao")
    assert plan.reports_itself(county.id, "dibao")
