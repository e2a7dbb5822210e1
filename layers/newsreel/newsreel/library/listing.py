"""Listings: a query's videos in order of time, page by page.

A page is full unless it is the last, and its cursors stay exact under ties and while videos arrive: each names the item
at the page's boundary, and DynamoDB goes on from there, however deep it lies.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from newsreel.aws.attributes import Attributes
from newsreel.library import search
from newsreel.library.cursor import Cursor, Direction, from_token
from newsreel.library.item import channel_listing, position
from newsreel.library.videos import Stretch, Videos
from newsreel.library.word_index import Search
from newsreel.times import stamp
from newsreel.video import Live, Position

type Order = Literal["newest", "oldest"]

ORDERS: tuple[Order, ...] = ("newest", "oldest")
PAGE_SIZE_DEFAULT = 10
PAGE_SIZE_AT_MOST = 50
FILTER_STEP = 250
FILTER_STEPS = 4
"""A page under a filter that no index serves reads at most so many items so many times; then its cursor goes on."""


class Listing(NamedTuple):
    """Which videos, in which order."""

    query: str
    order: Order = "newest"
    published_after: datetime | None = None
    """Included."""
    published_before: datetime | None = None
    """Not included."""
    channel_id: str | None = None
    live: Live | None = None
    search: tuple[str, ...] = ()
    """The words that every video must have; as `words.requested` makes them."""

    def __str__(self) -> str:
        """A text that is the same for the same listing only; cursors are bound to it."""
        since, until = self._bounds()
        return repr((self.query, self.order, since, until, self.channel_id, self.live, *self.search))

    def stretch(self) -> Stretch:
        """The part of an index that holds the listing."""
        since, until = self._bounds()
        if self.channel_id is None:
            return Stretch("by_query_published_at", self.query, self.query, since, until)
        partition = channel_listing(self.query, self.channel_id)
        return Stretch("by_channel_published_at", partition, self.query, since, until)

    def searched(self) -> Search:
        """What is looked for, where there are words to search."""
        since, until = self._bounds()
        return Search(self.query, self.search, self.channel_id, self.live, since, until)

    def _bounds(self) -> tuple[str | None, str | None]:
        """The first and the last second of the listing, both included."""
        after, before = self.published_after, self.published_before
        return stamp(after) if after else None, stamp(before - timedelta(seconds=1)) if before else None


class Page(NamedTuple):
    """A page's items in the listing's order, and the tokens of the pages beside it."""

    items: tuple[Attributes, ...]
    next_cursor: str | None
    prev_cursor: str | None


def page(videos: Videos, listing: Listing, token: str | None, size: int) -> Page:
    """The page of at most `size` items at the token's boundary, the first one without a token.

    Raises InvalidParameters for a token of another listing, TableUnavailable.
    """
    cursor = from_token(token, str(listing)) if token else Cursor(Direction.NEXT, None)
    rows, rest = _rows(videos, listing, cursor, size)
    if cursor.direction is Direction.PREV:
        rows.reverse()
    before, after = _neighbours(cursor, rows, rest)
    return Page(
        tuple(rows),
        next_cursor=after.token(str(listing)) if after else None,
        prev_cursor=before.token(str(listing)) if before else None,
    )


def _neighbours(cursor: Cursor, rows: list[Attributes], rest: Position | None) -> tuple[Cursor | None, Cursor | None]:
    """The cursors of the pages before and after one; `rest` is where its own direction goes on.

    On the side it came from a page always has a neighbour. An empty page has no item to take for its boundary there: it
    is `rest`, or the listing's end on that side.
    """
    onward = Cursor(cursor.direction, rest) if rest else None
    if cursor.direction is Direction.NEXT:
        came = Cursor(Direction.PREV, position(rows[0]) if rows else rest) if cursor.position else None
        return came, onward
    return onward, Cursor(Direction.NEXT, position(rows[-1]) if rows else rest)


def _rows(videos: Videos, listing: Listing, cursor: Cursor, size: int) -> tuple[list[Attributes], Position | None]:
    """Up to `size` items beyond the boundary, and the position to go on from if there are more."""
    rows: list[Attributes] = []
    last = cursor.position
    for items, last in _steps(videos, listing, cursor, size):
        rows += items
        if len(rows) > size:
            return rows[:size], position(rows[size - 1])
        if last is None:
            return rows, None
    return rows, last


def _steps(
    videos: Videos, listing: Listing, cursor: Cursor, size: int
) -> Iterator[tuple[list[Attributes], Position | None]]:
    """Read on until there is no more, or the steps of a filtered page are used up; one item more than the page."""
    newest_first = (listing.order == "newest") is (cursor.direction is Direction.NEXT)
    if listing.search:
        yield from search.steps(videos, listing.searched(), newest_first=newest_first, after=cursor.position, size=size)
        return
    after, steps, limit = cursor.position, 0, FILTER_STEP if listing.live else size + 1
    while steps < FILTER_STEPS:
        items, after = videos.read(
            listing.stretch(), newest_first=newest_first, limit=limit, after=after, live=listing.live
        )
        yield items, after
        if after is None:
            return
        steps += bool(listing.live)
        # What is left out without a filter has expired, and much may have at once.
        limit = min(2 * limit, FILTER_STEP)
