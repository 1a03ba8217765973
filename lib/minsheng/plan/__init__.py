"""params/ → a frozen, cross-checked plan; the frozen calendar and due dates."""

from minsheng.plan.compiled import compile_plan, plan_from_json
from minsheng.plan.faults import PlanFault
from minsheng.plan.loader import load_plan, plan_faults

__all__ = ["PlanFault", "compile_plan", "load_plan", "plan_faults", "plan_from_json"]
