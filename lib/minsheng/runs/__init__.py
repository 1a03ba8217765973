"""A period is run: which reports, what has changed, who makes them, what became of each.

The coordinator alone writes, to ``outputs/``; workers take bytes and give bytes.
"""
