"""On a printer without colours everything is still told apart: by word, shape, kind of line, or grey."""

import re
from base64 import b64decode
from itertools import combinations

import pytest
from tests.conftest import ROOT

from minsheng import report
from minsheng.domain.light import Light
from minsheng.plan import load_plan
from minsheng.render.html.page import screen_style

_APART = 45
"""Levels of grey, of 255, between two areas that an eye tells apart on a cheap printer."""
_FADES = 200
"""From this grey on, an area without an edge may come out as paper."""


def grey(colour: str) -> float:
    """Return the grey that a printer makes of a colour, from 0 (black) to 255."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _lights() -> list[Light]:
    lights = load_plan(ROOT / "params", 2017).lights
    scales = [light for scale in (lights.schedule, lights.level) for light in (scale.complete, *scale.intervals)]
    milestones = [
        lights.milestone.done,
        lights.milestone.stage,
        lights.milestone.late,
        lights.milestone.in_progress,
        lights.milestone.partial,
        lights.milestone.not_done,
    ]
    others = [lights.not_reported, lights.blocked, lights.no_duty, lights.no_base, lights.incomplete, lights.worded]
    return [light for light in (*scales, *milestones, *others) if light is not None]


def test_lights_differ_in_word_and_those_of_other_colours_in_shape() -> None:
    lights = {light.id: light for light in _lights()}
    assert len(lights) >= 12
    for one, other in combinations(lights.values(), 2):
        assert one.word != other.word
        if one.tone != other.tone:
            assert one.shape != other.shape, (one.word, other.word)


def test_every_light_says_its_word_and_shows_its_shape(build) -> None:
    badges = re.findall(r'<span class="light.*?</span>(.*?)</span>', report.heat_table(build.city())._repr_html_())
    assert badges
    assert all(word.strip() for word in badges)


def _alike(svg: str) -> list[str]:
    """Return what a printer without colours makes alike: areas of one grey, and pale areas without an edge."""
    areas = set(re.findall(r'<rect [^>]*?fill="(#\w{6})"(?: stroke="(#\w{6})")?', svg))
    fills = {fill for fill, _ in areas}
    found = [f"{one} {other}" for one, other in combinations(sorted(fills), 2) if abs(grey(one) - grey(other)) < _APART]
    return found + [f"{fill} without an edge" for fill, edge in areas if grey(fill) > _FADES and not edge]


def _drawings(html: str) -> list[str]:
    return [b64decode(found).decode() for found in re.findall(r"svg\+xml;base64,([^\"]+)", html)]


@pytest.mark.parametrize(
    ("chart", "dossier"),
    [
        ("progress_chart", "project"),
        ("funds_chart", "project"),
        ("area_chart", "city"),
        ("score_chart", "scoring"),
        ("ranking_chart", "ranking"),
    ],
)
def test_bars_differ_in_grey(build, chart: str, dossier: str) -> None:
    made = _drawings(getattr(report, chart)(getattr(build, dossier)())._repr_html_())
    assert made
    assert [each for svg in made for each in _alike(svg)] == []


def test_aims_are_dashed_where_figures_are_drawn_through(build) -> None:
    for svg in _drawings(report.trend_chart(build.project())._repr_html_()):
        lines = re.findall(r"<polyline [^>]*>", svg)
        assert any("stroke-dasharray" in line for line in lines)
        assert any("stroke-dasharray" not in line for line in lines)


def test_bars_of_one_grey_are_found() -> None:
    assert _alike('<rect x="0" fill="#1f6b3a"/><rect x="0" fill="#b01e22"/>') == ["#1f6b3a #b01e22"]
    assert _alike('<rect x="0" fill="#ebe7de"/>') == ["#ebe7de without an edge"]


def test_the_edges_of_findings_differ_in_kind_or_grey() -> None:
    style = screen_style()
    edges = re.findall(
        r"^\.findings (li|\.good|\.watch|\.bad) \{[^}]*border-left: (\d+px \w+) (#\w{6})", style, re.MULTILINE
    )
    assert len(edges) == 4
    for (_, kind, colour), (_, other_kind, other_colour) in combinations(edges, 2):
        assert kind != other_kind or abs(grey(colour) - grey(other_colour)) >= _APART
