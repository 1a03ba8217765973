"""Notices: what happened and what is due, told at most once, to whom the settings and ``data/contacts.csv`` name.

Writes ``data/notices.csv`` alone; ``sending`` alone knows Apprise.
"""

from minsheng.agenda.notices.telling import tell

__all__ = ["tell"]
