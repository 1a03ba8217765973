"""A plan in one order, and its digest: what a file's comments, order of keys and spelling do not change."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_args

from minsheng.domain.area import CITY
from minsheng.domain.base import Frozen
from minsheng.domain.item_rules import MilestoneRule
from minsheng.domain.plan import Plan
from minsheng.files.hashing import sha256
from minsheng.files.written import canonical_json

V = TypeVar("V")


def canonical(plan: Plan) -> Plan:
    """Return a plan whose mappings stand in the order of what they speak of, not in that of the files.

    Targets follow the areas, levels fall from the best, months and days rise, defaults follow the settings. Lists keep
    the order of the files, which is shown, but for indicators (by column) and what is only looked up.
    """
    areas = [CITY, *(area.id for area in plan.areas)]
    projects = [project.id for project in plan.projects]
    ordered: Plan = _ordered(plan, areas)
    return ordered.model_copy(
        update={
            "areas": tuple(
                area.model_copy(update={"projects": tuple(sorted(area.projects, key=projects.index))})
                for area in ordered.areas
            ),
            "indicators": tuple(sorted(ordered.indicators, key=lambda indicator: indicator.column)),
            "parameters": tuple(sorted(ordered.parameters, key=lambda parameter: parameter.id)),
        }
    )


def digest_of(plan: Plan) -> str:
    """Return the sha256 of what a canonical plan says.

    A setting that is written as its default counts as not written: a version that knows more keys gives the same.
    """
    return sha256(canonical_json(plan.model_dump(mode="json", exclude_defaults=True, exclude={"sha256"})))


def _ordered(value: Any, areas: list[str]) -> Any:
    match value:
        case Frozen():
            update = {}
            for name in type(value).model_fields:
                before = getattr(value, name)
                after = _ordered(before, areas)
                if isinstance(after, dict):
                    after = _mapping(value, name, after, areas)
                if after is not before:
                    update[name] = after
            return value.model_copy(update=update) if update else value
        case dict():
            return {key: _ordered(each, areas) for key, each in value.items()}
        case tuple():
            after = tuple(_ordered(each, areas) for each in value)
            return value if all(a is b for a, b in zip(after, value, strict=True)) else after
        case _:
            return value


def _mapping(holder: Frozen, name: str, value: Mapping[Any, V], areas: list[str]) -> dict[Any, V]:
    if name == "targets":
        return _as_in(areas, value)
    if name == "levels" and isinstance(holder, MilestoneRule):
        # The annotation's own words: done, stage, partial, not_done.
        words = get_args(get_args(MilestoneRule.model_fields["levels"].annotation)[0])
        return _as_in(words, value)
    if name == "levels":
        return dict(sorted(value.items(), key=lambda level: (-level[1], level[0])))  # type: ignore[operator]
    if all(isinstance(key, int | date) for key in value):
        return dict(sorted(value.items()))
    return _as_in(settings_of(type(holder)), value)


@cache
def settings_of(model: type[Frozen]) -> tuple[str, ...]:
    """Return the settings that ``defaults`` of a model may speak of: its own, then those of what it holds."""
    own = list(model.model_fields)
    for field in model.model_fields.values():
        own += [name for inner in models_in(field.annotation) for name in settings_of(inner)]
    return tuple(dict.fromkeys(own))


def models_in(annotation: Any) -> Iterator[type[Frozen]]:
    """Iterate over the models that an annotation names, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, Frozen):
        yield annotation
    for each in get_args(annotation):
        yield from models_in(each)


def _as_in(order: Iterable[str], value: Mapping[str, V]) -> dict[str, V]:
    """Return a mapping in an order; words that it does not know follow, by the alphabet."""
    place = {word: number for number, word in enumerate(order)}
    return dict(sorted(value.items(), key=lambda each: (place.get(each[0], len(place)), each[0])))
