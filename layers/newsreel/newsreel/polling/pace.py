"""Pace: how often a query may be polled so that the day's calls last, and are used."""

from datetime import datetime, timedelta

from newsreel.keys.budget import Budget
from newsreel.settings import Pacing

DAY = timedelta(days=1)
SWEEP_SHARE = 10
"""One call in so many of a day's budget may go to sweeps."""
EXTRA_SHARE = 10
"""A poll may spend one in so many of the calls left to its query on further pages and gaps."""
LONGEST_BACKOFF = timedelta(minutes=15)


def pace(budget: Budget, rivals: float, interval: timedelta, pacing: Pacing, now: datetime) -> timedelta:
    """The time from one poll of a query to its next.

    The calls left are shared by all queries over the time left until midnight, as if the query had so many `rivals` of
    its own weight, itself included. Where they do not suffice for one round, the round ends with tomorrow's calls.
    """
    if pacing == "fixed" or budget.per_day <= 0:
        return interval
    time_left = budget.resets_at - now
    # The poll that asks for its next time has just made its call: counting it in, the day's last call is used too.
    calls = budget.left + 1
    if rivals <= calls:
        return max(interval, time_left * rivals / calls)
    return max(interval, time_left + (rivals - calls) * DAY / budget.per_day)


def next_due(due_at: datetime, now: datetime, pace: timedelta) -> datetime:
    """When the poll that was due at `due_at` is due again: on its beat, or from now on where that was missed."""
    seconds = max(1, int(pace.total_seconds()))
    beats = (now - due_at) // timedelta(seconds=seconds) + 1
    if 1 <= beats <= 6:
        return due_at + beats * timedelta(seconds=seconds)
    return now + timedelta(seconds=seconds)


def extra_calls(budget: Budget, rivals: float) -> int:
    """How many calls beyond its first a poll may spend on further pages and gaps."""
    return max(int(budget.left / (EXTRA_SHARE * rivals)), 1) if can_spare(budget, rivals) else 0


def can_spare(budget: Budget, rivals: float) -> bool:
    """Whether there is a call for anything but the newest videos: the day's last tenth is kept for those."""
    return budget.left > max(rivals, budget.per_day // 10)


def sweep_spacing(budget: Budget, rivals: float, rarity: int) -> timedelta:
    """The time from one sweep call of a query to its next, so that all sweeps keep within their share of a day."""
    return DAY * rivals * rarity / max(1, budget.per_day // SWEEP_SHARE)


def backoff(failures: int, jitter: float) -> timedelta:
    """How long to wait at least after so many failed polls in a row; `jitter` from 0 to 1."""
    seconds = 10 * 2 ** min(failures - 1, 10) * (0.5 + jitter / 2)
    return min(timedelta(seconds=seconds), LONGEST_BACKOFF)
