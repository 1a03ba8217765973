"""``minsheng sign``: a leader's signature on a section's monthly report, in the PDF or on paper, with its register."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from minsheng.domain.area import CITY, Section
from minsheng.domain.clock import BEIJING, bureau_now, bureau_time
from minsheng.domain.period import Period, PeriodKind
from minsheng.errors import FileRefusedError, GateRefusedError, Outcome, UsageError
from minsheng.files.hashing import sha256
from minsheng.files.locks import locked
from minsheng.files.writing import names_disk_faults, write_durably
from minsheng.files.written import read_result
from minsheng.intake.forms.delivered_forms import demand_size
from minsheng.plan import load_plan
from minsheng.render.formats import PDF
from minsheng.runs.graph import task_name
from minsheng.runs.history import RunHistory, files_intact
from minsheng.runs.options import Display
from minsheng.signing.chains import bring_up_to_date
from minsheng.signing.deliveries import RESULT_TABLE, refresh_deliveries
from minsheng.signing.scans import scan_suffix
from minsheng.signing.signatures import (
    PADES,
    SCAN,
    SignedReport,
    append_signature,
    newest_signatures,
    read_signed,
    signed_dir,
    signed_register_path,
)
from minsheng.signing.standing import MONTHLY_REPORT, MonthlyReport
from minsheng.site.first_page import refresh_first_page
from minsheng.workspace import RESULT, Workspace

_READ_ONLY = 0o444


@dataclass(frozen=True)
class SignOutcome(Outcome):
    """The register's new line, the one that stood before, and in words what was not verified about the signature."""

    path: Path
    line: SignedReport
    replaces: SignedReport | None
    words: str

    def lines(self) -> list[str]:
        """Return the outcome for a terminal."""
        before = f"，代替第 {self.replaces.revision} 次签字（{self.replaces.file} 保留）" if self.replaces else ""
        return [
            f"已签字：{self.path}（第 {self.line.revision} 次{before}）：{self.words}",
            f"所签报告 sha256：{self.line.report_sha256}",
        ]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        replaces = self.replaces.file if self.replaces else None
        return {"path": str(self.path), "line": self.line.model_dump(mode="json"), "replaces": replaces}


def find_report(workspace: Workspace, month: str, section: str | None) -> MonthlyReport:
    """Return the report that a command names, as the last run recorded it.

    Parameters
    ----------
    month
        ``YYYY-MM``, or the path of a section's ``monthly_report/report.pdf``.
    section
        Id or name; ``None`` with a path.

    Raises
    ------
    UsageError
        If there is no such month or section, or the path is no monthly report of this workspace.
    GateRefusedError
        If the report was not made, or was changed since.
    """
    month, section = _named(workspace, month, section)
    period = Period(month)
    if period.kind != PeriodKind.MONTH:
        raise UsageError(f"月报按月份（YYYY-MM），现为“{month}”")
    found = load_plan(workspace.params, period.year).section(section)
    return _recorded(workspace, period, found, task_name(period, found.id, MONTHLY_REPORT), f"minsheng run {period}")


def find_result_table(workspace: Workspace, period: Period) -> MonthlyReport:
    """Return a half-year's or year's 考评结果表 as the last assessment recorded it; the section that collects hands it.

    Raises
    ------
    UsageError
        If the plan has no rubric for counties, or no section that collects reports.
    GateRefusedError
        If the table was not made, or was changed since.
    """
    plan = load_plan(workspace.params, period.year)
    plan.demand_rubric("county")
    office = next((each for each in plan.sections if each.collects), None)
    if office is None:
        raise UsageError("方案 sections.yaml 没有汇总月报的科室（collects: true），没有人报送考评结果表")
    task = task_name(period, CITY, RESULT_TABLE)
    return replace(_recorded(workspace, period, office, task, f"minsheng assess {period}"), is_result_table=True)


def _recorded(workspace: Workspace, period: Period, found: Section, task: str, make: str) -> MonthlyReport:
    """Return a report as the last run recorded it."""
    last = None
    if workspace.history.is_file():
        with RunHistory(workspace.history) as history:
            last = history.last_attempt(task)
    if last is None or last.state == "failed" or PDF not in last.outputs:
        raise GateRefusedError(f"{found.name}{period.label}月报还没有生成：{make}")
    folder = workspace.outputs / task
    if not files_intact(folder, {PDF: last.outputs[PDF]}):
        raise GateRefusedError(f"{folder / PDF} 生成之后被改动或删去：{make}")
    content = (folder / PDF).read_bytes()
    as_of = read_result(folder / RESULT, period).figures.as_of
    return MonthlyReport(period, found, content, sha256(content), as_of)


def demand_after_data(report: MonthlyReport, moment: datetime, what: str) -> None:
    """Refuse a time before the day up to which a report's data go: it cannot have been there."""
    if report.as_of is not None and moment.date() < report.as_of:
        raise UsageError(f"{what} {moment:%Y-%m-%d} 早于报告的数据截至日 {report.as_of}：请核对所写的时间")


@names_disk_faults
def sign_report(
    workspace: Workspace,
    report: MonthlyReport,
    p12: Path,
    *,
    password: str | None,
    timestamp_url: str,
    display: Display,
) -> SignOutcome:
    """Put the leader's signature (PAdES) into a report's field and register it.

    Parameters
    ----------
    p12
        The leader's certificate and key.
    timestamp_url
        Server of timestamps; empty for none.

    Raises
    ------
    UsageError
        If there is no such file.
    GateRefusedError
        If the certificate is not the leader's, whom the message names.
    FileRefusedError
        If the certificate cannot be opened, or the report has no empty field.
    MachineUnfitError
        If the timestamp server does not answer.
    """
    from minsheng.signing.pades import check_pdf_signature, open_credential, sign_pdf

    if not p12.is_file():
        raise UsageError(f"没有证书文件 {p12}")
    credential = open_credential(p12.read_bytes(), password.encode() if password else None)
    demand_leader(report, credential.name)
    at = bureau_now()
    demand_after_data(report, at, "签字时间（本机时钟）")
    signed = sign_pdf(report.content, credential, on=at, timestamp_url=timestamp_url)
    checked = check_pdf_signature(signed, roots=workspace.trust_roots)
    if checked.faults:
        raise GateRefusedError(f"签出来的文件核验不通过，没有登记：{'；'.join(checked.faults)}")
    line = _line(report, PADES, credential.name, (checked.signed_at or at).astimezone(BEIJING))
    return _register(workspace, line, signed, "pdf", checked.words, display)


@names_disk_faults
def register_scan(
    workspace: Workspace,
    report: MonthlyReport,
    scan: Path,
    *,
    signer: str,
    signed_on: str,
    why: str = "",
    display: Display,
) -> SignOutcome:
    """Register the scan of a report that was signed on paper.

    Parameters
    ----------
    scan
        A PDF, JPEG or PNG; known by its content, not its name.
    signed_on
        The day on the paper, ``YYYY-MM-DD``.
    why
        Why the scan stands instead of a signature in the PDF; needed where there is one.

    Raises
    ------
    UsageError
        If there is no such file, or the day is none.
    GateRefusedError
        If the signer is not the leader, whom the message names, or the scan would replace an electronic signature
        without a reason.
    FileRefusedError
        If the file is no scan, has no page that can be looked at, or is larger than is allowed.
    """
    if not scan.is_file():
        raise UsageError(f"没有扫描件 {scan}")
    demand_size(scan)
    demand_leader(report, signer)
    at = bureau_time(signed_on, option="签字日期", example="2017-06-26", near=report.period).replace(tzinfo=BEIJING)
    demand_after_data(report, at, "签字日期")
    content = scan.read_bytes()
    # By its content, not its name.
    suffix = scan_suffix(content, scan.name)
    if content == report.content:
        raise FileRefusedError(f"{scan.name} 就是未签字的报告本身，不是签字后的扫描件")
    line = _line(report, SCAN, signer, at, " ".join(why.split()))
    words = f"{signer} {at:%Y-%m-%d}（扫描件：笔迹未检）"
    return _register(workspace, line, content, f"scan.{suffix}", words, display)


def demand_leader(report: MonthlyReport, name: str) -> None:
    """Refuse a signer who is not the leader whom the plan names for the section, or whose section needs none."""
    leader = report.section.leader
    if not leader:
        raise UsageError(f"{report.section.name}的月报不经分管领导签字（方案 sections.yaml 中没有 leader）")
    if not same_person(name, leader):
        raise GateRefusedError(
            f"{report.section.name}的月报应由分管领导 {leader} 签字，现为“{name}”：没有签字。"
            "人员变动请改方案的 sections.yaml"
        )


def same_person(name: str, leader: str) -> bool:
    """Whether two spellings are one name: blanks do not count (“石 斌”)."""
    return "".join(name.split()) == "".join(leader.split())


def _named(workspace: Workspace, month: str, section: str | None) -> tuple[str, str]:
    if section is not None:
        return month, section
    path = Path(month).resolve()
    outputs = workspace.outputs.resolve()
    parts = path.relative_to(outputs).parts if path.is_relative_to(outputs) else ()
    if len(parts) != 4 or parts[2:] != (MONTHLY_REPORT, PDF):
        raise UsageError(f"请写月份和科室，或工作区中的 outputs/<月份>/<科室>/{MONTHLY_REPORT}/{PDF}；现为“{month}”")
    return parts[0], parts[1]


def _line(
    report: MonthlyReport, kind: str, signer: str, at: datetime, why: str = ""
) -> Callable[[int, str, str], SignedReport]:
    def numbered(revision: int, file: str, sha256: str) -> SignedReport:
        return SignedReport.model_validate(
            {
                "period": report.period,
                "section": report.section.id,
                "revision": revision,
                "kind": kind,
                "file": file,
                "sha256": sha256,
                "report_sha256": report.sha256,
                "report_size": len(report.content),
                "signer": signer,
                "signed_at": at,
                "why": why,
            }
        )

    return numbered


def _register(
    workspace: Workspace,
    line: Callable[[int, str, str], SignedReport],
    content: bytes,
    suffix: str,
    words: str,
    display: Display,
) -> SignOutcome:
    """Keep a signed file, read-only, then its line in the register."""
    for done in bring_up_to_date(workspace):
        display.stage(done)
    data, digest = workspace.data, sha256(content)
    signed_register_path(data).parent.mkdir(parents=True, exist_ok=True)
    with locked(signed_register_path(data).parent, exclusive=True, waiting=lambda: display.stage("等另一次签字结束")):
        known = read_signed(data)
        sample = line(1, "", digest)
        before = newest_signatures(known).get(sample.key)
        if before is not None and before.sha256 == digest:
            # Who was killed behind the register's line did not come to what follows from it.
            plan = load_plan(workspace.params, sample.period.year)
            refresh_deliveries(data, plan, sample.period)
            refresh_first_page(workspace, plan)
            raise UsageError(f"这份文件已经登记过：{before.file}")
        if before is not None and (before.kind, sample.kind, sample.why) == (PADES, SCAN, ""):
            # What a certificate proves is not given up for a picture of a name by the way.
            raise GateRefusedError(
                f"{before.file} 是电子签名（{before.signer}），扫描件不代替它：确要代替请用 --why 写明原因"
            )
        revision = before.revision + 1 if before else 1
        folder = signed_dir(data, sample.period)
        folder.mkdir(parents=True, exist_ok=True)
        # What a killed predecessor left without a line gets its line if it is this file, and stays where it is if not.
        while _is_another(path := folder / _file_name(sample.section, revision, suffix), content):
            revision += 1
        write_durably(path, content, mode=_READ_ONLY)
        # The line is the moment from which the signature counts.
        new = line(revision, path.relative_to(data).as_posix(), digest)
        append_signature(data, new)
    plan = load_plan(workspace.params, new.period.year)
    refresh_deliveries(data, plan, new.period)
    refresh_first_page(workspace, plan)
    return SignOutcome(path, new, before, words)


def _is_another(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() != content


def _file_name(section: str, revision: int, suffix: str) -> str:
    return f"{section}.{suffix}" if revision == 1 else f"{section}.r{revision}.{suffix}"
