"""What is left of a file with faults: its sound part, so that one run finds what else is wrong.

A faulty value is replaced by one that cannot be wrong, or left out with the item of a list that holds it. Nothing that
is loaded is ever made of it; what the checks then find about a replaced value is no fault of the author's.
"""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from minsheng.domain.base import Source
from minsheng.domain.period import Period
from minsheng.plan.located import Located
from minsheng.plan.strict_yaml import YamlPath
from minsheng.plan.validation import path_in, type_at

M = TypeVar("M", bound=BaseModel)

_ROUNDS = 400
"""More faults than anybody mends at once."""


def sound_part(located: Located, root: YamlPath, model: type[M]) -> M | None:
    """Return the model of the value at ``root`` without its faults, which have been noted; ``None``: nothing is left.

    What was replaced or left out is kept in ``located``, which then translates paths and keeps silent about it.
    """
    work = _Work(deepcopy(located.at(root)), model)
    for _ in range(_ROUNDS):
        try:
            found = model.model_validate(work.value)
        except ValidationError as error:
            if not work.mend(error.errors(include_url=False)[0]):
                return None
        else:
            located.leave_out(root, work.kept, work.touched)
            return found
    return None


_DECIDING = frozenset({"kind", "direction", "basis", "type", "on", "check", "how"})
"""What nothing stands for: other things are right or wrong by it."""


class _Work:
    def __init__(self, value: Any, model: type[BaseModel]) -> None:
        self.value = value
        self.model = model
        self.kept: dict[YamlPath, list[int]] = {}
        """Path of a list, as it is now → where its items stood."""
        self.touched: set[YamlPath] = set()
        """Paths, as they were, of what was replaced or left out."""

    def mend(self, detail: Any) -> bool:
        """Mend one fault; ``False`` where that leaves nothing."""
        path, absent = path_in(self.value, detail["loc"])
        if detail["type"] == "extra_forbidden":
            return self._drop(path)
        if detail["type"] in {"value_error", "too_short", "union_tag_not_found", "union_tag_invalid"}:
            return self._drop(path)
        was = self._before(path)
        neutral = None if was in self.touched else self._neutral(path)
        self.touched.add(was)
        if neutral is None or not path:
            return self._drop(path[:-1] if absent else path)
        self._holder(path)[path[-1]] = neutral
        return True

    def _drop(self, path: YamlPath) -> bool:
        """Leave out a value, with as much of what holds it as cannot be without it."""
        while path:
            holder, key = self._holder(path), path[-1]
            wanted = type_at(self.model, path[:-1], self.value)
            if isinstance(holder, list):
                self.touched.add(self._before(path))
                self.kept.setdefault(path[:-1], list(range(len(holder)))).pop(key)
                del holder[key]
                self._renumber(path)
                return True
            is_model = isinstance(wanted, type) and issubclass(wanted, BaseModel)
            field = wanted.model_fields.get(key) if is_model else None
            if key in holder and (field is None or not field.is_required()):
                self.touched.add(self._before(path))
                del holder[key]
                return True
            path = path[:-1]
        return False

    def _renumber(self, dropped: YamlPath) -> None:
        """Move the lists inside the items behind one that was left out with them."""
        at, gone = len(dropped) - 1, dropped[-1]
        moved = {}
        for path, indexes in self.kept.items():
            if len(path) > at and path[:at] == dropped[:at]:
                if path[at] == gone:
                    continue
                if path[at] > gone:
                    moved[(*path[:at], path[at] - 1, *path[at + 1 :])] = indexes
                    continue
            moved[path] = indexes
        self.kept = moved

    def _holder(self, path: YamlPath) -> Any:
        value = self.value
        for step in path[:-1]:
            value = value[step]
        return value

    def _before(self, path: YamlPath) -> YamlPath:
        return before(path, self.kept)

    def _neutral(self, path: YamlPath) -> Any:
        wanted = type_at(self.model, path, self.value)
        values: dict[Any, Any] = {
            str: f"〔{'.'.join(map(str, self._before(path)))}〕",
            Decimal: Decimal(1),
            int: 1,
            bool: False,
            date: date(2000, 1, 1),
            Period: Period("2000-01"),
            Source: {"document": "ours", "why": "—"},
        }
        if path[-1:] and path[-1] not in _DECIDING:
            words = get_args(wanted) if get_origin(wanted) is Literal else ()
            words = tuple(wanted) if isinstance(wanted, type) and issubclass(wanted, Enum) else words
            if words:
                return words[0]
        if get_origin(wanted) in {tuple, list, frozenset}:
            return []
        return {} if get_origin(wanted) is dict else values.get(wanted)


def before(path: YamlPath, kept: dict[YamlPath, list[int]]) -> YamlPath:
    """Return where a value stood before items were left out of the lists around it."""
    return tuple(
        kept[path[:at]][step] if path[:at] in kept and isinstance(step, int) and step < len(kept[path[:at]]) else step
        for at, step in enumerate(path)
    )
