"""四性检测 (DA/T 70): a sealed package judged item by item, and the table that says so.

Reads packages and registers; writes nothing into either.
"""
