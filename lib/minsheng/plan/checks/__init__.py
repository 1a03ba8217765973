"""What must hold between the files of a plan."""

from minsheng.plan.checks import (
    dates,
    disclosure_control,
    figure_units,
    identifiers,
    points,
    rubrics,
    structure,
    table_contracts,
    targets,
)
from minsheng.plan.plan_files import PlanFiles


def check(files: PlanFiles, year: int) -> None:
    """Compare the files of a plan with each other and note what does not fit."""
    # Each leaves out what already has faults of its own, so that one mistake is reported once.
    for each in (
        identifiers.check,
        identifiers.check_references,
        targets.check,
        table_contracts.check,
        table_contracts.check_fields,
        figure_units.check,
        targets.check_sums,
        rubrics.check,
        points.check,
        targets.check_lights,
        disclosure_control.check,
        identifiers.check_own_reports,
    ):
        each(files)
    dates.check(files, year)
    structure.check(files, year)
