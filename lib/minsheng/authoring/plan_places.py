"""Where in a plan's files something stands: ``params/2018/indicators.yaml:12``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minsheng.intake.rules.suites import expectations_dir
from minsheng.plan.plan_files import read_files
from minsheng.plan.strict_yaml import YamlPath, read_yaml


class PlanPlaces:
    """The places of one year's plan.

    Parameters
    ----------
    params_dir
        The folder with one folder per year.
    year
        A year whose plan can be loaded.
    """

    def __init__(self, params_dir: Path, year: int) -> None:
        self._shown = f"{params_dir.name}/{year}"
        self._files = read_files(params_dir / str(year), self._shown)
        self._suites = {
            path.stem: read_yaml(path, f"{self._shown}/expectations/{path.name}")
            for path in sorted(expectations_dir(params_dir, year).glob("*.yaml"))
        }

    def key(self, name: str, *path: Any) -> str:
        """Return where a key of a file stands."""
        located = self._files.located[name]
        return f"{located.file}:{located.line(path)}"

    def entry(self, name: str, entry_id: str, *path: Any) -> str:
        """Return where an item of a list file stands, by its id, or a key of it."""
        places = (each.path for each in self._files.entries(name) if each.raw.get("id") == entry_id)
        return self.key(name, *next(places, ()), *path)

    def column(self, table: str, column: str) -> str:
        """Return where a column of a table stands."""
        return self._with_id(f"tables/{table}", ("columns",), column)

    def row(self, table: str, row: str) -> str:
        """Return where a fixed row of a table stands."""
        return self._with_id(f"tables/{table}", ("rows",), row)

    def rubric_item(self, item_id: str, *path: Any) -> str:
        """Return where an item of the counties' rubric stands, or a key of it."""
        for place, value in self._rubric(("groups",)):
            if value.get("id") == item_id:
                return self.key("rubric_county", *place, *path)
        return self.key("rubric_county")

    def rule(self, table: str, rule_id: str) -> str:
        """Return where a rule of data stands; what holds of every column of a kind stands with the columns."""
        return self._of_suite(table, "rules", rule_id)

    def derived(self, table: str, derived_id: str) -> str:
        """Return where a derived column of a table's rules stands."""
        return self._of_suite(table, "derive", derived_id)

    def _of_suite(self, table: str, key: str, wanted: str) -> str:
        read = self._suites.get(table)
        written = read.value.get(key, ()) if read else ()
        number = next((n for n, each in enumerate(written) if each.get("id") == wanted), None)
        if read is None or number is None:
            return self.key(f"tables/{table}", "columns")
        return f"{read.file}:{read.line((key, number))}"

    def _with_id(self, name: str, path: YamlPath, wanted: str) -> str:
        items = self._files.located[name].items(path)
        return self.key(name, *next((place for place, each in items if each.get("id") == wanted), path))

    def _rubric(self, path: YamlPath) -> Iterator[tuple[YamlPath, dict[str, Any]]]:
        for place, value in self._files.located["rubric_county"].items(path):
            yield place, value
            yield from self._rubric((*place, "items"))
