"""Uploads playlists of the sample upstream: since when a video stands there, and where.

They are known to be late, and on some channels out of order. All of it follows from ids, so that whoever asks
again sees the same.
"""

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter

from local.catalogue import Clip, Upload


def playlist(channel_id: str, uploads: Iterable[Upload], now: datetime) -> list[Upload]:
    """A channel's uploads as its playlist shows them: newest first, by upload."""
    listed = sorted((upload for upload in uploads if listed_at(upload.clip) <= now), key=attrgetter("at"))
    if disordered(channel_id):
        _exchange_some(listed)
    return listed[::-1]


def listed_at(clip: Clip) -> datetime:
    """When the playlist begins to show it: within a minute of its publication, or five for one in twenty."""
    chance, slow = divmod(_chance(clip.video_id), 20)
    return clip.published_at + timedelta(seconds=chance % 61 if slow else 60 + chance % 241)


def disordered(channel_id: str) -> bool:
    """Whether the order is wrong in places; it is for one channel in eight."""
    return _chance(channel_id) % 8 == 0


def _exchange_some(uploads: list[Upload]) -> None:
    """Exchange about one in ten, each with one up to three places newer.

    It goes from the oldest to the newest, so that what comes anew changes little of what was there.
    """
    place = 0
    while place < len(uploads):
        chance, ordered = divmod(_chance(uploads[place].clip.video_id), 8)
        other = place if ordered else place + 1 + chance % 3
        if other < len(uploads):
            uploads[place], uploads[other] = uploads[other], uploads[place]
        place = other + 1


def _chance(text: str) -> int:
    return zlib.crc32(text.encode())
