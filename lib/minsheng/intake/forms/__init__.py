"""Assessors' forms (考评表): laid out, written, read back and kept.

May touch ``data/assessment`` and ``data/reviews`` only, and the evidence.
"""
