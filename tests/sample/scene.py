"""What a narrative speaks about: one area (or the city) at one cut, with its figures in printable form."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tests.sample.draw import whole
from tests.sample.setting import Cut, Figures, Setting


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One speaker at one cut."""

    setting: Setting
    speaker: str
    """The area's or section's id: who draws the words."""
    whom: str
    """全县, 全区, 全市: whom the figures are about."""
    cut: Cut
    figures: Figures

    @property
    def until(self) -> str:
        """截至6月20日."""
        return f"截至{self.cut.as_of.month}月{self.cut.as_of.day}日"

    @property
    def month(self) -> str:
        """6月."""
        return f"{self.cut.month}月"

    @property
    def next_month(self) -> str:
        """The month until which things are promised."""
        last = len(self.setting.cuts) - 1
        return f"{self.cut.month + 1}月底" if self.cut.month < last else "明年一季度"

    def value(self, *fields: str) -> Decimal:
        """Return the sum of some figures."""
        return sum((Decimal(str(self.figures.get(field, 0))) for field in fields), Decimal(0))

    def count(self, *fields: str) -> str:
        """Return a whole number as text."""
        return str(whole(self.value(*fields)))

    def wan(self, *fields: str) -> str:
        """Return yuan as 万元 with two decimals."""
        return f"{two(self.value(*fields) / 10000)}万元"

    def funds(self, project: str) -> str:
        """Return 资金拨付 of a project: allocated, received, disbursed since January."""
        line = self.setting.plan.funds_of(project)
        rows = [part.id for part in line.parts] if line else []
        allocated, received, disbursed = (
            [f"funds.{row}.{name}_yuan" for row in rows] for name in ("allocated", "received", "disbursed")
        )
        spent, had = self.value(*disbursed), self.value(*received)
        rate = f"，拨付占到位资金的{percent(spent, had)}" if spent and had else ""
        return (
            f"{self.until}，累计下达资金{self.wan(*allocated)}，到位{self.wan(*received)}，"
            f"拨付{self.wan(*disbursed)}{rate}。"
        )

    def pick(self, options: Sequence[str], *key: object) -> str:
        """Return one of several ways to say it; another area or month often says it otherwise."""
        return self.setting.draw.choose(options, "words", self.speaker, self.cut.step, *key)

    def two_of(self, options: Sequence[str], *key: object, shift: int = 0) -> str:
        """Return two different sentences out of several, numbered; another ``shift`` gives another pair."""
        drawn = self.setting.draw.integer(0, len(options) - 1, "words", self.speaker, self.cut.step, *key)
        first = (drawn + shift) % len(options)
        second = (first + 1 + self.cut.step % (len(options) - 1)) % len(options)
        return f"一是{options[first]}；二是{options[second]}。"


def two(number: Decimal) -> str:
    """Write a number with two decimals, rounded half up."""
    return format(number.quantize(Decimal("0.01"), ROUND_HALF_UP), "f")


def percent(part: Decimal, total: Decimal) -> str:
    """Write a share with two decimals; a dash where there is nothing to divide by."""
    return f"{two(part / total * 100)}%" if total else "—"
