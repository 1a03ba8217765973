"""Out of the house: a text, and files, to an address as Apprise writes it. The only module that knows Apprise."""

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlsplit

from minsheng.errors import UsageError

INSTALL = "没有安装 Apprise：pip install 'minsheng-workbook[notify]'"

_VARIABLE = re.compile(r"\$\{(\w+)\}")

_REASON = re.compile(r"(?:Socket|Notification) Exception:|fail|error|invalid|unsupported", re.IGNORECASE)
"""Lines of Apprise's log that say why; others hold what was sent."""

_MOST_BYTES = {"wecombot": 2048}

_CUT = "……（内容较长，没有发全：见 minsheng status 和网页）"

_LONGEST_REASON, _SHORTEST_SECRET = 200, 4


def can_send() -> bool:
    """Whether Apprise is installed; it is not imported for the question."""
    return find_spec("apprise") is not None


def with_secrets(url: str, environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return an address with what the environment holds for each ``${NAME}``, and those secrets.

    Raises
    ------
    UsageError
        If a variable is not set.
    """
    names = _VARIABLE.findall(url)
    absent = [name for name in names if not environment.get(name)]
    if absent:
        raise UsageError(f"环境变量 {'、'.join(dict.fromkeys(absent))} 没有设置")
    # A password may hold any sign; a variable that is the whole address holds one already.
    whole = _VARIABLE.fullmatch(url) is not None
    filled = _VARIABLE.sub(lambda match: environment[match[1]] if whole else quote(environment[match[1]], safe=""), url)
    return filled, [environment[name] for name in names]


def mail_to(url: str, address: str) -> str:
    """Return the address of a mail server with whom it is to send to."""
    return f"{url}{'&' if '?' in url else '?'}to={quote(address, safe='')}"


def fitted(url: str, title: str, body: str) -> str:
    """Return a body as long as a service takes it: 企业微信 counts bytes, and a 汉字 has three."""
    most = _MOST_BYTES.get(url.partition("://")[0])
    lines, left = body.splitlines(), (most or 0) - len(f"{title}\r\n{_CUT}".encode())
    if most is None or len(f"{title}\r\n{body}".encode()) <= most:
        return body
    kept: list[str] = []
    for line in lines:
        left -= len(f"{line}\n".encode())
        if left < 0:
            break
        kept.append(line)
    return "\n".join([*kept, _CUT])


def send(url: str, *, sender: str, title: str, body: str, files: Sequence[Path], secrets: Sequence[str]) -> str:
    """Send a notice; return why it did not arrive, empty where it did.

    Parameters
    ----------
    url
        One address, with its secrets.
    sender
        The name that a mail comes from.
    secrets
        What may stand in no reason.
    """
    import apprise  # a tenth of a second, for whoever is told something
    from apprise.attachment.file import AttachFile

    # Nothing is kept beside the workspace, and a library's warnings are no lines of ours.
    # The name is a header of a web request, too, which takes Latin letters alone.
    name = sender if url.startswith("mailto") else "Minsheng"
    asset = apprise.AppriseAsset(app_id=name, app_desc=name, app_url="", storage_mode="memory", async_mode=False)
    with apprise.LogCapture(level=apprise.logging.DEBUG, fmt="%(message)s") as log:
        service = apprise.Apprise.instantiate(url, asset=asset)
        if service is None:
            return _reason(
                "网址不能用：应按 Apprise 的写法，例如 mailtos://…、wecombot://…", log.getvalue(), url, secrets
            )
        if len(service) > service.retry + 1:
            # One of several that fails would have the others told again.
            return "网址里有几个收件方：每节只写一个，另一个写另一节"
        if "overflow=" not in url:
            service.overflow_mode = apprise.OverflowMode.SPLIT
        post = apprise.Apprise(asset=asset)
        post.add(service)
        attached = apprise.AppriseAttachment(asset=asset)
        for path in files:
            attached.add(AttachFile(str(path), name=path.name))
        arrived = post.notify(
            body=fitted(url, title, body),
            title=title,
            body_format=apprise.NotifyFormat.TEXT,
            attach=attached if files else None,
        )
        return "" if arrived else _reason("没有送出", log.getvalue(), url, secrets)


def _reason(what: str, log: str, url: str, secrets: Sequence[str]) -> str:
    """Say why, without secrets: those of the environment, and what may be one in an address."""
    said = "；".join(dict.fromkeys(line.strip() for line in log.splitlines() if _REASON.search(line)))
    parts = urlsplit(url)
    # 企业微信 and others have their key where other addresses have a host.
    host = parts.netloc.rpartition("@")[2]
    hidden = {*secrets, url, parts.password or "", *parts.path.split("/"), "" if "." in host else host}
    for secret in sorted((each for each in hidden if len(each) >= _SHORTEST_SECRET), key=len, reverse=True):
        for form in (secret, quote(secret, safe="")):
            said = said.replace(form, "***")
    return f"{what}（{said[:_LONGEST_REASON]}）" if said else what
