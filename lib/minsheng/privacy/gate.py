"""The privacy gate: nothing with a person's number in it is published or sealed."""

from collections.abc import Mapping

from minsheng.errors import GateRefusedError
from minsheng.privacy.scanner import Unseen, inspect


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
    return tuple(line for name, content in files.items() for line in look_into(name, content)[0])


def look_into(name: str, content: bytes) -> tuple[tuple[str, ...], tuple[Unseen, ...]]:
    """Return a file's lines of :func:`check_privacy`, and what of it could not be looked into (未检)."""
    try:
        found = inspect(name, content)
    except GateRefusedError as error:
        return (str(error),), ()
    return tuple(map(str, found.hits)), found.unseen
