"""综合得分: the weighted parts of a composite rubric, each from the points of its items."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.plan import Plan
from minsheng.domain.result import ItemScore, PartScore
from minsheng.measure.rounding import grouped, half_up


def part_scores(plan: Plan, items: Sequence[ItemScore]) -> tuple[PartScore, ...]:
    """Return the parts of a composite score, in the rubric's order; none where the rubric has no parts.

    Returns
    -------
    tuple of PartScore
        A part's points are its share of the marks scored so far × weight × the rubric's total, rounded half up once;
        ``None`` while nothing in it is scored.
    """
    rubric = plan.county_rubric
    found = []
    for part in rubric.parts:
        counted = [item for item in items if item.group in part.groups and item.points is not None]
        scored = sum((item.points for item in counted if item.points is not None), Decimal(0))
        full = sum((item.full_marks for item in counted), Decimal(0))
        worth = part.weight * rubric.total
        points = half_up(Fraction(scored) / Fraction(full) * Fraction(worth), rubric.decimals) if full else None
        shown = f"{grouped(scored)} ÷ {grouped(full)} × {grouped(part.weight * 100)}% × {grouped(rubric.total)}"
        found.append(
            PartScore(
                id=part.id,
                name=part.name,
                weight=part.weight,
                full_marks=worth,
                points=points,
                formula=f"{shown} = {grouped(points)}分" if points is not None else "",
            )
        )
    return tuple(found)


def summed(items: Sequence[ItemScore], parts: Sequence[PartScore]) -> tuple[Decimal, Decimal]:
    """Return the points scored and the marks that they are out of: of the parts, or of the items without parts."""
    lines: Sequence[PartScore | ItemScore] = parts or items
    counted = [(line.points, line.full_marks) for line in lines if line.points is not None]
    return sum((points for points, _ in counted), Decimal(0)), sum((full for _, full in counted), Decimal(0))
