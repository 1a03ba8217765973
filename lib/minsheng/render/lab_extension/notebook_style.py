"""The page's style for JupyterLab's outputs: the same rules, held to our own pieces, with colours for both themes."""

import json
import re
from collections.abc import Iterator, Mapping
from string import Template

from minsheng.render.html.page import STYLES, look

OUTPUT = ".jp-OutputArea-output"
"""What JupyterLab wraps every output in, widgets among them."""

PIECES = (
    ".part", ".title-block", ".summary", ".note", ".callout", ".assumption", ".findings", ".table-wrap", ".chart",
    ".multiples", ".trace", ".files", ".signature", ".minsheng", ".minsheng-chart",
)  # fmt: skip
"""What stands at the top of an output of ours: rules for bare elements hold within these alone."""

_OURS = f":where({', '.join(PIECES)})"

_WEIGHT = OUTPUT * 3
"""JupyterLab's own rules for tables in outputs weigh two classes and two elements."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")

_DARK = "body[data-jp-theme-light='false']"


def notebook_style() -> str:
    """Return the style sheet: variables of both themes, then every rule of a page below an output."""
    light = look() | {"paper": "transparent", "mount": "0", "picture": "none"}
    dark: dict[str, str] = json.loads((STYLES / "look_dark.json").read_text(encoding="utf-8"))
    colours = {name: f"var(--minsheng-{name})" if name in dark else value for name, value in light.items()}
    lines = [_variables(":root", light, dark), _variables(_DARK, dark, dark), _base(colours)]
    for name in ("report.css", "notebook.css"):
        text = Template((STYLES / name).read_text(encoding="utf-8")).substitute(colours)
        lines += [f"{selectors} {{{body.strip()}}}" for selectors, body in _held(text)]
    return "\n".join(lines) + "\n"


def _variables(where: str, values: Mapping[str, str], names: Mapping[str, str]) -> str:
    return f"{where} {{ {' '.join(f'--minsheng-{name}: {values[name]};' for name in names)} }}"


def _base(colours: Mapping[str, str]) -> str:
    """Return what a page says of its body."""
    fonts = '"Noto Serif SC", "Source Han Serif SC", "Songti SC", STSong, SimSun, serif'
    said = f"color: {colours['ink']}; font-family: {fonts}; font-size: 16px; line-height: 1.85; font-synthesis: none;"
    return f"{_OURS}:not({_OURS} *) {{ {said} }}"


def _held(text: str) -> Iterator[tuple[str, str]]:
    """Yield each rule with its selectors held to our pieces; what a page says of itself is said already."""
    for selectors, body in _RULE.findall(_COMMENT.sub("", text)):
        held = [scoped for each in selectors.split(",") if (scoped := ", ".join(_scoped(each.strip())))]
        if held:
            yield ", ".join(held), body


def _scoped(selector: str) -> Iterator[str]:
    # The same weight before each, so that the rules stand to each other as they do on a page.
    if re.match(r"html|body", selector):
        return
    yield f"{_WEIGHT} {_OURS} {selector}"
    top = re.match(r"\.[\w-]+", selector)
    if top and top[0] in PIECES:
        yield f"{_WEIGHT} {selector}"
