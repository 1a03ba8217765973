"""What June's package says about itself: every record with its title, nothing invented."""

import json

import pytest

from minsheng.archive.contents.description import describe, making_of
from minsheng.archive.contents.month import month_files
from minsheng.archive.package.bag import take_stock
from minsheng.archive.package.provenance import statement_bytes
from minsheng.archive.package.records import REQUIRED, SealFacts, lacking, metadata_bytes, read_metadata
from minsheng.domain.period import Period
from minsheng.plan import load_plan
from minsheng.runs.graph import period_units
from minsheng.site.pages import archived_pages
from minsheng.workspace import RecordSettings, Workspace

FACTS = {"title": "归档", "organization": "广元市民政局", "plan": "p", "software": "s", "sealed_on": "2017-07-26"}


@pytest.fixture(scope="module")
def month(june: Workspace):
    plan = load_plan(june.params, 2017)
    month = Period("2017-06")
    payload = take_stock(month_files(june, plan, month, archived_pages(month)))
    return plan, payload, describe(june, plan, month, payload)


def test_reports_and_returns_are_records_with_titles_and_dates(month) -> None:
    plan, _, about = month
    items = {item.id: item for item in about.items}
    assert {f"outputs/{unit.name}" for unit in period_units(plan, Period("2017-06"))} <= items.keys()
    report = items["outputs/2017-06/cangxi/dibao"]
    assert (report.title, report.dated) == ("苍溪县2017年6月城乡困难群众最低生活保障", "2017-06-20")
    assert len(report.files) == 4
    assert (
        items["outputs/2017-06/office/monthly_report"].title
        == "广元市民政局关于2017年6月民生工程及民生实事工作情况的报告"
    )
    delivered = items["data/returns/2017-05/cangxi.r2.xlsx"]
    assert (delivered.title, delivered.creator) == ("苍溪县民政局2017年5月报表（第2版）", "苍溪县民政局")
    assert items["data/returns/2017-05/cangxi.xlsx"].dated == ""
    assert items["params/2017"].dated == plan.about.issued_on.isoformat()
    assert [act.what for act in about.acts].count("收文") == 11
    assert {agent.name for agent in about.agents} >= {"苍溪县民政局", "社会救助科"}


def test_every_file_is_described_once_and_the_metadata_is_complete(month, june: Workspace) -> None:
    _, payload, about = month
    assert sorted(name for item in about.items for name in item.files) == list(payload)
    facts = SealFacts("2017-06", kind="month", period="2017-06", **FACTS)
    root = read_metadata(metadata_bytes(facts, about, payload))
    assert lacking(root, REQUIRED) == []
    assert root.findtext("文件实体/形式特征/件数") == str(len(about.items))
    settings = june.settings.model_copy(update={"records": RecordSettings(fonds="035", retention="30年")})
    owner = Workspace(june.root, june.params, settings)
    told = metadata_bytes(facts, describe(owner, month[0], Period("2017-06"), payload), payload).decode()
    assert "<全宗号>035</全宗号>" in told
    assert "<保管期限>30年</保管期限>" in told


def test_the_statement_names_reports_and_what_they_were_made_from(month, june: Workspace) -> None:
    _, payload, _ = month
    facts = SealFacts("2017-06", kind="month", period="2017-06", **FACTS)
    making = making_of(june, Period("2017-06"), payload)
    document = json.loads(statement_bytes(facts, making, payload))
    build = document["predicate"]["buildDefinition"]
    materials = {each["name"]: each for each in build["resolvedDependencies"]}
    assert {each["name"] for each in document["subject"]} == {f"data/{n}" for n in payload if n.startswith("outputs/")}
    for name in (
        "data/returns/2017-06/cangxi.xlsx",
        "params/2017/plan.yaml",
        "notebooks/dibao.ipynb",
        "requirements.lock",
    ):
        assert materials[f"data/{name}"]["digest"]["sha256"] == payload[name].sha256
    assert {"version", "commit"} == materials["minsheng-workbook"]["annotations"].keys()
    assert any(name.startswith("font/") for name in materials)
    assert "data/provenance.json" in {each["name"] for each in document["predicate"]["runDetails"]["byproducts"]}
