"""The scan of a sheet that was signed on paper: opened, not taken for one by how it begins."""

from base64 import b64encode

from minsheng.errors import FileRefusedError
from minsheng.render.html.offline import PaperError
from minsheng.render.metadata import ReportMetadata
from minsheng.render.pdf_condition import pdf_condition

_KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}

_PICTURES = {"jpg": "image/jpeg", "png": "image/png"}


def scan_suffix(content: bytes, name: str) -> str:
    """Return ``pdf``, ``jpg`` or ``png``.

    Raises
    ------
    FileRefusedError
        If the content is none of them, or has no page that can be looked at; ``name`` is what the message calls it.
    """
    suffix = next((suffix for beginning, suffix in _KINDS.items() if content.startswith(beginning)), "")
    if not suffix:
        raise FileRefusedError(f"{name} 不是扫描件：应为 PDF、JPEG 或 PNG")
    fault = _pdf_fault(content) if suffix == "pdf" else _picture_fault(content, suffix)
    if fault:
        raise FileRefusedError(f"{name} 不是扫描件：{fault}。请重新扫描")
    return suffix


def _pdf_fault(content: bytes) -> str:
    condition = pdf_condition(content)
    if condition.closed or condition.encrypted:
        return f"PDF {condition.closed or '已加密'}"
    return "" if condition.pages else "PDF 没有一页"


def _picture_fault(content: bytes, suffix: str) -> str:
    """Have the picture printed: who can print it has decoded it."""
    from minsheng.render.paper import print_page

    address = f"data:{_PICTURES[suffix]};base64,{b64encode(content).decode()}"
    page = f'<main class="report"><figure class="chart"><img alt="扫描件" src="{address}"></figure></main>'
    try:
        print_page(page, ReportMetadata("扫描件", "", None, ""), {})
    except PaperError as fault:
        return f"图片打不开（{str(fault).splitlines()[0][:80]}）"
    return ""
