"""The receipt as one HTML page: no script, no outside address, every text escaped."""

from html import escape

from minsheng.domain.delivery import Severity
from minsheng.intake.receipt_words import COLUMNS, ReceiptWords

_CSS = (
    "body{font-family:'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei',sans-serif;margin:2em;color:#222}"
    "table{border-collapse:collapse;margin:1em 0;font-size:14px}th,td{border:1px solid #999;padding:4px 8px;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f2f2f2}"
    "tr.critical td:nth-child(2){background:#ffc7ce}tr.warning td:nth-child(2){background:#ffeb9c}"
    "tr.info td:nth-child(2){background:#ddebf7}.advice{border-left:4px solid #666;padding-left:1em}"
    "@media print{body{margin:0}}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def _table(headers: tuple[str, ...], rows: tuple[tuple[str, ...], ...], classes: tuple[Severity, ...] = ()) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headers)
    body = []
    for number, row in enumerate(rows):
        kind = f' class="{classes[number].value}"' if classes else ""
        body.append(f"<tr{kind}>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(body) + "\n</tbody></table>"


def _page(title: str, body: str) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(title)}</title><style>{_CSS}</style></head><body>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    ).encode()


def receipt_page(words: ReceiptWords) -> bytes:
    """Write the receipt of a checked return."""
    parts = [
        _table(("项目", "内容"), words.facts),
        _table(("民生项目", "审核结果"), words.projects),
        f'<p class="advice">{escape(words.advice)}</p>',
    ]
    if words.issues:
        parts += ["<h2>问题清单</h2>", _table(COLUMNS, words.issues, words.severities)]
    else:
        parts.append("<h2>问题清单</h2><p>没有发现问题。</p>")
    if words.not_checked:
        parts += ["<h2>未检的规则</h2>", _table(("规则", "项目", "原因"), words.not_checked)]
    return _page(words.title, "\n".join(parts))


def refusal_page(title: str, file: str, message: str) -> bytes:
    """Write the receipt of a file that was refused."""
    facts = (
        ("收到文件", file),
        ("结果", "拒收"),
        ("原因", message),
        ("怎样处理", "请按原因处理后重新报送；原文件已保留"),
    )
    return _page(title, _table(("项目", "内容"), facts))
