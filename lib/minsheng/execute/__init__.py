"""Execution of notebooks: the forked engine, strict execution of one notebook, the ledger."""
