"""Minsheng Workbook: from county returns to reports, scores and an archive.

Importing this package does nothing: every heavy library is imported by the one module that needs it.
"""
