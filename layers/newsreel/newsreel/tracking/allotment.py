"""Allotment: how often each channel is looked at, so that the sum of expected delays is least.

With f looks a second at a channel that has λ new videos a second, a video waits 1 / 2f on average. Of all ways to spend
a given number of looks, Σ λ / 2f is least where f ∝ √λ. A channel that would be looked at less often than search runs
gets none: search finds its videos sooner. It leaves its looks to others.
"""

from collections.abc import Mapping
from datetime import timedelta
from math import exp2, log, sqrt
from typing import NamedTuple

DAY = timedelta(days=1)
QUICKEST = timedelta(seconds=30)
"""No channel is looked at more often."""
CHANNELS_A_KEY = 60
"""More than so many, for each key, are not tracked: beyond, hardly any would be looked at in time."""


class Rate(NamedTuple):
    """What is expected of a channel."""

    per_day: float
    """Videos that belong to a query; of several queries, in sum."""
    search_interval: timedelta
    """The time from one search to the next that would find them."""


def expected(weight: float, counted: timedelta, half_life: timedelta) -> float:
    """Videos a day of a channel whose finds weigh so much, each half as much after every `half_life`.

    `counted`: for how long finds have been counted. The days weigh less the longer they are past, as the finds do.
    Half a day and a fifth of a find more keep what was counted for a short time within reason.
    """
    days = (half_life / DAY) / log(2) * (1 - exp2(-max(0.0, counted / half_life)))
    return (weight + 0.2) / (days + 0.5)


def allotted(rates: Mapping[str, Rate], looks_a_day: float, most: int) -> dict[str, timedelta]:
    """The time from one look to the next of each channel that is worth looks, if there are so many looks a day.

    `most`: so many channels at most.
    """
    # In this order, whichever channels are taken, each is looked at more often, against its searches, than the next.
    order = sorted(rates, key=lambda each: sqrt(rates[each].per_day) * rates[each].search_interval, reverse=True)
    ahead = [each for each in order if rates[each].search_interval > QUICKEST][:most]
    quickest: list[str] = []
    while True:
        left = looks_a_day - len(quickest) * (DAY / QUICKEST)
        chosen = _worth(rates, ahead, left)
        total = sum(sqrt(rates[each].per_day) for each in chosen)
        intervals = {each: DAY * total / (left * sqrt(rates[each].per_day)) for each in chosen}
        too_quick = [each for each in chosen if intervals[each] < QUICKEST]
        if not too_quick:
            return dict.fromkeys(quickest, QUICKEST) | intervals
        # What they do not need is shared by the others.
        quickest += too_quick
        ahead = [each for each in ahead if each not in too_quick]


def _worth(rates: Mapping[str, Rate], ahead: list[str], looks_a_day: float) -> list[str]:
    """As many channels, from the first on, as are all looked at more often than search runs."""
    total = 0.0
    for place, each in enumerate(ahead):
        rate = rates[each]
        total += sqrt(rate.per_day)
        if DAY * total >= looks_a_day * sqrt(rate.per_day) * rate.search_interval:
            return ahead[:place]
    return ahead
