"""What June's package says about itself: every record with its title, nothing invented."""

import json

import pytest

from minsheng.archive.contents.description import describe, descriptions
from minsheng.archive.contents.month import month_files
from minsheng.archive.package.bag import take_stock
from minsheng.archive.package.metadata_xml import METADATA, REQUIRED, lacking, read_metadata_xml
from minsheng.archive.package.provenance import STATEMENT
from minsheng.domain.period import Period
from minsheng.plan import load_plan
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.runs.graph import period_tasks
from minsheng.site.pages import archived_pages
from minsheng.workspace import RESULT, RecordSettings, Workspace

INFO = {
    "External-Identifier": "2017-06", "External-Description": "归档", "Source-Organization": "广元市民政局",
    "Minsheng-Kind": "month", "Minsheng-Period": "2017-06", "Minsheng-Plan": "p", "Bag-Software-Agent": "s",
    "Bagging-Date": "2017-07-26",
}  # fmt: skip


@pytest.fixture(scope="module")
def month(june: Workspace):
    plan = load_plan(june.params, 2017)
    month = Period("2017-06")
    payload = take_stock(month_files(june, plan, month, archived_pages(plan, month)))
    return plan, payload, describe(june, plan, month, payload)


def test_reports_and_returns_are_records_with_titles_and_dates(month) -> None:
    plan, _, about = month
    records = {record.id: record for record in about.records}
    assert {f"outputs/{task.name}" for task in period_tasks(plan, Period("2017-06"))} <= records.keys()
    report = records["outputs/2017-06/cangxi/dibao"]
    assert (report.title, report.dated) == ("苍溪县2017年6月城乡困难群众最低生活保障", "2017-06-20")
    assert len(report.files) == len([each for each in FORMATS if each.always]) + len([NOTEBOOK, RESULT])
    assert (
        records["outputs/2017-06/office/monthly_report"].title
        == "广元市民政局关于2017年6月民生工程及民生实事工作情况的报告"
    )
    delivered = records["data/returns/2017-05/cangxi.r2.xlsx"]
    assert (delivered.title, delivered.creator) == ("苍溪县民政局2017年5月报表（第2版）", "苍溪县民政局")
    assert records["data/returns/2017-05/cangxi.xlsx"].dated == ""
    assert records["params/2017"].dated == plan.about.issued_on.isoformat()
    assert [act.what for act in about.acts].count("收文") == 11
    assert {act.agent.name for act in about.acts} >= {"苍溪县民政局", "社会救助科"}


def test_every_file_is_described_once_and_the_metadata_is_complete(month, june: Workspace) -> None:
    plan, payload, about = month
    assert sorted(name for record in about.records for name in record.files) == list(payload)
    root = read_metadata_xml(descriptions(june, plan, Period("2017-06"), payload)(INFO)[METADATA])
    assert lacking(root, REQUIRED) == []
    assert root.findtext("文件实体/形式特征/件数") == str(len(about.records))
    settings = june.settings.model_copy(update={"records": RecordSettings(fonds="035", retention="30年")})
    owner = Workspace(june.root, june.params, settings)
    told = descriptions(owner, plan, Period("2017-06"), payload)(INFO)[METADATA].decode()
    assert "<全宗号>035</全宗号>" in told
    assert "<保管期限>30年</保管期限>" in told


def test_the_statement_names_reports_and_what_they_were_made_from(month, june: Workspace) -> None:
    plan, payload, _ = month
    document = json.loads(descriptions(june, plan, Period("2017-06"), payload)(INFO)[STATEMENT])
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
