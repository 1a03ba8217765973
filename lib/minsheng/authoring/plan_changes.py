"""What changed between two plans, in words: over what they say, so that comments, order and spelling say nothing.

Things are known again by their ids, whichever year they are of. The older one may be a revision of a git repository,
taken out into a folder of its own.
"""

import io
import subprocess
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from minsheng.authoring.plan_words import key_words, name_of, value_words
from minsheng.domain.area import CITY
from minsheng.domain.base import Frozen
from minsheng.domain.indicator import Target
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.reporting import Calendar
from minsheng.errors import UsageError
from minsheng.intake.rules.rule import Rule, Suite

_PARTS = {
    "about": "方案",
    "areas": "地区",
    "sections": "科室",
    "projects": "项目",
    "indicators": "指标",
    "parameters": "参数",
    "funds": "资金",
    "lights": "亮灯",
    "schedule": "序时进度",
    "county_rubric": "县区考评细则",
    "section_rubric": "科室考评细则",
    "reporting": "报送",
    "calendar": "节假日",
    "disclosure": "对外口径",
    "tables": "报表",
    "own_notebooks": "自己的笔记本",
}
"""The parts of a plan, in the order in which they are read."""

_RULES = "校验规则"

_KEYS = ("id", "indicator", "project", "word")
"""What tells the things of a list apart, the first that they have."""

_MANY = 3
"""From so many on, things that differ in the same way are told together."""

_SILENT = frozenset({"schema_version", "sha256"})


@dataclass(frozen=True)
class PlanChange:
    """One thing that differs."""

    part: str
    """Of the plan: 指标."""
    things: tuple[str, ...]
    """What it is about, from the outside, by name and id."""
    keys: tuple[str, ...]
    """What of it differs; empty where the thing itself came or went."""
    before: str | None
    """``None``: it was not there."""
    after: str | None
    """``None``: it is gone."""

    @property
    def where(self) -> str:
        """The thing and its key in one."""
        return "·".join((*self.things, *self.keys)) or self.part

    @property
    def told(self) -> str:
        """What became of it."""
        if self.before is None:
            return f"增加{f' {self.after}' if self.after else ''}"
        if self.after is None:
            return f"删去{f' {self.before}' if self.before else ''}"
        return f"{self.before} → {self.after}"

    def __str__(self) -> str:
        return f"{self.where}：{self.told}"


def in_lines(changes: Sequence[PlanChange]) -> list[str]:
    """Return changes of one part, a line each; what differs in the same way in many things is one line."""
    alike: dict[object, list[PlanChange]] = {}
    for number, each in enumerate(changes):
        same = (each.keys, each.before, each.after) if each.keys and each.things else number
        alike.setdefault(same, []).append(each)
    lines: list[str] = []
    for many in alike.values():
        first = many[0]
        if len(many) < _MANY:
            lines += map(str, many)
        else:
            names = "、".join(each.things[-1] for each in many)
            lines.append(f"{'·'.join(first.keys)}：{first.told}（{len(many)} 处：{names}）")
    return lines


def plan_changes(
    before: Plan, after: Plan, rules_before: Mapping[str, Suite], rules_after: Mapping[str, Suite]
) -> list[PlanChange]:
    """Return everything that differs between two plans and their rules of data, part by part."""
    found: list[PlanChange] = []
    for key, part in _PARTS.items():
        comparison = _PartComparison(part, before, after)
        found += comparison.values((), key, getattr(before, key), getattr(after, key))
    rules = _PartComparison(_RULES, before, after)
    for table in dict.fromkeys([*rules_before, *rules_after]):
        old, new = rules_before.get(table), rules_after.get(table)
        for key in ("printed", "derive", "rules"):
            mine, theirs = (getattr(each, key) if each else () for each in (old, new))
            found += rules.values((f"“{table}”表",), key, mine, theirs)
    return found


class _PartComparison:
    """Compares one part of two plans."""

    def __init__(self, part: str, before: Plan, after: Plan) -> None:
        self._part = part
        self._years = (before.about.year, after.about.year)
        self._names = {CITY: after.whole}
        for plan in (before, after):
            self._names |= {area.id: area.name for area in plan.areas}
            self._names |= {section.id: section.name for section in plan.sections}
            self._names |= {project.id: project.short_name for project in plan.projects}
            self._names |= {indicator.id: indicator.short_name for indicator in plan.indicators}

    def values(self, where: tuple[str, ...], key: str, before: Any, after: Any) -> Iterator[PlanChange]:
        """Yield what differs between two values of a key."""
        if before == after or self._moved_with_the_year(before, after):
            return
        if isinstance(before, Calendar) and isinstance(after, Calendar) and before.year != after.year:
            yield self._change(where, *(f"{each.year}年（放假 {len(each.holidays)} 天）" for each in (before, after)))
        elif _is_list(before) and _is_list(after):
            yield from self._lists(where, before, after)
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            for each in dict.fromkeys([*before, *after]):
                yield from self.values((*where, self._word(each)), key, before.get(each), after.get(each))
        elif isinstance(before, frozenset) and isinstance(after, frozenset):
            yield from self._sets(where, before, after)
        elif _is_thing(before) and type(before) is type(after):
            yield from self._things(where, before, after)
        else:
            yield self._single(where, key, before, after)

    def _things(self, where: tuple[str, ...], before: Frozen, after: Frozen) -> Iterator[PlanChange]:
        for key in type(before).model_fields:
            old, new = getattr(before, key), getattr(after, key)
            if key in _SILENT or old == new:
                continue
            if key in {"source", "defaults"}:
                # Another year's plan stands in another document: that says nothing about the plan.
                if self._years[0] == self._years[1]:
                    yield self._change((*where, "出处"), _source(old), _source(new))
            elif key == "bad" and isinstance(before, Rule):
                yield self._change((*where, key_words(Rule, key)), "原来的", "改过的")
            else:
                # A list's things have names of their own.
                inner = where if _is_list(old) and _is_list(new) else (*where, key_words(type(before), key))
                yield from self.values(inner, key, old, new)

    def _lists(
        self, where: tuple[str, ...], before: tuple[Frozen, ...], after: tuple[Frozen, ...]
    ) -> Iterator[PlanChange]:
        old, new = ({_key(each): each for each in many} for many in (before, after))
        for key in dict.fromkeys([*old, *new]):
            mine, theirs = old.get(key), new.get(key)
            thing = mine or theirs
            named = self._named(thing) if thing is not None else ""
            if mine is None:
                yield self._change((*where, named), None, "")
            elif theirs is None:
                yield self._change((*where, named), "", None)
            else:
                yield from self.values((*where, named), "", mine, theirs)
        kept = [key for key in old if key in new]
        if kept != [key for key in new if key in old]:
            yield self._change(
                (*where, "顺序"),
                *("、".join(self._named(many[key]) for key in many if key in kept) for many in (old, new)),
            )

    def _sets(self, where: tuple[str, ...], before: frozenset[Any], after: frozenset[Any]) -> Iterator[PlanChange]:
        if gone := before - after:
            yield self._change(where, value_words(gone), None)
        if came := after - before:
            yield self._change(where, None, value_words(came))

    def _single(self, where: tuple[str, ...], key: str, before: Any, after: Any) -> PlanChange:
        if before is None and isinstance(after, Target):
            return self._change(where, None, value_words(after))
        if after is None and isinstance(before, Target):
            return self._change(where, value_words(before), None)
        old, new = (self._words(each, key) for each in (before, after))
        return self._change(where, old, f"{new}{_difference(before, after, key)}")

    def _words(self, value: Any, key: str) -> str:
        if isinstance(value, tuple) and value and all(isinstance(each, str) for each in value):
            return "、".join(map(self._word, value))
        return self._word(value) if isinstance(value, str) else value_words(value, key)

    def _word(self, word: Any) -> str:
        return self._names.get(word, value_words(word)) if isinstance(word, str) else value_words(word)

    def _named(self, thing: Frozen) -> str:
        own, key = name_of(thing), _key(thing)
        return own if own and own != key else f"“{self._word(key)}”"

    def _change(self, where: tuple[str, ...], before: str | None, after: str | None) -> PlanChange:
        things = tuple(word for word in where if word.startswith("“"))
        return PlanChange(self._part, things, tuple(word for word in where if word not in things), before, after)

    def _moved_with_the_year(self, before: Any, after: Any) -> bool:
        """Whether a day, or a month, is the same in another year."""
        if not isinstance(before, date | Period) or type(before) is not type(after) or isinstance(before, datetime):
            return False
        return self._years == (before.year, after.year) and str(before)[4:] == str(after)[4:]


def _is_thing(value: Any) -> bool:
    return isinstance(value, Frozen) and not isinstance(value, Target)


def _is_list(value: Any) -> bool:
    """Whether a value is a list of things that ids tell apart; nothing is one, too."""
    return isinstance(value, tuple) and all(_is_thing(each) and _key(each) for each in value)


def _key(thing: Frozen) -> str:
    return next((str(getattr(thing, key)) for key in _KEYS if getattr(thing, key, "")), "")


def _source(value: Any) -> str:
    many = value.values() if isinstance(value, Mapping) else [value]
    told = [f"{each.document} {each.clause}“{each.quote or each.why}”" for each in many if each is not None]
    return "、".join(dict.fromkeys(told)) or "不写"


def _difference(before: Any, after: Any, key: str) -> str:
    """Return by how much a number rose or fell, in brackets."""
    old, new = (each.value if isinstance(each, Target) else each for each in (before, after))
    if isinstance(old, bool) or not isinstance(old, Decimal | int) or not isinstance(new, Decimal | int):
        return ""
    change = Decimal(new) - Decimal(old)
    said = value_words(abs(change), key)
    return f"（{'增' if change > 0 else '减'} {said}）" if change else ""


@dataclass(frozen=True)
class PlanRevision:
    """What stood in a revision: a folder, and which commit it was."""

    folder: Path
    commit: str
    """Its first digits and its day."""


def taken_out(folder: Path, revision: str, target: Path) -> PlanRevision:
    """Write a year's folder of a plan as it was in a revision below ``target``.

    Parameters
    ----------
    folder
        The year's folder in the working tree; it need not be there any more.
    revision
        What git understands: ``HEAD~3``, a tag, a branch, ``main@{2026-05-01}``, the digits of a commit.

    Raises
    ------
    UsageError
        If the folder is in no repository, git is not there, or the revision or the plan in it is not.
    """
    beside = next(each for each in folder.resolve().parents if each.is_dir())
    inner = folder.resolve().relative_to(beside)
    if _git(beside, "rev-parse", "--is-inside-work-tree").strip() != b"true":
        raise UsageError(
            f"{beside} 不在 git 仓库里，没有以前的版本可比。"
            "要比较两份稿子，写两个文件夹：minsheng plan diff 旧稿/params/2018 2018"
        )
    commit = _git(beside, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        allowed = "HEAD（上次提交）、HEAD~3、标签、分支或提交号（git log）"
        raise UsageError(f"git 仓库里没有版本“{revision}”。可写 {allowed}")
    found = commit.decode().strip()
    packed = _git(beside, "archive", "--format=zip", found, "--", inner.as_posix())
    if not packed:
        raise UsageError(f"版本 {revision}（{found[:12]}）里没有 {inner.as_posix()} 这个方案")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(target)
    day = _git(beside, "show", "--no-patch", "--format=%cs", found).decode().strip()
    return PlanRevision(target / inner, f"提交 {found[:12]}，{day}")


def _git(folder: Path, *arguments: str) -> bytes:
    """Return what git says; nothing where it refuses."""
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False).stdout
    except FileNotFoundError:
        raise UsageError("这台机器没有 git，不能比较以前的版本") from None
