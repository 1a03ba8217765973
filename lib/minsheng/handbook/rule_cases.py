"""The handbook's chapter of rules: every kind of rule as a plan writes it, with the worked cases that tests run.

What the chapter says is what the product does. A case has its title, the clause, what is known, what is expected, and
the arithmetic by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from minsheng.handbook.case_words import CHECKS, STATES, KindWords
from minsheng.plan.strict_yaml import read_texts

SPECS = Path(__file__).with_name("specs")

KINDS = {
    "proportional": "按比例计分",
    "lower_is_better": "控制类指标（越低越好）",
    "all_or_nothing": "达标才得分",
    "step": "分档扣分",
    "milestone": "节点任务",
    "counted": "按数量计分",
    "qualitative": "等次评定",
    "events": "按事项计价",
}

MEASURES = {"ratio": "相除", "sum": "相加", "stated": "照填报数", "milestone": "节点任务"}

_HEAD = """# 规则和算例

写给定方案的人：方案能写的每一种规则怎样写，算出来是什么。每个算例都由系统的测试逐个核对，期望值按条款手算，算法写在最后一栏。

算例取自 2017 年广元市的方案，没有写明的，底稿是“全部达标的县”（苍溪县）：年底正好达到每一项目标，一点不多，
算例只写与它不同的地方。标“本系统默认”的是方案没有写明、由本系统补的规定；条款里写键名的，是方案改了这个键。
"""

_SHOWN = {"title", "clause", "arithmetic", "expected", "period", "item", "full_marks", "rule", "awarded", "ranking"}

_SETTINGS = {
    "rubric": "",
    "deductions": "deductions",
    "deductions_cap": "deductions_cap",
    "bonus_kinds": "bonus.kinds",
    "bonus_cap": "bonus.cap",
    "breaks_ties": "bonus.breaks_ties",
    "ties": "ties",
    "parts": "parts",
    "rounding": "rounding",
    "cap": "total_cap",
    "own_schedule": "schedule",
    "at": "at",
    "since": "since",
    "due_months": "due_months",
    "threshold": "threshold",
    "execution_base": "execution_base",
    "direction": "direction",
}
"""Keys of a case that are settings of the plan → as the file says it; empty: keys of the file themselves."""

_UNSAID = {"source"}

WorkedCase = Mapping[str, Any]


def read_cases(name: str) -> list[WorkedCase]:
    """Return the worked cases of one file."""
    found: list[WorkedCase] = read_texts(SPECS / f"{name}.yaml")
    return found


def case_words() -> KindWords:
    """Return the words of the plan that the cases are of."""
    return KindWords(read_texts(SPECS / "names.yaml"))


def rules_chapter() -> str:
    """Return the chapter as Markdown."""
    words = case_words()
    lines = [_HEAD, "## 计分办法（细则小项的 rule）\n"]
    rules = read_cases("rules")
    for kind, name in KINDS.items():
        lines.append(f"### {name}（kind: {kind}）\n")
        own = [case for case in rules if case["rule"]["kind"] == kind]
        items = [case for case in read_cases("items") if case["item"]["rule"]["kind"] == kind]
        lines += [*_grouped(words, own, "rule"), *_grouped(words, items, "item")]
    lines.append("## 总分：扣分、加分、一票否决、等次、折算\n")
    lines += _table(words, read_cases("totals"))
    lines.append("## 综合得分的各部分，何时取舍\n")
    lines += _table(words, read_cases("composite"))
    lines.append("## 排名\n")
    lines += _table(words, read_cases("ranking"))
    lines.append("## 2017 年细则的小项\n")
    lines += _table(words, read_cases("county"))
    lines.append("## 科室倒扣分（rubric_section.yaml 的 check）\n")
    lines += _sections(words)
    lines.append("## 指标的完成数（indicators.yaml 的 measure）\n")
    measures = read_cases("measures")
    for kind, name in MEASURES.items():
        lines += [f"### {name}（kind: {kind}）\n"]
        lines += _grouped(words, [case for case in measures if case["measure"]["kind"] == kind], "measure")
    lines.append("## 各指标排名（indicators.yaml 的 ranking）\n")
    lines += _grouped(words, read_cases("indicator_ranks"), "ranking")
    lines.append("## 资金（funds.yaml、tables/funds.yaml，reporting.yaml 的 execution_base、funds_total）\n")
    lines += _grouped(words, read_cases("money"), "projects")
    lines.append("## 亮灯（lights.yaml）\n")
    lines.append("区间、`complete`、`exceeded`、`cases` 都是灯，另要写 `id`、`shape`、`tone`，算例中省去。\n")
    lines += _grouped(words, read_cases("lights"), "scale")
    lines.append("## 评定人给的词（lights.yaml 的 assessed）\n")
    lines += _grouped(words, read_cases("assessed_words"), "assessed")
    lines.append("## 序时进度（schedule.yaml，指标的 schedule、basis，地区的 since，项目的 due_months）\n")
    lines += _table(words, read_cases("schedules"))
    lines.append("## 对外口径（disclosure.yaml 的 threshold、breakdowns）\n")
    lines += _table(words, read_cases("disclosure"))
    lines.append("## 报送期限（reporting.yaml 的 counties、sections）\n")
    lines += _grouped(words, read_cases("deadlines"), "deadline")
    lines += [*_expectations()]
    return "\n".join(lines).rstrip() + "\n"


def _grouped(words: KindWords, cases: Sequence[WorkedCase], key: str) -> Iterator[str]:
    """Yield a block for each thing that a plan writes, and the table of its cases."""
    while cases:
        first = cases[0][key]
        own = [case for case in cases if case[key] == first]
        cases = [case for case in cases if case[key] != first]
        yield f"    {flow({key: first})[1:-1]}\n"
        # What is ranked is told by the rank; else the block above says it.
        kept = {"ranking"}
        yield from _table(
            words, [{name: each for name, each in case.items() if name != key or name in kept} for case in own]
        )


def flow(value: Any) -> str:
    """Write a value of a case as a file of a plan does, on one line; what every item has anyway is left out."""
    match value:
        case dict():
            told = {name: each for name, each in value.items() if name not in _UNSAID}
            return f"{{{', '.join(f'{_bare(name)}: {flow(each)}' for name, each in told.items())}}}"
        case list():
            return f"[{', '.join(map(flow, value))}]"
        case _:
            return _bare(value)


def _bare(text: str) -> str:
    """Quote what YAML would not take for a text: an operator, a sign, what looks like true or false."""
    signed = text[:1] == "-" and text[1:2].isalnum()
    quoted = (
        not text or text in {"on", "yes", "no"} or (text[0] in "-<>=@*&%" and not signed) or set(text) & set("[]{}")
    )
    return f'"{text}"' if quoted else text


def _sections(words: KindWords) -> Iterator[str]:
    cases = read_cases("section")
    for check, name in CHECKS.items():
        own = [case for case in cases if words.checks.get(case.get("rule", "")) == check]
        if own:
            yield f"### {name}（check: {check}）\n"
            yield from _table(words, own)
    rest = [case for case in cases if not case.get("rule")]
    if rest:
        yield "### 合计\n"
        yield from _table(words, rest)


def _expectations() -> Iterator[str]:
    yield "## 校验规则（expectations/ 的 type 和 kwargs）\n"
    yield "例子中一行是一个地区的数，`prev_` 开头的列是上月的数；“说明”是回执上附在规则的话后面的算式。\n"
    cases = read_cases("expectations")
    kinds: dict[str, dict[str, Any]] = read_texts(SPECS / "expectation_kinds.yaml")
    for kind, about in kinds.items():
        yield f"### {kind}\n"
        yield f"{about['says']}参数：{'；'.join(f'`{name}` {said}' for name, said in about['kwargs'].items())}。\n"
        for case in cases:
            if case["type"] == kind:
                yield f"{case['title']}：\n\n    {flow({'type': kind, 'kwargs': case['kwargs']})[1:-1]}\n"
                columns = list(case["rows"][0])
                yield f"| 行 | {' | '.join(map(_cell, columns))} | 结果 |"
                yield "|---" * (len(columns) + 2) + "|"
                for number, row in enumerate(case["rows"], 1):
                    said = case["found"].get(str(number), "合格")
                    yield f"| {number} | {' | '.join(_cell(row[each] or '空白') for each in columns)} | {_cell(said)} |"
                yield ""


def _table(words: KindWords, cases: Sequence[WorkedCase]) -> Iterator[str]:
    yield "| 算例 | 已知 | 结果 | 算法 |"
    yield "|---|---|---|---|"
    for case in cases:
        title = f"{case['title']}（{case['clause']}）" if "clause" in case else case["title"]
        known = "；".join(_known(words, case))
        yield f"| {_cell(title)} | {known} | {_cell(_expected(words, case))} | {_cell(case['arithmetic'])} |"
    yield ""


def _cell(text: str) -> str:
    return "".join(f"\\{each}" if each in "|*_`[]$\\" else each for each in text)


def _known(words: KindWords, case: WorkedCase) -> Iterator[str]:
    if "period" in case:
        yield words.period(case["period"])
    if "full_marks" in case:
        yield f"满分 {case['full_marks']} 分"
    for name in ("item", "rule"):
        if name in case:
            yield _cell(words.name(case[name]))
    for key, value in case.items():
        if key in _SETTINGS:
            setting = flow({_SETTINGS[key]: value} if _SETTINGS[key] else value)[1:-1].replace("|", "\\|")
            yield f"方案写 `{setting}`"
        elif key not in _SHOWN:
            yield _cell(words.say(value) if key == "given" else words.say({key: value}))


def _expected(words: KindWords, case: WorkedCase) -> str:
    expected = case.get("expected", case.get("total"))
    match expected:
        case "refused":
            return STATES["refused"]
        case {"refused": where}:
            return f"退回，指明单元格 {where}"
        case dict() if "state" in expected:
            points = f"{expected['points']} 分，" if expected.get("points") else ""
            return f"{points}{STATES[expected['state']]}"
        case list():
            return "；".join(f"{STATES[each['state']]} {each.get('points') or ''}".strip() for each in expected)
        case dict() if "totals" in case or "ranking" in case:
            awarded = case.get("awarded", {})
            told = {area: f"（{words.say(each, 'awarded')}）" for area, each in awarded.items()}
            return "，".join(
                f"{words.name(area)}第 {rank or '—'}{told.get(area, '')}" for area, rank in expected.items()
            )
        case _:
            return words.say(expected)
