"""Links of pages on a disk: which of them lead nowhere."""

import re
from pathlib import Path
from urllib.parse import unquote


def dead_links(root: Path, *, inside: bool = False) -> tuple[list[str], int]:
    """Return the dead links of all pages under a folder, and how many there are in all.

    ``inside``: one that leads out of the folder is dead too, as it is for whoever got the folder alone.
    """
    broken, seen = [], 0
    for path in sorted(root.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        places = set(re.findall(r'id="([^"]+)"', text))
        for href in re.findall(r'<a [^>]*href="([^"]+)"', text):
            seen += 1
            where = (path.parent / unquote(href.partition("#")[0])).resolve()
            alive = href[1:] in places if href.startswith("#") else where.is_file()
            if not alive or (inside and not href.startswith("#") and not where.is_relative_to(root.resolve())):
                broken.append(f"{path.relative_to(root)}: {href}")
    return broken, seen
