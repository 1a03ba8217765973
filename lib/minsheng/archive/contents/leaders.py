"""Signatures and deliveries verified: in every package, and in the workspace that it came from. Writes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.archive.contents.archived import is_own
from minsheng.archive.contents.receipt_signatures import check_return_signatures
from minsheng.archive.package.chain import SealEntry, read_state
from minsheng.archive.package.faults import Fault
from minsheng.archive.package.package_check import check_tags
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import MinshengError
from minsheng.files.hashing import sha256
from minsheng.intake.returns.store import WITHDRAWN, delivered_path, read_register
from minsheng.plan import load_plan
from minsheng.render.formats import PDF
from minsheng.runs.graph import task_name
from minsheng.signing.chains import check_registers, time_notes
from minsheng.signing.deliveries import DeliveredReport, read_deliveries
from minsheng.signing.signatures import PADES, SignedReport, newest_signatures, read_signed
from minsheng.signing.standing import MONTHLY_REPORT, unregistered
from minsheng.workspace import Workspace


@dataclass
class SignedCheck:
    """What does not hold, what could not be verified, and how many lines of the two registers were looked at."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    signatures: int = 0
    deliveries: int = 0


@dataclass(frozen=True)
class _DataFolder:
    """A ``data`` folder with its plan, in a package or a workspace.

    ``sealed`` is month → path in its package → sha256; ``heads`` are all that the archive's chain has had.
    """

    name: str
    data: Path
    params: Path
    sealed: dict[Period, dict[str, str]]
    heads: frozenset[str]
    roots: Sequence[Path]


def check_signed(
    archive: Path, workspace: Workspace | None, roots: Sequence[Path], only: Collection[str] | None
) -> SignedCheck:
    """Check all signatures and deliveries.

    Parameters
    ----------
    workspace
        Checked too if the archive is its own.
    roots
        Files of trusted root certificates.
    only
        Names of the packages to look into, and then the workspace is not; by default all.
    """
    check = SignedCheck()
    state = read_state(archive)
    entries, heads = state.entries, frozenset(line.head() for line in state.lines)
    newest: dict[Period, dict[str, str]] = {}
    for entry in entries:
        folder = archive / entry.bag
        if not folder.is_dir():
            continue
        newest[entry.period] = check_tags(folder).payload
        if only is None or entry.bag in only:
            inside = folder / "data"
            place = _DataFolder(
                f"{entry.bag}/data/data", inside / "data", inside / "params", {entry.period: newest[entry.period]},
                heads, roots,
            )  # fmt: skip
            _look(check, place, entry.period)
            # Of all packages at once, the workspace's registers say it.
            check.notes += time_notes(place.data, place.name) if only is not None else []
    if workspace is not None and only is None and not is_own(archive, workspace, state.ring):
        check.notes.append(f"{archive} 不是工作区 {workspace.root} 的归档：没有核对工作区的登记和签字")
    elif workspace is not None and only is None:
        _look(check, _DataFolder("data", workspace.data, workspace.params, newest, heads, roots), None)
        check.notes += time_notes(workspace.data, "data")
        check.notes += [f"data/{file}：没有登记的文件，不算签字" for file in unregistered(workspace.data)]
        _returns(check, workspace)
        _chains(check, workspace, archive, entries)
        check.faults += check_return_signatures(workspace, state.ring)
    return check


def refused_by_verify(workspace: Workspace, archive: Path, period: Period) -> list[str]:
    """Return what ``verify`` would reject of a period once it is sealed: signatures, deliveries, registers.

    Parameters
    ----------
    archive
        Where it is to be sealed; its chain must know the heads that delivery notes print.
    """
    check = SignedCheck()
    state = read_state(archive) if archive.is_dir() else None
    entries = state.entries if state else []
    heads = frozenset(entry.head() for entry in entries)
    # The report that is signed and the one that is sealed are compared when it is asked whether the month is complete.
    place = _DataFolder("data", workspace.data, workspace.params, {}, heads, workspace.trust_roots)
    if period.kind == PeriodKind.MONTH:
        _look(check, place, period)
    # What does not hold in the registers themselves is refused wherever the package goes.
    _chains(check, workspace, archive, entries if state and is_own(archive, workspace, state.ring) else [])
    return [str(fault) for fault in check.faults]


def _returns(check: SignedCheck, workspace: Workspace) -> None:
    """Hold the returns that lie in the workspace against their register."""
    try:
        lines = read_register(workspace.data)
    except MinshengError as fault:
        check.faults.append(Fault("data/returns/register.csv", str(fault)))
        return
    for line in lines:
        path = delivered_path(workspace.data, line)
        if line.event == WITHDRAWN:
            continue
        where = path.relative_to(workspace.root).as_posix()
        if not path.is_file():
            check.faults.append(Fault(where, "登记了报表，文件不在"))
        elif sha256(path) != line.sha256:
            check.faults.append(Fault(where, "与收文登记的校验码不符：文件被改动"))


def _chains(check: SignedCheck, workspace: Workspace, archive: Path, entries: Sequence[SealEntry]) -> None:
    """Hold the workspace's registers against what seals recorded of them."""
    packed = {entry.bag: archive / entry.bag / "data" / "data" for entry in entries}
    try:
        found = check_registers(workspace.data, [(entry.bag, entry.registers) for entry in entries], packed)
    except MinshengError as fault:
        check.faults.append(Fault("data", str(fault)))
    else:
        check.faults += [Fault(where, what) for where, what in found]


def _look(check: SignedCheck, place: _DataFolder, period: Period | None) -> None:
    """Check one place; with a ``period`` that month alone."""
    try:
        # Of a package only its own month: the months before it have packages of their own.
        signed = [line for line in read_signed(place.data) if period in {None, line.period}]
        plans = {year: load_plan(place.params, year) for year in {line.period.year for line in signed}}
        handed = _deliveries(place, plans, period)
    except MinshengError as fault:
        check.faults.append(Fault(place.name, str(fault)))
        return
    check.signatures += len(signed)
    check.deliveries += len(handed)
    last = newest_signatures(signed)
    for line in signed:
        _signature(check, place, plans[line.period.year], line, stands=last[line.key] is line)
    for each in handed:
        _delivery(check, place, each)


def _deliveries(place: _DataFolder, plans: dict[int, Plan], period: Period | None) -> list[DeliveredReport]:
    if not (place.data / "deliveries.csv").is_file():
        return []
    years = sorted(int(path.name) for path in place.params.iterdir() if path.name.isdigit())
    plan = next(iter(plans.values()), None) or load_plan(place.params, years[-1])
    return [each for each in read_deliveries(place.data, plan) if period in {None, each.period}]


def _signature(check: SignedCheck, place: _DataFolder, plan: Plan, line: SignedReport, *, stands: bool) -> None:
    where, section = f"{place.name}/{line.file}", plan.section(line.section)
    # The digest beside the signature: a signed file that was cut at its end can still validate as PAdES.
    fault = line.fault(place.data)
    if fault:
        check.faults.append(Fault(where, fault))
        return
    if "".join(line.signer.split()) != "".join((section.leader or "").split()):
        check.faults.append(Fault(where, f"签字人是 {line.signer}，应为分管领导 {section.leader}"))
    if line.kind == PADES:
        _pades(check, place, line, where)
    else:
        check.notes.append(f"{where}：{line.signer} {line.signed_at.date()}（扫描件：笔迹未检）")
    sealed = place.sealed.get(line.period, {}).get(
        f"outputs/{task_name(line.period, line.section, MONTHLY_REPORT)}/{PDF}"
    )
    if stands and sealed not in {None, line.report_sha256}:
        check.faults.append(Fault(where, "签字后有变化：所签的报告不是归档包中的那一份"))


def _pades(check: SignedCheck, place: _DataFolder, line: SignedReport, where: str) -> None:
    from minsheng.signing.pades import begins_with, check_pdf_signature

    content = (place.data / line.file).read_bytes()
    found = check_pdf_signature(content, roots=place.roots)
    check.faults += [Fault(where, fault) for fault in found.faults]
    if found.signer and "".join(found.signer.split()) != "".join(line.signer.split()):
        check.faults.append(Fault(where, f"证书上的姓名是 {found.signer}，登记的签字人是 {line.signer}"))
    if not begins_with(content, line.report_size, line.report_sha256):
        check.faults.append(Fault(where, "签名之前的内容不是登记的那份报告"))
    if not found.faults:
        check.notes.append(f"{where}：{found.words}")


def _delivery(check: SignedCheck, place: _DataFolder, handed: DeliveredReport) -> None:
    for file, digest in ((handed.file, handed.sha256), (handed.note, handed.note_sha256)):
        path = place.data / file
        if not file:
            continue
        if not path.is_file():
            check.faults.append(Fault(f"{place.name}/{file}", "登记了报送，文件不在"))
        elif sha256(path) != digest:
            check.faults.append(Fault(f"{place.name}/{file}", "与报送登记的校验码不符：文件被改动"))
    if handed.head and handed.head not in place.heads:
        what = f"交接单 {handed.note} 上的账本头不在链上：归档被截短、换成了旧的，或整本换过"
        check.faults.append(Fault(f"{place.name}/deliveries.csv", what))
