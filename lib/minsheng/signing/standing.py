"""Where a month's signatures and deliveries stand, from registers and hashes alone: ``minsheng status`` reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from minsheng.domain.area import CITY, Section
from minsheng.domain.base import choose_typed
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.files.hashing import sha256
from minsheng.render.formats import PDF
from minsheng.runs.graph import task_name
from minsheng.signing.deliveries import (
    OFFICE,
    PROVINCE,
    RECEIVERS,
    RESULT_TABLE,
    SUPERVISION,
    DeliveredReport,
    read_deliveries,
    receivers_of,
)
from minsheng.signing.signatures import (
    SignedReport,
    newest_signatures,
    read_signed,
    signed_dir,
)
from minsheng.workspace import Workspace


@dataclass(frozen=True)
class MonthlyReport:
    """A section's monthly report as the last run made it; or 考评结果表, which the office hands over."""

    period: Period
    section: Section
    content: bytes
    sha256: str
    as_of: date | None
    """The day up to which its data go."""
    is_result_table: bool = False

    @property
    def id(self) -> str:
        """What names it in the register and in the names of files."""
        return RESULT_TABLE if self.is_result_table else self.section.id

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.period.label}{'考评结果表' if self.is_result_table else f'{self.section.name}月报'}"


MONTHLY_REPORT = "monthly_report"

_CALLED = {
    OFFICE: ("局办公室", "办公室", "局办", "市民政局办公室", OFFICE),
    PROVINCE: ("省民政厅", "省厅", "民政厅", "四川省民政厅", PROVINCE),
    SUPERVISION: ("督查室", "市委市政府督查室", "市政府督查室", SUPERVISION),
}
"""What people call those whom reports go to."""


def receiver_typed(text: str) -> str:
    """Return to whom a report goes, as somebody typed it: 办公室, 省厅, 督查室.

    Raises
    ------
    UsageError
        If it is none of them.
    """
    return choose_typed(text, _CALLED, "报送对象", "可写 --to 办公室、--to 省厅 或 --to 督查室", whole=True)


@dataclass(frozen=True)
class SectionState:
    """Where one section's report stands with its leader and its receivers.

    Parameters
    ----------
    id, name, leader
        The section, and who signs for it.
    signature
        ``not_asked`` where no leader signs, ``none``, ``stands``, ``changed`` (another version was signed) or
        ``broken`` (the file is not the one that was registered).
    said
        The signature in words.
    undelivered
        Names of the receivers that have no report, or another version.
    handed
        One line of words per receiver.
    """

    id: str
    name: str
    leader: str
    signature: Literal["not_asked", "none", "stands", "changed", "broken"]
    said: str
    undelivered: tuple[str, ...]
    handed: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}月报：{'；'.join(filter(None, (self.said, *self.handed)))}"


@dataclass(frozen=True)
class Unfinished:
    """What people have still to do before a month is complete: reports to be signed, reports to be handed over."""

    unsigned: tuple[SectionState, ...] = ()
    undelivered: tuple[SectionState, ...] = ()

    def to_sign(self, period: Period) -> Iterator[str]:
        """Yield one line per report that is to be signed, with the command."""
        for each in self.unsigned:
            yield f"待签字：{each.name}月报{each.said}：minsheng sign {period} {each.id} …"

    def to_deliver(self, period: Period) -> Iterator[str]:
        """Yield one line per signed report that is to be handed over; an unsigned one is to be signed first."""
        for each in self.undelivered:
            if each not in self.unsigned:
                to = "、".join(each.undelivered)
                yield f"待移交：{each.name}月报，未报{to}：minsheng deliver {period} {each.id} --to …"


def unfinished(plan: Plan, period: Period, states: Sequence[SectionState]) -> Unfinished:
    """Return what is left to do of a month: the one answer that ``status``, ``tick`` and ``archive seal`` go by."""
    # Nobody is asked to sign or to hand over what lies before the plan's first month.
    if period < plan.reporting.first_month:
        return Unfinished()
    return Unfinished(
        unsigned=tuple(each for each in states if each.signature not in {"stands", "not_asked"}),
        undelivered=tuple(each for each in states if each.undelivered),
    )


def section_states(
    workspace: Workspace, plan: Plan, period: Period, made: Mapping[str, Mapping[str, str]]
) -> tuple[SectionState, ...]:
    """Return where the report of each section stands whose leader signs it, and of the one that collects them.

    Parameters
    ----------
    made
        Task → file → sha256, as the last run recorded it.
    """
    signed = newest_signatures(read_signed(workspace.data))
    handed = [each for each in read_deliveries(workspace.data, plan) if each.period == period]
    states = []
    for section in (each for each in plan.sections if each in plan.signing_sections or each.collects):
        report = made.get(task_name(period, section.id, MONTHLY_REPORT), {}).get(PDF, "")
        mine = [each for each in handed if each.section == section.id]
        line = signed.get((period, section.id))
        signature, said = _signature(workspace, section, line, report)
        words = _handed(section, mine, line, report)
        undelivered = tuple(RECEIVERS[to] for to, (current, _) in words.items() if not current)
        told = tuple(word for _, word in words.values())
        states.append(SectionState(section.id, section.name, section.leader or "", signature, said, undelivered, told))
    return tuple(states)


def table_to_deliver(workspace: Workspace, plan: Plan, period: Period) -> str:
    """Return what is left to do about 考评结果表 of an assessment; empty where 督查室 has it as it is."""
    made = workspace.task(period, CITY, RESULT_TABLE) / PDF
    if not made.is_file() or not any(section.collects for section in plan.sections):
        return ""
    mine = [
        each for each in read_deliveries(workspace.data, plan) if (each.period, each.section) == (period, RESULT_TABLE)
    ]
    last = max(mine, key=lambda each: each.delivered_at, default=None)
    if last is not None and last.sha256 == sha256(made):
        return ""
    how = f"报{RECEIVERS[SUPERVISION]}之后有变化" if last else f"未报{RECEIVERS[SUPERVISION]}"
    return f"待移交：考评结果表，{how}：minsheng deliver {period} {RESULT_TABLE} --to {SUPERVISION}"


def changed_since_signed(
    workspace: Workspace, plan: Plan, period: Period, made: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Return why a month must not be sealed with its signatures: one line per report that is not the signed one."""
    reasons = []
    for line in newest_signatures(read_signed(workspace.data)).values():
        if line.period != period:
            continue
        name = plan.section(line.section).name
        fault = line.fault(workspace.data)
        report = made.get(task_name(period, line.section, MONTHLY_REPORT), {}).get(PDF)
        if fault:
            reasons.append(f"{name}月报：data/{line.file}：{fault}")
        elif report != line.report_sha256:
            reasons.append(
                f"{name}月报签字后有变化：请{line.signer}重新签字（minsheng sign {period} {line.section} …）"
            )
    return reasons


def unregistered(data_dir: Path) -> list[str]:
    """Return the files under ``data/signed/`` that no line of the register names, relative to ``data/``."""
    known = {line.file for line in read_signed(data_dir)}
    months = sorted({signed_dir(data_dir, Period(path.name)) for path in (data_dir / "signed").glob("????-??")})
    files = [path.relative_to(data_dir).as_posix() for month in months for path in sorted(month.iterdir())]
    return [file for file in files if file not in known]


def _signature(
    workspace: Workspace, section: Section, line: SignedReport | None, report: str
) -> tuple[Literal["not_asked", "none", "stands", "changed", "broken"], str]:
    if not section.leader:
        return "not_asked", ""
    if line is None:
        return "none", f"未签字（应由 {section.leader} 签）"
    fault = line.fault(workspace.data)
    if fault:
        return "broken", f"签字文件 data/{line.file} {fault}"
    by = f"{line.signer} {line.signed_at.date()}"
    if line.kind == "scan":
        by += f"，扫描件{f'，代替电子签名：{line.why}' if line.why else ''}"
    elif not workspace.settings.trust_roots:
        by += "，未验证颁发者"
    if report in {"", line.report_sha256}:
        return "stands", f"已签字（{by}）"
    return "changed", f"签字后有变化（{by} 签的是另一版）"


def _handed(
    section: Section, mine: list[DeliveredReport], line: SignedReport | None, report: str
) -> dict[str, tuple[bool, str]]:
    """Return per receiver whether it has the current report, and that in words."""
    words = {}
    for to in receivers_of(section):
        name = RECEIVERS[to]
        last = max((each for each in mine if each.to == to), key=lambda each: each.delivered_at, default=None)
        if last is None:
            words[to] = (False, f"未报{name}")
            continue
        # A workbook that was handed over has no report to compare with.
        current = {report, line.sha256 if line and line.report_sha256 == report else report}
        changed = bool(last.file.endswith(".pdf") and report and last.sha256 not in current)
        words[to] = (not changed, f"已报{name}（{last.delivered_at.date()}{'，之后有变化' if changed else ''}）")
    return words
