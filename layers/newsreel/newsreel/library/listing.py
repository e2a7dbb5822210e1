"""Listings: which videos a reader asks for, in which order, and what of a query its owner has blocked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from newsreel.library.words import sign, split, text_of, words_of
from newsreel.settings import EVERY_QUERY
from newsreel.times import stamp
from newsreel.video import SHORT_AT_MOST, Live, Shorts, Video

type Order = Literal["newest", "oldest", "longest", "shortest", "views"]

ORDERS: tuple[Order, ...] = ("newest", "oldest", "longest", "shortest", "views")
DESCENDING: tuple[Order, ...] = ("newest", "longest", "views")
RANKED_BY: Mapping[Order, str] = {
    "longest": "duration_seconds",
    "shortest": "duration_seconds",
    "views": "view_count",
}
"""What decides before the time of publication, where that alone does not."""
VIEWS_PERIOD = timedelta(days=7)
"""Of which the most viewed are listed, unless the request says otherwise."""


class Block(NamedTuple):
    """What of a query is stored, but not shown."""

    channels: frozenset[str] = frozenset()
    words: tuple[tuple[str, ...], ...] = ()
    """As `words.split` makes them; a video that has all of one of these is not shown."""

    def __bool__(self) -> bool:
        """Whether anything is blocked."""
        return bool(self.channels or self.words)

    def hides(self, video: Video) -> bool:
        """Whether this video is not shown."""
        if video.channel_id in self.channels:
            return True
        text = text_of(words_of(video)) if self.words else ""
        return any(all(sign(word) in text for word in words) for words in self.words)


class Shelf(NamedTuple):
    """A watched query's videos, as they are shown."""

    query: str
    block: Block = Block()


def block(channels: tuple[str, ...], texts: tuple[str, ...]) -> Block:
    """The block of a query's settings."""
    return Block(frozenset(channels), tuple(filter(None, (tuple(split(text)) for text in texts))))


class Listing(NamedTuple):
    """Which videos, in which order."""

    query: str
    """`*`: of all queries."""
    order: Order = "newest"
    published_after: datetime | None = None
    """Included."""
    published_before: datetime | None = None
    """Not included."""
    channel_id: str | None = None
    live: Live | None = None
    min_duration: int | None = None
    """Seconds."""
    max_duration: int | None = None
    """Seconds, included."""
    shorts: Shorts | None = None
    search: tuple[str, ...] = ()
    """The words that every video must have; as `words.requested` makes them."""
    exclude: tuple[str, ...] = ()
    """Words of which no video may have one."""

    def __str__(self) -> str:
        """A text that is the same for the same listing only; cursors are bound to it."""
        since, until = self.bounds()
        text = (self.query, self.order, since, until, self.channel_id, self.live, *self.search)
        # Tokens from before there were these filters stay good.
        later = {name: getattr(self, name) for name in ("min_duration", "max_duration", "shorts", "exclude")}
        narrowed = {name: value for name, value in later.items() if value not in (None, ())}
        return repr((*text, narrowed) if narrowed else text)

    @property
    def of_all(self) -> bool:
        """Whether it has the videos of all watched queries."""
        return self.query == EVERY_QUERY

    @property
    def descending(self) -> bool:
        """Whether the largest place comes first."""
        return self.order in DESCENDING

    @property
    def ranked_by(self) -> str | None:
        """The field of a video that it is sorted by before the time, if any."""
        return RANKED_BY.get(self.order)

    @property
    def narrowed(self) -> bool:
        """Whether it leaves out videos that no index knows to leave out."""
        return bool(self.live or self.shorts or self.exclude or self._by_duration)

    @property
    def _by_duration(self) -> bool:
        return self.min_duration is not None or self.max_duration is not None

    def bounds(self) -> tuple[str | None, str | None]:
        """The first and the last second of the listing, both included."""
        after, before = self.published_after, self.published_before
        return stamp(after) if after else None, stamp(before - timedelta(seconds=1)) if before else None

    def period(self, as_of: datetime) -> tuple[str, str]:
        """The same of the most viewed."""
        before = self.published_before or max(as_of, self.published_after or as_of)
        after = self.published_after or before - VIEWS_PERIOD
        return stamp(after), stamp(before - timedelta(seconds=1) if self.published_before else before)

    def admits(self, video: Video) -> bool:
        """Whether a video belongs here by all that is asked of it."""
        since, until = self.bounds()
        return (
            (since or "") <= video.published_at <= (until or "9999-12-31T23:59:59Z")
            and self.channel_id in (None, video.channel_id)
            and self.live in (None, video.live)
            and self.shorts in (None, "only" if video.short else "none")
            and self.lasts(video.duration_seconds)
            and self._worded(video)
        )

    def lasts(self, seconds: int | None) -> bool:
        """Whether a length, in seconds where known, belongs here."""
        if not self._by_duration:
            return True
        return seconds is not None and (self.min_duration or 0) <= seconds <= (self.max_duration or seconds)

    def _worded(self, video: Video) -> bool:
        if not self.search and not self.exclude:
            return True
        text = text_of(words_of(video))
        return all(sign(word) in text for word in self.search) and not any(sign(word) in text for word in self.exclude)

    def condition(self) -> tuple[list[str], dict[str, Any]]:
        """As much of this as DynamoDB itself can tell by an item's attributes: conditions and their values."""
        conditions: list[str] = []
        values: dict[str, Any] = {}
        if self.live:
            conditions.append("#live = :live")
            values[":live"] = self.live
        if self.min_duration is not None:
            conditions.append("#duration_seconds >= :min_duration")
            values[":min_duration"] = self.min_duration
        if self.max_duration is not None:
            conditions.append("#duration_seconds <= :max_duration")
            values[":max_duration"] = self.max_duration
        if self.shorts == "only":
            conditions.append("#vertical = :vertical AND #duration_seconds <= :short")
        elif self.shorts == "none":
            # A comparison with what is not there does not hold, so NOT lets what is unknown pass.
            conditions.append("NOT (#vertical = :vertical AND #duration_seconds <= :short)")
        if self.shorts:
            values |= {":vertical": True, ":short": SHORT_AT_MOST}
        return conditions, values
