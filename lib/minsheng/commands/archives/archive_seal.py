"""``minsheng archive seal``: is the period complete, may all of it be sealed, then the seal."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from minsheng.archive.contents.book import evidence_book
from minsheng.archive.contents.description import descriptions
from minsheng.archive.contents.evidence import gather_evidence
from minsheng.archive.contents.kept_inputs import kept_inputs
from minsheng.archive.contents.leaders import refused_by_verify
from minsheng.archive.contents.looking import (
    known_answers,
    listing_bytes,
    listing_name,
    look_through,
)
from minsheng.archive.contents.month import (
    assessment_inputs,
    left_to_people,
    month_files,
    recorded_files,
    why_incomplete,
)
from minsheng.archive.contents.outside import show_outside
from minsheng.archive.package.bag import Payload, take_stock
from minsheng.archive.package.chain import read_newest
from minsheng.archive.package.sealing import Sealed, SealingOrder, seal
from minsheng.archive.recompute.recomputing import recompute
from minsheng.commands.assess import accept_forms
from minsheng.domain.clock import BEIJING, bureau_time
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import GateRefusedError, Outcome
from minsheng.intake.returns.store import read_register
from minsheng.plan import load_plan
from minsheng.runs.graph import period_tasks
from minsheng.runs.options import Display
from minsheng.runs.released_code import changed_code, modified_tree
from minsheng.runs.version import version_text
from minsheng.signing.chains import bring_up_to_date, register_heads
from minsheng.site.first_page import refresh_first_page
from minsheng.site.pages import archived_pages
from minsheng.workspace import Workspace


@dataclass(frozen=True)
class SealOutcome(Outcome):
    """The ledger's entry, the count and bytes of the package's files, and which code that made them was changed.

    ``told`` is what whoever seals should know: files that could not be looked into, files that no form names.
    """

    archive: Path
    sealed: Sealed
    files: int
    size: int
    code: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the outcome for a terminal; the head is what a delivery note prints."""
        entry, lines = self.sealed.entry, []
        if self.sealed.completed is not None:
            lines.append(f"已补完上次中途停止的：{self.sealed.completed.words}")
        if self.sealed.is_new:
            replaced = f"，代替 {entry.replaces}（{entry.why}）" if entry.replaces else ""
            lines.append(f"已归档：{self.archive / entry.bag}，{self.files} 个文件，{self.size:,} 字节{replaced}")
        else:
            lines.append(f"没有变化：与 {entry.bag}（{entry.sealed_at.date()} 归档）完全相同，没有重复归档")
        lines += [f"注意：{each}" for each in (*self.code, *self.told)]
        return [*lines, f"账本头：{self.sealed.head}"]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        completed = self.sealed.completed
        return {
            "archive": str(self.archive),
            "entry": self.sealed.entry.model_dump(mode="json"),
            "head": self.sealed.head,
            "new": self.sealed.is_new,
            "completed": completed.words if completed else None,
            "files": self.files,
            "bytes": self.size,
            "changed_code": list(self.code),
            "notes": list(self.told),
        }


def seal_period(
    workspace: Workspace,
    period: str,
    *,
    archive: Path | None,
    why: str,
    sealed_at: str | None,
    display: Display,
) -> SealOutcome:
    """Seal a month, or the evidence book of a half-year's or year's assessment.

    Parameters
    ----------
    period
        ``YYYY-MM``, ``YYYY-H1`` or ``YYYY``.
    archive
        Where to seal; by default as ``minsheng.toml`` says.
    why
        Why an earlier revision is replaced, code sealed that is not the release's, or a month that is not signed and
        handed over to all who get it.
    sealed_at
        The time to write down, ISO 8601; by default now.

    Raises
    ------
    UsageError
        If the period or time is malformed, or changed content has no reason.
    GateRefusedError
        If the month is not complete, verify would reject its signatures, deliveries or registers, an item of the book
        has no evidence, a file may not be sealed, or changed code has no reason, or a report says what returns and plan
        do not give; one line per reason.
    ArchiveInvalidError
        If the archive does not verify.
    MachineUnfitError
        If the disk or the key does not serve.
    """
    found = Period(period)
    plan = load_plan(workspace.params, found.year)
    if found.kind != PeriodKind.MONTH:
        plan.demand_rubric()
    for line in bring_up_to_date(workspace):
        display.stage(line)
    pages = archived_pages(plan, found)
    reasons = why_incomplete(workspace, plan, found, pages)
    reasons += refused_by_verify(workspace, archive or workspace.archive, found)
    changed = changed_code(workspace, period_tasks(plan, found))
    if not why.strip():
        reasons += [f"{each}。换回发布的再重做，或用 --why 写明为什么仍要归档" for each in changed]
        # A revision needs its reason anyway, where anything has changed.
        first = read_newest(archive or workspace.archive, found) is None
        left = left_to_people(workspace, plan, found) if first else []
        reasons += [f"{each}；或用 --why 写明为什么仍要归档" for each in left]
    if reasons:
        raise GateRefusedError("\n".join([f"{found.label}还不能归档：", *reasons]))
    if found.kind == PeriodKind.MONTH:
        files, looked_at = month_files(workspace, plan, found, pages), recorded_files(workspace, found)
        told: list[str] = []
    else:
        display.stage(f"装订{found.label}印证资料")
        # Its reports may be of other months and programs, so all of the book is looked through.
        evidence = gather_evidence(workspace, plan, found)
        files, looked_at, told = evidence_book(workspace, found), frozenset(), evidence.unnamed_lines
        files |= kept_inputs(assessment_inputs(workspace, plan, found), files, {*evidence.unnamed.values()})
    display.stage(f"从报表和方案重算{found.label}")
    refuse_unlike(workspace, plan, found, pages)
    display.stage("查看要归档的文件中有没有个人信息")
    outcome = seal_payload(
        workspace,
        plan,
        found,
        take_stock(files),
        archive=archive,
        why=why,
        sealed_at=sealed_at,
        display=display,
        looked_at=looked_at,
        changed=changed,
        told=told,
    )
    refresh_first_page(workspace, plan)
    return outcome


def refuse_unlike(workspace: Workspace, plan: Plan, period: Period, pages: Collection[str]) -> None:
    """Compute a period anew from its workbooks and plan, without notebooks, and refuse to seal what says otherwise.

    Raises
    ------
    GateRefusedError
        Naming each result and page that differs.
    """
    if period.kind == PeriodKind.MONTH:
        anew = recompute(month_files(workspace, plan, period, pages), period)
    else:
        anew = recompute(assessment_inputs(workspace, plan, period), period, prepare=accept_forms)
    if anew.differs:
        lines = [f"{name}：{words}" for name, words in anew.differs.items()]
        raise GateRefusedError("\n".join([f"{period.label}还不能归档：报告与从报表和方案重算的不符：", *lines]))


def seal_payload(
    workspace: Workspace,
    plan: Plan,
    period: Period,
    payload: Payload,
    *,
    archive: Path | None,
    why: str,
    sealed_at: str | None,
    display: Display,
    looked_at: Collection[str] = (),
    changed: Sequence[str] = (),
    told: Sequence[str] = (),
) -> SealOutcome:
    """Seal files of a period that are known to be complete: through this door alone anything gets into an archive."""
    month = period.kind == PeriodKind.MONTH
    kind = "month" if month else "evidence"
    looked = look_through(
        payload,
        kind,
        looked_at=looked_at,
        answers=known_answers(workspace.data),
        read={line.sha256 for line in read_register(workspace.data)},
    )
    unanswered = [f"{each}；sha256 {each.sha256}" for each in looked.unanswered]
    if unanswered:
        unanswered.append(
            f"{len(unanswered)} 份文件系统查看不了有没有个人信息（未检）：请打开看过，再登记谁看过、为什么可以归档："
            f"minsheng answer {period} 文件… --by 姓名 --why 理由"
        )
    if looked.refused or unanswered:
        raise GateRefusedError("\n".join(["有文件不能归档：", *looked.refused, *unanswered]))
    if looked.unchecked:
        payload = {**payload, **take_stock({listing_name(period): listing_bytes(looked.unchecked)})}
        payload = dict(sorted(payload.items()))
    order = SealingOrder(
        period=period,
        kind=kind,
        organization=plan.about.issuer,
        description=f"{plan.about.title} {period.label}{'报送归档' if month else '考评证据册'}",
        plan=plan.about.id,
        software=version_text(),
        payload=payload,
        describe=descriptions(workspace, plan, period, payload),
        sealed_at=bureau_time(sealed_at, option="--sealed-at", example="2017-06-26T15:00", near=period).replace(
            tzinfo=BEIJING
        ),
        why=why,
        registers=register_heads(workspace.data),
        changed_code=tuple(changed),
    )
    where = archive or workspace.archive
    sealed = seal(where, workspace.keys, order, second=workspace.second_keys, say=display.stage)
    outside = show_outside(where, workspace)
    size = sum(source.size for source in payload.values())
    unseen = map(str, looked.unchecked)
    return SealOutcome(
        where, sealed, len(payload), size, (*changed, *filter(None, [modified_tree()])), (*told, *unseen, *outside)
    )
