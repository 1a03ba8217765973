"""What came of a command, for the desk: in its own words with links to its files; of received files the receipts."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from minsheng.desk.jobs import Job, StartedCommand
from minsheng.desk.month_forms import FORMS
from minsheng.desk.shown_files import from_workspace, opened_at, shown_at
from minsheng.domain.clock import BEIJING
from minsheng.domain.delivery import Verdict
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode
from minsheng.intake.returns.receipt_words import receipt_words
from minsheng.intake.returns.receipts import receipts_dir, to_do
from minsheng.measure.fields import not_used_words
from minsheng.plan import load_plan
from minsheng.render.html.markup import Content, Element, Piece, paragraph
from minsheng.workspace import Workspace

_WORDS = {
    ExitCode.DONE: "完成",
    ExitCode.PROGRAM_FAULT: "程序出错，没有完成",
    ExitCode.USAGE: "没有办：填写有误",
    ExitCode.GAPS: "完成，有缺口",
    ExitCode.PLAN_INVALID: "没有办：方案有错",
    ExitCode.FILE_REFUSED: "有文件被拒收",
    ExitCode.GATE_REFUSED: "没有放行",
    ExitCode.NOTEBOOK_FAILED: "有报告没有生成",
    ExitCode.ARCHIVE_INVALID: "归档核验不通过",
    ExitCode.MACHINE_UNFIT: "机器条件不足，没有完成",
}

_Document = dict[str, Any]

_PATH = re.compile(r"[^\s/：，；。、（）“”]+/[^\s：，；。、（）“”]*")
"""What may be a path from the workspace's folder; one that is there is a link."""

_LAST_LINES = 15

_LONGEST = 60
"""Letters of what a command was about."""

_COUNTING = re.compile(r"\d+/\d+ ")


def ended_jobs(workspace: Workspace, found: list[Job], base: str) -> str:
    """Return the jobs that have ended as HTML, most recent first."""
    cards = [_card(workspace, each, base, opened=number == 0) for number, each in enumerate(found)]
    return Piece(*cards or [paragraph("还没有在这里办过什么。")])._repr_html_()


def how_it_ended(job: Job) -> tuple[str, str]:
    """Return how a job ended in words, and which colour that has."""
    if job.end is None:
        return "中断：没有记下怎样结束的，请再办一次", "bad"
    if job.end.stopped:
        return "已停止", "watch"
    if job.end.code not in {int(code) for code in ExitCode}:
        return "进程意外结束，没有完成", "bad"
    code = ExitCode(job.end.code)
    return _WORDS[code], {ExitCode.DONE: "good", ExitCode.GAPS: "watch"}.get(code, "bad")


def _card(workspace: Workspace, job: Job, base: str, *, opened: bool) -> Element:
    order = job.order
    about = order.about if len(order.about) <= _LONGEST else f"{order.about[:_LONGEST]}……"
    words, colour = how_it_ended(job)
    shape = {"good": "●", "watch": "▲", "bad": "■"}[colour]
    took = f"，用时 {(job.end.ended - order.began).total_seconds():.0f} 秒" if job.end else ""
    return Element(
        "details",
        Element(
            "summary",
            Element("span", shape, class_=f"shape {colour}", aria_hidden="true"),
            f" {order.title}：{words}",
            Element("span", f"　{about}", class_="about") if about else None,
            Element("span", f"　{order.by}　{_clock(order.began)}{took}", class_="hint"),
        ),
        paragraph("命令：", Element("code", order.line)),
        _outcome(workspace, job, base),
        _again(order),
        Element(
            "details", Element("summary", "看记录"), Element("pre", tabindex="0", aria_label="记录"), data_log=order.id
        ),
        open="" if opened else None,
        class_="job",
        data_job=order.id,
    )


def _again(order: StartedCommand) -> Element | None:
    """Return the button that opens the form as it was filled in, for what is done again and again."""
    form = FORMS.get(order.form)
    if form is None or not form.repeats:
        return None
    return Element(
        "button",
        "再办一次",
        type="button",
        data_open=form.id,
        data_values=json.dumps(order.values, ensure_ascii=False),
        data_of_month=order.month,
        aria_label=f"再办一次：{order.line}",
    )


def _outcome(workspace: Workspace, job: Job, base: str) -> Content:
    document = _received(job)
    if document is not None:
        return _files(workspace, document, base)
    said = [line for line in job.answer.splitlines() if line.strip()]
    if not said:
        # What a command could not do it says beside its progress.
        said = [line for line in job.log.splitlines() if line.strip() and not _COUNTING.match(line)][-_LAST_LINES:]
    return Element("ul", [Element("li", list(_linked(workspace, line, base))) for line in said], class_="said")


def _received(job: Job) -> _Document | None:
    """Return what ``receive --json`` printed; nothing of other commands, or where it could not begin."""
    if job.order.form != "receive":
        return None
    try:
        document: _Document = json.loads(job.answer)
    except ValueError:
        return None
    return document


def _files(workspace: Workspace, document: _Document, base: str) -> list[Content]:
    plan = load_plan(workspace.params, int(document["period"][:4])) if document["verdicts"] else None
    told: list[Content] = [paragraph(line) for line in (*document["told"], *document["plan_faults"])]
    shown = [_file(workspace, each, document, plan, base) for each in document["files"]]
    later = document["stale"]
    stale = f"以后月份已过期：{'、'.join(later)}。生成时勾选“以后月份因更正而过期的也重做”" if later else ""
    return [*told, *shown, paragraph(stale) if stale else None]


def _file(workspace: Workspace, file: _Document, document: _Document, plan: Plan | None, base: str) -> Element:
    delivery = file["delivery"]
    if delivery is None:
        refused = [paragraph(Element("strong", "拒收：", class_="bad"), file["reason"])]
        kept = paragraph(f"原件存于 {file['kept']}") if file["kept"] else None
        return Element("article", Element("h3", file["source"]), refused, kept, class_="received")
    found = document["verdicts"].get(delivery["id"])
    parts: list[Content] = [Element("h3", file["source"])]
    if plan is not None and found is not None:
        verdict = Verdict.model_validate(found)
        parts += _receipt(workspace, plan, verdict, file, base)
    else:
        parts.append(paragraph(f"已登记：data/{delivery['file']}"))
    if file["personal"]:
        parts.append(paragraph(f"{file['personal']}：请把文件改名，并请报送单位不要在文件名里写个人信息", class_="bad"))
    return Element("article", parts, class_="received")


def _receipt(workspace: Workspace, plan: Plan, verdict: Verdict, file: _Document, base: str) -> Iterator[Content]:
    blocked = not_used_words(plan, verdict)
    became = "与现行的一版逐字节相同，没有重复登记" if file["outcome"] == "unchanged" else f"第 {verdict.revision} 版"
    standing = (
        Element("strong", f"■ 未通过校验：{'、'.join(blocked)}", class_="bad")
        if blocked
        else Element("strong", "● 通过校验", class_="good")
    )
    yield paragraph(f"{plan.owner_name(verdict.id)}{verdict.period.label}报表，{became}。", standing)
    if file["replaces"]:
        yield paragraph(f"代替第 {file['replaces']} 版，改动 {len(file['changes'])} 处。")
    words = receipt_words(plan, verdict)
    if words.entries:
        yield to_do(words)
    folder = f"outputs/{verdict.period}/receipts/{verdict.id}"
    sheet = receipts_dir(workspace.outputs, verdict.period) / f"{verdict.id}.xlsx"
    yield paragraph(
        Element("a", "看回执", href=shown_at(base, f"{folder}.html"), target="_blank"),
        Element("a", "下载回执（标红的表，发回报送单位）", href=shown_at(base, f"{folder}.xlsx") + "?download=1")
        if sheet.is_file()
        else None,
        class_="acts",
    )


def _linked(workspace: Workspace, line: str, base: str) -> Iterator[Content]:
    """Yield a line in which files and folders of the workspace are links, named from its folder."""
    at, said = 0, from_workspace(workspace.root, line)
    for match in _PATH.finditer(said):
        path = match[0]
        inside = ".." not in Path(path).parts and (workspace.root / path).exists()
        address = opened_at(base, workspace.root, path) if inside else ""
        if address:
            yield said[at : match.start()]
            yield Element("a", path, href=address, target="_blank")
            at = match.end()
    yield said[at:]


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%m-%d %H:%M}"
