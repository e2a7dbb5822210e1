"""Taking in what the fetcher announced: of what is stored by now, each target gets what it wants into its outbox."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from newsreel.library.listing import Block
from newsreel.library.videos import Videos
from newsreel.news.outbox import Outbox, Waiting
from newsreel.news.outbox_state import SOON, next_turn
from newsreel.news.queue import DELAYS, News, NewsQueue
from newsreel.news.target import Target
from newsreel.video import Video

if TYPE_CHECKING:
    from newsreel.news.bus import Bus


class TakenIn(NamedTuple):
    """What became of an announcement."""

    found: int
    """Videos that are stored."""
    missing: int
    """Those that are not, or not yet."""
    targets: int
    """Who is to be told of one at least."""


def take_in(
    news: News,
    targets: Sequence[Target],
    blocks: Mapping[str, Block],
    outbox: Outbox,
    videos: Videos,
    queue: NewsQueue,
    bus: "Bus | None",
    now: Callable[[], datetime],
) -> TakenIn:
    """Take in an announcement; `blocks` has, by query, what is hidden of those that are watched.

    It may be done again at any time, whole or in part. Raises TableUnavailable, QueueUnavailable.
    """
    block = blocks.get(news.query)
    if block is None:
        return TakenIn(0, 0, 0)
    found = videos.find(news.query, news.video_ids)
    missing = tuple(video_id for video_id in news.video_ids if video_id not in found)
    if missing and news.looks + 1 < len(DELAYS):
        # A poll that died before it stored them says so anew when it is repeated.
        queue.announce(news._replace(video_ids=missing, looks=news.looks + 1))
    shown = [video for video in found.values() if not block.hides(video)]
    told = [target for target in targets if _add(target, news.query, shown, outbox, queue, now())]
    if bus and shown:
        bus.put(news, [video.video_id for video in shown], now())
    return TakenIn(len(found), len(missing), len(told))


def _add(target: Target, query: str, videos: Sequence[Video], outbox: Outbox, queue: NewsQueue, now: datetime) -> bool:
    """Put what a target wants into its outbox; whether there was something."""
    listing = target.listing(query)
    wanted = [video for video in videos if listing.admits(video)] if target.wants(query) else []
    if not wanted:
        return False
    told = outbox.told(target.uid, (video.video_id for video in wanted))
    new = [Waiting(each.published_at, each.video_id, query) for each in wanted if each.video_id not in told]
    if not new:
        return False
    outbox.add(target.uid, new, now)
    turn_at = next_turn(target, now)
    if outbox.plan(target.uid, turn_at, now) and turn_at - now <= SOON:
        queue.call(target.uid, turn_at - now)
    return True
