"""Expectations as data, and what each kind of rule judges.

Pure: frames in, findings out.
"""
