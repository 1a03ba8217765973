"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from minsheng.process import LogLevel

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="工作区文件夹；默认从当前文件夹向上找 minsheng.toml。")
]

ParamsOption = Annotated[Path | None, typer.Option("--params", help="方案文件夹；默认为工作区的 params/。")]

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]

MonthArgument = Annotated[str, typer.Argument(metavar="月份", help="报告月份，例如 2017-06。", show_default=False)]

LogLevelOption = Annotated[
    LogLevel | None,
    typer.Option("--log-level", help="运行日志记到多细；默认为工作区的设置。"),
]

JobsOption = Annotated[int | None, typer.Option("--jobs", help="同时运行的笔记本数。", min=1)]
