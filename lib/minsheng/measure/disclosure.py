"""不予显示 (suppression): which counts a page outside the bureau does not show, and the figures without them."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from minsheng.domain.base import Frozen
from minsheng.domain.delivery import NARRATIVE_RULE, Issue, ReturnStatus
from minsheng.domain.figure import CellRef, KeyValue, Urgent
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.reporting import SUPPRESSED
from minsheng.domain.result import Assumption, ProjectFigures
from minsheng.measure.fields import Returns, number_of
from minsheng.measure.wording import without_counts

F = TypeVar("F", bound=Frozen)

Counts = Mapping[tuple[Period, str, str], Fraction]
"""Month, area, field → count."""

ASSUMPTION = "disclosure"

_WITHHELD = "含不予显示的分类数，计算式从略"


def hidden_parts(counts: Mapping[str, Fraction], threshold: int) -> frozenset[str]:
    """Return the classes of one breakdown of one area (class → persons) that are not shown: all or none."""
    # Where one is small all are hidden, and sums over areas that take some of them too (primary and complementary
    # suppression): each page can apply this rule by itself, so that no page gives away what another one hides. What is
    # left to compute with are totals over all classes, which hold at least two hidden counts that may trade places.
    # Zero concerns nobody, and is shown where no other class is small.
    return frozenset(counts) if any(0 < count < threshold for count in counts.values()) else frozenset()


def hidden_counts(plan: Plan, returns: Returns) -> Counts:
    """Return every count of accepted returns that the plan's ``disclosure`` keeps from pages outside the bureau."""
    hidden: dict[tuple[Period, str, str], Fraction] = {}
    areas = {area.id for area in plan.areas}
    for classes in _classes(plan):
        for (month, owner), accepted in returns.items():
            counts = {field: number_of(accepted.values[field]) for field in classes if field in accepted.values}
            for field in hidden_parts(counts, plan.disclosure.threshold) if owner in areas else ():
                hidden[month, owner, field] = counts[field]
    return hidden


def for_readers_of(plan: Plan, notebook: str, figures: F, returns: Returns) -> F:
    """Return figures as the readers of a notebook's page may see them.

    Parameters
    ----------
    notebook
        Whose page it is: one that the plan does not call outside gets its figures unchanged.
    returns
        What the figures were made from; a class's cell of any other return is hidden too.

    Returns
    -------
    Figures
        Hidden counts are :data:`~minsheng.domain.reporting.SUPPRESSED`, in cells, key figures, formulas, issues and
        the words of counties and sections; if there are any, an assumption says why. Totals, indicators, targets,
        completions and points are those of the page within the bureau.
    """
    if notebook not in plan.disclosure.outside or not plan.disclosure.threshold:
        return figures
    hider = _Hider(plan, returns)
    found = hider.model(figures)
    if found == figures:
        return figures
    assumptions = (*getattr(found, "assumptions", ()), Assumption(id=ASSUMPTION, text=_why(plan)))
    return found.model_copy(update={"assumptions": assumptions})


def _why(plan: Plan) -> str:
    disclosure = plan.disclosure
    told = f"少于{disclosure.threshold}人的分类数不予显示，以“{SUPPRESSED}”代替，"
    told += f"同组各类和{plan.whole}的同组分类数一并不予显示，合计照常。"
    return told + (f"{disclosure.source.why}。" if disclosure.source.is_ours else "")


def _classes(plan: Plan) -> tuple[frozenset[str], ...]:
    """Return the fields of each breakdown, ``*`` written out."""
    return tuple(
        frozenset(field for pattern in breakdown.parts for field in _fields(plan, pattern))
        for breakdown in plan.disclosure.breakdowns
    )


def _fields(plan: Plan, pattern: str) -> tuple[str, ...]:
    table_id, *rest = pattern.split(".")
    table = plan.table(table_id)
    return tuple(table.field(rest[1], row.id) for row in table.rows) if rest[0] == "*" else (pattern,)


class _Hider:
    def __init__(self, plan: Plan, returns: Returns) -> None:
        self._plan = plan
        self._hidden = hidden_counts(plan, returns)
        self._known = frozenset(returns)
        self._returns = returns
        self._classes = _classes(plan)
        tables = {field.split(".")[0] for classes in self._classes for field in classes}
        self._sheets = {plan.table(table).sheet: table for table in tables}

    def model(self, model: F) -> F:
        """Return a model without hidden counts, itself where it holds none."""
        update: dict[str, Any] = {}
        for name in type(model).model_fields:
            before = getattr(model, name)
            after = self._value(before)
            if after is not before:
                update[name] = after
        match model:
            case ProjectFigures():
                update |= self._project(model)
            case Urgent():
                counts = self._counts(model.area)
                update |= {name: without_counts(getattr(model, name), counts) for name in ("said", "because")}
            case _:
                for name in ("narratives", "section_narratives"):
                    if hasattr(model, name):
                        update[name] = self._words(getattr(model, name), by_area=name == "narratives")
        cells = getattr(model, "cells", ())
        if cells and hasattr(model, "formula") and any(self._hides(cell) for cell in cells):
            update["formula"] = _WITHHELD
        return model.model_copy(update=update) if update else model

    def _value(self, value: Any) -> Any:
        match value:
            case CellRef():
                return value.model_copy(update={"value": SUPPRESSED}) if self._hides(value) else value
            case Frozen():
                return self.model(value)
            case tuple():
                after = tuple(map(self._value, value))
                return value if all(a is b for a, b in zip(after, value, strict=True)) else after
            case _:
                return value

    def _hides(self, cell: CellRef) -> bool:
        if (cell.period, cell.area) in self._known:
            return (cell.period, cell.area, cell.field) in self._hidden
        return any(cell.field in classes for classes in self._classes)

    def _project(self, figures: ProjectFigures) -> dict[str, Any]:
        key_figures = {key.id: key for key in self._plan.project(figures.project).key_figures}
        return {
            "key_values": tuple(
                self._key_value(value, whole=key.how == "sum" and not any(f.startswith("-") for f in key.fields))
                for value in figures.key_values
                for key in (key_figures[value.id],)
            ),
            "issues": tuple(self._issue(issue, figures) for issue in figures.issues),
            "narratives": self._words(figures.narratives, by_area=True),
        }

    def _key_value(self, value: KeyValue, *, whole: bool) -> KeyValue:
        """Hide a key figure that takes some, not all, of the classes of an area of which they are hidden."""
        taken: dict[tuple[Period, str], set[str]] = {}
        for cell in value.cells:
            if self._hides(cell):
                taken.setdefault((cell.period, cell.area), set()).add(cell.field)
        cells = self._value(value.cells)
        if all(whole and self._is_whole(place, fields) for place, fields in taken.items()):
            return value.model_copy(update={"cells": cells}) if taken else value
        return value.model_copy(update={"value": None, "text": SUPPRESSED, "cells": cells})

    def _is_whole(self, place: tuple[Period, str], fields: set[str]) -> bool:
        month, area = place
        touched = [classes for classes in self._classes if classes & fields]
        return all(
            {f for f in classes if (month, area, f) in self._hidden} <= fields and place in self._known
            for classes in touched
        )

    def _issue(self, issue: Issue, figures: ProjectFigures) -> Issue:
        """Keep an issue's rule and place only, where its table has counts that are not shown or were not accepted."""
        table = self._sheets.get(issue.sheet)
        if issue.rule == NARRATIVE_RULE:
            # It quotes a text, and a table beside it.
            counts = self._counts(figures.area)
            told = {name: without_counts(getattr(issue, name), counts) for name in ("value", "message")}
            return issue.model_copy(update=told)
        if table is None:
            return issue
        hidden = any(area == figures.area and field.split(".")[0] == table for _, area, field in self._hidden)
        if not hidden and figures.status == ReturnStatus.REPORTED:
            return issue
        told = {
            "value": SUPPRESSED,
            "message": "内容涉及分类数，不予显示",
            "explanation": issue.explanation and SUPPRESSED,
        }
        return issue.model_copy(update=told)

    def _words(self, narratives: Mapping[str, Mapping[str, str]], *, by_area: bool) -> dict[str, dict[str, str]]:
        """Hide counts in free text: a county's own, and in a section's those of all counties and their sums."""
        return {
            writer: {
                part: without_counts(text, self._counts(writer if by_area else None)) for part, text in parts.items()
            }
            for writer, parts in narratives.items()
        }

    def _counts(self, area: str | None) -> frozenset[int]:
        own = [count for (_, owner, _), count in self._hidden.items() if area in {None, owner}]
        sums = [] if area else self._sums()
        return frozenset(int(count) for count in (*own, *sums) if count > 0)

    def _sums(self) -> Iterable[Fraction]:
        """Return the city's counts of classes that are hidden in some area, by month."""
        for month, field in {(month, field) for month, _, field in self._hidden}:
            yield sum(
                (
                    number_of(accepted.values[field])
                    for (when, _), accepted in self._returns.items()
                    if when == month and field in accepted.values
                ),
                Fraction(0),
            )
