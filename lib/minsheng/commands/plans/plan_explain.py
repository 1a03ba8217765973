"""``minsheng plan explain``: everything that touches an indicator, an item or a column, with a worked example."""

from minsheng.authoring.explaining import KIND_WORDS, Explainer, PlanExplanation
from minsheng.errors import UsageError
from minsheng.intake.rules.suites import load_suites
from minsheng.plan import load_plan
from minsheng.plan.loader import newest_year
from minsheng.workspace import Workspace


def explain(workspace: Workspace, words: list[str], year: int | None) -> PlanExplanation:
    """Explain one thing of a plan.

    Parameters
    ----------
    words
        ``indicator``, ``item`` or ``column`` and an id or a name; or the name alone.
    year
        The plan's year; by default the newest under ``params/``.

    Raises
    ------
    UsageError
        If there is no such plan, or nothing in it that is called so.
    PlanInvalidError
        If the plan has faults.
    """
    kinds = {word: kind for kind, said in KIND_WORDS.items() for word in (kind.value, said)}
    kind, rest = (kinds[words[0]], words[1:]) if len(words) > 1 and words[0] in kinds else (None, words)
    if len(rest) != 1:
        raise UsageError(
            f"写明要解释什么：{'、'.join(f'{k.value}（{said}）' for k, said in KIND_WORDS.items())}，和编号或名称"
        )
    plan = load_plan(workspace.params, year or newest_year(workspace.params))
    return Explainer(plan, load_suites(plan, workspace.params), workspace.params).explain(kind, rest[0])
