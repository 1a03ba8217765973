"""The inspection of a sealed package (四性检测) after DA/T 70: items, what is looked at, the table that is printed."""

from minsheng.workflow.inspection.items import Checked, Quality, Verdict
from minsheng.workflow.inspection.judging import Evidence, judge

__all__ = ["Checked", "Evidence", "Quality", "Verdict", "judge"]
