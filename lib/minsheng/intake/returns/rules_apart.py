"""Great Expectations in a process of its own: it is imported there while returns are read here.

Its import is the longest single thing that a check waits for. In a process that is started at once it takes place on
another processor, beside whatever this one does; and this one, which stays until the last report is made, never holds
what it brings along.
"""

import atexit
import logging
from collections.abc import Sequence
from contextlib import suppress
from copy import copy, deepcopy
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from minsheng.process import load_when_used, took
from papermill_forked import Servants, Template, TemplateError
from papermill_forked.preloading import import_without_extras

if TYPE_CHECKING:
    from minsheng.intake.returns.great_expectations import SuiteRunner
    from minsheng.intake.rules.rule import RuledFrame, RuleRun

_log = logging.getLogger(__name__)

_MOST_FIGURES = 500_000
"""More exact decimals take longer on their way to another process than the import takes."""


@cache
def suite_runner() -> "SuiteRunner":
    """Import Great Expectations into this process and set it up."""
    # Great Expectations wants it for comparing distributions, which no rule does: a quarter of its import.
    load_when_used("scipy.stats")
    # What draws its charts; nobody here looks at any.
    load_when_used("altair")
    import_without_extras()
    _copy_fields_by_parts()
    from minsheng.intake.returns.great_expectations import SuiteRunner  # seconds to import, seldom needed

    return SuiteRunner()


_CHANGED = {"validators", "pre_validators", "post_validators", "field_info", "class_validators"}
"""What pydantic changes in an heir's field."""


def _copy_fields_by_parts() -> None:
    """Let pydantic 1 copy a class's fields for its heirs by their parts.

    It copies them with all that hangs on them, types and functions too, which nobody changes: a quarter of Great
    Expectations' import, which makes 370 such classes.
    """
    from pydantic.v1.fields import ModelField

    def copied(field: ModelField, memo: dict[int, object]) -> ModelField:
        made = memo[id(field)] = ModelField.__new__(ModelField)
        for name in ModelField.__slots__:
            part = getattr(field, name)
            deep = name in {"sub_fields", "sub_fields_mapping", "key_field"}
            setattr(made, name, deepcopy(part, memo) if deep else copy(part) if name in _CHANGED else part)
        return made

    ModelField.__deepcopy__ = copied  # type: ignore[attr-defined]  # the hook that the library ``copy`` asks for


@cache
def _template() -> Template:
    return Template(preload=(), warm_up=suite_runner)


@cache
def _servants() -> Servants:
    servants = Servants(_template())
    atexit.register(servants.close)
    return servants


def start() -> None:
    """Let the process boot, in the background; it is the same for the life of this one."""
    with suppress(TemplateError):  # where none can boot, the rules are run in another way, which says so
        _template().start()


def run_suites(frames: Sequence["RuledFrame"]) -> list[list["RuleRun"]]:
    """Run every table's rules over all its returns; one answer per rule, in the order of tables and suites."""
    needed = [frame.needed() for frame in frames]
    # One that has imported it all the same need not ask another.
    if suite_runner.cache_info().currsize or _figures(needed) > _MOST_FIGURES:
        return run_here(needed)
    booting = _template().waited is None
    found = _servants().call(run_here, needed)
    if booting and (waited := _template().waited) is not None:
        took(_log, "intake.import", waited)
    return found


def _figures(frames: Sequence["RuledFrame"]) -> int:
    return sum(list(map(type, values)).count(Decimal) for frame in frames for values in frame.columns.values())


def run_here(frames: Sequence["RuledFrame"]) -> list[list["RuleRun"]]:
    """Do the same in this process."""
    return [suite_runner().run(frame) for frame in frames]
