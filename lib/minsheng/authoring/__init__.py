"""What plan authors are helped with: figures drawn for a trial, plans compared, explained and begun anew.

Reads plans, rules and forms; writes nothing: what is to be kept is returned, and commands write it.
"""
