"""What ``reports.yaml`` names exists, and no notebook of a bureau's own takes the name of one of the product's."""

from minsheng.domain.area import CITY, Area
from minsheng.domain.names import NOTEBOOKS
from minsheng.domain.reporting import ASSESSED, EVERY, OwnNotebook
from minsheng.plan.plan_files import PlanFiles


def check(files: PlanFiles) -> None:
    """Note names that are taken, and areas that the plan does not have."""
    taken = {*NOTEBOOKS, *files.ids("projects")}
    areas = [area for _, area in files.sound("areas", Area)]
    for path, own in files.sound("reports", OwnNotebook):
        if own.id in taken:
            files.fault("reports", (*path, "id"), f"“{own.id}”是程序自带的笔记本或项目的名称", "换一个名称")
        for number, name in enumerate(own.areas):
            if name not in {CITY, EVERY, ASSESSED} and not any(area.answers_to(name) for area in areas):
                known = "、".join([CITY, EVERY, ASSESSED, *(area.name for area in areas)])
                files.fault("reports", (*path, "areas", number), f"方案中没有“{name}”这个地区", known)
