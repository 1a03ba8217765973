"""Settings: typed in the file, overridden by the environment, refused with where, what and what is allowed."""

import re
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, Field
from tests.conftest import ROOT

from minsheng.errors import UsageError
from minsheng.settings import read_settings, variable
from minsheng.workspace import MARKER, OTHER_VARIABLES, Settings, Workspace


def _file(folder: Path, text: str) -> Path:
    path = folder / MARKER
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("site_title", "甲市", "甲市"),
        ("jobs", "4", 4),
        ("time_limit_seconds", "12.5", 12.5),
        ("memory_limit_mib", "2048", 2048),
        ("timestamp_url", "https://tsa.example/", "https://tsa.example/"),
    ],
)
def test_the_environment_overrides_each_key(tmp_path: Path, key: str, text: str, value: object) -> None:
    path = _file(tmp_path, 'site_title = "乙市"\njobs = 1\n')
    assert getattr(read_settings(path, Settings, {variable(key): text}), key) == value


def test_every_key_has_a_variable_and_a_default(tmp_path: Path) -> None:
    assert read_settings(_file(tmp_path, ""), Settings, {}) == Settings()
    assert {variable(key) for key in Settings.model_fields} >= {"MINSHENG_JOBS", "MINSHENG_SITE_TITLE"}


def test_the_command_line_sees_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _file(tmp_path, "jobs = 1\n")
    monkeypatch.setenv("MINSHENG_JOBS", "3")
    assert Workspace.find(tmp_path).settings.jobs == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('archive = "/etc/minsheng"', "archive 指向系统文件夹 /etc/minsheng"),
        ('archive = "/"', "archive 指向系统文件夹 /"),
        ('archive = "."', "工作区就在其中"),
        ('archive = "outputs/archive"', "outputs 中的都可以删去重做"),
        ('keys = "/usr/share"', "keys 指向系统文件夹 /usr/share"),
        ('keys = "data/archive/keys"', "私钥不能和归档放在一起"),
        ('archive = "data/keys/archive"', "私钥不能和归档放在一起"),
        ('archive = "data/x/../keys"', "私钥不能和归档放在一起"),
        ('trust_roots = "data/roots"', "trust_roots 指向"),
        ('timestamp_url = "https://:8080/"', "timestamp_url “https://:8080/”不是网址"),
        ('timestamp_url = "http://tsa.example:port/"', "不是网址"),
    ],
)
def test_a_place_that_cannot_serve_is_refused_where_it_is_read(tmp_path: Path, text: str, said: str) -> None:
    _file(tmp_path, text)
    with pytest.raises(UsageError) as refused:
        Workspace.find(tmp_path)
    assert said in str(refused.value)
    assert str(tmp_path / MARKER) in str(refused.value)


def test_places_elsewhere_are_taken(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    _file(
        tmp_path, 'archive = "/srv/archive"\nkeys = "../keys"\ntrust_roots = "roots"\ntimestamp_url = "http://a:80/x"\n'
    )
    assert Workspace.find(tmp_path).archive == Path("/srv/archive")


@pytest.mark.parametrize(
    ("text", "environment", "parts"),
    [
        ('jobs = "4"', {}, [MARKER, "的 jobs", "“4”", "整数，不小于 0"]),
        ("jobs = -1", {}, ["的 jobs", "“-1”", "不小于 0"]),
        ("jobs = true", {}, ["的 jobs", "“True”", "整数"]),
        ("time_limit_seconds = 0", {}, ["time_limit_seconds", "数字，大于 0"]),
        ('site_title = ""', {}, ["site_title", "不能空着"]),
        ('timestamp_url = "ftp://x"', {}, ["timestamp_url", "ftp://x", "http"]),
        ("", {"MINSHENG_JOBS": "many"}, ["环境变量 MINSHENG_JOBS", "“many”", "整数"]),
        ("", {"MINSHENG_MEMORY_LIMIT_MIB": "1"}, ["环境变量 MINSHENG_MEMORY_LIMIT_MIB", "“1”", "不小于 256"]),
        ('timestamp_server = "https://x"', {}, ["不认识的设置 timestamp_server", "timestamp_url"]),
        ("job = 4", {}, ["不认识的设置 job", "可用的设置", "jobs"]),
        ("jobs = [", {}, ["无法读取"]),
    ],
)
def test_a_wrong_setting_says_where_what_and_what_is_allowed(
    tmp_path: Path, text: str, environment: dict[str, str], parts: list[str]
) -> None:
    with pytest.raises(UsageError) as raised:
        read_settings(_file(tmp_path, text), Settings, environment)
    for part in parts:
        assert part in str(raised.value)


def test_a_key_of_a_table_has_its_variable_too(tmp_path: Path) -> None:
    path = _file(tmp_path, '[fonts]\nfolder = "a"\n')
    found = read_settings(path, Settings, {"MINSHENG_FONTS_FOLDER": "b", "MINSHENG_FONTS_KAITI": "楷体"})
    assert (found.fonts.folder, found.fonts.kaiti) == ("b", "楷体")
    with pytest.raises(UsageError, match=r"不认识的设置 fonts.fold；可用的设置：fonts.folder"):
        read_settings(_file(tmp_path, '[fonts]\nfold = "a"\n'), Settings, {})
    with pytest.raises(UsageError, match=r"的 fonts：“a”不能用。应为一个表"):
        read_settings(_file(tmp_path, 'fonts = "a"\n'), Settings, {})


def test_tables_that_a_person_named(tmp_path: Path) -> None:
    text = '[notices.office]\nurl = "mailto://a"\ndays = [2]\n[notices."值班 群"]\n'
    environment = {"MINSHENG_NOTICES_OFFICE_WHAT": "due,made", "MINSHENG_NOTICES_OFFICE_DAYS": "5，1"}
    found = read_settings(_file(tmp_path, text), Settings, environment).notices
    assert list(found) == ["office", "值班 群"]
    assert (found["office"].url, found["office"].what, found["office"].days) == ("mailto://a", ("due", "made"), (5, 1))
    for faulty, said in (
        ('[notices.office]\nurls = ""', r"不认识的设置 notices.office.urls；可用的设置：notices.office.url"),
        ('[notices]\noffice = "x"', r"的 notices.office：“x”不能用。应为一个表 \[notices.office\]"),
        ('[notices.a]\nwhat = ["late"]', "的 notices.a.what：.*应为一项或几项（文件中写成 […].*每项为failed、blocked"),
        ("[notices.a]\ndays = [-1]", "的 notices.a.days：.*每项为整数"),
        ('[reminders]\nurl = "wecombot://x"', "的 reminders.url：.*mailto"),
    ):
        with pytest.raises(UsageError, match=said.replace("[…]", r"\[…\]")):
            read_settings(_file(tmp_path, faulty), Settings, {})
    with pytest.raises(UsageError, match="可能想写 MINSHENG_NOTICES_OFFICE_URL"):
        read_settings(_file(tmp_path, text), Settings, {"MINSHENG_NOTICES_OFFICE_URI": "x"})


@pytest.mark.parametrize("table", ["notices.office", "reminders"])
def test_a_password_in_the_file_is_refused(tmp_path: Path, table: str) -> None:
    _file(tmp_path, f'[{table}]\nurl = "mailtos://user:pass@smtp.example.cn"\n')
    with pytest.raises(UsageError, match=f"{table}.url 中有密码") as refused:
        Workspace.find(tmp_path)
    assert "pass@" not in str(refused.value)
    _file(tmp_path, f'[{table}]\nurl = "mailtos://user:${{PASSWORD}}@smtp.example.cn"\n')
    assert Workspace.find(tmp_path).settings.tells


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MINSHENG_JOB", "MINSHENG_JOBS"),
        ("MINSHENG_jobs", "MINSHENG_JOBS"),
        ("MINSHENG_FONT_FOLDER", "MINSHENG_FONTS_FOLDER"),
        ("MINSHENG_MEMORY_LIMIT_MB", "MINSHENG_MEMORY_LIMIT_MIB"),
        ("MINSHENG_WORKSPACES", "MINSHENG_WORKSPACE"),
        ("MINSHENG_KEYPASSWORD", "MINSHENG_KEY_PASSWORD"),
    ],
)
def test_a_slip_in_a_variables_name_is_refused_with_the_nearest_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    _file(tmp_path, "jobs = 1\n")
    monkeypatch.setenv(name, "2")
    with pytest.raises(UsageError, match=f"环境变量 {name} 不认识，可能想写 {meant}："):
        Workspace.find(tmp_path)


@pytest.mark.parametrize("name", ["MINSHENG_P12", "MINSHENG_KEEP_SCREENSHOTS", "MINSHENG_BENCH_STEP", "JOB", "JOBS"])
def test_a_variable_that_is_none_of_ours_is_left_alone(tmp_path: Path, name: str) -> None:
    assert read_settings(_file(tmp_path, ""), Settings, {name: "2"}, others=OTHER_VARIABLES) == Settings()


def test_every_variable_that_the_package_reads_is_known() -> None:
    read = {
        name
        for path in (ROOT / "lib").rglob("*.py")
        for name in re.findall(r"\"(MINSHENG_[A-Z0-9_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert read == OTHER_VARIABLES


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        read_settings(_file(tmp_path, 'jobs = "x"\nnope = 1\n'), Settings, {"MINSHENG_TIME_LIMIT_SECONDS": "-3"})
    assert len(str(raised.value).splitlines()) == 3


class Wider(BaseModel):
    """Keys of the kinds that other parts of the product add."""

    archive: Path | None = None
    quality: Literal["draft", "final"] = "final"
    fonts: tuple[Path, ...] = ()
    strict: bool = True
    share: float = Field(default=0.5, ge=0, le=1)


def test_paths_choices_and_switches_are_typed_too(tmp_path: Path) -> None:
    path = _file(tmp_path, 'archive = "/a"\nfonts = ["/f.ttf"]\n')
    found = read_settings(path, Wider, {"MINSHENG_STRICT": "false", "MINSHENG_QUALITY": "draft"})
    assert (found.archive, found.fonts, found.strict, found.quality) == (Path("/a"), (Path("/f.ttf"),), False, "draft")
    assert read_settings(path, Wider, {"MINSHENG_ARCHIVE": "/b"}).archive == Path("/b")
    with pytest.raises(UsageError, match="环境变量 MINSHENG_QUALITY：“best”不能用。应为draft、final"):
        read_settings(path, Wider, {"MINSHENG_QUALITY": "best"})
    with pytest.raises(UsageError, match="不小于 0，不大于 1"):
        read_settings(path, Wider, {"MINSHENG_SHARE": "2"})
