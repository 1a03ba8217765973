"""The plan under params/: its check and its calendar."""

from pathlib import Path
from typing import Annotated

import typer

from minsheng.cli.application import conclude, group
from minsheng.cli.arguments import JsonOption, ParamsOption, WorkspaceOption, YearArgument, YearOrAll

plan_app = group("plan", "方案（params/）的检查与日历。")


@plan_app.command("check")
def plan_check(
    year: YearOrAll = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """检查方案数据，一次列出全部问题（文件:行号）。

    例：minsheng plan check 2017
    """
    from minsheng.commands.plan_check import check_plans
    from minsheng.workspace import Workspace

    conclude(check_plans(Workspace.find(workspace, params=params), year), as_json=as_json)


@plan_app.command("schema")
def plan_schema(workspace: WorkspaceOption = None, params: ParamsOption = None) -> None:
    """写出方案每个文件有哪些键、允许什么（params/schema/），编辑器据此补全、标红。

    例：minsheng plan schema
    """
    from minsheng.commands.plan_schema import write_schemas
    from minsheng.workspace import Workspace

    for path in write_schemas(Workspace.find(workspace, params=params)):
        typer.echo(str(path))


@plan_app.command("calendar")
def plan_calendar(
    year: YearArgument,
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件；默认打印出来。")] = None,
) -> None:
    """按国务院办公厅放假安排写出一年的节假日表，供放入 params/<年度>/calendar.yaml。

    例：minsheng plan calendar 2018
    """
    from minsheng.plan.calendar import freeze_calendar

    text = freeze_calendar(year)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
        typer.echo(str(out))
