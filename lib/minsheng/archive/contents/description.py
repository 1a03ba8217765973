"""What a package says about itself, from the plan, the registers and the files: nothing here is invented.

Three files say it, to three readers: ``provenance.json`` to ``minsheng archive rebuild``, ``metadata.xml`` to
archivists (DA/T 46), ``provenance.intoto.json`` to programs that know in-toto. What two of them say comes from one
place here; what a single report says of itself stands in its ``result.json``.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import unescape
from pathlib import PurePosixPath
from typing import Any

from minsheng.archive.package.bag import Payload
from minsheng.archive.package.metadata_xml import (
    METADATA,
    Act,
    Agent,
    Description,
    LeaderSignature,
    Record,
    metadata_bytes,
)
from minsheng.archive.package.provenance import STATEMENT, Making, statement_bytes
from minsheng.domain.area import CITY, Area
from minsheng.domain.delivery import Delivery
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.files.hashing import sha256
from minsheng.files.written import canonical_json
from minsheng.intake.returns.store import delivered_path, read_register
from minsheng.render.formats import HTML, PDF
from minsheng.runs.graph import Task, period_tasks, task_name
from minsheng.runs.keys import Preparer, fingerprint, package_sha256
from minsheng.runs.version import package_commit, package_version
from minsheng.signing.deliveries import RECEIVERS, read_deliveries
from minsheng.signing.signatures import PADES, SignedReport, read_signed
from minsheng.signing.standing import MONTHLY_REPORT
from minsheng.workspace import RESULT, Workspace

PROVENANCE = "provenance.json"

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)

_NUMBER = re.compile(r"^\d\d-")

_RULES = {PADES: "PAdES（PDF 电子签名）", "scan": "纸质签字的扫描件"}

_MADE_OF_MONTH, _BETWEEN = ("outputs/",), ("data/accepted/", PROVENANCE)

_MADE_OF_BOOK = re.compile(r"(?:01|02)-[^/]+/.+|\d\d-[^/]+/(?:00-得分表/得分表[^/]*|[^/]+印证资料\.pdf)")

_GROUPS = {
    "data/accepted": "校验后的数据",
    "data/returns": "收文登记",
    "data/signed": "签字登记",
    "data/deliveries": "报送登记、报送文件与交接单",
    "notebooks": "生成报告的笔记本",
    "program": "生成报告的程序（安装包）",
    "requirements.lock": "依赖的锁定版本",
    PROVENANCE: "生成记录",
}
"""Titles of files that are no report and no return, by their first folders."""


def descriptions(
    workspace: Workspace, plan: Plan, period: Period, payload: Payload
) -> Callable[[Mapping[str, str]], dict[str, bytes]]:
    """Return what writes the files that describe a package, once its ``bag-info.txt`` is known."""
    about, making = describe(workspace, plan, period, payload), making_of(workspace, period, payload)
    return lambda info: {
        METADATA: metadata_bytes(info, about, payload),
        STATEMENT: statement_bytes(info, making, payload),
    }


def describe(workspace: Workspace, plan: Plan, period: Period, payload: Payload) -> Description:
    """Describe a package after DA/T 46: its records, and what was done with them."""
    month = period.kind == PeriodKind.MONTH
    rest = dict(payload)
    records: list[Record] = []
    for record in _month_records(workspace, plan, period, payload) if month else ():
        records.append(record)
        for name in record.files:
            # Each file belongs to one record.
            del rest[name]
    records += _month_groups(plan, rest) if month else _book_groups(plan, rest)
    settings = workspace.settings.records
    return Description(
        records=tuple(sorted(records, key=lambda record: record.id)),
        acts=tuple(_acts(workspace, plan, period, payload)) if month else (),
        basis=plan.about.title,
        fonds=settings.fonds,
        retention=settings.retention,
    )


def making_of(workspace: Workspace, period: Period, payload: Payload) -> Making:
    """Return what a package's reports were made from and with."""
    if period.kind == PeriodKind.MONTH:
        made = frozenset(name for name in payload if name.startswith(_MADE_OF_MONTH))
        between = frozenset(name for name in payload if name.startswith(_BETWEEN))
    else:
        made, between = frozenset(name for name in payload if _MADE_OF_BOOK.fullmatch(name)), frozenset()
    now = fingerprint(workspace)
    return Making(made, between, package_version(), package_commit(), package_sha256(), now.fonts, now.text_stack)


def made_with(workspace: Workspace) -> dict[str, object]:
    """Return what reports are made with besides their inputs; where two are equal, so are the reports' bytes."""
    now = fingerprint(workspace)
    return {
        # Which program it is, not only what of it makes reports: a package's wheel is held to it whole.
        "package": {"version": package_version(), "sha256": package_sha256()},
        "lock_sha256": now.lock,
        "fonts": now.fonts,
        "text_stack": now.text_stack,
    }


def provenance_bytes(workspace: Workspace, plan: Plan, tasks: Iterable[Task], period: Period) -> bytes:
    """Write what the month was made with, and the key of every task."""
    preparer = Preparer(workspace, plan, fingerprint(workspace))
    document = {
        "period": str(period),
        "plan": {"id": plan.about.id, "sha256": plan.sha256},
        "made_with": made_with(workspace),
        "units": {task.name: preparer.key(task) for task in tasks},
    }
    own = {task.file: sha256(workspace.notebooks / task.file) for task in tasks if task.is_own}
    if own:
        # No part of the product: nobody vouches for what they say but the bureau.
        document["own_notebooks"] = own
    return canonical_json(document)


def is_made_here(kind: str, name: str) -> bool:
    """Whether the product made a file itself, by its path inside ``data/`` of a ``month`` or ``evidence`` package."""
    return name.startswith(_MADE_OF_MONTH) if kind == "month" else bool(_MADE_OF_BOOK.fullmatch(name))


def _month_records(workspace: Workspace, plan: Plan, period: Period, payload: Payload) -> Iterator[Record]:
    """Yield the reports, the returns and the signed files: each a record with its own title."""
    signatures = _signatures(workspace, period, payload)
    inside: dict[str, list[str]] = {}
    for name in payload:
        inside.setdefault(str(PurePosixPath(name).parent), []).append(name)
    for task in period_tasks(plan, period):
        folder = f"outputs/{task.name}"
        if folder in inside:
            yield Record(
                id=folder,
                title=_report_title(plan, task, _title(payload, f"{folder}/{HTML}")),
                files=tuple(inside[folder]),
                creator=plan.about.issuer,
                dated=_as_of(payload, f"{folder}/{RESULT}", "figures"),
                signatures=signatures.get(folder, ()),
            )
    for line in read_register(workspace.data):
        name = _path_of(workspace, line)
        if name in payload:
            yield Record(
                id=name,
                title=f"{_owner(plan, line.id)}{line.period.label}报表（第{line.revision}版）",
                files=(name,),
                creator=_owner(plan, line.id),
                dated=_verdict_date(payload, line),
            )
    for signed in _sealed_signatures(workspace, period, payload):
        title = f"{plan.section(signed.section).name}{signed.period.label}月报签字件（第{signed.revision}版）"
        file, on = f"data/{signed.file}", str(signed.signed_at.date())
        yield Record(file, title, (file,), signed.signer, on, signatures.get(file, ()))


def _report_title(plan: Plan, task: Task, title: str) -> str:
    """Return a report's title as it stands alone: whose and of which month, where its own does not say so."""
    if task.period.label in title:
        return title
    whose = plan.about.city if task.subject == CITY else plan.owner_name(task.subject)
    return f"{whose}{task.period.label}{title or task.notebook}"


def _month_groups(plan: Plan, rest: Payload) -> Iterator[Record]:
    """Yield what is no report and no return: pages, receipts, registers, the plan, the notebooks."""
    for group, names in _by(rest, _group_of).items():
        title, dated = _GROUPS.get(group, ""), ""
        if group == f"params/{plan.about.year}":
            title, dated = plan.about.title, plan.about.issued_on.isoformat()
        elif f"{group}/index.html" in rest:
            title = _title(rest, f"{group}/index.html")
        elif group.endswith("/receipts"):
            title = "报表回执"
        yield Record(group, title or group, names, plan.about.issuer, dated)


def _group_of(name: str) -> str:
    parts = PurePosixPath(name).parts
    if parts[0] == "outputs":
        return "/".join(parts[:-1])
    return "/".join(parts[:2]).removesuffix(".csv") if parts[0] in {"data", "params"} else parts[0]


def _book_groups(plan: Plan, payload: Payload) -> Iterator[Record]:
    """Yield what a folder of the evidence book holds: an item of the rubric, score sheets, a body's binder."""
    for group, names in _by(payload, lambda name: str(PurePosixPath(name).parent)).items():
        words = [_NUMBER.sub("", part) for part in PurePosixPath(group).parts]
        made = all(is_made_here("evidence", name) for name in names)
        # Who wrote a body's evidence is known to the assessor only.
        yield Record(group, "：".join(words), names, plan.about.issuer if made else "")


def _by(payload: Payload, group_of: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for name in payload:
        groups[group_of(name)] = (*groups.get(group_of(name), ()), name)
    return groups


def _acts(workspace: Workspace, plan: Plan, period: Period, payload: Payload) -> Iterator[Act]:
    """Yield what was received, signed and handed over of the month itself, and by whom."""
    for line in read_register(workspace.data):
        if line.period == period and _path_of(workspace, line) in payload:
            owner = _owner(plan, line.id)
            kind = "单位" if owner != plan.owner_name(line.id) else "内设机构"
            yield Act("收文", line.received_at.isoformat(), Agent(owner, kind), line.file)
    for signed in _sealed_signatures(workspace, period, payload):
        section = plan.section(signed.section)
        leader = Agent(signed.signer, "个人", f"{section.name}分管领导")
        yield Act("签字", signed.signed_at.isoformat(), leader, f"{section.name}月报")
    for handed in read_deliveries(workspace.data, plan):
        if handed.period == period and f"data/{handed.file}" in payload:
            section = plan.section(handed.section)
            about = f"{section.name}月报报{RECEIVERS.get(handed.to, handed.to)}"
            yield Act("报送", handed.delivered_at.isoformat(), Agent(section.name, "内设机构"), about)


def _signatures(workspace: Workspace, period: Period, payload: Payload) -> dict[str, tuple[LeaderSignature, ...]]:
    """Return the signatures on each record: on a report, or on the signed file where the report is not there."""
    found: dict[str, tuple[LeaderSignature, ...]] = {}
    for signed in _sealed_signatures(workspace, period, payload):
        report = f"outputs/{task_name(signed.period, signed.section, MONTHLY_REPORT)}"
        record = report if f"{report}/{PDF}" in payload else f"data/{signed.file}"
        each = LeaderSignature(_RULES[signed.kind], signed.signed_at.isoformat(), signed.signer, f"data/{signed.file}")
        found[record] = (*found.get(record, ()), each)
    return found


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
