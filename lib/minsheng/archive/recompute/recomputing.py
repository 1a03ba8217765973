"""Every figure, item, total and rank of a month anew: intake from the workbooks, measures from the plan, no notebook.

Notebooks, results and pages are what is judged here, so none of them is an input.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minsheng.archive.contents.description import PROVENANCE
from minsheng.archive.recompute.comparing import Difference, differences
from minsheng.archive.recompute.made_anew import MakePages, made_otherwise, program_faults
from minsheng.archive.recompute.pages_anew import check_page, rendered_otherwise
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import Dossier, Figures, Provenance
from minsheng.errors import MinshengError
from minsheng.files.hashing import FileContent, sha256
from minsheng.files.writing import put
from minsheng.intake.forms.form_store import accepted_deliveries_path
from minsheng.intake.forms.words import accept_words
from minsheng.intake.returns.checking import check_year_to_date
from minsheng.notebook.inputs import Inputs
from minsheng.notebook.opening import dossier_from
from minsheng.plan import digest_by_bytes, load_plan
from minsheng.render.fonts import packaged_fonts, text_stack
from minsheng.render.formats import HTML
from minsheng.runs.graph import Task, period_tasks
from minsheng.runs.keys import package_sha256
from minsheng.runs.released_code import OriginKind, notebook_origin
from minsheng.runs.task_worker import cores
from minsheng.signing.deliveries import accept_deliveries
from minsheng.workspace import MARKER, RESULT, Settings, Workspace

_LEFT_OUT = ("program/", PROVENANCE)

_MOST = 3
"""How many differences of one report are shown."""


@dataclass
class Recomputation:
    """What was computed anew and what does not agree.

    Parameters
    ----------
    differs
        File inside the package → what differs, in words.
    values
        How many values of results were compared.
    otherwise
        What could not be compared in full, and why.
    """

    differs: dict[str, str] = field(default_factory=dict)
    reports: int = 0
    values: int = 0
    otherwise: list[str] = field(default_factory=list)
    words: dict[str, list[Difference]] = field(default_factory=dict)
    """Result → what another version of the program only words otherwise."""
    plan_by_bytes: str = ""
    """The plan's digest as older versions took it."""

    def summary(self) -> str:
        """Say in one line what was compared."""
        what = f"从报表和方案重算了 {self.reports} 份报告的 {self.values} 个数据，不用笔记本"
        return f"{what}：{len(self.differs)} 份文件不符"

    def wordings(self) -> Iterator[str]:
        """Say what another version words otherwise: a line for each field, with its first place."""
        places: dict[str, list[tuple[str, Difference]]] = {}
        for name, found in self.words.items():
            for each in found:
                places.setdefault(each.field, []).append((name, each))
        for key, those in sorted(places.items()):
            (name, first), count = those[0], len({name for name, _ in those})
            yield f"另一版本的措辞，不是损坏：{key} {len(those)} 处（{count} 份结果），如 {name} 的 {first}"


@dataclass(frozen=True)
class _Recomputing(Inputs):
    """Inputs whose sealed results are those computed a moment ago, not those on record."""

    computed: dict[tuple[str, str], Figures] = field(default_factory=dict)

    @property
    def is_sealed(self) -> bool:
        return True

    def sealed(self, subject: str, notebook: str) -> Figures:
        return self.computed[subject, notebook]


Prepare = Callable[[Workspace, Plan, Period], object]
"""Reads what a period has besides returns into a workspace: handed-over reports, assessors' forms."""


def hand_overs(workspace: Workspace, plan: Plan, period: Period) -> None:
    """Read what was handed over, and assessors' words of the months: all that a month has besides its returns."""
    accept_deliveries(workspace.data, plan, period)
    accept_words(workspace.data, plan, period)


def recompute(
    files: Mapping[str, FileContent],
    period: Period,
    *,
    prepare: Prepare = hand_overs,
    printed: bool = False,
    pages: MakePages | None = None,
) -> Recomputation:
    """Compute a period anew from what its package holds, and compare with its results and pages.

    Parameters
    ----------
    files
        Path inside ``data/`` of the package → content or where it lies.
    printed
        Whether executed notebooks are rendered once more too, and compared with every file of the reports.
    pages
        Makes a month's pages; with it all else that a package holds is made anew too.
    """
    found = Recomputation()
    making = _making_of(files)
    found.differs |= dict(program_faults(files, making))
    same = making.get("package", {}).get("sha256") == package_sha256()
    if not same:
        found.otherwise.append("由另一版本的程序封存：只比较两版都有的数据，措辞不同不算损坏，不比较网页")
    with tempfile.TemporaryDirectory(prefix="minsheng-recompute-") as scratch:
        try:
            workspace = _lay_out(files, period, Path(scratch) / "workspace")
            plan = load_plan(workspace.params, period.year)
            found.plan_by_bytes = digest_by_bytes(workspace.params / str(period.year))
            check_year_to_date(plan, workspace.params, workspace.data, period)
            prepare(workspace, plan, period)
            _compare_all(found, files, workspace, plan, period, same=same)
            if same and PROVENANCE in files:
                found.differs |= dict(_misnamed(files, plan, period, making))
            if pages is not None and same:
                for name, words in made_otherwise(files, workspace, plan, period, pages):
                    found.differs.setdefault(name, words)
            if printed and same:
                _print_all(found, files, plan, period, making)
        except MinshengError as fault:
            line = str(fault).replace(f"{scratch}/workspace/", "").splitlines()[0]
            found.differs[f"params/{period.year}"] = f"不能从报表和方案重算：{line}"
    return found


def _making_of(files: Mapping[str, FileContent]) -> dict[str, Any]:
    """Return what a package says that it was made with."""
    try:
        return dict(json.loads(_bytes(files[PROVENANCE]))["made_with"])
    except (KeyError, ValueError, TypeError):
        return {}


def _misnamed(
    files: Mapping[str, FileContent], plan: Plan, period: Period, making: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield what the record of the making says otherwise than plan and results."""
    said = json.loads(_bytes(files[PROVENANCE]))
    results = [name for task in period_tasks(plan, period) if (name := f"outputs/{task.name}/{RESULT}") in files]
    fonts = [json.loads(_bytes(files[name])).get("provenance", {}).get("fonts") for name in results[:1]]
    wrong = [
        *(["报告期"] if said.get("period") != str(period) else []),
        *(["方案"] if said.get("plan") != {"id": plan.about.id, "sha256": plan.sha256} else []),
        *(["字体"] if fonts and fonts[0] != making.get("fonts") else []),
        *(["报告"] if set(said.get("units", ())) != {task.name for task in period_tasks(plan, period)} else []),
    ]
    if wrong:
        yield PROVENANCE, f"所写的{'、'.join(wrong)}与方案和结果不符"


def _lay_out(files: Mapping[str, FileContent], period: Period, root: Path) -> Workspace:
    """Write what the period was made from; results of another period, which it only shows, are on record."""
    for name, content in files.items():
        # What intake made of last year's returns is an input, that of this year's is judged.
        if not name.startswith((f"outputs/{period}/", f"data/accepted/{period.year}", *_LEFT_OUT)):
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            put(content, target)
    put(b"", root / MARKER)
    return Workspace(root, root / "params", Settings())


def _compare_all(
    found: Recomputation,
    files: Mapping[str, FileContent],
    workspace: Workspace,
    plan: Plan,
    period: Period,
    *,
    same: bool,
) -> None:
    inputs = _Recomputing(workspace, plan, period)
    for task in (task for task in period_tasks(plan, period) if not task.is_own):
        dossier = _dossier(inputs, task)
        inputs.computed[task.subject, task.notebook] = dossier.figures
        name = f"outputs/{task.name}/{RESULT}"
        found.reports += 1
        wrong, words = _compare_result(found, files, name, dossier, same=same)
        if name in files and not _was_made_by(files, name, task):
            wrong.append("不是由包中的笔记本生成的")
        if wrong and task.notebook == "section_scoring":
            as_made = _as_recorded(inputs, files, task)
            wrong_then, words_then = _compare_result(found, files, name, as_made, same=same)
            if not wrong_then:
                dossier, wrong, words = as_made, [], words_then
                found.otherwise.append(f"{name}：报送与签字的登记在它生成之后有变化，按生成时的登记比较")
        if words:
            found.words[name] = words
        if wrong:
            more = f" 等 {len(wrong)} 处" if len(wrong) > _MOST else ""
            found.differs[name] = f"与重算的不符：{'；'.join(wrong[:_MOST])}{more}"
        elif same:
            _compare_page(found, files, task, dossier)


def _dossier(inputs: Inputs, task: Task) -> Dossier:
    about = task.parameters
    notebook = about.get("project", task.notebook)
    return dossier_from(inputs, notebook, area=about.get("area"), section=about.get("section"))


def _as_recorded(inputs: _Recomputing, files: Mapping[str, FileContent], task: Task) -> Dossier:
    """Compute with the hand-overs as on record when the report was made: what came later is no fault of it."""
    record = accepted_deliveries_path(inputs.workspace.data, inputs.period)
    now = record.read_bytes() if record.is_file() else None
    kept = files.get(record.relative_to(inputs.workspace.root).as_posix())
    record.parent.mkdir(parents=True, exist_ok=True)
    record.unlink(missing_ok=True)
    if kept is not None:
        put(kept, record)
    dossier = _dossier(inputs, task)
    record.unlink(missing_ok=True)
    if now is not None:
        put(now, record)
    return dossier


def _compare_result(
    found: Recomputation, files: Mapping[str, FileContent], name: str, dossier: Dossier, *, same: bool
) -> tuple[list[str], list[Difference]]:
    """Return where a sealed result differs from what was computed, and where only another version's words do."""
    try:
        sealed = json.loads(_bytes(files[name]))
        told, made_from = dict(sealed["figures"]), dict(sealed["provenance"])
    except (KeyError, ValueError, TypeError):
        return ["缺少，或不是能读的结果"], []
    anew = json.loads(dossier.figures.model_dump_json())
    found.values += sum(1 for _ in _leaves(anew))
    provenance = json.loads(dossier.provenance.model_dump_json())
    if not same and made_from.get("plan_sha256") == found.plan_by_bytes:
        provenance["plan_sha256"] = found.plan_by_bytes
    every = list(differences(told, anew, same=same))
    for key in ("inputs", "plan_sha256"):
        every += differences(made_from.get(key), provenance[key], same=same, place=f"provenance.{key}")
    return [str(each) for each in every if not each.is_word], [each for each in every if each.is_word]


def _was_made_by(files: Mapping[str, FileContent], result: str, task: Task) -> bool:
    """Whether a result names the very notebook that the package holds; one without notebooks says nothing of it."""
    notebook = files.get(f"notebooks/{task.file}")
    try:
        return notebook is None or json.loads(_bytes(files[result]))["provenance"]["notebook_sha256"] == sha256(
            notebook
        )
    except (KeyError, ValueError, TypeError):
        return False


def _leaves(value: Any) -> Iterator[Any]:
    match value:
        case dict():
            for each in value.values():
                yield from _leaves(each)
        case list():
            for each in value:
                yield from _leaves(each)
        case _:
            yield value


def _compare_page(found: Recomputation, files: Mapping[str, FileContent], task: Task, dossier: Dossier) -> None:
    """Compare a report's page with the pieces that the package makes of the figures computed anew."""
    name = f"outputs/{task.name}/{HTML}"
    sealed = json.loads(_bytes(files[f"outputs/{task.name}/{RESULT}"]))["provenance"]
    shown = dossier.model_copy(update={"provenance": Provenance.model_validate(sealed)})
    notebook = _bytes(files.get(f"notebooks/{task.file}", b""))
    released = notebook_origin(task.file, notebook).kind == OriginKind.RELEASED
    wrong = check_page(_bytes(files.get(name, b"")).decode("utf-8", "replace"), shown, notebook if released else None)
    if wrong and released:
        found.differs[name] = wrong
    elif wrong:
        found.otherwise.append(f"{name}：由改动过的或本单位的笔记本生成，{wrong}")


def _print_all(
    found: Recomputation, files: Mapping[str, FileContent], plan: Plan, period: Period, making: Mapping[str, Any]
) -> None:
    """Render every executed notebook once more: page, PDF and Word file must be what it gives."""
    fonts = packaged_fonts()
    if making.get("fonts") != fonts.digests() or making.get("text_stack") != text_stack():
        found.otherwise.append("字体或排版库与归档时不同：没有比较 PDF 和 Word 文件")
        return
    tasks = period_tasks(plan, period)
    with ThreadPoolExecutor(max_workers=cores()) as threads:
        for wrong in threads.map(lambda task: rendered_otherwise(files, task), tasks):
            for name, words in wrong.items():
                found.differs.setdefault(name, words)


def _bytes(content: FileContent) -> bytes:
    return content.read_bytes() if isinstance(content, Path) else content
