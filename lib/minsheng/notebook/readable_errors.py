"""Errors that read like help: run by hand, a notebook says what to do, and the traceback is one click away."""

import os
import traceback
from string import Template
from types import TracebackType
from typing import Any

from minsheng.errors import ExitCode, MinshengError
from minsheng.notebook.inputs import RESULT
from minsheng.render.html.markup import Element, Piece, paragraphs
from minsheng.render.html.page import look

# Where our style is not there, its colours as they are; where it is, those of the theme.
_BOX = Template(
    "border:1px solid var(--minsheng-line,$line);border-left:4px solid var(--minsheng-bad,$bad);padding:.7em 1em;"
    "background:var(--minsheng-tint,$tint);color:var(--minsheng-ink,$ink)"
).substitute(look())


def show_errors_as_help() -> None:
    """Let the running IPython show our errors as help; a notebook that the runner executes fails as notebooks do."""
    if RESULT in os.environ:
        return
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((MinshengError,), _show)  # type: ignore[no-untyped-call]


def help_for(fault: MinshengError, trace: str) -> Piece:
    """Return an error as a notebook shows it: what is wrong and what to do, then the traceback, folded away."""
    program = fault.exit_code == ExitCode.PROGRAM_FAULT
    lead = "程序出错，请把下面的技术细节发给维护人员。" if program else "没有完成，原因如下；改正后重新运行本单元格。"
    return Piece(
        Element(
            "div",
            Element("p", Element("strong", lead)),
            paragraphs(str(fault)),
            Element("details", Element("summary", "技术细节"), Element("pre", trace)),
            class_="callout blocked",
            role="alert",
            style=_BOX,
        )
    )


def _show(
    _shell: Any,
    kind: type[BaseException],
    fault: MinshengError,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """Display an error; IPython calls it with the offset by keyword, and marks the cell as failed itself."""
    from IPython.display import display

    del tb_offset  # of IPython's own frames, which the traceback below may well show
    display(help_for(fault, "".join(traceback.format_exception(kind, fault, trace))))  # type: ignore[no-untyped-call]
