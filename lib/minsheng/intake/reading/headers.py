"""Where a table's header stands and which column is which: by text and aliases, never by position."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from minsheng.domain.table import Column
from minsheng.domain.units import agree, comparable, dimension, is_unit, normal, split_unit, unit_line
from minsheng.intake.spreadsheets.cells import show
from minsheng.intake.spreadsheets.grid import Sheet

_SCAN_ROWS = 30

_MAX_DEPTH = 3

_ALONE = 3

_UNITS_IN_A_ROW = 2

_ABOUT = re.compile("(?<=.)(?:情况|数据|指标)$")


@dataclass(frozen=True)
class Heading:
    """The header over one column of a sheet."""

    text: str
    parents: tuple[str, ...] = ()
    """From the top."""
    below: str = ""
    """The unit written in a row of its own under the header."""
    own: frozenset[str] = frozenset()
    """The units of the table's columns."""

    @property
    def candidates(self) -> tuple[tuple[int, str], ...]:
        """What its label may be, the most specific first, each with its rank: 0 with all parents, 3 alone."""
        own = comparable(self.text, self.own)
        # 当月情况 over 保障人数 is 当月 over it.
        parents = [comparable(parent, self.own) for parent in self.parents]
        above = [_ABOUT.sub("", parent) for parent in parents if parent != own]
        if not above:
            return ((_ALONE, own),) if own else ()
        near = above[-1]
        texts = ("".join(above) + own, near + own, own + near, own)
        return tuple((rank, text) for rank, text in enumerate(texts) if text)

    @property
    def written(self) -> str:
        """Its text, after those of the headers above it that write a unit."""
        return " / ".join([*(parent for parent in self.parents if split_unit(parent, self.own)[1]), self.text])

    @property
    def units(self) -> tuple[str, ...]:
        """The units written in it and in every header above it."""
        written = [split_unit(text, self.own)[1] for text in (*self.parents, self.text)]
        return tuple(unit for unit in (*written, self.below) if unit)


@dataclass
class Header:
    """A table's header as found in a sheet."""

    row: int
    """Its last row, from 0."""
    columns: dict[str, int] = field(default_factory=dict)
    """Column or key → column of the sheet."""
    headings: dict[int, Heading] = field(default_factory=dict)
    twice: dict[str, list[int]] = field(default_factory=dict)
    """Columns that two or more headers claim with equal right."""
    extra: dict[int, str] = field(default_factory=dict)
    """Headers that are no column of the table."""
    sheet_unit: str = ""
    """单位：万元 above the table."""

    def text(self, column: int) -> str:
        """Return a column's header as printed."""
        return self.headings[column].text


def _labels(columns: Sequence[Column], keys: Sequence[str], own: frozenset[str]) -> dict[str, str]:
    labels = {comparable(key, own): key for key in keys}
    for column in columns:
        for text in (column.label, *column.aliases):
            labels.setdefault(comparable(text, own), column.id)
    return labels


def _headings(
    texts: list[list[str]], merged: set[tuple[int, int]], row: int, depth: int, own: frozenset[str]
) -> dict[int, Heading]:
    """Read the header block of ``depth`` rows that ends at ``row``: each column's own text and what stands above.

    ``texts`` are the sheet's first rows with merged ranges filled, ``merged`` the cells of such ranges.
    """
    stacks: dict[int, list[str]] = {}
    inside: set[int] = set()
    for at in range(max(0, row - _MAX_DEPTH + 1), row + 1):
        line = texts[at]
        filled = sum(1 for text in line if text)
        # A title or another lone text above the block is no parent, unless it is merged over its columns.
        within = at > row - depth
        left = ""
        for column, text in enumerate(line):
            mine = text
            if not mine and within and at < row and filled > 1 and (at, column) not in merged:
                mine = left  # without merging, a parent's text stands over its first child only
            left = mine or left
            if mine and (within or filled > 1):
                stacks.setdefault(column, []).append(mine)
            if text and within:
                inside.add(column)
    return {
        column: Heading(stack[-1], tuple(dict.fromkeys(text for text in stack[:-1] if text != stack[-1])), own=own)
        for column, stack in stacks.items()
        if column in inside
    }


def _match(headings: dict[int, Heading], labels: dict[str, str], row: int) -> Header:
    header = Header(row, headings=headings)
    claims: dict[str, list[tuple[int, int]]] = {}
    for at, heading in headings.items():
        for rank, candidate in heading.candidates:
            if candidate in labels:
                claims.setdefault(labels[candidate], []).append((rank, at))
                break
        else:
            header.extra[at] = heading.text
    for name, ranked in claims.items():
        best = min(rank for rank, _ in ranked)
        winners = [at for rank, at in ranked if rank == best]
        header.columns[name] = winners[0]
        if len(winners) > 1:
            header.twice[name] = winners
    return header


def find_header(sheet: Sheet, columns: Sequence[Column], keys: Sequence[str]) -> Header | None:
    """Find the header row (or rows) that names most of a table's columns and keys; none that names but one of many."""
    own = frozenset(column.unit for column in columns if column.unit)
    labels = _labels(columns, keys, own)
    owners = sheet.spread(_SCAN_ROWS)
    texts = [
        [show(sheet.at(*owners.get((row, column), (row, column)))).strip() for column in range(sheet.width)]
        for row in range(min(_SCAN_ROWS, len(sheet.rows)))
    ]
    merged = set(owners)
    best: tuple[tuple[int, int, int], Header] | None = None
    for row in range(min(_SCAN_ROWS, len(sheet.rows))):
        if best is not None and len(best[1].columns) == len(set(labels.values())) and row >= best[1].row + _MAX_DEPTH:
            break  # every column is named; a header merged downwards ends within these rows
        for depth in range(1, min(_MAX_DEPTH, row + 1) + 1):
            header = _match(_headings(texts, merged, row, depth, own), labels, row)
            # Of equal matches the lowest row: a header merged downwards reads the same on each of its rows.
            key = (len(header.columns), -depth, row)
            # The same header again further down is another table (last year's, say): the first one counts.
            again = best is not None and row >= best[1].row + _MAX_DEPTH and len(header.columns) == best[0][0]
            if (best is None or key > best[0]) and not again:
                best = key, header
    if best is None or len(best[1].columns) < min(2, len(labels)):
        return None
    header = best[1]
    for row in range(header.row):
        for text in sorted(set(texts[row]) - {""}):
            # A parent's own unit counts for its columns; “单位：万元” merged over all of them counts for the sheet.
            counted = split_unit(text, own)[1] and any(text in h.parents for h in header.headings.values())
            if (unit := unit_line(text, own)) and not counted:
                header.sheet_unit = unit
    if header.row + 1 < len(texts):
        _take_units(header, texts[header.row + 1], own)
    return header


def _take_units(header: Header, line: list[str], own: frozenset[str]) -> None:
    """Take the row under the header into it where it holds nothing but units: 户, 人, （元）."""
    units = {at: normal(text).strip("()") for at, text in enumerate(line) if text}
    if len(units) < _UNITS_IN_A_ROW or not all(is_unit(unit, own) for unit in units.values()):
        return
    header.row += 1
    header.headings = {at: replace(heading, below=units.get(at, "")) for at, heading in header.headings.items()}


def unit_fault(column: Column, heading: Heading, sheet_unit: str) -> str:
    """Return the unit that contradicts the column's, from its header, a parent header or the line above the table."""
    for unit in heading.units:
        if not agree(column.unit, unit):
            return unit
    mine = dimension(column.unit)
    if not heading.units and sheet_unit and mine and mine[0] == "money" and not agree(column.unit, sheet_unit):
        return sheet_unit
    return ""


def unit_missing(column: Column, heading: Heading, sheet_unit: str) -> bool:
    """Whether a money column's unit is written nowhere."""
    mine = dimension(column.unit)
    return mine is not None and mine[0] == "money" and not heading.units and not sheet_unit
