"""对外口径: which pages leave the bureau, and from how many persons on a class may be shown there."""

from typing import Annotated

from pydantic import Field

from minsheng.domain.base import Frozen, Source

SUPPRESSED = "＊"
"""Stands for a count that is not shown (不予显示)."""

SUMMARY_NOTEBOOKS = ("scoring", "result_table", "section_scoring", "monthly_report", "bulletin")
"""The notebooks that are no project's; a project's notebook has the project's id."""


class Breakdown(Frozen):
    """Person counts by class: ``parts`` of ``total``.

    Fields are written ``table.row.column`` (``table.column`` where the table has one row); ``*`` is every row, each a
    class.
    """

    id: str
    name: str
    total: Annotated[tuple[str, ...], Field(min_length=1)]
    """What is always shown: the parts add up to it, or are among it."""
    parts: Annotated[tuple[str, ...], Field(min_length=1)]


class Disclosure(Frozen):
    """When the counts of a breakdown are not shown (不予显示)."""

    threshold: int
    """Counts from 1 to one below it are not shown; 0 shows all. Never 1 or 2, see the plan's checks."""
    outside: tuple[str, ...]
    """Notebooks whose pages leave the bureau."""
    breakdowns: tuple[Breakdown, ...]
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""
