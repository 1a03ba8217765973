"""What is dropped is taken for what it is, whatever it is called; what cannot be told is asked."""

import zipfile
from io import BytesIO

import pytest
from tests.conftest import ROOT

from minsheng.desk.office import Office
from minsheng.desk.sorting import sort_files, unwanted
from minsheng.desk.uploads import add, announce, uploaded
from minsheng.domain.period import Period
from minsheng.workspace import Workspace

_RETURN = (ROOT / "data/returns/2017-05/jiange.xlsx").read_bytes()
_FORM = (ROOT / "data/assessment/2017-H1/cangxi.xlsx").read_bytes()


def _sent(workspace: Workspace, name: str, content: bytes) -> str:
    upload = announce(workspace, name, len(content))
    add(workspace, upload, 0, content)
    return upload


def _zip(files: dict[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_what_is_dropped_is_taken_for_what_it_says_it_is(workspace) -> None:
    office = Office.of(workspace, Period("2017-06"))
    dropped = {
        "a.xlsx": _RETURN,
        "b.xlsx": _FORM,
        "苍溪县/org.1/领导小组.pdf": b"%PDF",
        "照片.jpg": b"jpg",
        "沈友文.p12": b"key",
        "社会救助科签字.pdf": b"%PDF",
        "~$a.xlsx": b"lock",
        "无封面.csv": "甲,1".encode(),
        "两份.zip": _zip({"甲/c.xlsx": _RETURN, "~$c.xlsx": b"lock", "IMG.heic": b"photo"}),
        "坏.zip": b"PK",
    }
    uploads = [(_sent(workspace, name, content), name) for name, content in dropped.items()]
    found = sort_files(office, uploads)
    told = [
        (each["name"], each["sure"], [(c["form"], c["month"], c["values"]) for c in each["choices"]][:1])
        for each in found
    ]
    leader = {"section": "social_relief", "signer": "沈友文"}
    assert told == [
        ("a.xlsx", True, [("receive", "2017-05", {})]),
        ("b.xlsx", True, [("forms", "2017-06", {"period": "2017-H1"})]),
        ("领导小组.pdf", True, [("evidence", "", {"who": "cangxi", "item": "org.1"})]),
        ("照片.jpg", False, [("sign_scan", "", {})]),
        ("沈友文.p12", True, [("sign_p12", "", leader)]),
        ("社会救助科签字.pdf", True, [("sign_scan", "", leader)]),
        ("~$a.xlsx", False, []),
        ("无封面.csv", False, [("receive", "", {})]),
        ("c.xlsx", True, [("receive", "2017-05", {})]),
        ("IMG.heic", False, []),
        ("坏.zip", False, []),
    ]
    assert [each["name"] for each in found if each["fault"]] == ["~$a.xlsx", "IMG.heic", "坏.zip"]
    assert "剑阁县2017年5月报表" in found[0]["choices"][0]["words"]
    assert "普通文本" in found[7]["choices"][0]["words"]
    # A file out of a zip has been sent as any other.
    assert uploaded(workspace, found[8]["id"]).read_bytes() == _RETURN


@pytest.mark.parametrize("name", ["Thumbs.db", "报表.rar", "下载.xlsx.crdownload"])
def test_what_nobody_wants_is_said(name: str) -> None:
    assert unwanted(name)
    assert not unwanted("苍溪县.xlsx")
