"""A confined notebook reaches its own files and nothing else, in a fork and in a normal kernel."""

import subprocess
import sys
from pathlib import Path

import papermill
import pytest

from papermill_forked import Confinement, ForkedError, Template
from papermill_forked.confinement import landlock_version, missing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's"),
]
needs_landlock = pytest.mark.skipif(landlock_version() < 1, reason="this kernel has no Landlock")


@pytest.fixture
def places(tmp_path):
    for name in ("own", "inputs", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file.txt").write_text(name)
    return tmp_path


@pytest.fixture
def confined(places, new_notebook, template):
    """Execute cells in ``own``, which may be written; ``inputs`` may be read."""

    def execute(*cells, engine_template=template, **options):
        own = str(places / "own")
        return papermill.execute_notebook(
            new_notebook(*(cell.replace("PLACES", str(places)) for cell in cells)),
            None,
            engine_name="forked",
            template=engine_template,
            progress_bar=False,
            folder=own,
            env={"HOME": own, "TMPDIR": own, "IPYTHONDIR": f"{own}/.ipython"},
            confinement=Confinement((str(places / "inputs"),), (own,)),
            **options,
        )

    return execute


@pytest.fixture(scope="session")
def broken_template():
    with Template(["no_such_module_anywhere"]) as one:
        yield one


ALLOWED = [
    "open('PLACES/inputs/file.txt').read()",
    "open('new.txt', 'w').write('text')",
    "import tempfile; tempfile.mkdtemp() and 1",
    "import subprocess; subprocess.run(['true']).returncode",
    "import sqlite3, decimal, csv, xml.dom.minidom; open('/dev/null', 'w').write('x')",
    "import os; os.cpu_count() > 0 and len(os.urandom(3))",
    "import os; os.mkdir('made'); os.rename('made', 'moved'); os.rmdir('moved')",
    "import asyncio; await asyncio.sleep(0)",
    "import concurrent.futures as f; list(f.ThreadPoolExecutor(2).map(abs, [-1]))",
    "import multiprocessing as m; p = m.get_context('fork').Process(target=print); p.start(); p.join(); p.exitcode",
]

THREAD = """
import threading
errors = []
def peek():
    try: open('/etc/shadow')
    except OSError as error: errors.append(error)
thread = threading.Thread(target=peek); thread.start(); thread.join()
raise errors[0]
"""
BESIDE = """
import time
get_ipython().kernel.iopub_thread.call_later(0, lambda: open('/etc/shadow'))
time.sleep(.3)
open('/etc/shadow')
"""
REFUSED = [
    "open('/etc/shadow').read()",
    "open('/etc/passwd').read()",
    "open('PLACES/other/file.txt').read()",
    "open('PLACES/inputs/file.txt', 'a')",
    "open('PLACES/other/new.txt', 'w')",
    "import os; os.listdir('PLACES/other')",
    "import os; os.remove('PLACES/inputs/file.txt')",
    "import os; os.rename('PLACES/other/file.txt', 'mine')",
    "import os; os.link('PLACES/other/file.txt', 'mine')",
    "import os; os.symlink('PLACES/other/file.txt', 'mine'); open('mine')",
    "import os; os.mkdir('PLACES/other/made')",
    "import os; os.chmod('PLACES/other/file.txt', 0)",
    "import os; os.truncate('PLACES/other/file.txt', 0)",
    "import os; os.utime('PLACES/other/file.txt', (0, 0))",
    "open(f'/proc/{__import__(\"os\").getppid()}/environ', 'rb').read()",
    "open('/proc/self/environ', 'rb').read()",
    "import os; os.kill(os.getppid(), 0)",
    "import socket; socket.create_connection(('127.0.0.1', 9))",
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "import socket; socket.socket(socket.AF_UNIX)",
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
    "import ctypes; c = ctypes.CDLL(None, use_errno=True); assert c.open(b'/etc/shadow', 0) >= 0, 'PermissionError'",
    "import ctypes; c = ctypes.CDLL(None); c.chmod(b'PLACES/other/file.txt', 0); raise PermissionError",
    "import subprocess; subprocess.run(['cat', '/etc/shadow'], check=True)",
    "import subprocess; subprocess.run(['cp', 'PLACES/inputs/file.txt', 'PLACES/other/new.txt'], check=True)",
    THREAD,
    BESIDE,
]


@needs_landlock
def test_what_a_notebook_needs_is_allowed(confined, text):
    notebook = confined(*ALLOWED)

    assert text(notebook)[0] == "'inputs'"
    assert "refused" not in notebook.metadata


@needs_landlock
@pytest.mark.parametrize("cell", REFUSED)
def test_everything_else_is_refused(confined, places, template, cell):
    if missing():
        pytest.skip(f"this machine lacks {missing()}")
    before = {path: path.stat().st_mode for path in (places / "other").iterdir()}
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        confined(cell)

    allowed = {"PermissionError", "CalledProcessError", "AssertionError", "URLError", "FileNotFoundError", "OSError"}
    assert caught.value.ename in allowed
    assert {path: path.stat().st_mode for path in (places / "other").iterdir()} == before
    assert (places / "other" / "file.txt").read_text() == "other"
    assert template.fallbacks.total == 0
    assert "root:" not in "".join(caught.value.traceback)


@needs_landlock
def test_an_attempt_that_the_notebook_hides_is_named(confined):
    notebook = confined(
        "try: open('/etc/shadow')\nexcept OSError: pass", "import os.path; os.path.exists('/etc/shadow')"
    )

    assert notebook.metadata["refused"] == ["read /etc/shadow"]


@needs_landlock
def test_the_environment_is_cleaned(confined, text, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    notebook = confined("import os; 'SECRET_TOKEN' in os.environ", "import os; os.environ['HOME'].endswith('own')")

    assert text(notebook) == ["False", "True"]


@needs_landlock
def test_a_normal_kernel_is_confined_alike(confined, text, broken_template):
    notebook = confined(*ALLOWED[:4], engine_template=broken_template, memory_limit=4 << 30)
    assert text(notebook)[0] == "'inputs'"
    cells = [cell for cell in REFUSED if cell != BESIDE]
    tried = [f"try:\n    exec({cell!r})\n    print('reached')\nexcept Exception: pass" for cell in cells]
    notebook = confined(*tried, engine_template=broken_template)
    reached = [cell for cell, said in zip(cells, text(notebook), strict=True) if "reached" in said]
    assert reached == []
    assert broken_template.fallbacks.total == 2


def test_a_kernel_that_cannot_be_confined_is_not_started(confined, broken_template):
    with pytest.raises(ForkedError, match="not run"):
        confined("1", kernel_name="no-such-kernel", engine_template=broken_template)


@needs_landlock
def test_the_parent_and_others_stay_free(confined, run, places, text):
    confined("1")

    assert text(run("open('/etc/passwd').read() != ''")) == ["True"]
    assert Path("/etc/passwd").read_text()
    assert subprocess.run(["true"], check=False).returncode == 0
    assert [path.name for path in (places / "other").iterdir()] == ["file.txt"]
