"""What a package says about itself, from the plan, the registers and the files: nothing here is invented."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from pathlib import PurePosixPath
from typing import Any

from minsheng.archive.package.bag import Payload
from minsheng.archive.package.records import Act, Agent, Description, Item, LeaderSignature, Making
from minsheng.domain.area import CITY, Area
from minsheng.domain.delivery import Delivery
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.intake.returns.store import delivered_path, read_register
from minsheng.render.formats import HTML, PDF
from minsheng.runs.graph import UnitSpec, period_units, unit_name
from minsheng.runs.keys import fingerprint
from minsheng.runs.version import package_commit, package_version
from minsheng.signing.deliveries import read_deliveries
from minsheng.signing.signatures import PADES, SignedReport, read_signed
from minsheng.signing.standing import RECEIVERS, REPORT
from minsheng.workspace import RESULT, Workspace

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)

_NUMBER = re.compile(r"^\d\d-")

_RULES = {PADES: "PAdES（PDF 电子签名）", "scan": "纸质签字的扫描件"}

_MADE_OF_MONTH, _BETWEEN = ("outputs/",), ("data/accepted/", "provenance.json")

_MADE_OF_BOOK = re.compile(r"(?:01|02)-[^/]+/.+|\d\d-[^/]+/(?:00-得分表/得分表[^/]*|[^/]+印证资料\.pdf)")

_GROUPS = {
    "data/accepted": "校验后的数据",
    "data/returns": "收文登记",
    "data/signed": "签字登记",
    "data/deliveries": "报送登记、报送文件与交接单",
    "notebooks": "生成报告的笔记本",
    "requirements.lock": "依赖的锁定版本",
    "provenance.json": "生成记录",
}
"""Titles of files that are no report and no return, by their first folders."""


def describe(workspace: Workspace, plan: Plan, period: Period, payload: Payload) -> Description:
    """Describe a package after DA/T 46.

    Parameters
    ----------
    workspace
        Where the registers lie.
    plan
        Names bodies and people.
    period
        The month, half-year or year.
    payload
        The package's files.
    """
    month = period.kind == PeriodKind.MONTH
    rest = dict(payload)
    items: list[Item] = []
    for item in _month_items(workspace, plan, period, payload) if month else ():
        items.append(item)
        for name in item.files:
            del rest[name]
    items += _month_groups(plan, rest) if month else _book_groups(plan, rest)
    acts, agents = _acts(workspace, plan, period, payload) if month else ([], [])
    records = workspace.settings.records
    return Description(
        items=tuple(sorted(items, key=lambda item: item.id)),
        agents=tuple(dict.fromkeys(agents)),
        acts=tuple(acts),
        signatures=tuple(_signatures(workspace, period, payload)) if month else (),
        basis=plan.about.title,
        fonds=records.fonds,
        retention=records.retention,
    )


def making_of(workspace: Workspace, period: Period, payload: Payload) -> Making:
    """Return what a package's reports were made from and with."""
    now = fingerprint(workspace)
    if period.kind == PeriodKind.MONTH:
        made = frozenset(name for name in payload if name.startswith(_MADE_OF_MONTH))
        between = frozenset(name for name in payload if name.startswith(_BETWEEN))
    else:
        made, between = frozenset(name for name in payload if _MADE_OF_BOOK.fullmatch(name)), frozenset()
    return Making(
        made=made,
        between=between,
        version=package_version(),
        commit=package_commit(),
        sha256=now.package,
        fonts=now.fonts,
        text_stack=now.text_stack,
    )


def is_made_here(kind: str, name: str) -> bool:
    """Whether the product made a file of a package itself.

    Parameters
    ----------
    kind
        ``month`` or ``evidence``.
    name
        Path inside ``data/``.
    """
    return name.startswith(_MADE_OF_MONTH) if kind == "month" else bool(_MADE_OF_BOOK.fullmatch(name))


def _month_items(workspace: Workspace, plan: Plan, period: Period, payload: Payload) -> Iterator[Item]:
    """Yield the reports, the returns and the signed files: each a record with its own title."""
    inside: dict[str, list[str]] = {}
    for name in payload:
        inside.setdefault(str(PurePosixPath(name).parent), []).append(name)
    for unit in period_units(plan, period):
        folder = f"outputs/{unit.name}"
        if folder in inside:
            yield Item(
                id=folder,
                title=_report_title(plan, unit, _title(payload, f"{folder}/{HTML}")),
                files=tuple(inside[folder]),
                creator=plan.about.issuer,
                dated=_as_of(payload, f"{folder}/{RESULT}", "figures"),
            )
    for line in read_register(workspace.data):
        name = _path_of(workspace, line)
        if name in payload:
            yield Item(
                id=name,
                title=f"{_owner(plan, line.id)}{line.period.label}报表（第{line.revision}版）",
                files=(name,),
                creator=_owner(plan, line.id),
                dated=_verdict_date(payload, line),
            )
    for signed in _sealed_signatures(workspace, period, payload):
        title = f"{plan.section(signed.section).name}{signed.period.label}月报签字件（第{signed.revision}版）"
        yield Item(f"data/{signed.file}", title, (f"data/{signed.file}",), signed.signer, str(signed.signed_at.date()))


def _report_title(plan: Plan, unit: UnitSpec, title: str) -> str:
    """Return a report's title as it stands alone: whose and of which month, where its own does not say so."""
    if unit.period.label in title:
        return title
    whose = plan.about.city if unit.subject == CITY else plan.owner_name(unit.subject)
    return f"{whose}{unit.period.label}{title or unit.notebook}"


def _month_groups(plan: Plan, rest: Payload) -> Iterator[Item]:
    """Yield what is no report and no return: pages, receipts, registers, the plan, the notebooks."""
    for group, names in _by(rest, _group_of).items():
        title, dated = _GROUPS.get(group, ""), ""
        if group == f"params/{plan.about.year}":
            title, dated = plan.about.title, plan.about.issued_on.isoformat()
        elif f"{group}/index.html" in rest:
            title = _title(rest, f"{group}/index.html")
        elif group.endswith("/receipts"):
            title = "报表回执"
        yield Item(group, title or group, names, plan.about.issuer, dated)


def _group_of(name: str) -> str:
    parts = PurePosixPath(name).parts
    if parts[0] == "outputs":
        return "/".join(parts[:-1])
    return "/".join(parts[:2]).removesuffix(".csv") if parts[0] in {"data", "params"} else parts[0]


def _book_groups(plan: Plan, payload: Payload) -> Iterator[Item]:
    """Yield what a folder of the evidence book holds: an item of the rubric, score sheets, a body's binder."""
    for group, names in _by(payload, lambda name: str(PurePosixPath(name).parent)).items():
        words = [_NUMBER.sub("", part) for part in PurePosixPath(group).parts]
        made = all(is_made_here("evidence", name) for name in names)
        # Who wrote a body's evidence is known to the assessor only.
        yield Item(group, "：".join(words), names, plan.about.issuer if made else "")


def _by(payload: Payload, group_of: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for name in payload:
        groups[group_of(name)] = (*groups.get(group_of(name), ()), name)
    return groups


def _acts(workspace: Workspace, plan: Plan, period: Period, payload: Payload) -> tuple[list[Act], list[Agent]]:
    """Return what was received, signed and handed over of the month itself, and by whom."""
    acts, agents = [], []
    for line in read_register(workspace.data):
        if line.period == period and _path_of(workspace, line) in payload:
            owner = _owner(plan, line.id)
            agents.append(Agent(owner, "单位" if owner != plan.owner_name(line.id) else "内设机构"))
            acts.append(Act("收文", line.received_at.isoformat(), owner, line.file))
    for signed in _sealed_signatures(workspace, period, payload):
        section = plan.section(signed.section)
        agents.append(Agent(signed.signer, "个人", f"{section.name}分管领导"))
        acts.append(Act("签字", signed.signed_at.isoformat(), signed.signer, f"{section.name}月报"))
    for handed in read_deliveries(workspace.data, plan):
        if handed.period == period and f"data/{handed.file}" in payload:
            section = plan.section(handed.section)
            agents.append(Agent(section.name, "内设机构"))
            about = f"{section.name}月报报{RECEIVERS.get(handed.to, handed.to)}"
            acts.append(Act("报送", handed.delivered_at.isoformat(), section.name, about))
    return acts, agents


def _signatures(workspace: Workspace, period: Period, payload: Payload) -> Iterator[LeaderSignature]:
    for signed in _sealed_signatures(workspace, period, payload):
        report = f"outputs/{unit_name(signed.period, signed.section, REPORT)}"
        item = report if f"{report}/{PDF}" in payload else f"data/{signed.file}"
        yield LeaderSignature(
            item, _RULES[signed.kind], signed.signer, signed.signed_at.isoformat(), f"data/{signed.file}"
        )


def _sealed_signatures(workspace: Workspace, period: Period, payload: Payload) -> list[SignedReport]:
    return [line for line in read_signed(workspace.data) if line.period == period and f"data/{line.file}" in payload]


def _path_of(workspace: Workspace, line: Delivery) -> str:
    return delivered_path(workspace.data, line).relative_to(workspace.root).as_posix()


def _owner(plan: Plan, owner: str) -> str:
    """Return the body whose return it is: a county's bureau, or a section."""
    found = plan.find_owner(owner)
    return found.bureau if isinstance(found, Area) else plan.owner_name(owner)


def _title(payload: Payload, name: str) -> str:
    """Return a page's title; empty where there is no such page."""
    if name not in payload:
        return ""
    found = _TITLE.search(payload[name].read().decode("utf-8", "replace"))
    return unescape(found[1]).strip() if found else ""


def _as_of(payload: Payload, name: str, part: str) -> str:
    """Return the 数据截至 of a result; empty where it has none."""
    return str(_json(payload, name).get(part, {}).get("as_of") or "")


def _verdict_date(payload: Payload, line: Delivery) -> str:
    """Return the 数据截至 that a return itself says, from its verdict; empty for a revision that was replaced."""
    verdict = _json(payload, f"data/accepted/{line.period}/{line.id}.json")
    return str(verdict.get("as_of") or "") if verdict.get("sha256") == line.sha256 else ""


def _json(payload: Payload, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(payload[name].read()) if name in payload else {}
    return found
