"""The rules for thin notebooks: straight-line calls, text parameters, nothing kept of a run.

A notebook of the product that keeps them is read in a minute: it opens a dossier and shows it, and computes nothing.
"""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MOST_CELLS, MOST_LINES = 20, 6

MODULES = frozenset({"minsheng", "minsheng.notebook", "minsheng.report"})
"""What a notebook may import."""

_STATEMENTS = (ast.Assign, ast.Expr, ast.Import, ast.ImportFrom)

# An expression can loop, choose and define too.
_EXPRESSIONS = (
    ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.NamedExpr, ast.BoolOp,
    ast.Await, ast.Yield, ast.YieldFrom,
)  # fmt: skip


def broken_rules(content: bytes) -> list[str]:
    """Return which rules a notebook breaks, in words with the cell's number; empty for a thin one."""
    try:
        notebook = json.loads(content)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        return list(_broken(cells))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ["不是能读的笔记本"]


def _broken(cells: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len(cells) > MOST_CELLS:
        yield f"有 {len(cells)} 个代码格，至多 {MOST_CELLS} 个"
    for number, cell in enumerate(cells, start=1):
        for rule in _broken_in(cell):
            yield f"第 {number} 个代码格{rule}"
    tags = [cell["metadata"].get("tags", []) for cell in cells]
    if not tags or [tags[0], tags[1:2], tags[-1]] != [["parameters"], [["setup"]], ["result"]]:
        yield "代码格的标签应以 parameters、setup 开始，以 result 结束"
    if any(len(each) != 1 for each in tags):
        yield "每个代码格应恰有一个标签"
    if cells and not _is_text_only("".join(cells[0]["source"])):
        yield "参数格应只有 名称 = “文字”"


def _broken_in(cell: Mapping[str, Any]) -> Iterator[str]:
    if cell["outputs"] or cell["execution_count"] is not None:
        yield "留有运行的结果"
    source = "".join(cell["source"])
    if len(source.splitlines()) > MOST_LINES:
        yield f"有 {len(source.splitlines())} 行，至多 {MOST_LINES} 行"
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        yield "不是 Python 语句"
        return
    if any(not isinstance(node, _STATEMENTS) for node in tree.body):
        yield "有赋值、调用、导入以外的语句（定义、循环、条件等）"
    if any(isinstance(node, _EXPRESSIONS) for node in ast.walk(tree)):
        yield "有带循环、条件或定义的表达式"
    foreign = sorted({name for node in ast.walk(tree) for name in _imported(node)} - MODULES)
    if foreign:
        yield f"导入了 {'、'.join(foreign)}"


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module):
            return [module or "."]
        case _:
            return []


def _is_text_only(source: str) -> bool:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return False
    return all(
        isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for node in body
    )
