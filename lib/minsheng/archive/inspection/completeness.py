"""Is all in the package that should be: by the plan and the register in it, or by the evidence book's catalogue."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from minsheng.archive.inspection.code_check import program_of
from minsheng.domain.period import Period
from minsheng.errors import MinshengError
from minsheng.files.registers import records
from minsheng.intake.returns.store import delivered_path, read_register
from minsheng.plan import load_plan
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.runs.graph import period_tasks
from minsheng.runs.keys import package_sha256
from minsheng.workspace import RESULT

CATALOGUE = "02-证据目录/证据目录.csv"


def month_gaps(data: Path, period: Period, payload: Mapping[str, str]) -> tuple[list[str], str]:
    """Return what a month's package should hold and does not, and what was compared; raise if its plan is no plan."""
    tasks = period_tasks(load_plan(data / "params", period.year), period)
    report = (*_formats(data, payload), NOTEBOOK)
    wanted = [f"outputs/{task.name}/{name}" for task in tasks for name in (*report, *([] if task.is_own else [RESULT]))]
    wanted += [f"notebooks/{task.file}" for task in tasks]
    gaps = [f"{name} 没有" for name in dict.fromkeys(wanted) if not (data / name).is_file()]
    lines = read_register(data / "data")
    for line in lines:
        name = delivered_path(data / "data", line).relative_to(data).as_posix()
        if name not in payload:
            gaps.append(f"登记了 {name}，包中没有")
        elif payload[name] != line.sha256:
            gaps.append(f"{name} 不是登记的那一份")
    return gaps, f"{len(tasks)} 份报告、{len(lines)} 份登记的报表"


def _formats(data: Path, payload: Mapping[str, str]) -> list[str]:
    """Return the files in which every report of a month comes: another version may have had fewer formats than this."""
    there = {PurePosixPath(name).name for name in payload if name.startswith("outputs/")}
    ours = program_of(data) == package_sha256()
    return [each.file for each in FORMATS if each.always and (ours or each.file in there)]


def book_gaps(data: Path, payload: Mapping[str, str]) -> tuple[list[str], str]:
    """Return which item of an evidence book has no evidence, and what was compared; raise without its catalogue."""
    try:
        rows = list(records(data / CATALOGUE))
    except (OSError, ValueError, csv.Error) as fault:
        raise MinshengError(f"证据目录无法读取：{CATALOGUE}") from fault
    items = {(row.get("考评对象"), row.get("小项编号")) for row in rows}
    return list(
        _without_evidence(rows, payload)
    ), f"{len(items)} 个小项、{sum(bool(r.get('文件')) for r in rows)} 份印证资料"


def listed_in(path: Path) -> Iterator[dict[str, str]]:
    """Yield the lines of a list that a package may have; none where it has none."""
    try:
        yield from records(path)
    except FileNotFoundError:
        return
    except (OSError, ValueError, csv.Error) as fault:
        raise MinshengError(f"{path.name} 无法读取") from fault


def _without_evidence(rows: list[dict[str, str]], payload: Mapping[str, str]) -> Iterator[str]:
    if not rows:
        yield "证据目录是空的"
    for row in rows:
        whose = f"{row.get('考评对象')} {row.get('小项编号')}"
        file, remark = row.get("文件", ""), row.get("说明", "")
        if not file and (not remark or remark == "没有印证资料"):
            yield f"{whose}：没有印证资料"
        elif file and file not in payload:
            yield f"{whose}：{file} 没有"
        elif file and payload[file] != row.get("sha256"):
            yield f"{whose}：{file} 不是目录所列的那一份"
