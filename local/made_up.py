"""A catalogue of videos that do not exist: a new one about every ten seconds for every query, whenever one looks.

Everything about a clip follows from its query, its minute and its number in that minute, and its id holds
these three. So nothing is stored, a restart changes nothing, and every clip can be found again by its id.
"""

import base64
import random
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from local import catalogue
from local.catalogue import Clip, Upload
from local.wording import channel_ids, wording

PAST = timedelta(days=1)
"""How far back searches look, if nothing else is said; details of older clips are still given."""
LATELY = timedelta(hours=1)
"""Searches find all clips of this time, and one every three minutes of those before, as a day's would be too many to
begin with."""
UPLOADED = 3
"""The hours for which a channel's uploads are told, and the one that has begun."""
MINUTE = timedelta(minutes=1)
SECONDS = 10
"""There is one clip in each so many seconds."""
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

_MASK = (1 << 64) - 1
# Odd, so that multiplication by it can be undone; it makes ids look unlike their neighbours'.
_FACTOR = 0x9E3779B97F4A7C15

type Thumbnails = Callable[[str], Mapping[str, Mapping[str, Any]]]


class MadeUp:
    """See `local.catalogue.Catalogue`. Ids are known of the queries given here and of those searched.

    `thumbnails` gives those of a video id.
    """

    def __init__(
        self, queries: Iterable[str], past: timedelta = PAST, thumbnails: Thumbnails = catalogue.thumbnails
    ) -> None:
        self._queries = {_tag(query): query for query in queries}
        self._past = past
        self._thumbnails = thumbnails

    def search(self, query: str, since: datetime | None, until: datetime, now: datetime) -> list[Clip]:
        """See `local.catalogue.Catalogue`."""
        self._queries[_tag(query)] = query
        since = max(since or EPOCH, now - self._past)
        minutes = range(_minute(since), _minute(min(until, now)) + 1)
        clips = (
            _clip(query, minute, number, self._thumbnails)
            for minute in reversed(minutes)
            for number in reversed(_numbers(minute, now))
        )
        return [clip for clip in clips if since <= clip.published_at < until and clip.visible_at <= now]

    def find(self, video_id: str, now: datetime) -> Clip | None:
        """See `local.catalogue.Catalogue`."""
        if not re.fullmatch(r"[\w-]{11}", video_id, re.ASCII):
            return None
        tag, minute, number = _unpacked(video_id)
        if tag not in self._queries or minute > _minute(now) or number >= len(_numbers(minute, EPOCH)):
            return None
        clip = _clip(self._queries[tag], minute, number, self._thumbnails)
        return clip if clip.video_id == video_id and clip.published_at <= now else None

    def uploads(self, channel_id: str, now: datetime) -> list[Upload] | None:
        """See `local.catalogue.Catalogue`. Of earlier hours nothing is told; nothing is ever deleted."""
        queries = [query for query in list(self._queries.values()) if channel_id in channel_ids(query)]
        if not queries:
            return None
        hour = _minute(now) // 60
        clips = (
            _clip(query, minute, number, self._thumbnails)
            for query in queries
            for each in range(hour - UPLOADED, hour + 1)
            for minute, number in _by_channel(query, each, self._thumbnails).get(channel_id, ())
        )
        return [Upload(clip) for clip in clips if clip.published_at <= now]


def _minute(moment: datetime) -> int:
    return (moment - EPOCH) // MINUTE


def _numbers(minute: int, now: datetime) -> range:
    """The numbers of a minute's clips that searches find."""
    lately = EPOCH + minute * MINUTE >= now - LATELY
    return range(60 // SECONDS if lately else minute % 3 == 0)


@lru_cache(maxsize=20_000)
def _clip(query: str, minute: int, number: int, thumbnails: Thumbnails) -> Clip:
    chance = random.Random(f"{query} {minute} {number}")
    published = EPOCH + minute * MINUTE + timedelta(seconds=number * SECONDS + chance.randrange(SECONDS))
    (lag,) = chance.choices((chance.uniform(0, 4), chance.uniform(4, 60), chance.uniform(300, 900)), (90, 9, 1))
    words = wording(query, published.year, chance)
    video_id = _packed(_tag(query), minute, number)
    return Clip(
        video_id=video_id,
        published_at=published,
        visible_at=published + timedelta(seconds=lag),
        thumbnails=thumbnails(video_id),
        query=query,
        **words._asdict(),
    )


@lru_cache(maxsize=2_000)
def _by_channel(query: str, hour: int, thumbnails: Thumbnails) -> Mapping[str, list[tuple[int, int]]]:
    """Minutes and numbers of all clips of an hour, also of those that searches leave out later."""
    clips: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for minute in range(hour * 60, hour * 60 + 60):
        for number in _numbers(minute, EPOCH):
            clips[_clip(query, minute, number, thumbnails).channel_id].append((minute, number))
    return clips


def _tag(query: str) -> int:
    return zlib.crc32(query.encode()) & 0xFFFFFF


def _packed(tag: int, minute: int, number: int) -> str:
    """Pack 24 bits of query, 32 of minute and 8 of number into the eleven characters of a video id."""
    packed = (tag << 40 | minute << 8 | number) * _FACTOR & _MASK
    return base64.urlsafe_b64encode(packed.to_bytes(8)).decode().rstrip("=")


def _unpacked(video_id: str) -> tuple[int, int, int]:
    """Undo `_packed`; ids of other makers give what belongs to no clip."""
    packed = int.from_bytes(base64.urlsafe_b64decode(video_id + "="))
    plain = packed * pow(_FACTOR, -1, 1 << 64) & _MASK
    return plain >> 40, plain >> 8 & 0xFFFFFFFF, plain & 0xFF
