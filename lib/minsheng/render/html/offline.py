"""What keeps a report static and complete in itself: nothing in it runs, nothing in it is fetched.

Its errors are program faults of a notebook and speak English.
"""

import re
from html.parser import HTMLParser

from minsheng.errors import NotebookFailedError


class RenderError(NotebookFailedError):
    """An executed notebook cannot become a report."""


class ReportMetadataError(RenderError):
    """The notebook's ``metadata.minsheng`` is not what a report needs."""


class ActiveContentError(RenderError):
    """An output holds a script, a frame or an outside address: a report is static and complete in itself."""


class PaperError(RenderError):
    """A part of the page could not be printed."""


_ACTIVE_TAGS = frozenset(
    {"applet", "audio", "base", "embed", "form", "frame", "iframe", "link", "meta", "object", "script", "video"}
)

_FETCHING_ATTRIBUTES = frozenset({"background", "data", "poster", "src", "srcset", "xlink:href"})

# Nobody sees them, HTML and PDF/A allow them nowhere.
_ILLEGIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufeff\ufffe\uffff]")

# They turn the order of what follows, so that a reader sees another name or number than stands there.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# A file cannot hold the half of a surrogate pair.
_HALVES = re.compile("[\ud800-\udfff]")

_FETCHING_STYLE = re.compile(r"@import\b|url\(\s*[\"']?(?!data:|#|\s)", re.IGNORECASE)


WITHOUT_WORDS = frozenset({"", "图"})
"""Alternative texts that say nothing; the second stands where a notebook gave none."""

_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)

_ALTERNATIVE = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)


def pictures_without_words(body: str) -> int:
    """Return how many pictures of a page have no alternative text: who cannot see learns nothing of them."""
    alternatives = [_ALTERNATIVE.search(tag) for tag in _IMAGE.findall(body)]
    return sum(found is None or (found[1] or found[2] or "").strip() in WITHOUT_WORDS for found in alternatives)


def refuse_active_content(body: str) -> None:
    """Raise where the body of a report would run or fetch something.

    Parameters
    ----------
    body
        HTML from the notebook's outputs. Links that a reader follows by hand are allowed.

    Raises
    ------
    ActiveContentError
        With the place, shortened: it is for whoever wrote the cell.
    """
    guard = _Guard()
    guard.feed(body)
    guard.close()


def legible(text: str) -> str:
    """Return a text without controls and characters that are none; half of a surrogate pair becomes U+FFFD.

    Controls of direction are shown as what they are.
    """
    plain = _HALVES.sub("\ufffd", _ILLEGIBLE.sub("", text))
    return _TURNING.sub(lambda found: f"〔U+{ord(found[0]):04X}〕", plain)


class _Guard(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE_TAGS:
            _refuse(f"<{tag}>")
        for name, value in attrs:
            target = (value or "").strip()
            if (
                name.startswith("on")
                or name == "srcdoc"
                or (name in _FETCHING_ATTRIBUTES and not target.lower().startswith(("data:", "#")))
                or (name == "href" and target.lower().startswith(("javascript:", "vbscript:", "data:")))
                or (name == "style" and _FETCHING_STYLE.search(target))
            ):
                _refuse(f"<{tag} {name}={target[:80]!r}>")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style" and (found := _FETCHING_STYLE.search(data)):
            _refuse(f"<style> with {found[0]!r}")


def _refuse(place: str) -> None:
    raise ActiveContentError(
        f"报告中不能有脚本、框架和外部地址：{place}；图片请嵌入（data:），交互控件只用在探索用的笔记本里"
    )
