"""Whole pages of every kind: complete, Chinese, escaped, honest about what is not there."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from minsheng import report
from minsheng.domain.delivery import ReturnStatus, Severity
from minsheng.errors import UsageError

PROJECT = [
    "title", "summary", "progress_table", "progress_chart", "area_table", "heat_table", "area_chart", "duties",
    "key_figures_table", "trend_chart", "funds_table", "funds_chart", "narrative_parts", "checks", "issues_table",
    "findings", "evidence_list", "assumptions", "sources",
]  # fmt: skip
SCORING = ["title", "score_summary", "score_table", "score_chart", "deductions_table", "assumptions", "sources"]
RANKING = ["title", "summary", "ranking_table", "ranking_chart", "group_points_table", "assumptions", "sources"]
RESULT = [
    "title", "summary", "result_table", "city_standing", "item_points", "result_signatures", "evidence_index",
    "assumptions", "sources",
]  # fmt: skip
SECTION = ["title", "summary", "section_table", "assumptions", "sources"]
BY_SUBJECT = {"areas", "scores", "reporting"}  # these put pieces above together, or say nothing where all is in
MONTHLY = ["official_head", "report_parts", "signature_block", "annexes"]
BULLETIN = [
    "title", "summary", "who_is_missing", "late_list", "progress_matrix", "ranking_table", "ranking_chart", "red_items",
    "changes", "assumptions", "sources", "heat_chart", "prospects", "money", "ranking_line",
]  # fmt: skip

HOSTILE = '<script>alert(1)</script><img src=x onerror="x">$\\frac{1}{2}$&amp;\'"'
LONG = "广元经济技术开发区社会事务管理局下属综合社会福利中心"


def pages(build):
    blank = {"measurements": (), "duties": (), "key_values": (), "funds": (), "trend": (), "returns": (), "issues": ()}
    blank |= {"outcomes": (), "narratives": {}, "evidence": (), "assumptions": ()}
    return {
        "project": (build.project(), PROJECT),
        "blank": (build.project(**blank), PROJECT),
        "zero": (build.project(measurements=build.beds("0")), PROJECT),
        "over": (build.project(measurements=build.beds("900")), PROJECT),
        "milestone": (build.milestone_project("partial"), PROJECT),
        "level": (
            build.project(
                measurements=(build.level("283.57", "300"),),
                trend=build.trend_of("dibao_urban_avg", ("281.2", "283.57"), 300),
            ),
            PROJECT,
        ),
        "unreported": (build.unreported(), PROJECT),
        "blocked": (build.unreported(ReturnStatus.BLOCKED), PROJECT),
        "city": (build.city(), PROJECT),
        "city missing": (build.city("jiange"), PROJECT),
        "long": (build.project(area_name=LONG, measurements=(build.count("1", "3", label=LONG * 2),)), PROJECT),
        "scoring": (build.scoring(), SCORING),
        "final": (build.scoring(provisional=False, grade="优秀", converted="5.5", bonus="1", deductions=()), SCORING),
        "vetoed": (build.scoring(vetoed=("弄虚作假",), total="0"), SCORING),
        "ranking": (build.ranking(), RANKING),
        "no ranking": (build.ranking(rows=()), RANKING),
        "result table": (build.result_table(), RESULT),
        "no result": (build.result_table(rows=(), standings=()), RESULT),
        "section": (build.section(), SECTION),
        "no items": (build.section(items=(), positive="3"), SECTION),
        "monthly": (build.monthly(), MONTHLY),
        "office": (build.monthly(leader=None, section_name="办公室", section_narratives={}), MONTHLY),
        "bulletin": (build.bulletin(), BULLETIN),
        "bulletin missing": (build.bulletin("jiange"), BULLETIN),
        "bulletin blank": (build.bulletin(projects=(), ranking=(), previous_lights={}), BULLETIN),
    }


KINDS = [
    "project", "blank", "zero", "over", "milestone", "level", "unreported", "blocked", "city", "city missing", "long",
    "scoring", "final", "vetoed", "ranking", "no ranking", "result table", "no result", "section", "no items",
    "monthly", "office", "bulletin", "bulletin missing", "bulletin blank",
]  # fmt: skip


def test_every_page_is_tested(build):
    assert list(pages(build)) == KINDS
    used = {name for names in (PROJECT, SCORING, RANKING, RESULT, SECTION, MONTHLY, BULLETIN) for name in names}
    assert used == set(report.__all__) - {"Piece", *BY_SUBJECT}


def test_a_notebook_shows_what_belongs_to_its_subject(build, visible):
    assert visible(report.areas(build.project())) == ""
    assert "苍溪县" in visible(report.areas(build.city()))
    assert "评分明细" in visible(report.scores(build.scoring()))
    assert "排名" in visible(report.scores(build.ranking()))


@pytest.mark.parametrize("kind", KINDS)
def test_every_piece_says_something_in_chinese_only(build, visible, kind):
    dossier, names = pages(build)[kind]
    for name in names:
        piece = getattr(report, name)(dossier)
        text = visible(piece)
        if kind.startswith("city") and name in {"issues_table", "evidence_list"}:
            assert text == "", "报送与校验 says where each area's stand"
            continue
        assert re.search(r"[\u4e00-\u9fff]", text), name
        assert not re.search(r"[A-Za-z]{2,}", text), (name, re.findall(r"[A-Za-z]{2,}", text))
        assert "None" not in repr(piece)
        assert re.search(r"[\u4e00-\u9fff]", repr(piece)), name


@pytest.mark.parametrize("kind", KINDS)
def test_no_zero_filler_and_no_double_stops(build, kind):
    dossier, names = pages(build)[kind]
    text = "\n".join(repr(getattr(report, name)(dossier)) for name in names)
    assert not re.search(r"(?<![\d.])0\.0+(%|个百分点|万元)", text)
    assert not re.search(r"。。|，。|：。|；。|、。|，，", text)


class Checker(HTMLParser):
    """Tags in balance, ids once, references that lead somewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag not in {"img", "br", "col"}:
            self.open.append(tag)
        if "id" in facts:
            self.ids.append(facts["id"])
        if tag == "a":
            self.links.append(facts["href"].removeprefix("#"))
        assert tag != "img" or facts["alt"].strip()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_well_formed_and_every_reference_leads_to_a_formula(build, kind):
    dossier, names = pages(build)[kind]
    checker = Checker()
    checker.feed("".join(getattr(report, name)(dossier)._repr_html_() for name in names))
    assert not checker.open
    assert len(checker.ids) == len(set(checker.ids))
    assert set(checker.links) <= set(checker.ids)


def test_a_figure_leads_to_its_formula_and_cell(build):
    dossier = build.project()
    assert 'href="#trace-cangxi-beds_new"' in report.progress_table(dossier)._repr_html_()
    traced = report.sources(dossier)._repr_html_()
    line = traced[traced.index('id="trace-cangxi-beds_new"') :]
    cell = '<code><a href="#trace-file-1">〔1〕</a>养老服务!E5=129</code>'
    assert line.index("129 ÷ 目标 300") < line.index(cell)
    assert '<li id="trace-file-1">〔1〕<code class="file">returns/2017-06/cangxi.xlsx</code> ' in traced


@pytest.mark.parametrize("status", [ReturnStatus.NOT_REPORTED, ReturnStatus.BLOCKED])
def test_a_missing_return_is_an_honest_page(build, status):
    dossier = build.unreported(status)
    word, kind = ("未报送", "not-reported") if status == ReturnStatus.NOT_REPORTED else ("数据未通过校验", "blocked")
    assert f'<p class="callout {kind}">{word}' in report.summary(dossier)._repr_html_()
    table = report.progress_table(dossier)._repr_html_()
    assert word in table
    assert "129" not in table
    assert '<td class="num">300</td>' in table
    assert "<img" not in report.progress_chart(dossier)._repr_html_()
    assert "<img" not in report.funds_chart(dossier)._repr_html_()
    drawn = report.trend_chart(dossier)._repr_html_()
    assert f"6月{word}" in drawn
    assert word in repr(report.checks(dossier))


def test_what_counties_wrote_cannot_become_markup(build):
    facts = dict.fromkeys(("progress", "funds", "measures", "problems", "next_steps"), HOSTILE)
    bad = build.issue(Severity.WARNING, message=HOSTILE, value=HOSTILE, explanation=HOSTILE, sheet=HOSTILE)
    dossiers = [
        (build.project(area_name=HOSTILE, narratives={"cangxi": facts}, issues=(bad,)), PROJECT),
        (build.city(area_name=HOSTILE, narratives={"cangxi": facts}), PROJECT),
        (build.monthly(section_narratives={"elderly_care": facts}, section_name=HOSTILE), MONTHLY),
        (build.bulletin(projects=(build.summary_of(narratives={"cangxi": facts}),)), BULLETIN),
        (build.project(measurements=(build.count("1", "3", label=HOSTILE),)), PROJECT),
    ]
    for dossier, names in dossiers:
        html = "".join(getattr(report, name)(dossier)._repr_html_() for name in names)
        assert "<script" not in html
        assert "<img src=x" not in html
        assert "&lt;script&gt;" in html


def test_the_text_form_says_what_the_page_says(build):
    table = report.progress_table(build.project())
    assert "新增床位①｜张｜300｜129｜43.0｜50.0｜−7.0｜◐基本同步" in repr(table)
    assert "完成率（%）" in repr(table)


def test_a_piece_of_another_notebook_is_refused_with_help(build):
    with pytest.raises(UsageError, match="“县区评分”类笔记本；当前打开的是“项目”"):
        report.score_table(build.project())
    with pytest.raises(UsageError, match="考评排名、月通报"):
        report.ranking_table(build.project())


def test_importing_the_package_leaves_matplotlib_alone():
    script = "import sys; from minsheng import report; report.progress_table; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
    with pytest.raises(AttributeError, match="no attribute 'pie_chart'"):
        report.pie_chart  # noqa: B018 - looking it up is the test
    assert "trend_chart" in dir(report)
