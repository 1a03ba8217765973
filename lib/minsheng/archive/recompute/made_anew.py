"""What a package holds besides reports, made anew and compared: accepted values, receipts, pages, program, lock."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from minsheng.archive.contents.looking import listing_name
from minsheng.archive.contents.month import input_names
from minsheng.archive.contents.program import ABOUT, FOLDER
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.files.hashing import FileContent, sha256, sha256_of_parts
from minsheng.files.writing import put
from minsheng.intake.forms.form_store import accepted_deliveries_path
from minsheng.intake.returns.receipts import receipts_dir, write_receipts
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.runs.graph import period_tasks
from minsheng.runs.released_code import DESCRIBES
from minsheng.workspace import RESULT, Workspace

MakePages = Callable[[Workspace, Plan, Period], Mapping[str, bytes]]
"""Makes what a month's own folder holds besides reports and receipts: path under ``outputs/`` → content."""

_DIRECTORY_END = b"PK\5\6"

_DESCRIBES = frozenset({*DESCRIBES, "RECORD"})

_LINK = re.compile(rb"</?a\b[^>]*>")


def made_otherwise(
    files: Mapping[str, FileContent], workspace: Workspace, plan: Plan, period: Period, pages: MakePages
) -> Iterator[tuple[str, str]]:
    """Yield the files that are not what returns and plan give, with what is wrong.

    Parameters
    ----------
    workspace
        Holds what was computed anew.
    """
    yield from _accepted(files, workspace, period)
    yield from _strangers(files, plan, period)
    yield from _unasked(files, workspace, plan, period)
    write_receipts(plan, workspace.data, workspace.outputs, period)
    folder = f"outputs/{period}/receipts/"
    made = {f"{folder}{path.name}": path.read_bytes() for path in receipts_dir(workspace.outputs, period).iterdir()}
    there = {name: _bytes(content) for name, content in files.items() if name.startswith(folder)}
    for name in sorted(made.keys() | there.keys()):
        if made.get(name) != there.get(name):
            yield name, "与从报表重做的回执不同" if name in there else "缺少"
    # Pages show sealed results and link to what is there: each of these is compared by itself.
    for name, source in files.items():
        if name.startswith(f"outputs/{period}/") and not name.startswith(folder):
            target = workspace.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            put(source, target)
    made_pages = pages(workspace, plan, period)
    for name in files:
        alone = PurePosixPath(name).parent.as_posix() == f"outputs/{period}"
        if alone and name.removeprefix("outputs/") not in made_pages and name != listing_name(period):
            yield name, "不是本月的报告、网页或回执"
    for page, content in made_pages.items():
        name = f"outputs/{page}"
        # In a package a link leads to what is there, or is words.
        if name not in files or _unlinked(_bytes(files[name]), name) != _unlinked(content, name):
            yield name, "与从结果重做的不同：内容被改动" if name in files else "缺少"


def _strangers(files: Mapping[str, FileContent], plan: Plan, period: Period) -> Iterator[tuple[str, str]]:
    """Yield what lies among the reports and is of none: nobody made it."""
    parts = {*(each.file for each in FORMATS), NOTEBOOK, RESULT}
    known = {f"outputs/{task.name}/{part}" for task in period_tasks(plan, period) for part in parts}
    known |= {listing_name(period)}
    for name in files:
        ours = PurePosixPath(name).parent.as_posix() == f"outputs/{period}" or f"outputs/{period}/receipts/" in name
        if name.startswith("outputs/") and name not in known and (not ours or name.endswith(".minisig")):
            yield name, "不是本月的报告、网页或回执"


def _unasked(
    files: Mapping[str, FileContent], workspace: Workspace, plan: Plan, period: Period
) -> Iterator[tuple[str, str]]:
    """Yield what lies among the inputs and is none: no register names it, no report was made of it."""
    known = input_names(workspace, plan, period)
    for name in files:
        if not name.startswith(("outputs/", f"data/accepted/{period.year}", f"{FOLDER}/")) and name not in known:
            yield name, "不是本月的方案、登记的原件或笔记本"


def _accepted(files: Mapping[str, FileContent], workspace: Workspace, period: Period) -> Iterator[tuple[str, str]]:
    handed = accepted_deliveries_path(workspace.data, period)
    for month in period.year_to_date:
        folder = workspace.accepted(month)
        made = {f"data/accepted/{month}/{path.name}": path for path in folder.glob("*") if path != handed}
        there = {n for n in files if n.startswith(f"data/accepted/{month}/")}
        for name in sorted(there | {n for n in made if n.endswith((".csv", ".json"))}):
            if PurePosixPath(name).name == handed.name and handed.parent == folder:
                continue
            if name not in files or name not in made or _bytes(files[name]) != made[name].read_bytes():
                yield name, "与从报表重新校验的不同"


def other_year_before(
    files: Mapping[str, FileContent], period: Period, packages: Callable[[Period], Iterable[Path]]
) -> Iterator[tuple[str, str]]:
    """Yield the accepted values of last year that no package of their own month holds like that.

    Parameters
    ----------
    packages
        Returns the packages of a month in the same archive; of a month without any nothing is known.
    """
    for name, content in files.items():
        if name.startswith(f"data/accepted/{period.year - 1}-"):
            month = PurePosixPath(name).parts[2]
            own = [bag / "data" / name for bag in packages(Period(month))]
            if own and sha256(content) not in {sha256(path) for path in own if path.is_file()}:
                yield name, f"与 {month} 自己的归档包中的不同：不是上年采用的数据"


def program_faults(files: Mapping[str, FileContent], making: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield where the wheel or the lock in a package is not what its reports say that they were made with."""
    lock = files.get("requirements.lock")
    if lock is not None and making.get("lock_sha256") not in {None, sha256(lock)}:
        yield "requirements.lock", "不是生成报告时的那一份"
    if ABOUT not in files:
        return
    try:
        about = json.loads(_bytes(files[ABOUT]))
        name, digest, kept_at = f"{FOLDER}/{about['wheel']}", about["sha256"], about["kept_at"]
    except (ValueError, KeyError, TypeError):
        yield ABOUT, "不能读取"
        return
    yield from (
        (each, "不是生成报告的程序") for each in files if each.startswith(f"{FOLDER}/") and each not in {ABOUT, name}
    )
    if name not in files:
        if not kept_at:
            yield name, "缺少"
        return
    wheel, package = _bytes(files[name]), making.get("package")
    said = package.get("sha256") if isinstance(package, Mapping) else None
    if sha256(wheel) != digest or said not in {None, _package_in(wheel)}:
        yield name, "不是生成报告的程序：被调换"


def _package_in(wheel: bytes) -> str:
    """Return the digest of our packages in a wheel, as reports name it; empty for what is no wheel of ours."""
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as packed:
            members = packed.infolist()
            names = [each.filename for each in members if ".dist-info/" not in each.filename]
            about = [each.filename.partition(".dist-info/")[2] for each in members if ".dist-info/" in each.filename]
            # Nothing before the first member, after the directory, or beside what we pack.
            if min(each.header_offset for each in members) or wheel[-22:-18] != _DIRECTORY_END:
                return ""
            if len(about) > len(set(about)) or not _DESCRIBES.issuperset(about):
                return ""
            return sha256_of_parts((name, packed.read(name)) for name in names)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""


def _unlinked(content: bytes, name: str) -> bytes:
    return _LINK.sub(b"", content) if name.endswith(".html") else content


def _bytes(content: FileContent) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()
