"""Where a month's signatures and deliveries stand, from registers and hashes alone: ``minsheng status`` reads it."""

from collections.abc import Mapping
from pathlib import Path

from minsheng.domain.area import Section
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.intake.forms_deliveries import OFFICE, PROVINCE, Handed, read_deliveries
from minsheng.intake.signatures import SignedReport, read_signed, signed_dir, standing
from minsheng.workflow.units import unit_name
from minsheng.workspace import Workspace

REPORT = "monthly_report"
RECEIVERS = {OFFICE: "局办公室", PROVINCE: "省民政厅"}


def section_states(
    workspace: Workspace, plan: Plan, period: Period, made: Mapping[str, Mapping[str, str]]
) -> tuple[str, ...]:
    """Return one line per section whose report a leader signs: signed by whom, handed to whom.

    Parameters
    ----------
    workspace
        Where registers lie.
    plan
        Names the leaders.
    period
        A month.
    made
        Unit → file → sha256, as the last run recorded it.
    """
    signed = standing(read_signed(workspace.data))
    handed = [each for each in read_deliveries(workspace.data, plan) if each.period == period]
    lines = []
    for section in (each for each in plan.sections if each.leader and each.assessed):
        report = made.get(unit_name(period, section.id, REPORT), {}).get("report.pdf", "")
        mine = [each for each in handed if each.section == section.id]
        line = signed.get((period, section.id))
        words = [_signature(workspace, section, line, report), *_handed(mine, line, report)]
        lines.append(f"{section.name}月报：{'；'.join(words)}")
    return tuple(lines)


def changed_since_signed(
    workspace: Workspace, plan: Plan, period: Period, made: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Return why a month must not be sealed with its signatures: one line per report that is not the signed one."""
    reasons = []
    for line in standing(read_signed(workspace.data)).values():
        if line.period != period:
            continue
        name = plan.section(line.section).name
        fault = line.fault(workspace.data)
        report = made.get(unit_name(period, line.section, REPORT), {}).get("report.pdf")
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


def _signature(workspace: Workspace, section: Section, line: SignedReport | None, report: str) -> str:
    if line is None:
        return f"未签字（应由 {section.leader} 签）"
    fault = line.fault(workspace.data)
    if fault:
        return f"签字文件 data/{line.file} {fault}"
    by = f"{line.signer} {line.signed_at.date()}" + ("，扫描件" if line.kind == "scan" else "")
    return f"已签字（{by}）" if report in {"", line.report_sha256} else f"签字后有变化（{by} 签的是另一版）"


def _handed(mine: list[Handed], line: SignedReport | None, report: str) -> list[str]:
    words = []
    for to, name in RECEIVERS.items():
        last = max((each for each in mine if each.to == to), key=lambda each: each.delivered_at, default=None)
        if last is None:
            words.append(f"未报{name}")
            continue
        # A workbook that was handed over has no report to compare with.
        current = {report, line.sha256 if line and line.report_sha256 == report else report}
        changed = last.file.endswith(".pdf") and report and last.sha256 not in current
        words.append(f"已报{name}（{last.delivered_at.date()}{'，之后有变化' if changed else ''}）")
    return words
