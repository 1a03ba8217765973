"""The real plan, and returns with figures chosen by hand."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from minsheng.domain.delivery import AcceptedReturn, ReturnStatus, Value, Verdict
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan

PARAMS = Path(__file__).parents[2] / "params"

MET: dict[str, str] = YAML(typ="base").load(Path(__file__).parents[1] / "spec" / "met.yaml")
"""A county that meets every target of the notice at the year's end: the target itself, nothing above it."""

Build = Callable[..., AcceptedReturn]


@pytest.fixture(scope="session")
def build(plan: Plan) -> Build:
    """Return a maker of accepted returns: a month, an area, and what differs from a county that meets its targets."""

    def make(
        month: str,
        area: str = "cangxi",
        changes: dict[str, str | None] | None = None,
        *,
        as_of: date | None = None,
        status: dict[str, ReturnStatus] | None = None,
    ) -> AcceptedReturn:
        period = Period(month)
        projects = dict.fromkeys(plan.area(area).projects, ReturnStatus.REPORTED) | (status or {})
        texts = {field: text for field, text in {**MET, **(changes or {})}.items() if text is not None}
        accepted = {
            field: Value(field=field, value=text, unit="", sheet=field.split(".")[0], cell=f"B{number}")
            for number, (field, text) in enumerate(texts.items(), start=3)
            if any(
                field.split(".")[0] == project or field.startswith(f"funds.{project}")
                for project, state in projects.items()
                if state == ReturnStatus.REPORTED
            )
        }
        return AcceptedReturn(
            verdict=Verdict(
                id=area,
                period=period,
                file=f"returns/{month}/{area}.xlsx",
                sha256="0" * 64,
                revision=1,
                received_at=datetime(2017, period.last_month, 23, 9, tzinfo=UTC),
                as_of=as_of or period.end,
                projects=projects,
            ),
            values=accepted,
        )

    return make


_ARITHMETIC = str.maketrans({"÷": "/", "×": "*", "（": "(", "）": ")", "；": ","})


def recompute(formula: str) -> Fraction:
    """Type an item's formula into a calculator: explanations in 〔〕 left out, up to the last equals sign."""
    chain = re.sub(r"〔[^〕]*〕", "", formula).rsplit("=", 1)[0].translate(_ARITHMETIC)
    chain = re.sub(r"(?<=\d),(?=\d{3})", "", chain)
    chain = re.sub(r"(\d+(?:\.\d+)?)(%?)", lambda m: f"(F('{m[1]}'){'/F(100)' if m[2] else ''})", chain)
    return eval(chain, {"__builtins__": {}}, {"F": Fraction, "min": min, "max": max})  # noqa: S307 - our own arithmetic


@pytest.fixture(name="recompute")
def recompute_fixture() -> Callable[[str], Fraction]:
    """Return what an item's formula comes to."""
    return recompute
