"""Looks for personal data in any file that is to be published or sealed: numbers masked, places named."""
