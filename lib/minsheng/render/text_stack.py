"""The libraries of the machine that set text and pack PDFs: other versions may give other bytes for the same report."""

import ctypes
import ctypes.util
import zlib
from functools import cache

_LIBRARIES = {
    "pango": ("pango-1.0", "libpango-1.0.so.0", "pango_version_string"),
    "harfbuzz": ("harfbuzz", "libharfbuzz.so.0", "hb_version_string"),
}


@cache
def text_stack() -> dict[str, str]:
    """Return library → version; one that the machine lacks is left out (``minsheng doctor`` says so)."""
    found = {"zlib": zlib.ZLIB_RUNTIME_VERSION}
    for name, (library, file, function) in _LIBRARIES.items():
        loaded = _load(file) or _load(ctypes.util.find_library(library))
        if loaded is not None:
            ask = getattr(loaded, function)
            ask.restype = ctypes.c_char_p
            found[name] = ask().decode()
    return dict(sorted(found.items()))


def _load(file: str | None) -> ctypes.CDLL | None:
    # By its Linux name first: to search for a library starts programs.
    try:
        return ctypes.CDLL(file) if file else None
    except OSError:
        return None
