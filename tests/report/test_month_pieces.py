import re
from base64 import b64decode
from datetime import date
from decimal import Decimal

from tests.report.conftest import JUNE, LIGHTS

from minsheng import report
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import AreaRow, LastKnown, Outlook
from minsheng.domain.period import Period
from minsheng.measure.summaries import empty_parts
from minsheng.report.bulletin.supervision import supervised


def test_the_bulletin_begins_with_who_is_missing(build):
    dossier = build.bulletin("jiange")
    assert "应报5个地区，已报4个，未报送1个（剑阁县）" in repr(report.summary(dossier))
    html = report.who_is_missing(dossier)._repr_html_()
    assert '<p class="callout not-reported">未报送（1个）：剑阁县' in html
    assert "5个地区全部报送，数据全部采用" in repr(report.who_is_missing(build.bulletin()))


def test_blocked_projects_are_named(build):
    partly = build.returned(withheld=("两线合一", "养老（日间照料中心）"))
    text = repr(report.who_is_missing(build.bulletin(returns=(partly,))))
    assert "数据未通过校验，未采用，须改正后重新报送：苍溪县（两线合一、养老（日间照料中心））。" in text
    blocked = build.returned(status=ReturnStatus.BLOCKED, withheld=("两线合一",))
    text = repr(report.who_is_missing(build.bulletin(returns=(blocked,))))
    assert "数据未通过校验，未采用，须改正后重新报送：苍溪县（全部项目）。" in text


def test_late_returns_say_by_how_much(build):
    late = build.returned(late=True, received_on=date(2017, 6, 25))
    assert "苍溪县｜2017年6月23日｜2017年6月25日｜迟报2天" in repr(report.late_list(build.bulletin(returns=(late,))))
    assert "均按时报送" in repr(report.late_list(build.bulletin()))
    assert "方案印发之前" in repr(report.late_list(build.bulletin(before_notice=True)))


def test_whom_to_call_stands_in_one_line_a_county(build):
    dossier = build.bulletin()
    assert "重点督办2个地区5项（红灯1项、逾期2项、即将到期1项、自述不能按期1项）。" in repr(report.summary(dossier))
    text = repr(report.red_items(dossier))
    assert "印发文件、公示名单：逾期，连续2个月，期限5月31日。" in text
    assert "下步打算：社会养老服务体系建设未写明。" in text
    assert "未填" in text
    assert "新增床位“严重滞后”，连续3个月：31张，比序时少135.5张，全年还差302张，期限12月31日。" in text
    assert "养老服务：自述“改造要到2018年2月才能完成”，期限12月31日。" in text
    assert "签订协议（5月数，此后无可用数据）：6月30日到期，尚未落实。" in text
    assert "下步打算：7月底前完成用地手续。" in text
    assert "王芳" in text
    assert len(report.red_items(dossier)._repr_html_().split("<tr")) == 4  # a header and two counties


def test_nothing_to_call_about_is_said_of_those_that_reported(build):
    none = build.bulletin(urgent=())
    assert "没有红灯、逾期和即将到期的事项。" in repr(report.red_items(none))
    assert "已报送的地区没有红灯" in repr(report.summary(build.bulletin("jiange", urgent=())))
    silent = [entry.model_copy(update={"status": ReturnStatus.NOT_REPORTED}) for entry in none.figures.returns]
    assert "没有可用数据，不能判断" in repr(report.summary(build.bulletin(urgent=(), returns=tuple(silent))))


def test_changes_since_last_month(build):
    text = repr(report.changes(build.bulletin()))
    assert "新增床位由“严重滞后”变为“基本同步”：苍溪县。" in text
    assert "旺苍县" not in text  # the same light as last month
    same = build.bulletin(previous_lights={"cangxi/beds_new": "基本同步"})
    assert "均与上月相同" in repr(report.changes(same))
    assert "没有上月状态可比" in repr(report.changes(build.bulletin(previous_lights={})))


def test_the_matrix_never_grows_wider_than_a_page(build):
    wide = [build.count("1", "2", indicator=f"i{n}", label=f"指标{n}") for n in range(9)]
    project = build.summary_of(measurements=tuple(wide))
    html = report.progress_matrix(build.bulletin(projects=(project,)))._repr_html_()
    tables = html.split("<table")[1:]
    assert [table.count('scope="col"') for table in tables] == [4, 4, 4]
    assert "进展一览（1/3）" in html


def test_the_five_parts_in_order_from_data_and_words(build):
    html = report.report_parts(build.monthly())._repr_html_()
    assert "<h2>一、社会养老服务体系建设</h2>" in html
    titles = ("（一）进展情况", "（二）资金拨付", "（三）采取措施", "（四）存在的问题", "（五）下步打算")
    places = [html.index(f"<h3>{title}</h3>") for title in titles]
    assert places == sorted(places)
    assert "全市新增床位449张，完成年度目标1,250张的35.9%" in html
    assert "居家养老服务“严重滞后”的有4个地区：苍溪县、旺苍县、剑阁县、广元经济技术开发区。" in html
    # What counties wrote stands in an annex, not in the section's report.
    words = '<p><span class="third">1.苍溪县。</span>每周调度一次。逐个项目派人驻点。</p>'
    assert words not in html
    assert words in report.annexes(build.monthly())._repr_html_()


def test_areas_that_wrote_the_same_are_named_together(build):
    texts = {
        "cangxi": {"measures": "每周调度。"},
        "jiange": {"measures": "每周调度。"},
        "wangcang": {"measures": "驻点。"},
    }
    text = repr(report.annexes(build.monthly(projects=(build.summary_of(narratives=texts),))))
    assert "1.苍溪县、剑阁县。每周调度。" in text
    assert "2.旺苍县。驻点。" in text


def test_sender_and_date_stand_as_the_standard_says(build):
    html = report.signature_block(build.monthly())._repr_html_()
    # 7.3.5.2: the name ends two characters from the edge, the date begins two characters right of the name.
    assert '<p class="sender" style="padding-right:2em">社会福利和慈善事业科</p>' in html
    assert '<p class="dated" style="padding-right:3.5em">2017年6月26日</p>' in html
    short = report.signature_block(build.monthly(section_name="社会救助科"))._repr_html_()
    assert '<p class="sender" style="padding-right:5.5em">社会救助科</p>' in short
    assert '<p class="dated" style="padding-right:2em">2017年6月26日</p>' in short


def test_an_official_report_says_to_whom_and_what_it_encloses(build):
    dossier = build.monthly(addressee="局办公室")
    assert '<p class="addressee">局办公室：</p>' in report.official_head(dossier)._repr_html_()
    assert "附件：1.各地区填写的情况2.采用的默认规定3.数据来源与计算依据" in repr(report.signature_block(dossier))
    assert [line for line in repr(report.annexes(dossier)).splitlines() if line.startswith("附件")] == [
        "附件1",
        "附件2",
        "附件3",
    ]


def test_an_empty_part_is_said(build):
    empty = build.monthly(section_narratives={}, projects=(build.summary_of(narratives={}),))
    html = report.report_parts(empty)._repr_html_()
    assert html.count('class="callout not-reported"') == 3
    assert "“下步打算”没有内容" in html


def test_counties_words_are_no_substitute_for_the_sections(build):
    texts = {"cangxi": {"measures": "每周调度。", "problems": "无。", "next_steps": "继续。", "progress": "好。"}}
    blank = build.monthly(section_narratives={}, projects=(build.summary_of(narratives=texts),))
    figures = blank.figures
    empty = [part.id for _, part in empty_parts(figures, blank.parts)]
    assert empty == ["measures", "problems", "next_steps"]
    assert report.report_parts(blank)._repr_html_().count('class="callout not-reported"') == 3


def test_missing_areas_are_named_in_the_report(build):
    missing = build.monthly(projects=(build.summary_of("jiange"),), returns=build.city("jiange").figures.returns)
    assert "没有可用数据的地区：剑阁县（未报送）" in repr(report.report_parts(missing))
    assert "应报5个单位，可用4个，缺剑阁县" in repr(report.summary(missing))


def test_the_leader_signs_a_sections_report_only(build):
    html = report.signature_block(build.monthly())._repr_html_()
    assert "分管领导签字：" in html
    assert 'id="signature-place">　　　　　　　　</span>（何道芬）' in html
    office = report.signature_block(build.monthly(leader=None, section_name="办公室"))._repr_html_()
    assert "signature" not in office
    assert "由办公室汇总" in office


def test_one_picture_shows_all_areas_against_all_targets_and_says_them(build):
    html = report.heat_chart(build.bulletin(previous_tones={"cangxi/beds_new": "red"}))._repr_html_()
    alt = re.search(r'alt="([^"]*)"', html)[1]
    figures = build.bulletin().figures
    for row in figures.projects[0].areas:
        assert f"{row.name}：" in alt
    assert alt.count("新增床位") == len(figures.projects[0].areas) + 1
    assert "新增床位43.0%，基本同步（比上月变好）" in alt
    assert "数据截至2017年6月20日，序时进度50.0%按6月30日计算，之间尚有10天" in html
    svg = b64decode(re.search(r"base64,([^\"]*)", html)[1]).decode()
    assert "◐43.0↑" in svg
    assert "全市" in svg


def test_what_was_known_last_is_grey_and_has_its_month(build):
    last = LastKnown(period=Period("2017-05"), completion=Decimal("0.4"), light=LIGHTS["behind"])
    beds = build.city("jiange").figures.areas[0].measurements[0]
    gone = {"status": ReturnStatus.NOT_REPORTED, "actual": None, "completion": None, "light": LIGHTS["not_reported"]}
    silent = beds.model_copy(update={**gone, "last_known": last})
    row = AreaRow(area="cangxi", name="苍溪县", status=ReturnStatus.NOT_REPORTED, measurements=(silent,))
    summary = build.summary_of(areas=(row,))
    html = report.heat_chart(build.bulletin(projects=(summary,)))._repr_html_()
    assert "未报送，5月为进度滞后40.0%" in html
    assert "▲40.0(5月)" in b64decode(re.search(r"base64,([^\"]*)", html)[1]).decode()
    assert "括号内为最近一次可用数据的月份" in html


def test_will_we_make_it_is_a_sentence_and_a_table(build):
    beds = Outlook(
        indicator="beds_new",
        at=JUNE,
        actual="845",
        pace="30",
        average="24.5",
        needed="184.17",
        projected="2325",
        reached="2017-11",
    )
    home = build.summary_of().measurements[1]
    slow = Outlook(
        indicator=home.indicator, at=JUNE, actual="19393", pace="10", average="10", needed="90.1", projected="79393"
    )
    text = repr(report.prospects(build.bulletin(projects=(build.summary_of(outlooks=(beds, slow)),))))
    assert "按近三月平均年内可达到：新增床位（11月）；按近三月平均年内达不到：" + home.brief in text
    assert "30｜24.5｜184.2｜2,325｜11月" in text
    assert "10｜10｜90.1｜79,393｜年内达不到" in text


def test_an_outlook_on_older_figures_says_of_when_they_are(build):
    old = Outlook(indicator="beds_new", at=Period("2017-05"), actual="525", pace="205", average="175", projected="1750")
    text = repr(report.prospects(build.bulletin(projects=(build.summary_of(outlooks=(old,)),))))
    assert "本月数据不全，按5月数据：按近三月平均年内达不到：新增床位。" in text
    assert "新增床位（5月）｜张｜1,250｜525｜205｜175｜—｜1,750｜年内达不到" in text


def test_the_ranking_says_what_orders_it(build):
    text = repr(report.ranking_line(build.bulletin()))
    assert "得分率（%）" in text
    first = build.bulletin().figures.ranking[0]
    assert f"{first.rate * 100:.2f}" in text


def test_one_fact_is_not_said_twice_in_two_spellings(build):
    project = build.summary_of()
    own = {
        "progress": "截至6月20日，全市新增床位449张。7月3日起又开工一处，计划床位60张。",
        "funds": "资金合计拨付520万元。县级另垫付12万元。",
    }
    dossier = build.monthly(projects=(project,), section_narratives={"elderly_care": {**build.words, **own}})
    text = repr(report.report_parts(dossier))
    assert text.count("449张") == 1
    assert "7月3日起又开工一处，计划床位60张。" in text
    assert "资金合计拨付520万元" not in text
    assert "县级另垫付12万元。" in text


def test_whoever_collects_hands_on_counties_that_lag(build):
    office = repr(report.annexes(build.monthly(leader=None, section_name="办公室")))
    own = repr(report.annexes(build.monthly()))
    assert "未达标、滞后地区填写的情况" in office
    assert "各地区填写的情况" in own
    assert "默认规定" not in office


def test_a_full_first_page_gives_up_next_steps_first_and_then_counts_counties(build):
    dossier = build.bulletin()
    red = next(each for each in dossier.figures.urgent if each.kind == "red")
    counties = [(f"a{number}", f"县{number}") for number in range(20)]
    urgent = tuple(red.model_copy(update={"area": area, "name": name}) for area, name in counties)
    figures = dossier.figures.model_copy(update={"urgent": urgent})
    plans = dossier.parts
    whole = " ".join(each.text() for each in supervised(figures, plans))
    assert all(name in whole for _, name in counties)
    assert "本月网页" not in whole
    some = supervised(figures, plans, most=3)
    shown = [name for _, name in counties if f">{name}<" in some[0].html()]
    left = [name for _, name in counties if name not in shown]
    assert 0 < len(shown) < len(counties)
    assert f"本表之外还有{len(left)}个地区{len(left)}项：{'、'.join(left)}。" in some[1].text()
    assert "本月网页（2017-06/index.html）的“重点督办”" in some[1].text()
    assert "下步打算：" not in some[0].text()
    (none,) = supervised(figures, plans, most=0)
    assert none.text().strip().startswith("县0（1项）、县1（1项）")
    assert "重点督办" in repr(report.red_items(dossier.model_copy(update={"figures": figures})))


def test_a_plan_with_many_projects_numbers_them_and_names_once_who_answers_for_several(build):
    dossier = build.monthly()
    first = dossier.figures.projects[0]
    many = tuple(first.model_copy(update={"project": f"p{number}", "name": f"项目{number}"}) for number in range(21))
    heading = dossier.heading.model_copy(
        update={"responsible": {each.project: f"责任人：{'甲' if each.project < 'p2' else '乙'}" for each in many}}
    )
    figures = dossier.figures.model_copy(update={"projects": many})
    dossier = dossier.model_copy(update={"figures": figures, "heading": heading})
    parts = repr(report.report_parts(dossier))
    assert "十一、项目10" in parts
    assert "二十一、项目20" in parts
    head = repr(report.official_head(dossier))
    assert head.count("责任人：甲") == 1
    assert "责任人：乙（第三、四、五、六、七、八、九、十、二十一项）。" in head


def test_what_a_section_wrote_word_for_word_before_is_said_once(build):
    project = build.summary_of()
    other = project.model_copy(update={"project": "other", "name": "另一项目"})
    written = {"elderly_care": dict(build.words), "other": {**build.words, "problems": "进度不一。"}}
    dossier = build.monthly(projects=(project, other), section_narratives=written)
    text = repr(report.report_parts(dossier))
    assert text.count(build.words["measures"].splitlines()[0]) == 1
    assert text.count("同第一项。") == 2  # measures and next steps; problems differ
    assert "进度不一。" in text


def test_a_target_that_falls_due_says_how_much_is_lacking(build):
    dossier = build.bulletin()
    red = next(each for each in dossier.figures.urgent if each.kind == "red")
    due = red.model_copy(update={"kind": "due_soon", "word": "接近达标", "months": 0})
    figures = dossier.figures.model_copy(update={"urgent": (due,)})
    text = repr(report.red_items(dossier.model_copy(update={"figures": figures})))
    assert "新增床位“接近达标”：31张，比序时少135.5张，全年还差302张，期限12月31日。" in text
    whole = due.model_copy(update={"behind": due.lacking})
    figures = dossier.figures.model_copy(update={"urgent": (whole,)})
    text = repr(report.red_items(dossier.model_copy(update={"figures": figures})))
    assert "新增床位“接近达标”：31张，与目标333张差302张，期限12月31日。" in text


def test_where_nobody_has_reported_nobody_is_ranked(build):
    dossier = build.bulletin()
    rows = tuple(
        row.model_copy(update={"unreported_marks": row.full_marks, "rank": 1}) for row in dossier.figures.ranking
    )
    silent = dossier.model_copy(update={"figures": dossier.figures.model_copy(update={"ranking": rows})})
    text = repr(report.ranking_line(silent))
    assert "2017年6月没有可用的报表，不作排名。" in text
    assert "｜" not in text
