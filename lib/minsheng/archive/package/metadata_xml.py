"""``metadata.xml``: a package's metadata, with the elements of DA/T 46-2009 (文书类电子文件元数据方案) that apply."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from minsheng.archive.package.bag import Payload
from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.render.formats import FORMATS


class LeaderSignature(NamedTuple):
    """A leader's signature on a record (电子签名): after which rule, when, by whom, and the file under ``data/``."""

    rule: str
    at: str
    signer: str
    file: str


class Record(NamedTuple):
    """One record (件) of a package: files inside ``data/`` that belong together, under one title.

    Creator and date (ISO 8601) are empty where the data does not say.
    """

    id: str
    title: str
    files: tuple[str, ...]
    creator: str = ""
    dated: str = ""
    signatures: tuple[LeaderSignature, ...] = ()


class Agent(NamedTuple):
    """A body or person that took part (机构人员): 单位, 内设机构 or 个人, the last with a position."""

    name: str
    kind: str = "单位"
    position: str = ""


class Act(NamedTuple):
    """Something that was done with the records (业务行为): 收文, 签字, 报送; when (ISO 8601), by whom, about what."""

    what: str
    at: str
    agent: Agent
    about: str = ""


class Description(NamedTuple):
    """What is known about a package's records.

    Basis is the title of the document that all of it rests on; 全宗号 and 保管期限 are as the settings say.
    """

    records: tuple[Record, ...]
    acts: tuple[Act, ...] = ()
    basis: str = ""
    fonds: str = ""
    retention: str = ""


METADATA = "metadata.xml"

SCHEME = "DA/T 46-2009"

# The entities and elements are the standard's; sha256 beside a file's name is ours, in a namespace of its own.
_OWN = "urn:minsheng-workbook:metadata:1"

_SUM = f"{{{_OWN}}}sha256"

_SEALED = "归档"

_FORMATS = {each.suffix: each.name for each in FORMATS} | {
    ".ipynb": "Jupyter Notebook（JSON）", ".json": "JSON", ".csv": "CSV", ".xlsx": "Office Open XML（xlsx）",
    ".yaml": "YAML", ".xml": "XML",
}  # fmt: skip


def metadata_bytes(info: Mapping[str, str], about: Description, payload: Payload) -> bytes:
    """Write the metadata, the same bytes for the same package; a file of no record or of two is a ValueError."""
    placed = Counter(name for record in about.records for name in record.files)
    wrong = sorted(name for name in placed.keys() | payload.keys() if placed[name] != 1 or name not in payload)
    if wrong:
        raise ValueError(f"files must belong to one record each: {wrong[:5]}")
    ET.register_namespace("w", _OWN)
    root = ET.Element("电子文件元数据", {"方案": SCHEME})
    root.append(_package(info, about))
    bag, owner = info["External-Identifier"], Agent(info["Source-Organization"])
    root.extend(_record(record, bag, payload) for record in about.records)
    agents = {agent.name: agent for agent in reversed([owner, *dict.fromkeys(act.agent for act in about.acts)])}
    numbers = {name: number for number, name in enumerate(reversed(agents), start=1)}
    for name, number in numbers.items():
        entity = ET.SubElement(root, "机构人员实体", {"标识符": f"agent-{number}"})
        _texts(entity, 机构人员类型=agents[name].kind, 机构人员名称=name, 个人职位=agents[name].position)
    acts = [*about.acts, Act(_SEALED, info["Bagging-Date"], owner, info.get("Minsheng-Why", ""))]
    for number, act in enumerate(acts, start=1):
        entity = ET.SubElement(root, "业务实体", {"标识符": f"act-{number}"})
        _texts(
            entity, 业务状态="历史行为", 业务行为=act.what, 行为时间=act.at, 行为依据=about.basis, 行为描述=act.about
        )
        _relation(entity, f"agent-{numbers[act.agent.name]}", "业务与机构人员", "执行者")
    ET.indent(root, " ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode").encode() + b"\n"


def _package(info: Mapping[str, str], about: Description) -> ET.Element:
    bag, owner = info["External-Identifier"], info["Source-Organization"]
    entity = ET.Element("文件实体", {"标识符": bag})
    _texts(entity, 聚合层次="案卷")
    _texts(ET.SubElement(entity, "来源"), 立档单位名称=owner)
    _texts(entity, 电子文件号=bag)
    year = info["Minsheng-Period"][:4]
    _texts(ET.SubElement(entity, "档号"), 全宗号=about.fonds, 年度=year, 保管期限=about.retention)
    dates = sorted(filter(None, (record.dated for record in about.records)))
    span = "" if not dates else dates[0] if dates[0] == dates[-1] else f"{dates[0]}/{dates[-1]}"
    _texts(ET.SubElement(entity, "内容描述"), 题名=info["External-Description"], 责任者=owner, 日期=span)
    _texts(ET.SubElement(entity, "形式特征"), 件数=str(len(about.records)))
    _texts(ET.SubElement(entity, "电子属性"), 信息系统描述=info["Bag-Software-Agent"])
    if replaced := info.get("Minsheng-Replaces"):
        _relation(entity, replaced, "文件与文件", "代替", info.get("Minsheng-Why", ""))
    return entity


def _record(record: Record, bag: str, payload: Payload) -> ET.Element:
    entity = ET.Element("文件实体", {"标识符": record.id})
    _texts(entity, 聚合层次="文件", 电子文件号=f"{bag}/{record.id}")
    _texts(ET.SubElement(entity, "内容描述"), 题名=record.title, 责任者=record.creator, 日期=record.dated)
    for name in record.files:
        traits = ET.SubElement(entity, "电子属性")
        suffix = PurePosixPath(name).suffix.lower()
        _texts(traits, 格式信息=_FORMATS.get(suffix, suffix.removeprefix(".")), 计算机文件名=f"data/{name}")
        _texts(traits, 计算机文件大小=str(payload[name].size))
        ET.SubElement(traits, _SUM).text = payload[name].sha256
    for each in record.signatures:
        traits = ET.SubElement(entity, "电子签名")
        _texts(traits, 签名规则=each.rule, 签名时间=each.at, 签名人=each.signer, 签名结果=f"data/{each.file}")
    _relation(entity, bag, "文件与文件", "属于")
    return entity


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        # What the data does not say is left out: no element is filled by guessing.
        if text:
            ET.SubElement(parent, name).text = text


def _relation(parent: ET.Element, other: str, kind: str, what: str, about: str = "") -> None:
    relation = ET.SubElement(parent, "实体关系")
    _texts(relation, 实体标识符=other, 关系类型=kind, 关系=what, 关系描述=about)


def metadata_faults(
    bag: str, content: bytes, info: Mapping[str, Sequence[str]], files: Mapping[str, tuple[str, int | None]]
) -> list[Fault]:
    """Return where a package's metadata disagrees with its files and with ``bag-info.txt``.

    ``files`` is ``data/…`` → sha256 as the manifest lists it and the size that was found, ``None`` where it is unknown.
    """
    where = f"{bag}/{METADATA}"
    try:
        root = read_metadata_xml(content)
    except ValueError as fault:
        return [Fault(where, str(fault), FaultKind.METADATA)]
    return [
        Fault(where, what, FaultKind.METADATA) for what in (*_about_package(root, info), *_about_files(root, files))
    ]


def read_metadata_xml(content: bytes) -> ET.Element:
    """Read metadata of a package; a ValueError says in words why it is none."""
    # Entities could make a small file huge: ours has none.
    if b"<!DOCTYPE" in content:
        raise ValueError("含有 DOCTYPE：不是归档时写下的元数据")
    try:
        root = ET.fromstring(content)  # noqa: S314 - without a DOCTYPE there are no entities
    except ET.ParseError as fault:
        raise ValueError(f"不是 XML（{fault}）") from fault
    if root.tag != "电子文件元数据" or root.get("方案") != SCHEME or root.find("文件实体") is None:
        raise ValueError(f"不是按 {SCHEME} 写的元数据")
    return root


def _about_package(root: ET.Element, info: Mapping[str, Sequence[str]]) -> Iterator[str]:
    package, *records = root.findall("文件实体")
    sealed = [act.findtext("行为时间", "") for act in root.findall("业务实体") if act.findtext("业务行为") == _SEALED]
    replaced = [r.findtext("实体标识符", "") for r in package.findall("实体关系") if r.findtext("关系") == "代替"]
    period = "".join(info.get("Minsheng-Period", ()))
    for what, said, expected in (
        ("电子文件号", package.findtext("电子文件号"), "".join(info.get("External-Identifier", ()))),
        ("立档单位名称", package.findtext("来源/立档单位名称"), "".join(info.get("Source-Organization", ()))),
        ("题名", package.findtext("内容描述/题名"), "".join(info.get("External-Description", ()))),
        ("年度", package.findtext("档号/年度"), period[:4]),
        ("信息系统描述", package.findtext("电子属性/信息系统描述"), "".join(info.get("Bag-Software-Agent", ()))),
        ("归档时间", "、".join(sealed), "".join(info.get("Bagging-Date", ()))),
        ("所代替的包", "、".join(replaced), "".join(info.get("Minsheng-Replaces", ()))),
        ("件数", package.findtext("形式特征/件数"), str(len(records))),
    ):
        if (said or "") != expected:
            yield f"{what}写的是“{said or ''}”，应为“{expected}”"
    agents = {each.get("标识符") for each in root.findall("机构人员实体")}
    for act in root.findall("业务实体"):
        if act.findtext("实体关系/实体标识符") not in agents:
            yield f"{act.findtext('业务行为')}的执行者没有著录"


def _about_files(root: ET.Element, files: Mapping[str, tuple[str, int | None]]) -> Iterator[str]:
    traits = [each for each in root.findall("文件实体/电子属性") if each.find("计算机文件名") is not None]
    times = Counter(each.findtext("计算机文件名", "") for each in traits)
    yield from (f"著录了 {name}，包中没有" for name in sorted(times.keys() - files.keys()))
    yield from (f"没有著录 {name}" for name in sorted(files.keys() - times.keys()))
    yield from (f"著录了 {count} 次 {name}" for name, count in sorted(times.items()) if count > 1)
    for each in traits:
        name = each.findtext("计算机文件名", "")
        sha256, size = files.get(name, ("", None))
        if sha256 and each.findtext(_SUM) != sha256:
            yield f"{name} 的 sha256 与清单不符"
        if size is not None and each.findtext("计算机文件大小") != str(size):
            yield f"{name} 的大小写的是 {each.findtext('计算机文件大小')}，实际是 {size}"
    for name in (each.findtext("签名结果", "") for each in root.findall("文件实体/电子签名")):
        if name not in files:
            yield f"著录了签名文件 {name}，包中没有"


def titles(root: ET.Element) -> dict[str, str]:
    """Return ``data/…`` → the title of the record that the file belongs to."""
    return {
        name.text or "": record.findtext("内容描述/题名", "")
        for record in root.findall("文件实体")
        for name in record.findall("电子属性/计算机文件名")
    }


REQUIRED = ("聚合层次", "来源/立档单位名称", "电子文件号", "档号/年度", "内容描述/题名", "内容描述/责任者")
"""What the metadata of a package must hold."""

SETTINGS = ("档号/全宗号", "档号/保管期限")
"""What stands there only where the bureau's settings say so."""


def lacking(root: ET.Element, wanted: Sequence[str]) -> list[str]:
    """Return which elements of the package are not filled, and the records without a title."""
    package, *records = root.findall("文件实体")
    found = [path for path in wanted if not package.findtext(path)]
    untitled = [str(record.get("标识符")) for record in records if not record.findtext("内容描述/题名")]
    return found + [f"{name} 的题名" for name in untitled]
