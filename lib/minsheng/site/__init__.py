"""Every page that is not a notebook: first page, month, assessment, run, reminders, delivery note, workbooks.

Writes ``outputs/`` only.
"""
