"""Pages: a listing, page by page.

A page is full unless it is the last, or much had to be read for it. Cursors stay exact under ties and while videos
arrive: each names the video at the page's boundary, and reading goes on from there, however deep it lies.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from newsreel.aws.attributes import Attributes
from newsreel.library import reading
from newsreel.library.cursor import Cursor, Direction, Moment, from_token
from newsreel.library.listing import Listing, Shelf
from newsreel.library.looking import Row, Rows
from newsreel.library.place import Place
from newsreel.library.videos import Videos

PAGE_SIZE_DEFAULT = 10
PAGE_SIZE_AT_MOST = 50


class Page(NamedTuple):
    """A page's rows in the listing's order, and the tokens of the pages beside it."""

    rows: tuple[Row, ...]
    next_cursor: str | None
    prev_cursor: str | None
    as_of: datetime | None = None
    """The moment of the counts, where these decide the order."""

    @property
    def items(self) -> tuple[Attributes, ...]:
        """The videos' items."""
        return tuple(row.item for row in self.rows)


def page(
    videos: Videos,
    listing: Listing,
    token: str | None,
    size: int,
    shelves: Sequence[Shelf] = (),
) -> Page:
    """The page of at most `size` videos at the token's boundary, the first one without a token.

    `shelves` are the queries that are listed, by default the listing's own with nothing blocked. Raises
    InvalidParameters for a token of another listing, TableUnavailable.
    """
    cursor = from_token(token, listing) if token else Cursor(Direction.NEXT, None)
    shelves = shelves or (Shelf(listing.query),)
    if listing.order == "views":
        return _of_views(videos, listing, cursor, token, size, shelves)
    descending = listing.descending is (cursor.direction is Direction.NEXT)
    rows, rest = _cut(
        reading.rows(videos, listing, shelves, descending=descending, after=cursor.place, size=size), size
    )
    return _page(listing, cursor, rows, rest)


def _of_views(
    videos: Videos,
    listing: Listing,
    cursor: Cursor,
    token: str | None,
    size: int,
    shelves: Sequence[Shelf],
) -> Page:
    from newsreel.library import most_viewed  # noqa: PLC0415 - most pages are sorted by time

    now = videos.now()
    if cursor.moment:
        most_viewed.check(cursor.moment.as_of, now, token or "")
    as_of, shown = cursor.moment or Moment(most_viewed.moment(now))
    ranked = most_viewed.ranking(videos.index, [shelf.query for shelf in shelves], listing, as_of)
    onward = cursor.direction is Direction.NEXT
    room = min(size, most_viewed.LISTED_AT_MOST - shown) if onward else size
    walk = most_viewed.places(ranked, most_first=onward, after=cursor.place, most=size + 1)
    rows, rest = _cut(reading.ranked(videos, listing, shelves, walk, size), room) if room > 0 else ([], None)
    if onward and shown + len(rows) >= most_viewed.LISTED_AT_MOST:
        rest = None
    return _page(listing, cursor._replace(moment=Moment(as_of, shown)), rows, rest)


def _page(listing: Listing, cursor: Cursor, rows: list[Row], rest: Place | None) -> Page:
    if cursor.direction is Direction.PREV:
        rows.reverse()
    before, after = _neighbours(cursor, rows, rest)
    return Page(
        tuple(rows),
        next_cursor=after.token(listing) if after else None,
        prev_cursor=before.token(listing) if before else None,
        as_of=cursor.moment.as_of if cursor.moment else None,
    )


def _neighbours(cursor: Cursor, rows: list[Row], rest: Place | None) -> tuple[Cursor | None, Cursor | None]:
    """The cursors of the pages before and after one; `rest` is where its own direction goes on.

    On the side it came from a page always has a neighbour. An empty page has no video to take for its boundary there:
    it is `rest`, or the listing's end on that side.
    """
    moment = cursor.moment
    if cursor.direction is Direction.NEXT:
        passed = moment and moment._replace(shown=moment.shown + len(rows))
        came = Cursor(Direction.PREV, rows[0].place if rows else rest, moment) if cursor.place else None
        return came, Cursor(Direction.NEXT, rest, passed) if rest else None
    left = moment and moment._replace(shown=max(0, moment.shown - len(rows)))
    before = Cursor(Direction.PREV, rest, left) if rest else None
    return before, Cursor(Direction.NEXT, rows[-1].place if rows else rest, moment)


def _cut(steps: Rows, size: int) -> tuple[list[Row], Place | None]:
    """Up to `size` rows, and the place to go on from if there are more."""
    rows: list[Row] = []
    last: Place | None = None
    for some, last in steps:
        rows += some
        if len(rows) > size:
            return rows[:size], rows[size - 1].place
        if last is None:
            return rows, None
    return rows, last
