"""``provenance.intoto.json``: what a package's reports were made from, as an in-toto Statement v1 (SLSA provenance v1).

Every file of the package is one of three: the subjects are the reports, the resolved dependencies all that they were
made from, the by-products what was made on the way.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from minsheng.archive.package.bag import Payload
from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.files.written import canonical_json

STATEMENT = "provenance.intoto.json"

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"

PREDICATE_TYPE = "https://slsa.dev/provenance/v1"

_OURS = "urn:minsheng-workbook"

_FILE = "data/"


class Making(NamedTuple):
    """What a package's reports were made from and with, all by path inside ``data/``.

    What is neither ``made`` (reports) nor ``between`` (made on the way) is what they were made from.
    """

    made: frozenset[str]
    between: frozenset[str]
    version: str
    commit: str
    sha256: str
    fonts: Mapping[str, str] = MappingProxyType({})
    text_stack: Mapping[str, str] = MappingProxyType({})


def statement_bytes(info: Mapping[str, str], making: Making, payload: Payload) -> bytes:
    """Write the statement of the package with this ``bag-info.txt``; the same package gives the same bytes."""

    def described(names: list[str]) -> list[dict[str, Any]]:
        return [{"name": f"{_FILE}{name}", "digest": {"sha256": payload[name].sha256}} for name in names]

    made = [name for name in payload if name in making.made]
    between = [name for name in payload if name in making.between]
    rest = [name for name in payload if name not in making.made | making.between]
    program = {"name": "minsheng-workbook", "digest": {"sha256": making.sha256}}
    notes = {"version": making.version, **({"commit": making.commit} if making.commit else {})}
    fonts = [{"name": f"font/{name}", "digest": {"sha256": sha256}} for name, sha256 in sorted(making.fonts.items())]
    document = {
        "_type": STATEMENT_TYPE,
        "subject": described(made),
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "buildDefinition": {
                # Ours: `month` stands for `minsheng run`, `evidence` for `minsheng assess` and binding the book.
                "buildType": f"{_OURS}:build:{info['Minsheng-Kind']}:1",
                "externalParameters": {"period": info["Minsheng-Period"], "plan": info["Minsheng-Plan"]},
                "internalParameters": {"text_stack": dict(making.text_stack)},
                "resolvedDependencies": [*described(rest), {**program, "annotations": notes}, *fonts],
            },
            # No time: reports do not depend on the clock.
            "runDetails": {
                "builder": {"id": f"{_OURS}:builder:1", "version": {"minsheng-workbook": making.version}},
                "byproducts": described(between),
            },
        },
    }
    return canonical_json(document)


def statement_faults(bag: str, content: bytes, period: str, files: Mapping[str, str]) -> list[Fault]:
    """Return where a package's statement is malformed, or disagrees with its files or with its period."""
    try:
        groups, said = _read(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [Fault(f"{bag}/{STATEMENT}", "不是 in-toto Statement v1（SLSA provenance v1）", FaultKind.STATEMENT)]
    return [
        Fault(f"{bag}/{STATEMENT}", what, FaultKind.STATEMENT) for what in _differences(groups, said, period, files)
    ]


def _read(document: Any) -> tuple[list[list[tuple[str, str]]], str]:
    """Return the names and sha256 of the three groups, and the period."""
    if (document["_type"], document["predicateType"]) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise ValueError("another kind of statement")
    build, run = document["predicate"]["buildDefinition"], document["predicate"]["runDetails"]
    if not (build["buildType"].startswith(f"{_OURS}:build:") and run["builder"]["id"] and document["subject"]):
        raise ValueError("not of ours")
    groups = (document["subject"], build["resolvedDependencies"], run["byproducts"])
    read = [[(str(each["name"]), str(each["digest"]["sha256"])) for each in group] for group in groups]
    return read, str(build["externalParameters"]["period"])


def _differences(
    groups: list[list[tuple[str, str]]], said: str, period: str, files: Mapping[str, str]
) -> Iterator[str]:
    if said != period:
        yield f"报告期写的是“{said}”，应为“{period}”"
    every = [each for group in groups for each in group if each[0].startswith(_FILE)]
    times = Counter(name for name, _ in every)
    yield from (f"写着 {name}，包中没有" for name in sorted(times.keys() - files.keys()))
    yield from (f"没有写 {name}" for name in sorted(files.keys() - times.keys()))
    yield from (f"{name} 写了 {count} 次" for name, count in sorted(times.items()) if count > 1)
    yield from (f"{name} 的 sha256 与清单不符" for name, sha256 in every if files.get(name, sha256) != sha256)
