"""``params/<year>/expectations/*.yaml`` → suites; strict, with all faults at once as ``file:line``."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from minsheng.domain.base import plain
from minsheng.domain.delivery import Severity
from minsheng.domain.plan import Plan
from minsheng.domain.table import CellType, Column, Table, TableKind
from minsheng.errors import PlanInvalidError
from minsheng.files.hashing import sha256
from minsheng.files.written import canonical_json
from minsheng.intake.rules.bad_rows import cannot_fire
from minsheng.intake.rules.kinds import KINDS
from minsheng.intake.rules.rule import (
    BUILT_IN,
    COVER_TABLE,
    OTHER_AREA,
    OTHER_AREA_PREVIOUS,
    OWN_PREVIOUS,
    Derived,
    Rule,
    Suite,
    TypeRule,
    known_columns,
    kwargs_faults,
    message_faults,
)
from minsheng.plan.located import Located
from minsheng.plan.strict_yaml import PlanFault, YamlFile, in_order, read_yaml
from minsheng.plan.validation import validate

_TOP = ("table", "printed", "derive", "rules")

_RULES = "rules"

_NOT_FALL = "expect_cumulative_to_not_fall"

_GROWTH = frozenset({"expect_cumulative_to_grow_by_month", "expect_cumulative_to_grow_by_product"})


def expectations_dir(params_dir: Path, year: int) -> Path:
    """Return the folder that holds a year's suites."""
    return params_dir / str(year) / "expectations"


def rules_sha256(plan: Plan, params_dir: Path) -> str:
    """Hash what every table contract and every suite of a year say, however they are written."""
    said: dict[str, Any] = {f"tables/{table.id}": table.model_dump(mode="json") for table in plan.tables}
    for path in sorted(expectations_dir(params_dir, plan.about.year).glob("*.yaml")):
        read = read_yaml(path)
        # What cannot be read counts as it stands, until somebody mends it.
        said[f"expectations/{path.name}"] = sha256(path) if read.faults else _as_said(read.value)
    return sha256(canonical_json(said))


def _as_said(value: Any) -> Any:
    """Return a value of YAML for JSON: 1 and 1.00 are the same number, a day is none of its spellings."""
    match value:
        case dict():
            return {str(key): _as_said(each) for key, each in value.items()}
        case list():
            return [_as_said(each) for each in value]
        case bool() | None | str():
            return value
        case int() | Decimal():
            return {"number": plain(Decimal(value))}
        case _:
            return {"day": str(value)}


def load_suites(plan: Plan, params_dir: Path) -> dict[str, Suite]:
    """Load the suites of a plan's year, by table id, in the plan's order.

    Raises
    ------
    PlanInvalidError
        With every fault of every file.
    """
    suites, faults = _load(plan, params_dir)
    if faults:
        raise PlanInvalidError([str(fault) for fault in faults])
    return suites


def expectation_faults(
    plan: Plan, params_dir: Path, unsound: Collection[str] = (), named: Mapping[str, Collection[str]] | None = None
) -> list[PlanFault]:
    """Return every fault of the suites, for ``minsheng plan check``; empty where all is well.

    Parameters
    ----------
    plan
        It may have faults of its own: only its tables, indicators and parameters are looked at.
    unsound
        Tables with faults: what suites name of them may be what is wrong there.
    named
        The ids that ``indicators`` and ``parameters`` name, where the plan does not hold all that its files say; of a
        file that is not among them nothing is known.
    """
    return _load(plan, params_dir, unsound, named, tries_bad=True)[1]


def _load(
    plan: Plan,
    params_dir: Path,
    unsound: Collection[str] = (),
    named: Mapping[str, Collection[str]] | None = None,
    *,
    tries_bad: bool = False,
) -> tuple[dict[str, Suite], list[PlanFault]]:
    if named is None:
        named = {key: [each.id for each in getattr(plan, key)] for key in _NAMED.values()}
    folder = expectations_dir(params_dir, plan.about.year)
    tables = {table.id: table for table in (COVER_TABLE, *plan.tables)}
    faults: list[PlanFault] = []
    found: dict[str, Suite] = {}
    ids: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.stem in unsound:
            continue
        name = str(Path(params_dir.name) / str(plan.about.year) / "expectations" / path.name)
        reader = _SuiteReader(read_yaml(path, name), tables, ids, unsound, named, tries_bad=tries_bad)
        suite = reader.read(path.stem)
        faults += reader.faults
        if suite is not None:
            found[suite.table.id] = _with_whole_numbers(suite, ids)
    there = {path.stem for path in folder.glob("*.yaml")}
    for table in plan.tables:
        if table.kind == TableKind.FIGURES and table.id not in there:
            where = str(Path(params_dir.name) / str(plan.about.year) / "expectations")
            faults.append(PlanFault(where, 1, f"表“{table.id}”没有规则文件", f"{table.id}.yaml，至少一条规则"))
    return {table: found[table] for table in tables if table in found}, in_order(faults)


_WHOLE, _BETWEEN = "expect_cells_to_be_whole", "expect_cells_to_be_between"

_LAST_NUMBER = 999


def _with_whole_numbers(suite: Suite, ids: dict[str, str]) -> Suite:
    """Hold every ``integer`` column to whole numbers from 0, unless a rule of its own bounds it otherwise."""
    table, free = suite.table, count(_LAST_NUMBER, -1)
    whole = [column.id for column in table.columns if column.type == CellType.INTEGER]
    if table.kind != TableKind.FIGURES or table.id == COVER_TABLE.id:
        return suite
    rules = []
    for kind, bounds, message, bad in (
        (_WHOLE, {}, "不是整数", Decimal("0.5")),
        (_BETWEEN, {"low": Decimal(0)}, "小于 0", Decimal(-1)),
    ):
        held = {c for rule in suite.rules if rule.type == kind for c in rule.kwargs.get("columns", ())}
        columns = [column for column in whole if column not in held]
        if not columns:
            continue
        # A number of the table's own that no rule of any table has: who explains a finding writes it down.
        prefix = suite.rules[0].id.partition("-")[0]
        number = next(name for n in free if (name := f"{prefix}-{n:03}") not in ids)
        ids[number] = table.id
        rules.append(
            TypeRule(
                id=number,
                type=kind,
                kwargs={"columns": columns, **bounds},
                severity=Severity.CRITICAL,
                message=message,
                allowed="0 或正整数",
                action="请按整数填报，没有发生填 0",
                basis="方案规定本列为整数（type: integer）",
                blank="not_checked",
                bad=({columns[0]: bad},),
            )
        )
    return suite.model_copy(update={"rules": (*suite.rules, *rules)})


class _SuiteReader:
    """Reads one file; collects its faults."""

    def __init__(
        self,
        source: YamlFile,
        tables: dict[str, Table],
        ids: dict[str, str],
        unsound: Collection[str],
        named: Mapping[str, Collection[str]],
        *,
        tries_bad: bool,
    ) -> None:
        self.source = source
        self.located = Located(source)
        self.tables = tables
        self.ids = ids
        self.unsound = unsound
        self.named = named
        self.tries_bad = tries_bad
        self.types: dict[str, CellType] = {}

    @property
    def faults(self) -> list[PlanFault]:
        """Every fault found so far."""
        return self.located.faults

    def _fault(self, path: tuple[Any, ...], message: str, allowed: str = "") -> None:
        self.located.fault(path, message, allowed)

    def read(self, stem: str) -> Suite | None:
        """Return the suite, or ``None`` where the file has a fault."""
        document = self.source.value
        if not isinstance(document, dict):
            if not self.faults:
                self._fault((), "应为一组键", "、".join(_TOP))
            return None
        for key in document:
            if key not in _TOP:
                self._fault((key,), f"没有“{key}”这一项", "、".join(_TOP))
        table = self.tables.get(str(document.get("table")))
        if table is None or table.id != stem:
            self._fault(
                ("table",), f"table 应与文件名相同，且是一张表：{document.get('table')}", "、".join(self.tables)
            )
            return None
        printed = [c for c in self._items(document, "printed", Column) if c]
        derive = [d for d in self._items(document, "derive", Derived) if d]
        for n, derived in enumerate(derive):
            self._check_derived(derived, ("derive", n))
        self.types = {column.id: column.type for column in (*table.columns, *printed)}
        known = known_columns(table, tuple(c.id for c in printed), tuple(d.id for d in derive))
        rules = self._rules(document, table, known)
        if self.faults:
            return None
        return Suite(table=table, printed=tuple(printed), derive=tuple(derive), rules=tuple(rules))

    def _items(self, document: dict[Any, Any], key: str, model: type[Any]) -> Iterable[Any]:
        items = document.get(key, [])
        if not isinstance(items, list):
            self._fault((key,), f"{key} 应为列表")
            return []
        return [validate(self.located, (key, n), model) for n in range(len(items))]

    def _check_derived(self, derived: Derived, path: tuple[Any, ...]) -> None:
        for name in (derived.sum_of, derived.value_of):
            if name is None:
                continue
            table_id, _, column = name.partition(".")
            if table_id in self.unsound:
                continue
            table = self.tables.get(table_id)
            columns = {c.id for c in table.columns} if table else set()
            for wanted in (column, *derived.where):
                if wanted not in columns:
                    self._fault(
                        path, f"没有“{table_id}.{wanted}”", "、".join(sorted(columns)) or "、".join(self.tables)
                    )
        for key, file in _NAMED.items():
            known = self.named.get(file)
            for word in _words(getattr(derived, key)):
                if known is not None and word not in known:
                    self._fault(path, f"{file}.yaml 没有“{word}”", "、".join(known))

    def _rules(self, document: dict[Any, Any], table: Table, known: set[str]) -> list[Rule]:
        items = document.get(_RULES)
        if not isinstance(items, list) or not items:
            self._fault((_RULES,), "没有规则：空的规则文件什么也不查", "至少一条规则")
            return []
        rules = []
        for n, item in enumerate(items):
            path = (_RULES, n)
            rule_type = item.get("type") if isinstance(item, dict) else None
            if isinstance(item, dict) and rule_type is not None and rule_type not in {*KINDS, *BUILT_IN}:
                self._fault((*path, "type"), f"没有“{rule_type}”这种规则", "、".join([*KINDS, *BUILT_IN]))
            if isinstance(item, dict) and isinstance(item.get("bad"), dict):
                item["bad"] = [item["bad"]]
            rule = validate(self.located, path, Rule)
            if rule is None or rule_type not in {*KINDS, *BUILT_IN}:
                continue
            self._check_rule(rule, path, table, known)
            rules.append(rule)
        self._check_falls(rules)
        return rules

    def _check_falls(self, rules: list[Rule]) -> None:
        """Demand for every column that must grow by the month a rule that it must not fall: the one leaves that out."""
        guarded = {c for rule in rules if rule.type == _NOT_FALL for c in rule.kwargs.get("columns", ())}
        for n, rule in enumerate(rules):
            if rule.type in _GROWTH:
                for column in [*rule.kwargs.get("pairs", ()), *filter(None, [rule.kwargs.get("column")])]:
                    if column not in guarded:
                        self._fault((_RULES, n), f"列“{column}”没有 {_NOT_FALL} 规则", f"同一文件里一条 {_NOT_FALL}")

    def _check_rule(self, rule: Rule, path: tuple[Any, ...], table: Table, known: set[str]) -> None:
        if rule.id in self.ids:
            self._fault((*path, "id"), f"规则编号 {rule.id} 重复，另一处在 {self.ids[rule.id]}", "每个编号只用一次")
        self.ids.setdefault(rule.id, f"{self.source.file}:{self.source.line((*path, 'id'))}")
        found = kwargs_faults(rule.type, rule.kwargs, known)
        for name, message, right in found:
            self._fault((*path, "kwargs", name) if name else (*path, "kwargs"), message, right)
        self._check_bad(rule, path, known)
        if message_faults(rule.message):
            self._fault((*path, "message"), "message 里不能有花括号", "普通文字；算式会自动附上")
        rows = {row.id for row in table.rows}
        for row in rule.rows:
            if row not in rows:
                self._fault((*path, "rows"), f"没有行“{row}”", "、".join(sorted(rows)))
        if rule.rows and not rule.ours:
            self._fault((*path, "rows"), f"{rule.type} 不能只查部分行", "本系统的规则种类")
        if not found and rule.reads_previous != (rule.needs == "previous_month"):
            word = "须写" if rule.reads_previous else "不应写"
            self._fault(path, f"{rule.id} {word} needs: previous_month")
        # A plan that ran before says nothing less for it: only who checks a plan is told.
        if self.tries_bad and not found and any(cannot_fire(rule, change, self.types) for change in rule.bad):
            self._fault((*path, "bad"), f"这处改动不会触发 {rule.id}", "使好的一行不合规则的改动")

    def _check_bad(self, rule: Rule, path: tuple[Any, ...], known: set[str]) -> None:
        for change in rule.bad:
            for column, value in change.items():
                if column not in known:
                    self._fault((*path, "bad"), f"bad 的列“{column}”不存在", "、".join(sorted(known)))
                if isinstance(value, str) and value.startswith("@"):
                    allowed = (OTHER_AREA, OTHER_AREA_PREVIOUS, OWN_PREVIOUS)
                    if value not in allowed:
                        self._fault((*path, "bad"), f"“{value}”含义不明", "、".join(allowed))


_NAMED = {"target": "indicators", "parameter": "parameters"}
"""What a derived column takes from the plan → the file that names it."""


def _words(value: str | dict[str, str] | None) -> list[str]:
    return list(value.values()) if isinstance(value, dict) else [value] if value else []


def printed_columns(suites: dict[str, Suite]) -> dict[str, tuple[Column, ...]]:
    """Return the printed columns of each table, as reading needs them."""
    return {table: suite.printed for table, suite in suites.items() if suite.printed}


def figure_columns(suite: Suite) -> list[str]:
    """Return the columns of a table that hold figures."""
    return [c.id for c in suite.table.columns if c.type in {CellType.INTEGER, CellType.DECIMAL}]
