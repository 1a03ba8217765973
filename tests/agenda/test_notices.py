"""Notices over a mail server and a web server on this machine: who is told what, once, and never a personal number."""

import csv
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from tests.agenda.servers import Mail, Web, served

from minsheng.agenda.due import Need
from minsheng.agenda.notices import tell
from minsheng.agenda.notices.contacts import read_contacts
from minsheng.agenda.notices.sending import fitted, send, with_secrets
from minsheng.agenda.notices.telling import SentNotice, claim, give_back, read_sent
from minsheng.commands.init import start_workspace
from minsheng.commands.receive import receive_files
from minsheng.commands.run import run_month
from minsheng.commands.tick import tick
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, UsageError
from minsheng.files.chained import read_chain
from minsheng.plan import load_plan
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

JUNE = Period("2017-06")
CONTACTS = "单位,联系人,地址\n# 说明\n剑阁县,张三,jiange@example.cn\ncangxi,,cangxi@example.cn\n"


@pytest.fixture
def mail() -> Iterator[Mail]:
    with served(Mail()) as server:
        yield server


@pytest.fixture
def web() -> Iterator[Web]:
    with served(Web()) as server:
        yield server


@pytest.fixture
def own(june: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of June, whose office is told by mail and whose group by the web."""
    root = tmp_path / "workspace"
    shutil.copytree(june.root, root)
    monkeypatch.setenv("OFFICE", "office@example.cn")
    monkeypatch.setenv("GROUP_KEY", "geheim/7")
    return root


def _set(root: Path, text: str, contacts: str | bytes = CONTACTS) -> Workspace:
    kept = (root / "minsheng.toml").read_text(encoding="utf-8").partition("\n[")[0] + "\n"
    (root / "minsheng.toml").write_text(kept + text, encoding="utf-8")
    content = contacts.encode() if isinstance(contacts, str) else contacts
    (root / "data" / "contacts.csv").write_bytes(content)
    return Workspace.find(root)


def _tell(workspace: Workspace, when: str, *needs: Need) -> list[str]:
    return tell(workspace, datetime.fromisoformat(when), [(load_plan(workspace.params, 2017), JUNE)], needs)


def _lines(workspace: Workspace) -> list[list[str]]:
    path = workspace.data / "notices.csv"
    assert read_chain(path).faults == ()
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))[1:]


def _office(mail: Mail) -> str:
    return f'[notices.office]\nurl = "{mail.url}&to=${{OFFICE}}"\n'


def test_the_bureau_is_told_once_by_mail_and_by_the_web(own: Path, mail: Mail, web: Web) -> None:
    group = f'[notices.group]\nurl = "json://{web.address}/${{GROUP_KEY}}"\nwhat = ["made", "todo"]\ndays = [9]\n'
    workspace = _set(own, _office(mail) + group)
    told = _tell(workspace, "2017-06-20T09:00")
    assert told == ["通知 office：已发出：2017年6月 未报送", "通知 group：已发出：2017年6月 已生成、待办"]
    ((to, subject),) = mail.subjects()
    assert to == "office@example.cn"
    assert subject == f"{workspace.settings.site_title}：2017年6月 未报送"
    assert "2017-06-23（还有 3 天）截止，还有 9 个单位没有报：市本级、苍溪县" in mail.text(0)
    ((path, document),) = web.got
    assert path == "/geheim%2F7"
    assert "已生成 61 份报告" in document["message"]
    assert "minsheng sign 2017-06 科室" in document["message"]
    # The same state is told once, whatever the hour or the day, until it is another one.
    assert _tell(workspace, "2017-06-20T10:00") == []
    assert _tell(workspace, "2017-06-21T09:00") == []
    # On the next step only who owes then is told of: all counties have reported meanwhile, the sections not.
    assert _tell(workspace, "2017-06-23T09:00") == ["通知 office：已发出：2017年6月 未报送"]
    assert "2017-06-26（还有 3 天）截止，还有 2 个单位没有报：社会救助科" in mail.text(1)
    assert [line[0] for line in _lines(workspace)] == ["office", "group", "group", "office"]
    assert "example.cn" not in (workspace.data / "notices.csv").read_text(encoding="utf-8")


def test_what_does_not_arrive_is_said_and_told_by_the_next_command(own: Path, web: Web) -> None:
    workspace = _set(own, f'[notices.group]\nurl = "json://{web.address}/${{GROUP_KEY}}"\nwhat = ["made"]\n')
    web.status = 500
    (said,) = _tell(workspace, "2017-07-20T09:00")
    assert said.startswith("通知 group：没有送出（")
    assert "500" in said
    assert said.endswith("。下一次再发")
    assert "geheim" not in said
    web.status = 200
    assert _tell(workspace, "2017-07-20T10:00") == ["通知 group：已发出：2017年6月 已生成"]
    assert [line[5] for line in _lines(workspace)] == ["发出", "没有送出", "发出"]
    assert _tell(workspace, "2017-07-20T11:00") == []


def test_a_county_gets_its_open_points_and_by_mail_the_receipt(own: Path, mail: Mail, web: Web, tmp_path: Path) -> None:
    contacts = f"{CONTACTS}剑阁县,值班群,json://{web.address}/${{GROUP_KEY}}\n"
    workspace = _set(own, f'[reminders]\nurl = "{mail.url}"\n', contacts)
    assert _tell(workspace, "2017-06-24T09:00") == []
    book = openpyxl.load_workbook(workspace.data / "returns" / "2017-06" / "jiange.xlsx")
    book["养老服务"]["A4"] = "很多"
    book.save(tmp_path / "剑阁县.xlsx")
    sent = [tmp_path / "剑阁县.xlsx"]
    receive_files(workspace, "2017-06", sent, received_at="2017-06-25T09:00", sender="", display=Quiet())
    assert _tell(workspace, "2017-06-25T10:00") == [
        "通知 jiange/张三：已发出：2017年6月 未通过校验", "通知 jiange/值班群：已发出：2017年6月 未通过校验"
    ]  # fmt: skip
    ((to, subject),) = mail.subjects()
    assert to == "jiange@example.cn"
    assert "剑阁县2017年6月报表：" in subject
    assert "· 养老服务!A4 “很多”：" in mail.text(0)
    (receipt,) = mail.got[0][1].iter_attachments()
    assert receipt.get_filename() == "jiange.xlsx"
    assert receipt.get_content() == (workspace.outputs / "2017-06" / "receipts" / "jiange.xlsx").read_bytes()
    assert web.got[0][1]["attachments"] == []
    assert "养老服务!A4" in web.got[0][1]["message"]
    assert _tell(workspace, "2017-06-25T11:00") == []
    # Whoever joins later is told too; and a receipt that somebody wrote a number into stays here.
    path = workspace.outputs / "2017-06" / "receipts" / "jiange.xlsx"
    book = openpyxl.load_workbook(path)
    book.active["Z1"] = "13912345678"
    book.save(path)
    workspace = _set(own, f'[reminders]\nurl = "{mail.url}"\n', f"{contacts}剑阁县,李四,li@example.cn\n")
    (said,) = _tell(workspace, "2017-06-25T12:00")
    assert said == "通知 jiange/李四：已发出：2017年6月 未通过校验（回执中有个人信息，没有附上）"
    assert list(mail.got[1][1].iter_attachments()) == []


def test_who_has_not_reported_is_reminded_step_by_step_and_an_address_may_be_wrong(own: Path, mail: Mail) -> None:
    lines = [
        "单位,联系人,地址", "朝天区,,nobody@example.cn", "剑阁县,,jiange@example.cn", "剑阁县,,twice@example.cn",
        "无此县,,a@example.cn", "旺苍县,,x", "青川县,李13912345678,q@example.cn",
    ]  # fmt: skip
    content = "\n".join(lines).encode("gb18030")  # as office programs of China save it
    workspace = _set(own, f'[reminders]\nurl = "{mail.url}"\ndays = [2]\n', content)
    assert _tell(workspace, "2017-06-20T09:00") == []
    told = _tell(workspace, "2017-06-21T08:00")
    assert len([line for line in told if "contacts.csv 第" in line]) == 4
    assert any("第 4 行：jiange 重复" in line for line in told)
    assert any("第 6 行：地址应为一个邮箱" in line for line in told)
    assert any("第 7 行：联系人中有手机号" in line for line in told)
    assert any(line.startswith("通知 chaotian：没有送出（") and "no such user" in line for line in told)
    assert mail.subjects() == [("jiange@example.cn", "广元市民政局：剑阁县2017年6月报表还没有收到")]
    assert "报送期限：2017-06-23（还有 2 天）" in mail.text(0)
    assert not any("jiange：" in line for line in _tell(workspace, "2017-06-21T09:00"))


def test_no_personal_number_goes_out(own: Path, mail: Mail) -> None:
    workspace = _set(own, _office(mail))
    number = "13912345678"
    told = _tell(workspace, "2017-07-20T09:00", Need(None, f"方案有问题：{number}", ExitCode.PLAN_INVALID))
    assert any("没有发出：里面有个人信息" in line and number not in line for line in told)
    assert mail.got == []
    assert not (workspace.data / "notices.csv").exists()


def test_what_is_claimed_is_not_told_again_even_if_nobody_knows_what_became_of_it(tmp_path: Path) -> None:
    start_workspace(tmp_path / "new", 2026)
    workspace = Workspace.find(tmp_path / "new")
    marks = [SentNotice("office", "due", "2026-01", "a"), SentNotice("office", "due", "2026-02", "b")]
    assert claim(workspace, [marks[0]]) == [marks[0]]
    assert claim(workspace, [*marks, *marks]) == [marks[1]]
    give_back(workspace, [marks[0]])
    assert read_sent(workspace) == {marks[1]}


def test_a_notice_that_fails_changes_no_exit_code_and_a_tick_tells_of_a_faulty_plan(tmp_path: Path, web: Web) -> None:
    start_workspace(tmp_path / "new", 2026)
    text = '[notices.nobody]\nurl = "mailto://127.0.0.1:9?from=a@example.cn&to=b@example.cn"\n'
    workspace = _set(tmp_path / "new", f'{text}[notices.secret]\nurl = "${{NOT_SET}}"\n')
    outcome = tick(workspace, "2026-01-21", display=Quiet())
    assert outcome.exit_code == ExitCode.DONE
    assert [line.partition("（")[0] for line in outcome.lines() if line.startswith("通知")] == [
        "通知 nobody：没有送出", "通知 secret：没有发出：环境变量 NOT_SET 没有设置"
    ]  # fmt: skip
    assert outcome.as_json()["notices"] == outcome.notices
    path = workspace.params / "2026" / "areas.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nareas: []\n", encoding="utf-8")
    workspace = _set(tmp_path / "new", f'[notices.web]\nurl = "json://{web.address}/"\n')
    assert tick(workspace, "2026-01-21", display=Quiet()).exit_code == ExitCode.PLAN_INVALID
    assert "2026年方案有问题：" in web.got[0][1]["message"]
    assert "areas.yaml:" in web.got[0][1]["message"]


def test_a_run_tells_what_it_made(own: Path, web: Web) -> None:
    workspace = _set(own, f'[notices.web]\nurl = "json://{web.address}/"\nwhat = ["made"]\n')
    outcome = run_month(workspace, "2017-06", notices=True, display=Quiet())
    assert (outcome.exit_code, outcome.lines()[-1]) == (ExitCode.DONE, "通知 web：已发出：2017年6月 已生成")
    assert run_month(workspace, "2017-06", display=Quiet()).notices == ()


def test_without_the_extra_it_says_what_to_install(own: Path, mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = _set(own, _office(mail))
    monkeypatch.setitem(sys.modules, "apprise", None)  # as where it is not installed
    assert _tell(workspace, "2017-06-20T09:00") == [
        "通知没有发出：没有安装 Apprise：pip install 'minsheng-workbook[notify]'"
    ]
    assert not (workspace.data / "notices.csv").exists()


def test_a_password_may_hold_any_sign_and_a_variable_the_whole_address() -> None:
    environment = {"PASSWORD": "p@/?:", "ALL": "mailto://a:p%40@b"}
    assert with_secrets("mailto://a:${PASSWORD}@b", environment)[0] == "mailto://a:p%40%2F%3F%3A@b"
    assert with_secrets("${ALL}", environment) == ("mailto://a:p%40@b", ["mailto://a:p%40@b"])
    with pytest.raises(UsageError, match="环境变量 NONE 没有设置"):
        with_secrets("mailto://a:${NONE}@b", environment)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense://x", "网址不能用"),
        ("mailto://127.0.0.1:9?from=a@b.cn&to=c@d.cn,e@f.cn", "几个收件方"),
        ("json://127.0.0.1:9/secret-path", "没有送出"),
    ],
)
def test_an_address_that_cannot_serve_is_named_without_its_secrets(url: str, said: str) -> None:
    fault = send(url, sender="民生", title="题", body="文", files=(), secrets=())
    assert said in fault
    assert "secret-path" not in fault


def test_what_is_longer_than_a_service_takes_is_cut_at_a_line_and_says_so() -> None:
    lines = [f"· 养老服务!A{number} “很多”：请改成数。" for number in range(100)]
    body = fitted("wecombot://key", "题目", "\n".join(lines))
    assert len(f"题目\r\n{body}".encode()) <= 2048
    *kept, last = body.splitlines()
    assert kept == lines[: len(kept)]
    assert len(kept) > 30
    assert "没有发全" in last
    assert fitted("wecombot://key", "题目", "短") == "短"
    assert fitted("dingtalk://key", "题目", "\n".join(lines)) == "\n".join(lines)


@pytest.mark.parametrize("url", ["wecombot://botkey", "dingtalk://token", "feishu://token", "jsons://example.cn/"])
def test_the_services_that_the_handbook_names_are_known(url: str) -> None:
    import apprise

    assert apprise.Apprise.instantiate(url) is not None


def test_the_contacts_of_a_new_workspace_explain_themselves(tmp_path: Path) -> None:
    start_workspace(tmp_path / "new", 2026)
    workspace = Workspace.find(tmp_path / "new")
    assert read_contacts(workspace, load_plan(workspace.params, 2026)) == ([], [])
    assert "/data/contacts.csv" in (workspace.root / ".gitignore").read_text(encoding="utf-8")
