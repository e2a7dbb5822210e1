"""Several queries' listings as one: their places, merged in order."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from heapq import merge
from itertools import chain
from typing import NamedTuple

from newsreel.library.place import Place, Walk

REQUESTS_AT_ONCE = 16


def at_once() -> ThreadPoolExecutor:
    """Does several requests at the same time; a context."""
    return ThreadPoolExecutor(REQUESTS_AT_ONCE)


class Candidate(NamedTuple):
    """A place at which a query has a video."""

    place: Place
    query: str | None = None
    """None: all queries' places are one already."""
    ends: bool = False
    """There is none here; and beyond this place nothing is known yet."""


def candidates(walks: Sequence[tuple[str, Walk]], executor: Executor, *, descending: bool) -> Iterator[Candidate]:
    """The places of several queries, in order; the last one ends them where one of the walks ended early."""

    # Each has to be read before the first place is known, so they are read at the same time.
    def begin(walk: Walk) -> tuple[list[Place], Place | None]:
        return next(walk, ([], None))

    begun = executor.map(begin, [walk for _, walk in walks])
    flat = [_flat(query, chain([first], walk)) for (query, walk), first in zip(walks, begun, strict=True)]

    def order(each: Candidate) -> tuple[Place, bool]:
        # What is at the place of an end comes before it.
        return each.place, each.ends != descending

    for candidate in merge(*flat, key=order, reverse=descending):
        yield candidate
        if candidate.ends:
            return


def _flat(query: str, walk: Iterable[tuple[list[Place], Place | None]]) -> Iterator[Candidate]:
    end: Place | None = None
    for places, rest in walk:
        yield from (Candidate(place, query) for place in places)
        end = rest
    if end:
        yield Candidate(end, query, ends=True)
