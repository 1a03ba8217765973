"""Making units on other machines: only ones that would give the same bytes."""

import hashlib
import platform
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from minsheng.errors import MachineUnfitError
from minsheng.execute.cluster import Cluster, held
from minsheng.execute.forked import fallbacks
from minsheng.render.fonts import FontSet, packaged_fonts
from minsheng.render.text_stack import text_stack
from minsheng.workflow.fingerprint import package_sha256
from minsheng.workflow.unit_worker import UnitMade, UnitWork, make_unit

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_PACKAGE = "minsheng-workbook"


@dataclass(frozen=True)
class TravellingFonts:
    """A font set that leaves its machine: the same files lie elsewhere there.

    Parameters
    ----------
    files
        Name and sha256 of each.
    aliases
        As in :class:`~minsheng.render.fonts.FontSet`.
    """

    files: tuple[tuple[str, str], ...]
    aliases: tuple[tuple[str, str], ...]


def cluster_for(address: str, fonts: FontSet) -> Cluster:
    """Join a cluster; the bureau's own fonts travel to each worker once, the packaged ones are there."""
    own = [path for path in fonts.files if path not in packaged_fonts().files]
    return Cluster(address, files=own)


def maker_elsewhere(fonts: FontSet) -> Callable[[UnitWork], UnitMade]:
    """Return what a worker of a cluster runs for each unit; it can be pickled."""
    travelling = TravellingFonts(tuple(fonts.digests().items()), fonts.aliases)
    return partial(make_unit_elsewhere, tuple(installation().items()), travelling)


def make_unit_elsewhere(expected: tuple[tuple[str, str], ...], fonts: TravellingFonts, work: UnitWork) -> UnitMade:
    """Make a unit on a machine that is set up like the coordinator's.

    Raises
    ------
    MachineUnfitError
        If anything here would give other bytes; it says which machine, and what to install.
    """
    here = installation()
    other = [f"{name} {here.get(name, '没有')}（应为 {value}）" for name, value in expected if here.get(name) != value]
    if other:
        raise MachineUnfitError(
            f"工作机 {platform.node()} 与本机不同，做出的报告会不一样：{'、'.join(other)}。"
            "请在该机装上同一版本后重启工作进程"
        )
    before = fallbacks.process.total
    made = make_unit(replace(work, fonts=_fonts_here(fonts)))
    return replace(made.packed(), fallbacks=fallbacks.process.total - before)


@cache
def installation() -> dict[str, str]:
    """Return all that decides on a report's bytes besides its inputs: name → version or hash.

    Our own files, the interpreter, every library that we need, at any remove, and the machine's text libraries.
    """
    found = {"minsheng": package_sha256()[:16], "python": platform.python_version(), **text_stack()}
    waiting = [_PACKAGE]
    while waiting:
        name = waiting.pop()
        try:
            there = distribution(name)
        except PackageNotFoundError:  # for another platform, or an extra of somebody's
            continue
        if name != _PACKAGE:
            found[name] = there.version
        needed = [line for line in there.requires or () if "extra ==" not in line]
        names = {_canonical(match[0]) for line in needed if (match := _NAME.match(line))}
        waiting += sorted(names - found.keys() - set(waiting))
    return dict(sorted(found.items()))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _fonts_here(fonts: TravellingFonts) -> FontSet:
    return FontSet(tuple(_font_here(name, sha256) for name, sha256 in fonts.files), fonts.aliases)


@cache
def _font_here(name: str, sha256: str) -> Path:
    packaged = {path.name: path for path in packaged_fonts().files}
    path = packaged[name] if name in packaged else held(name)
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise MachineUnfitError(f"工作机 {platform.node()} 的字体 {name} 与本机不同：请装上同一版本的程序")
    return path
