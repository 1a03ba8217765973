"""Names of files in a bag: one Unicode form, one spelling in manifests.

BagIt 1.0 (RFC 8493, 2.1.3) wants CR, LF and % percent-encoded in manifests, but neither ``sha256sum -c`` nor
bagit-python decodes ``%25``. So a name that would need it is never sealed: its characters are replaced by look-alikes.
"""

import re
import unicodedata

_SEPARATORS = {"Cc", "Zl", "Zp"}
_BLANK_END = re.compile(r"\s(?=/|$)")
_ENCODED = re.compile(r"%(0[Dd]|0[Aa]|25)")


def payload_name(name: str) -> str:
    r"""Return the name under which a file is sealed.

    Parameters
    ----------
    name
        Relative path with ``/``.

    Returns
    -------
    str
        In NFC; ``%`` and ``\`` as full-width characters; line separators, control characters and blanks at the end as
        ``_``: the tools that read manifests disagree about them.

    Raises
    ------
    ValueError
        If the path is empty, absolute, or leads out of its folder.

    Examples
    --------
    >>> payload_name("evidence/完成率100%.pdf")
    'evidence/完成率100％.pdf'
    """
    normal = unicodedata.normalize("NFC", name)
    visible = ("_" if unicodedata.category(c) in _SEPARATORS else c for c in normal)
    safe = _BLANK_END.sub("_", "".join(visible).replace("%", "％").replace("\\", "＼"))
    if not is_inside(safe):
        raise ValueError(f"{name!r} is no relative path inside a bag")
    return safe


def is_inside(name: str) -> bool:
    """Whether a path is relative, tidy, and stays within its folder."""
    # An absolute path begins with an empty part.
    return not {"", ".", ".."}.intersection(name.split("/"))


def normal(name: str) -> str:
    """Return the form in which names are compared: file systems may hand out NFD for what was written as NFC."""
    return unicodedata.normalize("NFC", name)


def encode(name: str) -> str:
    r"""Write a path as manifests do.

    Examples
    --------
    >>> encode("a%b\n"), decode("a%25b%0a")
    ('a%25b%0A', 'a%b\n')
    """
    return name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decode(text: str) -> str:
    """Read a path from a manifest."""
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), text)
