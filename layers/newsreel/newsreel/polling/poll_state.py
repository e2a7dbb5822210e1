"""What is known of a query's polls: what the latest did, how complete they leave the query, when the next is due."""

from collections import Counter
from collections.abc import Iterable, Mapping
from copy import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple

from newsreel.polling.sweeping import LateFinds, SweepPace
from newsreel.polling.watermark import SETTLING, Watermark
from newsreel.times import from_wrong_clock, stamp
from newsreel.video import Position, SourceName

type Outcome = Literal["ok", "waiting", "failed"]

ARRIVAL_HOURS = 24
VIDEOS_COUNTED = 1000
NEWS_AGE = timedelta(days=1)
"""What was published longer ago is no news, such as what a gap held that is closed after days."""


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


class KnownChannels(NamedTuple):
    """Of the last thousand or so videos that search found: how many came from a channel that it had found before."""

    videos: int = 0
    known: int = 0

    def after(self, videos: int, known: int) -> "KnownChannels":
        """The same after so many more, of which so many came from a known channel."""
        kept = self if self.videos < VIDEOS_COUNTED else KnownChannels(self.videos // 2, self.known // 2)
        return KnownChannels(kept.videos + videos, kept.known + known)


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
    counted_since: datetime | None = None
    """From when on the channels of what search finds are counted; None before the first poll that counts."""
    known_channels: KnownChannels = KnownChannels()

    @property
    def problem(self) -> str | None:
        """What went wrong in the latest poll."""
        return self.last_poll.problem if self.last_poll else None

    def news_since(self, now: datetime) -> datetime | None:
        """What was published since then is news; None where nothing is, as before the first successful poll."""
        if not self.last_success_at:
            return None
        return max(now - NEWS_AGE, (self.first_success_at or now - NEWS_AGE) - SETTLING)

    def with_arrivals(self, published: Iterable[str], now: datetime) -> "PollState":
        """The state after new videos, published at these times, were stored."""
        return replace(self, arrivals=with_arrivals(self.arrivals, published, now))

    def arrivals_by_hour(self, now: datetime) -> list[int]:
        """Videos published in each of the last 24 hours, oldest first, as far as polls found them."""
        return by_hour(self.arrivals, now)

    def due(self) -> DueState:
        """What the schedule needs of it."""
        gaps = len(self.watermark.gaps) if self.watermark else 0
        return DueState(
            self.query, self.due_at, self.planned_at, self.pace_seconds, self.waiting, self.last_success_at, gaps
        )


def with_arrivals(arrivals: Mapping[str, int], published: Iterable[str], now: datetime) -> dict[str, int]:
    """Counts of the last 24 hours, by the hour of publication, with more videos published at these times."""
    oldest = stamp(now - timedelta(hours=ARRIVAL_HOURS))[:13]
    counts = Counter(time[:13] for time in published)
    counts.update(arrivals)
    return {hour: count for hour, count in counts.items() if hour > oldest}


def by_hour(arrivals: Mapping[str, int], now: datetime) -> list[int]:
    """The counts of each of the last 24 hours, oldest first."""
    hours = (stamp(now - timedelta(hours=back))[:13] for back in reversed(range(ARRIVAL_HOURS)))
    return [arrivals.get(hour, 0) for hour in hours]
