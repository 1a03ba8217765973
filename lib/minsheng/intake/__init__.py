"""From ``data/`` to accepted returns: templates, safe reading, table contracts, expectations, receipts, register.

Importing this package imports none of its modules: notebooks read accepted returns with ``store`` alone, and only
``expectations`` (with ``expectation_types``) imports Great Expectations. The names below are loaded when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minsheng.intake.checking import check_month, check_year_to_date, is_up_to_date
    from minsheng.intake.receipts import write_receipts
    from minsheng.intake.suites import expectation_faults

__all__ = ["check_month", "check_year_to_date", "expectation_faults", "is_up_to_date", "write_receipts"]

_HOMES = {
    "check_month": "checking",
    "check_year_to_date": "checking",
    "expectation_faults": "suites",
    "is_up_to_date": "checking",
    "write_receipts": "receipts",
}


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
