"""What proves each rubric item of each body, in the rubric's order; what is missing, waived, or named in no form.

Reads ``data/evidence/<period>`` with its ``waivers.csv``; writes nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.archive.contents.answers import (
    Waiver,
    evidence_dir,
    read_waivers,
    unchecked_path,
    waivers_path,
)
from minsheng.archive.package.faults import quoted
from minsheng.domain.area import CITY, Area, Section
from minsheng.domain.assessment import AssessmentForm, SectionForm
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import ScoringFigures, SectionScoringFigures
from minsheng.domain.score_rows import ItemScore, SectionItemScore
from minsheng.errors import GateRefusedError
from minsheng.files.entries import entries_below
from minsheng.files.written import published_result
from minsheng.intake.forms.county import BONUS_FOLDER
from minsheng.intake.forms.form_store import forms_dir, read_accepted_form, read_accepted_section_form
from minsheng.intake.returns.store import read_verdict
from minsheng.measure.marks import MANUAL_RULES
from minsheng.measure.section_rules import is_automatic
from minsheng.render.formats import HTML, PDF
from minsheng.signing.deliveries import known_deliveries_path
from minsheng.workspace import RESULT, Workspace

_NO_DUTY = {"excluded": "无任务", "not_due": "未到期"}


@dataclass(frozen=True)
class ProvenItem:
    """One rubric item of one body: files by name in its folder, one line per gap, who answers for them.

    ``remark`` is why no evidence is needed: 无任务, 未到期, 没有扣分.
    """

    id: str
    name: str
    clause: str
    full_marks: str
    points: str
    required: str
    files: Mapping[str, Path]
    missing: tuple[str, ...] = ()
    waiver: Waiver | None = None
    remark: str = ""


@dataclass(frozen=True)
class Body:
    """A county or a section with its items in the rubric's order, and the files of its score as a whole."""

    id: str
    name: str
    total: str
    overview: Mapping[str, Path]
    items: tuple[ProvenItem, ...]


@dataclass(frozen=True)
class PeriodEvidence:
    """The evidence of one period.

    Parameters
    ----------
    missing
        One line per gap that nobody answers for: body, item, what is expected where; what is no file counts as one.
    unnamed
        Files that lie among the evidence and that no form names, by path in the period's folder: no part of the book.
    results
        The result table and the ranking, by name; none where the plan has no rubric for counties.
    """

    period: Period
    page_folder: Path
    """Where the assessment's page lies, for its links."""
    bodies: tuple[Body, ...]
    missing: tuple[str, ...]
    unnamed: Mapping[str, Path]
    results: Mapping[str, Path] = field(default_factory=dict)

    @property
    def waived(self) -> tuple[str, ...]:
        """One line per gap that somebody answers for."""
        return tuple(
            f"{body.name}：{item.id} {item.name}：免交，{item.waiver.who}：{item.waiver.why}"
            for body in self.bodies
            for item in body.items
            if item.waiver
        )

    @property
    def unnamed_lines(self) -> list[str]:
        """Name the files that no form names; nothing where there is none."""
        if not self.unnamed:
            return []
        return [f"没有写进考评表的文件 {len(self.unnamed)} 份，不在印证资料册中：{quoted(list(self.unnamed))}"]

    def lines(self) -> list[str]:
        """Return the state for a terminal: complete, or what is missing and what is waived."""
        count = sum(len(body.items) for body in self.bodies)
        told = [*self.waived, *self.unnamed_lines]
        if self.missing:
            return [*told, *self.missing, f"印证资料缺 {len(self.missing)} 项，不能归档"]
        with_waivers = f"，其中免交 {len(self.waived)} 项" if self.waived else ""
        return [*told, f"印证资料齐全：{len(self.bodies)} 个考评对象 {count} 个小项{with_waivers}"]

    def brief(self, most: int = 5) -> list[str]:
        """Return the state in a few lines: of many gaps their number by body, and the page that lists them."""
        if len(self.missing) <= most:
            return self.lines()
        by_body = {body.name: sum(gap.startswith(f"{body.name}：") for gap in self.missing) for body in self.bodies}
        counted = "、".join(f"{name}{count}项" for name, count in by_body.items() if count)
        others = len(self.missing) - sum(by_body.values())
        counted += f"{'、' * bool(counted)}其他{others}项" if others else ""
        page = self.page_folder / "index.html"
        return [f"印证资料缺 {len(self.missing)} 项（{counted}），不能归档；免交 {len(self.waived)} 项；逐项见 {page}"]

    def check(self) -> None:
        """Raise :class:`~minsheng.errors.GateRefusedError` with every gap."""
        if self.missing:
            raise GateRefusedError(
                "\n".join(self.missing)
                + f"\n{self.period.label}印证资料缺 {len(self.missing)} 项：补齐，或写明谁同意免交"
                f"（minsheng answer {self.period}）"
            )


def gather_evidence(workspace: Workspace, plan: Plan, period: Period) -> PeriodEvidence:
    """Look for the evidence of every item; nothing is read but forms, results and the waivers.

    Raises
    ------
    FileRefusedError
        If a line of the waivers has a fault; one that names no item is a gap.
    """
    folder = evidence_dir(workspace.data, period)
    there = dict(entries_below(folder)) if folder.is_dir() else {}
    looker = _EvidenceLooker(workspace, plan, period, read_waivers(workspace.data, period), there)
    bodies = [looker.county(area) for area in plan.assessed_areas]
    bodies += [looker.section(section) for section in plan.assessed_sections]
    known = {(body.id, item.id) for body in bodies for item in body.items}
    unknown = [f"{who}/{item}" for who, item in looker.waivers if (who, item) not in known]
    missing = [
        f"{body.name}：{item.id} {item.name}：{line}"
        for body in bodies
        for item in body.items
        if item.waiver is None
        for line in item.missing
    ]
    missing += [f"免交登记中没有这一项：{each}（data/evidence/{period}/waivers.csv）" for each in unknown]
    rest = {path.relative_to(folder).as_posix(): path for path in there if path not in looker.named}
    # A link or a pipe is no evidence, whoever names it: what it leads to may be another thing tomorrow.
    missing += [
        f"data/evidence/{period}/{name} 是{there[path]}，不是文件：请换成文件本身，或移走"
        for name, path in rest.items()
        if there[path]
    ]
    answers = {waivers_path(workspace.data, period), unchecked_path(workspace.data, period)}
    unnamed = {name: path for name, path in rest.items() if not there[path] and path not in answers}
    results = dict(_result_files(workspace, period)) if plan.county_rubric.is_there else {}
    return PeriodEvidence(period, workspace.outputs / str(period), tuple(bodies), tuple(missing), unnamed, results)


@dataclass(frozen=True)
class _EvidenceLooker:
    workspace: Workspace
    plan: Plan
    period: Period
    waivers: Mapping[tuple[str, str], Waiver]
    there: Mapping[Path, str]
    """What lies among the evidence → what it is instead of a file."""
    named: set[Path] = field(default_factory=set)
    """What forms name."""

    def county(self, area: Area) -> Body:
        """Return a county's items; without a score sheet every item is missing."""
        figures = self._figures(area.id, "scoring")
        scores = {each.item: each for each in figures.items} if isinstance(figures, ScoringFigures) else {}
        form = read_accepted_form(self.workspace.data, self.period, area.id)
        items = []
        for item in self.plan.county_rubric.items:
            score = scores.get(item.id)
            if not item.is_for(area.id):
                continue
            if isinstance(item.rule, MANUAL_RULES):
                mark = form.marks.get(item.id) if form else None
                files, missing = self._handed_in(area.id, item.id, mark.evidence if mark else ())
                if mark is None:
                    missing = (f"未评：{self._form(area.id)}中没有评定，应附 {item.evidence}",)
                elif not mark.evidence:
                    where = f"data/evidence/{self.period}/{area.id}/{item.id}/"
                    missing = (f"没有印证资料：应有 {item.evidence}，放在 {where} 并在考评表 {mark.cell} 行写明文件名",)
            else:
                projects = dict.fromkeys(self.plan.indicator(w.indicator).project for w in item.rule.indicators)
                files, missing = self._reported(area.id, list(projects))
            remark = _NO_DUTY.get(score.state, "") if score else ""
            items.append(
                ProvenItem(
                    id=item.id,
                    name=item.name,
                    clause=score.clause if score else item.source.clause,
                    full_marks=f"{item.full_marks:f}",
                    points=_points(score),
                    required=item.evidence,
                    files=files,
                    missing=() if remark else missing or self._unscored(area.id, score),
                    waiver=self.waivers.get((area.id, item.id)) if missing else None,
                    remark=remark,
                )
            )
        if form and form.bonus:
            items.append(self._bonus(area.id, form, figures))
        total = f"{figures.total:f}" if isinstance(figures, ScoringFigures) else ""
        return Body(area.id, area.name, total, self._overview(area.id, "scoring", form), tuple(items))

    def section(self, section: Section) -> Body:
        """Return a section's reverse deductions."""
        figures = self._figures(section.id, "section_scoring")
        scores = {each.item: each for each in figures.items} if isinstance(figures, SectionScoringFigures) else {}
        form = read_accepted_section_form(self.workspace.data, self.period, section.id)
        items = []
        for rule in (rule for group in self.plan.section_rubric.groups for rule in group.rules):
            score = scores.get(rule.id)
            mark = form.marks.get(rule.id) if form else None
            files, missing = self._handed_in(section.id, rule.id, mark.evidence if mark else ())
            # Only what was taken off must be proven.
            taken = score is not None and score.state in {"confirmed", "proposed"}
            if is_automatic(rule):
                # What the period knows: a later delivery leaves its book as it is.
                register = known_deliveries_path(self.workspace.data, self.period)
                files = {**files, **({"报送登记.csv": register} if taken and register.is_file() else {})}
            if taken and not files:
                where = f"data/evidence/{self.period}/{section.id}/{rule.id}/"
                missing = (*missing, f"扣了分而没有印证资料：放在 {where} 并在考评表写明文件名")
            items.append(
                ProvenItem(
                    id=rule.id,
                    name=rule.text if len(rule.text) <= _LONGEST_NAME else rule.text[:_LONGEST_NAME] + "…",
                    clause=score.clause if score else rule.source.clause,
                    full_marks="",
                    points=_points(score),
                    required="",
                    files=files,
                    missing=missing or self._unscored(section.id, score),
                    waiver=self.waivers.get((section.id, rule.id)) if missing else None,
                    remark="" if files or score is None else _STATES[score.state],
                )
            )
        total = f"{figures.deducted:f}" if isinstance(figures, SectionScoringFigures) else ""
        return Body(section.id, section.name, total, self._overview(section.id, "section_scoring", form), tuple(items))

    def _figures(self, who: str, notebook: str) -> object:
        result = published_result(self.workspace, self.period, who, notebook)
        return result.figures if result else None

    def _form(self, who: str) -> str:
        return f"考评表 data/assessment/{self.period}/{who}.xlsx "

    def _unscored(self, who: str, score: ItemScore | SectionItemScore | None) -> tuple[str, ...]:
        if score is None:
            return (f"没有得分表 outputs/{self.period}/{who}/：运行 minsheng assess {self.period}",)
        return ()

    def _handed_in(self, who: str, item: str, names: tuple[str, ...]) -> tuple[dict[str, Path], tuple[str, ...]]:
        folder = evidence_dir(self.workspace.data, self.period) / who / item
        files = {name: folder / name for name in names}
        self.named.update(files.values())
        # A file behind a link to a folder is not there either.
        instead = {name: self.there.get(path, "不在") for name, path in files.items()}
        where = f"data/evidence/{self.period}/{who}/{item}/"
        gone = tuple(
            f"考评表写明的印证资料“{name}”不在 {where}"
            if what == "不在"
            else f"考评表写明的印证资料“{name}”在 {where} 是{what}，不是文件：请换成文件本身"
            for name, what in instead.items()
            if what
        )
        return {name: path for name, path in files.items() if not instead[name]}, gone

    def _reported(self, area: str, projects: list[str]) -> tuple[dict[str, Path], tuple[str, ...]]:
        """Return the closing month's project reports and the accepted return that they were made from."""
        month, files, missing = self.period.closing_month, dict[str, Path](), list[str]()
        for project in projects:
            folder, name = self.workspace.task(month, area, project), self.plan.project(project).short_name
            where = f"outputs/{month}/{area}/{project}"
            for kind in (PDF, RESULT):
                if (folder / kind).is_file():
                    files[f"{name}-{kind}"] = folder / kind
                else:
                    missing.append(f"没有{month.label}{name}报告 {where}/{kind}：运行 minsheng run {month}")
        verdict = read_verdict(self.workspace.data, month, area)
        source = self.workspace.data / verdict.file if verdict else None
        if verdict is None or source is None or not source.is_file():
            missing.append(f"没有已接收的{month.label}报表 data/returns/{month}/{area}.xlsx")
        else:
            files[f"报表-{source.name}"] = source
            blocked = [p for p in projects if verdict.projects.get(p) != "reported"]
            missing += [
                f"{month.label}报表中的{self.plan.project(p).short_name}没有通过校验，不能作印证" for p in blocked
            ]
        return files, tuple(missing)

    def _bonus(self, area: str, form: AssessmentForm, figures: object) -> ProvenItem:
        files: dict[str, Path] = {}
        missing: list[str] = []
        for row in form.bonus:
            if row.half is not None:
                # What a year takes over was proven in the half-year.
                folder = evidence_dir(self.workspace.data, row.half) / area / BONUS_FOLDER
                proven = {f"{row.half}-{name}": folder / name for name in row.evidence}
                found = {name: path for name, path in proven.items() if path.is_file()}
                gone = tuple(
                    f"{row.half.label}的印证资料 {path} 不在" for path in proven.values() if not path.is_file()
                )
            else:
                found, gone = self._handed_in(area, BONUS_FOLDER, row.evidence)
            files |= found
            missing += gone or ([] if row.evidence else [f"加分“{row.subject}”没有印证资料"])
        bonus = figures.bonus if isinstance(figures, ScoringFigures) else None
        return ProvenItem(
            id=BONUS_FOLDER,
            name="加分",
            clause=self.plan.county_rubric.bonus.source.clause,
            full_marks="",
            points="" if bonus is None else f"{bonus:f}",
            required="；".join(row.subject for row in form.bonus),
            files=files,
            missing=tuple(missing),
            waiver=self.waivers.get((area, BONUS_FOLDER)) if missing else None,
        )

    def _overview(self, who: str, notebook: str, form: AssessmentForm | SectionForm | None) -> dict[str, Path]:
        folder = self.workspace.task(self.period, who, notebook)
        files = {"得分表.pdf": folder / PDF, "得分表.html": folder / HTML, f"得分表-{RESULT}": folder / RESULT}
        files = {name: path for name, path in files.items() if path.is_file()}
        if form and (source := self.workspace.data / form.file).is_file():
            files[f"考评表{source.suffix}"] = source
        # What a year took over from its half-years stands in their forms.
        for half in self.period.halves:
            for source in sorted(forms_dir(self.workspace.data, half).glob(f"{who}.*")):
                files[f"{half.label}考评表{source.suffix}"] = source
        return files


_LONGEST_NAME = 24

_STATES = {
    "none": "没有扣分",
    "waived": "拟扣分已免除",
    "not_assessed": "未评或年底计",
    "confirmed": "已扣分",
    "proposed": "待确认",
}


def _points(score: ItemScore | SectionItemScore | None) -> str:
    return "" if score is None or score.points is None else f"{score.points:f}"


def _result_files(workspace: Workspace, period: Period) -> Iterator[tuple[str, Path]]:
    """Yield the result table and the ranking: what comes first in the book."""
    table = workspace.outputs / str(period) / "result_table"
    for kind in ("pdf", "html", "xlsx"):
        yield f"考评结果表.{kind}", table / f"result_table.{kind}"
    yield f"考评结果表-{RESULT}", workspace.result(period, CITY, "result_table")
    yield "得分排名.pdf", workspace.task(period, CITY, "scoring") / PDF
