"""How a machine calls ``minsheng tick`` by itself: a systemd timer with its service, or a line for cron."""

import getpass
import re
import shlex
import sys
from pathlib import Path

from minsheng.errors import UsageError
from minsheng.workspace import Workspace

KINDS = ("systemd", "cron")
_MINUTE, _FIRST_HOUR, _LAST_HOUR = 10, 7, 21
_PLAIN = re.compile(r"[A-Za-z0-9@._/+:,=-]+")
SERVICE, TIMER = "minsheng-tick.service", "minsheng-tick.timer"


def example(workspace: Workspace, kind: str) -> str:
    """Return a text to install, with this workspace's path and this program's.

    Raises
    ------
    UsageError
        If the kind is not known, a path has a line break, or the program's a quote, which systemd does not allow.
    """
    if kind not in KINDS:
        raise UsageError(f"--example “{kind}”不认识：可用 {'、'.join(KINDS)}")
    program = Path(sys.executable).with_name("minsheng")
    if "\n" in f"{workspace.root}{program}" or set(str(program)) & set("\"'\\"):
        raise UsageError(f"定时任务里不能写这样的路径：{program}（程序的路径不能有引号、反斜杠，路径都不能有换行）")
    if kind == "cron":
        return _cron(workspace.root, program)
    service, timer = systemd_units(workspace.root, program, getpass.getuser())
    return "\n".join(
        [
            f"# 第一个文件：/etc/systemd/system/{SERVICE}",
            service,
            f"# 第二个文件：/etc/systemd/system/{TIMER}",
            timer,
            f"# 装好后：systemctl daemon-reload && systemctl enable --now {TIMER}",
            f"# 看结果：systemctl list-timers；journalctl -u {SERVICE}\n",
        ]
    )


def systemd_units(root: Path, program: Path, user: str) -> tuple[str, str]:
    """Return the text of the service and of its timer."""
    service = f"""\
[Unit]
Description=Minsheng Workbook: what is due and not done

[Service]
Type=oneshot
User={user}
WorkingDirectory={str(root).replace("%", "%%")}
ExecStart={_systemd_word(program)} tick --workspace {_systemd_word(root).replace("$", "$$")}
# 3：有单位未报送或未通过校验，不是程序故障；其余非零返回码见 README。
SuccessExitStatus=3
Nice=10
"""
    timer = f"""\
[Unit]
Description=Minsheng Workbook: tick every hour of the working day

[Timer]
OnCalendar=*-*-* {_FIRST_HOUR:02d}..{_LAST_HOUR}:{_MINUTE}:00 Asia/Shanghai
# 关机期间错过的，开机后补一次。
Persistent=true

[Install]
WantedBy=timers.target
"""
    return service, timer


def _systemd_word(path: Path) -> str:
    """Quote one word of a command line as systemd reads it; variables it knows in arguments alone."""
    text = str(path).replace("%", "%%")
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _cron(root: Path, program: Path) -> str:
    log = root / "outputs" / "tick.log"
    command = f"{shlex.quote(str(program))} tick --workspace {shlex.quote(str(root))} >> {shlex.quote(str(log))} 2>&1"
    # In a crontab a percent sign ends the command, even within quotes.
    line = f"{_MINUTE} {_FIRST_HOUR}-{_LAST_HOUR} * * * {command}".replace("%", r"\%")
    return "\n".join(
        [
            "# 加进 crontab -e。钟点按本机时区；tick 自己按北京时间判断期限。",
            "# 关机期间错过的不另补：下一次 tick 会把到期未办的都办了。",
            f"{line}\n",
        ]
    )
