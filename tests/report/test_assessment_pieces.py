from decimal import Decimal

from minsheng import report
from minsheng.domain.period import Period
from minsheng.domain.score_rows import HalfYearRow


def test_a_provisional_total_never_passes_for_a_final_one(build):
    provisional = repr(report.score_summary(build.scoring()))
    assert "暂定得分2.44分，已评项目满分8分，通报等扣1分。未评1项共1分，未计入" in provisional
    final = repr(report.score_summary(build.scoring(provisional=False, grade="不合格", converted="0.24")))
    assert "得分2.44分（满分8分，通报等扣1分），等次为不合格，折算得分0.24分" in final
    assert "暂定" not in final


def test_items_show_rule_formula_evidence_clause_and_default(build):
    text = repr(report.score_table(build.scoring()))
    assert "规则：得分 = 满分 × 完成率，最高8分※ 计算：8 × 43% = 3.44｜竣工验收单" in text
    assert "新增民办公办养老机构床位（8分）（三（二）1⑸）" in text
    assert "领导小组｜1｜未评" in text
    assert "※方案没有明确、按默认规定计算" in text


def test_a_score_leads_to_its_cell(build):
    dossier = build.scoring()
    assert 'href="#trace-item-goal.beds_new"' in report.score_table(dossier)._repr_html_()
    traced = report.sources(dossier)._repr_html_()
    assert 'id="trace-item-goal.beds_new"' in traced
    assert "养老服务!E5=129" in traced


def test_deductions_and_their_absence(build):
    assert "市级通报批评｜1｜2017年5月10日市级督查通报｜1次 × 1分" in repr(report.deductions_table(build.scoring()))
    assert "尚有小项未评，本页没有计入扣分" in repr(report.deductions_table(build.scoring(deductions=())))
    marked = tuple(item for item in build.scoring().figures.items if item.state == "scored")
    assert "没有登记扣分事项" in repr(report.deductions_table(build.scoring(deductions=(), items=marked)))
    assert "加分2.5分" in repr(report.deductions_table(build.scoring(bonus="2.5")))


def test_a_veto_is_shouted(build):
    vetoed = build.scoring(vetoed=("弄虚作假",), total="0")
    assert '<p class="callout blocked">一票否决：弄虚作假' in report.score_summary(vetoed)._repr_html_()


def test_equal_totals_share_a_rank(build):
    text = repr(report.ranking_table(build.ranking()))
    assert "1｜苍溪县｜61.35｜78" in text
    assert "1｜广元经济技术开发区｜61.35｜78" in text
    assert "3｜剑阁县｜40.20｜78" in text
    assert "暂定" in text


def test_areas_without_a_rank_come_last(build):
    rows = build.rank_rows()
    unranked = rows[0].model_copy(update={"rank": None, "name": "旺苍县", "total": Decimal(0)})
    text = repr(report.ranking_table(build.ranking(rows=(unranked, *rows))))
    assert text.index("剑阁县") < text.index("—｜旺苍县")


def test_unequal_bases_are_pointed_at(build):
    rows = build.rank_rows()
    other = rows[2].model_copy(update={"full_marks": Decimal(70)})
    assert "按得分率（得分占已评满分的比例）排名" in repr(report.ranking_table(build.ranking(rows=(*rows[:2], other))))
    assert "按得分率（" not in repr(report.ranking_table(build.ranking()))


def test_rates_that_rank_differently_look_different(build):
    rows = build.rank_rows()
    near = rows[2].model_copy(update={"total": Decimal("77.08"), "full_marks": Decimal(98)})
    ranking = build.ranking(rows=(*rows[:2], near))
    text = repr(report.ranking_table(ranking))
    assert "｜78.654" in text
    assert "｜78.653" in text
    assert "得分率78.654%" in report.summary(ranking)._repr_html_()


def test_group_points_use_the_rubrics_names(build):
    text = repr(report.group_points_table(build.ranking()))
    assert "组织领导（分）｜目标实施及考评（分）" in text
    assert "剑阁县｜—｜40.20｜40.20" in text


def test_section_deductions_keep_proposed_apart(build):
    text = repr(report.section_table(build.section()))
    assert "没有按时报送｜已确认扣分｜0.2｜2017年5月迟报2天 1次 × 0.2分" in text
    assert "按要求参加会议｜未评｜—" in text
    assert "已确认扣分合计｜｜0.2" in text
    said = repr(report.summary(build.section()))
    assert "管理倒扣分已确认0.2分，另有0.4分待确认，1项未评；目标实施的实绩考评计分尚未填报" in said


def test_what_nobody_has_assessed_is_not_zero_in_the_result_table(build):
    rows = repr(report.result_table(build.result_table()))
    assert "剑阁县｜未评｜5.50｜未评" in rows
    assert "苍溪县｜1.00｜6.88｜1" in rows


def test_the_half_year_stands_beside_the_year(build):
    half = HalfYearRow(period=Period("2017-H1"), rank=2, total="5.5", full_marks="8")
    rows = build.result_rows()
    figures = build.result_table(
        period=Period("2017"), rows=(rows[0].model_copy(update={"half_years": (half,)}), rows[1])
    )
    text = repr(report.result_table(figures))
    assert "上半年与全年" in text
    assert "苍溪县｜5.50｜8｜2｜6.88｜9｜1" in text
    assert "剑阁县｜—｜—｜—｜5.50｜8｜2" in text
    assert "上半年与全年" not in repr(report.result_table(build.result_table()))


def test_the_result_table_says_where_a_county_passes_and_the_city_fails(build, visible):
    said = "新增床位：苍溪县达到本县区目标，全市未达到（845张，目标1,950张，序时应完成975张）。"
    assert said in visible(report.city_standing(build.result_table()))
    assert "有县区达到本县区目标、而全市未达到的指标：新增床位。" in visible(report.summary(build.result_table()))


def test_evidence_that_is_missing_is_named(build):
    text = repr(report.evidence_index(build.result_table()))
    assert "领导小组（1分）｜文件｜苍溪县：成立文件 剑阁县：未评" in text
    assert "苍溪县、剑阁县：缺" in text


def test_zero_for_want_of_a_return_does_not_read_as_a_score(build):
    *others, last = build.rank_rows()
    absent = last.model_copy(update={"total": Decimal(0), "unreported_marks": last.full_marks})
    dossier = build.ranking(rows=(*others, absent))
    for piece in (report.ranking_table(dossier), report.group_points_table(dossier)):
        text = piece._repr_html_()
        assert "剑阁县（未报送）" in text
        assert "暂计0分，不是考评得零分，补报后重新计算：剑阁县78分。" in text
    assert "剑阁县（未报送）0分" in report.ranking_chart(dossier)._repr_html_()
    assert "未报送" not in report.ranking_table(build.ranking())._repr_html_()


def test_a_group_that_nobody_has_assessed_yet_has_no_points(build):
    rows = tuple(row.model_copy(update={"groups": {"goal": row.groups["goal"]}}) for row in build.rank_rows())
    text = report.group_points_table(build.ranking(rows=rows))._repr_html_()
    assert "组织领导" in text
    assert "0.00" not in text
    assert text.count("—") >= len(rows)


def test_a_rule_is_written_once_and_named_by_its_first_item_after_that(build):
    items = build.scoring().figures.items
    again = items[0].model_copy(update={"item": "goal.other", "name": "另一项"})
    text = report.score_table(build.scoring(items=(*items, again)))._repr_html_()
    assert text.count(f"规则：{items[0].rule}") == 1
    assert f"规则：同“{items[0].name}”" in text
