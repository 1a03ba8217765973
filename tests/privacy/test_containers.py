"""Every kind of file: what stands in it is found, with its place; what cannot be looked into is said."""

import base64
import gzip
import io
import json
import zipfile

import docx
import openpyxl
import pikepdf
import pytest
from tests.privacy.conftest import ids, masked

from minsheng.errors import GateRefusedError
from minsheng.privacy import containers
from minsheng.privacy.scanner import inspect, scan
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import print_page
from minsheng.workspace import Workspace

MANY = ids(10_000)
FEW = MANY[:25]
ID = MANY[0]


def page(body):
    return f"<!DOCTYPE html><html lang='zh-CN'><head><title>报告</title></head><body>{body}</body></html>"


def html(numbers):
    return page("".join(f"<p>户主<b>{n[:6]}</b>{n[6:]}</p>\n" for n in numbers)).encode()


def pdf(numbers, attachments=None):
    body = "".join(f"<p>{n}</p>" for n in numbers)
    return print_page(page(body), ReportMetadata("报告", "民政局", None, "k"), attachments or {}).pdf


def zipped(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(numbers):
    book = openpyxl.Workbook()
    for number in numbers:
        book.active.append(["户主", number])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def document(numbers):
    made = docx.Document()
    for number in numbers:
        paragraph = made.add_paragraph("户主")
        paragraph.add_run(number[:10]).bold = True
        paragraph.add_run(number[10:])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def spreadsheet(numbers):
    rows = "".join(
        f"<table:table-row><table:table-cell><text:p>{n}</text:p></table:table-cell></table:table-row>" for n in numbers
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:body>{rows}</office:body>",
        }
    )


def notebook(numbers):
    outputs = [
        {"output_type": "display_data", "data": {"text/html": [f"<td>{n}</td>\n"]}, "metadata": {}} for n in numbers
    ]
    cell = {"cell_type": "code", "source": ["x = 1\n"], "outputs": outputs, "metadata": {}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).encode()


CONTAINERS = {
    "report.html": html,
    "values.json": lambda numbers: json.dumps({"values": numbers}).encode(),
    "executed.ipynb": notebook,
    "values.csv": lambda numbers: "\n".join(f"户主,{n},1" for n in numbers).encode(),
    "gbk.csv": lambda numbers: "\n".join(f"户主,{n},1" for n in numbers).encode("gb18030"),
    "wide.txt": lambda numbers: "\n".join(numbers).encode("utf-16"),
    "return.xlsx": workbook,
    "note.docx": document,
    "return.ods": spreadsheet,
    "nested.zip": lambda numbers: zipped({"内/外.zip": zipped({"a.xlsx": workbook(numbers)})}),
    "packed.txt.gz": lambda numbers: gzip.compress("\n".join(numbers).encode()),
    "payload.html": lambda numbers: page(
        f"<img alt='图' src='data:image/svg+xml;base64,{base64.b64encode(html(numbers)).decode()}'>"
    ).encode(),
    "payload.json": lambda numbers: json.dumps(
        {"x": base64.b64encode(gzip.compress("\n".join(numbers).encode())).decode()}
    ).encode(),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTAINERS)
def test_ten_thousand_ids_are_found_in_every_container(name):
    # python-docx takes its time for so many paragraphs.
    numbers = MANY[:1000] if name == "note.docx" else MANY
    found = scan(name, CONTAINERS[name](numbers))
    assert {hit.masked for hit in found} == {masked(n) for n in numbers}
    assert not any(n in str(hit) for hit in found[:200] for n in MANY[:200])
    typos = [n[:17] + ("0" if n[17] != "0" else "1") for n in numbers[:3000]]
    assert scan(name, CONTAINERS[name](typos)) == ()


def test_a_thousand_ids_are_found_in_pdf():
    assert {hit.masked for hit in scan("a.pdf", pdf(MANY[:1000]))} == {masked(n) for n in MANY[:1000]}
    assert scan("a.pdf", pdf([n[:17] + ("0" if n[17] != "0" else "1") for n in FEW])) == ()


def test_the_place_is_named():
    assert [hit.place for hit in scan("a.xlsx", workbook(["无", ID]))] == ["工作表“Sheet”B2"]
    assert str(scan("a.csv", f"a,b\n1,{ID}\n".encode())[0]) == f"a.csv：第 2 行第 2 列：身份证号 {masked(ID)}"
    assert scan("a.pdf", pdf(["无", ID]))[0].place == "第 1 页"
    assert scan("a.pdf", pdf(["无"], {"b.csv": f"x,{ID}".encode()}))[0].place == "附件 b.csv，第 1 行第 2 列"
    assert scan("n.ipynb", notebook([ID]))[0].place.startswith("第 1 个单元，outputs[0].data.text/html")


def test_comments_attributes_and_metadata_of_html_are_looked_at():
    for body in (f"<!-- {ID} -->", f"<p title='{ID}'>x</p>", f"<a href='data:text/plain,{ID}'>x</a>"):
        assert {hit.masked for hit in scan("a.html", page(body).encode())} == {masked(ID)}
    entity = "".join(f"&#{ord(c)};" for c in ID)
    assert scan("a.html", page(entity).encode())


def test_text_under_a_black_box_is_found():
    source = pdf([ID])
    with pikepdf.open(io.BytesIO(source)) as opened:
        box = pikepdf.Stream(opened, b"q 0 g 0 0 2000 2000 re f Q")
        opened.pages[0].contents_add(box)
        out = io.BytesIO()
        opened.save(out)
    assert [hit.masked for hit in scan("a.pdf", out.getvalue())] == [masked(ID)]


def test_properties_bookmarks_and_notes_of_a_pdf_are_found():
    with pikepdf.open(io.BytesIO(pdf(["无"]))) as opened:
        opened.docinfo["/Subject"] = f"户主 {ID}"
        with opened.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(f"户主 {MANY[1]}", 0))
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents=MANY[2]
        )
        opened.pages[0].Annots = opened.make_indirect(pikepdf.Array([opened.make_indirect(note)]))
        out = io.BytesIO()
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert {hit.masked for hit in scan("a.pdf", out.getvalue())} == {masked(n) for n in MANY[:3]}


def test_hidden_sheets_notes_and_properties_of_a_workbook_are_found():
    book = openpyxl.Workbook()
    hidden = book.create_sheet("备份")
    hidden.sheet_state = "veryHidden"
    hidden["C3"] = ID
    book.active["A1"].comment = openpyxl.comments.Comment(MANY[1], "x")
    book.properties.description = MANY[2]
    out = io.BytesIO()
    book.save(out)
    found = scan("a.xlsx", out.getvalue())
    assert {hit.masked for hit in found} == {masked(n) for n in MANY[:3]}
    assert "工作表“备份”（隐藏）C3" in {hit.place for hit in found}


def test_numbers_that_a_spreadsheet_holds_as_numbers_are_found():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["A3"] = 13812345678, float(ID[:15] + "000"), 510821900101123
    out = io.BytesIO()
    book.save(out)
    assert [str(hit.kind) for hit in scan("a.xlsx", out.getvalue()) if hit.place.startswith("工作表")] == [
        "手机号", "身份证号", "身份证号",
    ]  # fmt: skip


def test_what_cannot_be_looked_into_is_said():
    picture = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
    )
    assert [u.why for u in inspect("a.png", picture).unseen] == ["图片中的内容没有识别"]
    with pikepdf.open(io.BytesIO(pdf(["无"]))) as opened:
        out = io.BytesIO()
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert [u.why for u in inspect("a.pdf", out.getvalue()).unseen] == ["PDF 已加密"]
    scanned = pikepdf.new()
    scanned.add_blank_page()
    image = pikepdf.Stream(scanned, b"\0", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1, Height=1,
                           ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
    scanned.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=scanned.make_indirect(image)))
    scanned.pages[0].Contents = pikepdf.Stream(scanned, b"/I Do")
    out = io.BytesIO()
    scanned.save(out)
    assert [str(u) for u in inspect("a.pdf", out.getvalue()).unseen] == ["a.pdf：第 1 页：未检：扫描图像，没有文字层"]
    assert inspect("a.pdf", b"%PDF-1.7 broken").unseen
    assert inspect("a.7z", b"7z\xbc\xaf\x27\x1c").unseen


def test_a_bomb_is_refused_and_does_not_hang(monkeypatch):
    monkeypatch.setattr(containers, "MOST_BYTES", 8 << 20)
    bomb = zipped({"a.txt": b"0" * (9 << 20)})
    with pytest.raises(GateRefusedError, match="压缩炸弹"):
        scan("a.zip", bomb)
    with pytest.raises(GateRefusedError, match="压缩炸弹"):
        scan("a.gz", gzip.compress(b"0" * (9 << 20), 1))
    deep = b"x"
    for _ in range(12):
        deep = zipped({"a.zip": deep})
    with pytest.raises(GateRefusedError, match="层层打包"):
        scan("a.zip", deep)


def test_sums_of_a_result_are_no_numbers_of_persons(june: Workspace) -> None:
    document = json.loads((june.outputs / "2017-06/city/dibao/result.json").read_bytes())

    def found(**figures: object) -> list[str]:
        changed = {**document, "figures": {**document["figures"], **figures}}
        return [hit.place for hit in scan("result.json", json.dumps(changed).encode())]

    funds = [{**document["figures"]["funds"][0], "allocated": "14912342900"}]
    assert found(funds=funds) == []
    assert found(funds=funds, area_name="张三13812345678") == ["figures.area_name"]
    # What is no valid result is looked through as a whole.
    assert found(funds=funds, area=7) == ["figures.funds[0].allocated"]


def test_the_name_of_a_file_is_looked_at_and_not_repeated():
    (hit,) = scan("evidence/张三 139.0812.3456.txt", b"x")
    assert str(hit) == "evidence/张三 139****3456.txt：文件名：手机号 139****3456"


def test_what_only_says_that_it_is_base64_is_looked_at_as_text():
    assert [hit.masked for hit in scan("a.txt", f"data:;base64,甲乙{ID}".encode())] == [f"{ID[:6]}********{ID[-4:]}"]


def test_what_was_looked_at_once_is_found_again():
    number = ids(1)[0]
    packed = base64.b64encode(f"联系人 {number}".encode()).decode()
    document = json.dumps({"甲": f"联系人 {number}", "乙": f"附件 {packed}", "丙": "没有号码的一句话，不短"}).encode()

    first, again = inspect("a.json", document), inspect("a.json", document)

    assert len(first.hits) == 2
    assert again == first
