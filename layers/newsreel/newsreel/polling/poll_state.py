"""What is known of a query's polls: what the latest did, how complete they leave the query, when the next is due."""

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple

from newsreel.polling.sweeping import LateFinds, SweepPace
from newsreel.polling.watermark import Watermark
from newsreel.times import from_wrong_clock, stamp
from newsreel.video import Position, SourceName

type Outcome = Literal["ok", "waiting", "failed"]

ARRIVAL_HOURS = 24


class Fetch(NamedTuple):
    """What one poll did."""

    at: datetime
    source: SourceName | None
    """Who gave the videos; None if no one did."""
    outcome: Outcome
    seen: int = 0
    """Videos that the source gave."""
    new: int = 0
    """Videos stored for the first time."""
    malformed: int = 0
    """Items that made no video."""
    calls: int = 0
    """Search calls that it took."""
    units: int = 0
    """Units of YouTube's default bucket that it took."""
    problem: str | None = None


class DueState(NamedTuple):
    """As much of the state of a query's polls as the schedule looks at each minute."""

    query: str
    due_at: datetime | None = None
    planned_at: datetime | None = None
    pace_seconds: int = 0
    waiting: bool = False
    last_success_at: datetime | None = None
    gaps: int = 0

    def beyond(self, now: datetime) -> bool:
        """Whether the due time was set by a clock that ran ahead of this one."""
        return from_wrong_clock(self.planned_at, now)


class PollState(NamedTuple):
    """The state of one query's polls."""

    query: str
    due_at: datetime | None = None
    """When the query is to be polled next; None before its first poll."""
    planned_at: datetime | None = None
    """When `due_at` was written."""
    pace_seconds: int = 0
    """The time between polls from which `due_at` was computed."""
    waiting: bool = False
    """Whether the query waits for a key that can search."""
    watermark: Watermark | None = None
    sweep_due_at: datetime | None = None
    sweep_pace: SweepPace = SweepPace()
    late_finds: LateFinds = LateFinds()
    failures: int = 0
    """Failed polls in a row."""
    last_poll: Fetch | None = None
    last_success_at: datetime | None = None
    first_success_at: datetime | None = None
    """What was published well before it is no news. None also where an earlier release made the first poll."""
    newest: Position | None = None
    """The query's newest video. Its title is not kept here, where it would outlive the video."""
    arrivals: Mapping[str, int] = MappingProxyType({})
    """Videos that were found, by the hour of their publication (`YYYY-MM-DDTHH`), of the last 24 hours."""

    @property
    def problem(self) -> str | None:
        """What went wrong in the latest poll."""
        return self.last_poll.problem if self.last_poll else None

    def with_arrivals(self, published: Iterable[str], now: datetime) -> "PollState":
        """The state after new videos, published at these times, were stored."""
        oldest = stamp(now - timedelta(hours=ARRIVAL_HOURS))
        counts = Counter(time[:13] for time in published)
        counts.update(self.arrivals)
        return replace(self, arrivals={hour: count for hour, count in counts.items() if hour > oldest[:13]})

    def arrivals_by_hour(self, now: datetime) -> list[int]:
        """Videos published in each of the last 24 hours, oldest first, as far as they are found."""
        hours = (stamp(now - timedelta(hours=back))[:13] for back in reversed(range(ARRIVAL_HOURS)))
        return [self.arrivals.get(hour, 0) for hour in hours]

    def due(self) -> DueState:
        """What the schedule needs of it."""
        gaps = len(self.watermark.gaps) if self.watermark else 0
        return DueState(
            self.query, self.due_at, self.planned_at, self.pace_seconds, self.waiting, self.last_success_at, gaps
        )
