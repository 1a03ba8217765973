"""Dossiers built by hand, one of every kind; figures from the notice's annex table (苍溪县, 全市)."""

import re
from datetime import date
from decimal import Decimal

import pytest

from minsheng.domain.delivery import Evidence, Issue, ReturnStatus, RuleOutcome, RuleState, Severity
from minsheng.domain.figure import (
    AreaRow,
    CellRef,
    ConditionState,
    FundUse,
    KeyValue,
    Measurement,
    ReturnNote,
    TrendPoint,
    Urgent,
)
from minsheng.domain.light import Light, Tone
from minsheng.domain.period import Period
from minsheng.domain.reporting import ReportPart
from minsheng.domain.result import (
    Assumption,
    BulletinFigures,
    Dossier,
    DossierHeading,
    InputFile,
    MonthlyReportFigures,
    ProjectFigures,
    ProjectSummary,
    Provenance,
    RankingFigures,
    ResultTableFigures,
    ScoringFigures,
    SectionScoringFigures,
)
from minsheng.domain.score_rows import (
    CityStanding,
    DeductionScore,
    ItemScore,
    RankRow,
    ResultItem,
    ResultRow,
    SectionItemScore,
)

REPORTED, NOT_REPORTED, BLOCKED = ReturnStatus.REPORTED, ReturnStatus.NOT_REPORTED, ReturnStatus.BLOCKED
JUNE = Period("2017-06")
AS_OF = date(2017, 6, 20)

YEAR_END = date(2017, 12, 31)

URGENT = (
    Urgent(
        area="wangcang", name="旺苍县", project="elderly_care", kind="overdue", label="印发文件", due=date(2017, 5, 31),
        months=2,
    ),
    Urgent(
        area="wangcang", name="旺苍县", project="elderly_care", kind="overdue", label="公示名单", due=date(2017, 5, 31),
        months=2,
    ),
    Urgent(
        area="cangxi", name="苍溪县", project="elderly_care", contact="王芳", kind="red", label="新增床位",
        due=YEAR_END, word="严重滞后", unit="张", actual="31", target="333", lacking="302", behind="135.5", months=3,
    ),
    Urgent(
        area="cangxi", name="苍溪县", project="elderly_care", contact="王芳", kind="said", label="养老服务",
        due=YEAR_END, said="改造要到2018年2月才能完成",
    ),
    Urgent(
        area="cangxi", name="苍溪县", project="elderly_care", contact="王芳", kind="due_soon", label="签订协议",
        due=date(2017, 6, 30), last_known=Period("2017-05"),
    ),
)  # fmt: skip

LIGHTS = {
    "complete": Light(id="complete", word="提前完成", shape="★", tone=Tone.GREEN),
    "on_schedule": Light(id="on_schedule", word="达到序时进度", shape="●", tone=Tone.GREEN),
    "nearly": Light(id="nearly", word="基本同步", shape="◐", tone=Tone.GREEN),
    "behind": Light(id="behind", word="进度滞后", shape="▲", tone=Tone.YELLOW),
    "far_behind": Light(id="far_behind", word="严重滞后", shape="▼", tone=Tone.RED),
    "below": Light(id="below", word="未达标", shape="▼", tone=Tone.RED),
    "met": Light(id="met", word="达标", shape="●", tone=Tone.GREEN),
    "done": Light(id="done", word="完成", shape="●", tone=Tone.GREEN),
    "stage": Light(id="stage", word="阶段任务已完成（2/4）", shape="◎", tone=Tone.GREEN),
    "in_progress": Light(id="in_progress", word="推进中", shape="◐", tone=Tone.GREEN),
    "partial": Light(id="partial", word="部分完成", shape="▲", tone=Tone.YELLOW),
    "not_done": Light(id="not_done", word="未完成", shape="▼", tone=Tone.RED),
    "not_reported": Light(id="not_reported", word="未报送", shape="×", tone=Tone.GREY),
    "blocked": Light(id="blocked", word="数据未通过校验", shape="■", tone=Tone.GREY),
    "no_duty": Light(id="no_duty", word="无任务", shape="–", tone=Tone.GREY),
    "incomplete": Light(id="incomplete", word="汇总不全", shape="○", tone=Tone.GREY),
}


def cell(field="elderly_care.beds_new_cumulative", value="129", area="cangxi", address="E5"):
    return CellRef(
        area=area,
        period=JUNE,
        file=f"returns/2017-06/{area}.xlsx",
        sheet="养老服务",
        cell=address,
        field=field,
        value=value,
    )


def scheduled_light(completion, schedule):
    """The lights of params/2017/lights.yaml, by hand."""
    gap = completion - schedule
    if completion >= 1:
        return LIGHTS["complete"]
    if gap >= 0:
        return LIGHTS["on_schedule"]
    if gap >= Decimal("-0.10"):
        return LIGHTS["nearly"]
    return LIGHTS["behind"] if gap >= Decimal("-0.30") else LIGHTS["far_behind"]


def count(actual, target, *, indicator="beds_new", label="新增床位", unit="张", schedule="0.5", area="cangxi", **more):
    """A count against the year's target and the schedule, as the measures would seal it."""
    actual, target = Decimal(actual), Decimal(target)
    done = actual / target
    return Measurement(
        indicator=indicator,
        label=label,
        unit=unit,
        decimals=0,
        status=REPORTED,
        basis="schedule",
        actual=actual,
        numerator=actual,
        target=target,
        completion=done,
        schedule_progress=Decimal(schedule),
        light=scheduled_light(done, Decimal(schedule)),
        formula=f"累计新增床位{actual}张；{actual} ÷ 目标 {target}",
        cells=(cell(value=str(actual), area=area),),
        **more,
    )


def level(actual, target, *, indicator="dibao_urban_avg", label="城市低保人均补助", unit="元", **more):
    actual, target = Decimal(actual), Decimal(target)
    return Measurement(
        indicator=indicator,
        label=label,
        unit=unit,
        decimals=2,
        status=REPORTED,
        basis="full",
        actual=actual,
        target=target,
        completion=actual / target,
        light=LIGHTS["met" if actual >= target else "below"],
        formula=f"累计支出 ÷ 累计人次 = {actual}",
        cells=(cell(),),
        **more,
    )


def milestone(state, *, indicator="two_lines_done", label="两线合一", conditions=(), **more):
    return Measurement(
        indicator=indicator,
        label=label,
        unit="完成",
        decimals=0,
        status=REPORTED,
        basis="full",
        target_text="完成",
        light=LIGHTS[state],
        level=state,
        conditions=conditions,
        formula="按户差额发放：已达到",
        **more,
    )


def without_data(measurement, status=NOT_REPORTED):
    light = LIGHTS["not_reported" if status == NOT_REPORTED else "blocked"]
    return measurement.model_copy(
        update={
            "actual": None,
            "numerator": None,
            "completion": None,
            "status": status,
            "light": light,
            "level": None,
            "cells": (),
        }
    )


def beds(actual="129", target="300", **more):
    return (
        count(actual, target, **more),
        count("80", "150", indicator="beds_renovated", label="维修改造床位", **more),
        count("17", "17", indicator="daycare_centres", label="日间照料中心", unit="个", **more),
        count("4100", "21000", indicator="home_care_persons", label="居家养老服务", unit="名", **more),
    )


def condition(state="met", *, name="按户差额发放", dated=date(2017, 6, 12), due=date(2017, 6, 30), **more):
    because = "按户差额发放户数 5,100户 ≥ 低保户数 5,100户"
    return ConditionState(
        id="by_household", name=name, state=state, due=due, document_date=dated, because=because, **more
    )


def money(source="elderly_care_upper", label="争取中央、省补助", received="8600000", disbursed="5200000", **more):
    received, disbursed = Decimal(received), Decimal(disbursed)
    return FundUse(
        source=source,
        label=label,
        allocated=received + 400000 if received else Decimal(0),
        received=received,
        disbursed=disbursed,
        execution=disbursed / received if received else None,
        cells=() if source == "total" else (cell("funds.elderly_care_upper.received_yuan", "860"),),
        **more,
    )


FUNDS = (
    money(),
    money("elderly_care_municipal", "市级安排", "1200000", "0"),
    money("elderly_care_county", "县级安排", "0", "0"),
    money("total", "合计", "9800000", "5200000"),
)


def trend_of(indicator="beds_new", actuals=("10", "25", None, "70", "101", "129"), target=300):
    return tuple(
        TrendPoint(
            period=Period.of_month(2017, month),
            indicator=indicator,
            actual=None if actual is None else Decimal(actual),
            schedule_target=Decimal(target) * month / 12,
            status=NOT_REPORTED if actual is None else REPORTED,
        )
        for month, actual in enumerate(actuals, start=1)
    )


def returned(area="cangxi", name="苍溪县", status=REPORTED, **more):
    if status == NOT_REPORTED:
        return ReturnNote(area=area, name=name, status=status, due=date(2017, 6, 23), **more)
    facts = {
        "file": f"returns/2017-06/{area}.xlsx",
        "sha256": "ab" * 32,
        "revision": 1,
        "received_on": date(2017, 6, 22),
        "due": date(2017, 6, 23),
        "as_of": AS_OF,
    }
    return ReturnNote(area=area, name=name, status=status, **(facts | more))


def issue(severity=Severity.WARNING, **more):
    facts = {
        "rule": "ELD-004",
        "severity": severity,
        "project": "elderly_care",
        "sheet": "养老服务",
        "cell": "E5",
        "value": "129",
        "message": "累计新增床位比上月增加28张，本月填报20张，不相等",
        "allowed": "累计 = 上月累计 + 本月",
        "action": "核对后改正，或在情况说明中写明原因",
    }
    return Issue(**(facts | more))


NARRATIVE = {
    "progress": "新增床位按计划推进。",
    "funds": "资金已按进度拨付。",
    "measures": "每周调度一次。\n\n逐个项目派人驻点。",
    "problems": "两处工地用地手续未办完。",
    "next_steps": "7月底前完成用地手续。",
}


PARTS = tuple(
    ReportPart(id=part, title=title, role=role)
    for part, title, role in (
        ("progress", "进展情况", "progress"),
        ("funds", "资金拨付", "funds"),
        ("measures", "采取措施", None),
        ("problems", "存在的问题", None),
        ("next_steps", "下步打算", "plans"),
    )
)


class Build:
    """Builders of dossiers; a test changes what it is about and leaves the rest."""

    lights = LIGHTS
    count = staticmethod(count)
    level = staticmethod(level)
    milestone = staticmethod(milestone)
    condition = staticmethod(condition)
    money = staticmethod(money)
    issue = staticmethod(issue)
    returned = staticmethod(returned)
    without_data = staticmethod(without_data)
    beds = staticmethod(beds)
    trend_of = staticmethod(trend_of)
    words = NARRATIVE

    def dossier(self, figures, *, title="社会养老服务体系建设进展情况", subject="苍溪县"):
        inputs = (InputFile(file="returns/2017-06/cangxi.xlsx", sha256="ab" * 32),)
        return Dossier(
            notebook="elderly_care",
            heading=DossierHeading(
                programme="民生工程及民生实事",
                issuer="广元市民政局",
                title=title,
                subject=subject,
                period_label=figures.period.label,
                as_of_label="2017年6月20日",
                plan_title="2017年民政系统民生工程及民生实事实施方案",
                data_label="示例数据",
            ),
            figures=figures,
            parts=PARTS,
            provenance=Provenance(
                inputs=inputs,
                plan_sha256="cd" * 32,
                notebook_sha256="ef" * 32,
                package_version="0.1.0",
                lock_sha256="12" * 32,
                fonts={},
            ),
        )

    def project(self, **more):
        facts = {
            "plan": "guangyuan-mz-2017",
            "period": JUNE,
            "as_of": AS_OF,
            "data_label": "示例数据",
            "project": "elderly_care",
            "area": "cangxi",
            "area_name": "苍溪县",
            "status": REPORTED,
            "assumptions": (Assumption(id="schedule", text="通知只给全年任务，未定分月进度；按月份数除以12。"),),
            "measurements": beds(),
            "key_values": (
                KeyValue(id="beds_public", label="累计新增公办床位", unit="张", value="49", cells=(cell(),)),
                KeyValue(id="spent", label="累计支出", unit="元", value="58955000"),
                KeyValue(id="document", label="标准调整文号", unit="", text="苍民发〔2017〕30号"),
            ),
            "funds": FUNDS,
            "trend": (
                *trend_of(),
                *trend_of("home_care_persons", ("500", "900", "1500", "2300", "3300", "4100"), 21000),
            ),
            "returns": (returned(),),
            "issues": (issue(),),
            "outcomes": (
                RuleOutcome(rule="ELD-001", project="elderly_care", outcome=RuleState.PASS),
                RuleOutcome(rule="ELD-004", project="elderly_care", outcome=RuleState.FAIL),
                RuleOutcome(rule="ELD-009", project="elderly_care", outcome=RuleState.NOT_CHECKED, reason="上月未报送"),
            ),
            "narratives": {"cangxi": NARRATIVE},
            "evidence": (Evidence(project="elderly_care", name="竣工验收单", number="苍民发〔2017〕31号", pages=12),),
        }
        return self.dossier(ProjectFigures(**(facts | more)))

    def milestone_project(self, state="done", **more):
        facts = {
            "project": "two_lines",
            "measurements": (milestone(state, conditions=(condition(),)),),
            "trend": (),
            "duties": (condition("not_due", name="低保标准不低于全省低限", dated=None),),
        }
        return self.project(**(facts | more))

    def unreported(self, status=NOT_REPORTED, **more):
        facts = {
            "status": status,
            "measurements": tuple(without_data(m, status) for m in beds()),
            "key_values": (),
            "funds": (),
            "trend": trend_of(actuals=("10", "25", "41", "70", "101", None)),
            "returns": (returned(status=status),),
            "issues": () if status == NOT_REPORTED else (issue(Severity.CRITICAL),),
            "outcomes": (),
            "narratives": {},
            "evidence": (),
        }
        return self.project(**(facts | more))

    def rows(self, missing=None):
        names = {
            "cangxi": ("苍溪县", "129", "300"),
            "wangcang": ("旺苍县", "130", "250"),
            "jiange": ("剑阁县", "0", "220"),
            "etdz": ("广元经济技术开发区", "90", "80"),
        }
        rows = []
        for area, (name, actual, target) in names.items():
            measured = beds(actual, target, area=area)
            status = NOT_REPORTED if area == missing else REPORTED
            if status == NOT_REPORTED:
                measured = tuple(without_data(m) for m in measured)
            rows.append(AreaRow(area=area, name=name, status=status, measurements=measured))
        municipal = beds("100", "400", area="municipal")[:2]
        return (AreaRow(area="municipal", name="市本级", status=REPORTED, measurements=municipal), *rows)

    def city(self, missing=None, **more):
        rows = self.rows(missing)
        measured = beds("449", "1250")
        if missing:
            lacking = {
                "completion": None,
                "light": LIGHTS["incomplete"],
                "reported_areas": 4,
                "expected_areas": 5,
                "missing_areas": (next(row.name for row in rows if row.area == missing),),
            }
            measured = tuple(m.model_copy(update=lacking) for m in measured)
        facts = {
            "area": "city",
            "area_name": "全市",
            "measurements": measured,
            "areas": rows,
            "funds": tuple(use.model_copy(update={"planned": Decimal(30700000)}) for use in FUNDS),
            "returns": tuple(returned(row.area, row.name, row.status) for row in rows),
            "issues": (),
            "outcomes": (),
            "narratives": {"cangxi": NARRATIVE, "wangcang": {"problems": "资金未到位。"}},
            "evidence": (),
        }
        return self.project(**(facts | more))

    def scoring(self, **more):
        scored = ItemScore(
            item="goal.beds_new",
            name="新增民办公办养老机构床位",
            group="goal",
            text="新增民办公办养老机构床位（8分）",
            full_marks="8",
            points="3.44",
            state="scored",
            rule="得分 = 满分 × 完成率，最高8分",
            formula="8 × 43% = 3.44",
            evidence=("竣工验收单",),
            clause="三（二）1⑸",
            uses_default=True,
            cells=(cell(),),
        )
        waiting = scored.model_copy(
            update={
                "item": "org.1",
                "name": "领导小组",
                "full_marks": Decimal(1),
                "points": None,
                "state": "not_assessed",
                "formula": "",
                "because": "没有考评表",
                "uses_default": False,
                "cells": (),
            }
        )
        facts = {
            "plan": "guangyuan-mz-2017",
            "period": Period("2017-H1"),
            "as_of": AS_OF,
            "area": "cangxi",
            "area_name": "苍溪县",
            "items": (scored, waiting),
            "deductions": (
                DeductionScore(
                    item="ded.city",
                    name="市级通报批评",
                    events=("2017年5月10日市级督查通报",),
                    points="1",
                    formula="1次 × 1分",
                    clause="三（二）1⑹",
                ),
            ),
            "scored_points": "3.44",
            "scored_full_marks": "8",
            "total": "2.44",
            "provisional": True,
            "grade": None,
            "converted": None,
        }
        return self.dossier(ScoringFigures(**(facts | more)), title="县区考评得分")

    def rank_rows(self):
        marks = [
            (1, "cangxi", "苍溪县", "61.35"),
            (1, "etdz", "广元经济技术开发区", "61.35"),
            (3, "jiange", "剑阁县", "40.2"),
        ]
        return tuple(
            RankRow(
                rank=rank,
                area=area,
                name=name,
                total=total,
                full_marks="78",
                grade=None,
                converted=None,
                groups={"org": "5", "goal": "56.35"} if area != "jiange" else {"goal": "40.2"},
            )
            for rank, area, name, total in marks
        )

    def ranking(self, **more):
        facts = {
            "plan": "guangyuan-mz-2017",
            "period": Period("2017-H1"),
            "as_of": AS_OF,
            "rows": self.rank_rows(),
            "provisional": True,
            "group_names": {"org": "组织领导", "goal": "目标实施及考评"},
        }
        return self.dossier(RankingFigures(**(facts | more)), title="县区考评排名", subject="全市")

    def result_rows(self):
        first = ResultRow(
            rank=1,
            area="cangxi",
            name="苍溪县",
            groups={"org": "1", "goal": "6.88"},
            items={"org.1": "1", "goal.beds_new": "6.88"},
            states={"org.1": "scored", "goal.beds_new": "scored"},
            evidence={"org.1": ("成立文件",), "goal.beds_new": ()},
            deducted="1",
            bonus=None,
            total="6.88",
            full_marks="9",
            grade=None,
            converted=None,
            as_of=AS_OF,
            assessed=True,
        )
        second = first.model_copy(
            update={
                "rank": 2,
                "area": "jiange",
                "name": "剑阁县",
                "groups": {"org": Decimal(0), "goal": Decimal("5.50")},
                "items": {"org.1": None, "goal.beds_new": Decimal("5.50")},
                "states": {"org.1": "not_assessed", "goal.beds_new": "scored"},
                "evidence": {"org.1": (), "goal.beds_new": ()},
                "deducted": Decimal(0),
                "total": Decimal("5.50"),
                "full_marks": Decimal(8),
                "assessed": False,
            }
        )
        return (first, second)

    def result_table(self, **more):
        facts = {
            "plan": "guangyuan-mz-2017",
            "period": Period("2017-H1"),
            "as_of": AS_OF,
            "rows": self.result_rows(),
            "group_names": {"org": "组织领导", "goal": "目标实施及考评"},
            "group_marks": {"org": "1", "goal": "8"},
            "items": (
                ResultItem(item="org.1", group="org", name="领导小组", full_marks="1", evidence_required="文件"),
                ResultItem(item="goal.beds_new", group="goal", name="新增床位", full_marks="8"),
            ),
            "standings": (
                CityStanding(
                    indicator="beds_new",
                    label="新增床位",
                    city="not_met",
                    city_said="845张，目标1,950张，序时应完成975张",
                    met=("苍溪县",),
                    not_met=("剑阁县",),
                ),
            ),
            "provisional": True,
            "at_period_end": False,
        }
        return self.dossier(ResultTableFigures(**(facts | more)), title="考评结果表", subject="全市")

    def section(self, **more):
        late = SectionItemScore(
            item="sec.duty.2",
            group="sec.duty",
            text="没有按时报送",
            state="confirmed",
            events=("2017年5月迟报2天",),
            points="0.2",
            formula="1次 × 0.2分",
            clause="三（二）2⑴",
            uses_default=False,
        )
        waiting = late.model_copy(
            update={
                "item": "sec.guide.1",
                "text": "按要求参加会议",
                "state": "not_assessed",
                "points": None,
                "events": (),
            }
        )
        facts = {
            "plan": "guangyuan-mz-2017",
            "period": Period("2017-H1"),
            "as_of": AS_OF,
            "section": "social_relief",
            "section_name": "社会救助科",
            "items": (late, waiting),
            "deducted": "0.2",
            "proposed": "0.4",
            "positive": None,
            "provisional": True,
        }
        return self.dossier(SectionScoringFigures(**(facts | more)), title="科室考评", subject="社会救助科")

    def summary_of(self, missing=None, **more):
        city = self.city(missing).figures
        facts = {
            "project": "elderly_care",
            "name": "社会养老服务体系建设",
            "measurements": city.measurements,
            "funds": city.funds,
            "areas": city.areas,
            "narratives": {"cangxi": NARRATIVE},
        }
        return ProjectSummary(**(facts | more))

    def monthly(self, **more):
        facts = {
            "plan": "guangyuan-mz-2017",
            "period": JUNE,
            "as_of": AS_OF,
            "section": "welfare_charity",
            "section_name": "社会福利和慈善事业科",
            "leader": "何道芬",
            "projects": (self.summary_of(),),
            "section_narratives": {"elderly_care": NARRATIVE},
            "returns": self.city().figures.returns,
            "due": date(2017, 6, 26),
        }
        return self.dossier(
            MonthlyReportFigures(**(facts | more)), title="民生工程月报", subject="社会福利和慈善事业科"
        )

    def bulletin(self, missing=None, **more):
        facts = {
            "plan": "guangyuan-mz-2017",
            "period": JUNE,
            "as_of": AS_OF,
            "returns": self.city(missing).figures.returns,
            "projects": (self.summary_of(missing),),
            "ranking": self.rank_rows(),
            "provisional": True,
            "urgent": URGENT,
            "previous_lights": {"cangxi/beds_new": "严重滞后", "wangcang/beds_new": "达到序时进度"},
        }
        return self.dossier(BulletinFigures(**(facts | more)), title="民生工程月通报", subject="全市")


@pytest.fixture
def build():
    return Build()


_HIDDEN = re.compile(r"<code[^>]*>.*?</code>|<[^>]*>", re.DOTALL)


@pytest.fixture
def visible():
    """The text that a reader sees, without file names, cells and hashes, which are code."""
    return lambda piece: _HIDDEN.sub("", piece._repr_html_())
