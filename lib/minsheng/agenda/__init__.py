"""What needs a person, and when: status of a period, what is due, reminders.

Reads the registers, the run history, the archive; writes nothing but what was told to whom (``notices``).
"""
