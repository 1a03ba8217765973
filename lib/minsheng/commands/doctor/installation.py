"""The installation: Python, our package and its libraries, the plug-ins it registers, the fonts it brings."""

import re
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, entry_points, requires, version
from typing import Any

from minsheng.commands.doctor.machine import FAULT, Observation
from minsheng.errors import MinshengError
from minsheng.runs.version import version_text

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def installation() -> list[Observation]:
    """Look at what was installed."""
    return [*_python(), *_libraries(), *_plugins(), *_templates(), *_fonts(), *_sm3()]


def _python() -> list[Observation]:
    # An older Python cannot even import this module: pip and the set-up refuse it first.
    number = ".".join(map(str, sys.version_info[:3]))
    return [Observation(version_text()), Observation(f"Python {number}（{sys.executable}）")]


def _libraries() -> list[Observation]:
    """Whether every library that the package needs is there."""
    # Extras are not needed.
    needed = [line for line in requires("minsheng-workbook") or [] if "extra ==" not in line]
    names = [match[0] for line in needed if (match := _NAME.match(line))]
    absent = [name for name in names if _version(name) is None]
    if absent:
        return [
            Observation(
                f"缺少 Python 包 {'、'.join(absent)}", FAULT, f"{sys.executable} -m pip install {' '.join(absent)}"
            )
        ]
    return [Observation(f"所需的 {len(names)} 个 Python 包已安装")]


def differing_versions(pins: Mapping[str, set[str]]) -> list[str]:
    """Return the installed packages whose version is not one that the lock allows, in words."""
    found = ((name, _version(name), allowed) for name, allowed in pins.items())
    # A pin that is not installed is one for another Python, another system, or for tests.
    return [f"{name} {v}（应为 {'或'.join(sorted(allowed))}）" for name, v, allowed in found if v and v not in allowed]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _plugins() -> list[Observation]:
    wanted = {"papermill.engine": {"forked"}, "nbconvert.exporters": {"minsheng_html", "minsheng_pdf"}}
    missing = [
        f"{group}:{name}"
        for group, names in wanted.items()
        for name in sorted(names - {entry.name for entry in entry_points(group=group)})
    ]
    if missing:
        return [
            Observation(f"未登记：{'、'.join(missing)}", FAULT, "重新安装本包：make setup，或 pip install 发布的 wheel")
        ]
    return [Observation("papermill 引擎与 nbconvert 导出器已登记")]


def _templates() -> list[Observation]:
    """Whether the page templates that ours build on are found."""
    from minsheng.render.exporters import ReportHTMLExporter

    try:
        # They lie outside of the libraries' folder.
        exporter: Any = ReportHTMLExporter
        exporter().template_paths  # noqa: B018  # asked for, it looks for them
    except ValueError:
        remedy = f"{sys.executable} -m pip install --force-reinstall --no-deps nbconvert；或检查环境变量 JUPYTER_PATH"
        return [Observation(f"缺少 nbconvert 的模板（{sys.prefix}/share/jupyter）", FAULT, remedy)]
    return [Observation("nbconvert 的模板可用")]


def _fonts() -> list[Observation]:
    from minsheng.render.fonts import packaged_fonts

    again = f"{sys.executable} -m pip install --force-reinstall --no-deps pylopdf-fonts-zh-cn"
    try:
        fonts = packaged_fonts()
        names = sorted(fonts.digests())
        missing = fonts.missing_glyphs(_common_characters())
    except Exception as fault:  # noqa: BLE001  # whatever a damaged font makes its reader raise
        text = str(fault) if isinstance(fault, (OSError, MinshengError)) else f"{type(fault).__name__}：{fault}"
        return [Observation(f"随附字体无法读取：{text}", FAULT, again)]
    if missing:
        shown = "".join(sorted(missing)[:20])
        return [Observation(f"随附字体缺少 {len(missing)} 个常用汉字：{shown}", FAULT, again)]
    return [Observation(f"随附字体 {'、'.join(names)}，GB 2312 全部汉字可用")]


def _sm3() -> list[Observation]:
    """Whether the national digest can be computed."""
    from minsheng.files.hashing import can_sm3

    # Every package carries a list of it.
    if can_sm3():
        return [Observation("国密 SM3 可以计算")]
    remedy = f"{sys.executable} -m pip install --force-reinstall --no-deps cryptography"
    return [Observation("不能计算国密 SM3（GB/T 32905-2016），不能归档", FAULT, remedy)]


def _common_characters() -> str:
    """Return the 6,763 Chinese characters of GB 2312."""
    return "".join(_rows(range(0xB0, 0xF8)))


def _rows(rows: Iterable[int]) -> Iterable[str]:
    for row in rows:
        for cell in range(0xA1, 0xFF):
            yield bytes((row, cell)).decode("gb2312", errors="ignore")
