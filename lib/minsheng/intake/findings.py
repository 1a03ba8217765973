"""The faults of reading, worded once: what is wrong, what is allowed, what to do."""

from dataclasses import dataclass, field
from typing import TypedDict

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
    ) -> None:
        """Add one fault of reading; its severity belongs to its rule."""
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
                basis=_BASIS,
            )
        )
