"""What must hold between the files of a plan.

Each check notes its faults on the line where they stand, and leaves out what already has faults of its own, so that
one mistake is reported once.
"""

from minsheng.plan.checks import (
    dates,
    disclosure,
    fields,
    lights,
    names,
    references,
    rubrics,
    structure,
    sums,
    tables,
    targets,
)
from minsheng.plan.files import PlanFiles


def check(files: PlanFiles, year: int) -> None:
    """Compare the files of a plan with each other and note what does not fit."""
    for each in (names, references, targets, tables, fields, sums, rubrics, lights, disclosure):
        each.check(files)
    dates.check(files, year)
    structure.check(files, year)
