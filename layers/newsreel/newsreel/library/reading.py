"""Reading a listing: its rows from a place on, in either direction, by the index that serves it."""

from collections.abc import Sequence
from math import ceil

from newsreel.library import by_time, looking, search
from newsreel.library.listing import Listing, Shelf
from newsreel.library.looking import Row, Rows
from newsreel.library.place import Place, Walk, timed
from newsreel.library.videos import Videos
from newsreel.library.word_index import searched


def rows(
    videos: Videos, listing: Listing, shelves: Sequence[Shelf], *, descending: bool, after: Place | None, size: int
) -> Rows:
    """Read on until there is no more, or enough was read; one more than a page of this size where there are more.

    Raises TableUnavailable.
    """
    if listing.of_all:
        yield from _of_all(videos, listing, shelves, descending=descending, after=after, size=size)
        return
    (shelf,) = shelves
    if listing.search or listing.ranked_by:
        walk = _walk(videos, listing, shelf.query, descending=descending, after=after, size=size)
        yield from looking.of_one(videos, shelf, listing, walk, size)
        return
    start = after.position if after else None
    for items, rest in by_time.items(videos, shelf, listing, newest_first=descending, after=start, size=size):
        queries = (shelf.query,)
        yield [Row(item, queries) for item in items], timed(rest) if rest else None


def ranked(videos: Videos, listing: Listing, shelves: Sequence[Shelf], walk: Walk, size: int) -> Rows:
    """The rows at places that are ranked already, whatever number of queries they are of. Raises TableUnavailable."""
    if not listing.of_all:
        (shelf,) = shelves
        yield from looking.of_one(videos, shelf, listing, walk, size)
        return
    from newsreel.library import together  # noqa: PLC0415 - most pages are of one query

    candidates = (together.Candidate(place) for places, _ in walk for place in places)
    with together.at_once() as executor:
        yield from looking.of_all(videos, shelves, listing, candidates, executor, size)


def _of_all(
    videos: Videos, listing: Listing, shelves: Sequence[Shelf], *, descending: bool, after: Place | None, size: int
) -> Rows:
    from newsreel.library import together  # noqa: PLC0415 - most pages are of one query

    # Of many queries a little each is enough for a page.
    share = max(2, ceil(2 * (size + 1) / max(1, len(shelves))))
    walks = [
        (shelf.query, _walk(videos, listing, shelf.query, descending=descending, after=after, size=share))
        for shelf in shelves
    ]
    with together.at_once() as executor:
        candidates = together.candidates(walks, executor, descending=descending)
        yield from looking.of_all(videos, shelves, listing, candidates, executor, size)


def _walk(videos: Videos, listing: Listing, query: str, *, descending: bool, after: Place | None, size: int) -> Walk:
    """The places of one query's videos."""
    if listing.ranked_by:
        from newsreel.library import by_length  # noqa: PLC0415 - most pages are sorted by time

        return by_length.places(videos.index, query, listing, longest_first=descending, after=after, size=size)
    if listing.search:
        wanted = searched(listing, query)
        return search.places(videos.index, wanted, newest_first=descending, after=after, size=size)
    return by_time.places(videos, query, listing, newest_first=descending, after=after, size=size)
