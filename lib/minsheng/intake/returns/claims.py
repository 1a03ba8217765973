"""Whose return a file is: cover, title lines, file name and sender, each of which may name areas of the plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minsheng.domain.area import Area
from minsheng.domain.plan import Plan
from minsheng.domain.units import normal
from minsheng.intake.reading.parsing import ParsedReturn


@dataclass(frozen=True)
class Claim:
    """What one source says: its words and the ids of the areas that they name."""

    source: str
    text: str
    areas: frozenset[str]

    def says(self, plan: Plan) -> str:
        """Return the claim in words."""
        return f"{self.source}“{self.text}”（{'、'.join(plan.area(each).name for each in sorted(self.areas))}）"


def doubt(plan: Plan, owner: str, cover: str, against: Sequence[Claim]) -> str:
    """Return in words why nobody but a person can tell whose a file is, and what to do."""
    said = "，".join(each.says(plan) for each in against)
    return (
        f"说不准是谁的报表：封面填报单位“{cover}”（{plan.owner_name(owner)}），{said}。"
        "请与报送单位核实：填错了请改正后再报；确知是谁的，用 --area 地区 指定（会记入登记）"
    )


def differing_claims(parsed: ParsedReturn, plan: Plan, *, cover: str, file_name: str, sender: str) -> list[Claim]:
    """Return the sources that name areas, and not the return's owner; a source that names none says nothing."""
    own = parsed.cover.id
    texts = [
        ("封面填报单位", cover),
        *((f"{where} 标题", text) for where, text in parsed.titles),
        ("文件名", file_name),
        ("报送人", sender),
    ]
    found = (Claim(source, text, named_areas(plan, text)) for source, text in texts)
    once = {claim.areas: claim for claim in reversed([each for each in found if each.areas and own not in each.areas])}
    return list(reversed(once.values()))


def named_areas(plan: Plan, text: str) -> frozenset[str]:
    """Return the ids of the areas that a text names: the longest name at each place, and of a place the lowest.

    "苍溪县陵江镇" names the township alone, where both are of the plan.
    """
    flat = normal(text)
    hits = sorted(_hits(plan, flat), key=lambda hit: (hit[0] - hit[1], hit[0]))
    taken: list[tuple[int, int, Area]] = []
    for start, end, area in hits:  # the longest first
        if all(end <= other or start >= stop for other, stop, _ in taken):
            taken.append((start, end, area))
    above = {area.parent for _, _, area in taken}
    return frozenset(area.id for _, _, area in taken if area.id not in above)


def _hits(plan: Plan, flat: str) -> Iterator[tuple[int, int, Area]]:
    for area in plan.areas:
        for name in {normal(each) for each in (area.name, area.bureau, *area.aliases) if each}:
            start = flat.find(name)
            while start >= 0:
                yield start, start + len(name), area
                start = flat.find(name, start + 1)
