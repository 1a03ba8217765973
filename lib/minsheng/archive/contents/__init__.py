"""What goes into a package: a month, an assessment with its evidence, signatures, and how each is described.

Knows plan and workspace; :mod:`minsheng.archive.package` below it knows neither.
"""
