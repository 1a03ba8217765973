"""The archive's keys: rotate, register a recovery key, have a second person sign."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from minsheng.cli.application import conclude
from minsheng.cli.archives import ArchiveOption, archive_app
from minsheng.cli.arguments import JsonOption, WorkspaceOption
from minsheng.cli.chinese import Application
from minsheng.errors import UsageError

key_app = Application("归档的钥匙：换钥匙、登记恢复钥匙、两个人签名。")
archive_app.add_typer(key_app, name="key")

_WhyOption = Annotated[str, typer.Option("--why", help="原因，记在账本上；必填。")]

_RecoveryOption = Annotated[
    Path | None, typer.Option("--recovery", help="恢复钥匙所在的文件夹：由它代替现在的钥匙签名。")
]


@key_app.command("rotate")
def archive_key_rotate(
    why: _WhyOption = "",
    recovery: _RecoveryOption = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="吊销原来的钥匙：失窃时。")] = False,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="从哪天起可能失窃；与 --revoke 同用。")
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """换签名的钥匙：账本加一行，写明新公钥，由原来的钥匙签名；丢失或失窃的，由恢复钥匙签名。

    例：minsheng archive key rotate --why 期满；minsheng archive key rotate --recovery /media/usb --revoke --why 失窃
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.archives.archive_key import change_archive_key
    from minsheng.workspace import Workspace

    if since is not None and not revoke:
        raise UsageError("--since 要与 --revoke 同用")
    with RunDisplay() as display:
        outcome = change_archive_key(
            Workspace.find(workspace), "rotate", archive=archive, why=why, recovery=recovery, revokes=revoke,
            since=since, display=display,
        )  # fmt: skip
    conclude(outcome, as_json=as_json)


@key_app.command("recovery")
def archive_key_recovery(
    into: Annotated[Path, typer.Argument(metavar="文件夹", help="恢复钥匙放在哪里，通常是移动介质；已有的就用它。")],
    why: _WhyOption = "",
    recovery: _RecoveryOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """登记恢复钥匙：以后签名的私钥丢失或失窃时，由它换一把。已经登记过的，由原来的恢复钥匙签名才能换。

    例：minsheng archive key recovery /media/usb --why 预先登记
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.archives.archive_key import change_archive_key
    from minsheng.workspace import Workspace

    with RunDisplay() as display:
        outcome = change_archive_key(
            Workspace.find(workspace), "recovery", archive=archive, why=why, into=into, recovery=recovery,
            display=display,
        )  # fmt: skip
    conclude(outcome, as_json=as_json)


@key_app.command("second")
def archive_key_second(
    into: Annotated[
        Path | None,
        typer.Argument(metavar="文件夹", help="第二个人的钥匙放在哪里；已有的就用它。", show_default=False),
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="第二个人不再签名；由两个人签名。")] = False,
    why: _WhyOption = "",
    recovery: _RecoveryOption = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """两个人签名：登记第二个人的钥匙，从此账本要两把钥匙都签名，核验时两个签名都要有。

    例：minsheng archive key second /media/usb2 --why 双人封存
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.archives.archive_key import change_archive_key
    from minsheng.workspace import Workspace

    if (into is None) != end:
        raise UsageError("请写文件夹（登记第二个人的钥匙）或 --end（不再由两个人签名），二者取一")
    with RunDisplay() as display:
        outcome = change_archive_key(
            Workspace.find(workspace), "second", archive=archive, why=why, into=into, recovery=recovery,
            display=display,
        )  # fmt: skip
    conclude(outcome, as_json=as_json)
