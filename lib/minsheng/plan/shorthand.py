"""What the files say shortly, or leave out because the rest says it, is written out as the domain wants it.

Every value keeps its line.

- a source that stands once at the head of a list holds for each of its items (``source``, ``defaults``);
- rubric rules take what they lack from ``rule_defaults`` of their kind;
- funds are 万元 as printed and become yuan;
- a target is a number or words; a range, and words beside a number, stand written out;
- a share of the year is a fraction (``5/12``);
- a plan without projects has one, 工作情况 has a row for each, 印证资料 lets one choose among them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any

from minsheng.domain.about import About
from minsheng.domain.period import Period
from minsheng.domain.table import TableKind
from minsheng.errors import UsageError
from minsheng.plan.located import Located
from minsheng.plan.strict_yaml import YamlFile

YUAN_PER_WANYUAN = 10_000

_DIGITS = Context(prec=28)
"""A fraction that does not end is kept to 28 digits, as measures expect."""

_QUOTED = re.compile(r"\s*(?P<number>[-+]?[0-9０-９]+(?:[.．][0-9０-９]+)?)\s*[%％\w]{0,2}\s*")
"""A target that is a number but for its quotes, its width or its unit: nobody means words by it."""

_FRACTION = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")


def write_out(name: str, located: Located) -> None:
    """Write out the shorthand of one file (``name`` without ending, e.g. ``funds``), in place."""
    step = _STEPS.get(name)
    if step is not None and located.readable:
        step(located)


def share_of_heading(located: Located, key: str) -> None:
    """Let every item of a list take the file's own ``source`` and ``defaults`` where it has none."""
    for path, item in located.items((key,)):
        for shared in ("source", "defaults"):
            if shared in located.value and shared not in item:
                located.give((*path, shared), located.value[shared], (shared,))


def _indicators(located: Located) -> None:
    for path, item in located.items(("indicators",)):
        for target, value in located.entries((*path, "targets")):
            if isinstance(value, str) and (found := _QUOTED.fullmatch(value)):
                number = unicodedata.normalize("NFKC", found["number"])
                allowed = f"{number}；确为文字的写 {{value: {number}, text: {value}}}"
                located.fault(target, f"目标“{value}”是数字，不加引号，不带单位", allowed)
                located.give(target, {"value": Decimal(number)}, target)
                located.leave_out((), {}, {target})
            elif isinstance(value, str):
                located.give(target, {"text": value}, target)
            elif not isinstance(value, dict):
                located.give(target, {"value": value}, target)
        defaults = item.get("defaults")
        if isinstance(defaults, dict) and "targets" in defaults:
            for target, value in located.entries((*path, "targets")):
                if isinstance(value, dict) and "source" not in value:
                    value["source"] = defaults["targets"]
                    located.give((*target, "source"), defaults["targets"], (*path, "defaults", "targets"))
        _fractions(located, (*path, "schedule"))
        if "source" in item:
            _lend_source(located, path)


def _lend_source(located: Located, path: tuple[Any, ...]) -> None:
    """Let what an indicator holds take its source where it has none."""
    for inner in (("lights",), ("ranking",), ("ranking", "tie_break")):
        own = located.at((*path, *inner))
        if isinstance(own, dict) and "source" not in own:
            located.give((*path, *inner, "source"), located.at((*path, "source")), (*path, "source"))


def _schedule(located: Located) -> None:
    _fractions(located, ("by_month",))


def _fractions(located: Located, path: tuple[Any, ...]) -> None:
    for each, value in located.entries(path):
        found = _FRACTION.fullmatch(value) if isinstance(value, str) else None
        if found:
            located.at(path)[each[-1]] = _DIGITS.divide(Decimal(found[1]), Decimal(found[2]))
        elif isinstance(value, str):
            located.fault(each, f"“{value}”不是分数", "例如 5/12，或 0 到 1 的小数")
            located.at(path)[each[-1]] = Decimal(0)
            located.leave_out((), {}, {each})


def _funds(located: Located) -> None:
    for path, line in located.items(("funds",)):
        _in_yuan(located, path, "total")
        for part_path, part in located.items((*path, "parts")):
            _in_yuan(located, part_path, "amount")
            if "source" not in part and "source" in line:
                located.give((*part_path, "source"), line["source"], (*path, "source"))


def _in_yuan(located: Located, path: tuple[Any, ...], word: str) -> None:
    item, printed, wanted = located.at(path), f"{word}_wanyuan", f"{word}_yuan"
    if wanted in item:
        located.fault((*path, wanted), f"不认识的键“{wanted}”", f"{printed}（万元，与通知一致）")
        del item[wanted]
    if printed in item:
        located.rename((*path, printed), wanted, _to_yuan)


def _to_yuan(amount: Any) -> Any:
    is_number = isinstance(amount, int | Decimal) and not isinstance(amount, bool)
    return amount * YUAN_PER_WANYUAN if is_number else amount


def _county_rubric(located: Located) -> None:
    kinds = located.at(("rule_defaults",))
    groups = [group for group, _ in located.items(("groups",))]
    entries = [entry for group in groups for entry, _ in located.items((*group, "items"))]
    for item in [*entries, *(inner for entry in entries for inner, _ in located.items((*entry, "items")))]:
        kind = located.at((*item, "rule", "kind"))
        if isinstance(kinds, dict) and kind in kinds:
            located.inherit((*item, "rule"), ("rule_defaults", kind))
        if "lowest" in located.at(item):
            located.fault((*item, "lowest"), "不认识的键“lowest”", "from（最低分）")
            del located.at(item)["lowest"]
        if "from" in located.at(item):
            located.rename((*item, "from"), "lowest", lambda value: value)
    located.value.pop("rule_defaults", None)


def _reporting(located: Located) -> None:
    _month(located, ("first_month",))


def _areas(located: Located) -> None:
    for path, _ in located.items(("areas",)):
        _month(located, (*path, "since"))


def _month(located: Located, path: tuple[Any, ...]) -> None:
    """Turn a month's text into a period; what is none is a fault and left out."""
    month, holder = located.at(path), located.at(path[:-1])
    if month is None:
        return
    try:
        holder[path[-1]] = Period(str(month))
    except UsageError:
        located.fault(path, f"“{month}”不是月份", "YYYY-MM")
        del holder[path[-1]]


_STEPS: dict[str, Callable[[Located], None]] = {
    "areas": _areas,
    "indicators": _indicators,
    "schedule": _schedule,
    "funds": _funds,
    "rubric_county": _county_rubric,
    "reporting": _reporting,
}


PROGRAMME = "programme"
"""The id of the one project of a plan without ``projects.yaml``: all of its work."""

_KEY = "项目"


def one_project(shown: str, about: About | None, sections: Sequence[Mapping[str, Any]]) -> Located:
    """Return what ``projects.yaml`` would say: one project, called as the plan is, of the first section."""
    name = (about.programme or about.subject.removeprefix(f"{about.year}年")) if about is not None else PROGRAMME
    # Who collects the others' reports is in charge of none, unless there is nobody else.
    ids = [each.get("id") for each in sorted(sections, key=lambda each: each.get("collects") is True)]
    project = {"id": PROGRAMME, "name": name, "section": (ids or [""])[0], "notebook": "project"}
    source = {"document": "ours", "why": "方案不分项目，全部指标合为一个"}
    return Located(YamlFile(shown, value={"projects": [{**project, "source": source}]}))


def assign(name: str, located: Located) -> None:
    """Give every area, indicator and table of figures the one project of a plan without others."""
    key, whose = {"areas": ("projects", [PROGRAMME]), "indicators": ("project", PROGRAMME)}.get(name, ("", None))
    for path, item in located.items((name,)) if key else ():
        if key not in item:
            located.give((*path, key), whose, path)


def fill_table(located: Located, projects: Sequence[tuple[str, str]], *, alone: bool) -> None:
    """Write out what a table does not say: of 工作情况 a row a project, of 印证资料 the projects to choose from.

    Parameters
    ----------
    projects
        Their ids and names.
    alone
        Whether they are the one project of a plan without ``projects.yaml``, whose figures all are.
    """
    table = located.value
    if table.get("kind") == TableKind.NARRATIVE and not {"keys", "rows"} & set(table):
        located.give(("keys",), [_KEY], ())
        rows = [{"id": each, "project": each, "labels": [name]} for each, name in projects]
        located.give(("rows",), rows, ())
    if table.get("kind") == TableKind.EVIDENCE:
        for path, column in located.items(("columns",)):
            if column.get("id") == "project" and column.get("type") == "choice" and "choices" not in column:
                located.give((*path, "choices"), [name for _, name in projects], path)
    if alone and table.get("kind") == TableKind.FIGURES and "project" not in table:
        located.give(("project",), PROGRAMME, ())
