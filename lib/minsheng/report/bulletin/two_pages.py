"""The bulletin on two pages, whatever the data: what gives way where it is more, and says where it stands in full.

On the first page the picture gives up areas, then indicators, as far as 重点督办 needs room; there next steps go first,
then counties. On the second, money gives up projects, then 能否完成 indicators, then the ranking areas. Each keeps what
needs attention, counts what it left out, and names the page that has all of it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from minsheng.domain.result import BulletinFigures, Dossier
from minsheng.render.html.drawing import PAGE_WIDTH
from minsheng.render.html.markup import Piece, part
from minsheng.render.typst.heights import PAGE, TEXT_WIDTH, height_of
from minsheng.report.bulletin.supervision import TITLE, by_area, supervised
from minsheng.report.bulletin.who_reported import reporting
from minsheng.report.funds import money_section
from minsheng.report.head import summary, title
from minsheng.report.heat import drawn_height, heat_section
from minsheng.report.lights import figures_of
from minsheng.report.prospects import prospects_section
from minsheng.report.ranking import ranking_bands, ranking_section

_SUPERVISED = 75.0
"""Millimetres that 重点督办 may claim of the first page before the picture need give up no more."""

_LEAST_COLUMNS = 10
"""Indicators that the picture shows at least; so many stand side by side."""

_ALL = 10**6
_GIVING_WAY = ((0, _ALL), (2, _ALL), (1, 3), (0, 5), (2, 1), (1, 1), (0, 1), (2, 0))
"""The sections of the second page, by their places, in the order in which they give way: remarks first become short,
then so many rows are left at least."""


def heat_chart(dossier: Dossier) -> Piece:
    """Return all areas against all targets as one picture, or those that stand worst."""
    return _pages(dossier).picture


def red_items(dossier: Dossier) -> Piece:
    """Return what is red, overdue or about to be, with the next steps that its county gave; none given is said."""
    return _pages(dossier).red


def prospects(dossier: Dossier) -> Piece:
    """Return the city's outlook on every indicator, of all projects, or on those that will miss their targets."""
    return _pages(dossier).prospects


def money(dossier: Dossier) -> Piece:
    """Return every project's money, by who pays where the plan adds up, and where most of it has stopped."""
    return _pages(dossier).money


def ranking_line(dossier: Dossier) -> Piece:
    """Return the ranking with areas side by side: what the table says."""
    return _pages(dossier).ranking


class _Pages(NamedTuple):
    """The sections that share two pages."""

    picture: Piece
    red: Piece
    prospects: Piece
    money: Piece
    ranking: Piece


_made: list[tuple[Dossier, _Pages]] = []
"""The last bulletin that was laid out: a notebook asks for its sections one by one."""


def _pages(dossier: Dossier) -> _Pages:
    if not _made or _made[0][0] is not dossier:
        _made[:] = [(dossier, _Pages(*_first_page(dossier), *_second_page(dossier)))]
    return _made[0][1]


def _first_page(dossier: Dossier) -> tuple[Piece, Piece]:
    figures = figures_of(dossier, BulletinFigures)
    picture, red = heat_section(dossier), _red(dossier, None)
    head, told = (title(dossier), summary(dossier)), reporting(dossier)
    if height_of(*head, picture, told, red) <= PAGE:
        return picture, red
    room = PAGE - min(height_of(*head, red) - height_of(*head), _SUPERVISED)
    smaller = height_of(*head, picture, told) > room
    if smaller:
        picture = _smaller_picture(dossier, [*head, told], room)
    if height_of(*head, picture, told, red) > PAGE:
        counties = len(by_area(figures.urgent or ()))
        red = _red(dossier, _most(lambda most: [*head, picture, told, _red(dossier, most)], 0, counties, PAGE))
        if smaller:  # what the next county would have needed is the picture's again
            picture = _smaller_picture(dossier, [*head, told, red], PAGE)
    return picture, red


def _smaller_picture(dossier: Dossier, others: Sequence[Piece], room: float) -> Piece:
    """Return the picture with as many indicators, then as many areas, as leave room for the others of its page."""
    projects = figures_of(dossier, BulletinFigures).projects
    most = sum(len(project.measurements) for project in projects)
    areas = len({row.area for project in projects for row in project.areas})
    columns = min(most, _LEAST_COLUMNS)
    scale = TEXT_WIDTH / PAGE_WIDTH
    # What stands around the drawing is as high whatever is drawn.
    around = height_of(*others, heat_section(dossier, 0, columns)) - scale * drawn_height(0, columns)
    free = (room - around) / scale
    while columns < most and drawn_height(0, columns + 1) <= free:
        columns += 1
    while areas and drawn_height(areas, columns) > free:
        areas -= 1
    return heat_section(dossier, areas, columns)


def _red(dossier: Dossier, most: int | None) -> Piece:
    figures = figures_of(dossier, BulletinFigures)
    return part(TITLE, supervised(figures, dossier.parts, most=most))


def _second_page(dossier: Dossier) -> list[Piece]:
    figures = figures_of(dossier, BulletinFigures)
    makers = [partial(each, dossier) for each in (prospects_section, money_section, ranking_section)]
    pieces = [make() for make in makers]
    counts = [sum(len(project.outlooks) for project in figures.projects), len(figures.projects), ranking_bands(dossier)]
    for at, least in _GIVING_WAY:
        if height_of(*pieces) <= PAGE:
            break
        before, make, after = pieces[:at], makers[at], pieces[at + 1 :]
        count = _most(
            lambda most, before=before, make=make, after=after: [*before, make(most), *after],  # type: ignore[misc]
            min(least, counts[at]),
            counts[at],
            PAGE,
        )
        pieces[at] = make(count)
    return pieces


def _most(page: Callable[[int], Sequence[Piece]], least: int, most: int, room: float) -> int:
    """Return for how many a page has room; ``least`` where not even they find it."""
    low, high = least, most
    while low < high:
        middle = (low + high + 1) // 2
        if height_of(*page(middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return low
