"""Values of a plan in words: targets, money, what is on or off, things by their names."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from minsheng.domain.base import Frozen, plain
from minsheng.domain.indicator import Target
from minsheng.plan.schemas import sentence
from minsheng.plan.shorthand import YUAN_PER_WANYUAN

_AT = re.compile("[：，；（( ]| →")

RULE_WORDS = {
    "proportional": "按完成率",
    "lower_is_better": "上限类，越低越好",
    "all_or_nothing": "达标得满分",
    "step": "每差一档扣分",
    "milestone": "按节点完成情况",
    "counted": "按数量",
    "qualitative": "考评人定等次",
    "events": "按事项",
}

_NAMES = ("name", "title", "label", "word", "message", "text")


def target_words(target: Target, unit: str = "") -> str:
    """Return a target as people write it: 300张, 60—80%, 应补尽补."""
    if target.value is not None:
        figure = f"{plain(target.value)}{unit if unit != '完成' else ''}"
        return f"{figure}（{target.text}）" if target.text else figure
    if target.lower is not None and target.upper is not None:
        return f"{plain(target.lower)}—{plain(target.upper)}{unit}"
    return target.text or ""


def name_of(thing: Frozen) -> str:
    """Return what a thing of a plan is called, with its id; what has neither is empty."""
    name = next((str(getattr(thing, key)) for key in _NAMES if getattr(thing, key, "")), "")
    own = getattr(thing, "id", "")
    return f"“{name}”（{own}）" if name and own else f"“{name}”" if name else str(own)


def key_words(model: type[Frozen], key: str) -> str:
    """Return what a key is called: how its sentence begins."""
    return _AT.split(sentence(model, key), maxsplit=1)[0]


def value_words(value: Any, key: str = "") -> str:
    """Return a value as a line of a comparison writes it."""
    if value in (None, "", (), {}):
        return "不写"
    if isinstance(value, Decimal) and key.endswith("_yuan"):
        return f"{plain(value / YUAN_PER_WANYUAN)}万元"
    for kind, words in _WORDS:
        if isinstance(value, kind):
            return words(value)
    return str(value)


def _thing(value: Frozen) -> str:
    return name_of(value) or "、".join(value_words(each) for each in dict(value).values() if each is not None)


_WORDS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (bool, lambda value: "是" if value else "否"),
    (Decimal, plain),
    (Target, target_words),
    (Enum, lambda value: str(value.value)),
    (date, date.isoformat),
    (Frozen, _thing),
    (Mapping, lambda value: "、".join(f"{key}：{value_words(each)}" for key, each in value.items())),
    (frozenset, lambda value: "、".join(sorted(map(value_words, value)))),
    (tuple | list, lambda value: "、".join(map(value_words, value))),
)
