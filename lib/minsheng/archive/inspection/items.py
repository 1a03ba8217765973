"""The items of an inspection after DA/T 70 (四性检测): each kind of fault found speaks against one item."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from minsheng.archive.contents.book import UNNAMED
from minsheng.archive.contents.description import is_made_here
from minsheng.archive.contents.leaders import SignedCheck
from minsheng.archive.contents.looking import listing_name
from minsheng.archive.inspection.code_check import CodeCheck
from minsheng.archive.inspection.completeness import book_gaps, listed_in, month_gaps
from minsheng.archive.inspection.file_checks import Look, VirusScan
from minsheng.archive.package.faults import Fault, FaultKind, quoted
from minsheng.archive.package.metadata_xml import METADATA, REQUIRED, SETTINGS, lacking, read_metadata_xml, titles
from minsheng.archive.package.package_check import BagCheck
from minsheng.archive.package.profile import tag_files
from minsheng.domain.period import Period
from minsheng.errors import MinshengError
from minsheng.files.hashing import UNABLE
from minsheng.render.formats import PDF


class Quality(StrEnum):
    """The four."""

    AUTHENTICITY = "真实性"
    INTEGRITY = "完整性"
    USABILITY = "可用性"
    SECURITY = "安全性"


class ItemResult(StrEnum):
    """How an item ended: what was not checked in full is never a pass."""

    PASSED = "通过"
    FAILED = "不通过"
    NOT_CHECKED = "未检"


@dataclass(frozen=True)
class InspectionItem:
    """One item.

    Parameters
    ----------
    id
        Stable, for machines.
    how
        What was looked at with which means.
    faults
        What speaks against it.
    unchecked
        What could not be looked at, and why.
    note
        What a reader should know although it decides nothing.
    """

    id: str
    quality: Quality
    name: str
    how: str
    faults: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    note: str = ""

    @property
    def verdict(self) -> ItemResult:
        """不通过 with a fault, else 未检 where something was not looked at, else 通过."""
        if self.faults:
            return ItemResult.FAILED
        return ItemResult.NOT_CHECKED if self.unchecked else ItemResult.PASSED

    @property
    def found(self) -> str:
        """What was found, in words; empty where there is nothing to say."""
        parts = [quoted(list(self.faults), 5)] if self.faults else []
        unchecked = quoted(list(self.unchecked), 5)
        parts += [f"未检：{unchecked}" if self.faults else unchecked] if unchecked else []
        return "；".join([*parts, *([self.note] if self.note else [])])


_ALONE = "这个包不在归档文件夹中，没有账本可核对"

_OLDER = "由旧版程序封存，没有这份文件"


@dataclass(frozen=True)
class PackageFindings:
    """All that was found about one package.

    ``second`` is what bagit-python says against it; ``looks`` has paths inside ``data/``; ``key`` says in words with
    whose public key the ledger's signature was compared.
    """

    folder: Path
    check: BagCheck
    faults: tuple[Fault, ...]
    in_archive: bool
    second: str
    sm3: bool
    key: str
    leaders: SignedCheck
    looks: Mapping[str, Look]
    viruses: VirusScan
    code: CodeCheck

    @property
    def kind(self) -> str:
        """``month`` or ``evidence``."""
        return "".join(self.check.info.get("Minsheng-Kind", ()))

    def of(self, *kinds: FaultKind) -> tuple[str, ...]:
        """Return the faults of some kinds as lines."""
        return tuple(dict.fromkeys(str(fault) for fault in self.faults if fault.kind in kinds))

    def has(self, name: str) -> bool:
        """Whether the package's own profile asks for a file that describes it."""
        return name in tag_files(self.check.profile)


def inspection_items(found: PackageFindings) -> list[InspectionItem]:
    """Return all items, in the order in which they are printed."""
    return [*_authenticity(found), *_integrity(found), *_usability(found), *_security(found)]


def _authenticity(found: PackageFindings) -> Iterator[InspectionItem]:
    quality, check = Quality.AUTHENTICITY, found.check
    outside = () if found.in_archive else (_ALONE,)
    yield InspectionItem(
        "content", quality, "内容与清单一致",
        f"逐份重算 SHA-256 和 SHA-512，与 manifest、tagmanifest 比较，共 {check.files} 份、{check.size:,} 字节",
        found.of(FaultKind.CONTENT),
    )  # fmt: skip
    # A second opinion on what is wrong already would say the same once more.
    second = (f"bagit-python：{found.second}",) if found.second and not check.faults else ()
    yield InspectionItem(
        "form", quality, "包符合规范",
        "按 BagIt 1.0（RFC 8493）和本归档的规范核对声明、清单与 bag-info.txt；再用美国国会图书馆的 bagit-python 复核",
        (*found.of(FaultKind.FORM), *second),
    )  # fmt: skip
    yield InspectionItem(
        "chain", quality, "账本的链",
        "逐行核对账本中上一行的校验码、本包 tagmanifest-sha256.txt 的校验码和随账本记下的文件",
        found.of(FaultKind.CHAIN), outside,
    )  # fmt: skip
    yield InspectionItem(
        "ledger-signature", quality, "账本的签名", f"minisign（Ed25519）验证 ledger.jsonl.minisig，{found.key}",
        found.of(FaultKind.SIGNATURE), outside,
    )  # fmt: skip
    leaders = found.leaders
    looked_at = leaders.signatures or leaders.deliveries or leaders.faults
    unsigned = "" if leaders.signatures or not looked_at else "没有登记的签字"
    nobody = () if looked_at or outside else ("包中没有登记的签字和报送",)
    yield InspectionItem(
        "leader-signatures", quality, "领导签字与报送登记",
        f"签字 {leaders.signatures} 次、报送 {leaders.deliveries} 次：文件的 SHA-256、签字人、PAdES 签名、所签的报告、"
        "交接单上的账本头",
        tuple(map(str, leaders.faults)), (*outside, *nobody), "；".join(leaders.notes[:6]) or unsigned,
    )  # fmt: skip
    yield InspectionItem(
        "metadata", quality, "元数据与文件相符",
        f"{METADATA}（DA/T 46-2009 的元素）与每份文件的名称、大小、SHA-256 比较，与 bag-info.txt 比较，"
        "题名与本系统所成 PDF 的标题比较",
        (*found.of(FaultKind.METADATA), *_other_titles(found)), _older(found, METADATA),
    )  # fmt: skip
    yield InspectionItem(
        "statement", quality, "来源说明与文件相符",
        "provenance.intoto.json（in-toto Statement v1）的每个 SHA-256 与清单比较，每份文件恰好写一次",
        found.of(FaultKind.STATEMENT), _older(found, "provenance.intoto.json"),
    )  # fmt: skip
    if found.kind == "month":
        yield InspectionItem(
            "code", quality, "笔记本与程序",
            "每个笔记本的 SHA-256 与程序发布的比较，每份 result.json 写的笔记本与包中的比较，封存的程序与本机的比较",
            found.code.faults, found.code.unchecked, found.code.note,
        )  # fmt: skip
    unable = () if found.sm3 or not found.has("sm3.txt") else (UNABLE,)
    yield InspectionItem(
        "sm3", quality, "国密 SM3 校验", f"逐份重算 SM3（GB/T 32905-2016），与 sm3.txt 比较，共 {check.sm3} 份",
        found.of(FaultKind.SM3), (*_older(found, "sm3.txt"), *unable),
    )  # fmt: skip


def _integrity(found: PackageFindings) -> Iterator[InspectionItem]:
    quality, check = Quality.INTEGRITY, found.check
    yield InspectionItem(
        "count", quality, "文件数与字节数",
        f"实有与 bag-info.txt 的 Payload-Oxum（字节数.文件数）{''.join(check.info.get('Payload-Oxum', ()))} 比较",
        found.of(FaultKind.COUNT),
    )  # fmt: skip
    yield InspectionItem(
        "all-there", quality, "清单所列文件俱在", "按各清单和规范逐份查找", found.of(FaultKind.MISSING)
    )
    yield InspectionItem(
        "sequence", quality, "归档序号与版次连续", "账本的序号从 1 起没有缺漏，每一版写明代替哪一版和原因",
        found.of(FaultKind.SEQUENCE), () if found.in_archive else (_ALONE,),
    )  # fmt: skip
    yield _complete(found)
    if found.kind == "evidence":
        unnamed = [row.get("文件", "") for row in listed_in(found.folder / "data" / UNNAMED)]
        said = f"没有写进考评表、不在册内的文件 {len(unnamed)} 份：{quoted(unnamed, 5)}" if unnamed else ""
        yield InspectionItem(
            "unnamed",
            quality,
            "没有写进考评表的文件",
            "归档时印证资料文件夹与考评表比较的结果，在证据目录中",
            note=said,
        )
    told = _metadata_lacks(found, REQUIRED)
    yield InspectionItem(
        "metadata-complete", quality, "元数据著录完整",
        "聚合层次、立档单位、电子文件号、年度、题名、责任者，每件的题名", told, _older(found, METADATA),
    )  # fmt: skip
    unset = [path.rpartition("/")[2] for path in _metadata_lacks(found, SETTINGS) if path in SETTINGS]
    unsaid = (f"{'、'.join(unset)}没有著录（在 minsheng.toml 的 [records] 写明）",) if unset else ()
    yield InspectionItem(
        "retention", quality, "全宗号与保管期限", "元数据中是否著录；由立档单位在设置中写明", (),
        (*_older(found, METADATA), *unsaid),
    )  # fmt: skip


def _complete(found: PackageFindings) -> InspectionItem:
    """Is every report and return there, or evidence for every item of the rubric."""
    month = found.kind == "month"
    how = "按包中的方案和收文登记" if month else "按证据目录，每个小项有印证资料，或有人说明免交"
    name = "应有的报告与报表齐全" if month else "每个小项有印证资料"
    data = found.folder / "data"
    payload = found.check.payload
    try:
        period = Period("".join(found.check.info.get("Minsheng-Period", ())))
        gaps, compared = month_gaps(data, period, payload) if month else book_gaps(data, payload)
    except MinshengError as fault:
        line = str(fault).replace(f"{data}/", "").splitlines()[0]
        return InspectionItem("complete", Quality.INTEGRITY, name, how, (f"无法核对：{line}",))
    return InspectionItem("complete", Quality.INTEGRITY, name, f"{how}：{compared}", tuple(gaps))


def _usability(found: PackageFindings) -> Iterator[InspectionItem]:
    quality = Quality.USABILITY
    yield InspectionItem(
        "opens", quality, "文件能打开",
        f"逐份打开或解析 PDF、网页、JSON、笔记本、CSV、YAML、xlsx、docx 和文本，共 {len(found.looks)} 份",
        _lines(found.looks, lambda look: look.closed), _lines(found.looks, lambda look: look.unknown),
    )  # fmt: skip
    ours = {name: look for name, look in found.looks.items() if look.pdf and is_made_here(found.kind, name)}
    others = sum(look.pdf is not None for look in found.looks.values()) - len(ours)
    note = f"外来的 PDF {others} 份只核对能否打开" if others else ""
    closed = _lines(ours, lambda look: look.closed)
    yield InspectionItem(
        "pdfa", quality, "长期保存格式 PDF/A",
        f"本系统所成的 PDF {len(ours)} 份：PDF/A 声明、XMP 元数据、输出意图、文件标识、没有加密；"
        "没有用 veraPDF 全面验证",
        _lines(ours, _not_archival), tuple(line for line in closed if "已加密" not in line), note,
    )  # fmt: skip
    yield InspectionItem(
        "text", quality, "文字可提取", f"本系统所成的 PDF {len(ours)} 份逐页提取文字",
        _lines(ours, lambda look: "、".join(look.pdf.without_text[:3]) if look.pdf else ""), closed,
    )  # fmt: skip
    yield InspectionItem(
        "fonts", quality, "字体已嵌入", f"本系统所成的 PDF {len(ours)} 份逐个字体查看字体文件",
        _lines(ours, _fonts_outside), closed,
    )  # fmt: skip


def _security(found: PackageFindings) -> Iterator[InspectionItem]:
    quality = Quality.SECURITY
    yield InspectionItem(
        "nothing-else", quality, "没有清单外的文件", "包内逐个文件和文件夹与清单比较，归档文件夹与账本比较",
        found.of(FaultKind.EXTRA),
    )  # fmt: skip
    yield InspectionItem(
        "not-encrypted", quality, "没有加密", "PDF 的加密字典、压缩包和 Office 文件的加密标志",
        _lines(found.looks, lambda look: "已加密" if look.encrypted else ""),
    )  # fmt: skip
    yield InspectionItem(
        "nothing-runs", quality, "没有宏与脚本", "PDF 的脚本和启动动作、Office 文件的宏、网页的脚本和外部引用",
        _lines(found.looks, lambda look: look.running),
    )  # fmt: skip
    yield _looked_through(found)
    yield InspectionItem("read-only", quality, "封存后只读", "每个文件和文件夹的写权限", found.of(FaultKind.RIGHTS))
    viruses = found.viruses
    yield InspectionItem(
        "viruses", quality, "病毒查杀", f"ClamAV 扫描整个包：{viruses.scanner or '没有扫描'}", viruses.hits,
        (viruses.unchecked,) if viruses.unchecked else (),
    )  # fmt: skip


def _looked_through(found: PackageFindings) -> InspectionItem:
    """Is there for each file that could not be looked into for personal numbers somebody who answers for it."""
    data = found.folder / "data"
    period = "".join(found.check.info.get("Minsheng-Period", ()))
    try:
        listed = list(listed_in(data / listing_name(Period(period))))
    except MinshengError as fault:
        return InspectionItem("looked-through", Quality.SECURITY, "个人信息", "归档时逐份查看", (str(fault),))
    open_ones = tuple(f"{row['文件']}：{row['未检']}，没有人答复" for row in listed if not row.get("答复人"))
    answered = [f"{row['文件']}（{row['答复人']}：{row['理由']}）" for row in listed if row.get("答复人")]
    note = f"系统未检、有人答复的 {len(answered)} 份：{quoted(answered, 5)}" if answered else ""
    how = "归档时逐份查看有没有个人号码，有则不予归档；查看不了的（加密、图片等）须有人看过并写明"
    return InspectionItem("looked-through", Quality.SECURITY, "个人信息", how, open_ones, (), note)


def _lines(looks: Mapping[str, Look], what: Callable[[Look], str]) -> tuple[str, ...]:
    return tuple(f"{name}：{said}" for name, look in looks.items() if (said := what(look)))


def _fonts_outside(look: Look) -> str:
    outside = look.pdf.fonts_outside if look.pdf else ()
    return f"没有嵌入 {'、'.join(outside[:3])}" if outside else ""


def _not_archival(look: Look) -> str:
    if look.pdf is None:
        return ""
    return "已加密" if look.encrypted else "、".join(look.pdf.not_archival)


def _older(found: PackageFindings, name: str) -> tuple[str, ...]:
    return () if found.has(name) else (f"{name}：{_OLDER}",)


def _metadata_lacks(found: PackageFindings, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the metadata does not say; nothing where it cannot be read, which is a fault of its own."""
    try:
        return tuple(lacking(read_metadata_xml((found.folder / METADATA).read_bytes()), wanted))
    except (OSError, ValueError):
        return ()


def _other_titles(found: PackageFindings) -> list[str]:
    """Return the reports of a month whose own title is not part of the title in the metadata."""
    if found.kind != "month" or not found.has(METADATA):
        return []
    try:
        said = titles(read_metadata_xml((found.folder / METADATA).read_bytes()))
    except (OSError, ValueError):
        return []
    return [
        f"{name}：标题是“{look.pdf.title}”，元数据的题名是“{said[f'data/{name}']}”"
        for name, look in found.looks.items()
        if look.pdf
        and look.pdf.title
        and name.endswith(f"/{PDF}")
        and look.pdf.title not in said.get(f"data/{name}", "")
    ]
