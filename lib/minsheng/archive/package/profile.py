"""The profile that every bag of ours conforms to: what plain BagIt leaves open, such as deletable tag manifests."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from minsheng.archive.package.bag import SM3_LIST
from minsheng.archive.package.faults import Fault
from minsheng.files.hashing import ALGORITHMS

_ID = "urn:minsheng-workbook:bagit-profile:"

KINDS = ("month", "evidence")

_ONE: dict[str, Any] = {"required": True, "repeatable": False}

_OPTIONAL: dict[str, Any] = {"required": False, "repeatable": False}


def _profile(version: int, described_by: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    identifier = f"{_ID}{version}"
    return {
        "BagIt-Profile-Info": {
            "BagIt-Profile-Identifier": identifier,
            # The format of BagIt Profiles, so that other tools for such profiles can read it too.
            "BagIt-Profile-Version": "1.4.0",
            "Source-Organization": "Minsheng Workbook",
            "External-Description": "民生工程报送归档包：月度与考评期",
            "Version": f"{version}.0",
        },
        "Bag-Info": {
            "BagIt-Profile-Identifier": {**_ONE, "values": [identifier]},
            "Source-Organization": _ONE,
            "External-Identifier": _ONE,
            "External-Description": _ONE,
            "Bagging-Date": _ONE,
            "Bag-Software-Agent": _ONE,
            "Payload-Oxum": _ONE,
            "Minsheng-Kind": {**_ONE, "values": list(KINDS)},
            "Minsheng-Period": _ONE,
            "Minsheng-Revision": _ONE,
            "Minsheng-Replaces": _OPTIONAL,
            "Minsheng-Why": _OPTIONAL,
            "Minsheng-Plan": _ONE,
            **dict.fromkeys(optional, _OPTIONAL),
        },
        "Manifests-Required": list(ALGORITHMS),
        "Manifests-Allowed": list(ALGORITHMS),
        "Tag-Manifests-Required": list(ALGORITHMS),
        "Tag-Manifests-Allowed": list(ALGORITHMS),
        "Tag-Files-Required": list(described_by),
        "Tag-Files-Allowed": list(described_by),
        "Allow-Fetch.txt": False,
        "Serialization": "forbidden",
        "Accept-BagIt-Version": ["1.0"],
        "Data-Empty": False,
    }


CHANGED_CODE, CHANGED_CODE_WHY = "Minsheng-Changed-Code", "Minsheng-Changed-Code-Why"
"""What of the code that made the reports is not the release's, and why it was sealed all the same."""

_DESCRIBED_BY = ("metadata.xml", "provenance.intoto.json", SM3_LIST)

PROFILES = {
    f"{_ID}1": _profile(1, ()),
    f"{_ID}2": _profile(2, _DESCRIBED_BY),
    f"{_ID}3": _profile(3, _DESCRIBED_BY, (CHANGED_CODE, CHANGED_CODE_WHY)),
}
"""Every profile that packages have been sealed with: what an older version sealed is judged by its own."""

PROFILE_ID, PROFILE = list(PROFILES.items())[-1]


def profile_bytes() -> bytes:
    """Return the profile as kept in an archive."""
    return (json.dumps(PROFILE, ensure_ascii=False, indent=1) + "\n").encode()


def profile_of(info: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    """Return the profile that a package names; the newest where it names none of ours."""
    named = "".join(info.get("BagIt-Profile-Identifier", ()))
    found: Mapping[str, Any] = PROFILES.get(named, PROFILE)
    return found


def tag_files(profile: Mapping[str, Any] = PROFILE) -> list[str]:
    """Return every file that may and must stand beside ``data/``."""
    named = [f"manifest-{algorithm}.txt" for algorithm in profile["Manifests-Required"]]
    named += [f"tagmanifest-{algorithm}.txt" for algorithm in profile["Tag-Manifests-Required"]]
    return ["bagit.txt", "bag-info.txt", *named, *profile["Tag-Files-Required"]]


def info_faults(name: str, info: Mapping[str, Sequence[str]], profile: Mapping[str, Any] = PROFILE) -> list[Fault]:
    """Return where ``bag-info.txt``, label → values, breaks the profile."""
    where, rules = f"{name}/bag-info.txt", profile["Bag-Info"]
    faults = [Fault(where, f"有规范中没有的项目 {label}") for label in info if label not in rules]
    for label, rule in rules.items():
        values = info.get(label, [])
        if rule["required"] and not any(values):
            faults.append(Fault(where, f"缺少 {label}"))
        if not rule["repeatable"] and len(values) > 1:
            faults.append(Fault(where, f"{label} 写了 {len(values)} 次"))
        allowed = rule.get("values")
        faults += [
            Fault(where, f"{label} 是“{v}”，应为 {'、'.join(allowed)}") for v in values if allowed and v not in allowed
        ]
    return faults
