"""The privacy gate: nothing with a person's number in it is published or sealed."""

from collections.abc import Mapping

from minsheng.errors import GateRefusedError
from minsheng.privacy.scanner import inspect


def check_privacy(files: Mapping[str, bytes]) -> None:
    """Refuse files that hold personal numbers.

    Parameters
    ----------
    files
        Path, for the message → content.

    Raises
    ------
    GateRefusedError
        With one line per number: file, place, kind, and the number masked.
    """
    lines = personal_lines(files)
    if lines:
        raise GateRefusedError("\n".join((*lines, f"共 {len(lines)} 处个人信息：删去后再发布或归档")))


def personal_lines(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the lines of :func:`check_privacy`; a file that cannot be unpacked safely is a line too."""
    lines: list[str] = []
    for name, content in files.items():
        try:
            lines += map(str, inspect(name, content).hits)
        except GateRefusedError as error:
            lines.append(str(error))
    return tuple(lines)


def not_looked_into(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return one line per part that could not be looked into (未检): encrypted, or a picture."""
    return tuple(str(unseen) for name, content in files.items() for unseen in inspect(name, content).unseen)
