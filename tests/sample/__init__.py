"""Sample returns (示例数据) for every month of a plan's year: made up, consistent to the last person and fen.

Nothing here computes an indicator: the sample must not share a mistake with what it is used to test.
"""

from tests.sample.deliveries import SampleSummary, write_sample

__all__ = ["SampleSummary", "write_sample"]
