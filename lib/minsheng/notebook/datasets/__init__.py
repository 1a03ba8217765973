"""Tables of all figures for :mod:`minsheng.notebook.data`: rows from what is on disk, kept by month, then typed frames.

Writes ``outputs/.tables/`` alone, which can be thrown away.
"""
