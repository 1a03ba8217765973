"""From a grid of raw cells to a parsed return, with every fault named by its cell.

Reads no file and writes none.
"""
