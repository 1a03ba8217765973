"""What was before: figures beside those of the month before and of last year.

Reads no file; may import what the rest of ``measure`` may.
"""
