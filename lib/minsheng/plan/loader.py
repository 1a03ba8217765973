"""params/<year>/ → a frozen, cross-checked plan, or every fault at once; and a plan as bytes."""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from minsheng.domain.plan import Plan
from minsheng.errors import PlanInvalidError, UsageError
from minsheng.plan.canonical import canonical, digest_of
from minsheng.plan.checks import check, continuing
from minsheng.plan.plan_files import LISTS, PlanFiles, read_files
from minsheng.plan.strict_yaml import PlanFault, in_order


def compile_plan(plan: Plan) -> bytes:
    """Write a plan as JSON: UTF-8, no spaces, the same plan always the same bytes.

    Fields stand in the order of their models and mappings as they are (a loaded plan's are canonical); sets are sorted.
    """
    # A worker loads this in milliseconds instead of reading and checking every file again.
    return json.dumps(plan.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=2)
def plan_from_json(content: bytes) -> Plan:
    """Read a plan that :func:`compile_plan` wrote; equal to the one it was made from."""
    # Two years' plans are asked for again and again, and by notebooks in forks of a process that knows them.
    return Plan.model_validate_json(content)


def learn_plan(path: str) -> None:
    """Read a compiled plan, so that this process and its forks know it."""
    with suppress(FileNotFoundError):  # who asked for it has ended meanwhile
        plan_from_json(Path(path).read_bytes())


_FIELDS = {
    "plan": "about",
    "rubric_county": "county_rubric",
    "rubric_section": "section_rubric",
    "reports": "own_notebooks",
}
"""Files whose field in :class:`Plan` has another name."""


def load_plan(params_dir: Path, year: int) -> Plan:
    """Load one year's plan.

    Parameters
    ----------
    params_dir
        The folder with one folder per year.
    year
        The plan's year.

    Raises
    ------
    PlanInvalidError
        With every fault, one ``file:line: …`` each.
    """
    files, faults = _read(params_dir, year)
    if files is None or faults:
        raise PlanInvalidError([str(fault) for fault in faults])
    return _whole(files)


def load_plan_before(params_dir: Path, plan: Plan) -> Plan | None:
    """Load the plan of the year before, where one of a plan's indicators continues one of it; ``None`` if not there.

    Raises
    ------
    PlanInvalidError
        If that plan has faults.
    """
    year = plan.about.year - 1
    continued = any(indicator.continues for indicator in plan.indicators)
    return load_plan(params_dir, year) if continued and (params_dir / str(year)).is_dir() else None


def _whole(files: PlanFiles) -> Plan:
    plan = canonical(Plan(**_parts(files)))
    # Through the compiled form, so that nobody sees a difference between a loaded and a compiled plan.
    return plan_from_json(compile_plan(plan.model_copy(update={"sha256": digest_of(plan)})))


_WHOSE = ("areas.yaml", "sections.yaml", "projects.yaml", "plan.yaml", "tables")
"""What tells whose a return is and what it must hold."""


def load_for_registering(params_dir: Path, year: int) -> tuple[Plan, list[PlanFault]]:
    """Load a plan that may have faults, for registering alone: nothing may be judged or computed with it.

    Returns
    -------
    tuple
        The plan, and its faults: checking waits until there are none.

    Raises
    ------
    PlanInvalidError
        If there are faults in what tells whose a return is.
    """
    files, faults = _read(params_dir, year)
    if files is not None and not faults:
        return _whole(files), []
    folder = f"{params_dir.name}/{year}"
    if files is None or any(fault.file.startswith(tuple(f"{folder}/{name}" for name in _WHOSE)) for fault in faults):
        raise PlanInvalidError([str(fault) for fault in faults])
    return _draft(files), faults


def _draft(files: PlanFiles) -> Plan:
    """Return the sound part of a plan: every part was validated by itself, whether or not they fit each other."""
    parts = {name: part for name, part in _parts(files).items() if part is not None}
    lists = {
        name: tuple(each for each in part if each is not None)
        for name, part in parts.items()
        if isinstance(part, tuple)
    }
    # A list whose file cannot be read has no items, for whoever looks at the rest.
    empty: dict[str, Any] = {_FIELDS.get(name, name): () for name in LISTS}
    return Plan.model_construct(**(empty | parts | lists), sha256="")


def plan_faults(params_dir: Path, year: int) -> list[PlanFault]:
    """Return every fault of one year's plan, by file and line; none if it can be loaded."""
    return _read(params_dir, year)[1]


@dataclass(frozen=True)
class DraftPlan:
    """A plan as far as it is right, for whoever checks what builds on it.

    Parameters
    ----------
    plan
        The sound part; ``None`` where there is no folder, or nothing in it that is a plan.
    faults
        All of them.
    unsound
        Ids of tables that are not there as their files mean them.
    named
        The ids that ``indicators`` and ``parameters`` name, whether or not the rest of them is right; a file that
        cannot be read, or that does not say all its ids, is not among them.
    """

    plan: Plan | None
    faults: list[PlanFault]
    unsound: frozenset[str] = frozenset()
    named: Mapping[str, Collection[str]] = field(default_factory=dict)


def draft_plan(params_dir: Path, year: int) -> DraftPlan:
    """Read a plan that may have faults, as far as it is right."""
    files, faults = _read(params_dir, year)
    if files is None:
        return DraftPlan(None, faults)
    unsound = frozenset(stem for stem in files.tables if not files.is_whole(f"tables/{stem}"))
    needed = files.wholes.get("plan") is not None and files.tables
    named = {name: files.ids(name) for name in ("indicators", "parameters") if files.names_all(name)}
    return DraftPlan(_draft(files) if needed else None, faults, unsound, named)


def _read(params_dir: Path, year: int) -> tuple[PlanFiles | None, list[PlanFault]]:
    folder = params_dir / str(year)
    shown = f"{params_dir.name}/{year}"
    if not folder.is_dir():
        years = sorted(each.name for each in params_dir.glob("[0-9]*") if each.is_dir()) if params_dir.is_dir() else []
        return None, [PlanFault(shown, 1, f"没有 {year} 年的方案", "、".join(years) or f"新建文件夹 {shown}")]
    files = read_files(folder, shown)
    check(files, year)
    continuing.check(files, params_dir, year)
    return files, in_order(files.faults)


def _parts(files: PlanFiles) -> dict[str, Any]:
    parts = {_FIELDS.get(name, name): model for name, model in files.wholes.items()}
    parts |= {_FIELDS.get(name, name): tuple(entry.model for entry in entries) for name, entries in files.lists.items()}
    parts["tables"] = tuple(files.tables.values())
    return parts


def plan_years(params: Path) -> list[int]:
    """Return the years that there are plans of, rising."""
    if not params.is_dir():
        return []
    return sorted(int(folder.name) for folder in params.iterdir() if folder.is_dir() and folder.name.isdigit())


def newest_year(params: Path) -> int:
    """Return the newest year that there is a plan of.

    Raises
    ------
    UsageError
        If there is none.
    """
    years = plan_years(params)
    if not years:
        raise UsageError(f"{params} 下没有方案：每年一个文件夹，例如 {params.name}/2018")
    return years[-1]
