"""What a workspace and its machine need: samples, templates, the handbook, a check-up, JupyterLab."""

from pathlib import Path
from typing import Annotated

import typer

from minsheng.cli.application import app, conclude
from minsheng.cli.arguments import JsonOption, ParamsOption, PeriodArgument, WorkspaceOption, YearOption


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(metavar="文件夹", help="新工作区的文件夹；须是新的或空的。", show_default=False)
    ],
    year: YearOption = None,
) -> None:
    """建立一个新的工作区：方案小样、笔记本、说明，第一次就能运行。

    例：minsheng init 我市 --year 2026
    """
    from datetime import UTC, datetime

    from minsheng.commands.init import start_workspace

    for line in start_workspace(folder, year or datetime.now(UTC).year):
        typer.echo(line)


@app.command()
def template(
    period: PeriodArgument,
    out: Annotated[Path | None, typer.Option("--out", help="写到哪里；默认为 outputs/<报告期>/templates/。")] = None,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """写出空白表：月份的是各县区报表和各科室工作情况表，半年、年度的是考评表。

    例：minsheng template 2017-07；minsheng template 2017-H1
    """
    from minsheng.commands.template import write_templates
    from minsheng.workspace import Workspace

    for path in write_templates(Workspace.find(workspace, params=params), period, out).values():
        typer.echo(str(path))


@app.command()
def handbook(workspace: WorkspaceOption = None) -> None:
    """写出手册（outputs/handbook/）：各章的网页，以及合为一册的 PDF。

    例：minsheng handbook
    """
    from minsheng.commands.handbook import write_handbook
    from minsheng.workspace import Workspace

    for line in write_handbook(Workspace.find(workspace)):
        typer.echo(line)


@app.command()
def doctor(as_json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """检查这台机器是否具备条件，并说明怎样补齐。

    例：minsheng doctor
    """
    from minsheng.commands.doctor import examine

    conclude(examine(workspace), as_json=as_json)


@app.command()
def lab(
    browser: Annotated[bool, typer.Option(help="打开浏览器。")] = True,
    port: Annotated[int, typer.Option("--port", help="端口。")] = 8888,
    workspace: WorkspaceOption = None,
) -> None:
    """在工作区打开 JupyterLab（中文界面），首页是办公台：看等人办的事，收表，生成，签字，报送，归档。

    例：minsheng lab
    """
    from minsheng.commands.lab import open_lab
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace)
    # The newest month is checked first, which takes a while.
    typer.echo(f"校验 {found.root} 最近一个月的报表，写好手册，然后在浏览器中打开 JupyterLab；结束时按两次 Ctrl-C……")
    raise typer.Exit(open_lab(found, browser=browser, port=port))
