"""亮灯: how a figure stands, as a word and a shape first and a colour only third."""

from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from minsheng.domain.base import Exact, Frozen, Source


class Tone(StrEnum):
    """The colour of a light; never the only carrier of its meaning."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


WORST_FIRST = (Tone.RED, Tone.YELLOW, Tone.GREY, Tone.GREEN)
"""The order in which people want to see what needs them."""


class Light(Frozen):
    """One status word with its shape and colour."""

    id: str
    word: str
    shape: str
    tone: Tone


NOT_ADDED_UP = "不汇总"
"""The word of the whole's row where areas state figures that the plan does not add up: no duty is missing."""


class Span(Frozen):
    """Values in ``[lower, upper)``; ``None`` is unbounded."""

    lower: Exact | None = None
    upper: Exact | None = None

    def holds(self, value: Decimal) -> bool:
        """Whether ``value`` lies in ``[lower, upper)``."""
        return (self.lower is None or value >= self.lower) and (self.upper is None or value < self.upper)

    def covers(self, other: "Span") -> bool:
        """Whether every value of another span lies in this one."""
        below = self.lower is None or (other.lower is not None and other.lower >= self.lower)
        return below and (self.upper is None or (other.upper is not None and other.upper <= self.upper))


class LightInterval(Light, Span):
    """A light for values in ``[lower, upper)``."""


class LightCase(Light):
    """A light that comes before the intervals while both its completion and its gap lie where it says."""

    completion: Span = Span()
    """Actual ÷ the year's target."""
    gap: Span = Span()
    """Completion minus schedule progress."""


class LightScale(Frozen):
    """Ordered intervals that cover every value once.

    ``on`` names what is measured: ``gap`` is completion minus schedule progress, ``completion`` is actual ÷ target,
    ``pace`` is completion ÷ schedule progress, all dimensionless.
    """

    on: Literal["gap", "completion", "pace"]
    complete: Light | None = None
    """Shown instead of an interval once the year's target is met (completion ≥ 1)."""
    exceeded: Light | None = None
    """Shown once it is exceeded (completion > 1), of what is to be reached: keeping a limit exceeds nothing."""
    cases: tuple[LightCase, ...] = ()
    """Asked in their order before the intervals, and after ``exceeded`` and ``complete``."""
    intervals: tuple[LightInterval, ...]
    source: Source

    @model_validator(mode="after")
    def _cover_everything_once(self) -> Self:
        ordered = self.intervals
        if not ordered or ordered[0].lower is not None or ordered[-1].upper is not None:
            raise ValueError("区间须从负无穷（首个不写 lower）到正无穷（末个不写 upper）")
        for below, above in pairwise(ordered):
            if below.upper is None or above.lower is None or below.upper != above.lower:
                raise ValueError(f"区间“{below.word}”与“{above.word}”之间有空隙或重叠：前者 upper 应等于后者 lower")
        if any(i.lower is not None and i.upper is not None and i.lower >= i.upper for i in ordered):
            raise ValueError("区间的 lower 须小于 upper")
        return self

    def light(self, *, completion: Decimal, gap: Decimal, pace: Decimal, can_exceed: bool = True) -> Light:
        """Return the light for a completion ratio, its gap to the schedule and its share of the schedule."""
        if self.exceeded is not None and can_exceed and completion > 1:
            return self.exceeded
        if self.complete is not None and completion >= 1:
            return self.complete
        value = {"gap": gap, "completion": completion, "pace": pace}[self.on]
        hit: Light | None = next((c for c in self.cases if c.completion.holds(completion) and c.gap.holds(gap)), None)
        hit = hit or next(interval for interval in self.intervals if interval.holds(value))
        return Light(id=hit.id, word=hit.word, shape=hit.shape, tone=hit.tone)


class MilestoneLights(Frozen):
    """The lights of a duty that is done or not done by a date."""

    done: Light
    stage: Light = Light(id="stage", word="阶段任务已完成", shape="◎", tone=Tone.GREEN)
    """All that has started is done, and more is to come; how many conditions are met is added to the word."""
    late: Light = Light(id="late", word="逾期完成", shape="◆", tone=Tone.YELLOW)
    """All of it is done, some of it after its date: so from then on, in every report."""
    in_progress: Light
    """Not done, and not due yet."""
    partial: Light
    """Due, and some of its conditions are met."""
    not_done: Light
    source: Source


class AssessedLights(Frozen):
    """评定: the words that a section's assessor may give an area's indicator for a month, beside what is computed."""

    words: Annotated[tuple[Light, ...], Field(min_length=1)]
    """What may be given: words of its own, or lights of the scales as they are there."""
    shown: Literal["beside", "instead"] = "beside"
    """``beside``: the computed light stands, the word next to it; ``instead``: the word stands, marked 评定, the
    computed light next to it. Figures, points and 重点督办 follow the figures either way.
    """
    source: Source


class Lights(Frozen):
    """All lights of a plan."""

    schedule: LightScale
    level: LightScale
    milestone: MilestoneLights
    not_reported: Light
    blocked: Light
    no_duty: Light
    no_base: Light = Light(id="no_base", word="无发生额", shape="□", tone=Tone.GREY)
    """A target, and nothing to measure it by: the denominator is zero."""
    incomplete: Light
    """A city row with an area missing: it has no completion and so no light of its own."""
    rate_decimals: int = Field(default=1, ge=0, le=4)
    """Decimals with which pages print rates of completion and of the schedule, in hundredths."""
    as_printed: bool = False
    """Whether figures are compared as they are printed: rounded to their indicator's ``decimals`` first, for
    completion, light and points alike. By default they are compared exactly, and one that misses its target shows it.
    """
    worded: Light | None = None
    """A figure whose target is in words only: nothing says how far it is."""
    assessed: AssessedLights | None = None
    """Words that assessors give for a month; ``None``: nobody gives any, and there is no form for it."""
