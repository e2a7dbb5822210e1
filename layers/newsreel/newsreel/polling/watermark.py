"""How far back, and up to when, a query is known to be complete; and the gaps that are still to be looked at.

YouTube gives results late, in rough order, and 50 a page. So "complete" comes in degrees::

    ── swept ──────┬── settled ──────────────┬── complete ──┬── not yet asked ──> time
                   swept_until               settled_until  complete_until

- up to `complete_until` everything has been asked for once, except within the gaps;
- up to `settled_until` it has been asked for when it was at least `SETTLING` old, except within gaps and second looks;
- up to `swept_until` it has been asked for once more, at the age at which the query's sweeps look.

Each poll's window reaches back over known ground as far as one page holds it, which settles most of it at no cost.
What a window could not cover becomes a gap. What it looked at too early becomes a second look.
"""

from collections.abc import Iterable, Sequence
from copy import replace
from datetime import datetime, timedelta
from heapq import nsmallest
from itertools import pairwise
from typing import NamedTuple

from newsreel.polling.sweeping import YOUNGEST
from newsreel.sources.items import PAGE

FIRST_LOOK = timedelta(hours=30)
"""How far back a query's first poll asks."""
OVERLAP = timedelta(hours=24)
"""How far back over known ground a window reaches at most."""
SETTLING = timedelta(minutes=20)
"""A video not found at this age is late; sweeps look for those."""
SWEEP_STRETCH = timedelta(hours=6)
"""A sweep waits until it has this much to look at, or a page full."""
SWEEP_BACKLOG = timedelta(days=7)
"""Sweeps that fall further behind than this give up the oldest part: their share of the budget cannot cover it."""
SECOND_LOOK = timedelta(minutes=10)
"""Adjoining second looks are joined up to this length."""
DISORDER = timedelta(minutes=5)
"""How far off in time an answer's order may be. In the recorded day of polls a result stood before one that was up to
124 seconds newer."""
SECOND = timedelta(seconds=1)
OPEN_AT_MOST = 60
"""More gaps and second looks than this are joined: the state of a query is one small item."""
PAGE_ROOM = 10
"""Results of a page kept free for more new videos than expected."""


class Gap(NamedTuple):
    """A stretch of time that was never looked at."""

    since: datetime
    until: datetime


class SecondLook(NamedTuple):
    """A stretch of time that was looked at too early to be sure. It is to be looked at again, not before `ripe_at`."""

    since: datetime
    until: datetime
    ripe_at: datetime


class Watermark(NamedTuple):
    """See the module's drawing."""

    complete_until: datetime
    settled_until: datetime
    swept_until: datetime
    gaps: tuple[Gap, ...] = ()
    """The oldest first."""
    second_looks: tuple[SecondLook, ...] = ()
    """The oldest first."""

    def due(self, now: datetime) -> Gap | SecondLook | None:
        """What to look at next: the oldest gap, else the oldest second look that is ripe."""
        return next(iter(self.gaps), None) or next((look for look in self.second_looks if look.ripe_at <= now), None)


def initial(now: datetime) -> Watermark:
    """The watermark of a query that was never polled."""
    start = now - FIRST_LOOK
    # The first look is itself one at what is some hours old.
    return Watermark(start, start, now - YOUNGEST)


def without_future(mark: Watermark, now: datetime, newest_known: datetime | None) -> Watermark:
    """The watermark as it can be believed now: a clock that had run ahead claimed more than was looked at.

    What was found is no proof for after it, so the newest known video is as far as the claim is kept.
    """
    if mark.complete_until <= now:
        return mark
    believed = min(newest_known or now - FIRST_LOOK, now)
    return Watermark(
        believed,
        min(mark.settled_until, believed - SETTLING),
        min(mark.swept_until, now - YOUNGEST),
        tuple(gap for gap in mark.gaps if gap.since < believed),
        tuple(replace(look, ripe_at=min(look.ripe_at, now)) for look in mark.second_looks if look.since < believed),
    )


def window_start(mark: Watermark, known: Sequence[datetime], now: datetime) -> datetime:
    """From when on to ask: all that is not known to be complete, and known ground as far as a page holds it.

    `known` are the newest known videos' times, newest first.
    """
    since_last = now - mark.complete_until
    before = mark.complete_until - since_last
    expected = sum(1 for time in known if before <= time < mark.complete_until)
    room = PAGE - PAGE_ROOM - expected
    overlap = now - OVERLAP
    if 0 < room <= len(known):
        overlap = max(overlap, known[room - 1])
    return min(mark.complete_until, overlap) if room > 0 else mark.complete_until


def proven(times: Iterable[datetime]) -> datetime | None:
    """Down to when a truncated answer proves that it left nothing out; None where it proves nothing.

    The times are those of an answer within what was asked for, twice where something else vouches for one. One of them
    alone may be wrong, so the second oldest counts.
    """
    oldest = nsmallest(2, times)
    return oldest[1] + DISORDER if len(oldest) == 2 else None


def covered(mark: Watermark, since: datetime, now: datetime) -> Watermark:
    """The watermark after everything from `since` up to `now` was asked for; what lies before becomes a gap."""
    gaps, looks = list(mark.gaps), list(mark.second_looks)
    if since > mark.complete_until:
        gaps.append(Gap(mark.complete_until, since))
    looked_until = min(since, mark.complete_until)
    if looked_until > mark.settled_until:
        _add_second_look(looks, mark.settled_until, looked_until, now)
    return _bounded(
        replace(mark, complete_until=now, settled_until=max(mark.settled_until, since, now - SETTLING)), gaps, looks
    )


def closed(mark: Watermark, asked: Gap | SecondLook, reached: datetime, now: datetime) -> Watermark:
    """The watermark after a gap or second look was asked for from `reached` on; at its start or before: all of it.

    Where nothing was reached because too many videos lie too close, it is halved: shorter stretches hold fewer.
    """
    gaps = [gap for gap in mark.gaps if gap != asked]
    looks = [look for look in mark.second_looks if look != asked]
    match asked:
        case Gap():
            gaps += _unreached(asked, reached)
            young = max(reached, asked.since, now - SETTLING)
            if young < asked.until:
                _add_second_look(looks, young, asked.until, now)
        case SecondLook():
            looks += _unreached(asked, reached)
    return _bounded(mark, gaps, looks)


def sweep_stretch(mark: Watermark, age: timedelta, now: datetime) -> tuple[datetime, datetime]:
    """From when until when a sweep at this age looks; the end is not after the start where there is nothing to do."""
    until = now - age
    return max(mark.swept_until, until - SWEEP_BACKLOG), until


def swept(mark: Watermark, until: datetime) -> Watermark:
    """The watermark after a sweep up to `until`."""
    return replace(mark, swept_until=max(mark.swept_until, until))


def _unreached[S: (Gap, SecondLook)](asked: S, reached: datetime) -> list[S]:
    """What is left of a stretch of which the part from `reached` on was asked for."""
    if asked.since < reached < asked.until:
        return [replace(asked, until=reached)]
    middle = asked.since + ((asked.until - asked.since) // 2 // SECOND) * SECOND
    if reached >= asked.until and middle > asked.since:
        return [replace(asked, until=middle), replace(asked, since=middle)]
    return []


def _add_second_look(looks: list[SecondLook], since: datetime, until: datetime, now: datetime) -> None:
    """Add a second look, or lengthen the one that it adjoins, so that a quick beat makes no hundreds of them."""
    for place, look in enumerate(looks):
        if look.ripe_at > now and look.until == since and until - look.since <= SECOND_LOOK:
            looks[place] = replace(look, until=until, ripe_at=until + SETTLING)
            return
    looks.append(SecondLook(since, until, until + SETTLING))


def _bounded(mark: Watermark, gaps: list[Gap], looks: list[SecondLook]) -> Watermark:
    """The watermark with these, in order; where there are too many, the closest neighbours of a kind become one."""
    gaps, looks = sorted(gaps), sorted(looks)
    while len(gaps) + len(looks) > OPEN_AT_MOST:
        (gaps_apart, gap), (looks_apart, look) = _closest(gaps), _closest(looks)
        if looks_apart <= gaps_apart:
            one, other = looks[look : look + 2]
            joined = SecondLook(one.since, max(one.until, other.until), max(one.ripe_at, other.ripe_at))
            looks[look : look + 2] = [joined]
        else:
            before, after = gaps[gap : gap + 2]
            gaps[gap : gap + 2] = [Gap(before.since, max(before.until, after.until))]
    return replace(mark, gaps=tuple(sorted(gaps)), second_looks=tuple(sorted(looks)))


def _closest[S: (Gap, SecondLook)](stretches: Sequence[S]) -> tuple[timedelta, int]:
    """How far apart the two closest neighbours are, and the place of the first of them."""
    apart = (right.since - left.until for left, right in pairwise(stretches))
    return min(((distance, place) for place, distance in enumerate(apart)), default=(timedelta.max, 0))
