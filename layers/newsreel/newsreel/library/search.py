"""Searching: the plan by which a page of found videos is read.

All words of a request must match, so its videos have entries under each of its beginnings; one of them is read, and the
fewer entries it has, the less there is to read. Nothing counts them. Instead a little of each is read, in the listing's
order from the cursor on: the one that comes furthest with it is the rarest around there, and is read on.
"""

from collections.abc import Iterator
from itertools import batched

from newsreel.aws.attributes import Attributes
from newsreel.library.item import from_item
from newsreel.library.videos import Videos
from newsreel.library.word_index import Search, Step
from newsreel.video import Position

PROBES = 5
"""A request's beginnings that are tried at most: each costs a request to DynamoDB."""
FIRST_STEP = 20
"""Entries, about 4 KB: what one read unit gives, eventually consistent, is twice that."""
ENTRIES_AT_MOST = 8_000
"""A page reads little more than so many entries; then its cursor goes on."""


def steps(
    videos: Videos, search: Search, *, newest_first: bool, after: Position | None, size: int
) -> Iterator[tuple[list[Attributes], Position | None]]:
    """Found videos in order, some at a time, each time with the position to go on from, None at the end.

    It ends early where much was read; the last position goes on. Raises TableUnavailable.
    """
    limit = max(FIRST_STEP, size + 1)
    beginning, step = _rarest(videos, search, newest_first=newest_first, after=after, limit=limit, size=size)
    read = 0
    while True:
        for some in batched(step.found, size + 1):
            yield _there(videos, search, some), some[-1]
        yield [], step.rest
        read, limit = read + step.read, 2 * limit
        if step.rest is None or read >= ENTRIES_AT_MOST:
            return
        step = videos.index.read(search, beginning, newest_first=newest_first, limit=limit, after=step.rest)


def _rarest(
    videos: Videos, search: Search, *, newest_first: bool, after: Position | None, limit: int, size: int
) -> tuple[str, Step]:
    """The beginning to read, and the first step of it."""
    probes: list[tuple[str, Step]] = []
    for beginning in search.beginnings()[:PROBES]:
        step = videos.index.read(search, beginning, newest_first=newest_first, limit=limit, after=after)
        if step.rest is None or len(step.found) > size:
            return beginning, step
        probes.append((beginning, step))

    def reach(probe: tuple[str, Step]) -> tuple[str, str]:
        _, step = probe
        return (step.rest.published_at, step.rest.video_id) if step.rest else ("", "")

    return min(probes, key=reach) if newest_first else max(probes, key=reach)


def _there(videos: Videos, search: Search, positions: tuple[Position, ...]) -> list[Attributes]:
    """The items of the videos at these positions, as far as they are there and match."""
    items = videos.items(search.query, (position.video_id for position in positions))
    return [
        item
        for position in positions
        if (item := items.get(position.video_id)) and search.finds(from_item(item), position)
    ]
