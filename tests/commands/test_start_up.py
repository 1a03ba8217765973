"""What a command does not import: seconds of libraries that it has no use for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minsheng.workspace import Workspace

_HEAVY = {
    "IPython", "apprise", "bagit", "docx", "fontTools", "great_expectations", "ipykernel", "jupyter_client",
    "matplotlib", "nbclient", "nbconvert", "nbformat", "numpy", "openpyxl", "pandas", "papermill", "pikepdf", "rich",
    "ruamel", "scipy", "typst", "xlsxwriter",
    # Of our own what reads, judges, reports and seals: an unchanged month does none of it.
    "minsheng.archive.package.chain", "minsheng.intake.forms.reading", "minsheng.intake.reading.parsing",
    "minsheng.intake.returns.verdicts", "minsheng.intake.spreadsheets.reader", "minsheng.report",
}  # fmt: skip
_PLAN_READERS = {"ruamel"}
_SHOWN_BY_STATUS = {
    "rich", "minsheng.archive.package.chain", "minsheng.intake.forms.reading", "minsheng.intake.reading.parsing",
    "minsheng.intake.spreadsheets.reader",
}  # fmt: skip
_RUN = """
import sys
from minsheng.cli import main
sys.argv = ["minsheng", *sys.argv[1:]]
try:
    main()
finally:
    ours = {name for name in sys.modules if name.startswith("minsheng.")}
    print("LOADED", *sorted(ours | {name.partition(".")[0] for name in sys.modules}))
"""


def _loaded(workspace: Workspace, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments], cwd=workspace.root, capture_output=True, text=True, check=True
    )
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--help"], set()),
        (["run", "--help"], set()),
        (["status", "2017-06"], _PLAN_READERS | _SHOWN_BY_STATUS),
        (["run", "2017-06"], _PLAN_READERS),
    ],
    ids=["help", "run help", "status", "unchanged run"],
)
def test_what_a_command_does_not_need_is_not_imported(
    june: Workspace, tmp_path: Path, arguments: list[str], allowed: set[str]
) -> None:
    shutil.copytree(june.root, tmp_path / "workspace")  # an unchanged run too leaves its log
    loaded = _loaded(Workspace.find(tmp_path / "workspace"), *arguments)
    assert "typer" in loaded
    assert sorted(loaded & _HEAVY - allowed) == []
