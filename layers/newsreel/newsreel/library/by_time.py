"""A query's videos in order of time, read from an index of the videos table."""

from collections.abc import Iterator
from math import ceil

from newsreel.aws.attributes import Attributes
from newsreel.library.item import channel_listing, from_item, position
from newsreel.library.listing import Listing, Shelf
from newsreel.library.place import Place, Walk, timed
from newsreel.library.videos import Stretch, Videos
from newsreel.video import Position

STEP_AT_MOST = 250
LOOKED_AT_MOST = 1000
"""A page under a filter that no index serves reads little more than so many items; then its cursor goes on."""
GROWTH = 4
"""How much further is read where nothing was found."""
LOWEST, HIGHEST = "-" * 11, "z" * 11
"""Before and after all ids, of which none ends so."""


def stretch(listing: Listing, query: str) -> Stretch:
    """The part of an index that holds a listing's videos of one query."""
    since, until = listing.bounds()
    if listing.channel_id is None:
        return Stretch("by_query_published_at", query, query, since, until)
    partition = channel_listing(query, listing.channel_id)
    return Stretch("by_channel_published_at", partition, query, since, until)


def items(
    videos: Videos, shelf: Shelf, listing: Listing, *, newest_first: bool, after: Position | None, size: int
) -> Iterator[tuple[list[Attributes], Position | None]]:
    """The videos, some at a time, each time with the position to go on from, None at the end.

    Ties come in DynamoDB's own order. It ends early where much was read; the last position goes on. Raises
    TableUnavailable.
    """
    looked_through = bool(listing.exclude or shelf.block)
    narrowed = listing.narrowed or looked_through
    rare = listing.live not in (None, "none")
    limit = STEP_AT_MOST if rare else 2 * size + 4 if narrowed else size + 1
    read = found = 0
    while True:
        some, after = videos.read(
            stretch(listing, shelf.query), newest_first=newest_first, limit=limit, after=after, listing=listing
        )
        if looked_through:
            looked = ((item, from_item(item)) for item in some)
            some = [item for item, video in looked if listing.admits(video) and not shelf.block.hides(video)]
        yield some, after
        read, found = read + limit, found + len(some)
        # What is left out without a filter has expired, and much may have at once.
        if after is None or (narrowed and read >= LOOKED_AT_MOST):
            return
        limit = _next(size + 1 - found, read, found) if narrowed else min(2 * limit, STEP_AT_MOST)


def _next(missing: int, read: int, found: int) -> int:
    """How many items to read for those that are missing, by what was found so far."""
    likely = min(ceil(1.25 * missing * read / found) + 2, read) if found else GROWTH * read
    return max(1, min(likely, STEP_AT_MOST))


def places(videos: Videos, query: str, listing: Listing, *, newest_first: bool, after: Place | None, size: int) -> Walk:
    """Where the videos stand, with ties in order of their ids, so that several queries can be merged.

    Some at a time, each time with the place beyond which nothing is known yet, None at the end. It ends early as
    `items` does, but never within a second, so that a page always comes further.
    """
    part = stretch(listing, query)
    if after and newest_first:
        part = part._replace(until=min(after.published_at, part.until or after.published_at))
    elif after:
        part = part._replace(since=max(after.published_at, part.since or after.published_at))
    held: list[Place] = []
    beyond: Position | None = None
    limit, read = size, 0
    while True:
        some, beyond = videos.read(
            part,
            newest_first=newest_first,
            limit=limit,
            after=beyond,
            listing=listing,
            attributes=("video_id", "published_at"),
        )
        held += [timed(position(item)) for item in some]
        second = beyond.published_at if beyond else None
        whole = sorted((place for place in held if place.published_at != second), reverse=newest_first)
        held = [place for place in held if place.published_at == second]
        if after:
            whole = [place for place in whole if (place < after if newest_first else place > after)]
        rest = timed(Position(second, HIGHEST if newest_first else LOWEST)) if second else None
        yield whole, rest
        read += limit
        if second is None or (read >= LOOKED_AT_MOST and (after is None or second != after.published_at)):
            return
        limit = min(2 * limit, STEP_AT_MOST)
