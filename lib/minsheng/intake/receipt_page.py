"""The receipt as one HTML page: no script, no outside address, every text escaped."""

from html import escape

from minsheng.domain.delivery import Severity
from minsheng.intake.receipt_words import COLUMNS, ReceiptWords

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
