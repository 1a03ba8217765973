"""``minsheng lab``: JupyterLab on this workspace, in Chinese where its language pack is installed."""

import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from minsheng.commands.check import check_period
from minsheng.commands.handbook import demand_handbook
from minsheng.files.writing import write_atomically
from minsheng.intake.returns.store import read_register
from minsheng.render.lab_extension import NAME as EXTENSION
from minsheng.render.lab_extension import extension_files
from minsheng.runs.options import Quiet
from minsheng.workspace import ENVIRONMENT, FILES, FILES_ENVIRONMENT, Workspace

_DESK = "notebooks/desk.ipynb"

_START = "notebooks/start.ipynb"
"""What a workspace opens on that is older than the desk."""

_SERVER = "minsheng.desk"
"""The part of the server that answers the desk, by its name: it stands above the commands that it starts."""

_LANGUAGE_PACK = "jupyterlab_language_pack_zh_CN"

_SCRIPTS = "from minsheng.notebook.charts.altair_scripts import use_own_scripts; use_own_scripts()"

_EXPORT = "notebook:export-to-format"
# JupyterLab names an exporter by its entry point, which its server's addresses allow only Latin letters for.
_EXPORTS: list[dict[str, object]] = [
    {"command": _EXPORT, "args": {"format": "minsheng_html", "label": "民生报告（网页）"}, "rank": 0},
    {"command": _EXPORT, "args": {"format": "minsheng_pdf", "label": "民生报告（PDF）"}, "rank": 1},
]

_EXPORT_MENU = {"id": "jp-mainmenu-file-notebookexport", "items": _EXPORTS}

_SETTINGS: dict[str, dict[str, object]] = {
    "translation-extension/plugin": {"locale": "zh_CN"},
    "mainmenu-extension/plugin": {
        "menus": [{"id": "jp-mainmenu-file", "items": [{"type": "submenu", "submenu": _EXPORT_MENU}]}]
    },
    # Nothing is asked of the network.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


def lab_command(workspace: Workspace, *, browser: bool, port: int) -> list[str]:
    """Return the command line that opens JupyterLab on a workspace."""
    command = [sys.executable, "-m", "jupyter", "lab", f"--ServerApp.root_dir={workspace.root}", f"--port={port}"]
    # The desk is a page of its own; another notebook stands among JupyterLab's panels.
    first = f"doc/tree/{_DESK}" if (workspace.root / _DESK).is_file() else f"lab/tree/{_START}"
    command += [f"--LabApp.default_url=/{first}", f"--ServerApp.jpserver_extensions={_SERVER}=True"]
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def lab_environment(workspace: Workspace) -> dict[str, str]:
    """Return the environment for JupyterLab: the workspace, and Chinese where the language pack is there."""
    folder = Path(os.environ.get("JUPYTERLAB_SETTINGS_DIR") or _state_folder() / "lab-settings")
    for plugin, values in _SETTINGS.items():
        target = folder / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        needs_pack = "locale" in values and find_spec(_LANGUAGE_PACK) is None
        # An analyst's own JupyterLab settings win: ours are written only where none are.
        if not target.exists() and not needs_pack:
            write_atomically(target, json.dumps(values).encode())
    share = _state_folder() / "lab-share"
    for name, content in extension_files().items():
        write_atomically(share / "labextensions" / EXTENSION / name, content)
    paths = [str(share), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    own = {ENVIRONMENT: str(workspace.root), FILES_ENVIRONMENT: FILES, "JUPYTERLAB_SETTINGS_DIR": str(folder)}
    return {**os.environ, **own, "JUPYTER_PATH": os.pathsep.join(paths)}


def open_lab(workspace: Workspace, *, browser: bool, port: int) -> int:
    """Run JupyterLab on the workspace until it ends, and return its exit code."""
    register = read_register(workspace.data)
    # The newest month is checked, so that every notebook opens on data.
    if register:
        check_period(workspace, str(max(delivery.period for delivery in register)), force=False, display=Quiet())
    demand_handbook(workspace)  # start.ipynb links it
    environment = lab_environment(workspace)
    # The first chart would wait for its scripts: they are made while JupyterLab starts, once for a workspace.
    subprocess.Popen([sys.executable, "-c", _SCRIPTS], env=environment, stderr=subprocess.DEVNULL)
    command = lab_command(workspace, browser=browser, port=port)
    return run_until_ended(command, environment, workspace.root)


def run_until_ended(command: list[str], environment: dict[str, str], folder: Path) -> int:
    """Run a program until it ends, and return its exit code; who ends us ends it too, and all that it has started."""
    with subprocess.Popen(command, env=environment, cwd=folder) as process:

        def hand_on(number: int, _frame: object) -> None:
            del number
            process.terminate()

        # Ctrl-C reaches both; JupyterLab asks back, and we wait for what it answers.
        before = {number: signal.signal(number, hand_on) for number in (signal.SIGTERM, signal.SIGHUP)}
        before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _state_folder() -> Path:
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "minsheng"
