"""Metadata and statement of provenance: written from the package, and a fault where they disagree with it."""

import hashlib
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tests.archive.conformance import PDF, retag
from tests.archive.conftest import lock, order, unlock

from minsheng.archive.package.faults import FaultKind
from minsheng.archive.package.metadata_xml import (
    METADATA,
    REQUIRED,
    SETTINGS,
    Description,
    Record,
    lacking,
    metadata_bytes,
    read_metadata_xml,
)
from minsheng.archive.package.package_check import check_bag
from minsheng.archive.package.provenance import PREDICATE_TYPE, STATEMENT, STATEMENT_TYPE

ELEMENTS = frozenset(
    """
    聚合层次 来源 档案馆名称 档案馆代码 全宗名称 立档单位名称 电子文件号 档号 全宗号 目录号 年度 保管期限
    机构或问题 类别号 室编案卷号 馆编案卷号 室编件号 馆编件号 文档序号 页号 内容描述 题名 并列题名 副题名
    说明题名文字 主题词 关键词 人名 摘要 分类号 文件编号 责任者 日期 文种 紧急程度 主送 抄送 密级 保密期限
    形式特征 文件组合类型 件数 页数 语种 稿本 电子属性 格式信息 计算机文件名 计算机文件大小 文档创建程序
    信息系统描述 数字化属性 数字化对象形态 扫描分辨率 扫描色彩模式 图像压缩方案 电子签名 签名规则 签名时间
    签名人 签名结果 证书 证书引证 签名算法标识 存储位置 当前位置 脱机载体编号 脱机载体存址 缩微号 权限管理
    知识产权说明 授权对象 授权行为 控制标识 附注 机构人员类型 机构人员名称 组织机构代码 个人职位 业务状态
    业务行为 行为时间 行为依据 行为描述 实体标识符 关系类型 关系 关系描述
    """.split()  # noqa: SIM905 - a list of 88 lines is not easier to read
)
"""All 88 of DA/T 46-2009, in its order."""
ENTITIES = {"电子文件元数据", "文件实体", "机构人员实体", "业务实体", "实体关系"}


def read(bag: Path) -> ET.Element:
    return read_metadata_xml((bag / METADATA).read_bytes())


def test_the_metadata_says_what_the_package_is(three) -> None:
    root = read(three.archive / "2017-06.r2")
    package, record = root.findall("文件实体")
    assert package.findtext("聚合层次") == "案卷"
    assert package.findtext("来源/立档单位名称") == "广元市民政局"
    assert (package.findtext("电子文件号"), package.findtext("档号/年度")) == ("2017-06.r2", "2017")
    assert package.findtext("内容描述/题名") == "2017-06 报送归档"
    relation = package.find("实体关系")
    assert [relation.findtext(tag) for tag in ("实体标识符", "关系", "关系描述")] == ["2017-06", "代替", "苍溪县更正"]
    names = [each.text for each in record.findall("电子属性/计算机文件名")]
    assert sorted(names) == ["data/data/returns/register.csv", PDF, "data/outputs/报告/完成情况.html"]
    act = root.find("业务实体")
    assert [act.findtext(tag) for tag in ("业务行为", "行为时间", "行为依据", "行为描述")] == [
        "归档", "2017-07-26", "关于民生工程的通知", "苍溪县更正",
    ]  # fmt: skip
    assert lacking(root, REQUIRED) == []


def test_every_element_is_one_of_the_standard_but_the_checksum(three) -> None:
    assert len(ELEMENTS) == 88
    tags = {element.tag for element in read(three.archive / "2017-06.r2").iter()}
    assert tags - ELEMENTS - ENTITIES == {"{urn:minsheng-workbook:metadata:1}sha256"}


def test_what_the_data_does_not_say_is_left_out(three) -> None:
    root = read(three.archive / "2017-06")
    text = (three.archive / "2017-06" / METADATA).read_text(encoding="utf-8")
    assert all(f"<{word}" not in text for word in ("全宗号", "保管期限", "密级", "档案馆名称"))
    assert "/>" not in text
    assert lacking(root, SETTINGS) == ["档号/全宗号", "档号/保管期限"]


def test_every_file_belongs_to_one_record() -> None:
    asked = order("2017-06", {"a": b"1", "b": b"2"})
    for records in ((Record("1", "t", ("a",)),), (Record("1", "t", ("a", "b")), Record("2", "t", ("b",)))):
        with pytest.raises(ValueError, match=r"one record each: \['b'\]"):
            metadata_bytes({}, Description(records), asked.payload)


def test_the_statement_is_an_in_toto_statement_whose_every_digest_is_in_the_bag(three) -> None:
    bag = three.archive / "2017-06"
    document = json.loads((bag / STATEMENT).read_bytes())
    assert document.keys() == {"_type", "subject", "predicateType", "predicate"}
    assert (document["_type"], document["predicateType"]) == (STATEMENT_TYPE, PREDICATE_TYPE)
    assert document["predicate"].keys() == {"buildDefinition", "runDetails"}
    build, run = document["predicate"]["buildDefinition"], document["predicate"]["runDetails"]
    assert build["buildType"] == "urn:minsheng-workbook:build:month:1"
    assert build["externalParameters"] == {"period": "2017-06", "plan": "2017"}
    assert run["builder"]["id"] == "urn:minsheng-workbook:builder:1"
    named = [*document["subject"], *build["resolvedDependencies"], *run["byproducts"]]
    files = {each["name"]: each["digest"]["sha256"] for each in named if each["name"].startswith("data/")}
    assert files == {
        path.relative_to(bag).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (bag / "data").rglob("*")
        if path.is_file()
    }
    assert [each["name"] for each in named if not each["name"].startswith("data/")] == ["minsheng-workbook"]


def test_the_same_seal_elsewhere_gives_the_same_bytes(three, tmp_path: Path) -> None:
    desk = type(three)(tmp_path / "archive", three.keys)
    desk.seal("2017-05")
    for path in sorted((desk.archive / "2017-05").glob("*.*")):
        assert path.read_bytes() == (three.archive / "2017-05" / path.name).read_bytes(), path.name


METADATA_LIES = {
    "size": (">13<", ">14<", "的大小写的是"),
    "digest": ("<w:sha256>", "<w:sha256>0", "的 sha256 与清单不符"),
    "file": (PDF, f"{PDF}.pdf", f"著录了 {PDF}.pdf，包中没有"),
    "title": ("<题名>2017-06 报送归档</题名>", "<题名>其他</题名>", "题名写的是“其他”"),
    "issuer": ("<立档单位名称>广元市民政局", "<立档单位名称>某局", "立档单位名称写的是“某局”"),
    "year": ("<年度>2017", "<年度>2018", "年度写的是“2018”"),
    "date": ("<行为时间>2017-07-26", "<行为时间>2017-07-27", "归档时间写的是“2017-07-27”"),
    "count": ("<件数>1<", "<件数>2<", "件数写的是“2”"),
    "agent": ("<实体标识符>agent-1", "<实体标识符>agent-9", "执行者没有著录"),
    "scheme": ("DA/T 46-2009", "DA/T 46", "不是按 DA/T 46-2009 写的元数据"),
    "entities": ("<电子文件元数据", "<!DOCTYPE x><电子文件元数据", "含有 DOCTYPE"),
    "no XML": ("</电子文件元数据>", "", "不是 XML"),
}
STATEMENT_LIES = {
    "digest": ('"sha256": "', '"sha256": "0', "的 sha256 与清单不符"),
    "file": (PDF, "data/other.pdf", "写着 data/other.pdf，包中没有"),
    "period": ('"period": "2017-06"', '"period": "2017-07"', "报告期写的是“2017-07”"),
    "type": ("Statement/v1", "Statement/v0.1", "不是 in-toto Statement v1"),
    "no JSON": ("{", "", "不是 in-toto Statement v1"),
}


@pytest.mark.parametrize(
    ("name", "kind", "lie"),
    [
        *(
            pytest.param(METADATA, FaultKind.METADATA, lie, id=f"metadata {what}")
            for what, lie in METADATA_LIES.items()
        ),
        *(pytest.param(STATEMENT, FaultKind.STATEMENT, lie, id=f"statement {w}") for w, lie in STATEMENT_LIES.items()),
    ],
)
def test_a_description_that_is_not_so_is_a_fault_and_no_other(desk, name: str, kind: FaultKind, lie) -> None:
    old, new, what = lie
    bag = desk.archive / "2017-06"
    unlock(bag)
    text = (bag / name).read_text(encoding="utf-8")
    if old == ">13<":
        old, new = f">{(bag / PDF).stat().st_size}<", ">1<"
    assert old in text
    (bag / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    retag(bag)
    lock(bag)
    faults = check_bag(bag).faults
    assert any(what in str(fault) for fault in faults), faults
    assert {fault.kind for fault in faults} == {kind}
    assert all(fault.where == f"2017-06/{name}" for fault in faults)
