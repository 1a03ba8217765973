"""Workbooks by their XML: every cell of every sheet, hidden or not, numbers as numbers too."""

import re
from collections.abc import Iterator, Mapping
from decimal import Context
from html import unescape

from minsheng.domain.personal import BREAK
from minsheng.privacy.markup import seen_text

_CELL = re.compile(r"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_VALUE = re.compile(r"<(?:\w+:)?v\b[^>]*>(.*?)</(?:\w+:)?v>", re.DOTALL)
_STRING = re.compile(r"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_ATTRIBUTE = re.compile(r'\b(r|t)="([^"]*)"')
_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")
_NAME = re.compile(r'\bname="([^"]*)"')
_STATE = re.compile(r'\bstate="([^"]*)"')
_RELATION = re.compile(r'\b\w+:id="([^"]*)"')
_TARGET = re.compile(r"<Relationship\b[^>]*>")
_DOUBLE = Context(prec=15)
"""A double keeps this many digits; what a file says beyond them is noise."""
_LONGEST = 19
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[Ee]\+?[0-9]+)?")


def is_workbook(names: frozenset[str]) -> bool:
    """Whether a zip's names are those of an xlsx."""
    return "xl/workbook.xml" in names


def sheet_names(parts: Mapping[str, str]) -> dict[str, str]:
    """Return part name → the name of its sheet, with a word where it is hidden."""
    targets = {}
    for match in _TARGET.finditer(parts.get("xl/_rels/workbook.xml.rels", "")):
        found = dict(re.findall(r'\b(Id|Target)="([^"]*)"', match[0]))
        target = found.get("Target", "").lstrip("/")
        targets[found.get("Id", "")] = target if target.startswith("xl/") else f"xl/{target}"
    names = {}
    for match in _SHEET.finditer(parts.get("xl/workbook.xml", "")):
        name, relation, state = (p.search(match[1]) for p in (_NAME, _RELATION, _STATE))
        if name and relation:
            hidden = "（隐藏）" if state and state[1] != "visible" else ""
            names[targets.get(relation[1], "")] = f"工作表“{unescape(name[1])}”{hidden}"
    return names


def cells(part: str, strings: list[str]) -> Iterator[tuple[str, str]]:
    """Yield address and text of every cell of a sheet's XML; a number as its whole digits."""
    for match in _CELL.finditer(part):
        if match[2]:
            attributes = dict(_ATTRIBUTE.findall(match[1]))
            value = _VALUE.search(match[2])
            kind = attributes.get("t", "n")
            if kind == "s" and value:
                number = int(value[1]) if value[1].isdigit() else len(strings)
                text = strings[number] if number < len(strings) else ""
            else:
                text = seen_text(match[2]) if kind != "n" else whole_number(value[1] if value else "")
                text += BREAK + seen_text(match[2]) if "<f" in match[2] else ""
            yield attributes.get("r", ""), text


def shared_strings(part: str) -> list[str]:
    """Return the strings that cells name by number; the pieces of a formatted text are put together."""
    return [seen_text(match[1] or "") for match in _STRING.finditer(part)]


def whole_number(text: str) -> str:
    """Return a number that may be written with an exponent as its digits; a fraction stays as it is."""
    if not _NUMBER.fullmatch(text):
        return text
    if "E" not in text.upper() and "." not in text:
        return text
    number = _DOUBLE.create_decimal(text)
    return f"{number:.0f}" if number == number.to_integral_value() and number.adjusted() < _LONGEST else text
