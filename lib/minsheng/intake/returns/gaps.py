"""Months without accepted figures between a return and what it is compared with: said, so that nobody has to guess."""

from collections.abc import Iterator, Sequence

from minsheng.domain.delivery import GAP_RULE, Issue, Severity
from minsheng.intake.returns.frames import StackedFrame
from minsheng.intake.rules.by_cell import COMPARED, ComparedMonth


def gap_notes(frames: Sequence[StackedFrame], owner: str) -> Iterator[Issue]:
    """Yield a note per project and month that stands in for last month, naming the figures where not all are meant."""
    found: dict[tuple[str | None, ComparedMonth], dict[str, None]] = {}
    counted: dict[str | None, set[str]] = {}
    sheets: dict[str | None, str] = {}
    for frame in frames:
        for project, rows in frame.owners.get(owner, {}).items():
            for row in rows:
                about = project or frame.suite.table.project
                sheets.setdefault(about, frame.rows[row].sheet)
                for column, then in frame.columns[COMPARED][row].items():
                    label = f"{frame.rows[row].sheet}“{frame.suite.label(column)}”"
                    counted.setdefault(about, set()).add(label)
                    if then.gap:
                        found.setdefault((about, then), {})[label] = None
    for (about, then), labels in found.items():
        named = f"的{'、'.join(labels)}" if len(labels) < len(counted[about]) else ""
        yield Issue(
            rule=GAP_RULE,
            severity=Severity.INFO,
            project=about,
            sheet=sheets[about],
            cell="",
            message=f"{then.missed}{named}没有采用的数，凡与上月比较的改与{then.name}比较，累计数不得小于{then.name}累计加本月数",
            allowed="逐月报送",
            action=f"补报{then.missed}的报表（或改正后重报）并采用后，本月报表会重新审核",
            basis="累计数自一月起逐月相加",
        )
