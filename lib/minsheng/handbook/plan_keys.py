"""The handbook's chapter of keys: every key of every file of a plan, from the models that read it."""

from minsheng.domain.base import Frozen
from minsheng.domain.indicator import FundSource
from minsheng.domain.item_rules import ItemRule
from minsheng.intake.rules.rule import Derived, Rule
from minsheng.plan.canonical import models_in
from minsheng.plan.plan_files import LISTS
from minsheng.plan.schemas import FILES, allowed, example, is_needed, models_of, printed, sentence
from minsheng.plan.strict_yaml import parse_yaml

EXPECTATIONS = "expectations"

_WHAT = {
    "plan": "方案本身、引用的文件、领导小组",
    "lights": "亮灯",
    "schedule": "序时进度；没有按序时进度比较的指标和小项的方案不写这个文件",
    "rubric_county": "县区考评细则；不考评县区的方案不写这个文件",
    "rubric_section": "科室考评细则；不考评科室的方案不写这个文件",
    "reporting": "报送期限和月报的各个方面",
    "calendar": "节假日",
    "disclosure": "对外口径；不必隐去人数的方案不写这个文件",
    "areas": "地区",
    "sections": "科室",
    "projects": "项目；不分项目的方案不写这个文件，全部指标合为一个",
    "indicators": "指标和目标",
    "parameters": "随日期变化的参数；没有的方案不写这个文件",
    "funds": "资金安排；没有的方案不写这个文件",
    "reports": "本单位自己的笔记本；没有的方案不写这个文件",
    "tables": "报表，每张一个文件",
    EXPECTATIONS: "校验规则，每张数据表一个文件，封面也有一个",
}

_NOTES = {
    "indicators": "目标（`targets` 的值）直接写一个数或文字，要写范围、或数旁边另有文字的写 Target："
    "`{city: 300, east: 应补尽补, west: {lower: 60, upper: 80}}`。`source` 在各层都可以另写。",
    "rubric_county": "文件最外层除下面的键，还可写 `rule_defaults`：各种计分办法共用的设置，"
    "小项的 `rule` 没有写的键照此，"
    "例如 `rule_defaults: {proportional: {cap: 1, floor: 0, unreported: zero, source: {document: ours, why: 示例}}}`，"
    "小项便只写 `rule: {kind: proportional, indicators: [{indicator: beds_new}]}`。"
    "大项、小项、扣分、加分各写自己的 `source`。",
    "tables": "还可以有三张不是数据的表：`narrative`（工作情况，行是项目，不写 `keys`、`rows` 即每个项目一行；"
    "列的编号、名称与 `reporting.yaml` 的 `parts` 相同）、`evidence`（印证资料，项目一列不写 `choices` 即各项目的名称）"
    "、`explanation`（情况说明）；不用的可以不写，照“一份完整的小方案”抄。没有 `narrative` 的方案，科室不报送，"
    "`parts` 只留由数据生成的方面。"
    "字段写作 `表.列`，有固定行的写 `表.行.列`，"
    "`表.*.列` 为每一行。金额的列编号以 `_yuan` 结尾，单位写元、万元、亿元都可以，读进来都是元。",
    EXPECTATIONS: "文件名是表的编号，封面是 `cover`。最外层的键：`table`（表的编号，与文件名相同，必写）、"
    "`rules`（规则，至少一条，必写）、"
    "`printed`（表上印着、可由别的数核对的列，写法同报表的 `columns`）、`derive`（由别的表或方案算出、供规则用的列）。"
    "规则能用的列：本表的列、`printed`、`derive`，前面加 `prev_` 的是上月的数，"
    "另有 `period_start`、`period_end`（报告期首末日）、`received_on`（收到报表的日期）；"
    "封面的列是 `unit`、`period`、`as_of`、`filled_on`、`contact`、`phone`、`data_label`。"
    "每种规则的参数见“规则和算例”。",
}

_HEAD = """# 方案的键

`params/<年度>/` 每个文件的每一个键：意思、允许的写法、例子。由读文件的程序生成，与编辑器里的提示
（`minsheng plan schema`）相同；例子都由同一个程序读过。

写法：文字、数、整数、日期（YYYY-MM-DD）、true 和 false；`[…]` 是列表，`{…}` 是“键: 值”，
大写字母开头的是下面同名的一节。文字像数字、日期或 true、no 的要加引号。不认识的键、重复的键都是错误。

一个文件若是一份清单（areas、sections、projects、indicators、parameters、funds、reports），最外层写文件名，下面一项一段；
`source`、`defaults` 可以在最外层写一次，各项没有另写的都照此（表中写“可由文件头写”）：

    source: {document: notice-2026, clause: 附件}
    areas:
      - id: east
        name: 东河县

其余文件的键直接写在最外层。每个数都要有出处：方案没有写、由本单位补的写 `{document: ours, why: 理由}`，
用到它的报告会照印。

```shell
minsheng plan schema
```
"""

_RULES = frozenset(models_in(ItemRule))


def keys_chapter() -> str:
    """Return the chapter as Markdown."""
    lines = [_HEAD]
    told: set[type[Frozen]] = set()
    for name in (*FILES, EXPECTATIONS):
        models: list[type[Frozen]] = [Rule, Derived] if name == EXPECTATIONS else models_of(name)
        shown = f"{name}/*.yaml" if name in {"tables", EXPECTATIONS} else f"{name}.yaml"
        lines += [f"## {shown}：{_WHAT[name]}\n", *([f"{_NOTES[name]}\n"] if name in _NOTES else [])]
        for model in models:
            if model in told:
                continue
            told.add(model)
            lines += [f"### {_heading(name, model, models)}\n", "| 键 | 意思 | 写什么 | 例 |", "|---|---|---|---|"]
            lines += [_row(name, model, key) for key in model.model_fields]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def written(key: str) -> str:
    """Return a key as a file writes it: quoted where YAML would take it for something else."""
    name = printed(key)
    return name if not parse_yaml(f"{name}: 1".encode(), "").faults else f'"{name}"'


def _heading(name: str, model: type[Frozen], models: list[type[Frozen]]) -> str:
    """Say where a model stands: in the keys of which others."""
    holders = [
        f"{holder.__name__}.{printed(key)}"
        for holder in models
        for key, field in holder.model_fields.items()
        if model in models_in(field.annotation)
    ]
    place = {Rule: "rules 的一项", Derived: "derive 的一项"}.get(
        model, f"{name} 的一项" if name in LISTS else "整个文件"
    )
    return f"{model.__name__}（{'、'.join(holders) or place}）"


def _row(name: str, model: type[Frozen], key: str) -> str:
    needed = _needed(name, model, key) if is_needed(model, key) else ""
    what = "；".join(filter(None, [allowed(model, key), needed]))
    said = f"{written(key)}: {example(model, key)}"
    return f"| `{printed(key)}` | {_cell(sentence(model, key))} | {_cell(what)} | `{_cell(said)}` |"


def _needed(name: str, model: type[Frozen], key: str) -> str:
    if key == "source" and name in LISTS and model in {FILES[name], FundSource}:
        return "可由文件头写"
    return "可写在 rule_defaults" if model in _RULES and key != "kind" else "必写"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
