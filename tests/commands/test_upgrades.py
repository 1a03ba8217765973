"""What another version of the product wrote: made again, brought up to date, or refused in words, never a traceback."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from minsheng.cli import main
from minsheng.domain.assessment import AssessmentForm
from minsheng.domain.delivery import Verdict
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import Result
from minsheng.errors import FileRefusedError, UsageError, VersionError
from minsheng.files.written import read_result, read_written
from minsheng.intake.forms.form_store import accepted_form_path, read_accepted_form
from minsheng.intake.returns.checking import check_month
from minsheng.intake.returns.store import read_accepted, read_register
from minsheng.plan import load_plan
from minsheng.signing.deliveries import DELIVERY_COLUMNS, NOTE_COLUMNS, deliveries_path, read_deliveries
from minsheng.signing.signatures import COLUMNS as SIGNED
from minsheng.signing.signatures import read_signed, signed_register_path
from minsheng.site.first_page import write_first_page
from minsheng.workspace import Workspace

JUNE = Period("2017-06")
RESULT = Path("2017-06", "cangxi", "dibao", "result.json")


@pytest.fixture
def made(june: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the run June that a test may change."""
    shutil.copytree(june.root, tmp_path / "made")
    return Workspace.find(tmp_path / "made")


def _edit(path: Path, change: Callable[[dict], object]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize(
    ("version", "words"),
    [(2, r"result\.json 由更新的版本写成（格式 2，本程序认识到 1）。请升级本程序"),
     (0, r"result\.json 由较早的版本写成（格式 0，本程序为 1）。请重做：minsheng run 2017-06 --force")],
)  # fmt: skip
def test_a_result_of_another_version_says_which_and_what_to_do(made: Workspace, version: int, words: str) -> None:
    path = made.outputs / RESULT
    _edit(path, lambda result: result["figures"].update(schema_version=version, field_of_then=1))
    with pytest.raises(VersionError, match=words):
        read_result(path, JUNE)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b"null", b'{"figures": 3}', b'{"figures": {"kind": "what"}}', b'{"schema_version": 1}'],
)
def test_a_damaged_result_is_not_called_another_version(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"a\.json 损坏.*再做一次") as caught:
        read_written(Result, content, "a.json", remedy="再做一次")
    assert not isinstance(caught.value, VersionError)


def test_a_damaged_field_of_this_version_is_named(made: Workspace) -> None:
    path = made.outputs / RESULT
    _edit(path, lambda result: result["figures"].pop("area"))
    with pytest.raises(UsageError, match=r"损坏（figures\.project\.area）"):
        read_result(path, JUNE)


def test_one_month_of_another_version_does_not_hide_the_others(made: Workspace) -> None:
    may = made.outputs / "2017-05"
    shutil.copytree(made.outputs / "2017-06" / "city" / "bulletin", may / "city" / "bulletin")
    (may / "index.html").touch()
    _edit(may / "city" / "bulletin" / "result.json", lambda result: result["figures"].update(schema_version=0))
    write_first_page(made, load_plan(made.params, 2017), JUNE)
    page = (made.outputs / "index.html").read_text(encoding="utf-8")
    assert "由另一版本生成，请重做：minsheng run 2017-05" in page
    assert 'href="2017-06/index.html"' in page


def test_the_command_line_shows_the_words_and_no_traceback(made: Workspace, monkeypatch, capsys) -> None:
    _edit(made.accepted(JUNE) / "cangxi.json", lambda verdict: verdict.update(schema_version=9))
    monkeypatch.setattr("sys.argv", ["minsheng", "status", "2017-06", "--workspace", str(made.root)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert "cangxi.json 由更新的版本写成（格式 9，本程序认识到 1）。请升级本程序" in told
    assert "Traceback" not in told


def test_verdicts_of_another_version_are_made_again_by_a_check(made: Workspace) -> None:
    plan = load_plan(made.params, 2017)
    before = read_accepted(made.data, JUNE, "cangxi")
    _edit(made.accepted(JUNE) / "cangxi.json", lambda verdict: verdict.update(schema_version=0))
    with pytest.raises(VersionError, match="请重做：minsheng check 2017-06"):
        read_accepted(made.data, JUNE, "cangxi")
    check_month(plan, made.params, made.data, JUNE)
    assert read_accepted(made.data, JUNE, "cangxi") == before


def test_another_schema_of_verdicts_alone_makes_a_check_necessary(made: Workspace, monkeypatch) -> None:
    from minsheng.intake.returns.checking import is_up_to_date

    plan: Plan = load_plan(made.params, 2017)
    assert is_up_to_date(plan, made.params, made.data, JUNE)
    monkeypatch.setattr(Verdict.model_fields["schema_version"], "default", 2)
    assert not is_up_to_date(plan, made.params, made.data, JUNE)


def test_an_accepted_form_of_another_version_is_refused_in_words(workspace: Workspace) -> None:
    period = Period("2017-H1")
    form = AssessmentForm(area="cangxi", period=period, assessor="考评组")
    path = accepted_form_path(workspace.data, period, "cangxi")
    path.parent.mkdir(parents=True)
    path.write_text(form.model_dump_json(), encoding="utf-8")
    assert read_accepted_form(workspace.data, period, "cangxi") == form
    _edit(path, lambda document: document.update(schema_version=0))
    with pytest.raises(VersionError, match="请重做：minsheng assess 2017-H1"):
        read_accepted_form(workspace.data, period, "cangxi")


def test_a_register_is_kept_as_it_is_and_refused_where_its_columns_differ(workspace: Workspace) -> None:
    register = workspace.data / "returns" / "register.csv"
    first, *lines = register.read_text(encoding="utf-8").splitlines()
    newer = "\n".join([f"{first},seal", *(f"{line}," for line in lines)])
    register.write_text(newer, encoding="utf-8")
    with pytest.raises(VersionError, match=r"多出的列：seal.*请升级本程序"):
        read_register(workspace.data)
    assert register.read_text(encoding="utf-8") == newer
    register.write_text(first.replace(",sender", "") + "\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="请从备份恢复"):
        read_register(workspace.data)


@pytest.mark.parametrize("columns", [SIGNED, DELIVERY_COLUMNS, (*DELIVERY_COLUMNS, *NOTE_COLUMNS)])
def test_every_register_of_a_newer_version_is_refused_as_such(workspace: Workspace, columns: tuple[str, ...]) -> None:
    plan = load_plan(workspace.params, 2017)
    if columns is SIGNED:
        path, read = signed_register_path(workspace.data), lambda: read_signed(workspace.data)
    else:
        path, read = deliveries_path(workspace.data), lambda: read_deliveries(workspace.data, plan)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{','.join(columns)}\n", encoding="utf-8")
    assert read() == []
    path.write_text(f"{','.join(columns)},more\n", encoding="utf-8")
    with pytest.raises(VersionError, match="多出的列：more"):
        read()
    path.write_text(f"{','.join(columns[1:])}\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="请从备份恢复"):
        read()


def test_a_workspace_says_its_version_and_a_newer_one_is_refused_before_anything_else(workspace: Workspace) -> None:
    marker = workspace.root / "minsheng.toml"
    assert workspace.settings.workspace_version == 2
    marker.write_text('site_title = "没有写明版本的是第一版"\n', encoding="utf-8")
    assert Workspace.find(workspace.root).settings.workspace_version == 1
    marker.write_text('workspace_version = 3\nsetting_of_then = "x"\n', encoding="utf-8")
    with pytest.raises(VersionError, match="版本 3，本程序认识到 2）：请升级本程序"):
        Workspace.find(workspace.root)
    for wrong in ("0", '"1"', "true"):
        marker.write_text(f"workspace_version = {wrong}\n", encoding="utf-8")
        with pytest.raises(UsageError, match="请恢复原值"):
            Workspace.find(workspace.root)
