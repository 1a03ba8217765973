"""The machine: its system, the press, limits, room for temporary files, time zone; how an observation is worded."""

import os
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from papermill_forked.confinement import missing
from papermill_forked.launch import supported

FINE, HINT, FAULT = "正常", "提示", "故障"


@dataclass(frozen=True)
class Observation:
    """One thing that was looked at: 正常, 提示 (works, with less) or 故障; no remedy where nothing needs doing."""

    what: str
    state: str = FINE
    remedy: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether the machine is unfit because of it."""
        return self.state == FAULT

    def __str__(self) -> str:
        return f"[{self.state}] {self.what}" + (f"。处理：{self.remedy}" if self.remedy else "")


FREE_BYTES = 1 << 30
"""What a run needs on a disk that it writes to."""

_OPEN_FILES = 512

_PROCESSES = 256

_ADDRESS_SPACE = 8 << 30

_FILE_BYTES = 1 << 28

_BEIJING = -8 * 3600


def machine() -> list[Observation]:
    """Look at what lies outside of Python."""
    temporary = [*_can_write(_temporary(), "临时文件夹", "设置环境变量 TMPDIR 为可写的文件夹")]
    return [*_system(), *_confinement(), *_press(), *_limits(), *temporary, *_zone()]


def _system() -> list[Observation]:
    if supported():
        return [Observation(f"{sys.platform}，可用预热进程（fork）")]
    return [
        Observation(f"{sys.platform} 不支持预热进程：改用普通内核，结果相同，慢十倍以上", HINT, "请在 Linux 上运行")
    ]


_LAYERS = {
    "landlock": "Landlock（Linux 5.13 起）：不能限制笔记本读写哪些文件",
    "landlock_network": "Landlock 的网络规则（Linux 6.7 起）",
    "signals": "Landlock 的信号规则（Linux 6.12 起）：笔记本能向本用户的其他进程发信号",
    "seccomp": "seccomp 规则（x86-64、ARM）：不能限制笔记本使用网络、改变文件权限",
}


def _confinement() -> list[Observation]:
    """Look at what keeps a notebook to its own inputs."""
    absent = "；".join(_LAYERS[name] for name in missing())
    if not absent:
        return [Observation("笔记本只能读自己的来源、写自己的文件夹，不能使用网络（Landlock、seccomp）")]
    text = f"本机的系统内核缺少 {absent}。只由 Python 自身拦截，用 C 编写的代码可以绕过"
    return [Observation(text, HINT, "升级系统内核，并启用 Landlock")]


def _press() -> list[Observation]:
    try:
        import typst  # noqa: F401  # whether it loads is the question
    except ImportError as fault:
        return [Observation(f"缺少或无法装入排版程序 Typst，不能生成 PDF：{fault}", FAULT, "重新安装：make setup")]
    return [Observation(f"排版程序 Typst {version('typst')}")]


def _limits() -> list[Observation]:
    """Look at what the shell allows a process (``ulimit``)."""
    wanted = (
        (resource.RLIMIT_NOFILE, _OPEN_FILES, "打开文件数", f"ulimit -n {_OPEN_FILES * 2}"),
        (resource.RLIMIT_NPROC, _PROCESSES, "进程数", f"ulimit -u {_PROCESSES * 4}"),
        (resource.RLIMIT_AS, _ADDRESS_SPACE, "地址空间（字节）", "ulimit -v unlimited"),
        (resource.RLIMIT_FSIZE, _FILE_BYTES, "文件大小（字节）", "ulimit -f unlimited"),
    )
    found = []
    for which, least, name, remedy in wanted:
        allowed, _ = resource.getrlimit(which)
        if allowed not in {resource.RLIM_INFINITY, -1} and allowed < least:
            found.append(Observation(f"{name}限制为 {allowed}，至少应为 {least}", FAULT, f"{remedy}，再运行"))
    return found or [Observation("进程限制（ulimit）足够")]


def _temporary() -> Path:
    return Path(os.environ.get("TMPDIR") or tempfile.gettempdir())


def _can_write(folder: Path, name: str, remedy: str) -> list[Observation]:
    why = writing_fails(folder)
    if why:
        return [Observation(f"{name} {folder} 不能写入：{why}", FAULT, remedy)]
    return [Observation(f"{name} {folder} 可写"), *room(folder, name)]


def writing_fails(folder: Path) -> str:
    """Return why a file cannot be written in a folder; empty if it can. The file is taken away again."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".minsheng-doctor-") as file:
            file.write(b"\0" * 4096)
            file.flush()
    except OSError as fault:
        return fault.strerror or str(fault)
    return ""


def room(folder: Path, name: str) -> list[Observation]:
    """Return a fault where the disk of a folder has little room left."""
    free = shutil.disk_usage(folder).free
    if free >= FREE_BYTES:
        return []
    return [Observation(f"{name} {folder} 所在磁盘只剩 {free / FREE_BYTES:.2f} GiB", FAULT, "清理磁盘，至少留出 1 GiB")]


def _zone() -> list[Observation]:
    if -time.localtime().tm_gmtoff == _BEIJING:
        return [Observation("时区为北京时间")]
    text = f"本机时区不是北京时间（{time.strftime('%z')}）：收到时间仍按北京时间登记，定时任务则按本机时区"
    return [Observation(text, HINT, "timedatectl set-timezone Asia/Shanghai")]
