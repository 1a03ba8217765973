"""What if: the same functions on one changed value or one changed rule; nothing is written anywhere."""

from decimal import Decimal

from minsheng.domain.base import plain
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import ItemRule
from minsheng.errors import UsageError
from minsheng.measure.fields import Returns


def with_value(returns: Returns, period: Period, area_id: str, field: str, value: Decimal | str) -> Returns:
    """Return the same returns with one accepted value changed; the ones given stay as they are.

    Parameters
    ----------
    field
        ``table.row.column`` as accepted.
    value
        A number, in yuan where the field is money, or a text or ISO date.

    Raises
    ------
    UsageError
        If the area has no accepted return in that month, or the return no such field.
    """
    key = (period.closing_month, area_id)
    accepted = returns.get(key)
    if accepted is None or field not in accepted.values:
        known = "、".join(sorted(accepted.values)) if accepted else "（该地区该月没有已采用的报表）"
        raise UsageError(f"{area_id} {period.closing_month} 没有字段 {field}。可改的字段：{known}")
    text = plain(value) if isinstance(value, Decimal) else value
    changed = accepted.values[field]._replace(value=text)
    return {**returns, key: accepted.model_copy(update={"values": {**accepted.values, field: changed}})}


def with_rule(plan: Plan, item_id: str, rule: ItemRule) -> Plan:
    """Return the same plan with one rubric item scored by another rule.

    Raises
    ------
    UsageError
        If the rubric has no such item.
    """
    rubric = plan.county_rubric
    if item_id not in {item.id for item in rubric.items}:
        raise UsageError(f"没有小项 {item_id}：{'、'.join(item.id for item in rubric.items)}")
    groups = tuple(
        group.model_copy(
            update={
                "items": tuple(
                    item.model_copy(update={"rule": rule}) if item.id == item_id else item for item in group.items
                )
            }
        )
        for group in rubric.groups
    )
    return plan.model_copy(update={"county_rubric": rubric.model_copy(update={"groups": groups})})
