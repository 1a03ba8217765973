"""``minsheng deliver``: a record of handing a report over, and the delivery note (交接单) that goes with it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from minsheng.archive.package.chain import read_state
from minsheng.commands.sign import demand_after_data, find_report, find_result_table
from minsheng.domain.area import CITY
from minsheng.domain.clock import BEIJING, bureau_time
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import GateRefusedError, Outcome, UsageError
from minsheng.files.chained import bureau_clock
from minsheng.files.hashing import sha256
from minsheng.files.locks import locked
from minsheng.files.writing import names_disk_faults, write_durably
from minsheng.plan import load_plan
from minsheng.privacy.gate import check_privacy
from minsheng.runs.options import Display
from minsheng.signing.chains import bring_up_to_date
from minsheng.signing.deliveries import (
    RECEIVERS,
    RESULT_TABLE,
    SUPERVISION,
    DeliveredReport,
    append_delivery,
    handed_figures_path,
    read_deliveries,
    receivers_of,
    refresh_deliveries,
)
from minsheng.signing.signatures import PADES, SignedReport, newest_signatures, read_signed
from minsheng.signing.standing import MONTHLY_REPORT, MonthlyReport, receiver_typed
from minsheng.site.first_page import refresh_first_page
from minsheng.workspace import Workspace

_READ_ONLY = 0o444


@dataclass(frozen=True)
class DeliverOutcome(Outcome):
    """The register's new line, the note to be printed and signed, and whether the report is unsigned or unarchived."""

    handed: DeliveredReport
    note: Path
    remarks: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the outcome for a terminal."""
        handed = self.handed
        told = f"已登记：{handed.file} 报{RECEIVERS[handed.to]}，{handed.delivered_at:%Y-%m-%d %H:%M}"
        head = [f"账本头：{handed.head}"] if handed.head else []
        return [told, f"文件 sha256：{handed.sha256}", *head, *self.remarks, f"交接单：{self.note}"]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        document = asdict(self.handed) | {"period": str(self.handed.period)}
        for name in ("delivered_at", "recorded_at"):
            document[name] = document[name].isoformat()
        return {"handed": document, "note": str(self.note), "remarks": list(self.remarks)}


@names_disk_faults
def deliver(
    workspace: Workspace, month: str, section: str | None, *, to: str, at: str | None, display: Display
) -> DeliverOutcome:
    """Record that a monthly report or 考评结果表 was handed to somebody who gets it, and make the delivery note.

    Parameters
    ----------
    month, section
        As for :func:`~minsheng.commands.sign.find_report`; or a half-year or year, and ``result_table``.
    to
        ``office`` or ``province`` for a section's report; ``supervision`` for the office's and for the result table.
        As people call them (办公室, 省厅, 督查室) or by these ids.
    at
        When, as people write it; by default now.

    Raises
    ------
    UsageError
        If a name or time is malformed, or the same file was handed to the same receiver before.
    GateRefusedError
        If the report was not made or was changed since, or the signed file on record is not the one that was signed.
    """
    to = receiver_typed(to)
    is_table = section in {RESULT_TABLE, "考评结果表", "结果表"}
    report = find_result_table(workspace, Period(month)) if is_table else find_report(workspace, month, section)
    allowed = (SUPERVISION,) if report.is_result_table else receivers_of(report.section)
    if to not in allowed:
        names = "、".join(f"{RECEIVERS[each]}（{each}）" for each in allowed)
        raise UsageError(f"--to {RECEIVERS[to]}：{report.name}应报 {names}")
    plan = load_plan(workspace.params, report.period.year)
    delivered_at = bureau_time(at, option="--at", example="2017-06-26T16:00", near=report.period)
    demand_after_data(report, delivered_at, "--at")
    for done in bring_up_to_date(workspace):
        display.stage(done)
    data = workspace.data
    signed = newest_signatures(read_signed(data)).get(_key(report))
    with locked(data, exclusive=True, waiting=lambda: display.stage("等另一次登记结束")):
        known = read_deliveries(data, plan)
        signed = _signed_by(signed, report, delivered_at)
        file, digest, remarks = _what_goes_out(workspace, report, signed)
        mine = [each for each in known if (each.period, each.section, each.to) == (*_key(report), to)]
        same = next((each for each in mine if each.sha256 == digest), None)
        if same is not None:
            # Who was killed behind the register's line did not come to what follows from it.
            refresh_deliveries(data, plan, report.period)
            refresh_first_page(workspace, plan)
            raise UsageError(f"这份文件已于 {same.delivered_at:%Y-%m-%d %H:%M} 报过{RECEIVERS[to]}（{same.file}）")
        # Printed outside the archive: a ledger that was cut off later is seen only by what lies outside.
        head = read_state(workspace.archive).head if workspace.archive.is_dir() else ""
        if not head:
            remarks.append("还没有归档：交接单上没有账本头，日后不能证明归档没有被截去")
        folder = data / "deliveries" / str(report.period)
        name = f"{report.id}-{to}" + (f".r{len(mine) + 1}" if mine else "")
        handed = DeliveredReport(
            report.period, report.id, to, delivered_at, file, digest, head, recorded_at=bureau_clock()
        )
        html, pdf = _note(plan, report, handed, signed, remarks)
        check_privacy({f"{name}-note.html": html})
        folder.mkdir(parents=True, exist_ok=True)
        note = folder / f"{name}-note.pdf"
        _keep(note.with_suffix(".html"), html)
        _keep(note, pdf)
        _keep_figures(workspace, report, digest)
        noted = DeliveredReport(**{
            **asdict(handed), "period": report.period, "note": note.relative_to(data).as_posix(),
            "note_sha256": sha256(pdf),
        })  # fmt: skip
        append_delivery(data, noted)
    refresh_deliveries(data, plan, report.period)
    refresh_first_page(workspace, plan)
    return DeliverOutcome(noted, note, tuple(remarks))


def _key(report: MonthlyReport) -> tuple[Period, str]:
    return report.period, report.id


def _signed_by(signed: SignedReport | None, report: MonthlyReport, at: datetime) -> SignedReport | None:
    """Return the signature that the report had when it was handed over; a file cannot go before what it holds."""
    if signed is None or signed.report_sha256 != report.sha256:
        return signed
    on = signed.signed_at.astimezone(BEIJING).replace(tzinfo=None)
    if signed.kind == PADES and at < on:
        raise UsageError(
            f"--at {at:%Y-%m-%d %H:%M} 早于文件中的签名（{signed.signer}，{on:%Y-%m-%d %H:%M}）：这份文件那时还没有，"
            "请核对报送时间"
        )
    return signed if at.date() >= on.date() else None


def _what_goes_out(
    workspace: Workspace, report: MonthlyReport, signed: SignedReport | None
) -> tuple[str, str, list[str]]:
    """Return the file that is handed over, its hash, and what is to be said about it."""
    data = workspace.data
    # The signed report is what is handed over; an unsigned one is recorded as such, kept under data/deliveries/.
    if signed is not None and signed.kind == "pades" and signed.report_sha256 == report.sha256:
        fault = signed.fault(data)
        if fault:
            raise GateRefusedError(f"data/{signed.file}：{fault}。没有登记")
        return (
            signed.file,
            signed.sha256,
            [] if workspace.trust_roots else ["电子签名未验证颁发者（没有设置 trust_roots）"],
        )
    remarks = []
    leader = report.section.leader
    if signed is not None and signed.report_sha256 != report.sha256:
        remarks.append(f"签字后有变化：{signed.signer}签的是另一版，本版未签字")
    elif signed is None and leader:
        remarks.append(f"未经分管领导（{leader}）签字")
    path = data / "deliveries" / str(report.period) / f"{report.id}-{report.sha256[:12]}.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    _keep(path, report.content)
    return path.relative_to(data).as_posix(), report.sha256, remarks


def _keep_figures(workspace: Workspace, report: MonthlyReport, digest: str) -> None:
    """Keep the report's figures beside what was handed over, so that two versions can be compared part by part."""
    made = (CITY, RESULT_TABLE) if report.is_result_table else (report.section.id, MONTHLY_REPORT)
    source = workspace.result(report.period, *made)
    if source.is_file():
        _keep(handed_figures_path(workspace.data, report.period, digest), source.read_bytes())


def _keep(path: Path, content: bytes) -> None:
    """Write once; what lies there without a line in the register was left by an interrupted delivery."""
    if not path.is_file() or path.read_bytes() != content:
        write_durably(path, content, mode=_READ_ONLY)


def _note(
    plan: Plan, report: MonthlyReport, handed: DeliveredReport, signed: SignedReport | None, remarks: list[str]
) -> tuple[bytes, bytes]:
    from minsheng.render.metadata import ReportMetadata
    from minsheng.render.paper import print_page
    from minsheng.site.delivery_note import note_page

    html = note_page(plan, report, handed, signed, remarks, receiver=RECEIVERS[handed.to])
    title = f"{report.name}交接单"
    about = ReportMetadata(title, plan.about.issuer, handed.delivered_at.date(), handed.sha256)
    return html, print_page(html.decode(), about, {}).pdf
