"""The words of the trade as frozen data: periods, areas, indicators, rubrics, returns, results.

Nothing here reads a file or computes a figure.
"""
