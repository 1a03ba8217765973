"""The archive: seal, verify, inspect, rebuild."""

from pathlib import Path
from typing import Annotated

import typer

from minsheng.cli.application import conclude, group
from minsheng.cli.arguments import (
    ArchivedMonth,
    JobsOption,
    JsonOption,
    ParamsOption,
    PeriodArgument,
    PeriodOrPath,
    WorkspaceOption,
)

archive_app = group("archive", "归档：封存、核验、四性检测、从归档重做。")

ArchiveOption = Annotated[
    Path | None, typer.Option("--archive", help="归档文件夹；默认按 minsheng.toml，通常在另一块磁盘上。")
]


@archive_app.command("seal")
def archive_seal(
    period: PeriodArgument,
    why: Annotated[
        str, typer.Option("--why", help="重新归档，或归档改动过的笔记本、程序的原因；有这两种情况时必填。")
    ] = "",
    sealed_at: Annotated[
        str | None, typer.Option("--sealed-at", help="归档时间，例如 2017-07-26T10:00；默认为现在。")
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
    params: ParamsOption = None,
) -> None:
    """把一个月的报告、报表、回执、方案与笔记本，或一次考评的印证资料册，封存为只读的归档包，记入签名的账本。

    例：minsheng archive seal 2017-06；minsheng archive seal 2017-H1
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.archives.archive_seal import seal_period
    from minsheng.workspace import Workspace

    found = Workspace.find(workspace, params=params)
    with RunDisplay() as display:
        outcome = seal_period(found, period, archive=archive, why=why, sealed_at=sealed_at, display=display)
    conclude(outcome, as_json=as_json)


@archive_app.command("verify")
def archive_verify(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="路径",
            help="归档、一个归档包、任意一份文件，或回执旁的签名；默认为整个归档。",
            show_default=False,
        ),
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="另外取得的公钥 minisign.pub。")] = None,
    head: Annotated[str, typer.Option("--head", help="交接单上印的账本头。")] = "",
    trust: Annotated[list[Path] | None, typer.Option("--trust", help="签字证书的根证书；默认按设置。")] = None,
    sm3: Annotated[bool, typer.Option("--sm3", help="国密 SM3 也逐份重算（约慢一倍）；默认只核对清单。")] = False,
    anew: Annotated[
        bool,
        typer.Option("--recompute", help="不用笔记本，从归档的报表和方案重算每个数据，与结果和页面比较。"),
    ] = False,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """核验归档：每个文件的校验码、清单、规范、账本的链与签名，领导签字与报送；或查一份文件归档在哪个包里。

    例：minsheng archive verify；minsheng archive verify report.pdf
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.archives.archive_verify import verify

    with RunDisplay() as display:
        outcome = verify(
            workspace, path, archive=archive, key=key, head=head, display=display, roots=trust or (), sm3=sm3, anew=anew
        )
    conclude(outcome, as_json=as_json)


@archive_app.command("inspect")
def archive_inspect(
    what: PeriodOrPath,
    out: Annotated[
        Path | None, typer.Option("--out", help="检测表写到哪里；默认 outputs/archive-inspections/。")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", help="检测日期，例如 2017-07-26；默认为今天。")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="另外取得的公钥 minisign.pub。")] = None,
    trust: Annotated[list[Path] | None, typer.Option("--trust", help="签字证书的根证书；默认按设置。")] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """检测一个归档包的真实性、完整性、可用性、安全性，写出四性检测表（网页和 PDF）；有一项不通过即退出码 14。

    例：minsheng archive inspect 2017-06；minsheng archive inspect /mnt/disk/2017-06.r2 --out 检测表
    """
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.archives.archive_inspect import inspect_package
    from minsheng.domain.clock import bureau_day

    with RunDisplay() as display:
        outcome = inspect_package(
            workspace, what, archive=archive, key=key, roots=trust or (), out=out,
            on=bureau_day(on, option="--on") if on else None, display=display,
        )  # fmt: skip
    conclude(outcome, as_json=as_json)


@archive_app.command("rebuild")
def archive_rebuild(
    month: ArchivedMonth,
    revision: Annotated[int | None, typer.Option("--revision", help="第几版；默认为最新的一版。", min=1)] = None,
    libraries: Annotated[
        Path | None, typer.Option("--libraries", help="给出路径时：放着依赖库文件的文件夹；默认从 pip 的源下载。")
    ] = None,
    program: Annotated[
        Path | None, typer.Option("--program", help="给出路径时：安装包，包中只记着它另存在哪里时才写。")
    ] = None,
    archive: ArchiveOption = None,
    jobs: JobsOption = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """只用归档包中的原件重做一个月，逐份与归档的报告比较：写月份用本机的程序；写路径用包中的程序和它锁定的依赖库。

    例：minsheng archive rebuild 2017-06；minsheng archive rebuild data/archive/2017-06
    """
    from minsheng.archive.contents.archived import workspace_at
    from minsheng.cli.console import RunDisplay
    from minsheng.commands.archives.archive_rebuild import rebuild_month, rebuild_package
    from minsheng.workspace import Workspace

    with RunDisplay() as display:
        if Path(month).is_dir():
            outcome = rebuild_package(
                workspace_at(workspace), Path(month), libraries=libraries, program=program, jobs=jobs, display=display
            )
        else:
            found = Workspace.find(workspace)
            outcome = rebuild_month(found, month, revision=revision, archive=archive, jobs=jobs, display=display)
    conclude(outcome, as_json=as_json)
