"""What if targets, rules, weights or a reported figure were others: points and ranks, by the product's own arithmetic.

``from minsheng.notebook import what_if``. Writes nothing but a notebook that somebody asks to be saved.
"""

from minsheng.notebook.what_if.changed_inputs import actual, full_marks, part_weights, rule, target
from minsheng.notebook.what_if.side_by_side import compare

__all__ = ["actual", "compare", "full_marks", "part_weights", "rule", "target"]
