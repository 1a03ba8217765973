"""params/ → a frozen, cross-checked plan; the frozen calendar and due dates."""

from minsheng.plan.loader import compile_plan, load_plan, plan_faults, plan_from_json
from minsheng.plan.strict_yaml import PlanFault

__all__ = ["PlanFault", "compile_plan", "load_plan", "plan_faults", "plan_from_json"]
