"""The command line: parses, calls one use case, prints, and ends with the contract's exit code."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from minsheng.errors import ExitCode, MinshengError

app = typer.Typer(
    help="民生工程报送工作簿：校验县区报表，执行笔记本，生成报告、得分与通报。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
plan_app = typer.Typer(help="方案（params/）的检查与日历。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(plan_app, name="plan")

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="工作区文件夹；默认从当前文件夹向上找 minsheng.toml。")
]
ParamsOption = Annotated[Path | None, typer.Option("--params", help="方案文件夹；默认为工作区的 params/。")]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]
MonthArgument = Annotated[str, typer.Argument(help="报告月份，例如 2017-06。", show_default=False)]


def main() -> None:
    """Run the command line; our own errors become one message and their exit code."""
    try:
        app(standalone_mode=True)
    except MinshengError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="显示版本。", is_eager=True)] = False,
) -> None:
    if version:
        from minsheng.workflow.versions import version_text

        typer.echo(version_text())
        raise typer.Exit


@app.command()
def run(
    month: MonthArgument,
    area: Annotated[list[str] | None, typer.Option("--area", help="只做这些地区或科室（可重复）。")] = None,
    notebook: Annotated[list[str] | None, typer.Option("--notebook", help="只做这些笔记本（可重复）。")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="同时运行的笔记本数。", min=1)] = None,
    force: Annotated[bool, typer.Option("--force", help="未变化的也重新生成。")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="同时重做因更正而过期的以后月份。")] = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """完成一个月的全部工作：校验、执行笔记本、得分、通报、网页。

    例：minsheng run 2017-06
    """
    from minsheng.console import RunDisplay
    from minsheng.workflow.month import run_month
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        outcome = run_month(
            found,
            month,
            areas=area or [],
            notebooks=notebook or [],
            jobs=jobs,
            force=force,
            stale=stale,
            display=display,
        )
    for line in outcome.lines():
        typer.echo(line)
    raise typer.Exit(outcome.exit_code)


@app.command()
def receive(
    month: MonthArgument,
    files: Annotated[list[Path], typer.Argument(help="收到的文件，一份或多份；文件名不限。", show_default=False)],
    received_at: Annotated[
        str | None, typer.Option("--received-at", help="收到的时间，例如 2017-07-21T09:30；默认为现在。")
    ] = None,
    sender: Annotated[str, typer.Option("--sender", help="谁送来的；默认为封面的填报单位。")] = "",
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """登记收到的报表：原样存档，校验，写出回执；更正的报表另存一版并列出改动。

    例：minsheng receive 2017-07 苍溪县.xlsx --received-at 2017-07-21T09:30
    """
    from minsheng.console import RunDisplay
    from minsheng.workflow.receiving import receive_files
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        outcome = receive_files(found, month, files, received_at=received_at, sender=sender, display=display)
    if as_json:
        typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=1))
    else:
        for line in outcome.lines():
            typer.echo(line)
    raise typer.Exit(outcome.exit_code)


@app.command()
def assess(
    period: Annotated[str, typer.Argument(help="考评期，例如 2017-H1（上半年）或 2017（全年）。", show_default=False)],
    jobs: Annotated[int | None, typer.Option("--jobs", help="同时运行的笔记本数。", min=1)] = None,
    force: Annotated[bool, typer.Option("--force", help="未变化的也重新生成。")] = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """半年、年度考评：读取考评表，县区得分、排名、折算，科室倒扣分，考评结果表。

    例：minsheng assess 2017-H1
    """
    from minsheng.console import RunDisplay
    from minsheng.workflow.assess import run_assessment
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        outcome = run_assessment(found, period, jobs=jobs, force=force, display=display)
    for line in outcome.lines():
        typer.echo(line)
    raise typer.Exit(outcome.exit_code)


@app.command()
def check(
    month: MonthArgument,
    force: Annotated[bool, typer.Option("--force", help="未变化的也重新校验。")] = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """只做报表的读取与校验，写出接收结果与回执。

    例：minsheng check 2017-06
    """
    from minsheng.console import RunDisplay
    from minsheng.workflow.checking import check_period
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        outcome = check_period(found, month, force=force, display=display)
    for line in outcome.lines():
        typer.echo(line)
    raise typer.Exit(outcome.exit_code)


@app.command()
def status(
    month: Annotated[str | None, typer.Argument(help="报告月份；默认为有报表的最近一个月。")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="以这一天为准（YYYY-MM-DD）；默认为报送期限。")] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """谁没有报、谁迟报、什么没通过、什么失败、什么该做。

    例：minsheng status 2017-09
    """
    from minsheng.workflow.status import month_status
    from minsheng.workspace import Workspace

    found = month_status(Workspace.find(workspace, params=params), month, as_of)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
    else:
        from minsheng.console import print_status

        print_status(found)
    raise typer.Exit(found.exit_code)


@app.command()
def sample(
    year: Annotated[int, typer.Argument(help="年度，例如 2017。", show_default=False)],
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """写出一年的示例报表（标明“示例数据”）。

    例：minsheng sample 2017
    """
    from minsheng.workflow.samples import write_year
    from minsheng.workspace import Workspace

    typer.echo(write_year(Workspace.find(workspace, params=params), year))


@app.command()
def template(
    period: Annotated[str, typer.Argument(help="报告期，例如 2017-07、2017-H1、2017。", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="写到哪里；默认为 outputs/<报告期>/templates/。")] = None,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """写出空白表：月份的是各县区报表和各科室工作情况表，半年、年度的是考评表。

    例：minsheng template 2017-07；minsheng template 2017-H1
    """
    from minsheng.workflow.templates import write_templates
    from minsheng.workspace import Workspace

    for path in write_templates(Workspace.find(workspace, params=params), period, out):
        typer.echo(str(path))


@app.command()
def doctor(workspace: WorkspaceOption = None) -> None:
    """检查这台机器是否具备条件，并说明怎样补齐。

    例：minsheng doctor
    """
    from minsheng.workflow.doctor import examine

    findings = examine(workspace)
    for finding in findings:
        typer.echo(str(finding))
    unfit = any(finding.is_fault for finding in findings)
    raise typer.Exit(ExitCode.MACHINE_UNFIT if unfit else ExitCode.DONE)


@app.command()
def lab(
    browser: Annotated[bool, typer.Option(help="打开浏览器。")] = True,
    port: Annotated[int, typer.Option("--port", help="端口。")] = 8888,
    workspace: WorkspaceOption = None,
) -> None:
    """在工作区打开 JupyterLab（中文界面），首页是 start.ipynb。

    例：minsheng lab
    """
    from minsheng.workflow.lab import open_lab
    from minsheng.workspace import Workspace

    raise typer.Exit(open_lab(Workspace.find(workspace), browser=browser, port=port))


@plan_app.command("check")
def plan_check(
    year: Annotated[int | None, typer.Argument(help="年度；默认检查 params/ 下的每一年。")] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """检查方案数据，一次列出全部问题（文件:行号）。

    例：minsheng plan check 2017
    """
    from minsheng.workflow.plans import check_plans
    from minsheng.workspace import Workspace

    report = check_plans(Workspace.find(workspace, params=params), year)
    typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1) if as_json else report.text())
    raise typer.Exit(ExitCode.PLAN_INVALID if report.faults else ExitCode.DONE)


@plan_app.command("calendar")
def plan_calendar(
    year: Annotated[int, typer.Argument(help="年度，例如 2018。", show_default=False)],
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
