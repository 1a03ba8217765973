"""Who answers for missing evidence and for files that cannot be looked into, written down by ``minsheng answer``."""

from pathlib import Path

import pytest

from minsheng.archive.contents.answers import read_unchecked, read_waivers
from minsheng.commands.answer import vouch, waive
from minsheng.domain.period import Period
from minsheng.errors import UsageError
from minsheng.files.hashing import sha256

H1 = Period("2017-H1")


def _waive(workspace, *, who="苍溪县", item="org.1", by="殷蛟", why="因灾延期", period="2017-H1"):
    return waive(workspace, period, who=who, item=item, by=by, why=why)


def test_a_waiver_is_written_down_once_and_as_seal_reads_it(workspace) -> None:
    told = _waive(workspace).lines()
    assert told[0].startswith("已登记：苍溪县 org.1 ")
    assert "（殷蛟：因灾延期）→ data/evidence/2017-H1/waivers.csv" in told[0]
    assert told[1] == "接着：minsheng assess 2017-H1"
    assert _waive(workspace, who="cangxi").lines()[0].startswith("已有：")
    _waive(workspace, who="社会救助科", item="sec.guide.2", why="两个  词")
    found = read_waivers(workspace.data, H1)
    assert {key: (each.who, each.why) for key, each in found.items()} == {
        ("cangxi", "org.1"): ("殷蛟", "因灾延期"),
        ("social_relief", "sec.guide.2"): ("殷蛟", "两个 词"),
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"who": ""}, "请用 --area 写明免交谁的：苍溪县"),
        ({"item": "org.9"}, "苍溪县没有要交印证资料的小项“org.9”。可写：org.1"),
        ({"period": "2017-06"}, "“2017-06”是月份"),
        ({"by": " "}, "--by 写明谁负责"),
        ({"why": "电话13908123456"}, "有个人号码"),
        ({"by": "别人"}, "data/evidence/2017-H1/waivers.csv 中已有别的说法：cangxi、org.1（殷蛟：因灾延期）"),
    ],
)
def test_a_waiver_that_says_too_little_or_something_else_changes_nothing(workspace, given, said: str) -> None:
    _waive(workspace)
    with pytest.raises(UsageError, match=said):
        _waive(workspace, **given)
    assert len(read_waivers(workspace.data, H1)) == 1


def test_files_that_were_looked_at_are_known_by_their_bytes(workspace, tmp_path: Path) -> None:
    placed = workspace.data / "evidence/2017-H1/cangxi/org.1/合影.jpg"
    placed.parent.mkdir(parents=True)
    placed.write_bytes(b"picture")
    copy, other = tmp_path / "IMG_0001.jpg", tmp_path / "IMG_0002.jpg"
    copy.write_bytes(b"picture")
    other.write_bytes(b"pictur3")
    told = vouch(workspace, "2017-H1", [copy], by="殷蛟", why="看过，没有个人信息").lines()
    assert told[0] == "已登记：IMG_0001.jpg（殷蛟：看过，没有个人信息）→ data/evidence/2017-H1/unchecked.csv"
    assert read_unchecked(workspace.data, H1)[sha256(placed)].who == "殷蛟"
    assert vouch(workspace, "2017-H1", [placed], by="殷蛟", why="看过，没有个人信息").lines()[0].startswith("已有：")
    with pytest.raises(UsageError, match=r"没有逐字节相同的：IMG_0002.jpg"):
        vouch(workspace, "2017-H1", [copy, other], by="殷蛟", why="看过，没有个人信息")
    with pytest.raises(UsageError, match="没有这样的文件"):
        vouch(workspace, "2017-H1", [tmp_path / "无.jpg"], by="殷蛟", why="看过")
