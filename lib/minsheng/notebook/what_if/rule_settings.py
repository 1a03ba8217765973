"""What of a rule may be changed, as text; and the rule with one setting changed."""

from decimal import Decimal
from typing import Any

from minsheng.domain.item_rules import ItemRule
from minsheng.errors import UsageError
from minsheng.notebook.what_if.amounts import number
from minsheng.render.html.numbers import trimmed

SETTINGS = {
    "cap": "完成率最多计",
    "floor": "完成率最少计",
    "threshold": "零分线（完成率低于它不得分，空为不设）",
    "unmet_share": "要求到期未做到时得分乘",
    "late": "逾期完成时得分乘",
    "weights": "各指标权重（合计为 1，用、隔开）",
    "combine": "多个指标（weighted 按权重、mean 平均、min 取最低）",
    "unreported": "未报送（zero 计 0 分、exclude 不计入）",
    "of": "按什么分档（completion 完成率、value 数值）",
    "step": "每差多少为一档",
    "cost": "每档扣分",
    "count": "不足一档（started 算一档、full 不算）",
    "target": "应完成数量",
    "per_shortfall": "每少一个扣分（空为按比例）",
    "basis": "年底前（schedule 按序时折算、full 不折算）",
    "formula": "算式（two_minus_ratio、target_over_actual）",
}

_MAY_BE_BLANK = {"threshold", "per_shortfall"}


def setting_name(setting: str) -> str:
    """Return a setting's name for people."""
    kind, _, word = setting.partition(".")
    match kind:
        case "levels":
            return f"等次 {word} 得满分的"
        case "prices":
            return f"{word} 每次"
        case _:
            return SETTINGS.get(setting, setting)


def rule_settings(rule: ItemRule) -> dict[str, str]:
    """Return what of a rule may be changed, with its value as text."""
    found: dict[str, str] = {}
    for name in SETTINGS:
        value = getattr(rule, name, None)
        if name == "weights":
            weights = [trimmed(each.weight) for each in _weighted(rule)]
            found |= {name: "、".join(weights)} if len(weights) > 1 else {}
        elif name in type(rule).model_fields:
            found[name] = "" if value is None else trimmed(value) if isinstance(value, Decimal) else str(value)
    for level, share in getattr(rule, "levels", {}).items():
        found[f"levels.{level}"] = trimmed(share)
    for price in getattr(rule, "prices", ()):
        found[f"prices.{price.id}"] = trimmed(price.points)
    return found


def _weighted(rule: ItemRule) -> list[Any]:
    """Return the indicators of a rule that have weights: those of others are names alone."""
    return [each for each in getattr(rule, "indicators", ()) if hasattr(each, "weight")]


def weights_of(text: str, count: int) -> list[Decimal]:
    """Return weights as they are written; UsageError unless there are so many, and they add up to 1."""
    weights = [number(each) for each in text.replace(",", "、").replace("，", "、").split("、")]
    if len(weights) != count or sum(weights) != 1 or min(weights) < 0:
        raise UsageError(f"权重“{text}”不对：须有 {count} 个数，用、隔开，都不小于 0，合计为 1")
    return weights


def changed_rule(rule: ItemRule, setting: str, text: str) -> ItemRule:
    """Return a rule with one setting changed; UsageError if none fits."""
    settings = rule_settings(rule)
    if setting not in settings:
        known = "、".join(f"{name}（{setting_name(name)}）" for name in settings) or "没有"
        raise UsageError(f"这类规则没有“{setting}”。可改的：{known}")
    data: dict[str, Any] = rule.model_dump()
    kind, _, word = setting.partition(".")
    if setting == "weights":
        for each, weight in zip(data["indicators"], weights_of(text, len(data["indicators"])), strict=True):
            each["weight"] = weight
    elif kind == "levels":
        data["levels"][word] = number(text)
    elif kind == "prices":
        for price in data["prices"]:
            price["points"] = number(text) if price["id"] == word else price["points"]
    elif not text.strip() and setting in _MAY_BE_BLANK:
        data[setting] = None
    else:
        data[setting] = text.strip()
    try:
        return type(rule).model_validate(data)
    except ValueError as fault:
        raise UsageError(f"“{text}”不能作为“{setting_name(setting)}”") from fault
