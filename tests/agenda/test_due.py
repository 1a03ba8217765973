"""What is due and not done: the pure planner, over single days and over every day of 2017; nothing is run."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.conftest import ROOT

from minsheng.agenda.due import Action, AssessmentState, Failed, MonthState, Step, due, needs
from minsheng.agenda.facts import periods
from minsheng.agenda.reminders import Owed
from minsheng.domain.period import Period
from minsheng.errors import ExitCode
from minsheng.plan import load_plan
from minsheng.plan.calendar import due_date

JUNE, HALF = Period("2017-06"), Period("2017-H1")
COUNTIES, SECTIONS = date(2017, 6, 23), date(2017, 6, 26)
DAY = timedelta(days=1)
OWED = (Owed("cangxi", "苍溪县", COUNTIES, 2),)
FAILED = Failed("苍溪县低保", "笔记本出错：除以零", "outputs/x/traceback.txt", ExitCode.NOTEBOOK_FAILED)
EMPTY = Failed("社会救助科工作情况月报", "内容不全", "outputs/x/traceback.txt", ExitCode.GATE_REFUSED)


def _month(**facts) -> MonthState:
    return MonthState(JUNE, COUNTIES, SECTIONS, **{"received": 9, "signers": 2, **facts})


def _made(**facts) -> MonthState:
    return _month(outdated=False, **facts)


def _assessment(**facts) -> AssessmentState:
    return AssessmentState(HALF, SECTIONS, **{"forms": 10, **facts})


def _steps(facts, day: date) -> list[str]:
    assert all(action.period == facts.period for action in due(facts, day))
    return [action.step.value for action in due(facts, day)]


def _codes(facts, day: date = SECTIONS + DAY) -> list[int]:
    return [int(need.exit_code) for need in needs(facts, day)]


@pytest.mark.parametrize(
    ("facts", "day", "steps"),
    [
        (_month(), COUNTIES - DAY, []),
        (_month(), COUNTIES, ["run"]),
        (_month(), date(2019, 1, 1), ["run"]),
        # Everybody has until the evening; the day after, a month without any return is made too and says so.
        (_month(received=0), COUNTIES, []),
        (_month(received=0), COUNTIES + DAY, ["run"]),
        (_month(received=0, back_filled=True), date(2019, 1, 1), []),
        (_month(received=1, back_filled=True), COUNTIES, ["run"]),
        (_month(remind=OWED), COUNTIES - 2 * DAY, ["remind"]),
        (_month(remind=OWED, reminded=OWED), COUNTIES - 2 * DAY, []),
        (_month(reminded=OWED), COUNTIES, ["remind", "run"]),
        (_made(unsigned=("待签字",)), SECTIONS, []),
        (_made(undelivered=("待移交",)), SECTIONS, []),
        (_made(), SECTIONS, ["seal"]),
        (_made(archive="same"), SECTIONS, []),
        (_made(archive="changed"), SECTIONS, []),
        (_made(failed=(FAILED,)), SECTIONS, []),
        # Nobody signs: nobody has said that the month is final.
        (_made(signers=0), SECTIONS, []),
        # A correction after the seal is made; only a person can say why it is sealed again.
        (_month(archive="same"), SECTIONS, ["run"]),
        # Signed before another return came: first the run, then the signature is on another version.
        (_month(unsigned=()), SECTIONS, ["run"]),
    ],
)
def test_a_month(facts: MonthState, day: date, steps: list[str]) -> None:
    assert _steps(facts, day) == steps


@pytest.mark.parametrize(
    ("facts", "day", "steps"),
    [
        (_assessment(), SECTIONS, []),
        (_assessment(), SECTIONS + DAY, ["assess"]),
        (_assessment(forms=0), date(2019, 1, 1), []),
        (_assessment(refused="单元格 B4"), SECTIONS + DAY, []),
        (_assessment(outdated=False), SECTIONS + DAY, ["seal"]),
        (_assessment(outdated=False, gaps=("苍溪县",)), SECTIONS + DAY, []),
        (_assessment(outdated=False, unformed=("苍溪县",)), SECTIONS + DAY, []),
        (_assessment(outdated=False, failed=(FAILED,)), SECTIONS + DAY, []),
        (_assessment(outdated=False, archive="same"), SECTIONS + DAY, []),
        (_assessment(outdated=False, archive="changed"), SECTIONS + DAY, []),
    ],
)
def test_an_assessment(facts: AssessmentState, day: date, steps: list[str]) -> None:
    assert _steps(facts, day) == steps


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (_made(archive="same"), []),
        (_made(missing=("苍溪县",), blocked=("旺苍县",)), [3, 3]),
        # Whoever sealed a month without a return has decided; what was sealed is not late for ever.
        (_made(missing=("苍溪县",), archive="same"), []),
        (_made(refused=("a.xlsx：不是表格",)), [11]),
        (_made(failed=(FAILED, EMPTY)), [13, 12]),
        (_made(unsigned=("a", "b"), undelivered=("c",)), [0, 0, 0]),
        (_made(signers=0), [0]),
        (_made(signers=2, back_filled=True, unsigned=("a",)), [0]),
        (_made(archive="changed"), [2]),
        (_month(received=0, back_filled=True, missing=("苍溪县",)), []),
        (_assessment(forms=0), [0]),
        (_assessment(unformed=("苍溪县",), gaps=("x", "y")), [3, 12, 12]),
        (_assessment(refused="单元格 B4"), [11]),
        (_assessment(outdated=False, archive="changed"), [2]),
        (_assessment(outdated=False, archive="same", unformed=("x",), gaps=("x",)), []),
    ],
)
def test_what_is_left_to_people_and_its_code(facts, codes: list[int]) -> None:
    assert _codes(facts) == codes


def test_people_are_told_the_command_and_never_a_reason_is_made_up() -> None:
    (changed,) = needs(_made(archive="changed"), SECTIONS)
    assert "minsheng archive seal 2017-06 --why 原因" in str(changed)
    (form,) = needs(_assessment(forms=0), SECTIONS + DAY)
    assert "minsheng template 2017-H1" in str(form)


def test_an_empty_part_is_no_fault_while_the_section_is_in_time() -> None:
    facts = _made(failed=(EMPTY,))
    assert _codes(facts, SECTIONS) == [0]
    assert _codes(facts, SECTIONS + DAY) == [12]
    assert _codes(_made(failed=(FAILED,)), SECTIONS) == [13]


def test_nothing_is_asked_of_anybody_before_its_day() -> None:
    assert _codes(_month(missing=()), COUNTIES - DAY) == []
    assert _codes(_assessment(forms=0), SECTIONS) == []


class _Bureau:
    """A year in which every return comes the day before it is due, and a leader signs the day after."""

    def __init__(self) -> None:
        self.plan = load_plan(ROOT / "params", 2017)
        reporting = self.plan.reporting
        self.facts: dict[Period, MonthState | AssessmentState] = {}
        for period in periods(self.plan):
            sections = due_date(self.plan, reporting.sections, period)
            if period.month is None:
                self.facts[period] = AssessmentState(period, sections)
            else:
                counties = due_date(self.plan, reporting.counties, period)
                back_filled = period < reporting.first_month
                self.facts[period] = MonthState(
                    period, counties, sections, back_filled=back_filled, signers=2, unsigned=("a", "b")
                )
        self.done: dict[Action, list[date]] = {}

    def wake(self, day: date) -> None:
        """What people have done by a day, and what of it is seen then."""
        for period, facts in self.facts.items():
            if isinstance(facts, AssessmentState):
                forms = 10 if day >= facts.due + 5 * DAY else 0
                self.facts[period] = replace(facts, forms=forms)
                continue
            reported = day >= facts.counties_due - DAY
            is_soon = timedelta() <= facts.counties_due - day <= 7 * DAY and not facts.back_filled and not reported
            owed = (Owed("cangxi", "苍溪县", facts.counties_due, (facts.counties_due - day).days),) if is_soon else ()
            signed = day >= facts.sections_due + DAY and not facts.outdated
            unsigned = () if signed else facts.unsigned
            self.facts[period] = replace(facts, received=9 if reported else 0, remind=owed, unsigned=unsigned)

    def tick(self, day: date) -> list[Action]:
        """Do what a tick does, on facts alone."""
        done = []
        for period in self.facts:
            while actions := due(self.facts[period], day):
                self._do(actions[0])
                done.append(actions[0])
                self.done.setdefault(actions[0], []).append(day)
                self.wake(day)
                assert len(done) < 100, "a step that is done is not due again"
        return done

    def _do(self, action: Action) -> None:
        facts = self.facts[action.period]
        match action.step:
            case Step.REMIND:
                facts = replace(facts, reminded=facts.remind)
            case Step.RUN | Step.ASSESS:
                facts = replace(facts, outdated=False)
            case Step.SEAL:
                facts = replace(facts, archive="same")
        self.facts[action.period] = facts


def _year() -> list[date]:
    return [date(2017, 1, 1) + n * DAY for n in range(365 + 31)]


def test_every_day_of_2017_a_second_tick_finds_nothing() -> None:
    bureau = _Bureau()
    for day in _year():
        bureau.wake(day)
        bureau.tick(day)
        assert bureau.tick(day) == []
    for period, facts in bureau.facts.items():
        assert facts.archive == "same", period
        if isinstance(facts, AssessmentState):
            assert bureau.done[Action(Step.ASSESS, period)] == [facts.due + 5 * DAY]
            continue
        assert bureau.done[Action(Step.RUN, period)] == [facts.counties_due]
        assert bureau.done[Action(Step.SEAL, period)] == [facts.sections_due + DAY]
        reminded = bureau.done.get(Action(Step.REMIND, period), [])
        # Daily while it changes, from a week before; the last one takes the list away.
        expected = [] if facts.back_filled else [facts.counties_due - n * DAY for n in range(7, 0, -1)]
        assert reminded == expected


@pytest.mark.parametrize("asleep", [2, 9, 45, 100, 396])
def test_downtime_is_caught_up_in_order(asleep: int) -> None:
    undisturbed, slept = _Bureau(), _Bureau()
    for day in _year():
        undisturbed.wake(day)
        undisturbed.tick(day)
    for number, day in enumerate(_year(), start=1):
        slept.wake(day)
        if number % asleep == 0 or day == _year()[-1]:
            done = slept.tick(day)
            assert slept.tick(day) == []
            made = [action.period for action in done if action.step in {Step.RUN, Step.ASSESS}]
            assert made == sorted(made)
    assert {p: f.archive for p, f in slept.facts.items()} == {p: f.archive for p, f in undisturbed.facts.items()}
    assert {a for a in slept.done if a.step != Step.REMIND} == {a for a in undisturbed.done if a.step != Step.REMIND}


def test_the_periods_of_a_year_come_after_what_they_need() -> None:
    names = [str(period) for period in periods(load_plan(ROOT / "params", 2017))]
    assert names[4:8] == ["2017-05", "2017-06", "2017-H1", "2017-07"]
    assert names[-2:] == ["2017-12", "2017"]
    assert len(names) == 14


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("2017-06/cangxi/dibao", "苍溪县城乡低保"),
        ("2017-06/city/bulletin", "全市月通报"),
        ("2017-06/social_relief/section_scoring", "社会救助科倒扣分"),
        ("2017-06/office/monthly_report", "办公室工作情况月报"),
        ("2017-06/gone/dibao", "2017-06/gone/dibao"),
        ("2017-06/cangxi/gone", "2017-06/cangxi/gone"),
    ],
)
def test_a_report_is_called_what_people_call_it(task: str, name: str) -> None:
    assert load_plan(ROOT / "params", 2017).report_name(task) == name
