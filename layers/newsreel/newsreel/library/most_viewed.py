"""The most viewed videos of a period, by the counts of one moment.

Counts move while a reader walks from page to page. So a walk stays at the moment of its first page: each entry tells
for an hour how many views its video had.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain

from newsreel.errors import Fault, InvalidParameters
from newsreel.library.listing import Listing
from newsreel.library.place import Place, Walk
from newsreel.library.together import at_once
from newsreel.library.word_index import VIEWS_KEPT, WordIndex, searched

SETTLED_AFTER = timedelta(seconds=30)
"""So long a write may take to be seen: a moment that is as old does not change any more."""
EVERY = timedelta(seconds=10)
"""Moments are so far apart, so that readers share them."""
VIDEOS_AT_MOST = 50_000
"""Of a period that is ranked: some 900 read units."""
LISTED_AT_MOST = 500


def moment(now: datetime) -> datetime:
    """The moment of a walk that begins now."""
    settled = now - SETTLED_AFTER
    return settled - timedelta(seconds=settled.timestamp() % EVERY.total_seconds())


def check(as_of: datetime, now: datetime, token: str) -> None:
    """Refuse a moment of which the counts are not known any more. Raises InvalidParameters."""
    if as_of > moment(now):
        raise InvalidParameters(Fault("cursor", token, "not a cursor of this service"))
    if as_of <= now - VIEWS_KEPT:
        raise InvalidParameters(
            Fault("cursor", token, "its counts are an hour old, and not known any more; begin again without it")
        )


def ranking(index: WordIndex, queries: Iterable[str], listing: Listing, as_of: datetime) -> list[Place]:
    """Where the videos stand, the most viewed first; one that several queries found, once.

    Raises InvalidParameters where the period holds too many videos, TableUnavailable.
    """
    since, until = listing.period(as_of)
    found: dict[str, Place] = {}

    def read(query: str) -> list[Place] | None:
        search = searched(listing, query)._replace(since=since, until=until)
        return index.read_views(search, int(as_of.timestamp()), VIDEOS_AT_MOST)

    with at_once() as executor:
        of_queries = list(executor.map(read, queries))
    if None in of_queries or sum(map(len, filter(None, of_queries))) > VIDEOS_AT_MOST:
        raise InvalidParameters(
            Fault("published_after", None, f"holds more than {VIDEOS_AT_MOST} videos; ask for a shorter period")
        )
    for place in chain.from_iterable(filter(None, of_queries)):
        found[place.video_id] = max(place, found.get(place.video_id, place))
    return sorted(found.values(), reverse=True)


def places(ranked: list[Place], *, most_first: bool, after: Place | None, most: int) -> Walk:
    """The places beyond one, `most` at a time."""
    rest = [place for place in ranked if after is None or (place < after if most_first else place > after)]
    if not most_first:
        rest.reverse()
    for start in range(0, len(rest), most):
        some = rest[start : start + most]
        yield some, some[-1] if start + most < len(rest) else None
    if not rest:
        yield [], None
