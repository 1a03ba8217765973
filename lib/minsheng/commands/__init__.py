"""One module a command, named after it: ``commands/run.py`` is ``minsheng run``.

Each does its work and returns an outcome; the terminal belongs to :mod:`minsheng.cli`.
"""
