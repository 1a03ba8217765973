"""The fonts of official documents (公文): a bureau's own files where it has them, else the packaged ones.

GB/T 9704-2012 wants 仿宋 for the text, 小标宋 for the title, 黑体 and 楷体 for headings. They are not free, so they are
not in the package; a workspace says in ``minsheng.toml`` in which folder they lie.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from minsheng.errors import MachineUnfitError
from minsheng.render.fonts import SUFFIXES, FontSet, packaged_fonts

_FAMILY_NAMES = (1, 16)
_FULL_NAMES = (4, 6)


@dataclass(frozen=True)
class Role:
    """What a font is for."""

    id: str  # key in ``minsheng.toml``
    word: str
    usual: tuple[str, ...]  # family names under which the font is sold, best first
    substitute: str  # what stands in for it, in words


ROLES = (
    Role(
        "fangsong",
        "仿宋",
        ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "STFangsong"),
        "宋体",
    ),
    Role(
        "xiaobiaosong",
        "小标宋",
        ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "FZXiaoBiaoSong-B05"),
        "宋体",
    ),
    Role("heiti", "黑体", ("黑体", "SimHei"), "思源黑体"),
    Role("kaiti", "楷体", ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "STKaiti"), "宋体"),
)


@dataclass(frozen=True)
class OfficialFonts:
    """The fonts chosen for official documents."""

    font_set: FontSet  # the bureau's files, then the packaged ones
    missing: tuple[Role, ...]  # roles for which there is none

    def warning(self) -> str:
        """Return what stands in for what, as a sentence without its full stop; empty where 仿宋 is there."""
        if not any(role.id == "fangsong" for role in self.missing):
            return ""
        told = "、".join(f"{role.word}用{role.substitute}" for role in self.missing)
        return f"没有仿宋字体，公文格式的月报以随附字体代替（{told}），行数、字数不变"


def official_fonts(folder: Path | None, families: Mapping[str, str]) -> OfficialFonts:
    """Choose the fonts of official documents.

    Parameters
    ----------
    folder
        Where the bureau's font files lie (``.ttf``, ``.otf``); ``None`` for the packaged fonts alone.
    families
        Role id → family name, where a font goes by another name than the usual ones; empty names are left out.

    Raises
    ------
    MachineUnfitError
        If there is no such folder, or no font in it of a family that is asked for by name.
    """
    if folder is None:
        if any(families.values()):
            raise MachineUnfitError("minsheng.toml 的 [fonts] 写了字体名，但没有写 folder（字体文件所在文件夹）")
        return OfficialFonts(packaged_fonts(), ROLES)
    if not folder.is_dir():
        raise MachineUnfitError(f"minsheng.toml 的 [fonts] folder 指定的文件夹不存在：{folder}")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    by_name = {name: path for path in reversed(files) for name in _names(path)}
    chosen: dict[str, Path] = {}
    for role in ROLES:
        wanted = families.get(role.id, "")
        found = next((name for name in ((wanted,) if wanted else role.usual) if name in by_name), None)
        if found:
            chosen[role.id] = by_name[found]
        elif wanted:
            raise MachineUnfitError(
                f"{folder} 中没有字体“{wanted}”（{role.word}）；其中有：{'、'.join(sorted(by_name)) or '无'}"
            )
    own = tuple(dict.fromkeys(chosen.values()))
    roles = tuple((role.id, chosen[role.id].name) for role in ROLES if role.id in chosen)
    missing = tuple(role for role in ROLES if role.id not in chosen)
    return OfficialFonts(FontSet((*own, *packaged_fonts().files), roles), missing)


@lru_cache
def _records(path: Path) -> tuple[tuple[int, str], ...]:
    from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]  # packaged fonts need no reading

    try:
        with path.open("rb") as file, TTFont(file, lazy=True) as font:
            return tuple((record.nameID, record.toUnicode()) for record in font["name"].names)
    except (TTLibError, OSError, UnicodeDecodeError) as fault:
        raise MachineUnfitError(f"字体文件无法读取：{path}（{fault}）") from fault


def _names(path: Path) -> set[str]:
    return {name for kind, name in _records(path) if kind in (*_FAMILY_NAMES, *_FULL_NAMES)}
