"""A query's videos in order of their length, as far as that is known."""

from newsreel.library.listing import Listing
from newsreel.library.place import Place, Walk
from newsreel.library.search import FIRST_STEP, onward
from newsreel.library.word_index import LENGTH_AT_MOST, Step, WordIndex, searched


def places(
    index: WordIndex, query: str, listing: Listing, *, longest_first: bool, after: Place | None, size: int
) -> Walk:
    """Where the videos stand, in order, some at a time, each time with the place to go on from, None at the end.

    It ends early where much was read; the last place goes on. Raises TableUnavailable.
    """
    search = searched(listing, query)
    least = listing.min_duration or 0
    most = LENGTH_AT_MOST if listing.max_duration is None else listing.max_duration

    def read(limit: int, after: Place | None) -> Step:
        return index.read_lengths(search, least, most, longest_first=longest_first, limit=limit, after=after)

    limit = max(FIRST_STEP, size + 1)
    return onward(read(limit, after), limit, read)
