"""params/ → a frozen, cross-checked plan; the frozen calendar and due dates."""

from minsheng.plan.loader import (
    compile_plan,
    draft_plan,
    load_plan,
    load_plan_before,
    plan_faults,
    plan_from_json,
)
from minsheng.plan.plan_files import digest_by_bytes
from minsheng.plan.strict_yaml import PlanFault

__all__ = [
    "PlanFault",
    "compile_plan",
    "digest_by_bytes",
    "draft_plan",
    "load_plan",
    "load_plan_before",
    "plan_faults",
    "plan_from_json",
]
