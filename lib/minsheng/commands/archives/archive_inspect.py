"""``minsheng archive inspect``: the four qualities (四性) of one sealed package, as a table beside the archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from minsheng.archive.contents.archived import archive_of, workspace_at
from minsheng.archive.inspection.gathering import gather
from minsheng.archive.inspection.items import InspectionItem, ItemResult, inspection_items
from minsheng.archive.inspection.table_page import conclusion, inspection_page, inspection_title
from minsheng.archive.package.chain import read_newest, read_state
from minsheng.archive.package.package_check import BagCheck
from minsheng.domain.clock import bureau_now
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, Outcome, UsageError
from minsheng.files.writing import write_atomically
from minsheng.render.metadata import ReportMetadata
from minsheng.runs.options import Display
from minsheng.workspace import Workspace

FOLDER = "archive-inspections"


@dataclass(frozen=True)
class InspectOutcome(Outcome):
    """The items in order, and the table's files even where an equal table of the same day was there already."""

    folder: Path
    items: tuple[InspectionItem, ...]
    written: tuple[Path, ...]

    @property
    def exit_code(self) -> ExitCode:
        """14 where an item does not pass, else 0."""
        failed = any(item.verdict == ItemResult.FAILED for item in self.items)
        return ExitCode.ARCHIVE_INVALID if failed else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return the outcome for a terminal: one line per item."""
        lines = [
            f"{item.quality} {item.verdict} {item.name}{f'：{item.found}' if item.found else ''}" for item in self.items
        ]
        return [*lines, f"{self.folder.name} {conclusion(self.items)}", *(f"检测表：{path}" for path in self.written)]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {
            "bag": self.folder.name,
            "passed": self.exit_code == ExitCode.DONE,
            "items": [
                {
                    "id": item.id,
                    "quality": item.quality,
                    "name": item.name,
                    "verdict": item.verdict,
                    "how": item.how,
                    "faults": list(item.faults),
                    "unchecked": list(item.unchecked),
                    "note": item.note,
                }
                for item in self.items
            ],
            "written": [str(path) for path in self.written],
        }


def inspect_package(
    start: Path | None,
    what: str,
    *,
    archive: Path | None,
    key: Path | None,
    roots: Sequence[Path],
    out: Path | None,
    on: date | None,
    display: Display,
) -> InspectOutcome:
    """Inspect one package; nothing in it or in its archive is changed.

    Parameters
    ----------
    start
        Where to look for the workspace; an auditor with a path and ``out`` needs none.
    what
        A period (its newest revision), a package's name, or its path.
    archive
        The archive; by default the one that the path lies in, else the workspace's.
    key
        The public key to trust; by default the workspace's own, if it has one.
    roots
        Root certificates to trust for leaders' signatures; by default those of the settings.
    out
        Where to write the table; by default ``outputs/archive-inspections/``.
    on
        The day of the inspection; by default today.

    Raises
    ------
    UsageError
        If there is no such package, or nowhere to write.
    """
    workspace = workspace_at(start)
    folder, home = _package(what, archive, workspace)
    target = out or (workspace.outputs / FOLDER if workspace else None)
    if target is None:
        raise UsageError("不在工作区中：请用 --out 指明检测表写到哪个文件夹")
    # An inspection changes nothing that it looks at.
    if any(target.resolve().is_relative_to(place.resolve()) for place in (folder, *([home] if home else []))):
        raise UsageError(f"检测表不能写进归档：{target}")
    trust = [*roots] or (workspace.trust_roots if workspace else [])
    found = gather(folder, home, workspace, key, trust, display)
    items = inspection_items(found)
    display.stage("写四性检测表")
    written = _write(target, found.check, folder.name, items, on or bureau_now().date())
    return InspectOutcome(folder, tuple(items), written)


def _package(what: str, archive: Path | None, workspace: Workspace | None) -> tuple[Path, Path | None]:
    """Return the package's folder, and the archive that it lies in."""
    path = Path(what)
    if (path.is_dir() and (path / "bagit.txt").is_file()) or ("/" in what and path.exists()):
        path = path.resolve()
        home = archive_of(path, archive, workspace)
        if path == home or not path.is_dir():
            raise UsageError(f"{what} 不是归档包：请给出报告期，或归档中一个包的文件夹")
        return path, home if home is not None and path.parent == home.resolve() else None
    folder = archive or (workspace.archive if workspace else None)
    if folder is None:
        raise UsageError("不在工作区中：请用 --archive 指明归档文件夹，或给出归档包的路径")
    known = [entry.bag for entry in read_state(folder).entries] if folder.is_dir() else []
    name = what if what in known and ".r" in what else ""
    if not name:
        entry = read_newest(folder, Period(what)) if "/" not in what and ".r" not in what else None
        name = entry.bag if entry else ""
    if not name or not (folder / name).is_dir():
        raise UsageError(f"归档中没有 {what}；已有：{'、'.join(known) or '无'}")
    return (folder / name).resolve(), folder.resolve()


def _write(target: Path, check: BagCheck, bag: str, items: Sequence[InspectionItem], on: date) -> tuple[Path, ...]:
    """Write the table as HTML and PDF under a name that is free."""
    from minsheng.render.paper import print_page

    said = {label: "".join(values) for label, values in check.info.items()}
    issuer = said.get("Source-Organization", "")
    labels = {
        "名称": "External-Description", "报告期": "Minsheng-Period", "版次": "Minsheng-Revision",
        "归档日期": "Bagging-Date", "归档程序": "Bag-Software-Agent", "字节数.文件数": "Payload-Oxum",
    }  # fmt: skip
    about = [(label, said[key]) for label, key in labels.items() if said.get(key)]
    about.append(("包的校验码", check.digest or "没有"))
    content = inspection_page(bag, about, items, issuer=issuer, on=on)
    number, stem = 1, f"{bag}-{on.isoformat()}"
    # An equal table of the same day is left as it is.
    while (path := target / f"{stem}.html").exists() and path.read_bytes() != content:
        number += 1
        stem = f"{bag}-{on.isoformat()}-{number}"
    metadata = ReportMetadata(inspection_title(bag), issuer, on, check.digest)
    paper = path.with_suffix(".pdf")
    if not path.exists():
        write_atomically(path, content)
    if not paper.exists():
        write_atomically(paper, print_page(content.decode(), metadata, {}).pdf)
    return path, paper
