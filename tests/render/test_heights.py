"""How high pieces are reckoned: never lower than they are printed, and not much higher."""

import pytest
from tests.paper import sheets

from minsheng.render.html.markup import Element, Piece, callout, note, paragraph, part
from minsheng.render.html.tables import TableColumn, table
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import print_page
from minsheng.render.typst.heights import height_of, lines_of

_MM = 25.4 / 72
_ABOVE, _INK = 24, 2.5
"""The margin above the text; the blank below the lowest letter of a block, all in millimetres."""

_COLUMNS = [TableColumn("地区", kind="row"), TableColumn("新增养老机构床位", "张"), TableColumn("说明", kind="long")]
_ROWS = [[f"第{number}自治县", "1,950", "已开工，年底前完成竣工验收。" * number] for number in range(1, 7)]
_TABLE = table("各地区新增床位", _COLUMNS, _ROWS)
_WORDS = "2017年6月应报9个地区，已报8个（2017-06/index.html）。"


@pytest.mark.parametrize(
    "shown",
    [
        part("资金", paragraph(_WORDS * 9), _TABLE, note(_WORDS * 5)),
        part("报送", callout(_WORDS * 4, kind="blocked"), callout(_WORDS), paragraph(_WORDS), paragraph(_WORDS * 3)),
        Piece(Element("h1", "月通报"), paragraph(_WORDS * 3, class_="summary"), _TABLE, _TABLE),
    ],
    ids=["section", "notices", "tables"],
)
def test_pieces_are_no_higher_than_reckoned(shown: Piece) -> None:
    page = f"<html><body><main>{shown._repr_html_()}</main></body></html>"
    (sheet,) = sheets(print_page(page, ReportMetadata("甲", "", None, ""), {}).pdf)
    body = [word for word in sheet.words if word.bottom < sheet.height - 20 / _MM]
    printed = max(word.bottom for word in body) * _MM - _ABOVE
    assert printed <= height_of(shown) <= printed * 1.06 + _INK


def test_lines_are_filled_as_a_typesetter_does() -> None:
    assert lines_of("", 10) == 1
    assert lines_of("汉" * 10, 10) == 1
    assert lines_of("汉" * 11, 10) == 2
    assert lines_of("a" * 200, 10) > 9
    assert lines_of(f"汉汉{'a' * 8}", 6) == 2
