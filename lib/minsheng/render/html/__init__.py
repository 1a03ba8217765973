"""What pages are made of: markup, tables, numbers, drawings, the page around them.

Knows no plan and writes no file.
"""
