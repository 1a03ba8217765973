"""Sealed packages that an auditor can check without us: bags, a chained and signed ledger, verification."""
