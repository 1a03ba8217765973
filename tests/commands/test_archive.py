"""The archive as its users meet it: a really run June sealed, verified, found, made again; and what is refused."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from tests.links import dead_links

from minsheng.agenda.status import month_status
from minsheng.archive.contents import looking
from minsheng.archive.contents.archived import archive_health, archive_standing
from minsheng.archive.contents.description import PROVENANCE
from minsheng.archive.contents.month import month_files
from minsheng.archive.inspection.code_check import check_code
from minsheng.archive.inspection.completeness import month_gaps
from minsheng.archive.package.package_check import check_bag
from minsheng.archive.recompute.recomputing import recompute
from minsheng.commands.archives import archive_seal
from minsheng.commands.archives.archive_rebuild import rebuild_month
from minsheng.commands.archives.archive_seal import seal_period
from minsheng.commands.doctor import examine
from minsheng.commands.run import run_month
from minsheng.domain.period import Period
from minsheng.errors import GateRefusedError, UsageError
from minsheng.plan import digest_by_bytes, load_plan
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.runs.graph import period_tasks
from minsheng.runs.keys import package_sha256
from minsheng.runs.options import Quiet
from minsheng.site.pages import archived_pages, make_archived_pages
from minsheng.workspace import Workspace

SEALED_AT = "2017-07-26T10:00:00+08:00"


def _cli(workspace: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "minsheng", "archive", *arguments, "--workspace", str(workspace.root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _seal(workspace: Workspace, why: str = ""):
    return seal_period(workspace, "2017-06", archive=None, why=why, sealed_at=SEALED_AT, display=Quiet())


EVERY_REPORT = (*(each.file for each in FORMATS if each.always), NOTEBOOK)


@pytest.fixture(scope="module")
def sealed(june: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the run June, sealed; tests must not change it."""
    root = tmp_path_factory.mktemp("sealed") / "workspace"
    shutil.copytree(june.root, root)
    done = _cli(Workspace.find(root), "seal", "2017-06", "--sealed-at", SEALED_AT)
    assert done.returncode == 12
    assert done.stderr.count("待签字：") == 2
    done = _cli(Workspace.find(root), "seal", "2017-06", "--sealed-at", SEALED_AT, "--why", "示例没有签字")
    assert done.returncode == 0, done
    assert "已归档：" in done.stdout
    return Workspace.find(root)


@pytest.fixture
def workspace_of_its_own(sealed: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(sealed.root, tmp_path / "own")
    return Workspace.find(tmp_path / "own")


def test_the_package_holds_everything_that_the_month_was_made_from(sealed: Workspace) -> None:
    data = sealed.archive / "2017-06" / "data"
    names = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    plan = load_plan(sealed.params, 2017)
    for task in period_tasks(plan, Period("2017-06")):
        reports = {f"outputs/{task.name}/{n}" for n in (*EVERY_REPORT, "result.json")}
        assert reports <= names
        assert f"notebooks/{task.notebook}.ipynb" in names
    expected = ["requirements.lock", "outputs/2017-06/index.html", "outputs/2017-06/progress.xlsx"]
    expected += ["outputs/2017-06/receipts/cangxi.xlsx", "params/2017/plan.yaml", "data/accepted/2017-03/cangxi.csv"]
    expected += [f"data/returns/2017-0{month}/cangxi.xlsx" for month in range(1, 7)]
    assert set(expected) <= names
    assert "notebooks/explore.ipynb" not in names
    register = (data / "data/returns/register.csv").read_text(encoding="utf-8").splitlines()
    assert {line[:7] for line in register[1:]} == {f"2017-0{month}" for month in range(1, 7)}
    provenance = json.loads((data / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["made_with"]["text_stack"].keys() == {"typst", "zlib"}
    assert provenance["made_with"]["package"]["version"]
    assert len(provenance["units"]) == 61
    assert check_bag(sealed.archive / "2017-06").faults == []
    done = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", str(data.parent)], capture_output=True, check=False
    )
    assert done.returncode == 0


def test_whoever_has_the_package_alone_finds_no_dead_link_and_the_reports_as_published(sealed: Workspace) -> None:
    data = sealed.archive / "2017-06" / "data"
    broken, seen = dead_links(data, inside=True)
    assert broken == []
    assert seen > 1000
    published = sealed.outputs / "2017-06"
    for path in published.glob("*/*/report.html"):
        assert (data / "outputs/2017-06" / path.relative_to(published)).read_bytes() == path.read_bytes()
    page = (data / "outputs/2017-06/index.html").read_text(encoding="utf-8")
    assert "cangxi/elderly_care/report.html" in page
    assert re.sub(r"</?a\b[^>]*>", "", page) == re.sub(
        r"</?a\b[^>]*>", "", (published / "index.html").read_text(encoding="utf-8")
    )


def test_sealing_again_says_that_nothing_changed(sealed: Workspace) -> None:
    done = _cli(sealed, "seal", "2017-06")
    assert done.returncode == 0
    assert "没有变化：与 2017-06（2017-07-26 归档）完全相同" in done.stdout
    assert len((sealed.archive / "ledger.jsonl").read_bytes().splitlines()) == 1


def test_verify_says_what_it_verified_and_finds_a_single_file(sealed: Workspace, tmp_path: Path) -> None:
    whole = json.loads(_cli(sealed, "verify", "--json").stdout)
    assert (whole["valid"], whole["bags"], whole["notes"]) == (
        True,
        ["2017-06"],
        ["data/returns/register.csv：144 行补录，登记的时间不详"],
    )
    # Nothing lists the tag manifests themselves: their digest stands in the ledger.
    assert whole["files"] == sum(path.is_file() for path in (sealed.archive / "2017-06").rglob("*")) - 2
    assert _cli(sealed, "verify", "--head", whole["head"]).returncode == 0
    broken = f" {whole['head'][:32].upper()}\n{whole['head'][32:]} "
    assert _cli(sealed, "verify", "--head", broken).returncode == 0
    assert _cli(sealed, "verify", "--head", whole["head"][:-1]).returncode == 2
    wrong = _cli(sealed, "verify", "--head", "0" * 64)
    assert (wrong.returncode, "不在链上" in wrong.stdout) == (14, True)

    report = tmp_path / "from-the-office.pdf"
    shutil.copy(sealed.outputs / "2017-06/cangxi/dibao/report.pdf", report)
    done = _cli(sealed, "verify", str(report))
    assert done.returncode == 0, done
    assert (
        "与 2017-06/data/outputs/2017-06/cangxi/dibao/report.pdf 逐字节相同（第 1 号归档，2017-07-26）" in done.stdout
    )
    report.write_bytes(report.read_bytes()[:-1])
    done = _cli(sealed, "verify", str(report))
    assert (done.returncode, "没有一个归档包中有这份文件" in done.stdout) == (14, True)


def test_june_passes_the_inspection_of_the_four_qualities(sealed: Workspace, tmp_path: Path) -> None:
    done = _cli(sealed, "inspect", "2017-06", "--json", "--on", "2017-07-27", "--out", str(tmp_path))
    assert done.returncode == 0, done
    told = {each["id"]: each for each in json.loads(done.stdout)["items"]}
    assert {name for name, each in told.items() if each["verdict"] != "通过"} <= {
        "leader-signatures", "retention", "viruses",
    }  # fmt: skip
    assert "61 份报告、68 份登记的报表" in told["complete"]["how"]
    assert "PDF 61 份" in told["pdfa"]["how"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2017-06-2017-07-27.html", "2017-06-2017-07-27.pdf"]


def test_a_month_without_a_report_that_its_own_plan_wants_is_not_complete(sealed: Workspace) -> None:
    data = sealed.archive / "2017-06" / "data"
    payload = dict(check_bag(data.parent).payload)
    assert month_gaps(data, Period("2017-06"), payload)[0] == []
    del payload["data/returns/2017-06/cangxi.xlsx"]
    payload["data/returns/2017-06/jiange.xlsx"] = "0" * 64
    assert month_gaps(data, Period("2017-06"), payload)[0] == [
        "登记了 data/returns/2017-06/cangxi.xlsx，包中没有",
        "data/returns/2017-06/jiange.xlsx 不是登记的那一份",
    ]


def test_a_format_that_an_older_version_did_not_have_is_no_gap(sealed: Workspace, tmp_path: Path) -> None:
    """A package of this program without any PDF lacks 61; one that another version made may have had none."""
    data = shutil.copytree(sealed.archive / "2017-06" / "data", tmp_path / "data")
    payload = dict(check_bag(sealed.archive / "2017-06").payload)
    for name in [name for name in payload if name.endswith("/report.pdf")]:
        (data / name).unlink()
        del payload[name]
    assert len(month_gaps(data, Period("2017-06"), payload)[0]) == 61
    provenance = data / PROVENANCE
    provenance.chmod(0o644)
    provenance.write_bytes(provenance.read_bytes().replace(package_sha256().encode(), b"0" * 64))
    assert month_gaps(data, Period("2017-06"), payload)[0] == []


def test_an_auditor_needs_no_workspace(sealed: Workspace, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "minsheng", "archive", "verify"]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "请用 --key" in run(str(sealed.archive)).stdout
    key = str(sealed.keys / "minisign.pub")
    assert run(str(sealed.archive), "--key", key).stdout.splitlines()[-1].startswith("核验通过，但无外部锚点")
    assert run(str(sealed.archive / "2017-06"), "--key", key).returncode == 0
    shutil.copytree(sealed.archive / "2017-06", tmp_path / "2017-06")
    alone = run(str(tmp_path / "2017-06"))
    assert (alone.returncode, "只核验了它自身" in alone.stdout) == (0, True)
    assert run().returncode == 2
    assert run("nowhere").returncode == 2


@pytest.mark.soak
def test_the_month_is_made_again_from_the_package_alone(sealed: Workspace, tmp_path: Path) -> None:
    alone = tmp_path / "only the archive"
    alone.mkdir()
    (alone / "minsheng.toml").write_text(f'archive = "{sealed.archive}"\n', encoding="utf-8")
    done = _cli(Workspace.find(alone), "rebuild", "2017-06", "--json")
    assert done.returncode == 0, done
    outcome = json.loads(done.stdout)
    assert (outcome["compared"], outcome["intake"], len(outcome["units"])) == ("bytes", [], 61)
    assert not any(outcome["units"].values())


@pytest.mark.soak
def test_the_month_is_made_again_by_its_own_program_and_the_libraries_of_its_lock(sealed: Workspace) -> None:
    done = _cli(sealed, "rebuild", str(sealed.archive / "2017-06"), "--json")
    assert done.returncode == 0, done
    outcome = json.loads(done.stdout)
    assert (outcome["compared"], outcome["intake"], len(outcome["units"])) == ("bytes", [], 61)
    assert not any(outcome["units"].values())


def test_a_rebuilt_report_that_differs_is_named(sealed: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from minsheng.commands.archives import archive_rebuild

    made_with = archive_rebuild.made_with

    def other_figures(again: Workspace, month: str, *_: object, **__: object) -> None:
        """Stands for a run of another program: the sealed reports with one figure and one word changed."""
        shutil.copytree(sealed.outputs / month, again.outputs / month)
        shutil.copytree(sealed.data / "accepted", again.data / "accepted")
        for name, old, new in (("cangxi/dibao/result.json", b'"reported"', b'"blocked"'),
                               ("jiange/scoring/result.json", "超额不加分".encode(), "超额的不加分".encode()),
                               ("city/bulletin/report.html", "广元市".encode(), "某某市".encode())):  # fmt: skip
            path = again.outputs / month / name
            path.write_bytes(path.read_bytes().replace(old, new))

    monkeypatch.setattr(archive_rebuild, "run_month", other_figures)
    same = rebuild_month(sealed, "2017-06", revision=None, archive=None, jobs=None, display=Quiet())
    assert same.exit_code == 14
    assert "不同：2017-06/cangxi/dibao：result.json" in same.lines()
    monkeypatch.setattr(
        archive_rebuild, "made_with", lambda _: {"package": {}, "lock_sha256": "", "fonts": {}, "text_stack": {}}
    )
    other = rebuild_month(sealed, "2017-06", revision=1, archive=None, jobs=None, display=Quiet())
    assert other.lines()[0] == "程序版本、依赖的锁定版本、字体、排版库与归档时不同：比较数字"
    assert "不同：2017-06/cangxi/dibao：数字（result.json 的 figures）" in other.lines()
    said = "相同：2017-06/city/bulletin（数字；另一版本写法不同，不是损坏：报告文字、report.html）"
    assert said in other.lines()
    assert [task.name for task in other.tasks if task.differs] == ["2017-06/cangxi/dibao"]
    (scoring,) = (task for task in other.tasks if task.name == "2017-06/jiange/scoring")
    assert (scoring.differs, scoring.otherwise) == ((), ("措辞（result.json 的 text）",))
    monkeypatch.setattr(archive_rebuild, "made_with", lambda workspace: {**made_with(workspace), "fonts": {}})
    words = rebuild_month(sealed, "2017-06", revision=1, archive=None, jobs=None, display=Quiet())
    assert words.lines()[0] == "字体与归档时不同：比较数字与文字"
    assert "不同：2017-06/city/bulletin：报告文字" in words.lines()
    with pytest.raises(UsageError, match=r"第 2 版；已有：2017-06"):
        rebuild_month(sealed, "2017-06", revision=2, archive=None, jobs=None, display=Quiet())


def test_a_month_that_is_not_complete_is_refused_with_every_reason(workspace_of_its_own: Workspace) -> None:
    own = workspace_of_its_own
    (own.outputs / "2017-06/cangxi/dibao/report.pdf").unlink()
    (own.outputs / "2017-06/progress.xlsx").unlink()
    notebook = own.notebooks / "two_lines.ipynb"
    notebook.write_bytes(notebook.read_bytes() + b"\n")
    done = _cli(own, "seal", "2017-06")
    assert done.returncode == 12
    lines = done.stderr.splitlines()
    assert lines[0] == "2017年6月还不能归档："
    assert len(lines) == 5
    assert any("改动过的笔记本 two_lines.ipynb" in line for line in lines)
    assert any("（2017-06/cangxi/dibao）" in line and "被改动或删去" in line for line in lines)
    assert any("笔记本或程序有变化" in line and "2017-06/city/two_lines" in line for line in lines)
    assert any("progress.xlsx" in line for line in lines)
    assert _cli(own, "seal", "2017-05").stderr.count("没有生成过") == 1
    assert _cli(own, "seal", "2017-13").returncode == 2
    half_year = _cli(own, "seal", "2017-H1")
    assert (half_year.returncode, "minsheng assess 2017-H1" in half_year.stderr) == (12, True)


def test_a_changed_notebook_is_named_wherever_it_made_something(
    workspace_of_its_own: Workspace, tagged_text, tmp_path: Path
) -> None:
    own = workspace_of_its_own
    notebook = own.notebooks / "monthly_report.ipynb"
    content = json.loads(notebook.read_bytes())
    content["cells"][2]["source"] = ["import os\n", *content["cells"][2]["source"]]
    notebook.write_text(json.dumps(content), encoding="utf-8")
    run_month(own, "2017-06", notebooks=["monthly_report"], display=Quiet())
    words = "改动过的笔记本 monthly_report.ipynb：与程序发布的不同，并且第 3 个代码格导入了 os"
    folder = own.outputs / "2017-06/office/monthly_report"
    assert f"生成本页的是{words}。" in (folder / "report.html").read_text(encoding="utf-8")
    assert "导入了os" in tagged_text(pikepdf.open(folder / "report.pdf"))
    assert "生成本页的是" not in (own.outputs / "2017-06/city/bulletin/report.html").read_text(encoding="utf-8")
    assert words in (own.outputs / "2017-06/run.html").read_text(encoding="utf-8")
    with pytest.raises(GateRefusedError, match=r"monthly_report\.ipynb.*用 --why 写明") as refused:
        _seal(own)
    assert refused.value.exit_code == 12
    outcome = _seal(own, why="补一个导入")
    assert f"注意：{words}" in outcome.lines()
    bag = own.archive / "2017-06.r2"
    assert f"Minsheng-Changed-Code: {words}\nMinsheng-Changed-Code-Why: 补一个导入\n" in (
        bag / "bag-info.txt"
    ).read_text(encoding="utf-8")
    inspected = _cli(own, "inspect", "2017-06", "--json", "--out", str(tmp_path / "table"))
    (code,) = (each for each in json.loads(inspected.stdout)["items"] if each["id"] == "code")
    assert (code["verdict"], code["note"].startswith(f"{words}（原因：补一个导入）")) == ("通过", True)

    # Without the reason on record, or where a result is another notebook's, the code speaks against the package.
    check = check_bag(bag)
    unsaid = {label: values for label, values in check.info.items() if "Changed-Code" not in label}
    assert check_code(bag / "data", unsaid, check.payload).faults == (f"{words}，封存时没有写明原因",)
    other = check.payload | {"notebooks/monthly_report.ipynb": "0" * 64}
    assert len(check_code(bag / "data", check.info, other).faults) == 3


def test_what_a_notebook_makes_of_the_returns_is_found_without_it(workspace_of_its_own: Workspace) -> None:
    """Four lines in a scoring notebook raise a county's score: the archived workbooks and the plan say another."""
    own, plan, month = workspace_of_its_own, load_plan(workspace_of_its_own.params, 2017), Period("2017-06")
    archive_seal.refuse_unlike(own, plan, month, archived_pages(plan, month))
    notebook = own.notebooks / "scoring.ipynb"
    content = json.loads(notebook.read_bytes())
    (setup,) = (cell for cell in content["cells"] if cell["metadata"].get("tags") == ["setup"])
    setup["source"] += [
        "\nfigures = dossier.figures",
        "\nitems = tuple(each.model_copy(update={'points': each.full_marks}) for each in figures.items)",
        "\nfigures = figures.model_copy(update={'items': items, 'total': figures.total + 5})",
        "\ndossier = dossier.model_copy(update={'figures': figures})",
    ]
    notebook.write_text(json.dumps(content), encoding="utf-8")
    run_month(own, "2017-06", areas=["cangxi"], notebooks=["scoring"], display=Quiet())
    with pytest.raises(GateRefusedError) as refused:
        archive_seal.refuse_unlike(own, plan, month, archived_pages(plan, month))
    first, *lines = str(refused.value).splitlines()
    assert first == "2017年6月还不能归档：报告与从报表和方案重算的不符："
    line, *others = lines
    assert line.startswith("outputs/2017-06/cangxi/scoring/result.json：与重算的不符：items[")
    assert "重算为" in line
    # The other scoring pages stand as the old notebook made them.
    assert len(others) == 8
    assert all(each.endswith("scoring/result.json：与重算的不符：不是由包中的笔记本生成的") for each in others)


def test_an_altered_result_page_or_paper_is_found_where_lists_and_signature_hold(sealed: Workspace) -> None:
    data, month = sealed.archive / "2017-06" / "data", "outputs/2017-06"
    files: dict[str, bytes | Path] = {
        path.relative_to(data).as_posix(): path for path in data.rglob("*") if path.is_file()
    }

    def altered(name: str, old: bytes, new: bytes) -> None:
        content = (data / name).read_bytes()
        assert old in content
        files[name] = content.replace(old, new)

    altered(f"{month}/cangxi/dibao/result.json", b'"reported"', b'"blocked"')
    altered(f"{month}/jiange/dibao/report.html", "剑阁县".encode(), "苍溪县".encode())
    altered(f"{month}/wangcang/dibao/report.html", b"\n</main>", "\n<p>另加一句。</p>\n</main>".encode())
    altered(f"{month}/city/dibao/report.pdf", b"%%EOF", b"%%EOF\n")
    altered(f"{month}/city/bulletin/executed.ipynb", b"report.red_items(dossier)", b"report.changes(dossier)")
    altered(f"{month}/office/monthly_report/report.docx", b"PK", b"Pk")
    del files[f"{month}/zhaohua/dibao/report.html"]
    altered("data/accepted/2017-05/cangxi.csv", b"\n", b"\n\n")
    altered("data/accepted/2017-06/jiange.json", b"\n", b" \n")
    altered(f"{month}/receipts/cangxi.html", b"</h1>", "（已改正）</h1>".encode())
    altered(f"{month}/index.html", b"</h1>", "（定稿）</h1>".encode())
    altered("requirements.lock", b"==1.", b"==2.")
    altered(f"{month}/jiange/scoring/result.json", "超额不加分".encode(), "超额的不加分".encode())
    files[f"{month}/receipts/jiange.xlsx"] = data / f"{month}/receipts/wangcang.xlsx"
    files[f"{month}/progress.xlsx"] = data / f"{month}/receipts/wangcang.xlsx"
    strangers = {f"{month}/more.html", f"{month}/cangxi/dibao/more.html", f"{month}/receipts/more.html"}
    files |= dict.fromkeys(strangers, b"<p>more</p>")
    altered("notebooks/two_lines.ipynb", b"}", b"} ")
    altered("provenance.json", b'"units": {', b'"units": {"2017-06/cangxi/more": "",')
    unasked = {"more.txt", "data/more.txt", "notebooks/more.ipynb", "params/2016/plan.yaml"}
    files |= dict.fromkeys(unasked, b"more")
    (wheel,) = (name for name in files if name.endswith(".whl"))
    altered(wheel, b"minsheng/", b"minshenG/")
    two_lines = list((data / month).glob("*/two_lines/result.json"))
    found = recompute(files, Period("2017-06"), printed=True, pages=make_archived_pages)
    assert (found.reports, found.otherwise) == (61, [])
    assert found.values > 50_000
    assert found.differs.keys() == {
        f"{month}/cangxi/dibao/result.json", f"{month}/jiange/dibao/report.html", f"{month}/wangcang/dibao/report.html",
        f"{month}/city/dibao/report.pdf", f"{month}/city/bulletin/executed.ipynb",
        f"{month}/office/monthly_report/report.docx", f"{month}/zhaohua/dibao/report.html",
        "data/accepted/2017-05/cangxi.csv", "data/accepted/2017-06/jiange.json", f"{month}/receipts/cangxi.html",
        f"{month}/receipts/jiange.xlsx", f"{month}/index.html", f"{month}/progress.xlsx", "requirements.lock", wheel,
        # The file that was rendered anew embeds the altered result.
        f"{month}/cangxi/dibao/report.pdf", *strangers,
        f"{month}/jiange/scoring/result.json", f"{month}/jiange/scoring/report.pdf", "provenance.json", *unasked,
        *(f"{month}/{path.parent.parent.name}/two_lines/result.json" for path in two_lines),
    }  # fmt: skip
    assert "重算为 reported" in found.differs[f"{month}/cangxi/dibao/result.json"]
    assert "缺少或改动了 title" in found.differs[f"{month}/jiange/dibao/report.html"]
    assert "另加一句" in found.differs[f"{month}/wangcang/dibao/report.html"]

    # What another version sealed is compared in what both know, and its pages are not.
    files |= {name: data / name for name in ("requirements.lock", "notebooks/two_lines.ipynb", wheel)}
    altered("provenance.json", b'"package": {', b'"packed": {')
    # Its plan's digest was taken over the files' bytes, which still hold; any other is another plan's.
    digest, by_bytes = load_plan(data / "params", 2017).sha256, digest_by_bytes(data / "params" / "2017")
    altered(f"{month}/zhaohua/dibao/result.json", digest.encode(), by_bytes.encode())
    older = recompute(files, Period("2017-06"), printed=True)
    assert older.differs.keys() == {f"{month}/cangxi/dibao/result.json"}
    assert older.otherwise == ["由另一版本的程序封存：只比较两版都有的数据，措辞不同不算损坏，不比较网页"]
    # What it words otherwise is named, and is no damage.
    assert older.words.keys() == {f"{month}/jiange/scoring/result.json"}
    assert all(line.startswith("另一版本的措辞，不是损坏：") for line in older.wordings())
    assert any("超额的不加分" in line and "（1 份结果）" in line for line in older.wordings())


def test_verify_recomputes_where_it_is_asked_to(sealed: Workspace) -> None:
    done = _cli(sealed, "verify", "--recompute")
    assert done.returncode == 0, done
    assert re.search(r"重算：2017-06：从报表和方案重算了 61 份报告的 \d+ 个数据，不用笔记本：0 份文件不符", done.stdout)


def test_an_empty_file_is_refused(workspace_of_its_own: Workspace) -> None:
    own = workspace_of_its_own
    (own.outputs / "2017-06/receipts/cangxi.html").write_bytes(b"")
    with pytest.raises(GateRefusedError, match=r"receipts/cangxi.html：空文件"):
        _seal(own)


def test_a_personal_number_is_refused_and_what_the_run_looked_through_is_not_looked_through_again(
    workspace_of_its_own: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = workspace_of_its_own
    receipt = own.outputs / "2017-06/receipts/cangxi.html"
    receipt.write_bytes(receipt.read_bytes() + b"<p>13812345678</p>")
    looked_through: list[str] = []
    look = looking.look_into

    def noted(name: str, content: bytes) -> object:
        looked_through.append(name)
        return look(name, content)

    monkeypatch.setattr(looking, "look_into", noted)
    with pytest.raises(GateRefusedError, match=r"receipts/cangxi.html.*138\*\*\*\*5678"):
        _seal(own, why="更正")
    assert "data/returns/2017-06/cangxi.xlsx" in looked_through
    assert "notebooks/dibao.ipynb" in looked_through
    assert not [name for name in looked_through if name.endswith("report.pdf")]
    assert len((own.archive / "ledger.jsonl").read_bytes().splitlines()) == 1


def test_changed_content_becomes_a_revision_and_status_says_so(workspace_of_its_own: Workspace) -> None:
    own = workspace_of_its_own
    assert month_status(own, "2017-06", None).archived == "已归档：2017-06（2017-07-26）"
    receipt = own.outputs / "2017-06/receipts/cangxi.html"
    receipt.write_bytes(receipt.read_bytes() + b"\n")
    with pytest.raises(UsageError, match=r"改动 outputs/2017-06/receipts/cangxi\.html"):
        _seal(own)
    outcome = _seal(own, why="补正苍溪县回执")
    assert outcome.lines()[0].endswith("代替 2017-06（补正苍溪县回执）")
    assert outcome.as_json()["new"] is True
    assert month_status(own, "2017-06", None).archived == "已归档：2017-06.r2（2017-07-26）"
    found = _cli(own, "verify", str(own.archive / "2017-06/data/outputs/2017-06/receipts/cangxi.html"))
    assert "该包已由 2017-06.r2 代替" in found.stdout
    assert found.returncode == 0


def test_status_says_that_a_month_is_not_archived_or_changed_since(june: Workspace, sealed: Workspace) -> None:
    assert month_status(june, "2017-06", None).archived == "未归档：minsheng archive seal 2017-06"
    from minsheng.runs.history import RunHistory

    with RunHistory(sealed.history) as history:
        attempts = history.last_attempts("2017-06/")
    changed = attempts["2017-06/cangxi/dibao"].outputs | {"report.pdf": "0" * 64}
    attempts["2017-06/cangxi/dibao"].outputs.update(changed)
    assert str(archive_standing(sealed, load_plan(sealed.params, 2017), Period("2017-06"), attempts)).startswith(
        "归档后有变化（2017-06 之后有 1 项重做或新登记）"
    )


def test_doctor_looks_at_archive_and_key(june: Workspace, workspace_of_its_own: Workspace) -> None:
    own = workspace_of_its_own
    assert "还没有归档过" in archive_health(june)[0]
    assert [str(f) for f in examine(own.root).findings if "归档" in f.what] == [f"[正常] 归档 {own.archive}：1 个包"]
    (own.keys / "minisign.key").chmod(0o644)
    assert "chmod 600" in archive_health(own)[1]
    (own.keys / "minisign.key").unlink()
    assert "从备份取回" in archive_health(own)[1]
    (own.archive / "ledger.jsonl").chmod(0o644)
    (own.archive / "ledger.jsonl").write_bytes(b"")
    assert any(f.is_fault for f in examine(own.root).findings if "归档" in f.what)


def test_the_archive_may_lie_elsewhere(june: Workspace, tmp_path: Path) -> None:
    assert Workspace.find(june.root).archive == june.root / "data/archive"
    root = tmp_path / "w"
    root.mkdir()
    (root / "minsheng.toml").write_text('archive = "/mnt/disk"\nkeys = "../keys"\n', encoding="utf-8")
    assert Workspace.find(root).archive == Path("/mnt/disk")
    assert Workspace.find(root).keys == root / "../keys"


def test_the_plan_may_lie_elsewhere(june: Workspace, tmp_path: Path) -> None:
    shutil.copytree(june.params, tmp_path / "plans")
    moved = Workspace.find(june.root, params=tmp_path / "plans")
    plan = load_plan(moved.params, 2017)
    month = Period("2017-06")
    pages = archived_pages(plan, month)
    assert month_files(moved, plan, month, pages).keys() == month_files(june, plan, month, pages).keys()
