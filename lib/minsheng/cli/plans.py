"""The plan under params/: checked, tried, and its calendar."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from minsheng.cli.application import conclude, group
from minsheng.cli.arguments import (
    JsonOption,
    ParamsOption,
    TrialData,
    TrialMonth,
    WorkspaceOption,
    YearArgument,
    YearOfOption,
    YearOfPlan,
    YearOrAll,
)

if TYPE_CHECKING:
    from minsheng.authoring.annex_table import AnnexTable

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
    no_open: Annotated[bool, typer.Option("--no-open", help="不在浏览器中打开结果，供脚本使用。")] = False,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """在没有人报送之前试一遍方案：按目标和规则抽取示例数据，做一个月和一次考评。

    例：minsheng plan try 2018；minsheng plan try --params 修改稿 --data 2017-06
    """
    from minsheng.cli.console import RunDisplay, open_page
    from minsheng.commands.plans.plan_try import try_plan
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        outcome = try_plan(found, year, month=month, data=data, seed=seed, out=out, display=display)
    if not no_open:
        open_page(outcome.page)
    conclude(outcome, as_json=as_json)


@plan_app.command("explain")
def plan_explain(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="种类 编号",
            help="指标、小项或列，再写编号或名称（列的编号写 表.列）；不重名的可以不写种类。",
            show_default=False,
        ),
    ],
    year: YearOfOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """说明一个指标、小项或列牵涉到哪些文件的哪一行，并举一个算例。

    例：minsheng plan explain indicator beds_new；minsheng plan explain 小项 goal.1
    """
    from minsheng.commands.plans.plan_explain import explain
    from minsheng.workspace import Workspace

    conclude(explain(Workspace.find(workspace, params=params), words, year), as_json=as_json)


@plan_app.command("diff")
def plan_diff(
    before: Annotated[
        str,
        typer.Argument(
            metavar="原方案",
            help="年度，或年度的文件夹；后面加 @版本 的是 git 仓库里以前提交的，例如 2018@HEAD~3。",
            show_default=False,
        ),
    ],
    after: Annotated[
        str | None,
        typer.Argument(
            metavar="新方案", help="写法相同；不写即现在的文件，与原方案的版本（默认上次提交）比。", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """用文字说明两个年度、两份稿子、或两个版本的方案有哪些不同；注释、次序和写法不算。

    例：minsheng plan diff 2017 2018；minsheng plan diff 旧稿/params/2018 2018；minsheng plan diff 2018@HEAD~3
    """
    from minsheng.commands.plans.plan_diff import diff_plans
    from minsheng.workspace import Workspace

    conclude(diff_plans(Workspace.find(workspace, params=params), before, after), as_json=as_json)


@plan_app.command("new")
def plan_new(
    year: YearArgument,
    annex: Annotated[
        Path | None,
        typer.Option("--from", help="附件的目标任务分解表（电子表格）；不写则逐项提问。", show_default=False),
    ] = None,
    city: Annotated[str, typer.Option("--city", help="全部地区合在一起的名称，例如 广元市；不写则提问。")] = "",
    issuer: Annotated[str, typer.Option("--issuer", help="印发单位；不写则为该市民政局。")] = "",
    title: Annotated[str, typer.Option("--title", help="方案的标题；不写则为某年民生实事实施方案。")] = "",
    section: Annotated[str, typer.Option("--section", help="牵头科室的名称。")] = "业务科室",
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """按附件的目标任务分解表写出一个年度的方案，完整，能通过检查。

    例：minsheng plan new 2018 --from 附件.xlsx --city 广元市
    """
    from minsheng.authoring.new_plan import NewPlan
    from minsheng.commands.plans.plan_new import annex_in, new_plan
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    read = annex_in(annex) if annex else None
    whole = city or typer.prompt("全部地区合在一起的名称，例如 广元市")
    new = NewPlan(
        year=year,
        city=whole,
        issuer=issuer or f"{whole}民政局",
        title=title or f"{year}年民生实事实施方案",
        section=section,
        annex=read or _ask_annex(),
    )
    conclude(new_plan(found, new))


_SEPARATORS = str.maketrans("，,；; \u3000", "、、、、、、")


def _ask_annex() -> "AnnexTable":
    """Ask for the areas, then for each target; an empty answer ends the list."""
    from minsheng.authoring.annex_table import said_annex
    from minsheng.domain.area import WHOLE

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
