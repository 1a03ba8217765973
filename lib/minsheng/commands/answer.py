"""``minsheng answer``: who lets an item pass without its evidence, who has looked through what the program cannot."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from minsheng.archive.contents.answers import (
    Answer,
    Waiver,
    add_unchecked,
    add_waiver,
    unchecked_path,
    waivers_path,
)
from minsheng.domain.period import Period
from minsheng.errors import Outcome, UsageError
from minsheng.files.hashing import sha256
from minsheng.files.writing import names_disk_faults
from minsheng.intake.forms.delivered_forms import evidence_body, evidence_items
from minsheng.plan import load_plan
from minsheng.privacy.personal_numbers import masked_text
from minsheng.workspace import Workspace


@dataclass(frozen=True)
class AnswerOutcome(Outcome):
    """What was written down: each thing with whether it is new, the register, and what comes next."""

    noted: dict[str, bool]
    answer: Answer
    file: str
    then: str

    def lines(self) -> list[str]:
        """Return the outcome for a terminal."""
        said = f"{self.answer.who}：{self.answer.why}"
        became = {True: "已登记", False: "已有"}
        return [*(f"{became[new]}：{what}（{said}）→ {self.file}" for what, new in self.noted.items()), self.then]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {"noted": self.noted, **asdict(self)["answer"], "file": self.file}


@names_disk_faults
def waive(workspace: Workspace, period: str, *, who: str, item: str, by: str, why: str) -> AnswerOutcome:
    """Write down that an item of a county or section passes without its evidence.

    Raises
    ------
    UsageError
        If nobody's evidence lies under such an item in the period, it is not said who agrees and why, or somebody
        else has said so before.
    """
    parsed, answer = Period(period), _answer(by, why)
    plan = load_plan(workspace.params, parsed.year)
    found, name = evidence_body(plan, parsed, who, "免交谁的")
    items = evidence_items(plan, found)
    if item not in items:
        known = "、".join(f"{each}（{text[:16]}）" for each, text in items.items())
        raise UsageError(f"{name}没有要交印证资料的小项“{item}”。可写：{known}")
    is_new = add_waiver(workspace.data, parsed, Waiver(id=found, item=item, who=answer.who, why=answer.why))
    what = f"{name} {item} {items[item][:16]} 免交印证资料"
    return _noted(workspace, {what: is_new}, answer, waivers_path(workspace.data, parsed), f"minsheng assess {parsed}")


@names_disk_faults
def vouch(workspace: Workspace, period: str, files: Sequence[Path], *, by: str, why: str) -> AnswerOutcome:
    """Write down who has looked through files that the program cannot look into for personal numbers.

    Parameters
    ----------
    files
        The same files as lie in the workspace, wherever these copies are: they are known by their sha256.

    Raises
    ------
    UsageError
        If one does not exist or is none of the workspace's, it is not said who has looked at them and why they may be
        sealed, or somebody else has said so before.
    """
    parsed, answer = Period(period), _answer(by, why)
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise UsageError(f"没有这样的文件：{'、'.join(missing)}")
    digests = {path: sha256(path) for path in files}
    kept = _kept(workspace, digests)
    unknown = [masked_text(path.name) for path, digest in digests.items() if digest not in kept]
    if unknown:
        raise UsageError(f"工作区里没有逐字节相同的：{'、'.join(unknown)}。请给出归档时列为未检的那一份")
    new = add_unchecked(workspace.data, parsed, dict.fromkeys(digests.values(), answer))
    named = {masked_text(path.name): digest in new for path, digest in digests.items()}
    return _noted(workspace, named, answer, unchecked_path(workspace.data, parsed), f"minsheng archive seal {parsed}")


def _answer(by: str, why: str) -> Answer:
    """Return who answers and what that person says, in one line each."""
    answer = Answer(who=" ".join(by.split()), why=" ".join(why.split()))
    if not (answer.who and answer.why):
        raise UsageError("请用 --by 写明谁负责、--why 写明理由：二者都记入登记，印在证据册里")
    if masked_text(answer.who + answer.why) != answer.who + answer.why:
        raise UsageError("姓名、理由里有个人号码：请去掉再登记，登记会归档")
    return answer


def _kept(workspace: Workspace, wanted: dict[Path, str]) -> set[str]:
    """Return which of the digests are of files that may come into a package; only what has a wanted size is read."""
    sizes = {path.stat().st_size for path in wanted}
    folders = (workspace.data, workspace.params, workspace.notebooks)
    there = (path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {sha256(path) for path in there if path.stat().st_size in sizes} & set(wanted.values())


def _noted(workspace: Workspace, noted: dict[str, bool], answer: Answer, register: Path, command: str) -> AnswerOutcome:
    return AnswerOutcome(noted, answer, register.relative_to(workspace.root).as_posix(), f"接着：{command}")
