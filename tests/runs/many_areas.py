"""A workspace of many areas: a new bureau's plan, widened, with a filled-in return from every area."""

from datetime import date
from pathlib import Path

from tests.filling import fill

from minsheng.commands.init import start_workspace
from minsheng.commands.receive import receive_files
from minsheng.commands.template import write_templates
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

YEAR, MONTH = 2026, "2026-01"
_AREA = """  - id: {id}
    name: 第{number}县
    aliases: []
    adcode: null
    kind: county
    assessed: true
    bureau: 第{number}县民政局
    projects: [elder_services]
"""


def many_areas(root: Path, count: int) -> Workspace:
    """Return a workspace with ``count`` areas, all of January's returns received."""
    start_workspace(root, YEAR)
    names = [f"a{number:03d}" for number in range(1, count + 1)]
    plan = root / "params" / str(YEAR)
    areas = plan / "areas.yaml"
    head = areas.read_text(encoding="utf-8").partition("  - id: ")[0]
    every = "".join(_AREA.format(id=name, number=number) for number, name in enumerate(names, start=1))
    areas.write_text(head + every, encoding="utf-8")
    indicators = plan / "indicators.yaml"
    text = indicators.read_text(encoding="utf-8")
    beds = ", ".join(f"{name}: 10" for name in names)
    ratios = ", ".join(f"{name}: 95" for name in names)
    text = text.replace("{city: 300, east: 200, west: 100}", f"{{city: {10 * count}, {beds}}}")
    text = text.replace("{city: 95, east: 95, west: 95}", f"{{city: 95, {ratios}}}")
    indicators.write_text(text, encoding="utf-8")
    workspace = Workspace.find(root)
    blanks = write_templates(workspace, MONTH, root / "blank")
    files = [_filled(blanks[name], root / f"filled/{name}.xlsx", number) for number, name in enumerate(names, start=1)]
    section = blanks["elder_section"]
    files.append(fill(section, root / "filled/section.xlsx", as_of=date(YEAR, 1, 20), sheets={}, words="本科室已汇总"))
    outcome = receive_files(workspace, MONTH, files, received_at=f"{YEAR}-01-22T09:00", sender="", display=Quiet())
    assert outcome.exit_code == 0, outcome.lines()
    return workspace


def _filled(blank: Path, target: Path, number: int) -> Path:
    beds = number % 11
    sheets = {
        "养老服务": {
            "": {"本月新增床位": beds, "累计新增床位": beds, "应发人数": 100 + number, "实发人数": 95 + number}
        },
        "资金": {
            "争取中央、省补助": {"累计下达": 10, "累计到位": 8, "累计拨付": 4},
            "市县安排": {"累计下达": 6, "累计到位": 2, "累计拨付": 1},
        },
    }
    words = f"第{number}县按计划推进"
    return fill(blank, target, as_of=date(YEAR, 1, 20), sheets=sheets, words=words)
