"""Every fault of the corpus: its outcome, its rule, its cell, its words, and a receipt that marks it."""

import io
from collections import Counter
from datetime import datetime

import openpyxl
import pytest
from clerks import CLERKS
from containers import CONTAINERS
from corpus import CORPUS, Fault
from habits import HABITS
from honest import HONEST
from remembering_desk import Desk

from minsheng.domain.delivery import Issue, Severity, Verdict
from minsheng.errors import FileRefusedError
from minsheng.intake.returns.receipt_words import receipt_words
from minsheng.intake.returns.receipt_workbook import receipt_workbook
from minsheng.intake.returns.receipts import receipt_page
from minsheng.measure.fields import not_used

pytestmark = pytest.mark.slow

FAULTS = [*CORPUS, *CLERKS, *HABITS, *CONTAINERS, *HONEST]
ACCEPTED = [fault for fault in FAULTS if fault.outcome != "refused"]


def names(faults: list[Fault]) -> list[str]:
    return [fault.name for fault in faults]


def test_the_corpus_is_large_and_mostly_not_refused() -> None:
    counts = Counter(fault.outcome for fault in FAULTS)
    assert len(set(names(FAULTS))) == len(FAULTS) >= 60
    assert counts["refused"] * 4 <= len(FAULTS)
    assert min(counts[outcome] for outcome in ("accepted", "warned", "blocked", "refused")) >= 10


def test_the_good_workbook_has_no_issue(desk: Desk) -> None:
    verdict, values = desk.judge(desk.good)
    assert not verdict.issues
    assert {value.field: value.value for value in values}["dibao.urban.persons"] == "7591"


def open_issues(verdict: Verdict) -> list[Issue]:
    return [i for i in verdict.issues if i.blocks or (i.severity == Severity.WARNING and not i.explanation)]


def outcome_of(verdict: Verdict) -> str:
    if not verdict.is_whole:
        return "blocked"
    return "warned" if open_issues(verdict) else "accepted"


@pytest.mark.parametrize("fault", ACCEPTED, ids=names(ACCEPTED))
def test_a_fault_is_handled_or_blocks_by_cell(fault: Fault, desk: Desk) -> None:
    content = fault.make(desk.good)
    verdict, values = desk.judge(content)
    said = "\n".join(f"{i.rule} {i.severity} {i.sheet}!{i.cell} {i.message}" for i in verdict.issues)
    assert outcome_of(verdict) == fault.outcome, said
    assert set(not_used(desk.checker.plan, verdict)) == set(fault.blocked), said
    if fault.rule:
        assert (fault.rule, fault.cell) in {
            (i.rule, f"{i.sheet}!{i.cell}" if i.cell else i.sheet) for i in verdict.issues
        }, said
    if fault.says:
        assert any(
            fault.says in f"{issue.message}{issue.action}" for issue in verdict.issues if issue.rule == fault.rule
        )
    if fault.value[0]:
        found = {value.field: value.value for value in values}
        assert found[fault.value[0]] == fault.value[1]
    for issue in open_issues(verdict):
        assert issue.message
        assert issue.allowed
        assert issue.action
    assert_receipt(desk, content, verdict)


def assert_receipt(desk: Desk, content: bytes, verdict: Verdict) -> None:
    """The county's own workbook comes back with every faulty cell coloured and commented, and nothing that runs."""
    workbook = desk.reader.read(content)
    words = receipt_words(desk.checker.plan, verdict)
    made = receipt_workbook(content if workbook.format == "xlsx" else None, workbook, verdict, words)
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert book.sheetnames[0].startswith("回执")
    for issue in open_issues(verdict):
        if issue.cell and issue.sheet in book.sheetnames:
            at = book[issue.sheet][issue.cell]
            if not isinstance(at, openpyxl.cell.MergedCell):
                assert issue.rule in at.comment.text
    page = receipt_page(words).decode()
    assert all(issue.rule in page for issue in verdict.issues)


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.outcome == "refused"], ids=lambda fault: fault.name)
def test_only_what_is_unreadable_hostile_or_not_ours_is_refused(fault: Fault, desk: Desk) -> None:
    with pytest.raises(FileRefusedError) as refused:
        desk.judge(fault.make(desk.good))
    assert fault.says in str(refused.value)
    started = datetime.now().astimezone()
    assert desk.judge(desk.good)[0].issues == ()  # the reader has survived it
    assert (datetime.now().astimezone() - started).total_seconds() < 10
