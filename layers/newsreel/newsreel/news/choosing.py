"""What a target is told in its turn: the message that may have arrived, once more, or a new one of what waits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import NamedTuple

from newsreel.aws.attributes import Attributes
from newsreel.library.item import from_item
from newsreel.library.listing import Block
from newsreel.library.videos import Videos
from newsreel.news.addresses import new_id
from newsreel.news.outbox import Outbox, Waiting
from newsreel.news.outbox_state import Event, OutboxState
from newsreel.news.target import Target

MESSAGE_AT_MOST = 100
"""Videos of one message."""


class Choice(NamedTuple):
    """What to tell, and what becomes of the rest of what waits."""

    event: Event | None
    """None: nothing of it is to be told any more."""
    items: Sequence[Attributes] = ()
    """The event's videos, as far as they are there, the oldest first."""
    later: frozenset[Waiting] = frozenset()
    """For another turn."""
    left_out: Sequence[Waiting] = ()
    """For no turn at all."""


def choose(
    target: Target,
    blocks: Mapping[str, Block],
    state: OutboxState,
    waiting: Sequence[Waiting],
    outbox: Outbox,
    videos: Videos,
    now: datetime,
) -> Choice:
    """What to tell a target of what waits, the oldest first.

    One that has failed is told the newest hundred and no more. Raises TableUnavailable.
    """
    if state.event:
        ids = set(state.event.videos)
        again = [each for each in waiting if (each.query, each.video_id) in ids]
        items = [item for _, item in _wanted(target, blocks, again, outbox, videos)]
        if items:
            return Choice(state.event, items, frozenset(waiting) - frozenset(again))
    chosen: list[tuple[Waiting, Attributes]] = []
    rest: list[Waiting] = []
    for some in batched(reversed(waiting) if state.missed else waiting, MESSAGE_AT_MOST):
        if len(chosen) == MESSAGE_AT_MOST:
            rest += some
            continue
        known = {each.video_id for each, _ in chosen}
        new = [each for each in _wanted(target, blocks, some, outbox, videos) if each[0].video_id not in known]
        room = MESSAGE_AT_MOST - len(chosen)
        chosen += new[:room]
        rest += [each for each, _ in new[room:]]
    if not chosen:
        return Choice(None)
    chosen.sort(key=lambda each: each[0])
    event = Event(
        new_id(),
        now,
        tuple((each.query, each.video_id) for each, _ in chosen),
        state.left_out + len(rest) if state.missed else 0,
    )
    items = [item for _, item in chosen]
    return Choice(event, items, left_out=rest) if state.missed else Choice(event, items, later=frozenset(rest))


def _wanted(
    target: Target, blocks: Mapping[str, Block], waiting: Iterable[Waiting], outbox: Outbox, videos: Videos
) -> Iterator[tuple[Waiting, Attributes]]:
    """What is still to be told, with its item: each video once, if it is there and the target wants it as it is now."""
    each_once = {each.video_id: each for each in waiting}
    told = outbox.told(target.uid, each_once)
    left = [each for video_id, each in each_once.items() if video_id not in told]
    for query in dict.fromkeys(each.query for each in left):
        block, listing = blocks.get(query), target.listing(query)
        if block is None or not target.wants(query):
            continue
        of_query = [each for each in left if each.query == query]
        items = videos.items(query, (each.video_id for each in of_query), consistent=True)
        for each in of_query:
            item = items.get(each.video_id)
            if item and listing.admits(video := from_item(item)) and not block.hides(video):
                yield each, item
