"""A query's videos in order of their length, as far as that is known."""

from collections.abc import Iterator

from newsreel.library.listing import Listing
from newsreel.library.place import Place
from newsreel.library.search import ENTRIES_AT_MOST, FIRST_STEP
from newsreel.library.word_index import LENGTH_AT_MOST, WordIndex, searched


def places(
    index: WordIndex, query: str, listing: Listing, *, longest_first: bool, after: Place | None, size: int
) -> Iterator[tuple[list[Place], Place | None]]:
    """Where the videos stand, in order, some at a time, each time with the place to go on from, None at the end.

    It ends early where much was read; the last place goes on. Raises TableUnavailable.
    """
    search = searched(listing, query)
    least = listing.min_duration or 0
    most = LENGTH_AT_MOST if listing.max_duration is None else listing.max_duration
    read, limit = 0, max(FIRST_STEP, size + 1)
    while True:
        step = index.read_lengths(search, least, most, longest_first=longest_first, limit=limit, after=after)
        yield step.found, step.rest
        read, limit, after = read + step.read, 2 * limit, step.rest
        if after is None or read >= ENTRIES_AT_MOST:
            return
