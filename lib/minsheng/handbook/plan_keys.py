"""The handbook's chapter of keys: every key of every file of a plan, from the models that read it."""

from minsheng.domain.base import Frozen
from minsheng.plan.schemas import FILES, allowed, is_needed, models_of, printed, sentence

_WHAT = {
    "plan": "方案本身、引用的文件、领导小组",
    "lights": "亮灯",
    "schedule": "序时进度",
    "rubric_county": "县区考评细则",
    "rubric_section": "科室考评细则",
    "reporting": "报送期限和月报的各个方面",
    "calendar": "节假日",
    "disclosure": "对外口径",
    "areas": "地区",
    "sections": "科室",
    "projects": "项目",
    "indicators": "指标和目标",
    "parameters": "随日期变化的参数；没有的方案不写这个文件",
    "funds": "资金安排；没有的方案不写这个文件",
    "reports": "本单位自己的笔记本；没有的方案不写这个文件",
    "tables": "报表，每张一个文件",
}

_HEAD = """# 方案的键

`params/<年度>/` 每个文件的每一个键：意思、允许的写法、是否必写。由读文件的程序生成，
与编辑器里的提示（`minsheng plan schema`）相同。
“必写”为“可由文件头写”的，在文件最外层写一次 `source`（细则的规则写在 `rule_defaults`），各项没有另写的都照此。

```shell
minsheng plan schema
```
"""


def keys_chapter() -> str:
    """Return the chapter as Markdown."""
    lines = [_HEAD]
    told: set[str] = set()
    for name in FILES:
        shown = "tables/*.yaml" if name == "tables" else f"{name}.yaml"
        lines.append(f"## {shown}：{_WHAT[name]}\n")
        for model in models_of(name):
            if model.__name__ in told:
                continue
            told.add(model.__name__)
            lines.append(f"### {model.__name__}\n")
            lines.append("| 键 | 意思 | 允许 | 必写 |")
            lines.append("|---|---|---|---|")
            lines += [_row(model, key) for key in model.model_fields]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(model: type[Frozen], key: str) -> str:
    needed = "可由文件头写" if key == "source" else "必写"
    about = (_cell(sentence(model, key)), _cell(allowed(model, key)), needed if is_needed(model, key) else "")
    return f"| `{printed(key)}` | {' | '.join(about)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
