"""Strict execution of one notebook with papermill: everything that papermill lets pass is a named failure here."""

import ast
import json
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from minsheng.errors import GateRefusedError
from minsheng.files.hashing import sha256
from minsheng.render.formats import NOTEBOOK
from minsheng.runs.failures import Failure, FailureKind, Limits, TaskFailedError
from minsheng.workspace import RESULT
from papermill_forked import Confinement, WorkerEnd

if TYPE_CHECKING:
    from papermill.exceptions import PapermillExecutionError

_ANSI = re.compile(r"\x1b\[[0-9;]*m")

_KINDS_BY_ERROR = {"MemoryError": FailureKind.MEMORY_LIMIT, GateRefusedError.__name__: FailureKind.GATE}


@dataclass(frozen=True)
class Executed:
    """An executed notebook, without clock times, and the ``result.json`` that it wrote, not looked at yet."""

    notebook: nbformat.NotebookNode
    result: Path | None
    """``None`` for a notebook that seals nothing."""


def declared_parameters(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Read the names and defaults in the cell tagged ``parameters``.

    Raises TaskFailedError if there is not exactly one such cell, or it holds anything but ``name = "text"``.
    """
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise _parameter_fault(f"笔记本须有且只有一个带 parameters 标记的单元格，现有 {len(cells)} 个")
    found: dict[str, str] = {}
    # Papermill only warns about unknown names and does not see every form of default, so we read the cell ourselves.
    for statement in ast.parse(cells[0].source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(default))):
                found[name] = default
            case _:
                raise _parameter_fault(f'parameters 单元格只能写 `名称 = "文字"`，不能写：{ast.unparse(statement)}')
    return found


def check_parameters(notebook: nbformat.NotebookNode, given: Mapping[str, str]) -> None:
    """Refuse unknown, missing and non-text parameters; the message names what the notebook declares."""
    declared = declared_parameters(notebook)
    unknown, missing = sorted(set(given) - set(declared)), sorted(set(declared) - set(given))
    if unknown or missing:
        parts = [f"不认识的参数 {'、'.join(unknown)}"] * bool(unknown) + [f"缺少参数 {'、'.join(missing)}"] * bool(
            missing
        )
        raise _parameter_fault(f"{'；'.join(parts)}（笔记本写明的参数：{'、'.join(declared)}）")
    not_text = sorted(name for name, value in given.items() if not isinstance(value, str))
    if not_text:
        raise _parameter_fault(f"参数只能是文字，这些不是：{'、'.join(not_text)}")


def execute_strictly(
    notebook: nbformat.NotebookNode,
    parameters: Mapping[str, str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    limits: Limits,
    engine: Mapping[str, Any],
    confinement: Confinement | None = None,
    sealed: bool = True,
) -> Executed:
    """Run a notebook and demand its sealed result.

    ``folder`` is an empty one of this task's own: the notebook runs in it and writes its result there. ``engine`` is
    papermill's engine with its options, e.g. ``{"engine_name": "forked", "template": …}``; ``confinement`` what the
    notebook may reach. One that is not ``sealed`` is a bureau's own: it need not give a result, and its charts are kept
    as data. Raises TaskFailedError with the class of failure, and the notebook as far as it came.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from papermill_forked import NotebookOutputError

    check_parameters(notebook, parameters)
    if not sealed:
        notebook.cells.insert(0, _prelude(notebook))
    target, result_file = folder / NOTEBOOK, folder / RESULT
    try:
        executed = papermill.execute_notebook(
            notebook,
            str(target),
            parameters=dict(parameters),
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            record_timing=False,  # a report knows no clock times
            time_limit=limits.seconds,
            memory_limit=limits.memory_bytes,
            output_limit=limits.output_bytes,
            cell_output_limit=limits.cell_output_bytes,
            env={**environment, "MINSHENG_RESULT": str(result_file)} if sealed else dict(environment),
            folder=str(folder),
            confinement=confinement,
            **engine,
        )
    except PapermillExecutionError as error:
        kind = _KINDS_BY_ERROR.get(error.ename, FailureKind.NOTEBOOK_ERROR)
        failure = Failure(
            kind=kind,
            message=_message(kind, error, limits),
            cell=str(error.cell_index),
            traceback=_ANSI.sub("", "\n".join(error.traceback)),
        )
        raise TaskFailedError(failure, _saved(target)) from error
    except CellTimeoutError as error:
        raise _ended(FailureKind.TIME_LIMIT, limits.seconds_in_words, error) from error
    except NotebookOutputError as error:
        raise _ended(FailureKind.OUTPUT_LIMIT, limits.output_in_words, error) from error
    except MemoryError as error:
        raise _ended(FailureKind.MEMORY_LIMIT, limits.memory_in_words, error) from error
    except DeadKernelError as error:
        raise _ended(FailureKind.DEAD_PROCESS, _death_in_words(error), error) from error
    if not sealed:
        executed.cells = [cell for cell in executed.cells if _PRELUDE not in cell.metadata.get("tags", [])]
        return Executed(notebook=_steady(without_clock(executed)), result=None)
    if not result_file.is_file():
        raise TaskFailedError(
            Failure(
                kind=FailureKind.NO_RESULT,
                message="所有单元格都执行了，没有一个封存结果：请在最后一个单元格调用 publish_result",
            ),
            _saved(target),
        )
    return Executed(notebook=without_clock(executed), result=result_file)


_PRELUDE = "minsheng-prelude"

_CHANCE = re.compile(r"(?<=T_)[0-9a-f]{5}(?=[_ \\])|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])|(?<=at 0x)[0-9a-f]{6,16}")
"""Ids that pandas' Styler and widgets draw by lot, and addresses in memory."""


def _steady(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook with such ids in the order in which they come, so that a month made again is the same."""
    text = json.dumps(notebook, ensure_ascii=False)
    drawn = {each: sha256(str(place).encode()) for place, each in enumerate(dict.fromkeys(_CHANCE.findall(text)))}
    steady: nbformat.NotebookNode = nbformat.from_dict(
        json.loads(_CHANCE.sub(lambda found: drawn[found[0]][: len(found[0])], text))
    )
    return steady


def _prelude(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the cell that lets a stranger's charts be kept: no network, and fonts that have 汉字."""
    text = "".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    draws = any(word in text for word in ("matplotlib", "seaborn", ".plot", "pylab"))
    # A module without byte code is no reason to try to write where the notebook may not.
    source = "import sys\n\nsys.dont_write_bytecode = True\n"
    source += f"from minsheng.notebook import own as _own\n\n_own.prepare(fonts={draws})\ndel _own, sys"
    cell: nbformat.NotebookNode = nbformat.v4.new_code_cell(source, id=_PRELUDE, metadata={"tags": [_PRELUDE]})
    return cell


def without_clock(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook without what differs from run to run: times, durations, random ids."""
    parameters = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata["papermill"] = {"parameters": dict(parameters)}
    for index, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            source = json.dumps([index, cell.source])
            cell["id"] = sha256(source.encode())[:8]
    return notebook


def _message(kind: FailureKind, error: "PapermillExecutionError", limits: Limits) -> str:
    """Say what a cell raised; a gate and a limit speak to whoever can do something about them."""
    match kind:
        case FailureKind.GATE:
            return str(error.evalue)
        case FailureKind.MEMORY_LIMIT:
            return limits.memory_in_words
        case _:
            return f"{error.ename}: {error.evalue}"


def _ended(kind: FailureKind, message: str, error: Exception) -> TaskFailedError:
    """Return the failure of a notebook that was ended, with the line that it was in, where it could still say so."""
    node = getattr(error, "notebook", None)
    trace, failed = [str(error)], ""
    for index, cell in enumerate(node.cells if node else ()):
        if cell.metadata.get("papermill", {}).get("status") == "failed":
            failed = str(index)
            trace += [
                _ANSI.sub("", "\n".join(output.traceback)) for output in cell.outputs if output.output_type == "error"
            ]
    return TaskFailedError(Failure(kind=kind, message=message, cell=failed, traceback="\n\n".join(trace)), _text(node))


def _death_in_words(error: Exception) -> str:
    """Say which cell a process died in, and how."""
    end, index = getattr(error, "end", None), getattr(error, "cell_index", None)
    cell = "" if index is None else f"执行第 {index + 1} 个单元格时"
    match end:
        case WorkerEnd(signal=int(number)):
            name = signal.Signals(number).name if number in signal.valid_signals() else str(number)
            return f"{cell}进程被信号 {number}（{name}）中止；单独重试仍会如此时，请查看该单元格调用的库"
        case WorkerEnd(code=int(code)):
            return f"{cell}进程自行退出，退出码 {code}；请检查该单元格是否调用了 exit 之类"
        case _:
            return f"{cell}进程中止：{error}"


def _text(node: nbformat.NotebookNode | None) -> str:
    return "" if node is None else json.dumps(node, ensure_ascii=False, indent=1)


def _saved(target: Path) -> str:
    return target.read_text(encoding="utf-8") if target.is_file() else ""


def _parameter_fault(message: str) -> TaskFailedError:
    return TaskFailedError(Failure(kind=FailureKind.PARAMETER, message=message))
