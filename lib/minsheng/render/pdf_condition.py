"""In what condition a PDF is for the years to come: opens, claims PDF/A, text can be taken out, fonts are in it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

from minsheng.render.pdf_text import read_pdf

_FILES = ("/FontFile", "/FontFile2", "/FontFile3")

_RUNNING = frozenset({"/JavaScript", "/Launch"})


@dataclass(frozen=True)
class PdfCondition:
    """What was found in one PDF.

    Parameters
    ----------
    closed
        Why it cannot be opened, in words; empty where it can, and then all else counts.
    encrypted
        Also where it opens without a password.
    pages
        How many it has.
    not_archival
        What speaks against PDF/A, in words: its claim, and what is needed for it that can be told without a validator.
    level
        The level that it claims: ``3U``; empty where it claims none.
    without_text
        Pages whose text cannot be taken out, with the reason.
    fonts_outside
        Fonts that are not in the file.
    running
        Whether something in it would run when it is opened.
    title
        As its properties say.
    """

    closed: str = ""
    encrypted: bool = False
    pages: int = 0
    not_archival: tuple[str, ...] = ()
    level: str = ""
    without_text: tuple[str, ...] = ()
    fonts_outside: tuple[str, ...] = ()
    running: bool = False
    title: str = ""


def pdf_condition(content: bytes) -> PdfCondition:
    """Look at a PDF, ours or anybody's."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            objects = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary | pikepdf.Stream)]
            metadata = pdf.open_metadata()
            return PdfCondition(
                encrypted=pdf.is_encrypted,
                pages=len(pdf.pages),
                not_archival=tuple(_against_pdfa(pdf, metadata.pdfa_status)),
                level=metadata.pdfa_status,
                without_text=tuple(_without_text(content)),
                fonts_outside=tuple(sorted(set(_fonts_outside(objects)))),
                running=any(str(item.get("/S", "")) in _RUNNING for item in objects),
                title=str(pdf.docinfo.get("/Title", "")) if pdf.trailer.get("/Info") is not None else "",
            )
    except pikepdf.PasswordError:
        return PdfCondition(closed="已加密，没有口令打不开", encrypted=True)
    except (pikepdf.PdfError, RuntimeError, ValueError):
        return PdfCondition(closed="不是 PDF，或文件损坏")


def _against_pdfa(pdf: pikepdf.Pdf, status: str) -> Iterator[str]:
    if not status:
        yield "没有声明 PDF/A"
    if pdf.is_encrypted:
        yield "已加密"
    if "/Metadata" not in pdf.Root:
        yield "没有 XMP 元数据"
    if not any("/DestOutputProfile" in intent for intent in pdf.Root.get("/OutputIntents", [])):
        yield "没有输出意图（色彩特性文件）"
    if status[-1:] in {"U", "A"} and "/ID" not in pdf.trailer:
        yield "没有文件标识"


def _without_text(content: bytes) -> Iterator[str]:
    found = read_pdf(content)
    for number, text in enumerate(found.pages, start=1):
        if not text.strip():
            yield f"第 {number} 页没有文字"
        elif "\ufffd" in text:
            yield f"第 {number} 页有字符无法对应到文字"
    yield from (f"{where}{why}" for where, why in found.unseen.items() if "字体" in why or "损坏" in why)


def _fonts_outside(objects: list[pikepdf.Dictionary | pikepdf.Stream]) -> Iterator[str]:
    for font in objects:
        if str(font.get("/Type", "")) != "/Font" or str(font.get("/Subtype", "")) in {"/Type0", "/Type3"}:
            continue  # a composite font's descendant is an object of its own; the other kind is drawn in the file
        descriptor = font.get("/FontDescriptor")
        if descriptor is None or not any(name in descriptor for name in _FILES):
            yield str(font.get("/BaseFont", "无名字体")).removeprefix("/")
