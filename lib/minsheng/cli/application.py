"""The application: its groups of commands, and how it ends."""

import logging
import sys
from typing import Annotated

import typer

from minsheng.errors import MinshengError

app = typer.Typer(
    help="民生工程报送工作簿：校验县区报表，执行笔记本，生成报告、得分与通报。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def group(name: str, about: str) -> typer.Typer:
    """Return a new group of commands, ``minsheng <name> …``."""
    made = typer.Typer(help=about, no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(made, name=name)
    return made


def main() -> None:
    """Run the command line; our own errors become one message and their exit code."""
    # Events are for a run's log. Where none is kept, Python would print their bare names on the terminal.
    logging.getLogger("minsheng").addHandler(logging.NullHandler())
    try:
        app(standalone_mode=True)
    except MinshengError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="显示版本。", is_eager=True)] = False,
) -> None:
    if version:
        from minsheng.runs.version import version_text

        typer.echo(version_text())
        raise typer.Exit
