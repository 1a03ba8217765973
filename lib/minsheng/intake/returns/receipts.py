"""回执 for every return of a month: the marked workbook and a page, made again only when they would differ.

The receipt as one HTML page: no script, no outside address, every text escaped.
"""

import json
from html import escape
from pathlib import Path

from minsheng.domain.base import Frozen
from minsheng.domain.delivery import Severity, Verdict
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError
from minsheng.files.hashing import are_intact, sha256
from minsheng.files.writing import write_atomically
from minsheng.files.written import canonical_json
from minsheng.intake.reading.masking import NOTE, mask_workbook
from minsheng.intake.returns.checking import code_sha256
from minsheng.intake.returns.receipt_words import COLUMNS, ReceiptWords, receipt_words
from minsheng.intake.returns.store import read_accepted_month, read_refused, verdict_bytes
from minsheng.intake.spreadsheets.reader import Reader

_NAME_AND_VALUE = 2
# The colours and rules of the reports' style, which belongs to a layer that this one may not know.
_CSS = (
    "html{font-size:16px;color:#1c1c1a;background:#fff}"
    "body{margin:0;line-height:1.7;font-family:'Noto Sans SC','Source Han Sans SC','Noto Sans CJK SC','PingFang SC',"
    "'Microsoft YaHei',sans-serif}"
    "main{max-width:74rem;margin:0 auto;padding:2.2rem 1.5rem 4rem;box-sizing:border-box}"
    "h1,h2{font-weight:400;margin:0 0 .6em}h1{font-size:1.6rem;border-bottom:2px solid #97191d;padding-bottom:.4em}"
    "h2{font-size:1.15rem;margin-top:1.8em}a{color:#1b4b78}"
    ".wrap{overflow-x:auto;margin:0 0 1.2em}.wrap:focus-visible{outline:2px solid #1b4b78;outline-offset:3px}"
    "table{border-collapse:collapse;font-size:.86rem;line-height:1.5;border-top:1.5px solid #1c1c1a;"
    "border-bottom:1.5px solid #1c1c1a}"
    "caption{text-align:left;padding-bottom:.4em}"
    "th,td{padding:.36em .8em .36em .15em;text-align:left;vertical-align:top;font-weight:400}"
    "td{overflow-wrap:anywhere;min-width:3em}thead th{border-bottom:.75px solid #1c1c1a;white-space:nowrap}"
    "tbody tr+tr>*{border-top:.5px solid #bdb9b0}tbody th{white-space:nowrap;color:#55524b}"
    # In the list of issues, what is wrong and what to do (6 to 9) want the room; numbers and names need little.
    ".long td{min-width:3.5em}.long td:nth-child(2){min-width:5em}"
    ".long td:nth-child(n+6):nth-child(-n+9){min-width:9em}.long td:nth-child(5){min-width:6em}"
    ".long td:nth-child(10){white-space:nowrap}"
    "tr.critical td:nth-child(2){border-left:4px solid #b01e22;padding-left:.5em}"
    "tr.warning td:nth-child(2){border-left:4px dashed #96620a;padding-left:.5em}"
    "tr.info td:nth-child(2){border-left:4px dotted #55524b;padding-left:.5em}"
    ".advice{border:1px solid #bdb9b0;border-left:4px solid #55524b;background:#f6f4ef;padding:.7em 1em;margin:0 0 1em}"
    ".advice.critical{border-left-color:#b01e22}"
    "@media (max-width:40rem){main{padding:1.2rem 1rem 3rem}h1{font-size:1.3rem}tbody th{white-space:normal;"
    "min-width:5em}}"
    "@page{size:A4 landscape;margin:18mm 16mm}"
    "@media print{main{padding:0}thead{display:table-header-group}tr{break-inside:avoid}.wrap{overflow:visible}}"
)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def _table(
    caption: str,
    headers: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    classes: tuple[Severity, ...] = (),
) -> str:
    """Write a table in a region that scrolls; with two columns, the first names the row."""
    names = len(headers) == _NAME_AND_VALUE
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headers)
    body = []
    for number, row in enumerate(rows):
        kind = f' class="{classes[number].value}"' if classes else ""
        cells = [f"<td>{escape(text)}</td>" for text in row]
        if names:
            cells[0] = f'<th scope="row">{escape(row[0])}</th>'
        body.append(f"<tr{kind}>{''.join(cells)}</tr>")
    long = "" if names else ' class="long"'
    inner = f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>\n{_lines(body)}\n</tbody>"
    region = f'<div class="wrap" role="region" tabindex="0" aria-label="{escape(caption)}">'
    return f"{region}<table{long}>{inner}</table></div>"


def _lines(parts: list[str]) -> str:
    return "\n".join(parts)


def _page(title: str, body: str) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,"><style>{_CSS}</style></head><body><main>\n'
        f"<h1>{escape(title)}</h1>\n{body}\n</main></body></html>\n"
    ).encode()


def receipt_page(words: ReceiptWords) -> bytes:
    """Write the receipt of a checked return: what to do first, then what was received and found."""
    urgent = " critical" if Severity.CRITICAL in words.severities else ""
    parts = [
        f'<p class="advice{urgent}">{escape(words.advice)}</p>',
        _table("收到的报表", ("项目", "内容"), words.facts),
        _table("各民生项目审核结果", ("民生项目", "审核结果"), words.projects),
        "<h2>问题清单</h2>",
    ]
    if words.issues:
        parts.append(_table("须处理和须知道的问题", COLUMNS, words.issues, words.severities))
    else:
        parts.append("<p>没有发现问题。</p>")
    if words.not_checked:
        parts += ["<h2>未检的规则</h2>", _table("未检的规则和原因", ("规则", "项目", "原因"), words.not_checked)]
    return _page(words.title, _lines(parts))


def refusal_page(title: str, file: str, message: str) -> bytes:
    """Write the receipt of a file that was refused."""
    facts = (
        ("收到文件", file),
        ("结果", "拒收"),
        ("原因", message),
        ("怎样处理", "请按原因处理后重新报送；原文件已保留"),
    )
    return _page(title, _table("拒收的文件", ("项目", "内容"), facts))


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
    now: dict[str, _Made] = {}
    with Reader() as reader:
        for who, accepted in read_accepted_month(data_dir, period):
            inputs = sha256(verdict_bytes(accepted.verdict) + (plan.sha256 + code_sha256()).encode())
            before = made.get(who)
            if before is not None and before.inputs == inputs and are_intact(folder, before.files):
                now[who] = before
                continue
            now[who] = _Made(inputs=inputs, files=_write(plan, data_dir, folder, accepted.verdict, reader))
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


def _write(plan: Plan, data_dir: Path, folder: Path, verdict: Verdict, reader: Reader) -> dict[str, str]:
    from minsheng.intake.returns.receipt_workbook import receipt_workbook  # openpyxl: seldom needed

    try:
        data = (data_dir / verdict.file).read_bytes()
    except FileNotFoundError as error:
        raise FileRefusedError(f"{verdict.file} 不见了：已审核的原件不得移动") from error
    if sha256(data) != verdict.sha256:
        raise FileRefusedError(f"{verdict.file} 在审核之后被改动过，与登记的 sha256 不符")
    words = receipt_words(plan, verdict)
    workbook = reader.read(data)
    workbook, personal = mask_workbook(workbook)
    # Headers, drawings and names are not gone through one by one: with a number in them only the cells go back.
    spread = any(each.place not in {"", NOTE} for each in personal)
    original = data if workbook.format == "xlsx" and data.startswith(_ZIP) and not spread else None
    files = {
        f"{verdict.id}.xlsx": receipt_workbook(original, workbook, verdict, words),
        f"{verdict.id}.html": receipt_page(words),
    }
    return {name: write_atomically(folder / name, content) for name, content in files.items()}
