"""Imports that libraries try for a feature nobody here uses, at the price of seconds."""

import importlib
import sys
from importlib.util import find_spec

_EXTRAS = {"jsonschema": ("rfc3987_syntax",)}
"""jsonschema, which nbformat, papermill and others import, builds a whole grammar in two seconds to check IRIs: no
notebook's schema holds one."""


def import_without_extras() -> None:
    """Import such libraries once without their extras; the extras themselves can be imported afterwards as ever."""
    for library, extras in _EXTRAS.items():
        if library in sys.modules or find_spec(library) is None:
            continue
        hidden = [name for name in extras if name not in sys.modules]
        for name in hidden:
            sys.modules[name] = None  # type: ignore[assignment]  # Python's own way to say: this import fails
        try:
            importlib.import_module(library)
        finally:
            for name in hidden:
                del sys.modules[name]
