"""The faults of reading, worded once: what is wrong, what is allowed, what to do.

Which of the names found in a file may be meant by one that is missing: a suggestion for people, never a reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TypedDict, TypeVar

from minsheng.domain.delivery import Issue, Severity

SEVERITIES = {
    "READ-SHEET": Severity.CRITICAL,
    "READ-HEADER": Severity.CRITICAL,
    "READ-COLUMN": Severity.CRITICAL,
    "READ-COLUMN-TWICE": Severity.CRITICAL,
    "READ-ROW": Severity.CRITICAL,
    "READ-ROW-TWICE": Severity.CRITICAL,
    "READ-ROW-UNKNOWN": Severity.WARNING,
    "READ-UNIT": Severity.CRITICAL,
    "READ-UNIT-MISSING": Severity.WARNING,
    "READ-NUMBER": Severity.CRITICAL,
    "READ-DATE": Severity.CRITICAL,
    "READ-FORMULA": Severity.CRITICAL,
    "READ-ERROR": Severity.CRITICAL,
    "READ-COVER": Severity.CRITICAL,
    "READ-TOTAL": Severity.WARNING,
    "READ-TOTAL-UNREAD": Severity.INFO,
    "READ-TITLE": Severity.WARNING,
    "READ-OWNER": Severity.CRITICAL,
    "READ-SHEET-TWICE": Severity.WARNING,
    "READ-TEXT-NUMBER": Severity.INFO,
    "READ-MERGED": Severity.CRITICAL,
    "READ-MERGED-TEXT": Severity.WARNING,
    "READ-ROUNDED": Severity.WARNING,
    "READ-PERCENT": Severity.WARNING,
    "READ-DIVIDED": Severity.WARNING,
    "READ-AS-SHOWN": Severity.INFO,
    "READ-SERIAL": Severity.INFO,
    "READ-UNSCANNED": Severity.INFO,
    "READ-EXTRA-COLUMN": Severity.INFO,
    "READ-EXTRA-SHEET": Severity.INFO,
    "READ-HIDDEN": Severity.INFO,
    "READ-PICTURE": Severity.INFO,
    "READ-MACRO": Severity.INFO,
    "READ-LINK": Severity.INFO,
    "READ-DUTY": Severity.WARNING,
    "READ-PERSONAL": Severity.CRITICAL,
}
"""Rule id → severity of every fault of reading."""


class Where(TypedDict, total=False):
    """Where a fault stands."""

    sheet: str
    cell: str
    project: str | None
    field: str


_BASIS = "读表约定：以表头文字定列、以行名定行，单位以表头为准"


@dataclass
class Findings:
    """Collects the issues of one return."""

    issues: list[Issue] = field(default_factory=list)

    def add(
        self,
        rule: str,
        message: str,
        *,
        allowed: str,
        action: str,
        sheet: str = "",
        cell: str = "",
        project: str | None = None,
        field: str = "",
        value: str = "",
        judges: tuple[str, ...] = (),
    ) -> None:
        """Add one fault of reading; its severity belongs to its rule, and what it judges is its field's cell."""
        self.issues.append(
            Issue(
                rule=rule,
                severity=SEVERITIES[rule],
                project=project,
                sheet=sheet,
                cell=cell,
                field=field,
                value=value,
                message=message,
                allowed=allowed,
                action=action,
                judges=judges or ((field,) if field else ()),
                basis=_BASIS,
            )
        )


_ALIKE = 0.6

_Key = TypeVar("_Key")


def most_like(wanted: str, found: Mapping[_Key, str], *, only_one: bool = False) -> _Key | None:
    """Return the key of the text that is most like ``wanted``; ``None`` if none is.

    With ``only_one`` nothing else is missing: then the only text there is meant, whatever it says.

    Examples
    --------
    >>> most_like("当月保障人数", {3: "当月保璋人数", 4: "备注"}), most_like("当月保障人数", {4: "备注"})
    (3, None)
    """
    if only_one and len(found) == 1:
        return next(iter(found))
    ratios = {at: SequenceMatcher(None, wanted, text).ratio() for at, text in found.items()}
    best = max(ratios, key=lambda at: ratios[at], default=None)
    return best if best is not None and ratios[best] >= _ALIKE else None
