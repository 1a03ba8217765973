"""``minsheng receive``: register delivered files, check the month, write receipts, say what is wrong or stale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from minsheng.archive.contents.receipt_signatures import signature_path
from minsheng.commands.check import check_returns, describe_issue
from minsheng.domain.clock import bureau_time
from minsheng.domain.delivery import GAP_RULE, NARRATIVE_RULE, Issue, Severity, Verdict
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, Outcome, PlanInvalidError, UsageError
from minsheng.files.writing import names_disk_faults
from minsheng.intake.forms.reviews import ReceivedReview, read_reviews, receive_review, registered_reviews
from minsheng.intake.returns import rules_apart
from minsheng.intake.returns.receipts import receipts_dir
from minsheng.intake.returns.receiving import Received, Receiver
from minsheng.intake.returns.store import ASSIGNED, SPREADSHEETS, read_verdict
from minsheng.intake.spreadsheets.reader import Reader
from minsheng.measure.fields import not_used_words
from minsheng.plan import load_plan
from minsheng.plan.loader import load_for_registering
from minsheng.privacy.personal_numbers import masked_text
from minsheng.runs.history import RunHistory
from minsheng.runs.options import Display
from minsheng.runs.staleness import later_stale_months
from minsheng.signing.chains import bring_up_to_date
from minsheng.site.first_page import refresh_first_page
from minsheng.site.review_page import write_review_receipt, write_reviews_page
from minsheng.workspace import Workspace

_SHOWN_CHANGES = 40


@dataclass(frozen=True)
class ReceiveOutcome(Outcome):
    """What became of the files of one command, in the order given.

    ``verdicts`` are of those whose latest revision is among the files; ``stale`` are later months made from what has
    now been replaced.
    """

    workspace: Workspace
    plan: Plan
    period: Period
    received: tuple[Received, ...]
    verdicts: dict[str, Verdict]
    stale: tuple[Period, ...]
    told: tuple[str, ...] = ()
    """What was taken back, or passed over in a folder."""
    plan_faults: tuple[str, ...] = ()
    """Why nothing was checked: the plan has faults."""

    @property
    def exit_code(self) -> ExitCode:
        """The worst that applies: 11 with a refused file, 10 with an invalid plan, 3 with figures not used, else 0."""
        if any(one.outcome == "refused" for one in self.received):
            return ExitCode.FILE_REFUSED
        if self.plan_faults:
            return ExitCode.PLAN_INVALID
        whole = all(verdict.is_whole for verdict in self.verdicts.values())
        return ExitCode.DONE if whole else ExitCode.GAPS

    def lines(self) -> list[str]:
        """Return the outcome for a terminal: each file, what changed, its issues, its receipt, what is stale."""
        lines = [*self.told, *(line for one in self.received for line in self._file_lines(one))]
        for who, verdict in self.verdicts.items():
            lines += self._verdict_lines(who, verdict)
        if self.stale:
            months = "、".join(month.label for month in self.stale)
            lines.append(f"以后月份已过期：{months}。重做：minsheng run {self.period} --stale")
        if self.plan_faults:
            lines += ["方案有错，以上只登记，没有校验，也没有回执：", *(f"  {fault}" for fault in self.plan_faults)]
            lines.append(f"方案改好（minsheng plan check）后：minsheng check {self.period}")
        return lines

    def _file_lines(self, one: Received) -> list[str]:
        personal = f"  {one.personal}：登记和回执中已打码；请把文件改名，并请报送单位不要在文件名里写个人信息"
        return self._became(one) + [personal] * bool(one.personal)

    def _became(self, one: Received) -> list[str]:
        delivery = one.delivery
        if delivery is None:
            kept = f"（原件存于 {one.kept}）" if one.kept else ""
            return [f"拒收：{one.source}：{one.reason}{kept}"]
        what = f"{self.plan.owner_name(delivery.id)}{delivery.period.label}报表第 {delivery.revision} 版"
        if one.outcome == "unchanged":
            return [f"已有：{one.source}：与现行的{what}逐字节相同，没有重复登记"]
        restored = f"，恢复第 {one.restores.revision} 版（逐字节相同）" if one.restores else ""
        lines = [f"已登记：{one.source}：{what}{restored} → data/{delivery.file}"]
        lines += [f"  认定为{self.plan.owner_name(delivery.id)}：{delivery.why}"] if delivery.event == ASSIGNED else []
        if one.replaces is None:
            return lines
        if not one.changes:
            return [*lines, f"  代替第 {one.replaces.revision} 版；读到的内容没有变化"]
        lines.append(f"  代替第 {one.replaces.revision} 版，改动 {len(one.changes)} 处：")
        lines += [f"    {change}" for change in one.changes[:_SHOWN_CHANGES]]
        more = len(one.changes) - _SHOWN_CHANGES
        return [*lines, f"    ……另有 {more} 处，用 --json 查看"] if more > 0 else lines

    def _verdict_lines(self, who: str, verdict: Verdict) -> list[str]:
        blocked = not_used_words(self.plan, verdict)
        lines = [f"{self.plan.owner_name(who)}：{'未通过校验：' + '、'.join(blocked) if blocked else '通过校验'}"]
        for issue in _to_act_on(verdict):
            word = "错误" if issue.blocks else "待说明"
            lines.append(f"  {word}：{describe_issue(issue)}")
        lines += [f"  请留意：{describe_issue(issue)}" for issue in verdict.issues if issue.rule == NARRATIVE_RULE]
        gaps = dict.fromkeys(issue.message for issue in verdict.issues if issue.rule == GAP_RULE)
        lines += [f"  请留意：{message}" for message in gaps]
        receipt = receipts_dir(self.workspace.outputs, self.period) / f"{who}.html"
        signature = signature_path(self.workspace, self.period, who)
        signed = f"报表的签名：{signature}" if signature.is_file() else "报表未签名（没有归档的钥匙可用）"
        return [*lines, f"  回执：{receipt}（及同名 xlsx）", f"  {signed}"]

    def as_json(self) -> dict[str, Any]:
        """Return the same for a machine, with every change and every issue."""
        return {
            "period": str(self.period),
            "files": [self._as_json(one) for one in self.received],
            "verdicts": {who: verdict.model_dump(mode="json") for who, verdict in self.verdicts.items()},
            "stale": [str(month) for month in self.stale],
            "told": list(self.told),
            "plan_faults": list(self.plan_faults),
        }

    def _as_json(self, one: Received) -> dict[str, Any]:
        return {
            "source": one.source,
            "outcome": one.outcome,
            "delivery": one.delivery.model_dump(mode="json") if one.delivery else None,
            "replaces": one.replaces.revision if one.replaces else None,
            "restores": one.restores.revision if one.restores else None,
            "changes": [vars(change) for change in one.changes],
            "reason": one.reason,
            "personal": one.personal,
            "kept": str(one.kept.relative_to(self.workspace.root)) if one.kept else "",
        }


def _to_act_on(verdict: Verdict) -> list[Issue]:
    issues = [i for i in verdict.issues if i.blocks or (i.severity == Severity.WARNING and not i.explanation)]
    return sorted(issues, key=lambda issue: not issue.blocks)


@names_disk_faults
def receive_files(
    workspace: Workspace,
    month: str,
    files: Sequence[Path],
    *,
    received_at: str | None,
    sender: str,
    area: str | None = None,
    display: Display,
) -> ReceiveOutcome:
    """Receive the files of one month, then check the month.

    Parameters
    ----------
    month
        ``YYYY-MM``; a file whose cover names another month is refused.
    files
        In the order in which they came; of a folder its spreadsheets, by name.
    received_at
        ISO date and time; by default now, the only time that the clock is read: it is an input, kept in the register.
    sender
        Who sent them; by default the body on each cover.
    area
        Name or id of the area whose one file this is, by a person's decision.

    Raises
    ------
    UsageError
        If the period is no month, a file does not exist, or the time is malformed; then nothing is registered.
    PlanInvalidError
        If not even whose a return is can be told from the plan; with other faults files are registered, not checked.
    """
    period = _month(month)
    files, passed_over = files_given(files)
    if area is not None and len(files) != 1:
        raise UsageError(f"--area 认定一份文件是谁的，一次只能接收一份，现有 {len(files)} 份")
    rules_apart.start()  # it boots while the files are read and registered
    # The only time that the clock is read: it is an input, kept in the register.
    moment = bureau_time(received_at, option="--received-at", example="2017-07-21T09:30", near=period)
    plan, faults = load_for_registering(workspace.params, period.year)
    for done in bring_up_to_date(workspace):
        display.stage(done)
    receiver = Receiver(plan, workspace.data, period)
    decided = plan.area(area).id if area is not None else None
    display.stage(f"接收{period.label}报表 {len(files)} 份")
    with Reader() as reader:
        received = tuple(_received(receiver, path, reader, moment, sender, decided) for path in files)
    concerned = {one.delivery.id for one in received if one.delivery}
    if concerned and not faults:
        try:
            return _checked(workspace, plan, period, received, concerned, display, told=passed_over)
        except PlanInvalidError as error:  # expectations are read by the check alone
            faulty = tuple(error.faults)
            return ReceiveOutcome(workspace, plan, period, received, {}, (), passed_over, plan_faults=faulty)
    faulty = tuple(map(str, faults))
    return ReceiveOutcome(workspace, plan, period, received, {}, (), passed_over, plan_faults=faulty)


def files_given(paths: Sequence[Path]) -> tuple[list[Path], tuple[str, ...]]:
    """Return the files named, those of a folder one by one; and what in a folder is no spreadsheet.

    Raises
    ------
    UsageError
        If one does not exist, or a folder holds no spreadsheet.
    """
    files: list[Path] = []
    told: list[str] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith((".", "~$")))
        found = [each for each in inside if each.suffix.lower() in SPREADSHEETS]
        if not found:
            raise UsageError(f"文件夹 {path} 里没有表格（{'、'.join(sorted(SPREADSHEETS))}）：请给出放着报表的文件夹")
        files += found
        told += [f"没有接收（不是表格）：{each.relative_to(path)}" for each in inside if each not in found]
    missing = [f"{path}{_near_by(path)}" for path in files if not path.is_file()]
    if missing:
        raise UsageError(f"没有这样的文件：{'、'.join(missing)}")
    return files, tuple(told)


def _near_by(path: Path) -> str:
    """Return the name in the same folder that was probably meant."""
    names = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
    close = get_close_matches(path.name, names, n=1)
    return f"（是不是 {close[0]}）" if close else ""


def _received(receiver: Receiver, path: Path, reader: Reader, at: datetime, sender: str, area: str | None) -> Received:
    """Receive one file of a batch: what is wrong with it stops no other."""
    try:
        return receiver.receive(path, reader, received_at=at, sender=sender, area=area)
    except UsageError as error:
        return Received(masked_text(path.name), "refused", reason=masked_text(str(error)))


@names_disk_faults
def withdraw_return(
    workspace: Workspace, month: str, who: str, *, why: str, at: str | None, display: Display
) -> ReceiveOutcome:
    """Take the current revision of a return back, then check the month with what stands now.

    Parameters
    ----------
    who
        Name or id of an area or a section.
    why
        The reason, kept in the register.
    at
        When this was decided; by default now.

    Raises
    ------
    UsageError
        If there is no reason, no such owner, or nothing to take back.
    """
    period = _month(month)
    if not why.strip():
        raise UsageError("撤回要用 --why 写明原因，它会记入登记")
    moment = bureau_time(at, option="--received-at", example="2017-07-21T09:30", near=period)
    plan = load_plan(workspace.params, period.year)
    owner = plan.owner(who)
    for done in bring_up_to_date(workspace):
        display.stage(done)
    receiver = Receiver(plan, workspace.data, period)
    back, now = receiver.withdraw(owner.id, why=" ".join(why.split()), at=moment)
    if now is None:
        # Its receipt would answer a return that nobody has handed in.
        for path in receipts_dir(workspace.outputs, period).glob(f"{owner.id}.*"):
            path.unlink()
    stands = f"现行的是第 {now.revision} 版（data/{now.file}）" if now else "现在没有报表，记为未报送"
    told = f"已撤回：{owner.name}{period.label}报表第 {back.revision} 版（原件保留在 data/{back.file}）；{stands}"
    return _checked(workspace, plan, period, (), {owner.id}, display, told=(told,))


@dataclass(frozen=True)
class ReviewsOutcome(Outcome):
    """What became of the counties' reviews of the bureau, with their receipts and the summary."""

    received: tuple[ReceivedReview, ...]
    receipts: tuple[str, ...]
    summary: str

    @property
    def exit_code(self) -> ExitCode:
        """11 with a refused file, else 0."""
        refused = any(one.outcome == "refused" for one in self.received)
        return ExitCode.FILE_REFUSED if refused else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return the outcome for a terminal: each file with its receipt, then the summary."""
        words = {"new": "已登记", "revision": "已登记为更正", "unchanged": "与已登记的相同", "refused": "未予接收"}
        lines = []
        for one, receipt in zip(self.received, self.receipts, strict=True):
            lines.append(f"{one.source}：{words[one.outcome]}{f'（data/{one.line.file}）' if one.line else ''}")
            lines += [f"  {fault}" for fault in one.faults]
            if one.form and one.form.is_undifferentiated:
                lines.append("  各科室给分完全相同（无差异化）")
            lines.append(f"  回执：{receipt}")
        return [*lines, f"汇总：{self.summary}"]

    def as_json(self) -> dict[str, Any]:
        """Return the same for a machine."""
        files = [
            {
                "source": one.source, "outcome": one.outcome, "area": one.area, "receipt": receipt,
                "faults": list(one.faults), "kept": one.kept,
                "delivery": one.line.model_dump(mode="json") if one.line else None,
                "undifferentiated": bool(one.form and one.form.is_undifferentiated),
            }
            for one, receipt in zip(self.received, self.receipts, strict=True)
        ]  # fmt: skip
        return {"files": files, "summary": self.summary}


@names_disk_faults
def receive_reviews(
    workspace: Workspace, year: str, files: Sequence[Path], *, received_at: str | None, sender: str, display: Display
) -> ReviewsOutcome:
    """Receive counties' reviews of the bureau (差异化综合评价表) for a year, answer each, and write the summary.

    Raises
    ------
    UsageError
        If the period is no year, the plan has no such review, a file does not exist, or the time is malformed.
    """
    period = Period(year)
    plan = load_plan(workspace.params, period.year)
    review = plan.section_rubric.review
    if period.kind != PeriodKind.YEAR or review is None:
        raise UsageError(f"报表按月份接收（YYYY-MM），差异化综合评价表按年度接收（YYYY），收到“{year}”")
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise UsageError(f"没有这样的文件：{'、'.join(missing)}")
    moment = bureau_time(received_at, option="--received-at", example="2017-12-21T09:30")
    for done in bring_up_to_date(workspace):
        display.stage(done)
    display.stage(f"接收{period.label}差异化综合评价表 {len(files)} 份")
    data = workspace.data
    with Reader() as reader:
        received = tuple(
            receive_review(data, plan, review, period, path, reader, at=moment, sender=sender) for path in files
        )
    receipts = tuple(write_review_receipt(workspace, plan, period, one) for one in received)
    lines, forms = read_reviews(data, period), registered_reviews(data, plan, review, period)
    return ReviewsOutcome(received, receipts, write_reviews_page(workspace, plan, review, period, lines, forms))


def _month(month: str) -> Period:
    period = Period(month)
    if period.kind != PeriodKind.MONTH:
        raise UsageError(f"报表按月份接收（YYYY-MM），差异化综合评价表按年度接收（YYYY），收到“{month}”")
    return period


def _checked(
    workspace: Workspace,
    plan: Plan,
    period: Period,
    received: tuple[Received, ...],
    concerned: set[str],
    display: Display,
    *,
    told: tuple[str, ...] = (),
) -> ReceiveOutcome:
    """Check the month, and return what became of the owners whose returns have changed."""
    check_returns(workspace, plan, period, force=False, display=display)
    owners = [owner.id for owner in plan.reporting_owners(period) if owner.id in concerned]
    found = {who: read_verdict(workspace.data, period, who) for who in owners}
    verdicts = {who: verdict for who, verdict in found.items() if verdict}
    refresh_first_page(workspace, plan)
    return ReceiveOutcome(workspace, plan, period, received, verdicts, _stale(workspace, plan, period), told)


def _stale(workspace: Workspace, plan: Plan, period: Period) -> tuple[Period, ...]:
    if not workspace.history.is_file():
        return ()
    with RunHistory(workspace.history) as history:
        return tuple(later_stale_months(workspace, plan, history, period))
