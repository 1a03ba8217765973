"""The handbook's chapter of a whole plan: the one that ``minsheng init`` writes, file by file."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from minsheng.handbook.plan_keys import EXPECTATIONS
from minsheng.plan.plan_files import LISTS, WHOLE

_YEAR = "YEAR"
"""Stands for the year in the names and texts of the skeleton."""

_HEAD = """# 一份完整的小方案

写给定方案的人：一份能直接运行的方案，两个地区、一个项目，每个文件从头到尾。
`minsheng init 文件夹 --year 年份` 写出的就是它，逐个文件改成本单位的即可。

下面没有印出的只有 `calendar.yaml`：由 `minsheng plan calendar 年份 --out params/<年度>/calendar.yaml` 写出，
列着放假的日期和调休上班的周六、周日。
"""


def sample_chapter() -> str:
    """Return the chapter as Markdown."""
    folder = files("minsheng").joinpath("skeleton", "params", _YEAR)
    names = [f"{name}.yaml" for name in (*WHOLE, *LISTS)]
    for inner in ("tables", EXPECTATIONS):
        names += sorted(f"{inner}/{each.name}" for each in folder.joinpath(inner).iterdir())
    return "\n".join([_HEAD, *(_file(folder.joinpath(name), name) for name in names)]).rstrip() + "\n"


def _file(path: Traversable, name: str) -> str:
    if not path.is_file():
        return ""
    lines = path.read_text(encoding="utf-8").replace(_YEAR, "2026").splitlines()
    return "\n".join([f"## {name}\n", *(f"    {line}".rstrip() for line in lines), ""])
