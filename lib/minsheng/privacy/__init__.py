"""Looks for personal data in any file that is to be published or sealed: numbers masked, places named."""

from minsheng.privacy.scanner import Hit, Inspection, Unseen, inspect, scan

__all__ = ["Hit", "Inspection", "Unseen", "inspect", "scan"]
