from decimal import Decimal

import pytest

from minsheng.domain.base import Source
from minsheng.domain.item_rules import (
    Combine,
    CountedRule,
    LowerIsBetterRule,
    MilestoneRule,
    ProportionalRule,
    StepRule,
    Weighted,
)
from minsheng.measure.wording import clause_of, rule_in_words

OURS = Source(document="ours", why="算例")
ONE = (Weighted(indicator="beds_new"),)
TWO = (
    Weighted(indicator="beds_new", weight=Decimal("0.3")),
    Weighted(indicator="beds_renovated", weight=Decimal("0.7")),
)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            ProportionalRule(
                kind="proportional",
                indicators=TWO,
                cap="1.2",
                floor="0.1",
                threshold="0.6",
                requires=("dibao_by_household",),
                unmet_share="0.5",
                unreported="exclude",
                source=OURS,
            ),
            [
                "最多计 120%、最少计 10%",
                "低于 60% 不得分",
                "“6月底前以户为单位施保”到期未落实的，得分乘 50%",
                "按权重合并（0.3、0.7）",
                "未报送不计入",
            ],
        ),
        (
            LowerIsBetterRule(
                kind="lower_is_better",
                indicators=ONE,
                formula="two_minus_ratio",
                cap=1,
                floor=0,
                unreported="zero",
                source=OURS,
            ),
            ["2 - 实际 ÷ 目标", "未报送计 0 分"],
        ),
        (
            LowerIsBetterRule(
                kind="lower_is_better",
                indicators=TWO,
                combine=Combine.MIN,
                formula="target_over_actual",
                cap=1,
                floor=0,
                unreported="zero",
                source=OURS,
            ),
            ["目标 ÷ 实际", "多个指标取最低"],
        ),
        (
            StepRule(kind="step", indicators=ONE, step="0.03", cost=1, count="started", unreported="zero", source=OURS),
            ["每差 3% 扣 1 分", "不足一档按一档计", "扣完为止"],
        ),
        (
            StepRule(
                kind="step",
                indicators=TWO,
                combine=Combine.MEAN,
                step="0.005",
                cost="0.5",
                count="full",
                unreported="zero",
                source=OURS,
            ),
            ["每差 0.5% 扣 0.5 分", "不足一档不计", "多个指标取平均"],
        ),
        (
            MilestoneRule(
                kind="milestone",
                indicators=ONE,
                levels={"done": 1, "partial": "0.5", "not_done": 0},
                unreported="zero",
                source=OURS,
            ),
            ["完成得 100%，逾期完成得 50%，部分完成得 50%，未完成得 0%"],
        ),
        (
            CountedRule(kind="counted", target=12, unit="篇", per_shortfall="0.5", basis="full", source=OURS),
            ["全年不少于 12 篇；每少 1 篇扣 0.5 分"],
        ),
    ],
)
def test_every_rule_is_said_in_words(plan, rule, said):
    text = rule_in_words(plan, rule)
    assert all(part in text for part in said), text
    assert not text.startswith("满分 × 完成率") or rule.kind == "proportional"


def test_clauses_name_their_document_where_it_is_not_the_notice(plan):
    assert clause_of(plan, Source(document="notice-2017", clause="三（二）1⑸")) == "三（二）1⑸"
    assert clause_of(plan, OURS) == "本系统默认"
    other = Source(document="assessment-city-2017", clause="第三条")
    assert clause_of(plan, other) == "《广元市2017年十项民生工程及30件民生实事考评办法》第三条"
