"""``minsheng doctor`` on broken machines: every condition is brought about, not pretended, where a test can."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from minsheng.commands.doctor import examine
from minsheng.commands.doctor.machine import Observation
from minsheng.workspace import Workspace

pytestmark = pytest.mark.slow


def _doctor(folder: Path, *, environment: Mapping[str, str] = {}, before: str = "true") -> tuple[int, dict[str, str]]:
    """Run the command as a user does; return its exit code, and of all that is not fine: words → state."""
    done = subprocess.run(
        ["sh", "-c", f'{before} && exec "$0" -m minsheng doctor --json', sys.executable],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, {
        f"{finding['what']}→{finding['remedy']}": finding["state"] for finding in json.loads(done.stdout)
    }


def _only(findings: Mapping[str, str], *words: str) -> str:
    (state,) = [state for text, state in findings.items() if all(word in text for word in words)]
    return state


def _about(workspace: Workspace, *words: str) -> Observation:
    (found,) = [each for each in examine(workspace.root).findings if all(word in str(each) for word in words)]
    assert found.state == "正常" or found.remedy
    return found


def test_a_fit_machine_has_no_fault(workspace: Workspace) -> None:
    findings = examine(workspace.root).findings
    assert [str(finding) for finding in findings if finding.is_fault] == []
    assert len(findings) > 12


def test_a_press_that_does_not_load_is_a_fault(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "libraries" / "typst").mkdir(parents=True)
    (tmp_path / "libraries" / "typst" / "__init__.py").write_text("raise ImportError('not for this machine')")
    code, findings = _doctor(workspace.root, environment={"PYTHONPATH": str(tmp_path / "libraries")})
    assert code == 15
    assert _only(findings, "不能生成 PDF", "Typst", "make setup") == "故障"


def _fonts(folder: Path, font: Path) -> dict[str, str]:
    """Return an environment in which a font file stands where the packaged ones do."""
    package = folder / "fonts" / "pylopdf_fonts_zh_cn"
    package.mkdir(parents=True)
    lines = ("from pathlib import Path", f"def sans_path(): return Path({str(font)!r})", "serif_path = sans_path", "")
    (package / "__init__.py").write_text("\n".join(lines))
    return {"PYTHONPATH": str(package.parent)}


def test_fonts_that_are_not_there_are_a_fault(workspace: Workspace, tmp_path: Path) -> None:
    code, findings = _doctor(workspace.root, environment=_fonts(tmp_path, tmp_path / "gone.otf"))
    assert code == 15
    assert _only(findings, "随附字体无法读取", "pylopdf-fonts-zh-cn") == "故障"


def test_a_font_without_chinese_is_a_fault(workspace: Workspace, tmp_path: Path) -> None:
    import matplotlib as mpl

    latin = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    code, findings = _doctor(workspace.root, environment=_fonts(tmp_path, latin))
    assert code == 15
    assert _only(findings, "缺少 6763 个常用汉字") == "故障"


def test_an_installation_without_plugins_or_a_library_is_a_fault(workspace: Workspace, tmp_path: Path) -> None:
    record = tmp_path / "site" / "minsheng_workbook-0.0.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: minsheng-workbook\nVersion: 0.0.0\nRequires-Dist: gone-library>=2\n"
    )
    code, findings = _doctor(workspace.root, environment={"PYTHONPATH": str(tmp_path / "site")})
    assert code == 15
    assert _only(findings, "未登记", "papermill.engine:forked") == "故障"
    assert _only(findings, "缺少 Python 包 gone-library", "-m pip install gone-library") == "故障"


@pytest.mark.parametrize(
    ("limit", "remedy"), [("ulimit -n 64", "ulimit -n 1024"), ("ulimit -f 1000", "ulimit -f unlimited")]
)
def test_a_tight_limit_of_the_shell_is_a_fault(workspace: Workspace, limit: str, remedy: str) -> None:
    code, findings = _doctor(workspace.root, before=limit)
    assert code == 15
    assert _only(findings, "限制为", remedy) == "故障"


def test_a_machine_without_the_national_digest_is_a_fault(workspace: Workspace, monkeypatch) -> None:
    monkeypatch.setattr("minsheng.files.hashing.can_sm3", lambda: False)
    (found,) = (finding for finding in examine(workspace.root).findings if "SM3" in finding.what)
    assert found.is_fault
    assert "cryptography" in str(found)


def test_outputs_that_cannot_be_written_are_a_fault(workspace: Workspace) -> None:
    workspace.outputs.symlink_to("/proc")  # nobody can write there, root neither
    found = _about(workspace, "输出文件夹", "不能写入")
    assert found.is_fault
    assert "chown" in found.remedy


def test_a_temporary_folder_that_cannot_be_written_is_a_fault(workspace: Workspace, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", "/proc")
    assert _about(workspace, "临时文件夹 /proc 不能写入", "TMPDIR").is_fault


def test_little_room_on_the_disk_is_a_fault(workspace: Workspace, monkeypatch) -> None:
    usage = shutil.disk_usage(workspace.root)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 28))
    assert _about(workspace, "数据文件夹", "只剩 0.25 GiB").is_fault


def test_versions_that_the_lock_does_not_allow_are_named(workspace: Workspace) -> None:
    import pandas as pd

    text = workspace.lock.read_text(encoding="utf-8")
    workspace.lock.write_text(text.replace(f"\npandas=={pd.__version__}", "\npandas==0.0.1"), encoding="utf-8")
    found = _about(workspace, "requirements.lock 不一致")
    assert f"pandas {pd.__version__}（应为 0.0.1）" in found.what
    assert found.state == "提示"
    workspace.lock.unlink()
    assert _about(workspace, "没有 requirements.lock").state == "提示"


@pytest.mark.parametrize(("zone", "state"), [("Asia/Shanghai", "正常"), ("UTC", "提示")])
def test_a_zone_other_than_the_bureaus_is_pointed_out(workspace: Workspace, monkeypatch, zone: str, state: str) -> None:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        assert _about(workspace, "北京时间").state == state
    time.tzset()


def test_a_clock_before_the_newest_delivery_is_a_fault(workspace: Workspace) -> None:
    register = workspace.data / "returns" / "register.csv"
    line = "2017-12,cangxi,9,returns/2017-12/cangxi.r9.xlsx,00,2999-01-01T00:00:00,,补录,received,,00\n"
    register.write_text(register.read_text(encoding="utf-8") + line, encoding="utf-8")
    found = _about(workspace, "本机时钟")
    assert found.is_fault
    assert "2999-01-01" in found.what


def test_a_register_of_a_newer_version_is_a_fault(workspace: Workspace) -> None:
    register = workspace.data / "returns" / "register.csv"
    lines = register.read_text(encoding="utf-8").splitlines()
    register.write_text(
        "".join(f"{line},{'seal' if n == 0 else ''}\n" for n, line in enumerate(lines)), encoding="utf-8"
    )
    assert "多出的列：seal" in _about(workspace, "由更新的版本写成", "请升级本程序").what


def test_what_killed_runs_left_is_pointed_out(workspace: Workspace) -> None:
    (workspace.outputs / ".staging" / "99999999-1").mkdir(parents=True)
    (workspace.outputs / ".staging" / f"{os.getpid()}-1").mkdir()  # of a run that goes on
    (workspace.data / "returns" / "2017-06" / ".a.xlsx.receiving").touch()
    assert _about(workspace, "被中断的运行留下 1 个", "rm -r").state == "提示"
    assert _about(workspace, "被中断的接收留下 1 个", "minsheng receive").state == "提示"


def test_a_history_of_a_newer_version_or_a_damaged_one_is_a_fault(workspace: Workspace) -> None:
    workspace.outputs.mkdir()
    with closing(sqlite3.connect(workspace.history)) as db, db:
        db.execute("PRAGMA user_version=99")
    assert _about(workspace, "运行记录版本 99", "升级").is_fault
    workspace.history.write_bytes(b"no database" * 100)
    assert _about(workspace, "损坏", "请删除它").is_fault


def test_a_workspace_without_its_folders_is_a_fault(workspace: Workspace) -> None:
    shutil.rmtree(workspace.notebooks)
    assert _about(workspace, "缺少 notebooks/").is_fault


def test_a_workspace_of_a_newer_version_is_a_fault(workspace: Workspace) -> None:
    marker = workspace.root / "minsheng.toml"
    marker.write_text('workspace_version = 9\nkey_of_then = "x"\n', encoding="utf-8")
    assert _about(workspace, "更新的版本的工作区", "请升级本程序").is_fault


def test_a_browser_is_needed_for_tests_only(workspace: Workspace, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(workspace.root))
    assert not [str(f) for f in examine(workspace.root).findings if "Chromium" in str(f)]
    (workspace.root / "tests" / "browser").mkdir(parents=True)
    assert _about(workspace, "Chromium", ".ci/setup tests").state == "提示"


def test_outside_of_a_workspace_the_machine_is_judged(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("MINSHENG_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    findings = examine(None).findings
    assert not any(finding.is_fault for finding in findings)
    assert "这里不是工作区" in findings[-1].what
    assert any(finding.is_fault for finding in examine(tmp_path).findings), "a folder that was named must be one"
