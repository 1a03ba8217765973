"""The desk's forms: each is a command of the terminal, and what is filled in comes out as somebody would type it."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.main import get_command

from minsheng.cli import app
from minsheng.desk.desk_page import desk_page
from minsheng.desk.forms import Form, fill, plain_values
from minsheng.desk.month_forms import FORMS
from minsheng.desk.office import Office, month_shown, months
from minsheng.desk.today import lines
from minsheng.domain.period import Period
from minsheng.errors import UsageError


@pytest.fixture(scope="module")
def office(june) -> Office:
    return Office.of(june, Period("2017-06"))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_is_a_command_and_its_fields_are_the_command_s(form: Form) -> None:
    command = get_command(app)
    for word in form.command:
        command = command.commands[word] if not word.startswith("-") else command
    options = {name for each in command.params for name in each.opts}
    asked = [field.option for field in form.fields if field.option]
    asked += [word for word in form.command if word.startswith("-")]
    assert set(asked) <= options
    by_place = [field for field in form.fields if not field.option and not field.variable]
    taken = [each for each in command.params if each.param_type_name == "argument"]
    assert len(by_place) <= len(taken)


def _filled(office: Office, form: str, values: dict[str, str], **files: list[Path]):
    return fill(FORMS[form], office, values, files)


def test_a_command_line_reads_as_it_is_typed(office) -> None:
    june = {"period": "2017-06"}
    assert _filled(office, "run", june | {"stale": "on", "area": "cangxi"}).line == (
        "minsheng run 2017-06 --area cangxi --stale"
    )
    received = _filled(office, "receive", june, files=[Path("/sent/a b.xlsx"), Path("/sent/c.xlsx")])
    assert received.line == "minsheng receive --json 2017-06 'a b.xlsx' c.xlsx"
    assert received.arguments == ("receive", "--json", "2017-06", "/sent/a b.xlsx", "/sent/c.xlsx")
    assert received.about == "2017年6月、a b.xlsx、c.xlsx"
    # A personal number in a file's name is shown nowhere.
    scanned = _filled(office, "verify_file", {}, file=[Path("/sent/510812199001011239.pdf")])
    assert "510812199001011239" not in scanned.line + scanned.about
    # What begins with a dash is a value still.
    assert _filled(office, "seal", june | {"why": "--force"}).arguments[-1] == "--why=--force"


def test_a_password_is_in_no_command_line(office) -> None:
    assert plain_values(FORMS["sign_p12"], {"section": "a", "password": "x"}) == {"section": "a"}
    values = {"period": "2017-06", "section": office.signing[0][0], "password": " 密 码 "}
    command = _filled(office, "sign_p12", values, p12=[Path("/sent/沈友文.p12")])
    assert command.passwords == {"P12_PASSWORD": " 密 码 "}
    assert command.arguments[-2:] == ("--password-env", "P12_PASSWORD")
    assert "密 码" not in command.line + " ".join(command.arguments)
    assert _filled(office, "seal", {"period": "2017-06", "password": "x"}).passwords == {"MINSHENG_KEY_PASSWORD": "x"}


@pytest.mark.parametrize(
    ("form", "values", "said"),
    [
        ("receive", {"period": "2017-06"}, "“收到的文件”还没有放入"),
        ("withdraw", {"period": "2017-06", "who": "cangxi"}, "“原因”还没有填"),
        ("run", {"period": "2018-01"}, "“月份”中没有“2018-01”"),
        ("deliver", {"period": "2017-06", "section": "x", "to": "office"}, "“报什么”中没有“x”"),
    ],
)
def test_what_is_missing_or_not_offered_is_named(office, form: str, values: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _filled(office, form, values)


def test_every_line_of_today_has_a_button_whose_values_its_form_offers(office) -> None:
    found = lines(office, date(2017, 6, 27))
    assert [line.word for line in found] == [
        "未签字",
        "未签字",
        "未移交",
        "未移交",
        "未移交",
        "未归档",
        "2017年上半年考评",
    ]
    for button in (each for line in found for each in line.buttons):
        fields = {field.name: field for field in FORMS[button.form].fields}
        for name, value in button.values.items():
            choices = fields[name].choices
            assert choices is None or value in dict(choices(office)), (button, name)
    # Nobody is asked for an assessment before its day.
    assert "2017年上半年考评" not in {line.word for line in lines(office, date(2017, 6, 20))}


def test_a_month_with_outdated_reports_is_made_again_and_not_sealed(office) -> None:
    task = "2017-06/cangxi/dibao"
    stale = replace(office, status=replace(office.status, stale=(task,), names={task: "苍溪县城乡低保"}))
    (unsealed,) = (line for line in lines(stale, date(2017, 6, 27)) if line.word == "未归档")
    assert [button.form for button in unsealed.buttons] == ["run"]


def test_what_an_earlier_month_left_open_is_said_in_the_next(june) -> None:
    office = Office.of(june, Period("2017-07"), date(2017, 7, 3))
    (left,) = (line for line in lines(office, date(2017, 7, 3)) if line.word == "2017年6月")
    assert left.text == "还没有办完：未签字 2 项、未移交 3 项、未归档 1 项。在上方选这个月办理"


def test_a_page_holds_every_form_and_a_tour_of_four_steps(office, june) -> None:
    page = desk_page(office, months(june), date(2017, 6, 27), "/base/")
    assert all(f'data-form="{form}"' in page for form in FORMS)
    assert page.count("<article data-place=") == 4
    assert 'href="/base/minsheng/files/outputs/2017-06/receipts/' in page
    assert json.dumps({"section": "social_relief"}) not in page  # attributes are escaped


def test_the_desk_opens_on_the_newest_month_with_a_return(june) -> None:
    assert str(month_shown(june, "")) == "2017-12"
    assert str(month_shown(june, "2017-03")) == "2017-03"
    with pytest.raises(UsageError, match="不是月份"):
        month_shown(june, "2017-H1")
