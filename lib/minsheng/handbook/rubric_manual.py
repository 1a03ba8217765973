"""``make manual``: the worked cases of ``tests/spec`` as 评分细则手册, in HTML and PDF.

The cases are those that the tests run: what the manual says is what the product does.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from minsheng.domain.plan import Plan
from minsheng.domain.rubric import CountedRule, EventsRule, QualitativeRule, RubricItem
from minsheng.errors import UsageError
from minsheng.files.writing import write_atomically
from minsheng.handbook.case_words import STATES, KindWords
from minsheng.measure.wording import clause_of, item_in_words
from minsheng.plan import load_plan
from minsheng.plan.strict_yaml import read_texts
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph, part
from minsheng.render.html.numbers import trimmed
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import print_page
from minsheng.workspace import Workspace

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

CASES = ("county", "rules", "items", "totals", "composite", "ranking", "section")

_TITLE = "评分细则手册"

_NAME = "manual"

_SHOWN = {"title", "clause", "arithmetic", "expected", "period", "item", "full_marks", "rule"}

Case = Mapping[str, Any]


def read_cases(folder: Path) -> dict[str, list[Case]]:
    """Return the worked cases by file.

    Raises
    ------
    UsageError
        If a file of cases is not there.
    """
    missing = [name for name in CASES if not (folder / f"{name}.yaml").is_file()]
    if missing:
        raise UsageError(f"{folder} 中没有算例：{'、'.join(f'{name}.yaml' for name in missing)}")
    return {name: read_texts(folder / f"{name}.yaml") for name in CASES}


def manual_body(plan: Plan, cases: Mapping[str, Sequence[Case]]) -> Piece:
    """Return the manual: every rubric item with its rule and cases, then rule kinds, totals, ranks, sections."""
    words = KindWords(plan)
    count = sum(map(len, cases.values()))
    head = Element(
        "header",
        paragraph(plan.about.issuer, class_="issuer"),
        Element("h1", _TITLE),
        Element(
            "dl",
            Element("div", Element("dt", "实施方案"), Element("dd", plan.about.title)),
            Element("div", Element("dt", "算例"), Element("dd", f"{count} 个，逐个由系统的测试核对")),
            class_="facts",
        ),
        class_="title-block",
    )
    lead = paragraph(
        "每个算例的期望值按条款手算，算法写在最后一栏；标“本系统默认”的是方案没有写明、由本系统补的规定。",
        class_="summary",
    )
    pieces: list[Piece] = [Piece(head, lead)]
    pieces.append(part("一、县区考评小项", list(_items(plan, words, cases["county"]))))
    pieces.append(part("二、评分办法", list(_rules(words, [*cases["rules"], *map(_as_rule, cases["items"])]))))
    pieces.append(part("三、总分、扣分、加分、等次、折算", _table("总分算例", words, cases["totals"])))
    pieces.append(part("四、综合得分和取舍", _table("综合得分算例", words, cases["composite"])))
    pieces.append(part("五、排名", _table("排名算例", words, cases["ranking"])))
    pieces.append(part("六、科室倒扣分", list(_sections(plan, words, cases["section"]))))
    return Piece(*(element for piece in pieces for element in piece.elements))


def write_manual(plan: Plan, cases: Mapping[str, Sequence[Case]], folder: Path) -> list[Path]:
    """Write ``manual.html`` and ``manual.pdf``; the same cases give the same bytes."""
    html = page(_TITLE, manual_body(plan, cases)._repr_html_())
    metadata = ReportMetadata(title=_TITLE, issuer=plan.about.issuer, as_of=plan.about.issued_on, key="")
    printed = print_page(html.decode(), metadata, {})
    written = []
    for kind, content in (("html", html), ("pdf", printed.pdf)):
        path = folder / f"{_NAME}.{kind}"
        write_atomically(path, content)
        written.append(path)
    return written


def _items(plan: Plan, words: KindWords, cases: Sequence[Case]) -> Iterator[Element]:
    for group in plan.county_rubric.groups:
        yield Element("h3", f"{group.name}（{trimmed(group.full_marks)}分）")
        shown = ""
        for item in group.leaves:
            branch = group.branches.get(item.id)
            if branch is not None and branch.id != shown:
                shown = branch.id
                yield Element("h4", f"{branch.name}（{trimmed(branch.full_marks)}分）")
            yield paragraph(f"{item.name}（{trimmed(item.full_marks)}分）　{clause_of(plan, item.source)}")
            yield note(f"原文：{item.text}。规则：{item_in_words(plan, item)}。{_given(item)}应附：{item.evidence}。")
            own = [case for case in cases if case["item"] == item.id]
            yield _table(f"{item.name}算例", words, own)


def _given(item: RubricItem) -> str:
    match item.rule:
        case CountedRule() | QualitativeRule() | EventsRule():
            return "由考评人填写。"
        case _:
            return "由系统按报表计算。"


def _as_rule(case: Case) -> Case:
    """Return a case of a whole item as one of its rule, with what the item adds to it."""
    item = case["item"]
    beside = {key: value for key, value in item.items() if key not in {"name", "full_marks", "rule"}}
    rest = {key: value for key, value in case.items() if key != "item"}
    return {**rest, "rule": item["rule"], "full_marks": item["full_marks"], **({"items": beside} if beside else {})}


def _rules(words: KindWords, cases: Sequence[Case]) -> Iterator[Element]:
    for kind, name in KINDS.items():
        own = [case for case in cases if case["rule"]["kind"] == kind]
        if own:
            yield Element("h3", name)
            yield _table(f"{name}算例", words, own)


def _sections(plan: Plan, words: KindWords, cases: Sequence[Case]) -> Iterator[Element]:
    for group in plan.section_rubric.groups:
        ids = {rule.id for rule in group.rules}
        own = [case for case in cases if case.get("rule") in ids]
        if own:
            yield Element("h3", group.name)
            yield note(f"原文：{group.text}")
            yield _table(f"{group.name}算例", words, own)
    rest = [case for case in cases if not case.get("rule")]
    if rest:
        yield Element("h3", "合计")
        yield _table("科室合计算例", words, rest)


def _table(caption: str, words: KindWords, cases: Sequence[Case]) -> Element:
    columns = [
        TableColumn("算例", kind="long"),
        TableColumn("已知", kind="long"),
        TableColumn("结果", kind="long"),
        TableColumn("算法", kind="long"),
    ]
    if not cases:
        return note("没有算例。")
    rows: list[list[Content]] = [
        [
            [case["title"], Element("br"), f"（{case['clause']}）"],
            _known(words, case),
            _expected(words, case),
            case["arithmetic"],
        ]
        for case in cases
    ]
    return table(caption, columns, rows, style="issues")


def _known(words: KindWords, case: Case) -> list[Content]:
    lines = [words.period(case["period"])] if "period" in case else []
    if "full_marks" in case:
        lines.append(f"满分 {case['full_marks']} 分")
    rule = case.get("rule")
    if isinstance(rule, dict):
        bound = rule.get("indicators", ())
        weights = [f"{each['indicator']}权重 {each['weight']}" for each in bound if "weight" in each]
        settings = {key: value for key, value in rule.items() if key not in {"kind", "indicators", "source"}}
        lines += [*weights, words.say(settings)]
    lines += [words.say({key: value}) for key, value in case.items() if key not in _SHOWN]
    told: list[Content] = []
    for line in lines:
        told += [Element("br") if told else None, line]
    return told


def _expected(words: KindWords, case: Case) -> str:
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
        case dict() if "totals" in case:
            return "，".join(f"{words.name(area)}第 {rank or '—'}" for area, rank in expected.items())
        case _:
            return words.say(expected)


def main() -> None:
    """Write the manual of the newest year's plan under ``outputs/manual/`` of the workspace."""
    workspace = Workspace.find()
    years = sorted(int(path.name) for path in workspace.params.iterdir() if path.name.isdigit())
    plan = load_plan(workspace.params, years[-1])
    cases = read_cases(workspace.root / "tests" / "spec")
    for path in write_manual(plan, cases, workspace.outputs / "manual"):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
