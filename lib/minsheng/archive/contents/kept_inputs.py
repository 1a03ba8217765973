"""What an evidence book keeps beside its files, so that its results can be computed anew: every input, each once.

``重算/清单.csv`` says where each file of the workspace lies in the package: where the book has it, or under ``重算/``.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from minsheng.archive.package.bag import payload_name
from minsheng.files.hashing import FileContent, sha256
from minsheng.files.registers import csv_bytes, records

FOLDER = "重算"

INDEX = f"{FOLDER}/清单.csv"

_COLUMNS = ("工作区中的路径", "包中的路径", "sha256")


def kept_inputs(
    inputs: Mapping[str, FileContent], book: Mapping[str, FileContent], without: Collection[Path]
) -> dict[str, FileContent]:
    """Return what a package must hold besides the book to be computed anew.

    Parameters
    ----------
    inputs
        Path in the workspace → what an assessment was made from, its results and pages.
    book
        Path in the package → what it holds anyway.
    without
        What lies among the inputs and is none: files of the evidence that no form names.
    """
    there = {sha256(content): payload_name(name) for name, content in book.items()}
    kept: dict[str, FileContent] = {}
    lines = []
    for name, content in sorted(inputs.items()):
        if content in without:
            continue
        digest = sha256(content)
        if digest not in there:
            there[digest] = payload_name(f"{FOLDER}/{name}")
            kept[f"{FOLDER}/{name}"] = content
        lines.append((name, there[digest], digest))
    return kept | {INDEX: csv_bytes(_COLUMNS, lines, office=True)}


def inputs_in(data: Path) -> dict[str, Path]:
    """Return path in the workspace → where it lies in a package's ``data``; nothing for one of an older version."""
    if not (data / INDEX).is_file():
        return {}
    names = _COLUMNS[0], _COLUMNS[1]
    return {line[names[0]]: data / line[names[1]] for line in records(data / INDEX)}
