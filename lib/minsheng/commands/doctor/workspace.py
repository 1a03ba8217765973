"""The workspace: its folders, its lock, its history, what a killed run left, and whether the clock can be right."""

import os
import re
import shutil
from datetime import timedelta
from pathlib import Path

from minsheng.commands.doctor.installation import differing_versions
from minsheng.commands.doctor.machine import FAULT, HINT, Observation, room, writing_fails
from minsheng.domain.clock import bureau_now
from minsheng.errors import MinshengError, UsageError
from minsheng.files.locks import is_locked
from minsheng.files.staging import left_over
from minsheng.intake.returns.store import read_register, register_path
from minsheng.runs.history import RunHistory
from minsheng.workspace import MARKER, Workspace

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)

_TOLERANCE = timedelta(days=1)

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def workspace(start: Path | None) -> list[Observation]:
    """Look at the workspace at or above ``start``; without one only the machine can be judged."""
    try:
        found = Workspace.find(start)
    except UsageError as fault:
        origin = (start or Path(os.environ.get("MINSHENG_WORKSPACE", "."))).resolve()
        exists = any((folder / MARKER).is_file() for folder in (origin, *origin.parents))
        if start is None and not exists:
            text = f"这里不是工作区（{origin} 及其上级没有 {MARKER}），只检查了机器"
            return [Observation(text, HINT, "进入工作区文件夹，或用 --workspace 指明")]
        return [Observation(str(fault), FAULT, "改正后再运行")]
    return [
        Observation(f"工作区 {found.root}"),
        *_folders(found),
        *_official_fonts(found),
        *_lock(found),
        *_history(found),
        *_left_over(found),
        *_register(found),
        *_archive(found),
        *_browser(found),
        *_notices(found),
    ]


def _folders(workspace: Workspace) -> list[Observation]:
    found = [
        Observation(f"工作区缺少 {folder.name}/：{why}", FAULT, "从备份或发布包中取回")
        for folder, why in ((workspace.params, "没有方案"), (workspace.notebooks, "没有笔记本"))
        if not folder.is_dir()
    ]
    for folder, name in ((workspace.outputs, "输出文件夹"), (workspace.data, "数据文件夹")):
        there = folder if folder.exists() or folder.is_symlink() else workspace.root
        why = writing_fails(there)
        if why:
            remedy = f"让运行的用户可写：chown -R $(id -un) {there}；只读的磁盘请重新挂载"
            found.append(Observation(f"{name} {there} 不能写入：{why}", FAULT, remedy))
        else:
            found += room(there, name)
    return found or [Observation("工作区完整，可写，磁盘有余地")]


def _official_fonts(workspace: Workspace) -> list[Observation]:
    from minsheng.runs.keys import workspace_fonts

    try:
        fonts = workspace_fonts(workspace)
    except MinshengError as fault:
        return [Observation(str(fault), FAULT, "改正 minsheng.toml 的 [fonts]，或删去它以使用随附字体")]
    except OSError:
        return []  # of the packaged fonts, which are a finding of their own
    if fonts.warning():
        remedy = "有授权的仿宋_GB2312、方正小标宋等字体时，在 minsheng.toml 的 [fonts] 写明 folder"
        return [Observation(fonts.warning(), HINT, remedy)]
    absent = "、".join(f"{role.word}用{role.substitute}代替" for role in fonts.missing)
    return [Observation("公文字体齐全" if not absent else f"公文字体：{absent}")]


def _archive(workspace: Workspace) -> list[Observation]:
    from minsheng.archive.contents.archived import archive_health

    said, wrong = archive_health(workspace)
    return [Observation(said, FAULT, wrong) if wrong else Observation(said)]


def _lock(workspace: Workspace) -> list[Observation]:
    if not workspace.lock.is_file():
        return [Observation("没有 requirements.lock：报告不能说明用什么版本生成", HINT, "从发布包中取回")]
    pins: dict[str, set[str]] = {}
    for name, pinned in _PIN.findall(workspace.lock.read_text(encoding="utf-8")):
        pins.setdefault(name, set()).add(pinned)
    wrong = differing_versions(pins)
    if wrong:
        text = f"与 requirements.lock 不一致：{'、'.join(wrong)}。报告的字节可能与别处不同"
        return [Observation(text, HINT, "make setup，或 pip install --require-hashes -r requirements.lock")]
    return [Observation("已安装的版本与 requirements.lock 一致")]


def _history(workspace: Workspace) -> list[Observation]:
    if not workspace.history.is_file() or not os.access(workspace.history, os.W_OK):
        return []
    try:
        with RunHistory(workspace.history):
            return [Observation("运行记录可读")]
    except MinshengError as fault:
        return [Observation(str(fault), FAULT, "升级本程序，或删除运行记录后重做")]


def _left_over(workspace: Workspace) -> list[Observation]:
    """Find what runs that were killed left; a run of the same machine that goes on is none of it."""
    left, found = left_over(workspace), []
    if left:
        staging = left[0].parent
        text = f"被中断的运行留下 {len(left)} 个临时文件夹（{staging}）"
        found.append(Observation(text, HINT, f"没有运行在进行时可以删除：rm -r {staging}"))
    folder = register_path(workspace.data).parent
    unfinished = [*folder.glob(".*.new"), *folder.glob("*/.*.new"), *folder.glob("*/.*.receiving")]
    if unfinished and not is_locked(folder):
        text = f"被中断的接收留下 {len(unfinished)} 个未完成的文件（{folder}）"
        found.append(Observation(text, HINT, "再运行一次 minsheng receive，会先清理再登记"))
    return found


def _register(workspace: Workspace) -> list[Observation]:
    try:
        register = read_register(workspace.data)
    except MinshengError as fault:
        return [Observation(str(fault), FAULT, "收文登记是凭据：请从备份恢复，不要手工改写")]
    now = bureau_now().replace(tzinfo=None)
    newest = max((line.received_at.replace(tzinfo=None) for line in register), default=now)
    if newest > now + _TOLERANCE:
        text = f"本机时钟是 {now:%Y-%m-%d %H:%M}，收文登记中却有 {newest:%Y-%m-%d %H:%M} 收到的报表"
        return [Observation(text, FAULT, "校准时钟：timedatectl set-ntp true；时钟无误则更正登记的时间")]
    return [Observation(f"收文登记 {len(register)} 行，时钟不早于登记")]


def _browser(workspace: Workspace) -> list[Observation]:
    if not (workspace.root / "tests" / "browser").is_dir() or any(map(shutil.which, _BROWSERS)):
        return []
    return [Observation("没有 Chromium：只有浏览器测试需要它", HINT, "sh .ci/setup tests")]


def _notices(workspace: Workspace) -> list[Observation]:
    """Whether notices that the settings ask for can go out."""
    if not workspace.settings.tells:
        return []
    from minsheng.agenda.notices.sending import INSTALL, can_send, with_secrets

    found = [] if can_send() else [Observation("通知发不出去", HINT, INSTALL)]
    urls = {f"notices.{name}": each.url for name, each in workspace.settings.notices.items()}
    for key, url in (urls | {"reminders": workspace.settings.reminders.url}).items():
        try:
            with_secrets(url, os.environ)
        except UsageError as fault:
            found.append(Observation(f"{MARKER} 的 {key}：{fault}", HINT, "在运行 minsheng 的环境中设置它"))
    return found or [Observation("通知可以发出")]
