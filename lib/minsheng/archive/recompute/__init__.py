"""A month computed anew from its archived workbooks and plan, without any notebook, and compared with what it says.

Writes a scratch folder alone.
"""
