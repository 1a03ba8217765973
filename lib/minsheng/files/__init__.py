"""The only room that writes: durable files, hashes, registers, locks, zips.

Knows nothing of the trade; who writes, writes through here.
"""
