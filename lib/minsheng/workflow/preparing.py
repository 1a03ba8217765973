"""From a unit's place in the graph to the bytes that a worker needs, and the key that names them."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.execute.ledger import unit_key
from minsheng.execute.limits import Limits
from minsheng.intake.forms_store import accepted_deliveries_path, accepted_form_path
from minsheng.plan import compile_plan
from minsheng.workflow.fingerprint import Fingerprint, workspace_fonts
from minsheng.workflow.unit_worker import UnitWork
from minsheng.workflow.units import UnitSpec
from minsheng.workspace import MARKER, Workspace

_PLAN_FILE = "plan.json"


@dataclass
class Preparer:
    """Reads each input once for all units of a run.

    Parameters
    ----------
    workspace
        Where the inputs lie.
    plan
        The plan of the period's year.
    fingerprint
        Hashes of package, lock and fonts.
    """

    workspace: Workspace
    plan: Plan
    fingerprint: Fingerprint
    _read: dict[Path, tuple[bytes, str]] = field(default_factory=dict)
    _compiled: bytes = b""

    def key(self, unit: UnitSpec) -> str:
        """Return the hash of all that a unit is made from; sealed results that it reads must exist already."""
        parts = [("notebook", self._notebook(unit)[1]), ("plan", self.plan.sha256), *self.fingerprint.parts()]
        parts += [(f"parameter:{name}", value) for name, value in unit.parameters.items()]
        parts += [(str(path), digest) for path, (_, digest) in self._inputs(unit).items()]
        return unit_key(parts)

    def inputs_key(self, unit: UnitSpec) -> str:
        """Return the hash of the returns and forms alone."""
        data = self.workspace.data.relative_to(self.workspace.root)
        inputs = self._inputs(unit).items()
        return unit_key([(str(path), digest) for path, (_, digest) in inputs if path.is_relative_to(data)])

    def work(self, unit: UnitSpec) -> UnitWork:
        """Return everything that a worker needs."""
        settings = self.workspace.settings
        if not self._compiled:
            self._compiled = compile_plan(self.plan)
        files = {str(path): content for path, (content, _) in self._inputs(unit).items()}
        source, notebook_sha256 = self._notebook(unit)
        provenance = {
            "notebook_sha256": notebook_sha256,
            "lock_sha256": self.fingerprint.lock,
            "fonts": self.fingerprint.fonts,
        }
        return UnitWork(
            name=unit.name,
            key=self.key(unit),
            notebook=source.decode(),
            parameters=unit.parameters,
            files={**files, MARKER: b"", _PLAN_FILE: self._compiled},
            environment={
                "MINSHENG_PLAN": "{workspace}/" + _PLAN_FILE,
                "MINSHENG_PROVENANCE": json.dumps(provenance).replace("{", "{{").replace("}", "}}"),
            },
            issuer=self.plan.about.issuer,
            fonts=workspace_fonts(self.workspace).font_set,
            limits=Limits(seconds=settings.time_limit_seconds, memory_bytes=settings.memory_limit_mib * 1024 * 1024),
        )

    def forget_sealed(self, folder: Path) -> None:
        """Read a unit's result anew: it has just been made."""
        self._read.pop(folder / "result.json", None)

    def _notebook(self, unit: UnitSpec) -> tuple[bytes, str]:
        path = self.workspace.notebooks / unit.file
        if not path.is_file():
            raise UsageError(
                f"缺少笔记本 {path}：项目要有同名的笔记本，或在 projects.yaml 写 notebook，指明用哪个通用笔记本"
            )
        return self._load(path)

    def _inputs(self, unit: UnitSpec) -> dict[Path, tuple[bytes, str]]:
        paths = [
            self.workspace.accepted(month) / f"{owner}{suffix}"
            for month in unit.period.year_to_date
            for owner in unit.owners
            for suffix in (".csv", ".json")
        ]
        paths += [accepted_form_path(self.workspace.data, unit.period, owner) for owner in unit.forms]
        paths += [self.workspace.outputs / name / "result.json" for name in unit.after]
        if unit.notebook == "section_scoring":
            paths.append(accepted_deliveries_path(self.workspace.data, unit.period))
        # The folder of the closing month exists for every unit, also where its own return is missing.
        found = {self.workspace.accepted(unit.period.closing_month) / "checked": (b"", "")}
        found |= {path: self._load(path) for path in paths if path.is_file()}
        return {path.relative_to(self.workspace.root): content for path, content in found.items()}

    def _load(self, path: Path) -> tuple[bytes, str]:
        if path not in self._read:
            content = path.read_bytes()
            self._read[path] = content, hashlib.sha256(content).hexdigest()
        return self._read[path]
