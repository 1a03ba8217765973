"""How much room a text takes in a workbook's cell, in the units of spreadsheets: digits across, points down."""

from math import ceil

LINE = 15
"""Height of a line of text, in points."""
SPARE = 1.2
"""What a cell's edges take of its width, in digits."""


def digits(text: str) -> float:
    """Return about how wide a text is: 汉字 are two digits wide."""
    return float(sum(2 if ord(character) > 0x2000 else 1 for character in text))


def lines(text: str, width: float, *, bold: bool = False) -> int:
    """Return how many lines a text takes in a cell so wide (digits); at least one."""
    wider = 1.08 if bold else 1
    return sum(max(1, ceil(digits(line) * wider / (width - SPARE))) for line in text.split("\n"))
