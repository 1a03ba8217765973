"""Returns received, checked and answered: register, store, verdicts, receipts, templates.

Writes ``data/returns``, ``data/accepted`` and receipts; alone knows Great Expectations.
"""
