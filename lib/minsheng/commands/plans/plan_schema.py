"""``minsheng plan schema``: what editors need to complete and check a plan's files while they are typed."""

import json
from pathlib import Path

from minsheng.files.writing import write_atomically
from minsheng.intake.rules.rule import Derived, Rule
from minsheng.plan.schemas import FILES, expectations_schema, schema_of
from minsheng.workspace import Workspace

SCHEMA_FOLDER = "schema"


def schemas() -> dict[str, bytes]:
    """Return file name → JSON Schema of every kind of file under ``params/<year>/``."""
    made = {name: schema_of(name) for name in FILES}
    made["expectations"] = expectations_schema(Rule, Derived)
    return {
        f"{name}.json": json.dumps(schema, ensure_ascii=False, indent=1).encode() + b"\n"
        for name, schema in made.items()
    }


def write_schemas(workspace: Workspace) -> list[Path]:
    """Write them to ``params/schema/``, where the first line of each file of a plan names its own."""
    folder = workspace.params / SCHEMA_FOLDER
    written = []
    for name, content in schemas().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
        written.append(path)
    return written


def modeline(path: Path, year_folder: Path) -> str:
    """Return the first line of a file of a plan: where its schema lies."""
    inner = path.relative_to(year_folder)
    name = inner.parent.name or inner.stem
    return f"# yaml-language-server: $schema={'../' * len(inner.parts)}{SCHEMA_FOLDER}/{name}.json"
