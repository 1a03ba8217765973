"""What needs attention: each kind says what is so, and what to do about it."""

from minsheng.agenda.attention import matters
from minsheng.agenda.status import month_status
from minsheng.workspace import Workspace


def test_what_nobody_has_checked_yet_is_not_said_to_have_failed(workspace: Workspace) -> None:
    found = {each.kind: each for each in matters(month_status(workspace, "2017-12", None))}
    assert len(found["unchecked"].items) == 11
    assert found["unchecked"].remedy == "minsheng check 2017-12"
    assert found["blocked"].items == ()
    assert found["blocked"].remedy == ""
