"""What a report's key hangs on: its own notebook, and every file that makes reports; not what ``init`` copies."""

import shutil
from pathlib import Path

from minsheng.domain.period import Period
from minsheng.plan import load_plan
from minsheng.runs.graph import period_tasks
from minsheng.runs.keys import Preparer, fingerprint, makers_sha256
from minsheng.runs.version import package_files, package_roots
from minsheng.workspace import Workspace

JUNE = Period("2017-06")


def _keys(workspace: Workspace) -> dict[str, str]:
    preparer = Preparer(workspace, load_plan(workspace.params, JUNE.year), fingerprint(workspace))
    return {task.name: preparer.key(task) for task in period_tasks(preparer.plan, JUNE)}


def test_an_edited_notebook_makes_its_own_reports_stale_and_no_others(workspace: Workspace) -> None:
    before = _keys(workspace)
    notebook = workspace.notebooks / "dibao.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = {name for name, key in _keys(workspace).items() if key != before[name]}
    assert changed == {name for name in before if name.endswith("/dibao")}


def test_what_init_copies_makes_no_report_and_every_module_does(tmp_path: Path) -> None:
    house, engine = package_roots()
    # Links are followed, as in the package's own folder: in a checkout the skeleton's notebooks are the product's.
    roots = [shutil.copytree(root, tmp_path / root.name, ignore=shutil.ignore_patterns("__pycache__"))
             for root in (house, engine)]  # fmt: skip

    def digest() -> str:
        return makers_sha256(package_files(roots))

    before = digest()
    assert before == makers_sha256(package_files())
    for name in ("skeleton/notebooks/bulletin.ipynb", "skeleton/minsheng.toml", "runs/notebooks.sha256"):
        with (roots[0] / name).open("a") as edited:
            edited.write("\n")
    assert digest() == before
    for root, name in ((roots[0], "measure/ranks.py"), (roots[0], "render/styles/look.json"), (roots[1], "wire.py")):
        last = digest()
        with (root / name).open("a") as edited:
            edited.write("\n")
        assert digest() != last, name
