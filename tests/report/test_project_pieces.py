import re
from datetime import date
from decimal import Decimal

import pytest
from tests.report.conftest import LIGHTS

from minsheng import report
from minsheng.domain.delivery import ReturnStatus, Severity
from minsheng.render.html.markup import Piece
from minsheng.report.sentences import said_once


def test_the_title_block_holds_the_facts(build):
    html = report.title(build.project())._repr_html_()
    assert '<p class="issuer">广元市民政局</p><h1>社会养老服务体系建设进展情况</h1>' in html
    assert "<div><dt>数据截至</dt><dd>2017年6月20日</dd></div>" in html
    assert '<p class="data-label">示例数据</p>' in html
    assert "说明" not in html


def test_checks_tell_the_return_and_what_was_not_checked(build):
    text = repr(report.checks(build.project()))
    assert "2017年6月22日收到（按时，期限2017年6月23日）" in text
    assert "校验规则3条：通过1条，未通过1条，未检1条" in text
    assert "ELD-009（上月未报送）" in text


def test_first_return_and_correction_are_each_said_with_their_own_word(build):
    corrected = build.returned(received_on=date(2017, 6, 24), first_received_on=date(2017, 6, 22), revision=2)
    text = repr(report.checks(build.project(returns=(corrected,))))
    assert "（第2次报送），2017年6月22日首次收到（按时，期限2017年6月23日），更正2017年6月24日收到（期限之后）" in text
    row = repr(report.checks(build.project(returns=(corrected, corrected))))
    assert "2017年6月22日 更正：2017年6月24日" in row
    assert "按时 更正：期限之后" in row
    # How late a return is follows from the first of them.
    late = build.returned(late=True, received_on=date(2017, 7, 3), first_received_on=date(2017, 6, 26), revision=2)
    assert "首次收到（迟报3天" in repr(report.checks(build.project(returns=(late,))))
    assert "迟报3天" in repr(report.late_list(build.bulletin(returns=(late,))))
    before = build.returned(received_on=date(2017, 6, 23), first_received_on=date(2017, 6, 22), revision=2)
    assert "更正2017年6月23日收到（期限之内）" in repr(report.checks(build.project(returns=(before,))))


def test_the_city_lists_every_return(build):
    text = repr(report.checks(build.city("jiange")))
    assert "剑阁县｜未报送｜—｜—｜—" in text
    assert "市本级、苍溪县、旺苍县、广元经济技术开发区｜已报送｜2017年6月22日｜按时" in text


def test_a_milestone_project_shows_no_empty_columns(build):
    html = report.progress_table(build.milestone_project())._repr_html_()
    assert "完成率" not in html
    assert "序时" not in html
    assert "完成</span>" in html


def test_key_figures_are_readable(build):
    text = repr(report.key_figures_table(build.project()))
    assert "累计支出｜万元｜5,895.50" in text
    assert "标准调整文号｜—｜苍民发〔2017〕30号" in text


def test_funds_stand_in_ten_thousands_with_the_total_last(build):
    html = report.funds_table(build.project())._repr_html_()
    assert '<td class="num">860.00</td>' in html
    assert html.index("县级安排") < html.index('<tr class="total"><th scope="row">合计')
    assert '<td class="num absent">—</td>' in html  # nothing received: no execution
    assert "计划安排" not in html
    assert "计划安排" in report.funds_table(build.city())._repr_html_()


def test_partial_city_sums_say_how_many_areas_they_hold(build):
    partial = build.money(reported_areas=4, expected_areas=5)
    assert "4/5个地区合计，不计算到位率、执行率" in repr(report.funds_table(build.city("jiange", funds=(partial,))))


def test_areas_stand_beside_the_city(build):
    text = repr(report.area_table(build.city("jiange")))
    assert "苍溪县｜300｜129｜◐基本同步（43.0%）｜150｜80｜●达到序时进度（53.3%）" in text
    assert re.search("剑阁县｜220｜—｜.未报送｜150｜—｜.未报送", text)
    assert "市本级｜无任务｜｜｜无任务｜｜" in text
    assert "全市｜1,250｜449｜○汇总不全" in text
    assert "缺剑阁县（未报送）" in text


def test_what_only_some_areas_have_is_said_in_their_own_word(build):
    """The word is the plan's, and the fewer are named: those who have it, or those who do not."""
    dossier = build.city("jiange")
    own = LIGHTS["no_duty"].model_copy(update={"word": "未承担"})
    none = {"target": None, "target_text": "", "actual": None, "completion": None, "light": own}
    unbound = tuple(m.model_copy(update=none) for m in dossier.figures.measurements)
    first, *rest = dossier.figures.areas
    figures = dossier.figures.model_copy(update={"areas": (first.model_copy(update={"measurements": unbound}), *rest)})
    changed = dossier.model_copy(update={"figures": figures})
    table, matrix = repr(report.area_table(changed)), repr(report.heat_table(changed))
    assert "无任务" not in table + matrix
    assert "市本级｜未承担｜｜｜未承担｜｜" in table
    assert f"：市本级未承担，由其余{len(rest)}个地区承担。" in table


def test_a_plan_that_ranks_nobody_has_no_ranking_in_its_bulletin(build):
    dossier = build.bulletin()
    unranked = dossier.model_copy(update={"heading": dossier.heading.model_copy(update={"is_ranked": False})})
    assert "考评排名" in repr(report.ranking_line(dossier))
    assert report.ranking_line(unranked)._repr_html_() == Piece()._repr_html_()


@pytest.mark.parametrize(
    ("piece", "what", "word"),
    [
        ("funds_table", "funds", "资金安排和使用"),
        ("funds_chart", "funds", "资金"),
        ("duties", "duties", "节点任务和工作要求"),
        ("key_figures_table", "key_figures", "主要数据"),
        ("evidence_list", "evidence", "印证资料"),
    ],
)
def test_what_the_plan_does_not_have_is_no_section(build, piece, what, word):
    for dossier in (build.project(), build.unreported()):
        there = {"elderly_care": (what,)}
        without = dossier.model_copy(update={"heading": dossier.heading.model_copy(update={"left_out": there})})
        assert word in repr(getattr(report, piece)(dossier))
        assert getattr(report, piece)(without)._repr_html_() == Piece()._repr_html_()


def test_a_column_of_units_stands_only_where_there_is_one(build):
    dossier = build.project()
    assert "单位" in repr(report.progress_table(dossier))
    bare = tuple(m.model_copy(update={"unit": ""}) for m in dossier.figures.measurements)
    figures = dossier.figures.model_copy(update={"measurements": bare})
    shown = repr(report.progress_table(dossier.model_copy(update={"figures": figures})))
    assert "单位" not in shown
    assert "（）" not in repr(report.trend_chart(dossier.model_copy(update={"figures": figures})))


def test_the_matrix_says_words_and_marks_no_duty(build):
    html = report.heat_table(build.city("jiange"))._repr_html_()
    assert '<span class="light light-yellow"><span class="shape" aria-hidden="true">▲</span>进度滞后</span>' in html
    assert '<span class="light light-none">无任务</span>' in html
    assert "汇总不全" in html


def test_narratives_keep_their_order_and_lines(build):
    html = report.narrative_parts(build.project())._repr_html_()
    places = [html.index(f"<h3>{title}") for title in ("进展情况", "资金拨付", "采取措施", "存在的问题", "下步打算")]
    assert places == sorted(places)
    assert "<p>每周调度一次。</p><p>逐个项目派人驻点。</p>" in html
    city = repr(report.narrative_parts(build.city()))
    assert "旺苍县：资金未到位。" in city
    assert "新增床位按计划推进" not in city  # the figures of the page say it
    assert "未填写：旺苍县。" in city


def test_what_a_text_says_otherwise_than_the_table_stands_below_the_texts(build):
    differs = build.issue(
        Severity.INFO, rule="READ-NARRATIVE", sheet="工作情况", cell="B6", message="文字写“床位150张”"
    )
    text = repr(report.narrative_parts(build.project(issues=(differs, build.issue()))))
    assert "文字与表不一致之处" in text
    assert "工作情况!B6 文字写“床位150张”。" in text
    assert "不一致" not in repr(report.narrative_parts(build.project(issues=(build.issue(),))))


def test_what_several_areas_wrote_is_said_once_and_the_rest_as_it_was_written():
    told = said_once(
        {
            "甲县": "一是入户核查；二是张榜公示。",
            "乙县": "一是张榜公示；二是按月比对。",
            "丙县": "还差3张：雨天多。5月已更正。",
            "丁县": "入户核查",
        }
    )
    assert told == [
        (("甲县", "丁县"), "入户核查。"),
        (("甲县", "乙县"), "张榜公示。"),
        (("乙县",), "按月比对。"),
        (("丙县",), "还差3张：雨天多。5月已更正。"),
    ]


def test_the_plans_own_parts_override_the_usual_ones(build):
    from minsheng.domain.reporting import ReportPart

    dossier = build.project().model_copy(update={"parts": (ReportPart(id="problems", title="困难和问题"),)})
    html = report.narrative_parts(dossier)._repr_html_()
    assert "<h3>困难和问题</h3>" in html
    assert "采取措施" not in html


def test_blocking_issues_come_first_with_their_words(build):
    issues = (build.issue(), build.issue(Severity.CRITICAL, rule="ELD-001"), build.issue(Severity.INFO))
    html = report.issues_table(build.project(issues=issues))._repr_html_()
    assert html.index("severity-blocking") < html.index("severity-warning") < html.index("severity-note")
    assert "提示（待说明）" in html
    assert "<code>养老服务!E5</code>" in html


def test_sections_without_data_say_so(build):
    unreported = build.unreported()
    assert "2017年6月未报送，本部分没有本月数据" in repr(report.funds_table(unreported))
    assert "未报送，没有可校验的数据" in repr(report.issues_table(unreported))
    assert "没有发现校验问题" in repr(report.issues_table(build.project(issues=())))
    assert "没有用到默认规定" in repr(report.assumptions(build.project(assumptions=())))
    assert "没有列出印证资料" in repr(report.evidence_list(build.project(evidence=())))


def test_a_rate_never_seems_to_reach_what_it_misses(build):
    nearly = build.count("299", "300").model_copy(update={"completion": Decimal("0.99999")})
    assert "99.999" in repr(report.progress_table(build.project(measurements=(nearly,))))


def test_blocked_pages_show_the_issue_that_blocks(build):
    dossier = build.unreported(ReturnStatus.BLOCKED)
    assert "阻断" in repr(report.issues_table(dossier))
    assert "数据未通过校验，未采用" in repr(report.checks(dossier))
