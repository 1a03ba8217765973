"""回执 for every return of a month: the marked workbook and a page, made again only when they would differ."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from minsheng.domain.base import Frozen
from minsheng.domain.delivery import Severity, Verdict
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError
from minsheng.files.hashing import are_intact, sha256
from minsheng.files.writing import write_atomically
from minsheng.files.written import canonical_json
from minsheng.intake.returns.checking import code_sha256
from minsheng.intake.returns.receipt_words import COLUMNS, ENTRY_COLUMNS, ReceiptWords, receipt_words
from minsheng.intake.returns.store import read_refused, read_verdict, verdict_files
from minsheng.render.html.markup import Content, Element, Piece, callout, note, paragraph
from minsheng.render.html.page import page, screen_style
from minsheng.render.html.tables import TableColumn, TableColumnKind, table

if TYPE_CHECKING:
    from minsheng.intake.spreadsheets.reader import Reader

_SEVERITY = {Severity.CRITICAL: "blocking", Severity.WARNING: "warning", Severity.INFO: "note"}

_KINDS: tuple[TableColumnKind, ...] = (
    "row",
    "text",
    "text",
    "text",
    "long",
    "long",
    "long",
    "long",
    "long",
    "text",
    "long",
)
"""Of :data:`COLUMNS`: what is wrong and what to do want the room; numbers and names need little."""


def receipt_page(words: ReceiptWords, workbook: str = "") -> bytes:
    """Write the receipt of a checked return: what to do, cell by cell, and behind it the record.

    Parameters
    ----------
    words
        What it says.
    workbook
        The marked copy of the sender's workbook, relative to the page.
    """
    wrong = any(entry.severity == Severity.CRITICAL for entry in words.entries)
    marked: list[Content] = (
        [" 出错的单元格在", Element("a", "标好的表", href=workbook), "里已标红并加批注。"] if workbook else []
    )
    facts = "　　".join(f"{label}：{value}" for label, value in words.facts)
    return _page(
        words.title,
        callout(words.advice, marked if words.entries else None, kind="blocked" if wrong else ""),
        paragraph(facts, class_="note"),
        to_do(words) if words.entries else None,
        note(words.rest) if words.rest else None,
        Element("section", _record(words), class_="record"),
    )


def to_do(words: ReceiptWords) -> Element:
    """Return what the sender has to do, cell by cell."""
    cell, value, todo = ENTRY_COLUMNS
    columns = [TableColumn(cell, kind="row"), TableColumn(value, kind="text"), TableColumn(todo, kind="long")]
    rows: list[list[Content]] = [
        [
            Element("span", entry.place, class_=f"severity severity-{_SEVERITY[entry.severity]}"),
            entry.value or "（空白）",
            [
                Element("strong", entry.todo),
                paragraph(entry.why, class_="why"),
                paragraph(entry.help, class_="why") if entry.help else None,
                Element("details", Element("summary", entry.folded), Element("ul", [*map(_item, entry.follows)]))
                if entry.follows
                else None,
            ],
        ]
        for entry in words.entries
    ]
    return table("须改正和须说明的单元格", columns, rows, style="issues to-do")


def _item(text: str) -> Element:
    return Element("li", text)


def _record(words: ReceiptWords) -> list[Content]:
    """Write what is kept for reference: nothing in it asks for anything that the first page does not say."""
    columns = [TableColumn(label, kind=kind) for label, kind in zip(COLUMNS, _KINDS, strict=True)]
    parts: list[Content] = [
        Element("h2", "备查"),
        _facts("各民生项目审核结果", ("民生项目", "审核结果"), words.projects),
        _facts("收到的报表", ("项目", "内容"), words.record),
    ]
    if words.issues:
        parts.append(table("逐条记录", columns, words.issues, style="issues"))
    if words.not_checked:
        unchecked = [
            TableColumn("规则", kind="row"),
            TableColumn("项目", kind="text"),
            TableColumn("原因", kind="long"),
        ]
        parts.append(table("未检的规则和原因", unchecked, words.not_checked, style="issues"))
    return parts


def _facts(caption: str, labels: tuple[str, str], rows: Sequence[tuple[str, str]]) -> Element:
    name, value = labels
    return table(caption, [TableColumn(name, kind="row"), TableColumn(value, kind="long")], rows, style="issues")


def _page(title: str, *content: Content) -> bytes:
    return page(title, Piece(Element("h1", title), *content)._repr_html_(), wide=True, form="receipt")


def refusal_page(title: str, file: str, message: str) -> bytes:
    """Write the receipt of a file that was refused."""
    facts = (
        ("收到文件", file),
        ("结果", "拒收"),
        ("原因", message),
        ("怎样处理", "请按原因处理后重新报送；原文件已保留"),
    )
    return _page(title, _facts("拒收的文件", ("项目", "内容"), facts))


_RECORD = "receipts.json"

_ZIP = b"PK"


class _Made(Frozen):
    """What a receipt was made from, and the hashes of its files."""

    inputs: str
    files: dict[str, str]


def receipts_dir(outputs_dir: Path, period: Period) -> Path:
    """Return the folder of a month's receipts."""
    return outputs_dir / str(period) / "receipts"


def write_receipts(plan: Plan, data_dir: Path, outputs_dir: Path, period: Period) -> list[Path]:
    """Write ``<id>.xlsx`` and ``<id>.html`` for every checked return, ``<id>.html`` for every refused file.

    Parameters
    ----------
    plan
        Names of areas, sections and projects.
    data_dir, outputs_dir
        The folders ``data`` and ``outputs``.
    period
        A month that has been checked.

    Returns
    -------
    list of Path
        The receipts of the month, whether made now or before.

    Raises
    ------
    FileRefusedError
        If a delivered file is gone or changed since it was checked.
    """
    folder = receipts_dir(outputs_dir, period)
    made = _read_record(folder)
    beside = (plan.sha256 + code_sha256() + screen_style("receipt")).encode()
    inputs = {who: sha256(verdict + beside) for who, verdict in verdict_files(data_dir, period)}
    now = {
        who: before
        for who, before in made.items()
        if before.inputs == inputs.get(who) and are_intact(folder, before.files)
    }
    if stale := [who for who in inputs if who not in now]:
        from minsheng.intake.spreadsheets.reader import Reader  # an unchanged month reads no workbook

        with Reader() as reader:
            for who in stale:
                files = _write(plan, data_dir, folder, _verdict(data_dir, period, who), reader)
                now[who] = _Made(inputs=inputs[who], files=files)
    now = dict(sorted(now.items()))
    for refused in read_refused(data_dir, period):
        page = refusal_page(f"{refused.id} {period.label}报表回执", refused.file, refused.message)
        name = f"{refused.id}.html"
        digest = sha256(page)
        now[refused.id] = _Made(inputs=digest, files={name: digest})
        if made.get(refused.id) != now[refused.id] or not are_intact(folder, {name: digest}):
            write_atomically(folder / name, page)
    if now != made:
        for name in {n for m in made.values() for n in m.files} - {n for m in now.values() for n in m.files}:
            (folder / name).unlink(missing_ok=True)
        record = {who: one.model_dump(mode="json") for who, one in now.items()}
        write_atomically(folder / _RECORD, canonical_json(record))
    return [folder / name for one in now.values() for name in sorted(one.files)]


def _read_record(folder: Path) -> dict[str, _Made]:
    try:
        record = json.loads((folder / _RECORD).read_bytes())
        return {who: _Made.model_validate(made) for who, made in record.items()}
    except (FileNotFoundError, ValueError, AttributeError):
        return {}


def _verdict(data_dir: Path, period: Period, who: str) -> Verdict:
    verdict = read_verdict(data_dir, period, who)
    if verdict is None:
        raise FileRefusedError(f"{period} {who} 的接收结果在写回执时不见了：请重新运行 minsheng check {period}")
    return verdict


def _write(plan: Plan, data_dir: Path, folder: Path, verdict: Verdict, reader: "Reader") -> dict[str, str]:
    from minsheng.intake.reading.masking import NOTE, mask_workbook
    from minsheng.intake.returns.receipt_workbook import receipt_workbook  # openpyxl: seldom needed

    try:
        data = (data_dir / verdict.file).read_bytes()
    except FileNotFoundError as error:
        raise FileRefusedError(f"{verdict.file} 不见了：已审核的原件不得移动") from error
    if sha256(data) != verdict.sha256:
        raise FileRefusedError(f"{verdict.file} 在审核之后被改动过，与登记的 sha256 不符")
    workbook = reader.read(data)
    words = receipt_words(plan, verdict, [sheet.name for sheet in workbook.sheets])
    workbook, personal = mask_workbook(workbook)
    # Headers, drawings and names are not gone through one by one: with a number in them only the cells go back.
    spread = any(each.place not in {"", NOTE} for each in personal)
    original = data if workbook.format == "xlsx" and data.startswith(_ZIP) and not spread else None
    files = {
        f"{verdict.id}.xlsx": receipt_workbook(original, workbook, verdict, words),
        f"{verdict.id}.html": receipt_page(words, f"{verdict.id}.xlsx"),
    }
    return {name: write_atomically(folder / name, content) for name, content in files.items()}
