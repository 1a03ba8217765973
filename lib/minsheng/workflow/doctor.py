"""``minsheng doctor``: is this machine fit, and if not, what to do."""

import ctypes.util
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path

from minsheng.errors import MinshengError
from minsheng.workspace import Workspace

_FREE_BYTES = 1 << 30
_LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    what
        In words.
    state
        ``正常``, ``提示`` (works, with less) or ``故障``.
    remedy
        What to do; empty where nothing needs doing.
    """

    what: str
    state: str
    remedy: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether the machine is unfit because of it."""
        return self.state == "故障"

    def __str__(self) -> str:
        return f"[{self.state}] {self.what}" + (f"。处理：{self.remedy}" if self.remedy else "")


def examine(start: Path | None) -> list[Finding]:
    """Look at everything that a run needs.

    Parameters
    ----------
    start
        Where to look for the workspace.
    """
    looks: list[Callable[[], list[Finding]]] = [_python, _libraries, _plugins, _fonts, lambda: _workspace(start)]
    return [finding for look in looks for finding in look()]


def _python() -> list[Finding]:
    # An older Python cannot even import this module: the set-up refuses it first.
    return [Finding(f"Python {'.'.join(map(str, sys.version_info[:3]))}", "正常")]


def _libraries() -> list[Finding]:
    missing = [package for name, package in _LIBRARIES.items() if ctypes.util.find_library(name) is None]
    if not missing:
        return [Finding("排版库 Pango、HarfBuzz", "正常")]
    return [Finding(f"缺少排版库，不能生成 PDF：{'、'.join(missing)}", "故障", f"apt-get install {' '.join(missing)}")]


def _plugins() -> list[Finding]:
    wanted = {"papermill.engine": {"forked"}, "nbconvert.exporters": {"minsheng_html", "minsheng_pdf"}}
    missing = [
        f"{group}:{name}"
        for group, names in wanted.items()
        for name in sorted(names - {entry.name for entry in entry_points(group=group)})
    ]
    if missing:
        return [Finding(f"未登记：{'、'.join(missing)}", "故障", "重新安装本包：make setup")]
    return [Finding("papermill 引擎与 nbconvert 导出器已登记", "正常")]


def _fonts() -> list[Finding]:
    from minsheng.render.fonts import packaged_fonts

    try:
        names = sorted(packaged_fonts().digests())
    except (OSError, ImportError, MinshengError) as fault:
        return [Finding(f"随附字体无法读取：{fault}", "故障", "重新安装：make setup")]
    return [Finding(f"随附字体 {'、'.join(names)}", "正常")]


def _official_fonts(workspace: Workspace) -> list[Finding]:
    from minsheng.workflow.fingerprint import workspace_fonts

    try:
        fonts = workspace_fonts(workspace)
    except MinshengError as fault:
        return [Finding(str(fault), "故障", "改正 minsheng.toml 的 [fonts]，或删去它以使用随附字体")]
    if fonts.warning():
        remedy = "有授权的仿宋_GB2312、方正小标宋等字体时，在 minsheng.toml 的 [fonts] 写明 folder"
        return [Finding(fonts.warning(), "提示", remedy)]
    absent = "、".join(f"{role.word}用{role.substitute}代替" for role in fonts.missing)
    return [Finding("公文字体齐全" if not absent else f"公文字体：{absent}", "正常")]


def _workspace(start: Path | None) -> list[Finding]:
    try:
        workspace = Workspace.find(start)
    except MinshengError as fault:
        return [Finding(str(fault), "故障", "进入工作区文件夹")]
    findings = [Finding(f"工作区 {workspace.root}", "正常"), *_official_fonts(workspace)]
    free = shutil.disk_usage(workspace.root).free
    if free < _FREE_BYTES:
        findings.append(Finding(f"磁盘只剩 {free / _FREE_BYTES:.1f} GiB", "故障", "清理磁盘，至少留出 1 GiB"))
    return findings + _lock(workspace) + _archive(workspace)


def _archive(workspace: Workspace) -> list[Finding]:
    from minsheng.workflow.archived import archive_health

    said, wrong = archive_health(workspace)
    return [Finding(said, "故障", wrong) if wrong else Finding(said, "正常")]


def _lock(workspace: Workspace) -> list[Finding]:
    if not workspace.lock.is_file():
        return [Finding("没有 requirements.lock：报告不能说明用什么版本生成", "提示", "从发布包中取回")]
    pins: dict[str, set[str]] = {}
    for name, pinned in _PIN.findall(workspace.lock.read_text(encoding="utf-8")):
        pins.setdefault(name, set()).add(pinned)
    wrong = []
    for name, allowed in pins.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            continue  # a pin for another Python or platform
        if found not in allowed:
            wrong.append(f"{name} {found}（应为 {'或'.join(sorted(allowed))}）")
    if wrong:
        return [Finding(f"与 requirements.lock 不一致：{'、'.join(wrong)}", "提示", "make setup")]
    return [Finding("已安装的版本与 requirements.lock 一致", "正常")]
