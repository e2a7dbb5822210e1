"""A catalogue of videos that do not exist: some a minute for every query, whenever one looks.

Everything about a clip follows from its query, its minute and its number in that minute, and its id holds
these three. So nothing is stored, a restart changes nothing, and every clip can be found again by its id.
"""

import base64
import random
import re
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from local.catalogue import Clip, thumbnails

PAST = timedelta(hours=8)
"""How far back searches look, if nothing else is said; details of older clips are still given."""
MINUTE = timedelta(minutes=1)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
USUAL = (0, 1, 1, 2, 3, 5)
BURST = 40
BURST_CHANCE = 0.004

_MASK = (1 << 64) - 1
# Odd, so that multiplication by it can be undone; it makes ids look unlike their neighbours'.
_FACTOR = 0x9E3779B97F4A7C15
_TITLES = (
    "{q}: what nobody tells you",
    "Top 10 {q} moments of the year",
    "{q} highlights | day {n}",
    "I tried {q} for {n} days & this happened",
    "{q} live: round {n}",
    "{q} #shorts",
    "The truth about {q} (it's not what you think)",
    '"{q}" explained in {n} minutes',
    "{q} की पूरी कहानी | भाग {n}",
    "{q} இன்றைய செய்திகள் {n}",
    "{q}の魅力を語る【第{n}回】",
    "أفضل لحظات {q} - الجزء {n}",
    "{q}: лучшие моменты, выпуск {n}",
    "{q} 하이라이트 {n}화",
    "🏆 {q} 🔥 full match {n} 🔥",
    "<b>{q}</b> & friends <script>alert({n})</script>",
    "{q} &amp; more: 5 > 3 < {n}",
    "   {q}\u202e reversed? \u200b" + "very " * 12 + "long title",
)
_CHANNELS = (
    "Daily Reel",
    "Nikhil Explains",
    "The Long Room",
    "スポーツ日和",
    "खेल जगत",
    "Канал № 1",
    "Café & Crème",
    "Ama's World",
    "قناة اليوم",
    "Weekend Warriors 🏏",
    "오늘의 영상",
    "<Coder's Corner>",
)
_SENTENCES = (
    "In this video we look at {q} from every side.",
    "Thanks for watching & don't forget to subscribe!",
    "Chapters: 0:00 intro, 1:20 the start, 7:45 the end.",
    "Music: https://example.com/music?track=1&by=none",
    "देखने के लिए धन्यवाद।",
    "ご視聴ありがとうございました。",
)


class MadeUp:
    """See `local.catalogue.Catalogue`. Ids are known of the queries given here and of those searched."""

    def __init__(self, queries: Iterable[str], past: timedelta = PAST) -> None:
        self._queries = {_tag(query): query for query in queries}
        self._past = past

    def search(self, query: str, since: datetime | None, until: datetime, now: datetime) -> list[Clip]:
        """See `local.catalogue.Catalogue`."""
        self._queries[_tag(query)] = query
        since = max(since or EPOCH, now - self._past)
        minutes = range((since - EPOCH) // MINUTE, (min(until, now) - EPOCH) // MINUTE + 1)
        return [
            clip
            for minute in reversed(minutes)
            for clip in _clips(query, minute)
            if since <= clip.published_at < until and clip.visible_at <= now
        ]

    def find(self, video_id: str, now: datetime) -> Clip | None:
        """See `local.catalogue.Catalogue`."""
        if not re.fullmatch(r"[\w-]{11}", video_id, re.ASCII):
            return None
        tag, minute = _tag_and_minute(video_id)
        clips = _clips(self._queries[tag], minute) if tag in self._queries else ()
        found = next((clip for clip in clips if clip.video_id == video_id), None)
        return found if found and found.published_at <= now else None


@lru_cache(maxsize=20_000)
def _clips(query: str, minute: int) -> tuple[Clip, ...]:
    """All clips of one minute, newest first."""
    chance = random.Random(f"{query} {minute}")
    if chance.random() < BURST_CHANCE:
        # A burst shares few seconds, as scheduled uploads do.
        seconds = chance.choices((0, 1, 30), k=BURST)
    else:
        seconds = [chance.randrange(60) for _ in range(chance.choice(USUAL))]
    clips = [
        _clip(query, minute, number, second, chance) for number, second in enumerate(sorted(seconds, reverse=True))
    ]
    return tuple(clips)


def _clip(query: str, minute: int, number: int, second: int, chance: random.Random) -> Clip:
    published = EPOCH + minute * MINUTE + timedelta(seconds=second)
    lag = chance.choices((chance.uniform(0, 20), chance.uniform(20, 600), chance.uniform(600, 3600)), (80, 18, 2))
    channel = chance.randrange(len(_CHANNELS))
    video_id = _video_id(_tag(query), minute, number)
    sentences = chance.sample(_SENTENCES, chance.randrange(len(_SENTENCES)))
    return Clip(
        video_id=video_id,
        published_at=published,
        visible_at=published + timedelta(seconds=lag[0]),
        title=chance.choice(_TITLES).format(q=query, n=chance.randrange(2, 60)),
        description="\n".join(sentences).format(q=query),
        channel_id=f"UCmadeup{channel:016d}",
        channel_title=_CHANNELS[channel],
        duration_seconds=chance.choice((0, 1, 20)) * 180 + chance.randrange(8, 180),
        live=chance.choices(("none", "live", "upcoming"), (92, 5, 3))[0],
        thumbnails=thumbnails(video_id),
        query=query,
    )


def _tag(query: str) -> int:
    return zlib.crc32(query.encode()) & 0xFFFFFF


def _video_id(tag: int, minute: int, number: int) -> str:
    """Pack 24 bits of query, 32 of minute and 8 of number into the eleven characters of a video id."""
    packed = (tag << 40 | minute << 8 | number) * _FACTOR & _MASK
    return base64.urlsafe_b64encode(packed.to_bytes(8)).decode().rstrip("=")


def _tag_and_minute(video_id: str) -> tuple[int, int]:
    """Undo `_video_id`; ids of other makers give what belongs to no clip."""
    packed = int.from_bytes(base64.urlsafe_b64decode(video_id + "="))
    plain = packed * pow(_FACTOR, -1, 1 << 64) & _MASK
    return plain >> 40, plain >> 8 & 0xFFFFFFFF
