"""Uploads: what the list of a channel's uploads says of each video there.

developers.google.com/youtube/v3/docs/playlistItems. The list is sorted by upload, not by publication, and now and then
wrongly. What was deleted or made private stands there for a while.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from newsreel.sources import items

NOT_THERE = ("Deleted video", "Private video")
"""Titles of what cannot be seen."""


class Upload(NamedTuple):
    """One upload, as far as it shows which queries it may belong to."""

    video_id: str
    published_at: str
    """As `times.stamp` makes it."""
    title: str
    description: str
    channel_title: str


def playlist_of(channel_id: str) -> str:
    """The id of the list of a channel's uploads."""
    return "UU" + channel_id.removeprefix("UC")


def uploads(results: Iterable[Any], now: datetime) -> Iterator[Upload]:
    """The uploads that can be seen, in the list's order; what is malformed is left out, as search finds it."""
    for each in results:
        item = items.mapping(each)
        snippet, content = items.mapping(item.get("snippet")), items.mapping(item.get("contentDetails"))
        if snippet.get("title") in NOT_THERE:
            continue
        try:
            yield Upload(
                video_id=items.video_id(content.get("videoId")),
                # Without it, a video cannot be seen; that of the snippet is the time of the upload.
                published_at=items.time(content.get("videoPublishedAt"), now),
                title=items.text(snippet.get("title"), items.TITLE_LENGTH),
                description=items.text(snippet.get("description"), items.DESCRIPTION_LENGTH),
                channel_title=items.text(snippet.get("channelTitle"), items.TITLE_LENGTH),
            )
        except items.Malformed:
            continue
