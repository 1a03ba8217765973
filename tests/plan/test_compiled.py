"""The compiled plan: equal, deterministic, quick; and the hash over what it was made from."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from minsheng.domain.plan import Plan
from minsheng.plan import compile_plan, load_plan, plan_from_json

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


def test_the_hash_covers_every_file_and_its_name(params: Path, plan: Plan) -> None:
    folder = params / str(YEAR)
    assert load_plan(params, YEAR).sha256 == plan.sha256
    assert len(plan.sha256) == 64
    with (folder / "reporting.yaml").open("a") as file:
        file.write("# 一行注释\n")
    changed = load_plan(params, YEAR).sha256
    assert changed != plan.sha256
    (folder / "expectations").mkdir(exist_ok=True)
    (folder / "expectations" / "zz_more.yaml").write_text("rules: []\n")
    more = load_plan(params, YEAR).sha256
    assert more != changed
    (folder / "expectations" / "zz_more.yaml").rename(folder / "expectations" / "zz_other.yaml")
    assert load_plan(params, YEAR).sha256 not in {changed, more}


def test_hidden_files_of_editors_count_for_nothing(params: Path, plan: Plan) -> None:
    (params / str(YEAR) / ".areas.yaml.swp").write_bytes(b"\0")
    assert load_plan(params, YEAR).sha256 == plan.sha256
