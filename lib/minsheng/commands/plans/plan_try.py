"""``minsheng plan try``: a plan before anyone reports: drawn returns and forms through a month and an assessment."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path

from minsheng.authoring.drawn_forms import drawn_area_form, drawn_section_form
from minsheng.authoring.drawn_returns import DATA_LABEL, DrawnYear
from minsheng.authoring.rule_bounds import is_drawn_for
from minsheng.authoring.target_wishes import Luck
from minsheng.commands.assess import AssessmentOutcome, proposals, run_assessment
from minsheng.commands.run import MonthOutcome, run_month
from minsheng.domain.area import CITY, Area, Section
from minsheng.domain.base import plain
from minsheng.domain.delivery import Delivery, Issue
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.result import RankingFigures
from minsheng.errors import ExitCode, FileRefusedError, Outcome, UsageError
from minsheng.files.hashing import sha256
from minsheng.files.writing import names_disk_faults, put, remove_tree, write_atomically
from minsheng.files.written import published_result
from minsheng.intake.forms.form_workbook import write_area_form, write_section_form
from minsheng.intake.returns.receiving import add_delivery, register_held
from minsheng.intake.returns.return_template import write_workbook
from minsheng.intake.returns.store import delivered_path, latest_deliveries, read_accepted_month
from minsheng.intake.rules.rule import Suite
from minsheng.intake.rules.suites import load_suites
from minsheng.plan import load_plan
from minsheng.plan.loader import newest_year
from minsheng.runs.options import Display, RunOptions
from minsheng.workspace import MARKER, WORKSPACE_VERSION, Workspace

FOLDER = ".try"
"""Below ``outputs/``: no part of any month."""

TRIAL_LABEL = "试算，不作数"
"""In place of 示例数据 where the returns are real and the plan is not in force."""

_KEPT_SETTINGS = ("jobs", "time_limit_seconds", "memory_limit_mib", "output_limit_mib", "cell_output_limit_mib")

_AS_ASSESSED = ("assessment", "evidence")

_HANDED_OVER = ("deliveries.csv", "deliveries", "signed")


@dataclass(frozen=True)
class TrialOutcome(Outcome):
    """What trying a plan came to: the scratch workspace, the month, and the assessment or why there is none."""

    scratch: Workspace
    month: MonthOutcome
    assessment: AssessmentOutcome | None
    no_assessment: str = ""
    refused: bool = False
    moved: tuple[str, ...] = ()
    """What a real month's ranking is under the plan beside the published one."""
    unmet: tuple[str, ...] = ()
    """The rules that drawn returns do not meet, one line each."""

    @property
    def page(self) -> Path:
        """The page to begin with."""
        return self.scratch.outputs / "index.html"

    @property
    def exit_code(self) -> ExitCode:
        """The highest of the month's and the assessment's; 11 where a form does not fit the plan."""
        codes = [self.month.exit_code, *([self.assessment.exit_code] if self.assessment else [])]
        return max(*codes, ExitCode.FILE_REFUSED if self.refused else ExitCode.DONE)

    def lines(self) -> list[str]:
        """Return what the runs said, and where everything lies."""
        told = self.assessment.lines() if self.assessment else [self.no_assessment]
        return [
            *self.month.lines(),
            *self.unmet,
            *told,
            *self.moved,
            f"{self.scratch.settings.site_title}：{self.page}",
        ]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {
            "workspace": str(self.scratch.root),
            "page": str(self.page),
            "month": str(self.month.checked.period),
            "assessment": str(self.assessment.period) if self.assessment else None,
            "lines": self.lines(),
            "exit_code": int(self.exit_code),
        }


@names_disk_faults
def try_plan(
    workspace: Workspace,
    year: int | None,
    *,
    month: str | None = None,
    data: str | None = None,
    seed: int = 0,
    out: Path | None = None,
    display: Display,
) -> TrialOutcome:
    """Run a month and a half-year's assessment under a plan, in a scratch workspace.

    Parameters
    ----------
    year
        The plan's year; by default the newest under ``params/``.
    month
        The month to run with drawn returns; by default the last of the first half-year with returns.
    data
        A month of this workspace whose returns, as they were delivered, are read under the plan instead.
    seed
        Another one draws other figures.
    out
        The scratch workspace; by default below ``outputs/``. An earlier trial there is replaced, nothing else.

    Raises
    ------
    UsageError
        If there is no such plan, month or return, or the folder holds something else.
    PlanInvalidError
        If the plan has faults.
    """
    typed = data or month
    asked = Period(typed) if typed else None
    if asked is not None and asked.kind != PeriodKind.MONTH:
        raise UsageError(f"plan try 只试一个月（YYYY-MM），“{asked}”不是月份")
    chosen = year or (asked.year if asked else newest_year(workspace.params))
    plan = load_plan(workspace.params, chosen)
    if asked is not None and asked.year != chosen:
        raise UsageError(f"{asked.label}不在{chosen}年：方案只管本年的月份")
    if data is not None and not latest_deliveries(workspace.data, Period(data)):
        raise UsageError(f"{Period(data).label}没有登记的报表，不能用来试算")
    suites = load_suites(plan, workspace.params)
    run = asked or _usual_month(plan)
    if not plan.reporting_owners(run):
        raise UsageError(f"{run.label}没有应报的报表，请另选一个月（--month）")
    period = Period(f"{run.year}-H{1 if run.last_month <= 6 else 2}")
    folder = out or workspace.outputs / FOLDER / f"plan-{chosen}"
    display.stage(f"建立试算工作区 {folder}")
    scratch = _scratch(workspace, folder, chosen, TRIAL_LABEL if data else DATA_LABEL)
    luck = Luck(seed)
    if data is None:
        display.stage("按方案的目标和规则抽取各月报表")
        _deliver_drawn(scratch, plan, DrawnYear(plan, suites, seed), period)
    else:
        _deliver_real(workspace, scratch, plan, run)
    ran = run_month(scratch, str(run), RunOptions(), display=display)
    moved = ranking_moved(workspace, scratch, run) if data else ()
    unmet = () if data else unmet_rules(scratch, plan, suites, run)
    outcome = TrialOutcome(scratch, ran, None, moved=moved, unmet=unmet)
    if said := _why_not_assessed(workspace, scratch, plan, run, period, drawn=data is None):
        return replace(outcome, no_assessment=said)
    if data is None:
        _fill_forms(scratch, plan, luck, period)
    try:
        return replace(outcome, assessment=run_assessment(scratch, str(period), RunOptions(), display=display))
    except FileRefusedError as refused:
        said = f"{period.label}的考评表不合这个方案：\n{refused}"
        return replace(outcome, no_assessment=said, refused=True)


def unmet_rules(scratch: Workspace, plan: Plan, suites: Mapping[str, Suite], month: Period) -> tuple[str, ...]:
    """Name each rule that drawn returns do not meet, with the first place and why that may be."""
    kinds = {rule.id: rule.type for suite in suites.values() for rule in suite.rules}
    found: dict[str, list[tuple[str, Issue]]] = {}
    for who, accepted in read_accepted_month(scratch.data, month):
        for issue in accepted.verdict.issues:
            if not issue.is_remark:
                found.setdefault(issue.rule, []).append((plan.owner_name(who), issue))
    lines = []
    for rule, issues in found.items():
        who, first = issues[0]
        kind = kinds.get(rule, "")
        why = "与别的规则或目标矛盾" if not kind or is_drawn_for(kind) else f"这种规则（{kind}）抽数时照顾不到"
        lines.append(f"  {rule}：{len(issues)} 处，例如{who}的{first.place}：{first.message}。{why}")
    return ("抽取的数没有通过这些规则：", *lines) if lines else ()


def ranking_moved(workspace: Workspace, scratch: Workspace, month: Period) -> tuple[str, ...]:
    """Say whose points or rank differ between two workspaces; nothing where one has not published the month."""
    found = [published_result(each, month, CITY, "scoring") for each in (workspace, scratch)]
    rankings = [result.figures for result in found if result and isinstance(result.figures, RankingFigures)]
    if len(rankings) < len(found):
        return ()
    before, after = ({row.area: row for row in ranking.rows} for ranking in rankings)
    lines = [
        f"  {row.name}：得分 {plain(old.total)} → {plain(row.total)}，名次 {old.rank or '无'} → {row.rank or '无'}"
        for area, row in after.items()
        if (old := before.get(area)) is not None and (old.total, old.rank) != (row.total, row.rank)
    ]
    return (f"与已发布的{month.label}得分相比：{'' if lines else '没有变化'}", *lines)


def _why_not_assessed(
    workspace: Workspace, scratch: Workspace, plan: Plan, run: Period, period: Period, *, drawn: bool
) -> str:
    """Say why nothing is assessed; empty where it is, by drawn forms or by those of the real period."""
    if not plan.is_assessed:
        return "没有试算考评：方案没有考评细则"
    if drawn or (run == period.closing_month and _take_forms(workspace, scratch, period)):
        return ""
    return f"没有试算考评：{run.label}不是{period.label}的最后一个月，或者还没有{period.label}的考评表"


def _usual_month(plan: Plan) -> Period:
    months = [month for month in Period(str(plan.about.year)).months if plan.reporting_owners(month)]
    first_half = [month for month in months if month.last_month <= 6]
    return (first_half or months)[-1]


def _scratch(workspace: Workspace, folder: Path, year: int, label: str) -> Workspace:
    """Make a workspace of a copy of the plan and the notebooks; what it makes stays in it."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not _is_trial(folder))):
        raise UsageError(f"{folder} 已有别的内容：请用 --out 指一个新的文件夹")
    if folder.exists():
        remove_tree(folder)
    folder.mkdir(parents=True)
    _copy(workspace.params / str(year), folder / "params" / str(year))
    _copy(workspace.notebooks, folder / "notebooks")
    for own in load_plan(workspace.params, year).own_notebooks:
        for name in own.reads:
            _copy(workspace.root / name, folder / name)
    if workspace.lock.is_file():
        put(workspace.lock, folder / workspace.lock.name)
    put(_settings(workspace, label).encode(), folder / MARKER)
    return Workspace.find(folder)


def _is_trial(folder: Path) -> bool:
    marker = folder / MARKER
    return marker.is_file() and marker.read_text(encoding="utf-8").startswith(_HEAD)


_HEAD = "# minsheng plan try"


def _settings(workspace: Workspace, label: str) -> str:
    """Return the scratch workspace's settings: limits and fonts of this one, never its archive, keys or servers."""
    settings = workspace.settings
    lines = [
        f"{_HEAD}：这里的一切都可以删去，下一次试算会重写。",
        f"workspace_version = {WORKSPACE_VERSION}",
        f"site_title = {json.dumps(f'{label}·{settings.site_title}', ensure_ascii=False)}",
        *(f"{name} = {getattr(settings, name)}" for name in _KEPT_SETTINGS),
    ]
    fonts = {**settings.fonts.families, **({"folder": str(workspace.font_folder)} if workspace.font_folder else {})}
    if fonts:
        lines += ["[fonts]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fonts.items())]
    return "\n".join(lines) + "\n"


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, without hidden ones; what is not there is not copied."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        for each in source.iterdir():
            if not each.name.startswith("."):
                _copy(each, target / each.name)
    elif source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        put(source, target)


def _deliver_drawn(scratch: Workspace, plan: Plan, drawn: DrawnYear, period: Period) -> None:
    """Write and register the workbooks of every month up to a period's end."""
    with register_held(scratch.data):
        for month in period.year_to_date:
            for delivery, content in drawn_deliveries(plan, drawn, month):
                add_delivery(scratch.data, delivery, content)


def drawn_deliveries(plan: Plan, drawn: DrawnYear, month: Period) -> Iterator[tuple[Delivery, bytes]]:
    """Yield the workbooks of a month, each with its line of the register; months must be drawn in order."""
    for owner in plan.reporting_owners(month):
        content = write_workbook(plan, owner, month, drawn.filling(owner, month))
        received = datetime.combine(drawn.received_on(owner, month), time(9), tzinfo=None)
        yield (
            Delivery(
                period=month,
                id=owner.id,
                revision=1,
                file=f"returns/{month}/{owner.id}.xlsx",
                sha256=sha256(content),
                received_at=received,
                sender=owner.bureau if isinstance(owner, Area) else owner.name,
                # Of the figures, not of the clock: the same seed gives the same register.
                recorded_at=received.replace(tzinfo=UTC),
            ),
            content,
        )


def _deliver_real(workspace: Workspace, scratch: Workspace, plan: Plan, run: Period) -> None:
    """Register the returns of a real year to date in the scratch workspace, as they were delivered."""
    with register_held(scratch.data):
        for month in run.year_to_date:
            for who, delivery in latest_deliveries(workspace.data, month).items():
                path = delivered_path(workspace.data, delivery)
                if plan.find_owner(who) is not None and path.is_file():
                    add_delivery(scratch.data, delivery, path.read_bytes())
    for name in _HANDED_OVER:
        _copy(workspace.data / name, scratch.data / name)


def _take_forms(workspace: Workspace, scratch: Workspace, period: Period) -> bool:
    """Copy the forms of a real assessment; return whether there are any."""
    for name in _AS_ASSESSED:
        _copy(workspace.data / name / str(period), scratch.data / name / str(period))
    return (scratch.data / "assessment" / str(period)).is_dir()


def _fill_forms(scratch: Workspace, plan: Plan, luck: Luck, period: Period) -> None:
    """Write a drawn form of every assessed area and section."""
    folder = scratch.data / "assessment" / str(period)
    for area in plan.assessed_at(period):
        content = write_area_form(plan, area.id, period, drawn_area_form(plan, luck, area, period))
        write_atomically(folder / f"{area.id}.xlsx", content)
    for section in plan.assessed_sections:
        _fill_section_form(scratch, plan, luck, section, period)


def _fill_section_form(scratch: Workspace, plan: Plan, luck: Luck, section: Section, period: Period) -> None:
    found = proposals(scratch, plan, period, section)
    form = drawn_section_form(plan, luck, section, period, found)
    content = write_section_form(plan, section.id, period, found, form)
    write_atomically(scratch.data / "assessment" / str(period) / f"{section.id}.xlsx", content)
