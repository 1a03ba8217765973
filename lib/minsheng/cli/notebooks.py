"""Notebooks of the bureau's own: a first one, and a try."""

from typing import Annotated

import typer

from minsheng.cli.application import group
from minsheng.cli.arguments import ParamsOption, PeriodOption, WorkspaceOption

notebook_app = group("notebook", "本单位自己的笔记本（notebooks/own/）：新写一个，试一次。")

_Name = Annotated[str, typer.Argument(metavar="名称", help="文件名，不写 .ipynb。", show_default=False)]


@notebook_app.command("new")
def notebook_new(
    name: _Name,
    title: Annotated[str, typer.Option("--title", help="报告的名称，例如 床位建设情况；默认同文件名。")] = "",
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """在 notebooks/own/ 写一个能直接运行的笔记本，并说明怎样让它加入每个月。

    例：minsheng notebook new beds --title 床位建设情况
    """
    from minsheng.commands.notebook_new import new_notebook
    from minsheng.workspace import Workspace

    path, lines = new_notebook(Workspace.find(workspace, params=params), name, title)
    typer.echo(str(path))
    for line in lines:
        typer.echo(line)


@notebook_app.command("try")
def notebook_try(
    name: _Name,
    period: PeriodOption = None,
    area: Annotated[
        str | None, typer.Option("--area", help="地区；默认为 reports.yaml 写的第一个，或各地区合计。")
    ] = None,
    browser: Annotated[bool, typer.Option(help="在浏览器中打开。")] = True,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """像每月一样执行一个自己的笔记本，只为一个地区，并打开网页；不发布。

    例：minsheng notebook try beds --area 苍溪县
    """
    from minsheng.cli.console import open_page
    from minsheng.commands.notebook_try import try_notebook
    from minsheng.workspace import Workspace

    page = try_notebook(Workspace.find(workspace, params=params), name, period=period, area=area)
    typer.echo(str(page))
    if browser:
        open_page(page)
