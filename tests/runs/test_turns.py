"""The order in which a run starts its tasks."""

from tests.conftest import ROOT

from minsheng.domain.period import Period
from minsheng.plan import load_plan
from minsheng.runs.graph import period_tasks
from minsheng.runs.runner import in_turn

PLAN = load_plan(ROOT / "params", 2017)


def test_what_the_longest_chain_waits_for_starts_first() -> None:
    order = [task.name.removeprefix("2017-06/") for task in in_turn(period_tasks(PLAN, Period("2017-06")))]
    counties = [name for name in order if name.endswith("/scoring") and not name.startswith("city")]
    assert order.index("city/scoring") == order.index(counties[-1]) + 1
    # What a section's report reads is made after it, and the bulletin, the longest, does not begin as the last one.
    assert order.index("city/scoring") < order.index("city/dibao") < order.index("city/bulletin")
    assert order.index("city/bulletin") < order.index("office/monthly_report")


def test_every_task_still_comes_after_those_that_it_reads() -> None:
    for period in ("2017-01", "2017-06", "2017-H1", "2017"):
        tasks = period_tasks(PLAN, Period(period))
        order = in_turn(tasks)
        assert sorted(each.name for each in order) == sorted(each.name for each in tasks)
        seen: set[str] = set()
        for task in order:
            assert {name for name in task.after if name.startswith(f"{period}/")} <= seen
            seen.add(task.name)
