"""Ages: when a stored video is asked for again.

Each video is refreshed near each of some ages, counted from its publication. Nothing is noted beside a video for that.
As a query's listing is in order of time, it is enough to know for each age up to which time of publication all videos
are through: its mark. What lies between the mark and `now - age` is due::

    ── refreshed at this age ──┬── due ──┬── too young ──> time of publication
                             mark    now - age

A mark never lies further back than the next age, at which the same videos are asked for again.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count, pairwise, takewhile
from typing import NamedTuple

from newsreel.video import RENEWED_EVERY

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EARLY = (HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY)
"""Ages at which a refresh is nice to have: counts and titles change most while a video is young."""
PATIENCE_AT_MOST = 6 * HOUR
FOUND_LATE = 8 * DAY
"""A video is not older than this when a poll first finds it."""

type Marks = Mapping[timedelta, datetime]
"""By age, up to which time of publication all videos were refreshed at it."""


class Stretch(NamedTuple):
    """Times of publication at which videos are due to be refreshed, from `since` up to, but not including, `until`."""

    age: timedelta
    since: datetime
    until: datetime

    @property
    def owed(self) -> bool:
        """Whether YouTube's terms want it: these videos are deleted otherwise."""
        return self.age >= RENEWED_EVERY


def ages(retention: timedelta) -> Iterator[timedelta]:
    """All ages at which videos that are kept so long are refreshed, the youngest first."""
    oldest = retention + FOUND_LATE
    yield from (age for age in EARLY if age < oldest)
    yield from takewhile(lambda age: age < oldest, (times * RENEWED_EVERY for times in count(1)))


def patience(age: timedelta) -> timedelta:
    """How much later than at its age a video may be refreshed, so that many are asked for at once."""
    return min(age / 6, PATIENCE_AT_MOST)


def stretches(marks: Marks, retention: timedelta, now: datetime) -> Iterator[Stretch]:
    """All that has come to an age and not been refreshed at it, due or not, the youngest age first."""
    for age, next_age in pairwise([*ages(retention), timedelta.max]):
        until = now - age
        furthest = now - min(next_age, age + RENEWED_EVERY)
        mark = marks.get(age, furthest)
        # A mark so far ahead is that of a clock that ran ahead.
        since = max(mark, furthest) if mark <= until + patience(age) else furthest
        yield Stretch(age, min(since, until), until)


def due(marks: Marks, retention: timedelta, now: datetime) -> list[Stretch]:
    """The stretches whose first videos have waited long enough; those that are owed first."""
    found = [each for each in stretches(marks, retention, now) if each.until - each.since >= patience(each.age)]
    return sorted(found, key=lambda each: not each.owed)


def next_due(marks: Marks, retention: timedelta, now: datetime) -> datetime:
    """When the next stretch is due."""
    return min(each.since + each.age + patience(each.age) for each in stretches(marks, retention, now))
