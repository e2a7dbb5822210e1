"""Searching: the plan by which a page of found videos is read.

All words of a request must match, so its videos have entries under each of its beginnings; one of them is read, and the
fewer entries it has, the less there is to read. Nothing counts them. Instead a little of each is read, in the listing's
order from the cursor on: the one that comes furthest with it is the rarest around there, and is read on.
"""

from collections.abc import Callable

from newsreel.library.place import Place, Walk
from newsreel.library.word_index import Search, Step, WordIndex

PROBES = 5
"""A request's beginnings that are tried at most: each costs a request to DynamoDB."""
FIRST_STEP = 20
"""Entries, about 4 KB: what one read unit gives, eventually consistent, is twice that."""
ENTRIES_AT_MOST = 8_000
"""A page reads little more than so many entries; then its cursor goes on."""


def places(index: WordIndex, search: Search, *, newest_first: bool, after: Place | None, size: int) -> Walk:
    """Where found videos stand, in order, some at a time, each time with the place to go on from, None at the end.

    It ends early where much was read; the last place goes on. Raises TableUnavailable.
    """
    limit = max(FIRST_STEP, size + 1)
    beginning, first = _rarest(index, search, newest_first=newest_first, after=after, limit=limit, size=size)

    def read(limit: int, after: Place) -> Step:
        return index.read(search, beginning, newest_first=newest_first, limit=limit, after=after)

    return onward(first, limit, read)


def onward(step: Step, limit: int, read: Callable[[int, Place], Step]) -> Walk:
    """The places of a first step, which read `limit` entries, and of those beyond; `read` gives the next."""
    entries = 0
    while True:
        yield step.found, step.rest
        entries, limit = entries + step.read, 2 * limit
        if step.rest is None or entries >= ENTRIES_AT_MOST:
            return
        step = read(limit, step.rest)


def _rarest(
    index: WordIndex, search: Search, *, newest_first: bool, after: Place | None, limit: int, size: int
) -> tuple[str, Step]:
    """The beginning to read, and the first step of it."""
    probes: list[tuple[str, Step]] = []
    for beginning in search.beginnings()[:PROBES]:
        step = index.read(search, beginning, newest_first=newest_first, limit=limit, after=after)
        if step.rest is None or len(step.found) > size:
            return beginning, step
        probes.append((beginning, step))

    def reach(probe: tuple[str, Step]) -> Place:
        _, step = probe
        return step.rest or Place(0, "", "")

    return min(probes, key=reach) if newest_first else max(probes, key=reach)
