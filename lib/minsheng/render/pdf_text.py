"""Everything that a PDF says: the text of its pages, covered or not, its attachments, and the strings of its objects.

No layout is made of it: it is for looking whether something stands in a file, not for reading.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf

_SHOWN = "Tf Tj TJ ' \" Do Td TD T* Tm cm q Q BT BDC INLINE IMAGE"

_LINE_ENDS = frozenset({"TD", "T*"})

_Matrix = tuple[float, float, float, float, float, float]

_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_SPACE = -200
"""A move to the right within a line, in thousandths of the font's size, that is as wide as a space."""

_BFCHAR = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)

_BFRANGE = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)

_PAIR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>")

_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f\s]+)>|\[([^\]]*)\])")

_HEX = re.compile(rb"<([0-9A-Fa-f\s]+)>")

_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]{8,}>", re.DOTALL)

_MOST_RANGE = 65536


@dataclass(frozen=True)
class PdfContents:
    """What a PDF holds."""

    pages: tuple[str, ...]  # text of each; a line of the page is a line
    attachments: Mapping[str, bytes] = field(default_factory=dict)  # name → content
    # every text of the file's objects: properties, bookmarks, notes, form fields, alternative texts
    strings: tuple[str, ...] = ()
    metadata: str = ""  # the XMP packet
    unseen: Mapping[str, str] = field(default_factory=dict)  # page or part → why it could not be looked into


def read_pdf(content: bytes) -> PdfContents:
    """Read a PDF, ours or anybody's.

    Returns
    -------
    PdfContents
        Without pages where the file is encrypted or broken: ``unseen`` then says so under an empty key.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return _read(pdf)
    except pikepdf.PasswordError:
        return PdfContents((), unseen={"": "PDF 已加密"})
    except (pikepdf.PdfError, RuntimeError, ValueError) as error:
        return PdfContents((), unseen={"": f"PDF 无法读取（{error}）"})


def page_count(content: bytes) -> int:
    """Return how many pages a PDF has."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages)


def _read(pdf: pikepdf.Pdf) -> PdfContents:
    unseen: dict[str, str] = {}
    fonts: dict[Any, _Font] = {}
    pages = []
    for number, page in enumerate(pdf.pages, start=1):
        reader = _PageReader(fonts)
        try:
            reader.read(page.obj, page.obj.get("/Resources", pikepdf.Dictionary()), depth=0)
        except pikepdf.PdfError as error:
            unseen[f"第 {number} 页"] = f"内容流损坏（{error}）"
        text = "".join(reader.parts)
        pages.append(text)
        if reader.unreadable:
            unseen[f"第 {number} 页"] = "字体没有文字对照表，文字无法读出"
        elif reader.has_image:
            unseen[f"第 {number} 页"] = "图像中的内容没有识别" if text.strip() else "扫描图像，没有文字层"
    attachments = {}
    for name, spec in pdf.attachments.items():
        attachments[str(name)] = spec.get_file().read_bytes()
    metadata = pdf.Root.get("/Metadata")
    packet = bytes(metadata.read_bytes()).decode("utf-8", "replace") if metadata is not None else ""
    return PdfContents(tuple(pages), attachments, tuple(_strings(pdf)), packet, unseen)


def _strings(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Yield the texts of all objects, and of the trailer, that hold a digit or lie beyond ASCII."""
    parts = [obj.unparse(resolved=True) for obj in pdf.objects if isinstance(obj, pikepdf.Object)]
    parts += [
        bytes(value.unparse(resolved=True)) for _, value in pdf.trailer.items() if isinstance(value, pikepdf.Object)
    ]
    for found in dict.fromkeys(_STRING.findall(b"\n".join(parts))):
        text = str(pikepdf.Object.parse(found))
        if len(text) > 10:
            yield text


@dataclass
class _Font:
    """How the bytes of a shown string become characters."""

    wide: bool = False
    table: Mapping[int, str] | None = None

    def text(self, shown: bytes) -> str | None:
        """Return the characters, or ``None`` where nothing says which they are."""
        if not self.wide:
            table = self.table or {}
            return "".join(table.get(code, chr(code)) for code in shown)
        if self.table is None:
            return None
        table = self.table
        return "".join(table.get(a << 8 | b, "\ufffd") for a, b in zip(shown[::2], shown[1::2], strict=False))


class _PageReader:
    def __init__(self, fonts: dict[Any, _Font]) -> None:
        self.parts: list[str] = []
        self.has_image = False
        self.unreadable = False
        self._fonts = fonts
        self._font = _Font()
        self._size = 1.0
        self._outer = _IDENTITY
        self._outside: list[_Matrix] = []
        self._line = self._placed = _IDENTITY
        self._moved = True
        self._shown = 0

    def read(self, stream: Any, resources: Any, depth: int) -> None:
        """Read a page's or a form's stream; forms within forms to a depth that no writer needs."""
        for instruction in pikepdf.parse_content_stream(stream, operators=_SHOWN):
            operands, word = instruction.operands, str(instruction.operator)
            if word in {"Tm", "Td", "BT", "cm", "q", "Q"}:
                self._move(word, [float(number) for number in operands])
            elif word in _LINE_ENDS:
                self._end_line()
            elif word == "Tf":
                self._font, self._size = self._font_of(resources, operands[0]), float(operands[1])
            elif word == "Do":
                self._draw(resources, operands[0], depth)
            elif word == "BDC":
                self._marked(operands)
            elif word == "INLINE IMAGE":
                self.has_image = True
            else:
                if word in {"'", '"'}:
                    self._end_line()
                self._show(operands[-1])

    def _end_line(self) -> None:
        if self.parts and self.parts[-1] != "\n":
            self.parts.append("\n")

    def _move(self, word: str, numbers: list[float]) -> None:
        """Note where what is shown next would stand."""
        if word == "q":
            self._outside.append(self._outer)
            return
        if word == "Q":
            self._outer = self._outside.pop() if self._outside else _IDENTITY
        elif word == "cm":
            self._outer = _times(_matrix(numbers), self._outer)
        elif word == "BT":
            self._line = _IDENTITY
        elif word == "Tm":
            self._line = _matrix(numbers)
        else:
            right, up = numbers
            self._line = _times((1.0, 0.0, 0.0, 1.0, right, up), self._line)
        self._moved = True

    def _place(self) -> None:
        """Begin a new line, unless the next characters stand right behind the last: charts place each one by itself."""
        placed, before = _times(self._line, self._outer), self._placed
        a, b = before[:2]
        right, up = placed[4] - before[4], placed[5] - before[5]
        scale = (a * a + b * b) ** 0.5
        em = self._size * scale
        along, across = ((right * a + up * b) / scale, (right * b - up * a) / scale) if scale else (0.0, 1.0)
        if not (_alike(placed, before) and 0 < along <= em * 1.1 * self._shown and abs(across) < em * 0.1):
            self._end_line()
        self._placed, self._shown, self._moved = placed, 0, False

    def _show(self, operand: Any) -> None:
        if self._moved:
            self._place()
        for piece in operand if isinstance(operand, pikepdf.Array) else [operand]:
            if isinstance(piece, pikepdf.String):
                text = self._font.text(bytes(piece))
                if text is None:
                    self.unreadable = True
                else:
                    self.parts.append(text)
                    self._shown += len(text)
            elif float(piece) < _SPACE:
                self.parts.append(" ")

    def _draw(self, resources: Any, name: Any, depth: int) -> None:
        drawn = resources.get("/XObject", {}).get(name)
        if drawn is None:
            return
        if drawn.get("/Subtype") == "/Image":
            self.has_image = True
        elif depth < 8:
            self._end_line()
            self.read(drawn, drawn.get("/Resources", resources), depth + 1)
        else:
            self.unreadable = True

    def _marked(self, operands: Any) -> None:
        said = (
            operands[1].get("/ActualText")
            if len(operands) > 1 and isinstance(operands[1], pikepdf.Dictionary)
            else None
        )
        if said is not None:
            self.parts += ["\n", str(said), "\n"]

    def _font_of(self, resources: Any, name: Any) -> _Font:
        font = resources.get("/Font", {}).get(name)
        if font is None:
            return _Font()
        key = font.objgen if font.is_indirect else (id(resources), str(name))
        if key not in self._fonts:
            wide = font.get("/Subtype") == "/Type0"
            mapped = font.get("/ToUnicode")
            table = _to_unicode(bytes(mapped.read_bytes())) if isinstance(mapped, pikepdf.Stream) else None
            self._fonts[key] = _Font(wide, table)
        return self._fonts[key]


def _matrix(numbers: list[float]) -> _Matrix:
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _times(inner: _Matrix, outer: _Matrix) -> _Matrix:
    """Return the matrix of what stands within: first the inner one, then the outer."""
    a, b, c, d, e, f = inner
    k, m, n, p, x, y = outer
    return a * k + b * n, a * m + b * p, c * k + d * n, c * m + d * p, e * k + f * n + x, e * m + f * p + y


def _alike(one: _Matrix, other: _Matrix) -> bool:
    """Whether letters are as large and lie in the same direction."""
    return all(abs(a - b) < 1e-6 for a, b in zip(one[:4], other[:4], strict=True))


def _to_unicode(cmap: bytes) -> dict[int, str]:
    """Read the table that a font gives from codes to characters."""
    table: dict[int, str] = {}
    for block in _BFCHAR.findall(cmap):
        for code, text in _PAIR.findall(block):
            table[int(code, 16)] = _utf16(text)
    for block in _BFRANGE.findall(cmap):
        for first, last, text, texts in _RANGE.findall(block):
            low, high = int(first, 16), min(int(last, 16), int(first, 16) + _MOST_RANGE)
            if texts:
                table |= dict(zip(range(low, high + 1), map(_utf16, _HEX.findall(texts)), strict=False))
            else:
                start = _utf16(text)
                for step in range(high - low + 1):
                    table[low + step] = start[:-1] + chr(ord(start[-1]) + step) if start else ""
    return table


def _utf16(text: bytes) -> str:
    return bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
