"""What a plan leaves out because the rest says it: its one project, the rows of 工作情况, the choices of 印证资料."""

from collections.abc import Mapping, Sequence
from typing import Any

from minsheng.domain.about import About
from minsheng.domain.table import TableKind
from minsheng.plan.located import Located
from minsheng.plan.strict_yaml import YamlFile

PROGRAMME = "programme"
"""The id of the one project of a plan without ``projects.yaml``: all of its work."""

_KEY = "项目"


def one_project(shown: str, about: About | None, sections: Sequence[Mapping[str, Any]]) -> Located:
    """Return what ``projects.yaml`` would say: one project, called as the plan is, of the first section."""
    name = (about.programme or about.subject.removeprefix(f"{about.year}年")) if about is not None else PROGRAMME
    # Who collects the others' reports is in charge of none, unless there is nobody else.
    ids = [each.get("id") for each in sorted(sections, key=lambda each: each.get("collects") is True)]
    project = {"id": PROGRAMME, "name": name, "section": (ids or [""])[0], "notebook": "project"}
    source = {"document": "ours", "why": "方案不分项目，全部指标合为一个"}
    return Located(YamlFile(shown, value={"projects": [{**project, "source": source}]}))


def assign(name: str, located: Located) -> None:
    """Give every area, indicator and table of figures the one project of a plan without others."""
    key, whose = {"areas": ("projects", [PROGRAMME]), "indicators": ("project", PROGRAMME)}.get(name, ("", None))
    for path, item in located.items((name,)) if key else ():
        if key not in item:
            located.give((*path, key), whose, path)


def fill_table(located: Located, projects: Sequence[tuple[str, str]], *, alone: bool) -> None:
    """Write out what a table does not say: of 工作情况 a row a project, of 印证资料 the projects to choose from.

    Parameters
    ----------
    projects
        Their ids and names.
    alone
        Whether they are the one project of a plan without ``projects.yaml``, whose figures all are.
    """
    table = located.value
    if table.get("kind") == TableKind.NARRATIVE and not {"keys", "rows"} & set(table):
        located.give(("keys",), [_KEY], ())
        rows = [{"id": each, "project": each, "labels": [name]} for each, name in projects]
        located.give(("rows",), rows, ())
    if table.get("kind") == TableKind.EVIDENCE:
        for path, column in located.items(("columns",)):
            if column.get("id") == "project" and column.get("type") == "choice" and "choices" not in column:
                located.give((*path, "choices"), [name for _, name in projects], path)
    if alone and table.get("kind") == TableKind.FIGURES and "project" not in table:
        located.give(("project",), PROGRAMME, ())
