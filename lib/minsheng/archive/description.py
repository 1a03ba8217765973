"""What a package says about itself: the facts that its metadata and its statement of provenance are written from."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Item:
    """One record (件) of a package: files that belong together, under one title.

    Parameters
    ----------
    id
        Unique in the package: usually the folder or the file.
    title, creator
        题名, 责任者; the creator is empty where the data does not say.
    dated
        日期, ISO 8601; empty where the data does not say.
    files
        Paths inside ``data/``.
    """

    id: str
    title: str
    files: tuple[str, ...]
    creator: str = ""
    dated: str = ""


@dataclass(frozen=True)
class Agent:
    """A body or person that took part (机构人员).

    Parameters
    ----------
    kind
        单位, 内设机构 or 个人.
    position
        Of a person.
    """

    name: str
    kind: str
    position: str = ""


@dataclass(frozen=True)
class Act:
    """Something that was done with the records (业务行为).

    Parameters
    ----------
    what
        收文, 签字, 报送.
    at
        ISO 8601.
    agent
        Name of who did it; one of the description's agents.
    about
        In words.
    """

    what: str
    at: str
    agent: str
    about: str = ""


@dataclass(frozen=True)
class LeaderSignature:
    """A leader's signature on a record (电子签名).

    Parameters
    ----------
    item
        Id of the record that was signed.
    rule
        PAdES, or that a sheet signed on paper was scanned.
    file
        Path inside ``data/`` of what was signed.
    """

    item: str
    rule: str
    signer: str
    at: str
    file: str


@dataclass(frozen=True)
class Description:
    """A package described after DA/T 46; nothing here is invented: what the data does not say is left out.

    Parameters
    ----------
    basis
        Title of the document that all of it rests on.
    fonds, retention
        全宗号 and 保管期限, as the settings say; empty where they do not.
    """

    items: tuple[Item, ...]
    agents: tuple[Agent, ...] = ()
    acts: tuple[Act, ...] = ()
    signatures: tuple[LeaderSignature, ...] = ()
    basis: str = ""
    fonds: str = ""
    retention: str = ""


@dataclass(frozen=True)
class Making:
    """What a package's reports were made from and with.

    Parameters
    ----------
    made, between
        Paths inside ``data/`` of reports, and of what was made on the way; everything else is what they were made from.
    version, commit, sha256
        Of the program.
    fonts
        File name → sha256.
    text_stack
        Library that sets text → version.
    """

    made: frozenset[str]
    between: frozenset[str]
    version: str
    commit: str
    sha256: str
    fonts: Mapping[str, str] = field(default_factory=dict)
    text_stack: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SealFacts:
    """What the seal itself adds: which package this is.

    Parameters
    ----------
    bag, replaces, why
        The package's name, the one it replaces, and the reason.
    title, organization, plan, period, kind, software
        As in ``bag-info.txt``.
    sealed_on
        ISO date.
    """

    bag: str
    title: str
    organization: str
    kind: str
    period: str
    plan: str
    software: str
    sealed_on: str
    replaces: str = ""
    why: str = ""
