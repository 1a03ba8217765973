"""Half-yearly and yearly assessment."""

from typing import Annotated

import typer

from minsheng.cli.application import app
from minsheng.cli.options import JobsOption, LogLevelOption, ParamsOption, WorkspaceOption


@app.command()
def assess(
    period: Annotated[str, typer.Argument(help="考评期，例如 2017-H1（上半年）或 2017（全年）。", show_default=False)],
    jobs: JobsOption = None,
    force: Annotated[bool, typer.Option("--force", help="未变化的也重新生成。")] = False,
    log_level: LogLevelOption = None,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """半年、年度考评：读取考评表，县区得分、排名、折算，科室倒扣分，考评结果表。

    例：minsheng assess 2017-H1
    """
    from minsheng.console import RunDisplay
    from minsheng.workflow.assess import run_assessment
    from minsheng.workflow.run_options import RunOptions
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        options = RunOptions(jobs=jobs, force=force, log_level=log_level)
        outcome = run_assessment(found, period, options, display=display)
    for line in outcome.lines():
        typer.echo(line)
    raise typer.Exit(outcome.exit_code)
