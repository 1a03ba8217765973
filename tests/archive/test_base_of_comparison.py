"""Last year's accepted values, which a package only holds to compare with, are those of their own month's package."""

from pathlib import Path

from minsheng.archive.recompute.made_anew import other_year_before
from minsheng.domain.period import Period

JUNE, NAME = Period("2017-06"), "data/accepted/2016-06/cangxi.csv"


def test_what_no_package_of_its_month_holds_is_named(tmp_path: Path) -> None:
    bags = {"2016-06": [tmp_path / "2016-06", tmp_path / "2016-06-r2"]}
    for bag, content in zip(bags["2016-06"], (b"120", b"130"), strict=True):
        path = bag / "data" / NAME
        path.parent.mkdir(parents=True)
        path.write_bytes(content)

    def named(content: bytes, name: str = NAME) -> list[str]:
        return [each for each, _ in other_year_before({name: content}, JUNE, lambda month: bags.get(str(month), ()))]

    assert named(b"120") == []
    assert named(b"130") == [], "the values as they were corrected"
    assert named(b"140") == [NAME]
    assert named(b"140", "data/accepted/2016-05/cangxi.csv") == [], "its month was never sealed: nothing is known"
    assert named(b"140", "data/accepted/2017-06/cangxi.csv") == [], "this year's are computed anew"
