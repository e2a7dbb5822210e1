"""Arrivals of simulated days."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from local.catalogue import Clip
from tests.world import clip

type Lag = Callable[[random.Random], timedelta]


def no_lag(_: random.Random) -> timedelta:
    """Searches find a video at once."""
    return timedelta(0)


def up_to_ten_minutes(chance: random.Random) -> timedelta:
    """Searches find a video within ten minutes."""
    return timedelta(seconds=chance.randrange(601))


def arrivals(
    start: datetime, span: timedelta, per_day: int, lag: Lag = no_lag, *, seed: int = 1, first: int = 0, **fields: str
) -> list[Clip]:
    """Videos published at random moments of a span, `per_day` on average."""
    chance = random.Random(seed)
    seconds = int(span.total_seconds())
    count = per_day * seconds // 86_400
    return [
        clip(first + number, start + timedelta(seconds=chance.randrange(seconds)), lag(chance), **fields)
        for number in range(count)
    ]


def burst(start: datetime, count: int, span: timedelta, lag: Lag = no_lag, *, seed: int = 2, first: int) -> list[Clip]:
    """Many videos within a short span."""
    chance = random.Random(seed)
    seconds = int(span.total_seconds())
    return [
        clip(first + number, start + timedelta(seconds=chance.randrange(seconds)), lag(chance))
        for number in range(count)
    ]
