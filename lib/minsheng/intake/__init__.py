"""What counties and sections send in: from a stranger's spreadsheet to accepted values, and the answer to who sent it.

Notebooks read accepted returns with :mod:`minsheng.intake.returns.store` alone; only
:mod:`minsheng.intake.returns.great_expectations` imports Great Expectations.
"""
