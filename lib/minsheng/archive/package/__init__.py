"""A sealed package and its chain: bag, profile, metadata, ledger, key, sealing, checking.

Knows no plan and no workspace: an auditor could use it on any folder.
"""
