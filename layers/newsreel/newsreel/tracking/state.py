"""What is known of tracking: which channels are looked at and when, what that did, and how sure its guesses are."""

from collections.abc import Iterable, Mapping
from copy import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple

from newsreel.polling.poll_state import with_arrivals
from newsreel.times import due_within, pacific_day
from newsreel.video import Position

type Judgement = Literal["tracked", "nowhere", "unfit", "stopped"]
"""Whether a query is tracked; `nowhere`: no channel is worth it; `unfit`: only YouTube can say what belongs to it;
`stopped`: search did not confirm enough of what was found."""

VERDICTS = 50
"""So many of the latest count."""
PRECISION_PERCENT = 80
"""Of these, search has to confirm so many, or tracking stops."""
STOPPED_FOR = timedelta(days=30)
"""After this, a stopped query is tried again."""


class Tally(NamedTuple):
    """What tracking did on one day in California."""

    day: str = ""
    looks: int = 0
    units: int = 0
    """Of YouTube's default bucket."""
    found: int = 0
    """Videos that were stored."""


class TrackingState(NamedTuple):
    """The state of all tracking."""

    due_at: datetime | None = None
    """When something is to be done next; None before the first time."""
    planned_at: datetime | None = None
    """When `due_at` was written."""
    plan_due_at: datetime | None = None
    """When channels are to be chosen anew."""
    channels: int = 0
    """Tracked ones."""
    failures: int = 0
    """In a row."""
    today: Tally = Tally()
    last_at: datetime | None = None
    problem: str | None = None
    """What went wrong last."""

    def due_in(self, span: timedelta, now: datetime) -> datetime | None:
        """When tracking is due within this span from now on; None where it is not."""
        return due_within(self.due_at, self.planned_at, span, now)

    def on(self, now: datetime) -> "TrackingState":
        """The state with the tally of this moment's day."""
        day = pacific_day(now)
        return self if self.today.day >= day else replace(self, today=Tally(day))


class TrackedChannel(NamedTuple):
    """A channel that is looked at."""

    channel_id: str
    queries: tuple[str, ...]
    """Those that search has found videos for there."""
    interval_seconds: int
    due_at: datetime
    since: datetime
    """What it published before is left to search."""
    judged: tuple[str, ...] = ()
    """Ids of uploads of the last day of which it is known, for all these queries, what becomes of them."""
    rests: str | None = None
    """Why it is not looked at for a day."""


class QueryTracking(NamedTuple):
    """How tracking fares for one query."""

    query: str
    search: str = ""
    """The phrase for which all this holds."""
    judgement: Judgement = "nowhere"
    channels: int = 0
    judged_until: datetime | None = None
    """Up to which time of publication it is known what search has confirmed."""
    verdicts: str = ""
    """Of the latest tracked videos, the oldest first: `1` where search has confirmed one within two days, else `0`."""
    stopped_at: datetime | None = None
    arrivals: Mapping[str, int] = MappingProxyType({})
    """Videos that tracking stored, by the hour of their publication (`YYYY-MM-DDTHH`), of the last 24 hours."""
    newest: Position | None = None
    """The newest of them."""

    @property
    def confirmed(self) -> int:
        """How many of the latest search has confirmed."""
        return self.verdicts.count("1")

    @property
    def too_wrong(self) -> bool:
        """Whether search has confirmed too few."""
        return len(self.verdicts) == VERDICTS and 100 * self.confirmed < PRECISION_PERCENT * VERDICTS

    def of(self, search: str, now: datetime) -> "QueryTracking":
        """The same for this phrase: another one, and a long stop, begin anew."""
        over = self.stopped_at is not None and not now - STOPPED_FOR < self.stopped_at <= now
        if search == self.search and not over:
            return self
        return replace(self, search=search, verdicts="", stopped_at=None, judged_until=now)

    def judged(self, verdicts: Iterable[bool], until: datetime, now: datetime) -> "QueryTracking":
        """The same after more verdicts."""
        after = replace(
            self,
            verdicts=(self.verdicts + "".join("01"[verdict] for verdict in verdicts))[-VERDICTS:],
            judged_until=until,
        )
        return replace(after, stopped_at=after.stopped_at or now) if after.too_wrong else after

    def found(self, videos: Iterable[Position], now: datetime) -> "QueryTracking":
        """The same after these videos were stored."""
        new = list(videos)
        newest = max((each for each in (*new, self.newest) if each), default=None)
        arrivals = with_arrivals(self.arrivals, (each.published_at for each in new), now)
        return replace(self, arrivals=arrivals, newest=newest)
