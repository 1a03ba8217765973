"""``data/contacts.csv``: whom to write to at those who report. A person keeps it, in whatever program there is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError, UsageError
from minsheng.files.registers import typed_lines
from minsheng.privacy.scanner import scan
from minsheng.workspace import Workspace

COLUMNS = ("单位", "联系人", "地址")

_MAIL = re.compile(r"[^@\s,;<>\"'/]+@[^@\s,;<>\"'/]+")

_SERVICE = re.compile(r"[a-z][a-z0-9.+-]*://\S+")


@dataclass(frozen=True)
class Contact:
    """Somebody at an area's or section's: ``address`` is a mail address, or a service as Apprise writes it."""

    owner: str
    name: str
    address: str

    @property
    def to(self) -> str:
        """What the register of notices calls them: an address may hold a personal number."""
        return f"{self.owner}/{self.name}" if self.name else self.owner

    @property
    def is_mail(self) -> bool:
        """Whether they are written to by the bureau's mail server."""
        return _SERVICE.fullmatch(self.address) is None


def contacts_path(workspace: Workspace) -> Path:
    """Return where addresses stand; git ignores it."""
    return workspace.data / "contacts.csv"


def read_contacts(workspace: Workspace, plan: Plan) -> tuple[list[Contact], list[str]]:
    """Return the contacts of a plan's areas and sections, and in words what is wrong with other lines."""
    path = contacts_path(workspace)
    if not path.is_file():
        return [], [f"没有 {path}：请按“{','.join(COLUMNS)}”写上各单位的地址"]
    try:
        header, *lines = list(typed_lines(path)) or [(1, [])]
    except FileRefusedError as fault:
        return [], [str(fault)]
    if tuple(cell.strip() for cell in header[1][: len(COLUMNS)]) != COLUMNS:
        return [], [f"{path} 的表头应为 {','.join(COLUMNS)}，现为 {','.join(header[1])}"]
    found: dict[str, Contact] = {}
    faults = []
    for number, cells in lines:
        try:
            contact = _contact(plan, dict(zip(COLUMNS, (*cells, "", "", ""), strict=False)))
        except UsageError as fault:
            faults.append(f"{path} 第 {number} 行：{fault}")
            continue
        if contact.to in found:
            faults.append(f"{path} 第 {number} 行：{contact.to} 重复，同一单位的几个联系人各写姓名")
        found.setdefault(contact.to, contact)
    return list(found.values()), faults


def _contact(plan: Plan, cells: Mapping[str, str]) -> Contact:
    owner, name, address = (cells[column].strip() for column in COLUMNS)
    if not (_MAIL.fullmatch(address) or _SERVICE.fullmatch(address)):
        raise UsageError("地址应为一个邮箱（a@example.cn），或一个网址（wecombot://${变量名}）")
    # The name goes into a register that is kept.
    for hit in scan("contacts.txt", name.encode()):
        raise UsageError(f"联系人中有{hit.kind}：只写姓名")
    return Contact(plan.owner(owner).id, name, address)


def by_owner(contacts: list[Contact]) -> Iterator[tuple[str, list[Contact]]]:
    """Yield the contacts of each area or section."""
    for owner in dict.fromkeys(each.owner for each in contacts):
        yield owner, [each for each in contacts if each.owner == owner]
