"""What a plan is: its title, who issued it, the documents that it cites, 领导小组."""

from datetime import date
from typing import Annotated

from pydantic import Field

from minsheng.domain.area import WHOLE
from minsheng.domain.base import Frozen, Source

_KINDS_OF_WHOLES = tuple("省市州盟区县旗")


class Document(Frozen):
    """A document that clauses cite."""

    id: str
    title: str
    number: str = ""
    issued_on: date | None = None
    in_hand: bool = True
    """Whether its text was at hand: a document that the notice only points at is not."""


class LeadingGroup(Frozen):
    """领导小组."""

    leader: str
    deputies: tuple[str, ...]
    members: tuple[str, ...]
    liaison: str
    source: Source

    @property
    def said(self) -> str:
        """Who they are, in one sentence without its full stop."""
        named = [f"组长{self.leader}"]
        named += [f"{word}{'、'.join(who)}" for word, who in (("副组长", self.deputies), ("成员", self.members)) if who]
        return f"{'，'.join(named)}；联络员{self.liaison}"


class About(Frozen):
    """What the plan is and who issued it."""

    id: str
    year: Annotated[int, Field(ge=1900, le=2999)]
    title: str
    issuer: str
    issued_on: date
    city: str
    """全市 as a name: 广元市."""
    whole: str = ""
    """What all areas together are called: 全市, 全区, 全县; empty follows the last character of ``city``."""
    programme: str = ""
    """What the reports are about, in their titles: 民生工程及民生实事; empty joins the projects' programmes."""
    adcode: str = ""
    documents: tuple[Document, ...]
    leading_group: LeadingGroup | None = None
    source: Source

    @property
    def subject(self) -> str:
        """What the plan is about, as titles of tables begin: its title without the kind of document."""
        return self.title.removesuffix("实施方案")

    @property
    def whole_name(self) -> str:
        """What all areas together are called."""
        return self.whole or (f"全{self.city[-1]}" if self.city[-1:] in _KINDS_OF_WHOLES else WHOLE)
