"""A second opinion on a bag that we wrote: bagit-python, of the Library of Congress."""

import logging
from pathlib import Path

import bagit


def complaints(folder: Path) -> str:
    """Return what bagit-python finds wrong with a bag, all checksums included; empty where it agrees.

    Parameters
    ----------
    folder
        The bag.
    """
    # It logs what it also raises.
    logging.getLogger("bagit").setLevel(logging.CRITICAL)
    try:
        bagit.Bag(str(folder)).validate()
    except bagit.BagError as fault:
        return str(fault)
    return ""
