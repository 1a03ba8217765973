"""评定: what a section's assessor says of a month, from the blank form to the page, beside what figures give."""

import re
from datetime import date

import openpyxl
import pytest

from minsheng.domain.assessment import GivenWord, WordForm
from minsheng.domain.base import Source
from minsheng.domain.light import AssessedLights, Light, Tone
from minsheng.domain.period import Period
from minsheng.errors import FileRefusedError
from minsheng.intake.forms import layout
from minsheng.intake.forms.form_store import accepted_words_path, forms_dir, read_accepted_words
from minsheng.intake.forms.form_workbook import write_words_form
from minsheng.intake.forms.words import accept_words
from minsheng.plan import load_plan

JUNE = Period("2017-06")
WELFARE = "welfare_charity"
LIGHTS = tuple(
    Light(id=name, word=word, shape=shape, tone=tone)
    for name, word, shape, tone in (("fine", "推进正常", "◇", Tone.GREEN), ("worry", "需要督办", "✕", Tone.RED))
)


@pytest.fixture(scope="module")
def plan(repository_params):
    found = load_plan(repository_params, 2017)
    assessed = AssessedLights(words=LIGHTS, source=Source(document="ours", why="试"))
    return found.model_copy(update={"lights": found.lights.model_copy(update={"assessed": assessed})})


@pytest.fixture(scope="session")
def repository_params():
    from pathlib import Path

    return Path(__file__).parents[2] / "params"


def filled(*words, assessor="李四", on=date(2017, 6, 28)):
    given = tuple(GivenWord(area=area, indicator="beds_new", word=word, reason=why) for area, word, why in words)
    return WordForm(section=WELFARE, period=JUNE, assessor=assessor, assessed_on=on, words=given)


def deliver(data, content, name=f"{WELFARE}.xlsx"):
    path = forms_dir(data, JUNE) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_form_has_a_line_for_each_area_and_indicator_of_what_a_section_is_in_charge_of(plan):
    rows = layout.word_rows(plan, WELFARE, JUNE)
    assert ("zhaohua", "beds_new") in rows
    assert ("city", "beds_new") in rows
    assert not [row for row in rows if row[1] == "medical_aid_ratio"]
    assert ("municipal", "day_care_centres") not in rows, "without a target there is nothing to judge"


def test_a_word_is_kept_with_who_when_and_why(plan, tmp_path):
    deliver(tmp_path, write_words_form(plan, WELFARE, JUNE, filled(("zhaohua", "推进正常", "已开工"))))
    accept_words(tmp_path, plan, JUNE)
    form = read_accepted_words(tmp_path, JUNE, WELFARE)
    assert (form.assessor, form.assessed_on, form.file) == (
        "李四",
        date(2017, 6, 28),
        f"assessment/2017-06/{WELFARE}.xlsx",
    )
    (word,) = form.words
    assert (word.area, word.indicator, word.word, word.reason) == ("zhaohua", "beds_new", "推进正常", "已开工")
    assert word.cell.startswith("评定!")
    # Withdrawn is gone; so is everything where the plan has no words.
    forms_dir(tmp_path, JUNE).joinpath(f"{WELFARE}.xlsx").unlink()
    accept_words(tmp_path, plan, JUNE)
    assert not accepted_words_path(tmp_path, JUNE, WELFARE).exists()


def test_every_fault_of_a_form_is_said_at_once_by_its_cell(plan, tmp_path):
    path = deliver(tmp_path, write_words_form(plan, WELFARE, JUNE, filled(("zhaohua", "推进正常", "已开工"))))
    book = openpyxl.load_workbook(path)
    sheet = book["评定"]
    heads = {cell.value.split("\n")[0]: cell.column for cell in sheet[3]}
    rows = {sheet.cell(row, heads["编号"]).value: row for row in range(4, sheet.max_row + 1)}
    sheet.cell(rows["cangxi/beds_new"], heads["评定"]).value = "很好"
    sheet.cell(rows["cangxi/beds_new"], heads["理由"]).value = "不错"
    sheet.cell(rows["jiange/beds_new"], heads["评定"]).value = "需要督办"
    sheet.cell(rows["lizhou/beds_new"], heads["理由"]).value = "忘了选"
    book["封面"]["B6"].value = None
    cover = {row[0].value: row[1] for row in book["封面"].iter_rows(max_col=2) if row[0].value}
    cover["评定日期"].value = None
    book.save(path)
    deliver(tmp_path, b"x", "cangxi.xlsx")
    with pytest.raises(FileRefusedError) as refused:
        accept_words(tmp_path, plan, JUNE)
    said = str(refused.value)
    assert "没有评定“很好”。应为：推进正常、需要督办" in said
    assert "没有填理由。应为：“jiange/beds_new”评定的理由" in said
    assert "“lizhou/beds_new”写了理由，却没有选评定" in said
    assert "没有填评定日期" in said
    assert "assessment/2017-06/cangxi.xlsx：不是牵头科室的评定表" in said
    assert re.search(r"评定!\w+\d+：没有评定“很好”", said)
    assert "改正后重新运行 minsheng run 2017-06" in said
    assert not accepted_words_path(tmp_path, JUNE, WELFARE).exists()


def test_a_plan_without_words_reads_no_form(tmp_path, repository_params):
    deliver(tmp_path, b"x", "anything.xlsx")
    accept_words(tmp_path, load_plan(repository_params, 2017), JUNE)
