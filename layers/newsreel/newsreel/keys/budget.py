"""The two daily quotas of a key's project, and what is left of them.

YouTube gives every project two buckets a day, `search` and `default`, refilled at midnight in California
(developers.google.com/youtube/v3/determine_quota_cost).
"""

from datetime import datetime
from typing import Literal, NamedTuple

type Bucket = Literal["search", "default"]

BUCKETS: tuple[Bucket, ...] = ("search", "default")


class Budget(NamedTuple):
    """What all usable keys together have of one bucket, in calls or units."""

    left: int
    per_day: int
    resets_at: datetime
