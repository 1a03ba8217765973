"""Imports put off until something is asked of them: what a library imports for features that nobody here uses."""

import sys
from importlib import import_module
from importlib.util import LazyLoader, find_spec, module_from_spec


def import_when_used(name: str) -> None:
    """Let a module be imported by whoever imports it, and loaded when the first attribute of it is asked for.

    Parameters
    ----------
    name
        Of a module that may be loaded late; one that is loaded, or is not there, stays as it is.
    """
    parent, _, child = name.rpartition(".")
    if name in sys.modules or (parent and find_spec(parent) is None):
        return
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if parent:
        setattr(import_module(parent), child, module)
