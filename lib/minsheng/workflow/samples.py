"""``minsheng sample``: a year of synthetic returns in the workspace's ``data/``."""

from minsheng.plan import load_plan
from minsheng.workflow.sample import write_sample
from minsheng.workspace import Workspace


def write_year(workspace: Workspace, year: int) -> str:
    """Write a year's sample returns; return what was written, in words."""
    return str(write_sample(workspace.data, load_plan(workspace.params, year)))
