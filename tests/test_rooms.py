"""The rooms of the house: who may import whom, how wide and long they are, and who knows which outside library."""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

LIB = Path(__file__).parent.parent / "lib"
HOUSE = LIB / "minsheng"
ENGINE = LIB / "papermill_forked"

# From the top of the house to its ground: a room imports only rooms further down. Rooms in one line do not know
# each other.
LINE = (
    ("cli",),
    ("desk",),
    ("commands",),
    ("authoring", "handbook"),
    ("site",),
    ("agenda",),
    ("archive",),
    ("notebook",),
    ("signing",),
    ("runs",),
    ("intake",),
    ("report",),
    ("privacy",),
    ("render",),
    ("measure", "plan"),
    ("files",),
    ("workspace",),
    ("domain",),
    ("process", "settings"),
    ("errors",),
)
HEIGHT = {room: -floor for floor, rooms in enumerate(LINE) for room in rooms}

OUTSIDE = {
    "cli": {"typer", "rich", "click"},
    "desk": {"jupyter_server", "tornado"},
    "commands": {"typst"},
    "runs": {"papermill", "nbclient", "nbformat", "distributed"},
    "signing": {"pyhanko", "asn1crypto", "pyhanko_certvalidator", "cryptography"},
    "agenda": {"apprise"},
    "authoring": {"scipy", "numpy"},
    "archive": {"bagit", "minisign", "pydantic", "nbformat"},
    "notebook": {"IPython", "ipywidgets", "pandas", "numpy", "matplotlib", "altair"},
    "intake": {"pandas", "numpy", "msoffcrypto", "olefile", "python_calamine", "openpyxl", "xlsxwriter",
               "great_expectations", "pydantic"},
    "render": {"nbconvert", "nbformat", "typst", "pikepdf", "docx", "traitlets", "fontTools", "jinja2",
               "pylopdf_fonts_zh_cn", "lxml", "vl_convert"},
    "files": {"cryptography", "pydantic"},
    "plan": {"ruamel", "pydantic", "pydantic_core", "chinese_calendar"},
    "workspace": {"pydantic"},
    "settings": {"pydantic"},
    "domain": {"pydantic", "pydantic_core"},
    "papermill_forked": {"papermill", "nbclient", "nbformat", "ipykernel", "IPython", "jupyter_client", "jupyter_core",
                         "matplotlib_inline", "numpy", "zmq", "tornado", "traitlets", "comm"},
}  # fmt: skip
# How many modules may know a heavy or replaceable library; cryptography: SM3 in files, certificates in signing.
FEW_KNOW = {"apprise": 1, "great_expectations": 1, "python_calamine": 1, "msoffcrypto": 1, "olefile": 1, "ruamel": 1,
            "chinese_calendar": 1, "typst": 2, "bagit": 1, "minisign": 1, "cryptography": 2, "distributed": 1,
            "pyhanko": 2, "rich": 1, "scipy": 1}  # fmt: skip
# Who else writes, hashes or reads CSV, and why; everybody else does it through ``files``.
OTHER_WRITERS = {
    "authoring/linear_program.py": {"open"},  # /dev/null, where the solver's own lines go
    "cli/plans.py": {"write_text"},  # a person names the file, which may be a device
    "intake/returns/trial.py": {"shutil.copytree"},  # into a temporary folder
    "render/fonts.py": {"rename"},  # the cache folder of cut fonts, for whoever is first
    "runs/log.py": {"open"},  # grows event by event
    "intake/spreadsheets/child.py": {"csv.reader"},  # a stranger's file, in the sandbox
    "privacy/scanner.py": {"csv.reader"},  # any file that is to go out
}
WRITING_METHODS = {"write_text", "write_bytes"}
WRITING_FUNCTIONS = {
    "os.replace", "os.rename", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copyfileobj",
    "shutil.copytree", "shutil.move", "csv.reader", "csv.writer", "csv.DictReader", "csv.DictWriter",
}  # fmt: skip
WIDEST = 21
LONGEST = 400


class Module(NamedTuple):
    """What the tests ask of a module. Its tree is not kept: a million nodes cost the collector more than reading."""

    about: str | None
    imports: set[str]
    relative: bool
    types: list[str]
    writes: set[str]
    lines: int


def _read(code: str) -> Module:
    tree = ast.parse(code)
    relative = any(isinstance(node, ast.ImportFrom) and node.level for node in _statements(tree))
    length = len(code.splitlines())
    return Module(ast.get_docstring(tree), _imported(tree), relative, list(_types(tree)), _writes(tree), length)


@cache
def _modules() -> dict[Path, Module]:
    """Every module of ours, read once for all tests of this file."""
    paths = sorted(path for package in (HOUSE, ENGINE) for path in package.rglob("*.py"))
    return {path: _read(path.read_text(encoding="utf-8")) for path in paths}


def _named(path: Path) -> str:
    return path.relative_to(LIB).as_posix()


def _room(path: Path) -> str:
    package, *rest = path.relative_to(LIB).parts
    return package if package != "minsheng" else rest[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    return _modules()[path].imports


def _imported(module: ast.Module) -> set[str]:
    names = set()
    for node in _statements(module):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            if node.module == "minsheng":
                names |= {f"minsheng.{alias.name}" for alias in node.names}
    return names


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement within a node; expressions, most of a module, hold no import."""
    for part in ("body", "handlers", "orelse", "finalbody", "cases"):
        inside = getattr(node, part, ())
        for each in inside if isinstance(inside, list) else ():
            yield each
            yield from _statements(each)


def test_a_module_imports_only_rooms_below_its_own_and_the_libraries_that_its_room_may_know() -> None:
    wrong = []
    for path in _modules():
        room = _room(path)
        if path.parent == HOUSE and path.stem.startswith("__"):
            continue
        for name in _imports(path):
            top, *rest = name.split(".")
            if top == "minsheng" and rest and rest[0] != room:
                # The engine stands in no line: it knows nothing of the house.
                allowed = room in HEIGHT and HEIGHT[rest[0]] < HEIGHT[room]
            else:
                ours = {"minsheng", "papermill_forked"}
                allowed = top in sys.stdlib_module_names | ours | OUTSIDE.get(room, set())
            if not allowed:
                wrong.append(f"{_named(path)} may not import {name}")
    assert wrong == []


def test_every_room_stands_in_the_line() -> None:
    rooms = {path.name.removesuffix(".py") for path in HOUSE.iterdir() if path.suffix == ".py" or _is_room(path)}
    assert rooms - {"__init__", "__main__"} == set(HEIGHT)


def test_every_room_has_its_tests() -> None:
    """``make test ROOM=site`` runs them."""
    rooms = [path.name for path in (*HOUSE.iterdir(), ENGINE) if _is_room(path)]
    assert [room for room in rooms if not any((LIB.parent / "tests" / room).glob("test_*.py"))] == []


def _is_room(path: Path) -> bool:
    return (path / "__init__.py").is_file()


def test_a_room_says_what_it_holds() -> None:
    for path, module in _modules().items():
        if path.name == "__init__.py":
            assert module.about, path


@pytest.mark.parametrize(("library", "most"), FEW_KNOW.items())
def test_few_modules_know_a_heavy_library(library: str, most: int) -> None:
    knowing = [path for path in _modules() if any(name.split(".")[0] == library for name in _imports(path))]
    assert len(knowing) <= most, [_named(path) for path in knowing]


def _writes(module: ast.Module) -> set[str]:
    """Return what in a module is for ``files`` to do."""
    found = {"hashlib" for name in _imported(module) if name.split(".")[0] == "hashlib"}
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        if not isinstance(call.func, ast.Name | ast.Attribute):
            continue
        method = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
        called = f"{call.func.value.id}.{method}" if _of_a_name(call.func) else method
        named = {keyword.arg for keyword in call.keywords}
        # A path is renamed with one argument; a text is replaced with two, a date with names.
        renames = method in {"rename", "replace"} and len(call.args) == 1 and not named
        sorts = called in {"json.dump", "json.dumps"} and "sort_keys" in named
        if called in WRITING_FUNCTIONS or sorts:
            found.add(called)
        elif method in WRITING_METHODS or renames or (method == "open" and _opens_to_write(call)):
            found.add(method)
    return found


def _of_a_name(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)


def _opens_to_write(call: ast.Call) -> bool:
    """Whether a mode is given that writes: the first argument of ``Path.open``, the second of ``open``."""
    given = [*call.args[:2], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    modes = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    flags = any("O_WRONLY" in ast.unparse(each) or "O_RDWR" in ast.unparse(each) for each in given)
    return flags or any(set(mode) <= set("rwxabt+") and set(mode) & set("wxa+") for mode in modes)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import hashlib", {"hashlib"}),
        ("from hashlib import sha256", {"hashlib"}),
        ("path.write_text(text)", {"write_text"}),
        ("(folder / name).write_bytes(b'')", {"write_bytes"}),
        ("open(path, 'w')", {"open"}),
        ("path.open(mode='xb')", {"open"}),
        ("path.open('rb'); open(path); archive.open(part)", set()),
        ("os.open(path, os.O_WRONLY | os.O_CREAT)", {"open"}),
        ("os.open(path, os.O_RDONLY)", set()),
        ("staged.replace(path); draft.rename(folder)", {"replace", "rename"}),
        ("text.replace('a', 'b'); day.replace(day=1)", set()),
        ("os.replace(a, b)", {"os.replace"}),
        ("json.dumps(document, sort_keys=True)", {"json.dumps"}),
        ("json.dumps(document, indent=1)", set()),
        ("csv.writer(text)", {"csv.writer"}),
    ],
)
def test_what_writes_is_seen(code: str, found: set[str]) -> None:
    assert _read(code).writes == found


def test_one_room_writes() -> None:
    """Files, hashes, sorted JSON and registers are made in one way: whoever makes them is in ``files``."""
    writing = {
        path.relative_to(HOUSE).as_posix(): module.writes
        for path, module in _modules().items()
        if HOUSE in path.parents and _room(path) != "files" and module.writes
    }
    assert writing == OTHER_WRITERS


def test_relative_imports_are_not_used() -> None:
    assert [_named(path) for path, module in _modules().items() if module.relative] == []


def test_modules_stay_readable() -> None:
    assert {_named(path): module.lines for path, module in _modules().items() if module.lines > LONGEST} == {}


def test_folders_stay_narrow() -> None:
    widths = Counter(path.parent for path in _modules())
    assert not {str(folder.relative_to(LIB)): width for folder, width in widths.items() if width > WIDEST}


def test_no_file_name_stands_twice() -> None:
    """Apart from ``commands``, whose modules are named after what is typed."""
    commands = HOUSE / "commands"
    names = Counter(path.name for path in _modules() if commands not in path.parents and path.name != "__init__.py")
    assert [name for name, times in names.items() if times > 1 and name != "__main__.py"] == []


def test_no_name_of_a_class_or_type_stands_twice() -> None:
    """Who searches for a name finds one thing; names that begin with ``_`` are a module's own affair."""
    defined = Counter(name for module in _modules().values() for name in module.types if name[0] != "_")
    assert [name for name, times in defined.items() if times > 1] == []


def _types(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            # ``Kind = Literal[…]`` is a type; constants are written in capitals.
            if isinstance(target, ast.Name) and target.id[0].isupper() and not target.id.isupper():
                yield target.id


def test_a_command_is_a_module_of_its_name() -> None:
    """``minsheng archive seal`` is ``commands/archives/archive_seal.py``; what is no command has no place there."""
    from minsheng.cli import app

    def commands(typer_app, prefix=()):
        for command in typer_app.registered_commands:
            yield (*prefix, command.name or command.callback.__name__)
        for group in typer_app.registered_groups:
            # The commands of a group within a group share a module: ``archive key rotate``, ``archive key second``.
            yield from [(*prefix, group.name)] if prefix else []
            yield from commands(group.typer_instance, (*prefix, group.name))

    typed = {"_".join(names).replace("-", "_") for names in commands(app)}
    # A group with many commands has a folder of its own.
    groups = {HOUSE / "commands" / name for name in ("archives", "plans")}
    held = {path for folder in (HOUSE / "commands", *groups) for path in folder.iterdir()} - groups
    kept = {path.stem for path in held if path.stem not in {"__init__", "__pycache__"}}
    assert kept <= typed
