"""Defaults of ours (本系统默认) that figures depend on: every report prints those that it used."""

from collections.abc import Iterable, Iterator, Mapping

from minsheng.domain.base import Frozen, Source
from minsheng.domain.result import Assumption


def ours(where: str, part: object) -> Iterator[tuple[str, Source]]:
    """Yield every default of ours within a part of the plan, with the path that leads to it.

    Parameters
    ----------
    where
        The path of ``part``, e.g. ``indicator.beds_new``.
    part
        A model of the plan, or a collection of them.
    """
    match part:
        case Source():
            if part.is_ours:
                yield where, part
        case Frozen():
            for name in type(part).model_fields:
                yield from ours(where if name == "source" else f"{where}.{name}", getattr(part, name))
        case Mapping():
            for key, value in part.items():
                yield from ours(f"{where}.{key}", value)
        case tuple():
            for number, value in enumerate(part):
                yield from ours(f"{where}.{getattr(value, 'id', number)}", value)
        case _:
            return


def collected(found: Iterable[tuple[str, Source]]) -> tuple[Assumption, ...]:
    """Return assumptions in the order found, each text once."""
    texts: dict[str, str] = {}
    for where, source in found:
        texts.setdefault(source.why, where)
    return tuple(Assumption(id=where, text=text) for text, where in texts.items())


def united(*groups: Iterable[Assumption]) -> tuple[Assumption, ...]:
    """Join assumptions of several figures, each text once."""
    texts: dict[str, Assumption] = {}
    for group in groups:
        for assumption in group:
            texts.setdefault(assumption.text, assumption)
    return tuple(texts.values())
