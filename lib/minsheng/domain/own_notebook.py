"""本单位笔记本: an analyst's own notebook that joins the month, as ``reports.yaml`` names it."""

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field

from minsheng.domain.base import Frozen
from minsheng.domain.period import PeriodKind

EVERY, ASSESSED = "all", "assessed"
"""Words for areas: each area of the plan, each that is scored; others are names, and ``city``."""

_CLOSED = ("outputs", "data/keys", "data/archive", ".")


def _inside(path: str) -> str:
    parts = PurePosixPath(path)
    closed = any(parts == PurePosixPath(each) or PurePosixPath(each) in parts.parents for each in _CLOSED[:3])
    if parts.is_absolute() or ".." in parts.parts or not parts.parts or closed:
        raise ValueError("应为工作区内的相对路径，例如 data/extra/人口.csv；outputs、data/keys、data/archive 不能读")
    return path


class OwnNotebook(Frozen):
    """One notebook under ``notebooks/own/``: for whom, of which periods, and what it reads besides the returns."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Its file's name without ``.ipynb``, and the folder of its reports."""
    name: str = Field(min_length=1)
    """What people call its report."""
    areas: Annotated[tuple[str, ...], Field(min_length=1)] = ("city",)
    periods: Annotated[tuple[PeriodKind, ...], Field(min_length=1)] = (PeriodKind.MONTH,)
    reads: tuple[Annotated[str, AfterValidator(_inside)], ...] = ()
    """Files and folders of the workspace, relative to it: inputs like a return, and open to it alone."""
