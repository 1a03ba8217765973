"""The elderly-care report of one county as a notebook: what the report layer is to emit, and what people look at."""

# ruff: noqa: E501  # the pieces are HTML as the report layer emits it

import base64
import io
from functools import lru_cache

import nbformat

from minsheng.render import fonts

TITLE = "社会养老服务体系建设进展情况（苍溪县，2017年6月）"

TITLE_BLOCK = """
<header class="title-block">
<p class="issuer">广元市民政局</p>
<h1>社会养老服务体系建设进展情况</h1>
<dl class="facts">
<div><dt>报告期</dt><dd>2017年6月</dd></div>
<div><dt>地区</dt><dd>苍溪县</dd></div>
<div><dt>数据截至</dt><dd>2017年6月23日</dd></div>
<div><dt>依据</dt><dd>2017年民生工程及民生实事实施方案</dd></div>
<div><dt>报送</dt><dd>6月23日，按时</dd></div>
</dl>
<p class="data-label">示例数据</p>
</header>
<p class="summary">截至6月23日，苍溪县新增养老床位186张，完成年度目标的62.0%，快于序时进度12.0个百分点；四项指标中三项达到序时进度，维修改造床位完成40.0%，慢于序时进度10.0个百分点。</p>
"""

PROGRESS = """
<section class="part">
<h2>一、进展情况</h2>
<div class="table-wrap" role="region" tabindex="0" aria-label="表1　各项指标进展">
<table class="figures even">
<caption>表1　各项指标进展</caption>
<thead><tr>
<th scope="col">指标</th><th scope="col">年度目标</th><th scope="col">本月新增</th><th scope="col">累计完成</th>
<th scope="col">完成率<span class="unit">%</span></th><th scope="col">序时进度<span class="unit">%</span></th>
<th scope="col" class="text">进度</th></tr></thead>
<tbody>
<tr><th scope="row">新增民办公办养老机构床位<span class="unit">张</span></th><td class="num">300</td><td class="num">42</td>
<td class="num">186<sup class="ref"><a href="#f1" aria-label="计算依据1">[1]</a></sup></td><td class="num">62.0</td>
<td class="num">50.0</td><td><span class="light light-green"><span class="shape" aria-hidden="true">●</span>提前完成进度</span></td></tr>
<tr><th scope="row">维修改造床位<span class="unit">张</span></th><td class="num">150</td><td class="num">10</td>
<td class="num">60<sup class="ref"><a href="#f2" aria-label="计算依据2">[2]</a></sup></td><td class="num">40.0</td>
<td class="num">50.0</td><td><span class="light light-yellow"><span class="shape" aria-hidden="true">▲</span>进度稍慢</span></td></tr>
<tr><th scope="row">城乡社区日间照料中心<span class="unit">个</span></th><td class="num">17</td><td class="num">0</td>
<td class="num">3<sup class="ref"><a href="#f3" aria-label="计算依据3">[3]</a></sup></td><td class="num">17.6</td>
<td class="num">50.0</td><td><span class="light light-red"><span class="shape" aria-hidden="true">■</span>进度滞后</span></td></tr>
<tr><th scope="row">居家养老服务<span class="unit">名</span></th><td class="num">21,000</td><td class="num">1,830</td>
<td class="num">10,764<sup class="ref"><a href="#f4" aria-label="计算依据4">[4]</a></sup></td><td class="num">51.3</td>
<td class="num">50.0</td><td><span class="light light-green"><span class="shape" aria-hidden="true">●</span>符合进度</span></td></tr>
</tbody></table>
</div>
<p class="note">数据来源：苍溪县民政局2017年6月报表。序时进度按月份数除以12计算。“—”表示无此项任务。</p>
"""

CHART = """
<figure class="chart"><div class="chart-wrap" role="region" tabindex="0" aria-label="图1　各项指标完成率"><img alt="{alt}" src="data:image/svg+xml;base64,{svg}"></div>
<figcaption>图1　各项指标完成率，竖线为序时进度50.0%。数据来源同表1。</figcaption></figure>
</section>
"""

TREND = """
<section class="part">
<h2>二、年内趋势</h2>
<div class="multiples">{charts}</div>
<p class="note">累计值，1月至6月；灰线为序时进度。1月至3月为方案印发前补报数据。</p>
</section>
"""

FUNDS = """
<section class="part">
<h2>三、资金拨付</h2>
<div class="table-wrap" role="region" tabindex="0" aria-label="表2　资金下达、到位和拨付">
<table class="figures even">
<caption>表2　资金下达、到位和拨付</caption>
<thead><tr><th scope="col">资金来源</th><th scope="col">下达<span class="unit">万元</span></th>
<th scope="col">到位<span class="unit">万元</span></th><th scope="col">拨付<span class="unit">万元</span></th>
<th scope="col">执行率<span class="unit">%</span></th></tr></thead>
<tbody>
<tr><th scope="row">争取中央、省补助</th><td class="num">412.50</td><td class="num">412.50</td><td class="num">268.13</td><td class="num">65.0</td></tr>
<tr><th scope="row">市级</th><td class="num">64.00</td><td class="num">64.00</td><td class="num">32.00</td><td class="num">50.0</td></tr>
<tr><th scope="row">县级</th><td class="num">480.00</td><td class="num">240.00</td><td class="num">151.20</td><td class="num">31.5</td></tr>
<tr class="total"><th scope="row">合计</th><td class="num">956.50</td><td class="num">716.50</td><td class="num">451.33</td><td class="num">47.2</td></tr>
</tbody></table>
</div>
<p class="note">执行率＝拨付÷下达。数据来源：苍溪县民政局2017年6月报表“资金”页。</p>
<p class="assumption">方案未规定执行率的口径，本报告采用默认口径“拨付÷下达”（params/2017/funds.yaml）。</p>
</section>
"""

FINDINGS = """
<section class="part">
<h2>四、分析</h2>
<ul class="findings">
<li class="good">新增床位完成62.0%，快于序时进度12.0个百分点；按前六个月的速度，预计9月底前完成全年任务。</li>
<li class="watch">维修改造床位完成40.0%，慢于序时进度10.0个百分点，还需90张，平均每月15张，为前六个月月均的1.5倍。</li>
<li class="bad">日间照料中心仅建成3个，占目标的17.6%，慢于序时进度32.4个百分点，连续三个月没有新增。</li>
<li class="plain">居家养老服务累计10,764名，其中失能老人1,216名、80岁以上老人6,930名。</li>
</ul>
</section>
<section class="part">
<h2>五、报表问题</h2>
<div class="table-wrap" role="region" tabindex="0" aria-label="表3　报表问题">
<table class="issues">
<caption>表3　报表问题</caption>
<thead><tr><th scope="col">程度</th><th scope="col">位置</th><th scope="col">问题</th><th scope="col">说明</th></tr></thead>
<tbody>
<tr><td><span class="severity severity-warning">需说明</span></td><td>养老服务 E9</td><td class="long">居家养老本月新增1,830名，比上月多64%，超出常见范围。</td><td class="long">苍溪县：新签服务机构两家，6月起提供服务。</td></tr>
<tr><td><span class="severity severity-note">提示</span></td><td>资金 D6</td><td class="long">县级到位240.00万元，为下达数的50.0%。</td><td class="long">未说明</td></tr>
</tbody></table>
</div>
</section>
"""

TRACE = """
<section class="part">
<h2>六、计算依据</h2>
<details class="trace"><summary>计算依据（4项）</summary>
<ol class="formulas">
<li id="f1">新增床位累计186张 ÷ 年度目标300张 ＝ 62.0%。<code>cangxi.xlsx</code>“养老服务” <code>F5</code>；目标见附表“新增床位”栏。</li>
<li id="f2">维修改造累计60张 ÷ 年度目标150张 ＝ 40.0%。<code>cangxi.xlsx</code>“养老服务” <code>F6</code>。</li>
<li id="f3">日间照料中心累计3个 ÷ 年度目标17个 ＝ 17.6%。<code>cangxi.xlsx</code>“养老服务” <code>F7</code>。</li>
<li id="f4">居家养老服务累计10,764名 ÷ 年度目标21,000名 ＝ 51.3%。<code>cangxi.xlsx</code>“养老服务” <code>F8</code>。</li>
</ol>
<p>报表 sha256：<code>5f2b7c0e4a1d9c83b6e07f3a52d18c946fb0e7a3d2c1958467ab30cd92e1f504</code></p>
</details>
</section>
"""

MATRIX = """
<section class="part">
<h2>七、各县区进度</h2>
<div class="table-wrap" role="region" tabindex="0" aria-label="表4　各县区各项目进度">
<table class="matrix even"><caption>表4　各县区各项目进度</caption>
<thead><tr><th scope="col">县区</th>{heads}</tr></thead><tbody>{rows}</tbody></table>
</div>
<p class="callout not-reported">未报送：经开区未报送2017年6月报表，全市合计不含该区（含8/9）。</p>
<div class="signature"><p>分管领导（签字）：<span class="blank"></span></p><p>2017年6月26日</p></div>
</section>
"""

_LIGHTS = {
    "green": ("●", "符合进度"),
    "yellow": ("▲", "稍慢"),
    "red": ("■", "滞后"),
    "grey": ("◆", "未报送"),
    "none": ("○", "无任务"),
}


def light(colour: str) -> str:
    shape, word = _LIGHTS[colour]
    return f'<span class="light light-{colour}"><span class="shape" aria-hidden="true">{shape}</span>{word}</span>'


def matrix() -> str:
    heads = "".join(
        f'<th scope="col">{name}</th>' for name in ("医疗救助", "最低生活保障", "养老服务", "残疾人补贴", "两线合一")
    )
    areas = ("市本级", "苍溪县", "旺苍县", "剑阁县", "青川县", "利州区", "昭化区", "朝天区", "经开区")
    colours = ("green", "green", "yellow", "green", "red")
    rows = ""
    for number, area in enumerate(areas):
        cells = [colours[(number + column * 2) % 5] for column in range(5)]
        if area == "市本级":
            cells = ["none", "none", "green", "none", "none"]
        if area == "经开区":
            cells = ["grey"] * 5
        rows += f'<tr><th scope="row">{area}</th>' + "".join(f"<td>{light(cell)}</td>" for cell in cells) + "</tr>"
    return MATRIX.format(heads=heads, rows=rows)


def _svg(figure) -> str:
    from matplotlib import rc_context

    target = io.StringIO()
    with rc_context({"svg.hashsalt": "minsheng", "svg.fonttype": "none"}):
        figure.savefig(target, format="svg", metadata={"Date": None})
    return base64.b64encode(target.getvalue().encode()).decode()


@lru_cache
def charts() -> tuple[str, tuple[str, ...]]:
    """The chart of completion and three small ones, in base64."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.font_manager import fontManager

    fontManager.addfont(fonts.sans_path())
    with mpl.rc_context({"font.family": ["Noto Sans SC"], "font.size": 8.5}):
        figure = Figure(figsize=(5.6, 1.75), layout="constrained")
        axes = figure.subplots()
        names = ["新增床位", "维修改造床位", "日间照料中心", "居家养老服务"]
        values = [62.0, 40.0, 17.6, 51.3]
        axes.barh(names, [100] * 4, color="#eceae4", height=0.62)
        axes.barh(names, values, color="#3c5a78", height=0.36)
        axes.axvline(50, color="#1c1c1a", linewidth=1)
        for row, value in enumerate(values):
            axes.text(value + 1, row, f"{value:.1f}", va="center")
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xlabel("完成率（%）")
        axes.tick_params(left=False)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        small = []
        for name, series in (
            ("新增床位（张）", [0, 12, 45, 96, 144, 186]),
            ("维修改造床位（张）", [0, 0, 15, 32, 50, 60]),
            ("居家养老服务（名）", [420, 1200, 3300, 6100, 8934, 10764]),
        ):
            one = Figure(figsize=(2.05, 1.4), layout="constrained")
            plot = one.subplots()
            plot.plot(range(1, 7), [series[-1] / 6 * month for month in range(1, 7)], color="#bdb9b0", linewidth=1)
            plot.plot(range(1, 7), series, color="#3c5a78", linewidth=1.4, marker="o", markersize=2.5)
            plot.set_title(name, fontsize=8.5, loc="left")
            plot.set_xticks([1, 2, 3, 4, 5, 6])
            for side in ("top", "right"):
                plot.spines[side].set_visible(False)
            small.append(_svg(one))
        return _svg(figure), tuple(small)


def notebook_of(*pieces: str, **metadata: str) -> nbformat.NotebookNode:
    """A notebook whose cells have shown the pieces of HTML."""
    cells = [nbformat.v4.new_markdown_cell("", id="empty")]
    for number, piece in enumerate(pieces):
        output = nbformat.v4.new_output(
            "execute_result", {"text/html": piece, "text/plain": "<Piece>"}, execution_count=1
        )
        cells.append(
            nbformat.v4.new_code_cell(
                f"report.piece({number})", id=f"cell-{number}", outputs=[output], execution_count=1
            )
        )
    return nbformat.v4.new_notebook(cells=cells, metadata={"minsheng": metadata})


def progress() -> str:
    alt = "条形图：新增床位62.0%，维修改造40.0%，日间照料17.6%，居家养老51.3%"
    return PROGRESS + CHART.format(alt=alt, svg=charts()[0])


@lru_cache
def sample_notebook() -> nbformat.NotebookNode:
    small = charts()[1]
    multiples = "".join(
        f'<figure class="chart"><img alt="折线图{number}：1月至6月累计值逐月上升" src="data:image/svg+xml;base64,{svg}"></figure>'
        for number, svg in enumerate(small, 1)
    )
    return notebook_of(
        TITLE_BLOCK,
        progress(),
        TREND.format(charts=multiples),
        FUNDS,
        FINDINGS,
        matrix(),
        TRACE,
        title=TITLE,
        issuer="广元市民政局",
        as_of="2017-06-23",
        key="0" * 64,
    )
