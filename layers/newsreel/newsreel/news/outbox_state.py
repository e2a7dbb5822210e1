"""How a target fares: what it is being told, since when it fails, and when it is its turn again."""

from copy import replace
from datetime import datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from newsreel.errors import TargetFailed
from newsreel.news.target import Target
from newsreel.times import from_wrong_clock

type Health = Literal["paused", "new", "ok", "failing", "resting"]

SPACING = timedelta(seconds=3)
"""From one message to the next of a target: chats take some twenty a minute."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=15)
"""After a first failure, and after many; each pause is three times the one before."""
RESTS_AFTER = timedelta(days=1)
"""A target that fails for so long rests."""
REST = timedelta(hours=1)
"""From one try of a resting target to the next."""
SOON = timedelta(minutes=1)
"""Turns further ahead are called by the fetcher, which looks at all of them each minute."""
PATIENCE_AT_MOST = timedelta(days=1)
"""A target that asks to be left alone is left alone no longer than this."""


class Event(NamedTuple):
    """One message to a target. It keeps its id and its videos until it is known whether it has arrived."""

    id: str
    made_at: datetime
    videos: tuple[tuple[str, str], ...]
    """Query and id of each, the oldest first."""
    left_out: int = 0
    """Older videos that it does not tell of, and no other does."""


class OutboxState(NamedTuple):
    """The state of one target's outbox."""

    uid: str
    due_at: datetime | None = None
    """When it is the target's turn; None where nothing waits, or someone is at it."""
    planned_at: datetime | None = None
    """When `due_at` was written."""
    claimed_until: datetime | None = None
    event: Event | None = None
    """What may have arrived, and may not."""
    failures: int = 0
    """In a row."""
    failing_since: datetime | None = None
    gone: bool = False
    """Whether the target said that it takes nothing ever again."""
    problem: str | None = None
    """Of the latest failure."""
    missed: bool = False
    """Whether what waits was missed while the target failed: it is told the newest of it, in one message."""
    left_out: int = 0
    """Older videos of which it will not be told, as it has failed for long."""
    told: int = 0
    """Videos, in all."""
    last_told_at: datetime | None = None
    tested_at: datetime | None = None
    test_problem: str | None = None

    def turn_at(self, now: datetime) -> datetime | None:
        """When somebody should look after it: when it is due, or when a claim runs out whose holder may have died."""
        moments = [moment for moment in (self.due_at, self.claimed_until) if moment]
        return min(moments, default=None) if not from_wrong_clock(self.planned_at, now) else now

    def rests(self, now: datetime) -> bool:
        """Whether it has failed for so long that it is tried once an hour only."""
        return self.gone or (self.failing_since is not None and now - self.failing_since >= RESTS_AFTER)

    def health(self, target: Target, now: datetime) -> Health:
        """How it is called."""
        if target.paused:
            return "paused"
        if self.failing_since:
            return "resting" if self.rests(now) else "failing"
        return "ok" if self.last_told_at else "new"

    def failed(self, failure: TargetFailed, now: datetime, *, first_try: bool) -> "OutboxState":
        """The state after a message did not arrive, or may not have.

        If it certainly has not, its videos may become part of another. What is sure of a later try says nothing of the
        first.
        """
        after = replace(
            self,
            failures=self.failures + 1,
            failing_since=self.failing_since or now,
            gone=failure.gone,
            missed=True,
            problem=str(failure),
            left_out=self.event.left_out if self.event else self.left_out,
            event=None if failure.sure and first_try else self.event,
        )
        pause = REST if after.rests(now) else min(FIRST_PAUSE * 3 ** min(self.failures, 9), LONGEST_PAUSE)
        wanted = min(timedelta(seconds=failure.retry_after), PATIENCE_AT_MOST)
        return after.due(now + max(pause, wanted), now)

    def arrived(self, videos: int, now: datetime, *, missed: bool = False) -> "OutboxState":
        """The state after a message of so many videos has arrived; `missed`: what still waits was missed before."""
        return replace(
            self,
            event=None,
            failures=0,
            failing_since=None,
            gone=False,
            problem=None,
            missed=missed,
            left_out=0,
            told=self.told + videos,
            last_told_at=now if videos else self.last_told_at,
        )

    def due(self, at: datetime, now: datetime) -> "OutboxState":
        """The state in which it is the target's turn at this time."""
        return replace(self, due_at=at, planned_at=now)


def next_turn(target: Target, now: datetime) -> datetime:
    """When a target is told of what comes now."""
    if target.digest == "each":
        return now
    zone = ZoneInfo(target.zone)
    if target.digest == "hourly":
        shown = now.astimezone(zone)
        return now + timedelta(hours=1) - timedelta(minutes=shown.minute, seconds=shown.second)
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(3))
    # Where a clock is put forward, an hour that is left out is the one before or after it.
    moments = (datetime.combine(day, time(target.digest_hour), zone).astimezone(now.tzinfo) for day in days)
    return next(moment for moment in moments if moment > now)
