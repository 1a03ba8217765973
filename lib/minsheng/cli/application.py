"""The application: its groups of commands, and how it ends."""

import json
import logging
import sys
from typing import Annotated, NoReturn

import typer

from minsheng.cli.chinese import Application, fault_in_words
from minsheng.errors import ExitCode, MinshengError, Outcome

app = Application(
    "民生工程报送工作簿：校验县区报表，执行笔记本，生成报告、得分与通报。",
    add_completion=False,
    pretty_exceptions_enable=False,
)


def group(name: str, about: str) -> typer.Typer:
    """Return a new group of commands, ``minsheng <name> …``."""
    made = Application(about)
    app.add_typer(made, name=name)
    return made


def conclude(outcome: Outcome, *, as_json: bool = False) -> NoReturn:
    """Print what a command came to, its lines or the document for a machine, and end with its exit code."""
    if as_json:
        typer.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=1))
    else:
        for line in outcome.lines():
            typer.echo(line)
    raise typer.Exit(outcome.exit_code)


def main() -> None:
    """Run the command line; our own errors become one message and their exit code."""
    # Events are for a run's log. Where none is kept, Python would print their bare names on the terminal.
    for package in ("minsheng", "papermill_forked"):
        logging.getLogger(package).addHandler(logging.NullHandler())
    try:
        # Left alone, typer would say what is wrong with a command line itself, in English.
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as fault:
        typer.echo(fault_in_words(fault), err=True)
        sys.exit(fault.exit_code)
    except MinshengError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except typer.Abort:
        typer.echo("已中止", err=True)
        sys.exit(ExitCode.PROGRAM_FAULT)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="显示版本。", is_eager=True)] = False,
) -> None:
    if version:
        from minsheng.runs.version import version_text

        typer.echo(version_text())
        raise typer.Exit
