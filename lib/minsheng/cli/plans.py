"""The plan under params/: checked, tried, and its calendar."""

from pathlib import Path
from typing import Annotated

import typer

from minsheng.cli.application import conclude, group
from minsheng.cli.arguments import (
    JsonOption,
    ParamsOption,
    TrialData,
    TrialMonth,
    WorkspaceOption,
    YearArgument,
    YearOfPlan,
    YearOrAll,
)

plan_app = group("plan", "方案（params/）的检查、试算与日历。")


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
    from minsheng.commands.plans.plan_check import check_plans
    from minsheng.workspace import Workspace

    conclude(check_plans(Workspace.find(workspace, params=params), year), as_json=as_json)


@plan_app.command("schema")
def plan_schema(workspace: WorkspaceOption = None, params: ParamsOption = None) -> None:
    """写出方案每个文件有哪些键、允许什么（params/schema/），编辑器据此补全、标红。

    例：minsheng plan schema
    """
    from minsheng.commands.plans.plan_schema import write_schemas
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


@plan_app.command("try")
def plan_try(
    year: YearOfPlan = None,
    month: TrialMonth = None,
    data: TrialData = None,
    seed: Annotated[int, typer.Option("--seed", help="抽样的种子：同一个种子抽出同样的数。")] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="试算工作区的文件夹；默认在 outputs/.try/ 下。")] = None,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="在浏览器中打开结果。")] = True,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """在没有人报送之前试一遍方案：按目标和规则抽取示例数据，做一个月和一次考评。

    例：minsheng plan try 2018；minsheng plan try --params 修改稿 --data 2017-06
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.plans.plan_try import try_plan
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        outcome = try_plan(found, year, month=month, data=data, seed=seed, out=out, display=display)
    if browser:
        typer.launch(outcome.page.as_uri())
    conclude(outcome, as_json=as_json)
