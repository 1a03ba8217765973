"""What a dropped file is taken for: by the readers that the commands use, never by its name alone where it can be read.

Nothing is decided here that a person does not see: a file comes into the form of its command, filled in as far as it
says itself, and who sits at the desk starts it. Where nothing can be told, the forms that it may be for are offered.
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from minsheng.desk import uploads
from minsheng.desk.office import Office
from minsheng.domain.period import PeriodKind
from minsheng.errors import FileRefusedError, MinshengError
from minsheng.intake.forms.delivered_forms import evidence_bodies, evidence_items, form_cover
from minsheng.intake.reading.cover import read_cover
from minsheng.intake.returns.store import SPREADSHEETS
from minsheng.intake.spreadsheets.reader import Reader, too_large
from minsheng.privacy.personal_numbers import masked_text

_SCANS = frozenset({".pdf", ".jpg", ".jpeg", ".png"})

_PACKED = frozenset({".rar", ".7z", ".gz", ".tar"})

_OF_NOBODY = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})

_MOST_PACKED = 300
"""Files in one zip."""

_UTF8 = 0x800
"""The flag of a zip's entry whose name is UTF-8."""


@dataclass(frozen=True)
class Taken:
    """One form that a file may be for: its field, what is filled in, and the month that the desk must show for it."""

    form: str
    words: str
    into: str = "files"
    values: dict[str, str] = field(default_factory=dict)
    month: str = ""


@dataclass(frozen=True)
class SortedFile:
    """A file and what it may be; the first is meant where ``sure``; one with a fault is taken for nothing."""

    of: str
    """The upload that it came with."""
    id: str
    name: str
    size: int
    fault: str = ""
    choices: tuple[Taken, ...] = ()
    sure: bool = False


def sort_files(office: Office, sent: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return what each of the uploads is, those of a zip one by one.

    Parameters
    ----------
    sent
        Each upload with the path that it had where it was dropped: folders are often named after whom they concern.
    """
    with Reader() as reader:
        sorter = _Sorter(office, reader)
        return [asdict(found) for upload, path in sent for found in sorter.look(upload, path)]


@dataclass(frozen=True)
class _Sorter:
    office: Office
    reader: Reader

    def look(self, upload: str, path: str) -> Iterator[SortedFile]:
        """Yield what an upload is."""
        file = uploads.uploaded(self.office.workspace, upload)
        if file.suffix.lower() == ".zip":
            try:
                inside = list(self._unpacked(file, path))
            except (zipfile.BadZipFile, MinshengError, OSError, RuntimeError, NotImplementedError) as error:
                said = str(error) if isinstance(error, MinshengError) else "压缩包打不开（坏了，或有密码）"
                yield SortedFile(upload, upload, file.name, 0, f"{said}：请解压后把里面的文件放进来")
                return
            uploads.discard(self.office.workspace, upload)
            for each, within in inside:
                yield self._found(upload, each, within)
            return
        yield self._found(upload, upload, path or file.name)

    def _unpacked(self, file: Path, path: str) -> Iterator[tuple[str, str]]:
        """Yield the files of a zip as uploads of their own, each with its path in it."""
        with zipfile.ZipFile(file) as packed:
            parts = [each for each in packed.infolist() if not each.is_dir()]
            parts = [each for each in parts if not PurePosixPath(each.filename).name.startswith((".", "~$"))]
            parts = [each for each in parts if not each.filename.startswith("__MACOSX/")]
            if not parts:
                raise FileRefusedError("压缩包里没有文件")
            size = sum(each.file_size for each in parts)
            if len(parts) > _MOST_PACKED or size > uploads.LIMIT_MIB * 2**20:
                raise FileRefusedError(
                    f"压缩包里有 {len(parts)} 份、{size / 2**20:,.0f} MB，超过上限（{_MOST_PACKED} 份、"
                    f"{uploads.LIMIT_MIB} MB）"
                )
            for part in parts:
                # Chinese Windows packs names in GBK; Python takes what is not said to be UTF-8 for cp437.
                name = part.filename
                if not part.flag_bits & _UTF8:
                    name = name.encode("cp437", "replace").decode("gbk", "replace")
                upload = uploads.announce(self.office.workspace, name, part.file_size)
                with packed.open(part) as stream:
                    at = 0
                    while block := stream.read(uploads.PART):
                        at = uploads.add(self.office.workspace, upload, at, block)
                yield upload, f"{path}/{name}"

    def _found(self, of: str, upload: str, path: str) -> SortedFile:
        file = uploads.uploaded(self.office.workspace, upload)
        size = file.stat().st_size
        if fault := unwanted(file.name) or ("是空的（0 字节）：请向报送单位重要一份" if not size else ""):
            return SortedFile(of, upload, file.name, size, fault)
        choices, sure = self._taken(file, path)
        return SortedFile(of, upload, file.name, size, "", tuple(choices), sure)

    def _taken(self, file: Path, path: str) -> tuple[list[Taken], bool]:
        suffix = file.suffix.lower()
        if suffix in {".p12", ".pfx"}:
            return [Taken("sign_p12", "证书文件", "p12", self._section(path))], True
        proof = self._evidence(path)
        if suffix in SPREADSHEETS:
            found = self._spreadsheet(file)
            return [found[0], proof], found[1]
        if suffix not in _SCANS:
            return [proof], True
        section = self._section(path)
        scan = Taken("sign_scan", "月报签字后的扫描件", "scan", section)
        asked = Taken("verify_file", "要查归档在哪里的文件", "file")
        if {"who", "item"} <= proof.values.keys():
            return [proof, scan, asked], True
        return [scan, proof, asked], bool(section) or any(word in path for word in ("签字", "签名"))

    def _spreadsheet(self, file: Path) -> tuple[Taken, bool]:
        plan = self.office.plan
        if said := too_large(file.stat().st_size):
            return Taken("receive", f"报表，但{said}"), False
        try:
            workbook = self.reader.read(file.read_bytes())
            form = form_cover(workbook, plan)
            if form is None:
                cover = read_cover(workbook, plan)
                words = f"{plan.owner_name(cover.id)}{cover.period.label}报表"
                return Taken("receive", words, month=str(cover.period)), True
        except FileRefusedError as error:
            return Taken("receive", f"报表，但{masked_text(str(error))}"), False
        period = {"period": str(form.period)} if form.period else {}
        if form.kind == "review":
            return Taken("reviews", form.words(plan), values=period), True
        is_month = form.period is not None and form.period.kind == PeriodKind.MONTH
        month = "" if form.period is None else str(form.period if is_month else form.period.closing_month)
        return Taken("forms", form.words(plan), values=period, month=month), True

    def _section(self, path: str) -> dict[str, str]:
        """Return the section whose name or leader stands in a file's path, and who signs there."""
        for section in self.office.plan.sections:
            if section.leader and (section.name in path or section.leader in path):
                return {"section": section.id, "signer": section.leader}
        return {}

    def _evidence(self, path: str) -> Taken:
        """Return the evidence that a file may be: whose and of which item, where its path says so."""
        plan, parts = self.office.plan, PurePosixPath(path).parts
        bodies = evidence_bodies(plan)
        who = next((each for each, name in bodies.items() if each in parts or name in path), "")
        items = evidence_items(plan, who) if who else {}
        item = next((each for each, name in items.items() if each in parts or name in parts), "")
        values = {"who": who, "item": item}
        said = f"（{bodies[who]} {item}）" if who and item else ""
        return Taken("evidence", f"考评的印证资料{said}", values={name: each for name, each in values.items() if each})


def unwanted(name: str) -> str:
    """Say why nobody wants a file of this name, and what is wanted instead; empty for others."""
    suffix = PurePosixPath(name).suffix.lower()
    if name.startswith("~$"):
        return "是 Excel、WPS 打开表格时的临时文件，不是报表：请关掉表格，放入名字不带 ~$ 的那一份"
    if name.lower() in _OF_NOBODY or name.startswith("."):
        return "是系统的文件，不用放"
    if suffix in _PACKED:
        return f"是 {suffix} 压缩包：请解压后把里面的文件放进来（zip 可以直接放）"
    if suffix in {".heic", ".heif"}:
        return "是手机的 HEIC 照片，别处打不开：请另存为 JPG，或把手机相机格式设为“兼容性最佳”再拍"
    if suffix in {".tmp", ".crdownload", ".part"}:
        return "没有下载完：请下载完再放"
    return ""
