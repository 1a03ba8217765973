"""What was before: pieces that put figures beside those of the month before and of last year.

Reads no file and computes no figure.
"""
