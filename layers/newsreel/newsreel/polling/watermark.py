"""How far back, and up to when, a query is known to be complete; and the gaps that are still to be looked at.

YouTube gives results late, in rough order, and 50 a page. So "complete" comes in degrees::

    ── swept ──────┬── settled ──────────────┬── complete ──┬── not yet asked ──> time
                   swept_until               settled_until  complete_until

- up to `complete_until` everything has been asked for once, except within the gaps;
- up to `settled_until` it has been asked for when it was at least `SETTLING` old, except within the gaps;
- up to `swept_until` it has been asked for when it was at least `SWEEP_AGE` old.

Each poll's window reaches back over known ground as far as one page holds it, which settles most of it at no cost.
What a window could not cover becomes a gap: a hole (never looked at) or a second look (looked at too early).
"""

from collections.abc import Iterable, Sequence
from copy import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

FIRST_LOOK = timedelta(hours=30)
"""How far back a query's first poll asks."""
OVERLAP = timedelta(hours=24)
"""How far back over known ground a window reaches at most."""
SETTLING = timedelta(minutes=20)
"""A video not found at this age is late; sweeps look for those."""
SWEEP_AGE = timedelta(hours=30)
"""Results come up to a day late; a recorded day of polls has some that took 26 hours."""
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
GAPS_AT_MOST = 60
"""More gaps than this are joined: the state of a query is one small item."""
PAGE = 50
"""Results that YouTube gives at a time."""
PAGE_ROOM = 10
"""Results of a page kept free for more new videos than expected."""


class Gap(NamedTuple):
    """A stretch of time that is still to be asked for, not before `ripe_at`."""

    since: datetime
    until: datetime
    ripe_at: datetime
    hole: bool
    """Never looked at; otherwise looked at, but too early to be sure."""


class Watermark(NamedTuple):
    """See the module's drawing."""

    complete_until: datetime
    settled_until: datetime
    swept_until: datetime
    gaps: tuple[Gap, ...] = ()

    @property
    def holes(self) -> tuple[Gap, ...]:
        """The stretches never looked at, oldest first."""
        return tuple(gap for gap in self.gaps if gap.hole)

    def ripe(self, now: datetime) -> Gap | None:
        """The gap to be looked at next: the oldest hole, else the oldest second look that is due."""
        due = [gap for gap in self.gaps if gap.ripe_at <= now]
        return min(due, key=lambda gap: (not gap.hole, gap.since), default=None)


def initial(now: datetime) -> Watermark:
    """The watermark of a query that was never polled."""
    start = now - FIRST_LOOK
    return Watermark(start, start, now - SWEEP_AGE)


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
        min(mark.swept_until, now - SWEEP_AGE),
        tuple(replace(gap, ripe_at=min(gap.ripe_at, now)) for gap in mark.gaps if gap.since < believed),
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


def proven(times: Iterable[datetime]) -> datetime:
    """Down to when a truncated answer proves that it left nothing out."""
    return min(times) + DISORDER


def covered(mark: Watermark, since: datetime, now: datetime) -> Watermark:
    """The watermark after everything from `since` up to `now` was asked for; what lies before becomes gaps."""
    gaps = list(mark.gaps)
    if since > mark.complete_until:
        gaps.append(Gap(mark.complete_until, since, now, hole=True))
    looked_until = min(since, mark.complete_until)
    if looked_until > mark.settled_until:
        _add_second_look(gaps, mark.settled_until, looked_until, now)
    return replace(
        mark,
        complete_until=now,
        settled_until=max(mark.settled_until, since, now - SETTLING),
        gaps=_bounded(gaps),
    )


def closed(mark: Watermark, gap: Gap, reached: datetime, now: datetime) -> Watermark:
    """The watermark after the part of `gap` from `reached` on was asked for; at its start or before: all of it.

    Where nothing was reached because too many videos lie too close, the gap is halved: shorter stretches hold fewer.
    """
    gaps = [each for each in mark.gaps if each != gap]
    middle = gap.since + ((gap.until - gap.since) // 2 // SECOND) * SECOND
    if gap.since < reached < gap.until:
        gaps.append(replace(gap, until=reached))
    elif reached >= gap.until and middle > gap.since:
        gaps += [replace(gap, until=middle), replace(gap, since=middle)]
    young = max(reached, gap.since, now - SETTLING)
    if gap.hole and young < gap.until:
        _add_second_look(gaps, young, gap.until, now)
    return replace(mark, gaps=_bounded(gaps))


def sweep_stretch(mark: Watermark, now: datetime) -> tuple[datetime, datetime]:
    """From when until when a sweep would look now; the end is not after the start where there is nothing to do."""
    until = now - SWEEP_AGE
    return max(mark.swept_until, until - SWEEP_BACKLOG), until


def swept(mark: Watermark, until: datetime) -> Watermark:
    """The watermark after a sweep up to `until`."""
    return replace(mark, swept_until=max(mark.swept_until, until))


def _add_second_look(gaps: list[Gap], since: datetime, until: datetime, now: datetime) -> None:
    """Add a second look, or lengthen the one that it adjoins, so that a quick beat makes no hundreds of them."""
    for place, gap in enumerate(gaps):
        if not gap.hole and gap.ripe_at > now and gap.until == since and until - gap.since <= SECOND_LOOK:
            gaps[place] = replace(gap, until=until, ripe_at=until + SETTLING)
            return
    gaps.append(Gap(since, until, until + SETTLING, hole=False))


def _bounded(gaps: list[Gap]) -> tuple[Gap, ...]:
    """The gaps in order; where there are too many, neighbours become one."""
    result = sorted(gaps, key=lambda gap: (gap.hole, gap.since, gap.until))
    while len(result) > GAPS_AT_MOST:
        result = _coarser(result)
    return tuple(sorted(result, key=lambda gap: (gap.since, gap.until)))


def _coarser(gaps: list[Gap]) -> list[Gap]:
    """One gap fewer: the two neighbours of one kind that lie closest become one."""
    pairs = [
        (right.since - left.until, place)
        for place, (left, right) in enumerate(pairwise(gaps))
        if left.hole == right.hole
    ]
    _, place = min(pairs)
    left, right = gaps[place], gaps[place + 1]
    joined = Gap(left.since, max(left.until, right.until), max(left.ripe_at, right.ripe_at), left.hole)
    return [*gaps[:place], joined, *gaps[place + 2 :]]
