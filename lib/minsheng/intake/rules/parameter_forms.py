"""What a parameter of a rule may be: how it is told, what is allowed instead, which columns it names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from minsheng.intake.rules.by_cell import signed
from minsheng.measure.completion import TARGET_OVER_ACTUAL, TWO_MINUS_RATIO


@dataclass(frozen=True)
class ParameterForm:
    """One form that a parameter of a kind of rule can have."""

    allowed: str
    """In the words of a fault."""
    fits: Callable[[Any], bool]
    columns: Callable[[Any], Sequence[str]] = lambda _: ()
    """The columns that a value of this form names, without signs."""
    is_number: bool = False
    """Whether judgements take it as an exact decimal."""

    def fault(self, value: Any) -> str:
        """Say what is wrong with a value; empty where nothing is."""
        if self.fits(value):
            return ""
        if not self.is_number:
            return "写法不对"
        return f"“{value}”不在允许的范围" if _is_number(value) else f"“{value}”不是数字"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _number(allowed: str, bound: Callable[[Any], bool] = lambda _: True) -> ParameterForm:
    return ParameterForm(allowed, lambda value: _is_number(value) and bound(value), is_number=True)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _are_pairs(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(each, str) for each in value.values())


FORMS: dict[str, ParameterForm] = {
    "number": _number("数字"),
    "positive": _number("大于 0 的数", lambda value: value > 0),
    "not_negative": _number("0 或大于 0 的数", lambda value: value >= 0),
    "count": _number("0 或正整数", lambda value: value >= 0 and value == int(value)),
    "texts": ParameterForm("[文字, 文字]", _are_texts),
    "formula": ParameterForm(
        f"{TARGET_OVER_ACTUAL}、{TWO_MINUS_RATIO}",
        lambda value: isinstance(value, str) and value in {TARGET_OVER_ACTUAL, TWO_MINUS_RATIO},
    ),
    "column": ParameterForm("一个列名", lambda value: isinstance(value, str), lambda value: [value]),
    "columns": ParameterForm("[列名, 列名]", _are_texts, list),
    # A leading minus subtracts.
    "signed": ParameterForm("[列名, -列名]", _are_texts, lambda value: [column for _, column in signed(value)]),
    "pairs": ParameterForm("{列名: 列名}", _are_pairs, lambda value: [*value, *value.values()]),
}
"""Every form, by the name that :data:`~minsheng.intake.rules.kinds.KINDS` uses; a name with ``?`` may be left out."""


def parameter_form(name: str) -> ParameterForm:
    """Return the form of a parameter as ``KINDS`` writes it."""
    return FORMS[name.removesuffix("?")]
