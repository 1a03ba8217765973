"""A word that an assessor gave stands beside what the figures give, or before it: never in place of a figure."""

from datetime import date
from decimal import Decimal

import pytest

from minsheng.domain.assessment import GivenWord, WordForm
from minsheng.domain.base import Source
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.light import AssessedLights, Light, Tone
from minsheng.domain.period import Period
from minsheng.measure.project import project_figures
from minsheng.report import sentences
from minsheng.report.lights import standing_badge, words_said

JUNE = Period("2017-06")
WORD = Light(id="fine", word="推进正常", shape="◇", tone=Tone.GREEN)


@pytest.fixture
def beds(plan, build):
    """Return what measures 昭化区's new beds, 10 of 70 in June, with the assessor's word."""

    def measure(shown, changes=None, status=None):
        assessed = AssessedLights(words=(WORD,), shown=shown, source=Source(document="ours", why="试"))
        changed = plan.model_copy(update={"lights": plan.lights.model_copy(update={"assessed": assessed})})
        word = GivenWord(area="zhaohua", indicator="beds_new", word="推进正常", reason="三处已开工", cell="评定!D4")
        form = WordForm(
            section="welfare_charity", period=JUNE, assessor="李四", assessed_on=date(2017, 6, 28),
            file="assessment/2017-06/welfare_charity.xlsx", words=(word,),
        )  # fmt: skip
        figures = {"elderly_care.beds_new_cumulative": "10"} if changes is None else changes
        returns = {(JUNE, "zhaohua"): build("2017-06", "zhaohua", figures, status=status)}
        rows = project_figures(changed, "elderly_care", "zhaohua", JUNE, returns, (), (form,)).measurements
        plain = project_figures(plan, "elderly_care", "zhaohua", JUNE, returns, ()).measurements
        return rows[0], plain[0], rows[1]

    return measure


def text(badge):
    return "".join(each.text() for each in badge)


def test_beside_the_computed_light_stands(beds):
    row, plain, other = beds("beside")
    assert row.light == plain.light
    assert (row.actual, row.completion, row.target) == (plain.actual, plain.completion, plain.target)
    assert (row.assessed.light.word, row.assessed.computed.word) == ("推进正常", "严重滞后")
    assert (row.assessed.assessor, row.assessed.on, row.assessed.reason) == ("李四", date(2017, 6, 28), "三处已开工")
    assert other.assessed is None
    assert sentences.standing(row).endswith("状态为“严重滞后”，评定为“推进正常”。")
    assert "严重滞后" in text(standing_badge(row))
    assert "评定：推进正常" in text(standing_badge(row))


def test_instead_the_word_stands_marked_and_what_figures_give_beside_it(beds):
    row, plain, _ = beds("instead")
    assert (row.light.word, row.light.tone) == ("推进正常（评定）", Tone.GREEN)
    assert (row.actual, row.completion) == (Decimal(10), plain.completion)
    assert sentences.standing(row).endswith("状态为“推进正常（评定）”，按数据为“严重滞后”。")
    assert "按数据：严重滞后" in text(standing_badge(row))
    assert row.formula.endswith(
        "；按数据为“严重滞后”；评定“推进正常”（李四，2017-06-28，"
        "assessment/2017-06/welfare_charity.xlsx 评定!D4）：三处已开工"
    )
    (said,) = words_said([("昭化区", row)])
    assert "昭化区新增床位评定为“推进正常”，按数据为“严重滞后”（李四，2017年6月28日）：三处已开工" in said.text()


def test_no_word_hides_that_a_figure_is_not_there(beds):
    row, plain, _ = beds("instead", status={"elderly_care": ReturnStatus.BLOCKED})
    assert row.light == plain.light
    assert row.light.word == "数据未通过校验"
    assert row.assessed.light.word == "推进正常"
