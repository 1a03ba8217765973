"""A leader's signature on a monthly report, and handing it over."""

import os
from pathlib import Path
from typing import Annotated

import typer

from minsheng.cli.application import app, conclude
from minsheng.cli.arguments import JsonOption, ParamsOption, ReportArgument, WorkspaceOption
from minsheng.errors import UsageError

_SectionArgument = Annotated[str | None, typer.Argument(metavar="科室", help="科室的编号或名称。", show_default=False)]


@app.command()
def sign(
    report: ReportArgument,
    section: _SectionArgument = None,
    p12: Annotated[Path | None, typer.Option("--p12", help="分管领导的证书文件（PKCS #12）。")] = None,
    password_env: Annotated[str, typer.Option("--password-env", help="放着证书密码的环境变量名。")] = "",
    timestamp_url: Annotated[
        str | None, typer.Option("--timestamp-url", help="时间戳服务器；默认按 minsheng.toml，写空字符串则不用。")
    ] = None,
    scan: Annotated[Path | None, typer.Option("--scan", help="纸质签字的扫描件（PDF、JPEG、PNG）。")] = None,
    signer: Annotated[str, typer.Option("--signer", help="扫描件上签字的人。")] = "",
    signed_on: Annotated[str, typer.Option("--signed-on", help="扫描件上的签字日期，例如 2017-06-26、6月26日。")] = "",
    why: Annotated[str, typer.Option("--why", help="扫描件代替电子签名的原因；已有电子签名时必填。")] = "",
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """在科室月报的“分管领导签字”处签电子签名，或登记纸质签字的扫描件；签字人须是方案写明的分管领导。

    例：minsheng sign 2017-06 social_relief --p12 沈友文.p12 --password-env P12_PASSWORD
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.sign import find_report, register_scan, sign_report
    from minsheng.workspace import Workspace

    if (p12 is None) == (scan is None):
        raise UsageError("请写 --p12（电子签名）或 --scan（纸质签字的扫描件），二者取一")
    if scan is not None and not (signer and signed_on):
        raise UsageError("登记扫描件须写明 --signer 签字人 和 --signed-on 签字日期")
    if password_env and password_env not in os.environ:
        raise UsageError(f"没有环境变量 {password_env}")
    found = Workspace.find(workspace, params=params)
    chosen = find_report(found, report, section)
    with RunDisplay() as display:
        if p12 is not None:
            url = found.settings.timestamp_url if timestamp_url is None else timestamp_url
            password = os.environ[password_env] if password_env else None
            outcome = sign_report(found, chosen, p12, password=password, timestamp_url=url, display=display)
        elif scan is not None:
            outcome = register_scan(found, chosen, scan, signer=signer, signed_on=signed_on, why=why, display=display)
    conclude(outcome, as_json=as_json)


@app.command()
def deliver(
    report: ReportArgument,
    section: Annotated[
        str | None,
        typer.Argument(metavar="科室", help="科室的编号或名称；或写“考评结果表”。", show_default=False),
    ] = None,
    to: Annotated[str, typer.Option("--to", help="报给谁：办公室、省厅或督查室。")] = "office",
    at: Annotated[str | None, typer.Option("--at", help="移交时间，例如 2017-06-26T10:00；默认为现在。")] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """登记科室月报报送办公室或省厅、办公室月报和考评结果表报送督查室，并生成交接单（印有文件的 sha256 和归档账本头）。

    例：minsheng deliver 2017-06 救助科 --to 办公室；minsheng deliver 2017-H1 考评结果表 --to 督查室
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.deliver import deliver as hand_over
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        outcome = hand_over(found, report, section, to=to, at=at, display=display)
    conclude(outcome, as_json=as_json)
