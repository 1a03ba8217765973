"""印证资料册: the result table, every item's evidence in the rubric's order, a catalogue, a binder per body."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from minsheng.archive.contents.evidence import Body, PeriodEvidence, ProvenItem, gather_evidence
from minsheng.archive.contents.links import relinked_book_pages
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import GateRefusedError
from minsheng.files.hashing import sha256
from minsheng.files.registers import csv_bytes
from minsheng.files.written import published_result_table
from minsheng.plan import load_plan
from minsheng.render.binder import Leaf, bind, is_bindable
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import print_page
from minsheng.render.pdf_text import page_count, read_pdf
from minsheng.workspace import Workspace

RESULT, CATALOGUE = "01-考评结果表", "02-证据目录"

UNNAMED = f"{CATALOGUE}/没有写进考评表的文件.csv"

_UNNAMED_COLUMNS = ("文件", "sha256", "字节数")

_COLUMNS = ("序号", "考评对象", "小项编号", "小项", "条款", "满分", "得分", "文件", "sha256", "页数", "说明")

_UNSAFE = str.maketrans(dict.fromkeys('/\\:*?"<>|\n\r\t', "_"))


@dataclass(frozen=True)
class CatalogueLine:
    """One line of the catalogue: a file of an item, or an item without one and why."""

    body: str
    item: str
    name: str
    clause: str
    full_marks: str
    points: str
    file: str
    sha256: str
    pages: str
    remark: str


def evidence_book(workspace: Workspace, period: str | Period) -> dict[str, Path | bytes]:
    """Build the evidence book of a finished assessment.

    Parameters
    ----------
    period
        A half-year or a year.

    Returns
    -------
    dict
        Path in the book (NFC, sorted as the rubric is) → the file that goes there, or its bytes where it is made here.
        The same inputs give the same bytes.

    Raises
    ------
    GateRefusedError
        If the evidence of an item is missing and nobody answers for it: all that is missing, one line each.
    FileRefusedError
        If the register of waivers has faults.
    """
    parsed = Period(period) if isinstance(period, str) else period
    plan = load_plan(workspace.params, parsed.year)
    evidence = gather_evidence(workspace, plan, parsed)
    gone = [
        f"考评结果：{name}：没有生成（{path.relative_to(workspace.root)}）"
        for name, path in evidence.results.items()
        if not path.is_file()
    ]
    if gone:
        raise GateRefusedError("\n".join((*gone, f"运行 minsheng assess {parsed}", *evidence.missing)))
    evidence.check()
    book, placed = placed_files(evidence), _placed(evidence)
    entries = [entry for folder, body in placed for entry in _entries(folder, body)]
    book[f"{CATALOGUE}/证据目录.csv"] = catalogue_csv(entries)
    if evidence.unnamed:
        book[UNNAMED] = csv_bytes(_UNNAMED_COLUMNS, _unnamed_rows(evidence), office=True)
    printed = catalogue_page(workspace, plan, evidence, entries)
    book[f"{CATALOGUE}/证据目录.html"] = printed
    figures = published_result_table(workspace, parsed)
    about = ReportMetadata(
        f"{parsed.label}印证资料目录", plan.about.issuer, figures.as_of if figures else None, plan.sha256
    )
    book[f"{CATALOGUE}/证据目录.pdf"] = print_page(printed.decode(), about, {}).pdf
    for folder, body in placed:
        book[f"{folder}/{_safe(body.name)}印证资料.pdf"] = _binder(plan, parsed, body, about)
    return _in_order(book)


def placed_files(evidence: PeriodEvidence) -> dict[str, Path | bytes]:
    """Return what a book holds of what there is already: results, score sheets and evidence, each at its place.

    Our own pages are bytes: in the book their links lead to the book.
    """
    files: dict[str, Path] = {f"{RESULT}/{name}": path for name, path in evidence.results.items()}
    for folder, body in _placed(evidence):
        files |= {f"{folder}/00-得分表/{name}": path for name, path in body.overview.items()}
        for at, item in enumerate(body.items, start=1):
            files |= {f"{folder}/{_item_folder(at, item)}/{_safe(name)}": path for name, path in item.files.items()}
    there = {name: path for name, path in files.items() if path.is_file()}
    return _in_order({**there, **relinked_book_pages(there)})


def _placed(evidence: PeriodEvidence) -> list[tuple[str, Body]]:
    return [(_folder(number, body.name), body) for number, body in enumerate(evidence.bodies, start=3)]


def _in_order(book: Mapping[str, Path | bytes]) -> dict[str, Path | bytes]:
    return {unicodedata.normalize("NFC", name): source for name, source in sorted(book.items())}


def catalogue_csv(entries: list[CatalogueLine]) -> bytes:
    """Return the catalogue as CSV that office programs open (UTF-8 with its mark)."""
    lines = ((number, *vars(entry).values()) for number, entry in enumerate(entries, start=1))
    return csv_bytes(_COLUMNS, lines, office=True)


def catalogue_page(workspace: Workspace, plan: Plan, evidence: PeriodEvidence, entries: list[CatalogueLine]) -> bytes:
    """Return the catalogue as a page: a table per body, in the rubric's order."""
    figures = published_result_table(workspace, evidence.period)
    label = figures.data_label if figures else ""
    title = f"{evidence.period.label}印证资料目录"
    issuer = Element("p", plan.about.issuer, class_="issuer")
    data_label = Element("p", label, class_="data-label") if label else None
    pieces: list[Element] = [Element("header", issuer, Element("h1", title), data_label, class_="title-block")]
    columns = [
        TableColumn("小项", kind="row"),
        TableColumn("得分", "分"),
        TableColumn("文件（册内路径）和 sha256", kind="long"),
        TableColumn("页数"),
        TableColumn("说明", kind="text"),
    ]
    for body in evidence.bodies:
        rows = [_row(entry) for entry in entries if entry.body == body.name]
        pieces.append(
            Element(
                "section",
                Element("h2", body.name),
                table(f"{body.name}印证资料", columns, rows, style="issues"),
                class_="part",
            )
        )
    if evidence.unnamed:
        pieces.append(_unnamed_section(evidence))
    remark = "文件为册内路径；sha256 用 sha256sum 复核。免交的小项写明谁同意、为什么。"
    links = "得分表、考评结果表网页中的链接指向册内文件，册内没有的只写文件名；与公布的网页相比，只有链接不同。"
    pieces.append(note(remark + links))
    return page(f"{plan.about.issuer} {title}", Piece(*pieces)._repr_html_())


def _unnamed_rows(evidence: PeriodEvidence) -> Iterator[tuple[str, str, int]]:
    for name, path in evidence.unnamed.items():
        yield f"data/evidence/{evidence.period}/{name}", sha256(path), path.stat().st_size


def _unnamed_section(evidence: PeriodEvidence) -> Element:
    """Name what lies among the evidence without being any: whoever reads the book knows that it was there."""
    columns = [TableColumn("文件", kind="row"), TableColumn("sha256", kind="long"), TableColumn("大小", "字节")]
    rows: list[list[Content]] = [
        [name, Element("code", digest), f"{size:,}"] for name, digest, size in _unnamed_rows(evidence)
    ]
    listed = table("没有写进考评表的文件", columns, rows, style="issues")
    words = "这些文件放在印证资料文件夹中，没有一张考评表写明它们，不在册内。"
    return Element("section", Element("h2", "没有写进考评表的文件"), paragraph(words), listed, class_="part")


def _row(entry: CatalogueLine) -> list[Content]:
    name: list[Content] = [f"{entry.item} {entry.name}", Element("br"), entry.clause]
    file: Content = [entry.file, Element("br"), Element("code", entry.sha256)] if entry.file else None
    return [name, entry.points or None, file, entry.pages or None, entry.remark or None]


def _entries(folder: str, body: Body) -> Iterator[CatalogueLine]:
    for at, item in enumerate(body.items, start=1):
        common = (body.name, item.id, item.name, item.clause, item.full_marks, item.points)
        remark = _remark(item)
        for name, path in item.files.items():
            digest, pages = _looked_at(path, path.stat().st_mtime_ns)
            yield CatalogueLine(*common, f"{folder}/{_item_folder(at, item)}/{_safe(name)}", digest, pages, remark)
        if not item.files:
            yield CatalogueLine(*common, "", "", "", remark or "没有印证资料")


def _remark(item: ProvenItem) -> str:
    if item.waiver:
        return f"免交：{'；'.join(item.missing)}。同意人：{item.waiver.who}；理由：{item.waiver.why}"
    return item.remark


@cache
def _looked_at(path: Path, _changed: int) -> tuple[str, str]:
    content = path.read_bytes()
    return sha256(content), str(page_count(content)) if is_bindable(content) else ""


def _binder(plan: Plan, period: Period, body: Body, about: ReportMetadata) -> bytes:
    """Bind a body's evidence: a cover sheet per item, its PDFs behind it; what is no PDF is attached."""
    headings = [f"{at:02d} {item.id} {item.name}" for at, item in enumerate(body.items, start=1)]
    title = f"{body.name}{period.label}印证资料"
    facts = paragraph(f"得分或扣分合计：{body.total}" if body.total else "没有得分", class_="summary")
    front = Element(
        "header", Element("p", plan.about.issuer, class_="issuer"), Element("h1", title), facts, class_="title-block"
    )
    sheets = [_cover(heading, item) for heading, item in zip(headings, body.items, strict=True)]
    html = page(title, Piece(front, *sheets)._repr_html_()).decode()
    covers = print_page(html, ReportMetadata(title, about.issuer, about.as_of, about.key), {}).pdf
    starts = _starts(covers, headings)
    ends = [*starts[1:], page_count(covers)]
    contents = {name: path.read_bytes() for name, path in body.overview.items() if name.endswith(".pdf")}
    leaves = [Leaf(title, starts[0], list(contents.items()))]
    attachments: dict[str, bytes] = {}
    for at, (heading, item) in enumerate(zip(headings, body.items, strict=True)):
        files = []
        for name, path in item.files.items():
            content = path.read_bytes()
            if is_bindable(content):
                files.append((name, content))
            else:
                attachments[f"{at + 1:02d}-{_safe(name)}"] = content
        leaves.append(Leaf(heading, ends[at] - starts[at], files))
    return bind(covers, leaves, attachments, about.as_of)


def _cover(heading: str, item: ProvenItem) -> Element:
    rows: list[list[Content]] = []
    for name, path in item.files.items():
        digest, pages = _looked_at(path, path.stat().st_mtime_ns)
        rows.append([name, f"{pages}页，见后" if pages else "作为附件", digest])
    columns = [TableColumn("文件", kind="row"), TableColumn("位置", kind="text"), TableColumn("sha256", kind="long")]
    marks = f"满分 {item.full_marks}，得分 {item.points or '—'}" if item.full_marks else f"{item.points or '—'} 分"
    told = [f"条款：{item.clause}", marks] + [f"应有：{item.required}"] * bool(item.required)
    remark = _remark(item)
    listed = table("印证资料", columns, rows, style="issues") if rows else paragraph(remark or "没有印证资料")
    extra = note(remark) if rows and remark else None
    lines = [paragraph(line) for line in told]
    return Element("section", Element("h2", heading), *lines, listed, extra, class_="part", style="break-before: page")


def _starts(covers: bytes, headings: list[str]) -> list[int]:
    """Return the page on which each item's cover sheet begins; long lists of files run over several."""
    texts = ["".join(text.split()) for text in read_pdf(covers).pages]
    found, at = [], 0
    for heading in headings:
        wanted = "".join(heading.split())
        at = next(number for number in range(at, len(texts)) if wanted in texts[number])
        found.append(at)
        at += 1
    return found


def _folder(number: int, name: str) -> str:
    return f"{number:02d}-{_safe(name)}"


def _item_folder(at: int, item: ProvenItem) -> str:
    return f"{at:02d}-{item.id}-{_safe(item.name)[:24]}"


def _safe(name: str) -> str:
    return unicodedata.normalize("NFC", name).translate(_UNSAFE)
