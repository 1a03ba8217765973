"""Leaders' signatures and deliveries: made, registered, looked at.

Writes ``data/signed`` and its registers.
"""
