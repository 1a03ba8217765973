"""The commands of a period: receive, check, run, status and assess it, or do by itself what is due."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from minsheng.cli.application import app, conclude
from minsheng.cli.arguments import (
    AssessmentArgument,
    JobsOption,
    JsonOption,
    LogLevelOption,
    MonthArgument,
    MonthOrNewest,
    ParamsOption,
    PeriodArgument,
    WorkspaceOption,
)
from minsheng.errors import UsageError


@app.command()
def run(
    month: MonthArgument,
    area: Annotated[list[str] | None, typer.Option("--area", help="只做这些地区或科室（可重复）。")] = None,
    notebook: Annotated[list[str] | None, typer.Option("--notebook", help="只做这些笔记本（可重复）。")] = None,
    jobs: JobsOption = None,
    force: Annotated[bool, typer.Option("--force", help="未变化的也重新生成。")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="同时重做因更正而过期的以后月份。")] = False,
    log_level: LogLevelOption = None,
    scheduler: Annotated[
        str, typer.Option("--scheduler", help="在 Dask 集群上执行，写调度器地址，例如 tcp://10.0.0.5:8786。")
    ] = "",
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """完成一个月的全部工作：校验、执行笔记本、得分、通报、网页。

    例：minsheng run 2017-06
    """
    from minsheng.runs.warm_processes import head_start
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    head_start(found, month, force=force, elsewhere=bool(scheduler))
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.run import run_month
    from minsheng.runs.options import RunOptions

    with RunDisplay() as display:
        outcome = run_month(
            found,
            month,
            RunOptions(jobs=jobs, force=force, log_level=log_level, scheduler=scheduler),
            areas=area or [],
            notebooks=notebook or [],
            stale=stale,
            notices=True,
            display=display,
        )
    conclude(outcome)


@app.command()
def receive(
    month: MonthArgument,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="文件", help="收到的文件，一份或多份，或放着它们的文件夹；文件名不限。", show_default=False
        ),
    ] = None,
    received_at: Annotated[
        str | None, typer.Option("--received-at", help="收到的时间，例如 2017-07-21T09:30、7月21日 9:30；默认为现在。")
    ] = None,
    sender: Annotated[str, typer.Option("--sender", help="谁送来的；默认为封面的填报单位。")] = "",
    area: Annotated[
        str | None,
        typer.Option("--area", help="封面、标题、文件名说的不是同一个地区时，认定这份文件是谁的；记入登记。"),
    ] = None,
    withdraw: Annotated[
        str, typer.Option("--withdraw", metavar="地区", help="撤回这个地区或科室现行的一版；原件保留，前一版重新有效。")
    ] = "",
    why: Annotated[str, typer.Option("--why", help="撤回的原因，记入登记。")] = "",
    form: Annotated[
        bool, typer.Option("--form", help="文件是填好的考评表、月度评定表：按封面放到考评读取的地方；半年的不必写。")
    ] = False,
    item: Annotated[
        str, typer.Option("--item", metavar="小项", help="文件是考评的印证资料：放在这个小项下，用 --area 写明是谁的。")
    ] = "",
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """登记收到的报表：原样存档，校验，写出回执；更正的报表另存一版并列出改动。半年的是填好的考评表，年度（2017）的是各县区的差异化综合评价表。

    例：minsheng receive 2017-07 苍溪县.xlsx --received-at 2017-07-21T09:30
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.receive import receive_files, receive_reviews, withdraw_return
    from minsheng.commands.receive.assessment_forms import receive_evidence, receive_forms
    from minsheng.domain.period import Period, PeriodKind
    from minsheng.workspace import Workspace

    if bool(withdraw) == bool(files):
        raise UsageError("请写收到的文件，或用 --withdraw 地区 --why 原因 撤回一版，二者取一")
    found, kind = Workspace.find(workspace, params=params), Period(month).kind
    with RunDisplay() as display:
        if files and item:
            conclude(receive_evidence(found, month, files, who=area, item=item, display=display), as_json=as_json)
            return
        if files and (form or kind == PeriodKind.HALF_YEAR):
            conclude(receive_forms(found, month, files, display=display), as_json=as_json)
            return
        if files and kind == PeriodKind.YEAR:
            reviews = receive_reviews(found, month, files, received_at=received_at, sender=sender, display=display)
            conclude(reviews, as_json=as_json)
            return
        if withdraw:
            outcome = withdraw_return(found, month, withdraw, why=why, at=received_at, display=display)
        else:
            outcome = receive_files(
                found, month, files or [], received_at=received_at, sender=sender, area=area, display=display
            )
    conclude(outcome, as_json=as_json)


@app.command()
def check(
    month: MonthArgument,
    force: Annotated[bool, typer.Option("--force", help="未变化的也重新校验。")] = False,
    log_level: LogLevelOption = None,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """只做报表的读取与校验，写出接收结果与回执。

    例：minsheng check 2017-06
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.check import check_period
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        outcome = check_period(found, month, force=force, display=display, log_level=log_level)
    conclude(outcome)


@app.command()
def status(
    month: MonthOrNewest = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="以这一天为准，例如 2017-06-26、6月26日；默认为报送期限。")
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """谁没有报、谁迟报、什么没通过、什么失败、什么该做。

    例：minsheng status 2017-09
    """
    from minsheng.agenda.attention import matters
    from minsheng.agenda.status import month_status
    from minsheng.workspace import Workspace

    found = month_status(Workspace.find(workspace, params=params), month, as_of)
    listed = matters(found)
    if as_json:
        document = found.as_json() | {"attention": [asdict(matter) for matter in listed]}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        from minsheng.cli.console import print_status

        print_status(found, listed)
    raise typer.Exit(found.exit_code)


@app.command()
def assess(
    period: AssessmentArgument,
    jobs: JobsOption = None,
    force: Annotated[bool, typer.Option("--force", help="未变化的也重新生成。")] = False,
    log_level: LogLevelOption = None,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """半年、年度考评：读取考评表，县区得分、排名、折算，科室倒扣分，考评结果表。

    例：minsheng assess 2017-H1
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.assess import run_assessment
    from minsheng.runs.options import RunOptions
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        options = RunOptions(jobs=jobs, force=force, log_level=log_level)
        outcome = run_assessment(found, period, options, display=display)
    conclude(outcome)


@app.command()
def answer(
    period: PeriodArgument,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="文件", help="打开看过的文件，归档时列为未检的那几份。", show_default=False),
    ] = None,
    area: Annotated[str, typer.Option("--area", help="免交谁的印证资料：县区或科室。")] = "",
    item: Annotated[str, typer.Option("--item", metavar="小项", help="免交哪个小项的印证资料。")] = "",
    by: Annotated[str, typer.Option("--by", help="谁同意免交，或谁看过文件。")] = "",
    why: Annotated[str, typer.Option("--why", help="理由：为什么免交，或为什么可以归档。")] = "",
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """写明谁同意免交一个小项的印证资料，或谁看过系统查看不了的文件（图片、加密的 PDF）；记入登记，随归档印出。

    例：minsheng answer 2017-H1 --area 苍溪县 --item org.1 --by 殷蛟 --why 因灾延期
    """
    from minsheng.commands.answer import vouch, waive
    from minsheng.workspace import Workspace

    if bool(files) == bool(item):
        raise UsageError("请写看过的文件，或用 --area 谁 --item 小项 写明免交什么，二者取一")
    found = Workspace.find(workspace, params=params)
    if files:
        conclude(vouch(found, period, files, by=by, why=why), as_json=as_json)
    conclude(waive(found, period, who=area, item=item, by=by, why=why), as_json=as_json)


@app.command()
def tick(
    date: Annotated[
        str | None, typer.Option("--date", help="当作这一天，例如 2017-06-26（可加时间）；默认为现在，北京时间。")
    ] = None,
    example: Annotated[
        str, typer.Option("--example", help="不办事，只印出定时任务的写法：systemd 或 cron，路径是本工作区的。")
    ] = "",
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """到期未办的都办了：催报名单、到期的月份、签齐后的归档、半年和年度考评；须由人办的逐条列出。可反复运行。

    例：minsheng tick；minsheng tick --date 2017-06-26；minsheng tick --example systemd
    """
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    if example:
        from minsheng.commands.tick import example as text_of

        typer.echo(text_of(found, example), nl=False)
        return
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.tick import tick as do_what_is_due

    with RunDisplay() as display:
        outcome = do_what_is_due(found, date, display=display)
    conclude(outcome, as_json=as_json)
