"""A file's values together with the lines they came from, while shorthand is being written out."""

from collections.abc import Callable, Iterator
from typing import Any

from minsheng.plan.strict_yaml import PlanFault, YamlFile, YamlPath


class Located:
    """The content of one file, its lines, and the faults found in it so far.

    Parameters
    ----------
    read
        What was read; its value is changed in place.
    """

    def __init__(self, read: YamlFile) -> None:
        self.file = read.file
        self.value: Any = read.value
        self.faults: list[PlanFault] = list(read.faults)
        self._read = read
        self._origins: dict[YamlPath, YamlPath] = {}
        """Where the text of a value stands that shorthand put elsewhere."""
        self._kept: dict[YamlPath, list[int]] = {}
        """List, as the checks see it → where its items stand in the file."""
        self._touched: set[YamlPath] = set()
        """What had faults of its own and was replaced or left out."""

    @property
    def readable(self) -> bool:
        """Whether the file holds a mapping, as every file of a plan does."""
        return isinstance(self.value, dict)

    def line(self, path: YamlPath) -> int:
        """Return the line of a value, or of the nearest thing around it."""
        for length in range(len(path), 0, -1):
            near = path[:length]
            if near in self._read.lines:
                break
            if near in self._origins:
                return self.line((*self._origins[near], *path[length:]))
        return self._read.line(path)

    def stands(self, path: YamlPath) -> bool:
        """Whether something stands at this path in the file, even if it was refused."""
        was = self.before(path)
        return was in self._read.lines or was in self._origins

    def fault(self, path: YamlPath, message: str, allowed: str = "") -> None:
        """Note a fault on the line of ``path``, unless what stands there has one of its own already."""
        was = self.before(path)
        if not any(was[:length] in self._touched for length in range(1, len(was) + 1)):
            self.faults.append(PlanFault(self.file, self.line(was), message, allowed))

    def leave_out(self, root: YamlPath, kept: dict[YamlPath, list[int]], touched: set[YamlPath]) -> None:
        """Remember what was replaced or left out below ``root``, by list as it is now and by path as it was."""
        self._kept |= {(*root, *path): indexes for path, indexes in kept.items()}
        self._touched |= {(*root, *path) for path in touched}

    def before(self, path: YamlPath) -> YamlPath:
        """Return where a value that the checks see stands in the file."""
        return tuple(
            self._kept[path[:at]][step] if path[:at] in self._kept and isinstance(step, int) else step
            for at, step in enumerate(path)
        )

    def is_whole(self, path: YamlPath = ()) -> bool:
        """Whether nothing at or below a path was replaced, left out or refused as YAML."""
        was = self.before(path)
        touched = any(each[: len(was)] == was or was[: len(each)] == each for each in self._touched)
        return not touched and not self._is_misread(was)

    def _is_misread(self, path: YamlPath) -> bool:
        """Whether something on the lines of a path was no YAML that we read: what is missing may be that."""
        if not self._read.faults:
            return False
        lines = [line for each, line in self._read.lines.items() if each[: len(path)] == path] or [0]
        return any(not path or min(lines) <= fault.line <= max(lines) for fault in self._read.faults)

    def at(self, path: YamlPath) -> Any:
        """Return the value at a path; ``None`` where there is none."""
        value = self.value
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def items(self, path: YamlPath) -> Iterator[tuple[YamlPath, Any]]:
        """Iterate over the mappings of a list; what is no list or no mapping is left to validation."""
        found = self.at(path)
        if isinstance(found, list):
            for index, item in enumerate(found):
                if isinstance(item, dict):
                    yield (*path, index), item

    def entries(self, path: YamlPath) -> Iterator[tuple[YamlPath, Any]]:
        """Iterate over the values of a mapping; what is no mapping is left to validation."""
        found = self.at(path)
        if isinstance(found, dict):
            for key in list(found):
                yield (*path, key), found[key]

    def inherit(self, path: YamlPath, origin: YamlPath) -> None:
        """Let the mapping at ``path`` take what it lacks from the mapping at ``origin``, with its lines."""
        target, shared = self.at(path), self.at(origin)
        if not isinstance(target, dict) or not isinstance(shared, dict):
            return
        for key, value in shared.items():
            if key not in target and not self.stands((*path, key)):
                self.give((*path, key), value, (*origin, key))

    def give(self, path: YamlPath, value: Any, origin: YamlPath) -> None:
        """Put a value at ``path`` whose text stands at ``origin``."""
        self.at(path[:-1])[path[-1]] = value
        if path != origin:
            self._origins[path] = origin

    def rename(self, path: YamlPath, key: str, convert: Callable[[Any], Any]) -> None:
        """Replace the last key of ``path`` and convert its value; the line stays."""
        parent = self.at(path[:-1])
        value = parent.pop(path[-1])
        self.give((*path[:-1], key), convert(value), path)
