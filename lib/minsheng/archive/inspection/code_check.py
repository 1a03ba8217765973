"""Whose code made the reports of a package: its notebooks against the release's list, its program against this one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from minsheng.archive.contents.description import PROVENANCE
from minsheng.archive.package.profile import CHANGED_CODE, CHANGED_CODE_WHY
from minsheng.runs.keys import package_sha256
from minsheng.runs.released_code import OWN, OriginKind, notebook_origin
from minsheng.runs.version import MODIFIED, version_text
from minsheng.workspace import RESULT


@dataclass(frozen=True)
class CodeCheck:
    """What speaks against the code, what could not be compared, and what a reader should know; lines as in an item."""

    faults: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    note: str = ""


def check_code(data: Path, info: Mapping[str, Sequence[str]], payload: Mapping[str, str]) -> CodeCheck:
    """Compare a month's notebooks with the release's, and its program with this one; ``payload`` is path → sha256."""
    notebooks = [name for name in payload if name.startswith("notebooks/")]
    origins = [notebook_origin(PurePosixPath(name).name, (data / name).read_bytes()) for name in notebooks]
    said = "".join(info.get(CHANGED_CODE, ()))
    changed = [each.words for each in origins if each.kind == OriginKind.CHANGED]
    faults = _other_notebooks(data, payload, {payload[name] for name in notebooks})
    unchecked = []
    if program_of(data) == package_sha256():
        faults += [f"{words}，封存时没有写明原因" for words in changed if words not in said]
    else:
        # Another version's notebooks are others too: only its own list can tell.
        sealed_by = "".join(info.get("Bag-Software-Agent", ()))
        unchecked = [f"由 {sealed_by} 封存，与本机的程序（{version_text()}）不同：请用那一版的安装包核对"]
        unchecked += [words for words in changed if words not in said]
    notes = [f"{said}（原因：{''.join(info.get(CHANGED_CODE_WHY, ()))}）"] if said else []
    own = [each.file for each in origins if each.kind == OriginKind.OWN]
    notes += [f"{OWN}：{'、'.join(own)}"] if own else []
    notes += [
        f"封存所用的程序：{agent}，有未提交的改动" for agent in info.get("Bag-Software-Agent", ()) if MODIFIED in agent
    ]
    return CodeCheck(tuple(faults), tuple(unchecked), "；".join(notes))


def program_of(data: Path) -> str:
    """Return the digest of the program that a package says it was made with; empty where it does not."""
    try:
        return str(json.loads((data / PROVENANCE).read_bytes())["made_with"]["package"]["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _other_notebooks(data: Path, payload: Mapping[str, str], sealed: set[str]) -> list[str]:
    """Return the results that were made by a notebook which the package does not hold."""
    faults = []
    for name in payload:
        if PurePosixPath(name).name != RESULT or not (data / name).is_file():
            continue
        try:
            digest = json.loads((data / name).read_bytes())["provenance"]["notebook_sha256"]
        except (ValueError, KeyError, TypeError):
            digest = ""
        if digest not in sealed:
            faults.append(f"{name}：不是由包中的笔记本生成的")
    return faults
