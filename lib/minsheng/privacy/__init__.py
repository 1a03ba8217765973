"""Looks for personal data in any file that is to be published or sealed: numbers masked, places named."""

from minsheng.privacy.findings import Hit, Inspection, Unseen
from minsheng.privacy.scanner import inspect, scan

__all__ = ["Hit", "Inspection", "Unseen", "inspect", "scan"]
