"""The sample plan with every county several times: five projects and a score each, as many areas as one wants."""

import re
import shutil
from pathlib import Path

import openpyxl
import yaml
from tests.conftest import ROOT, copy_workspace

from minsheng.commands.receive import receive_files
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

MONTH = "2017-01"
_FOR_COPIES = "expect_figures_to_differ_between_areas"
"""The expectation that finds an area with the figures of another, which is what the copies are."""
_AREA = """
  - id: {id}{number}
    name: {name}{number}号
    aliases: []
    adcode: null
    kind: {kind}
    assessed: true
    bureau: {bureau}{number}号
    projects: [{projects}]
"""
_TARGET = re.compile(r"      (\w+): +(\S+)")


def copied_counties(root: Path, times: int) -> Workspace:
    """Return a workspace in which each county of the sample stands ``times`` times, January's returns received."""
    workspace = copy_workspace(root, returns=MONTH)
    shutil.rmtree(workspace.data)
    plan = workspace.params / "2017"
    bureaus = widen_areas(plan / "areas.yaml", times)
    widen_targets(plan / "indicators.yaml", set(bureaus), times)
    for path in (plan / "expectations").glob("*.yaml"):
        rules = re.split(r"(?=^  - id: )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        path.write_text("".join(rule for rule in rules if _FOR_COPIES not in rule), encoding="utf-8")
    files = sorted((ROOT / "data/returns" / MONTH).glob("*.xlsx"))
    for county, bureau in bureaus.items():
        files += [_copied(county, bureau, number, root / "sent") for number in range(2, times + 1)]
    outcome = receive_files(workspace, MONTH, files, received_at="2017-05-02T09:00", sender="", display=Quiet())
    assert outcome.exit_code == 0, outcome.lines()[-9:]
    return workspace


def widen_areas(path: Path, times: int) -> dict[str, str]:
    """Append the copies of every county; return county → bureau."""
    text = path.read_text(encoding="utf-8")
    counties = [area for area in yaml.safe_load(text)["areas"] if area["assessed"]]
    more = [
        _AREA.format(**{**area, "projects": ", ".join(area["projects"])}, number=number)
        for area in counties
        for number in range(2, times + 1)
    ]
    path.write_text(text + "".join(more), encoding="utf-8")
    return {area["id"]: area["bureau"] for area in counties}


def widen_targets(path: Path, counties: set[str], times: int) -> None:
    """Give the copies the targets of their county, and the city the sum of all where it is one."""
    summed = {
        each["id"] for each in yaml.safe_load(path.read_text(encoding="utf-8"))["indicators"] if each["city_total"]
    }
    lines, indicator, city = [], "", 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("  - id: "):
            indicator = line.removeprefix("  - id: ")
        found = _TARGET.match(line)
        if found and found[1] == "city":
            city = len(lines)
        lines.append(line)
        if not found or found[1] not in counties:
            continue
        lines += [f"      {found[1]}{number}: {found[2]}" for number in range(2, times + 1)]
        if indicator in summed:
            total = int(_TARGET.match(lines[city])[2]) + int(found[2]) * (times - 1)
            lines[city] = f"      city: {total}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _copied(county: str, bureau: str, number: int, folder: Path) -> Path:
    """Write a county's return again as that of its copy."""
    book = openpyxl.load_workbook(ROOT / "data/returns" / MONTH / f"{county}.xlsx")
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and bureau in cell.value:
                    cell.value = cell.value.replace(bureau, f"{bureau}{number}号")
    folder.mkdir(exist_ok=True)
    book.save(folder / f"{county}{number}.xlsx")
    return folder / f"{county}{number}.xlsx"
