"""The whole of 2017 as it happened in the sample: returns come, leaders sign, ``tick`` does the rest."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.conftest import ROOT, copy_workspace
from tests.filling import PNG

from minsheng.commands.archives.archive_seal import seal_period
from minsheng.commands.archives.archive_verify import verify
from minsheng.commands.deliver import deliver
from minsheng.commands.receive import receive_files
from minsheng.commands.sign import find_report, register_scan
from minsheng.commands.tick import tick
from minsheng.domain.period import Period
from minsheng.errors import ExitCode
from minsheng.intake.returns.store import delivered_path, read_register, register_path
from minsheng.plan import load_plan
from minsheng.plan.calendar import due_date
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

FORMS_CAME = date(2017, 7, 5)
FIRST_SIGNED = Period("2017-07")
"""The sample's forms of the half-year deduct for unsigned reports: until then somebody sealed the months by hand."""


def _receive(workspace: Workspace, day: date) -> int:
    """Receive what the sample's register says came on a day."""
    came = [line for line in read_register(ROOT / "data") if line.received_at.date() == day]
    for line in sorted(came, key=lambda line: line.received_at):
        receive_files(
            workspace, str(line.period), [delivered_path(ROOT / "data", line)],
            received_at=line.received_at.isoformat(), sender=line.sender, display=Quiet(),
        )  # fmt: skip
    return len(came)


def _sign(workspace: Workspace, month: Period, day: date) -> None:
    for section in load_plan(workspace.params, 2017).sections:
        if section.leader and section.assessed:
            sheet = workspace.root / "sheet.png"
            sheet.write_bytes(PNG + f"{month} {section.id} {day}".encode())
            report = find_report(workspace, str(month), section.id)
            register_scan(workspace, report, sheet, signer=section.leader, signed_on=str(day), display=Quiet())


def _finish(workspace: Workspace, month: Period, day: date, *, why: str = "") -> None:
    """Do what people do: sign, or seal by hand what nobody signs or what was sealed before."""
    if month >= FIRST_SIGNED:
        _sign(workspace, month, day)
        deliver(workspace, str(month), "office", to="supervision", at=f"{day}T18:00", display=Quiet())
    if why or month < FIRST_SIGNED:
        seal_period(
            workspace,
            str(month),
            archive=None,
            why=why or "当时没有签字登记",
            sealed_at=f"{day}T19:00",
            display=Quiet(),
        )


def _days(workspace: Workspace) -> tuple[dict[date, Period], list[date]]:
    """Return when each month is signed, and every day on which something happens or is due."""
    plan = load_plan(workspace.params, 2017)
    months = Period("2017").months
    signed = {
        due_date(plan, plan.reporting.sections, month) + timedelta(days=1): month
        for month in months
        if month >= plan.reporting.first_month
    }
    days = {line.received_at.date() for line in read_register(ROOT / "data")} | set(signed) | {FORMS_CAME}
    days |= {due_date(plan, deadline, month) for month in months for deadline in (plan.reporting.counties,)}
    return signed, sorted(days)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_the_whole_of_2017(tmp_path: Path) -> None:
    workspace = copy_workspace(tmp_path / "workspace", returns="none")
    register = register_path(workspace.data)
    register.write_text(register.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    shutil.copytree(ROOT / "data/deliveries", workspace.data / "deliveries")
    shutil.copy(ROOT / "data/deliveries.csv", workspace.data)
    signed, days = _days(workspace)
    done: dict[str, list[date]] = {}
    corrected: list[Period] = []
    for day in days:
        received = _receive(workspace, day)
        if day == FORMS_CAME:
            for name in ("assessment", "evidence"):
                shutil.copytree(ROOT / "data" / name, workspace.data / name)
        if day in signed:
            _finish(workspace, signed[day], day)
        outcome = tick(workspace, f"{day}T20:00", display=Quiet())
        for each in outcome.done:
            done.setdefault(f"{each.action.step.value} {each.action.period}", []).append(day)
        for month in [need.period for need in outcome.needs if "--why" in need.text and need.period]:
            # A return that came after the seal: the leaders sign anew, and somebody says why.
            assert outcome.exit_code == ExitCode.USAGE
            corrected.append(month)
            _finish(workspace, month, day, why="更正")
            outcome = tick(workspace, f"{day}T20:40", display=Quiet())
            assert outcome.done == []
        assert outcome.exit_code in {ExitCode.DONE, ExitCode.GAPS}, (day, outcome.lines())
        if day in signed or received:
            again = tick(workspace, f"{day}T21:00", display=Quiet())
            assert (again.done, again.exit_code) == ([], outcome.exit_code), (day, again.lines())
    plan = load_plan(workspace.params, 2017)
    for month in Period("2017").months:
        made = done[f"run {month}"]
        assert made[0] >= due_date(plan, plan.reporting.counties, month)
        assert done.get(f"seal {month}", []) == [day for day, which in signed.items() if which == month >= FIRST_SIGNED]
    assert done["assess 2017-H1"] == done["seal 2017-H1"] == [FORMS_CAME]
    assert set(corrected) == {Period("2017-05"), Period("2017-12")}
    last = tick(workspace, "2018-01-31", display=Quiet())
    assert last.done == []
    assert any("2017年：还没有考评表" in str(need) for need in last.needs)
    verified = verify(workspace.root, None, archive=None, key=None, head="", display=Quiet())
    assert verified.exit_code == ExitCode.DONE, verified.lines()
