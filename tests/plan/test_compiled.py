"""The compiled plan: equal, deterministic, quick; and the hash over what it was made from."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from minsheng.domain.plan import Plan
from minsheng.intake.rules.suites import rules_sha256
from minsheng.plan import compile_plan, digest_by_bytes, load_plan, plan_faults, plan_from_json
from minsheng.plan.strict_yaml import read_yaml

PARAMS = Path(__file__).parents[2] / "params"
YEAR = 2017


def test_a_compiled_plan_reads_back_equal(plan: Plan) -> None:
    again = plan_from_json(compile_plan(plan))
    assert again == plan
    assert compile_plan(again) == compile_plan(plan)
    # What has an order on the page keeps it.
    levels = getattr(again.county_rubric.items[0].rule, "levels", {})
    assert list(levels) == ["做到", "基本做到", "未做到"]


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_compiles_the_same_bytes(params: Path, plan: Plan, seed: str) -> None:
    program = (
        "import sys; from pathlib import Path; from minsheng.plan import compile_plan, load_plan;"
        f"sys.stdout.buffer.write(compile_plan(load_plan(Path(sys.argv[1]), {YEAR})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(params)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    assert done.stdout == compile_plan(plan)


def test_numbers_are_never_floats(plan: Plan) -> None:
    assert plan.funds[-1].total_yuan == Decimal(19526000)
    assert isinstance(plan.schedule.by_month[5], Decimal)
    assert plan.schedule.by_month[5] == Decimal(5) / Decimal(12)
    assert b'"total_yuan":"19526000"' in compile_plan(plan)


def test_reading_the_compiled_plan_is_quicker(params: Path) -> None:
    def best(work: Callable[[], object]) -> float:
        taken = []
        for _ in range(3):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
        return min(taken)

    compiled = compile_plan(load_plan(params, YEAR))
    loading, reading = best(lambda: load_plan(params, YEAR)), best(lambda: plan_from_json(compiled))
    assert reading < loading / 5


def _rewritten(value: object) -> str:
    """Write a value of YAML anew: keys backwards, in one bracket, texts quoted, numbers with one more zero."""
    match value:
        case dict():
            pairs = (f"{_rewritten(key)}: {_rewritten(each)}" for key, each in reversed(value.items()))
            return "{ # 注\n" + ",\n".join(pairs) + "}"
        case list():
            return "[" + ",\n".join(map(_rewritten, value)) + "]"
        case str() | bool() | None:
            return json.dumps(value, ensure_ascii=False)
        case _:
            return f"{value}0" if isinstance(value, Decimal) else f"{value}"


def test_the_digest_is_of_what_the_plan_says(params: Path, plan: Plan) -> None:
    folder = params / str(YEAR)
    before = rules_sha256(plan, params)
    for path in folder.rglob("*.yaml"):
        value = read_yaml(path).value
        path.write_text(_rewritten(value), encoding="utf-8")
        assert read_yaml(path).value == value, path.name
    assert plan_faults(params, YEAR) == []
    again = load_plan(params, YEAR)
    assert compile_plan(again) == compile_plan(plan), "order and spelling reach no page either"
    assert (again.sha256, rules_sha256(again, params)) == (plan.sha256, before)
    assert digest_by_bytes(folder) != digest_by_bytes(PARAMS / str(YEAR))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("reporting.yaml", "day: 23", "day: 22"),
        ("areas.yaml", "bureau: 苍溪县民政局", "bureau: 苍溪民政局"),
        ("rubric_county.yaml", "基本做到: 0.5", "基本做到: 0.6"),
        ("tables/dibao.yaml", "sheet: 低保", "sheet: 城乡低保"),
        ("indicators.yaml", "decimals: 2", "decimals: 3"),
    ],
)
def test_whatever_the_plan_says_otherwise_gives_another_digest(
    params: Path, plan: Plan, change: Callable[[str, str, str], Path], file: str, old: str, new: str
) -> None:
    change(file, old, new)
    assert load_plan(params, YEAR).sha256 != plan.sha256


def test_a_setting_written_as_its_default_changes_nothing(
    params: Path, plan: Plan, change: Callable[[str, str, str], Path]
) -> None:
    change("reporting.yaml", "first_month:", "due_months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]\nfirst_month:")
    change("areas.yaml", "    name: 苍溪县\n", "    name: 苍溪县\n    parent: null\n")
    assert load_plan(params, YEAR).sha256 == plan.sha256


def test_notes_and_hidden_files_of_editors_count_for_nothing(params: Path, plan: Plan) -> None:
    (params / str(YEAR) / "README.md").write_text("记事\n", encoding="utf-8")
    (params / str(YEAR) / ".areas.yaml.swp").write_bytes(b"\0")
    assert load_plan(params, YEAR).sha256 == plan.sha256
