"""``minsheng plan check``: every fault of the plan data and of the expectations, at once."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from minsheng.domain.base import plain
from minsheng.domain.item_rules import ProportionalRule
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, Outcome, UsageError
from minsheng.intake.rules.suites import expectation_faults
from minsheng.plan import PlanFault, draft_plan
from minsheng.plan.loader import plan_years
from minsheng.plan.strict_yaml import in_order
from minsheng.workspace import Workspace


@dataclass(frozen=True)
class PlanOutcome(Outcome):
    """The years that were checked, all faults, and a line for every year without one."""

    years: tuple[int, ...]
    faults: tuple[PlanFault, ...]
    summaries: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """10 with a fault, else 0."""
        return ExitCode.PLAN_INVALID if self.faults else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return the faults as ``file:line: …``, or the summaries."""
        counted = [f"共 {len(self.faults)} 个问题"] if self.faults else []
        return [*map(str, self.faults), *counted, *self.summaries]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {"years": list(self.years), "faults": [asdict(fault) for fault in self.faults]}


def check_plans(workspace: Workspace, year: int | None) -> PlanOutcome:
    """Check one year's plan, or every year under ``params/``.

    Raises
    ------
    UsageError
        If there is no plan, or none of that year.
    """
    years = plan_years(workspace.params)
    if not years or (year is not None and year not in years):
        known = "、".join(map(str, years)) or "无"
        raise UsageError(f"{workspace.params} 下没有{f'{year}年的' if year else ''}方案。已有年度：{known}")
    chosen = [year] if year is not None else years
    faults: list[PlanFault] = []
    summaries = []
    for one in chosen:
        draft = draft_plan(workspace.params, one)
        found = list(draft.faults)
        if draft.plan is not None:
            # In the same run, whatever is wrong with the plan itself: nobody mends in stages.
            found += expectation_faults(draft.plan, workspace.params, draft.unsound, draft.named)
        if draft.plan is not None and not found:
            plan = draft.plan
            scored = f"县区考评 {len(plan.county_rubric.items)} 个小项" if plan.county_rubric.is_there else "不考评县区"
            summaries.append(
                f"{one}年方案没有问题：{len(plan.areas)} 个地区，{len(plan.projects)} 个项目，"
                f"{len(plan.indicators)} 项指标，{scored}"
            )
            summaries += [f"提示：{note}" for note in (*_unscored(plan), *_unfilled(plan), *_uncounted(plan))]
        faults += in_order(found)
    return PlanOutcome(years=tuple(chosen), faults=tuple(faults), summaries=tuple(summaries))


def _unscored(plan: Plan) -> Iterator[str]:
    """Yield the indicators that no item of the rubric looks at: a plan may mean that, or have forgotten it."""
    if not plan.county_rubric.is_there:
        return
    named = {
        each if isinstance(each, str) else each.indicator
        for item in plan.county_rubric.items
        for each in getattr(item.rule, "indicators", ())
    }
    for indicator in plan.indicators:
        if indicator.id not in named:
            yield f"指标“{indicator.name}”（{indicator.id}）在 rubric_county.yaml 里没有评分规则，不计入考评"


def _unfilled(plan: Plan) -> Iterator[str]:
    """Yield the parts of the report that money would fill, of a plan that arranges none."""
    for part in plan.reporting.parts if not plan.funds else ():
        if part.role == "funds":
            yield f"reporting.yaml 的方面“{part.title}”（role: funds）没有资金可填，由科室填写；不要的删去"


def _uncounted(plan: Plan) -> Iterator[str]:
    """Yield the items that count more than the target, of which no more than full marks can come."""
    for item in plan.county_rubric.items:
        if isinstance(item.rule, ProportionalRule) and item.rule.cap > 1 and len(item.rule.indicators) == 1:
            more = f"小项“{item.name}”（{item.id}）的 cap {plain(item.rule.cap)} 大于 1，只有一个指标，得分仍不超过满分"
            yield f"{more}；超额要加分的，另写满分之外的小项（extra）或加分"
