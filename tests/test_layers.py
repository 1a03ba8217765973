"""The layers of the house: who may import whom, and which module knows which outside library."""

import ast
import sys
from pathlib import Path

import pytest

LIB = Path(__file__).parent.parent / "lib" / "minsheng"

BASE = {"errors", "events", "domain"}
OURS = {
    "errors": set(),
    "events": set(),
    "domain": {"errors"},
    "settings": {"errors"},
    "workspace": BASE | {"settings"},
    "plan": BASE,
    "zip_stable": set(),
    "locks": set(),
    "intake": BASE | {"plan", "zip_stable", "locks"},
    "measure": BASE,
    "report": BASE | {"measure"},
    "notebook": BASE | {"workspace", "plan", "intake", "measure", "report"},
    "execute": BASE,
    "render": BASE | {"zip_stable"},
    "privacy": BASE | {"render"},
    "archive": BASE | {"render", "privacy", "locks"},
    "workflow": BASE
    | {
        "workspace",
        "plan",
        "intake",
        "measure",
        "report",
        "notebook",
        "execute",
        "render",
        "privacy",
        "archive",
        "locks",
    },
    "console": BASE | {"workflow"},
    "cli": BASE | {"workspace", "workflow", "console", "plan"},
}
OUTSIDE = {
    "errors": set(),
    "zip_stable": set(),
    "locks": set(),
    "events": set(),
    "domain": {"pydantic", "pydantic_core"},
    "settings": {"pydantic"},
    "workspace": {"pydantic"},
    "plan": {"ruamel", "pydantic", "pydantic_core", "chinese_calendar"},
    "intake": {"pandas", "numpy", "python_calamine", "openpyxl", "xlsxwriter", "great_expectations", "pydantic"},
    "measure": set(),
    "report": set(),
    "notebook": {"IPython", "ipywidgets"},
    "execute": {"papermill", "nbclient", "nbformat", "ipykernel", "IPython", "jupyter_client", "matplotlib_inline",
                "numpy", "zmq", "tornado", "traitlets", "comm", "distributed"},
    "render": {"nbconvert", "nbformat", "weasyprint", "pikepdf", "docx", "traitlets", "fontTools", "jinja2",
               "pylopdf_fonts_zh_cn", "pydyf", "tinycss2", "tinyhtml5", "lxml"},
    "privacy": set(),
    "archive": {"bagit", "cryptography", "pyhanko", "pyhanko_certvalidator", "minisign", "pydantic"},
    "workflow": {"nbformat"},
    "console": {"rich"},
    "cli": {"typer"},
}  # fmt: skip
ONE_MODULE_ONLY = {"great_expectations": 2, "python_calamine": 1, "ruamel": 1, "chinese_calendar": 1, "weasyprint": 2,
                   "bagit": 1, "minisign": 1, "cryptography": 1, "distributed": 1, "pyhanko": 1}  # fmt: skip


def _modules() -> list[Path]:
    whole = {LIB / "__init__.py", LIB / "__main__.py"}
    return sorted(path for path in LIB.rglob("*.py") if path not in whole)


def _layer(path: Path) -> str:
    first = path.relative_to(LIB).parts[0]
    return first.removesuffix(".py")


def _imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            if node.module == "minsheng":
                names |= {f"minsheng.{alias.name}" for alias in node.names}
    return names - {"minsheng"}


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(LIB)))
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    layer = _layer(path)
    for name in _imports(path):
        top, *rest = name.split(".")
        if top == "minsheng":
            assert rest[0] in OURS[layer] | {layer}, f"{layer} may not import minsheng.{rest[0]}"
        elif top not in sys.stdlib_module_names:
            assert top in OUTSIDE[layer], f"{layer} may not import {top}"


@pytest.mark.parametrize(("library", "most"), ONE_MODULE_ONLY.items())
def test_few_modules_know_a_heavy_library(library: str, most: int) -> None:
    knowing = [path for path in _modules() if any(name.split(".")[0] == library for name in _imports(path))]
    assert len(knowing) <= most, [str(path.relative_to(LIB)) for path in knowing]


def test_relative_imports_are_not_used() -> None:
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ImportFrom) and node.level), path


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(LIB)))
def test_modules_stay_readable(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
