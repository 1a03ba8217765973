"""What ``minsheng plan new`` asks: the areas and the targets of an annex, one after the other."""

import typer

from minsheng.authoring.annex_table import AnnexTable, said_annex
from minsheng.domain.area import WHOLE

_SEPARATORS = str.maketrans("，,；; \u3000", "、、、、、、")


def ask_annex() -> AnnexTable:
    """Ask for the areas, then for each target; an empty answer ends the list."""
    typer.echo("没有附件的电子表格，逐项提问；直接回车表示没有。")
    areas: list[str] = []
    while not areas:
        said = typer.prompt("地区，用顿号隔开，次序与附件相同")
        areas = [name for name in said.translate(_SEPARATORS).split("、") if name]
    goals: list[tuple[list[str], list[str]]] = []
    while True:
        heading = typer.prompt(
            f"第 {len(goals) + 1} 项目标的名称（单位），例如 新增养老床位（张）", default="", show_default=False
        )
        if not heading.strip():
            if goals:
                return said_annex([WHOLE, *areas], goals)
            continue
        project = typer.prompt("　属于哪个项目", default="", show_default=False).strip()
        asked = [typer.prompt(f"　{name}的目标", default="", show_default=False) for name in (WHOLE, *areas)]
        goals.append(([project, heading] if project else [heading], asked))
