"""Notebooks of the bureau's own, as files: under which name a new one may lie, and its bytes."""

import json
from collections.abc import Sequence
from pathlib import Path

from minsheng.domain.plan import Plan
from minsheng.domain.projects import NOTEBOOKS
from minsheng.domain.reporting import OwnNotebook
from minsheng.errors import UsageError
from minsheng.runs.graph import OWN_FOLDER
from minsheng.workspace import Workspace

OwnCell = tuple[str, str, tuple[str, ...]]
"""Kind, source and tags."""


def new_path(workspace: Workspace, plan: Plan, name: str) -> Path:
    """Return where a new notebook is to lie.

    Raises
    ------
    UsageError
        If the name is none, one of the product's, or taken.
    """
    try:
        OwnNotebook(id=name, name=name)
    except ValueError:  # pydantic says which letter, in English
        raise UsageError(
            f"“{name}”不能作名称：用小写拉丁字母开头，只含小写字母、数字和下划线，例如 beds_by_town"
        ) from None
    if name in {*NOTEBOOKS, *(project.id for project in plan.projects)}:
        raise UsageError(f"“{name}”是程序自带的笔记本或项目的名称：请换一个")
    path = workspace.notebooks / OWN_FOLDER / f"{name}.ipynb"
    if path.exists():
        raise UsageError(f"{path} 已经有了：请换一个名称，或直接修改它")
    return path


def written(title: str, cells: Sequence[OwnCell]) -> bytes:
    """Return a notebook that was never run."""
    found: list[dict[str, object]] = []
    for number, (kind, source, tags) in enumerate(cells):
        cell = {
            "cell_type": kind,
            "id": f"cell-{number}",
            "metadata": {"tags": list(tags)} if tags else {},
            "source": source,
        }
        found.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
        "language_info": {"name": "python"},
        "minsheng": {"title": title},
    }
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": found}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
