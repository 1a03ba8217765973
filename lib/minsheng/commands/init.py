"""``minsheng init``: a new workspace for another bureau, with a small plan whose first run works."""

from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from minsheng.commands.plans.plan_schema import SCHEMA_FOLDER, modeline, schemas
from minsheng.errors import UsageError
from minsheng.files.writing import put
from minsheng.plan.calendar import freeze_calendar

_YEAR = "YEAR"
"""Stands for the year in the names and texts of the skeleton."""

_TEXTS = frozenset({".yaml", ".toml", ".md"})

_EMPTY = ("data/returns", "data/assessment", "data/evidence")

_IGNORED = """\
# 不入 git：可以重做的，和有个人信息、有密钥的；归档和钥匙另行备份。
/outputs/*
!/outputs/README.md
/data/accepted/
/data/archive/
/data/contacts.csv
/data/keys/
.ipynb_checkpoints/
"""


def start_workspace(target: Path, year: int) -> list[str]:
    """Write a new workspace and return what to do next.

    Parameters
    ----------
    target
        A folder that does not exist yet or is empty.
    year
        The plan's year; its holidays are frozen from the installed calendar.

    Raises
    ------
    UsageError
        If the folder holds anything, or the year's holidays are not known.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} 已有内容：init 只写到新的或空的文件夹，不改动已有的文件")
    calendar = freeze_calendar(year)
    with as_file(files("minsheng").joinpath("skeleton")) as skeleton:
        _copy(skeleton, target, str(year))
    of_year = target / "params" / str(year)
    line = modeline(of_year / "calendar.yaml", of_year)
    put(f"{line}\n{calendar}".encode(), of_year / "calendar.yaml")
    (target / "params" / SCHEMA_FOLDER).mkdir()
    for name, content in schemas().items():
        put(content, target / "params" / SCHEMA_FOLDER / name)
    for folder in _EMPTY:
        (target / folder).mkdir(parents=True, exist_ok=True)
    put(_IGNORED.encode(), target / ".gitignore")
    return [
        f"已建立工作区 {target}：{year}年的方案小样（两个地区、一个项目），要改什么见 {target / 'README.md'}",
        f"下一步：cd {target} && minsheng plan check && minsheng template {year}-01",
    ]


def _copy(source: Traversable, target: Path, year: str) -> None:
    """Copy a folder of the package, with the year in names and texts."""
    target.mkdir(parents=True, exist_ok=True)
    for each in source.iterdir():
        to = target / each.name.replace(_YEAR, year)
        if each.is_dir():
            _copy(each, to, year)
        elif to.suffix in _TEXTS:
            put(each.read_text(encoding="utf-8").replace(_YEAR, year).encode(), to)
        else:
            # The content, not the link: the workspace owns its files.
            put(each.read_bytes(), to)
