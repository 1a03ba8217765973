"""What lies ahead: what needs a call before it is missed, and whether targets will be reached by the year's end.

Writes nothing.
"""
