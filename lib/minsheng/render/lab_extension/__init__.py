"""What JupyterLab gets from us: an extension without a build, whose files are made of the page's own style.

Reads ``styles/`` and the scripts beside it; ``minsheng lab`` writes the files where JupyterLab looks for them.
"""

import json
from importlib.metadata import version
from pathlib import Path

from minsheng.files.hashing import sha256
from minsheng.render.html.page import STYLES
from minsheng.render.lab_extension.notebook_style import notebook_style

NAME = "minsheng"

_SCRIPTS = Path(__file__).parent


def extension_files() -> dict[str, bytes]:
    """Return the extension's files by their names below its folder.

    A prebuilt extension is a script that JupyterLab's own loader asks for modules (webpack's module federation), and a
    package.json that names it. Ours is written by hand: it has no dependency to bundle.
    """
    style = (notebook_style() + (STYLES / "desk.css").read_text(encoding="utf-8")).encode()
    desk = (_SCRIPTS / "desk.js").read_bytes()
    # A new version has a new name, or a browser would keep the one it knows.
    style_name, desk_name = f"style.{sha256(style)[:16]}.css", f"desk.{sha256(desk)[:16]}.js"
    script = (_SCRIPTS / "remote_entry.js").read_bytes()
    script = script.replace(b"STYLE_NAME", style_name.encode()).replace(b"DESK_NAME", desk_name.encode())
    script_name = f"remoteEntry.{sha256(script)[:16]}.js"
    described = {
        "name": NAME,
        "version": version("minsheng-workbook"),
        "description": "House style and desk of Minsheng Workbook in JupyterLab",
        "license": "Apache-2.0",
        "jupyterlab": {
            "extension": True,
            "_build": {"load": f"static/{script_name}", "extension": "./extension", "style": "./style"},
        },
    }
    return {
        "package.json": json.dumps(described).encode(),
        f"static/{script_name}": script,
        f"static/{desk_name}": desk,
        f"static/{style_name}": style,
    }
