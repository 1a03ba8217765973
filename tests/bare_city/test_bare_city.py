"""清河市, from the templates to the sealed month: nothing that its plan does not have is asked for or spoken of."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from lxml import html as lxml_html
from tests.bare_city.bare import bare_workspace
from tests.filling import fill

from minsheng.agenda.status import month_status
from minsheng.commands.archives.archive_seal import seal_period
from minsheng.commands.archives.archive_verify import verify
from minsheng.commands.receive import receive_files
from minsheng.commands.run import run_month
from minsheng.commands.template import write_templates
from minsheng.commands.tick import tick
from minsheng.domain.delivery import RuleState
from minsheng.domain.period import Period
from minsheng.domain.result import Result
from minsheng.errors import ExitCode
from minsheng.intake.returns.store import read_accepted
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

pytestmark = pytest.mark.slow

MONTH = "2026-01"

RETURNS = {
    "dongshan": {"本月活动": 10, "累计活动": 10, "本月便民桥": 3, "累计便民桥": 3, "维修便民桥": 0, "志愿者": 7},
    "nanxi": {"本月活动": 8, "累计活动": 8, "志愿者": 5},
    "xinbei": {"本月活动": 2, "累计活动": 2, "志愿者": 0},
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which January was run; tests must not change it, but for the last, which seals it."""
    found = bare_workspace(tmp_path_factory.mktemp("qinghe") / "workspace")
    files = [
        fill(
            path,
            found.root.parent / path.name,
            as_of=date(2026, 1, 20),
            sheets={"社区服务": {"": RETURNS[who]}},
        )
        for who, path in write_templates(found, MONTH, None).items()
    ]
    took = receive_files(found, MONTH, files, received_at=f"{MONTH}-21T09:00", sender="", display=Quiet())
    assert took.exit_code == ExitCode.DONE, took.lines()
    outcome = run_month(found, MONTH, display=Quiet())
    assert outcome.exit_code == ExitCode.DONE, outcome.lines()
    return found


def _text(path: Path) -> str:
    return " ".join(lxml_html.document_fromstring(path.read_bytes()).find("body").itertext())


def _table(path: Path, caption: str) -> list[list[str]]:
    page = lxml_html.document_fromstring(path.read_bytes())
    (found,) = (t for t in page.iter("table") if (t.findtext("caption") or "") == caption)
    return [["".join(cell.itertext()) for cell in row.iter("th", "td")] for row in found.find("tbody")]


def test_the_template_locks_what_is_not_asked_for(city: Workspace) -> None:
    (path,) = (city.outputs / MONTH / "templates").glob("南溪区*.xlsx")
    sheet = openpyxl.load_workbook(path)["社区服务"]
    heads = [str(cell.value).replace("\n", "") for cell in sheet[3]]
    assert heads == ["本月活动", "累计活动", "本月便民桥（座）", "累计便民桥（座）", "维修便民桥（座）", "志愿者"]
    assert [cell.value for cell in sheet[4]][2:5] == ["—", "—", "—"]
    assert [cell.protection.locked for cell in sheet[4]] == [False, False, True, True, True, False]
    said = [str(row[1].value) for row in openpyxl.load_workbook(path)["封面"].iter_rows()]
    assert any("没有任务的指标，不填" in text for text in said)


def test_blank_cells_without_a_duty_are_no_fault_and_no_doubt(city: Workspace) -> None:
    for who in ("nanxi", "xinbei"):
        verdict = read_accepted(city.data, Period(MONTH), who).verdict
        assert verdict.issues == ()
        assert {outcome.outcome for outcome in verdict.outcomes} == {RuleState.PASS}


def test_figures_are_of_those_who_have_the_duty(city: Workspace) -> None:
    path = city.outputs / MONTH / "city" / "programme" / "result.json"
    events, bridges = Result.model_validate_json(path.read_bytes()).figures.measurements
    assert (events.actual, events.target, events.expected_areas) == (20, 300, 3)
    assert (bridges.actual, bridges.target, bridges.expected_areas) == (3, 24, 1)


def test_an_indicator_of_some_areas_says_so_in_the_table(city: Workspace) -> None:
    page = city.outputs / MONTH / "city" / "programme" / "report.html"
    assert _table(page, "各地区组织社区活动、便民桥") == [
        ["东山县", "150", "10", "◐基本同步6.7%", "24", "3", "●达到序时进度12.5%"],
        ["南溪区", "100", "8", "◐基本同步8.0%", "无任务", "", ""],
        ["新北县", "50", "2", "◐基本同步4.0%", "无任务", "", ""],
        ["全市", "300", "20", "◐基本同步6.7%", "24", "3", "●达到序时进度12.5%"],
    ]
    assert "便民桥由东山县承担，其余2个地区无任务。" in _text(page)
    matrix = _table(city.outputs / MONTH / "index.html", "各地区各项目进展状态")
    assert [row[2] for row in matrix] == ["●达到序时进度", "无任务", "无任务", "●达到序时进度"]
    sheet = openpyxl.load_workbook(city.outputs / MONTH / "progress.xlsx").worksheets[0]
    rows = {row[0]: row[4:] for row in sheet.iter_rows(values_only=True) if row[0] in {"东山县", "南溪区"}}
    assert rows["南溪区"][0] == "无任务"
    assert rows["东山县"][:2] == (24, 3)


def test_no_page_speaks_of_what_the_plan_does_not_have(city: Workspace) -> None:
    pages = [*city.outputs.rglob("*.html")]
    assert len(pages) > 10
    absent = [
        "资金",
        "评分",
        "得分",
        "考评",
        "名次",
        "排名",
        "领导小组",
        "印证资料",
        "主要数据",
        "节点任务",
        "没有报送工作情况",
        "未填写",
        "下步打算",
        "programme",
        "None",
        "（）",
        "()",
    ]
    said = {path.relative_to(city.outputs): [word for word in absent if word in _text(path)] for path in pages}
    assert {str(path): words for path, words in said.items() if words} == {}


def test_the_month_is_sealed_and_verifies(city: Workspace) -> None:
    ticked = tick(city, "2026-01-27", display=Quiet())
    assert [str(need.period) for need in ticked.needs] == [MONTH] * len(ticked.needs)
    assert ticked.exit_code == ExitCode.DONE
    status = month_status(city, MONTH, None)
    assert (status.made, status.failed, status.exit_code) == (7, {}, ExitCode.DONE)
    sealed = seal_period(city, MONTH, archive=None, why="没有签字", sealed_at=None, display=Quiet())
    assert sealed.exit_code == ExitCode.DONE
    verified = verify(city.root, None, archive=None, key=None, head="", display=Quiet())
    assert verified.exit_code == ExitCode.DONE, verified.lines()
