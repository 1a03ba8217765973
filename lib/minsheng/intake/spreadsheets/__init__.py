"""A stranger's bytes to a grid of raw cells, and a table of the plan to a sheet.

Files are read in a child process with limits; nothing here knows a plan.
"""
