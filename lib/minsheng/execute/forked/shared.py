"""The template that a whole process shares."""

import threading
from collections.abc import Sequence

from minsheng.execute.forked.launch import DEFAULT_PRELOAD
from minsheng.execute.forked.template import Template

_shared: Template | None = None
_shared_lock = threading.Lock()


def shared_template(
    preload: Sequence[str] | None = None, warm_up: str | None = None, *, key: str | None = None
) -> Template:
    """Return the template that the whole process shares, made on first use.

    Parameters
    ----------
    preload, warm_up, key
        As for ``Template``. Where they, or the interpreter's settings, differ from those of the template that
        is there, a new one takes its place and the old one ends when its present workers have ended. With
        none given, whatever template is there is the right one.

    Returns
    -------
    Template
        It starts when it is first used, or by ``start()``.
    """
    global _shared  # noqa: PLW0603  # one for the process is what it is for
    with _shared_lock:
        if _shared is not None and preload is None and warm_up is None and key is None:
            return _shared
        wanted = Template(DEFAULT_PRELOAD if preload is None else preload, warm_up, key=key or "")
        if _shared is None or _shared.identity != wanted.identity:
            if _shared is not None:
                _shared.retire()
            _shared = wanted
        return _shared
