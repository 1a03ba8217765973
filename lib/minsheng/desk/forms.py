"""A command as a form: what it will do, what it asks, and the command line that comes of it.

Nothing here decides anything; the command does. Which forms there are stands in ``month_forms``.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from minsheng.desk.office import ChoiceList, Office
from minsheng.errors import UsageError
from minsheng.privacy.personal_numbers import masked_text

FieldKind = Literal["choice", "text", "date", "flag", "password", "file", "files"]


_PLAIN = re.compile(r"[\w@%+=:,./-]+")


@dataclass(frozen=True)
class Field:
    """One thing that a form asks.

    Parameters
    ----------
    option
        The command's option; empty where the value stands by its place.
    choices
        What a choice offers.
    variable
        Of a password: the environment variable that takes it.
    accept
        Of files: their suffixes.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    option: str = ""
    hint: str = ""
    needed: bool = False
    choices: Callable[[Office], ChoiceList] | None = None
    variable: str = ""
    accept: str = ""


@dataclass(frozen=True)
class Form:
    """A command: its fields stand in the order of the command line.

    Parameters
    ----------
    repeats
        Whether doing it again is what people want of it: a run, a check; not what is written down.
    """

    id: str
    title: str
    does: str
    command: tuple[str, ...]
    fields: tuple[Field, ...]
    repeats: bool = False


@dataclass(frozen=True)
class FormGroup:
    """What belongs together in a month."""

    title: str
    forms: tuple[Form, ...]


@dataclass(frozen=True)
class FilledForm:
    """A form filled in.

    Parameters
    ----------
    arguments
        What ``minsheng`` is given.
    line
        The same as people would type it: files by their names, no password.
    passwords
        Variable → password.
    about
        What was chosen and sent, as people call it.
    """

    arguments: tuple[str, ...]
    line: str
    passwords: dict[str, str]
    about: str = ""


def fill(form: Form, office: Office, values: Mapping[str, str], files: Mapping[str, Sequence[Path]]) -> FilledForm:
    """Return the command that a filled form stands for.

    Parameters
    ----------
    values
        By field; a flag is ``on`` or empty.
    files
        What was sent for each field of files.

    Raises
    ------
    UsageError
        Naming the field that is empty, or holds what it does not offer.
    """
    given, shown, passwords, about = [*form.command], [*form.command], {}, []
    for field in form.fields:
        paths, value = files.get(field.name, ()), values.get(field.name, "").strip()
        if field.needed and not (paths or value):
            raise UsageError(
                f"“{field.label}”还没有填" if field.kind not in {"file", "files"} else f"“{field.label}”还没有放入"
            )
        match field.kind:
            case "file" | "files":
                given += _worded(field, [str(path) for path in paths])
                names = [masked_text(path.name) for path in paths]
                shown += _worded(field, names)
                about += names
                continue
            case "password":
                if value:
                    passwords[field.variable] = values[field.name]  # blanks belong to it
                words = [field.option, field.variable] if value and field.option else []
            case "flag":
                words = [field.option] if value else []
            case "choice":
                about += [_offered(field, office, value)] if value else []
                words = _worded(field, [value] if value else [])
            case _:
                words = _worded(field, [value] if value else [])
        given += words
        shown += [_short(office, word) for word in words]
    return FilledForm(tuple(given), " ".join(["minsheng", *map(_quoted, shown)]), passwords, "、".join(about))


def plain_values(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """Return what may be kept of a filled form: its passwords left out."""
    secret = {field.name for field in form.fields if field.kind == "password"}
    return {name: str(value) for name, value in values.items() if name not in secret}


def _quoted(word: str) -> str:
    """Quote what a shell would take apart; Chinese needs no quotes."""
    return word if _PLAIN.fullmatch(word) else shlex.quote(word)


def _offered(field: Field, office: Office, value: str) -> str:
    """Return what a choice calls a value; UsageError unless it is offered."""
    offered = dict(field.choices(office)) if field.choices else {}
    if value not in offered:
        raise UsageError(f"“{field.label}”中没有“{value}”：请重新选择")
    return offered[value]


def _worded(field: Field, values: Sequence[str]) -> list[str]:
    """Return values as words of a command line; one that begins with a dash stays a value."""
    if not field.option:
        return [*values]
    return [
        word
        for value in values
        for word in ([field.option, value] if value[:1] != "-" else [f"{field.option}={value}"])
    ]


def _short(office: Office, word: str) -> str:
    """Return a path of the workspace as whoever stands in its folder would type it."""
    return word.removeprefix(f"{office.workspace.root}/")
