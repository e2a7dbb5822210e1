"""The two daily quotas of a key's project, and what is left of them.

YouTube gives every project two buckets a day, `search` and `default`, refilled at midnight in California
(developers.google.com/youtube/v3/determine_quota_cost).
"""

from datetime import datetime
from typing import Literal, NamedTuple

type Bucket = Literal["search", "default"]

BUCKETS: tuple[Bucket, ...] = ("search", "default")


class Budget(NamedTuple):
    """The search calls of all usable keys together."""

    left: int
    per_day: int
    resets_at: datetime
