"""Options and arguments that several commands share: each kind of value is understood here, in one place.

A command is given what its use case takes: ``2017-06`` for 2017年6月.
"""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from minsheng.domain.period import period_typed, year_typed
from minsheng.errors import UsageError
from minsheng.process import LogLevel


def _period(text: str) -> str:
    return str(period_typed(text))


def _period_or_path(text: str) -> str:
    """Return a period as it is stored; what is none may be the path of something."""
    with suppress(UsageError):
        return _period(text)
    return text


WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="工作区文件夹；默认从当前文件夹向上找 minsheng.toml。")
]

ParamsOption = Annotated[Path | None, typer.Option("--params", help="方案文件夹；默认为工作区的 params/。")]

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]

MonthArgument = Annotated[
    str,
    typer.Argument(metavar="月份", help="报告月份，例如 2017-06 或 2017年6月。", show_default=False, parser=_period),
]

MonthOrNewest = Annotated[
    str | None, typer.Argument(metavar="月份", help="报告月份；默认为有报表的最近一个月。", parser=_period)
]

AssessmentArgument = Annotated[
    str,
    typer.Argument(
        metavar="考评期",
        help="考评期，例如 2017-H1（2017年上半年）或 2017（全年）。",
        show_default=False,
        parser=_period,
    ),
]

PeriodArgument = Annotated[
    str,
    typer.Argument(
        metavar="报告期",
        help="月份或考评期，例如 2017-06、2017年6月、2017-H1、2017。",
        show_default=False,
        parser=_period,
    ),
]

PeriodOption = Annotated[str | None, typer.Option("--period", help="报告期；默认为最近校验过的月份。", parser=_period)]

PeriodOrPath = Annotated[
    str,
    typer.Argument(metavar="报告期或路径", help="报告期（最新一版）、包名或归档包的路径。", parser=_period_or_path),
]

ArchivedMonth = Annotated[
    str,
    typer.Argument(
        metavar="月份或路径",
        help="归档的月份，例如 2017-06；或一个归档包的路径。",
        show_default=False,
        parser=_period_or_path,
    ),
]

ReportArgument = Annotated[
    str,
    typer.Argument(
        metavar="月份或路径",
        help="月份（后面写科室），或月报的路径 …/monthly_report/report.pdf。",
        show_default=False,
        parser=_period_or_path,
    ),
]

YearArgument = Annotated[
    int, typer.Argument(metavar="年度", help="年度，例如 2018。", show_default=False, parser=year_typed)
]

YearOrAll = Annotated[
    int | None, typer.Argument(metavar="年度", help="年度；默认检查 params/ 下的每一年。", parser=year_typed)
]

YearOfPlan = Annotated[
    int | None, typer.Argument(metavar="年度", help="年度；默认为 params/ 下最新的一年。", parser=year_typed)
]

YearOfOption = Annotated[
    int | None, typer.Option("--year", help="方案年度；默认为 params/ 下最新的一年。", parser=year_typed)
]

TrialMonth = Annotated[
    str | None,
    typer.Option("--month", metavar="月份", help="运行哪个月；默认为上半年最后一个应报的月份。", parser=_period),
]

TrialData = Annotated[
    str | None,
    typer.Option("--data", metavar="月份", help="不抽样，改用这个月真实的报表。", parser=_period),
]

YearOption = Annotated[int | None, typer.Option("--year", help="方案年度；默认为今年。", parser=year_typed)]

LogLevelOption = Annotated[
    LogLevel | None,
    typer.Option("--log-level", help="运行日志记到多细；默认为工作区的设置。"),
]

JobsOption = Annotated[int | None, typer.Option("--jobs", help="同时运行的笔记本数。", min=1)]
