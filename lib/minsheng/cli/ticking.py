"""What is due, done by itself."""

from typing import Annotated

import typer

from minsheng.cli.application import app
from minsheng.cli.archives import print_outcome
from minsheng.cli.options import JsonOption, ParamsOption, WorkspaceOption


@app.command()
def tick(
    date: Annotated[
        str | None, typer.Option("--date", help="当作这一天（YYYY-MM-DD，可加 THH:MM）；默认为现在，北京时间。")
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
        from minsheng.workflow.tick_examples import example as text_of

        typer.echo(text_of(found, example), nl=False)
        return
    from minsheng.console import RunDisplay
    from minsheng.workflow.tick import tick as do_what_is_due

    with RunDisplay() as display:
        outcome = do_what_is_due(found, date, display=display)
    print_outcome(outcome.lines(), outcome.as_json(), as_json=as_json)
    raise typer.Exit(outcome.exit_code)
