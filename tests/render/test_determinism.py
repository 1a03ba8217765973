import hashlib
import os
import subprocess
import sys

import nbformat
import pytest

from minsheng.render.report import render_report, warm_up
from minsheng.runs import warm_processes
from minsheng.runs.finishing import finish
from papermill_forked import Servants, Template

pytestmark = pytest.mark.slow

SEALED = b"""{
 "figures": {"kind": "ranking", "plan": "p", "period": "2017-06", "as_of": null, "rows": [], "provisional": false},
 "provenance": {"inputs": [], "plan_sha256": "", "notebook_sha256": "", "package_version": "", "lock_sha256": "",
                "fonts": {}}
}"""
_PROGRAM = """
import hashlib, sys
from minsheng.render.report import render_report
both = render_report(sys.stdin.read(), attachments={"result.json": b"{}"})
print(hashlib.sha256(both.html).hexdigest(), hashlib.sha256(both.pdf).hexdigest())
"""


def hashes(both) -> str:
    return f"{hashlib.sha256(both.html).hexdigest()} {hashlib.sha256(both.pdf).hexdigest()}"


def test_same_arguments_same_bytes(notebook):
    first = render_report(notebook, attachments={"result.json": b"{}"})
    second = render_report(nbformat.writes(notebook), attachments={"result.json": b"{}"})
    assert (first.html, first.pdf) == (second.html, second.pdf)


def test_notebook_of_nobody_is_stable_too():
    cells = [nbformat.v4.new_markdown_cell("# 甲\n\n文字", id="a")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    first, second = (render_report(notebook, attachments={"a.txt": b"1"}) for _ in range(2))
    assert first.pdf == second.pdf
    assert b"/CreationDate(D:1970" in first.pdf


def test_what_a_process_rendered_before_leaves_no_trace(notebook, tmp_path):
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 乙\n\n䶮，朱镕基，𠮷", id="b")])
    both = {"notebook": nbformat.writes(notebook), "other": nbformat.writes(other)}
    sealed = tmp_path / "result.json"
    sealed.write_bytes(SEALED)
    alone = {name: contents(finish(text, sealed, tmp_path / name)) for name, text in both.items()}
    with Template(["minsheng.render.report"], warm_processes.warm_up) as template:
        for order in ("notebook", "other", "notebook"), ("other", "other", "notebook", "other"):
            with Servants(template) as servants:
                for number, name in enumerate(order):
                    folder = tmp_path / f"{len(order)}-{number}"
                    made = servants.call(finish, both[name], sealed, folder)
                    assert contents(made) == alone[name]
                assert servants.made == 1
        assert template.fallbacks.total == 0


def contents(finished):
    return {name: path.read_bytes() for name, path in finished.files.items()}, finished.missing_glyphs


def test_same_bytes_in_another_process_place_zone_and_cache(notebook, tmp_path):
    here = hashes(render_report(notebook, attachments={"result.json": b"{}"}))
    environment = os.environ | {
        "TZ": "Pacific/Kiritimati",
        "SOURCE_DATE_EPOCH": "86400",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "PYTHONUTF8": "1",
        "XDG_CACHE_HOME": str(tmp_path / "fresh-cache"),
        "FONTCONFIG_FILE": "/nowhere/fonts.conf",
        "RAYON_NUM_THREADS": "3",
    }
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        input=nbformat.writes(notebook),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment,
        check=True,
    )
    assert done.stdout.split() == here.split()


def test_key_names_the_file_and_content_names_its_bytes(sample):
    def identifiers(key, text):
        import io

        import pikepdf

        printed = render_report(sample.notebook_of(text, title="甲", key=key), attachments={}).pdf
        with pikepdf.open(io.BytesIO(printed)) as pdf:
            return [bytes(item) for item in pdf.trailer.ID]

    first = identifiers("1" * 64, "<p>甲</p>")
    changed = identifiers("1" * 64, "<p>乙</p>")
    other = identifiers("2" * 64, "<p>甲</p>")
    assert first[0] == changed[0] != other[0]
    assert first[1] != changed[1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_fork_after_warm_up_renders_the_same(notebook):
    warm_up()
    here = hashes(render_report(notebook, attachments={}))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, hashes(render_report(notebook, attachments={})).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == here
