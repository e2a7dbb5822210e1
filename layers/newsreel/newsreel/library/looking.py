"""Looking up the videos at places that an index names: those that are there, and belong to the listing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

from newsreel.aws.attributes import Attributes
from newsreel.library.item import from_item, position
from newsreel.library.listing import Listing, Shelf
from newsreel.library.place import Place, Walk, of_video, timed
from newsreel.library.videos import Videos
from newsreel.video import Video

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from newsreel.library.together import Candidate

LOOKED_AT_MOST = 500
"""A page looks up little more than so many videos; then its cursor goes on."""


class Row(NamedTuple):
    """A video of a page."""

    item: Attributes
    queries: tuple[str, ...]
    """Those of the listing that found it, in their order."""
    walked: Place | None = None
    """Where an index had it, if one was walked."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.walked or timed(position(self.item))


type Rows = Iterator[tuple[list[Row], Place | None]]
"""Rows in order, some at a time, each time with the place to go on from, None at the end."""


def of_one(videos: Videos, shelf: Shelf, listing: Listing, walk: Walk, size: int) -> Rows:
    """The videos at the places of one query. Raises TableUnavailable."""
    looked = 0
    for places, rest in walk:
        for some in batched(places, size + 1):
            items = videos.items(shelf.query, (place.video_id for place in some))
            found = ((place, items.get(place.video_id)) for place in some)
            rows = (_row(place, {shelf.query: item}, [shelf], listing) for place, item in found if item)
            yield [row for row in rows if row], some[-1]
            looked += len(some)
            if looked >= LOOKED_AT_MOST:
                return
        yield [], rest


def of_all(
    videos: Videos,
    shelves: Sequence[Shelf],
    listing: Listing,
    candidates: Iterable["Candidate"],
    executor: "Executor",
    size: int,
) -> Rows:
    """The videos at the places of several queries, each once. Raises TableUnavailable.

    A video that several queries found has an item of each, which may differ: the one that is believed most counts, at
    its own place.
    """
    copies: dict[str, Mapping[str, Attributes]] = {}
    for some in batched(candidates, size + 1):
        there = [candidate for candidate in some if not candidate.ends]
        unknown = list(dict.fromkeys(each.place.video_id for each in there if each.place.video_id not in copies))
        copies |= zip(unknown, executor.map(videos.copies, unknown), strict=True)
        rows = (_row(each.place, copies[each.place.video_id], shelves, listing, each.query) for each in there)
        yield [row for row in rows if row], some[-1].place
        if some[-1].ends or len(copies) >= LOOKED_AT_MOST:
            return
    yield [], None


def shown(copies: Mapping[str, Attributes], shelves: Iterable[Shelf]) -> dict[str, Video]:
    """A video as each query that found it has it, but for those that block it, in the queries' order."""
    found = ((shelf, from_item(copies[shelf.query])) for shelf in shelves if shelf.query in copies)
    return {shelf.query: video for shelf, video in found if not shelf.block.hides(video)}


def _row(
    place: Place,
    copies: Mapping[str, Attributes],
    shelves: Sequence[Shelf],
    listing: Listing,
    query: str | None = None,
) -> Row | None:
    """The row at a place; None where no video stands there any more, or it belongs elsewhere.

    With a query, its copy has to be the one that counts.
    """
    found = shown(copies, shelves)
    best = max(found.values(), key=_belief, default=None)
    if best is None or query not in (None, best.query) or not listing.admits(best):
        return None
    item = copies[best.query]
    if listing.order == "views":
        # The counts of the walk's moment are shown, so that they never contradict the order.
        item = item | {"view_count": {"N": str(place.rank)}}
    elif of_video(best, listing.ranked_by) != place:
        return None
    return Row(item, tuple(found), place)


def _belief(video: Video) -> tuple[bool, bool, str]:
    return video.source == "youtube", video.detailed, video.refreshed_at or video.fetched_at
