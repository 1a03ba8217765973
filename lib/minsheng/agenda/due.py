"""What is due and not done: a pure function of the facts and the day, so that every day of a year can be tested."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Literal

from minsheng.agenda.reminders import Owed
from minsheng.domain.period import Period
from minsheng.errors import ExitCode

SealStanding = Literal["none", "same", "changed"]
"""Not sealed; sealed as it is now; sealed, and something was made again since."""


class Step(StrEnum):
    """What the program does of itself."""

    REMIND = "remind"
    RUN = "run"
    ASSESS = "assess"
    SEAL = "seal"

    @property
    def word(self) -> str:
        """The step in words."""
        return {Step.REMIND: "催报名单", Step.RUN: "生成", Step.ASSESS: "考评", Step.SEAL: "归档"}[self]


@dataclass(frozen=True)
class Action:
    """One step that is due."""

    step: Step
    period: Period

    def __str__(self) -> str:
        return f"{self.period.label}{self.step.word}"


@dataclass(frozen=True)
class Need:
    """Something that a person must do.

    Parameters
    ----------
    text
        What is wrong and what to do, in one line or more.
    exit_code
        What the command ends with that could not do its work; 0 where people are still in time.
    """

    period: Period | None
    text: str
    exit_code: ExitCode

    def __str__(self) -> str:
        return f"{self.period.label}：{self.text}" if self.period else self.text


@dataclass(frozen=True)
class Failed:
    """A report that could not be made, and that the same inputs would not make either."""

    name: str
    why: str
    where: str
    exit_code: ExitCode

    def need(self, period: Period) -> Need:
        """Say it."""
        text = f"{self.name}没有生成：{self.why}（详见 {self.where}）。报表、方案或程序有变化时自动重做"
        return Need(period, text, self.exit_code)


@dataclass(frozen=True)
class MonthState:
    """A month on a day.

    Parameters
    ----------
    counties_due, sections_due
        The days on which returns are due.
    back_filled
        Whether the month lies before the plan's first: nobody is reminded of it.
    received
        How many returns have come.
    remind
        Whose return is due within the days of ``remind_days`` and has not come.
    reminded
        The list as it was written last.
    missing
        Names of those whose return is overdue.
    blocked
        Names of those whose return did not pass.
    refused
        What lies among the returns and cannot be read, each with why.
    outdated
        Whether a run would make anything; a sealed month is outdated by other returns alone.
    failed
        What a run would make no better.
    signers
        How many leaders sign a report of the month.
    unsigned
        Whose signature is missing, or stands on another version: each with what to do.
    undelivered
        Which reports nobody has handed over to all who get them: each with what to do.
    """

    period: Period
    counties_due: date
    sections_due: date
    back_filled: bool = False
    received: int = 0
    remind: tuple[Owed, ...] = ()
    reminded: tuple[Owed, ...] = ()
    missing: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    outdated: bool = True
    failed: tuple[Failed, ...] = ()
    signers: int = 0
    unsigned: tuple[str, ...] = ()
    undelivered: tuple[str, ...] = ()
    archive: SealStanding = "none"


@dataclass(frozen=True)
class AssessmentState:
    """A half-year's or year's assessment on a day.

    Parameters
    ----------
    due
        When the closing month's reports are due: nothing is assessed before the day after.
    forms
        How many forms have come.
    unformed
        Names of the assessed bodies without a form.
    outdated
        Whether an assessment would make anything; a sealed one is outdated by other returns or forms alone.
    refused
        Why forms were refused that have not changed since; empty where they were not.
    failed
        What an assessment would make no better.
    gaps
        What of the evidence is missing.
    undelivered
        What is left to do about its result table; empty where it was handed over as it is.
    """

    period: Period
    due: date
    forms: int = 0
    unformed: tuple[str, ...] = ()
    outdated: bool = True
    refused: str = ""
    refused_code: ExitCode = ExitCode.FILE_REFUSED
    failed: tuple[Failed, ...] = ()
    gaps: tuple[str, ...] = ()
    undelivered: str = ""
    archive: SealStanding = "none"


PeriodState = MonthState | AssessmentState


def due(facts: PeriodState, day: date) -> list[Action]:
    """Return what is due on a day and not done, in order; later steps are found once the earlier are done."""
    if isinstance(facts, MonthState):
        return _month(facts, day)
    return _assessment(facts, day)


def needs(facts: PeriodState, day: date) -> list[Need]:
    """Return what people must do, once everything is done that was due."""
    if isinstance(facts, MonthState):
        return _month_needs(facts, day)
    return _assessment_needs(facts, day)


def _month(facts: MonthState, day: date) -> list[Action]:
    found = [Step.REMIND] if facts.remind != facts.reminded else []
    if _run_is_due(facts, day):
        found.append(Step.RUN)
    elif _is_complete(facts) and facts.archive == "none":
        found.append(Step.SEAL)
    return [Action(step, facts.period) for step in found]


def _run_is_due(facts: MonthState, day: date) -> bool:
    if not facts.outdated:
        return False
    if facts.received:
        return day >= facts.counties_due
    # Everybody has until the evening; a month without any return is still a month: its reports say 未报送.
    return day > facts.counties_due and not facts.back_filled


def _is_complete(facts: MonthState) -> bool:
    # What was handed over belongs into the package: sealed before, it would lack it.
    is_made = not facts.outdated and not facts.failed
    return is_made and bool(facts.signers) and not facts.unsigned and not facts.undelivered


def _month_needs(facts: MonthState, day: date) -> list[Need]:
    month = facts.period
    if (day < facts.counties_due and facts.outdated) or (facts.back_filled and not facts.received):
        return []
    found = [Need(month, f"不能读取：{line}", ExitCode.FILE_REFUSED) for line in facts.refused]
    if facts.archive == "none":
        if facts.missing:
            text = f"未报送：{'、'.join(facts.missing)}。收到后 minsheng receive {month} 文件"
            found.append(Need(month, text, ExitCode.GAPS))
        if facts.blocked:
            text = f"未通过校验：{'、'.join(facts.blocked)}。把 outputs/{month}/receipts/ 中的回执退回更正"
            found.append(Need(month, text, ExitCode.GAPS))
    for failed in facts.failed:
        in_time = failed.exit_code == ExitCode.GATE_REFUSED and day <= facts.sections_due
        # Before the sections' own deadline an empty part is still being written.
        found.append(replace(failed.need(month), exit_code=ExitCode.DONE) if in_time else failed.need(month))
    if not facts.outdated and facts.signers and not facts.back_filled:
        found += [Need(month, line, ExitCode.DONE) for line in (*facts.unsigned, *facts.undelivered)]
    elif not facts.outdated and facts.archive == "none":
        why = "方案印发前的月份，没有要求签字" if facts.back_filled else "方案没有写明分管领导，没有人签字"
        found.append(Need(month, f"{why}，不自动归档。定稿后 minsheng archive seal {month}", ExitCode.DONE))
    return found + _changed_since_sealed(facts)


def _changed_since_sealed(facts: PeriodState) -> list[Need]:
    if facts.archive != "changed":
        return []
    text = f"归档之后有变化，须由人写明原因重新归档：minsheng archive seal {facts.period} --why 原因"
    # What a seal without its reason ends with.
    return [Need(facts.period, text, ExitCode.USAGE)]


def _assessment(facts: AssessmentState, day: date) -> list[Action]:
    # Everybody has until the evening of the due day; the same forms would be refused again.
    if day <= facts.due or not facts.forms or facts.refused:
        return []
    if facts.outdated:
        return [Action(Step.ASSESS, facts.period)]
    complete = not (facts.failed or facts.unformed or facts.gaps)
    return [Action(Step.SEAL, facts.period)] if complete and facts.archive == "none" else []


def _assessment_needs(facts: AssessmentState, day: date) -> list[Need]:
    if day <= facts.due:
        return []
    period = facts.period
    blank = f"空白表：minsheng template {period}，填好放到 data/assessment/{period}/"
    if not facts.forms:
        return [Need(period, f"还没有考评表，没有考评。{blank}", ExitCode.DONE)]
    found = []
    if facts.refused:
        found.append(Need(period, f"考评没有做：{facts.refused}", facts.refused_code))
    if facts.archive == "none":
        if facts.unformed:
            found.append(Need(period, f"没有考评表：{'、'.join(facts.unformed)}。{blank}", ExitCode.GAPS))
        found += [Need(period, f"缺印证资料：{line}", ExitCode.GATE_REFUSED) for line in facts.gaps]
    found += [failed.need(period) for failed in facts.failed]
    found += [Need(period, facts.undelivered, ExitCode.DONE)] if facts.undelivered else []
    return found + _changed_since_sealed(facts)
