"""Videos for the sample upstream to publish: an explicit list, or a recording played again."""

import html
import json
import zlib
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

FOUND_LATE = timedelta(hours=2)
"""As far as the recorded day of polls shows that searches are late."""
DELETED_SHOWN = timedelta(hours=6)
"""How long a deleted video stands in its channel's uploads, without its words."""
THUMBNAILS = {
    "default": ("default", 120, 90),
    "medium": ("mqdefault", 320, 180),
    "high": ("hqdefault", 480, 360),
}


@dataclass(frozen=True, slots=True)
class Clip:
    """A video on the upstream. Titles are plain text here; only search answers escape them."""

    video_id: str
    published_at: datetime
    visible_at: datetime
    """When searches begin to find it."""
    title: str = "A video"
    description: str = ""
    channel_id: str = "UC0123456789abcdefghijkl"
    channel_title: str = "A channel"
    duration_seconds: int = 60
    live: Literal["none", "live", "upcoming"] = "none"
    thumbnails: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Name → `url`, `width`, `height`."""
    query: str | None = None
    """The only query that finds it; None: every query does."""
    starts_at: datetime | None = None
    """When a broadcast is to begin; None: some hours after its announcement."""
    views: int | None = None
    """None: a number made of the id."""
    embeddable: bool = True
    made_for_kids: bool = False
    vertical: bool = False
    uploaded_at: datetime | None = None
    """When it came to YouTube, for what was published later; None: at its publication."""


class Upload(NamedTuple):
    """A video among its channel's uploads."""

    clip: Clip
    gone: Literal["deleted", "private"] | None = None
    """Why only its place is left."""

    @property
    def at(self) -> datetime:
        """When it came to YouTube."""
        return self.clip.uploaded_at or self.clip.published_at


class Catalogue(Protocol):
    """The videos that exist."""

    def search(self, query: str, since: datetime | None, until: datetime, now: datetime) -> list[Clip]:
        """What a query finds, published from `since` (included) to `until` (not included), newest first."""

    def find(self, video_id: str, now: datetime) -> Clip | None:
        """A published video; searches need not find it yet."""

    def uploads(self, channel_id: str, now: datetime) -> list[Upload] | None:
        """What a channel has published, and what of it went lately, in any order; None: there is no such channel."""


class Clips:
    """A catalogue of given clips, to which more can be added and from which some can vanish."""

    def __init__(self, clips: Iterable[Clip] = ()) -> None:
        self._by_id = {clip.video_id: clip for clip in clips}
        self._by_time = sorted(self._by_id.values(), key=attrgetter("published_at"))
        self._uploads: defaultdict[str, dict[str, Upload]] = defaultdict(dict)
        self._deleted_at: dict[str, datetime] = {}
        for clip in self._by_id.values():
            self._uploads[clip.channel_id][clip.video_id] = Upload(clip)

    def add(self, clip: Clip) -> None:
        """Publish one more."""
        self._by_id[clip.video_id] = clip
        insort(self._by_time, clip, key=attrgetter("published_at"))
        self._uploads[clip.channel_id][clip.video_id] = Upload(clip)
        self._deleted_at.pop(clip.video_id, None)

    def remove(self, video_id: str) -> None:
        """Delete one, as its owner might; for its channel's uploads this happens when they are next looked at."""
        clip = self._take(video_id)
        self._uploads[clip.channel_id][video_id] = Upload(clip, "deleted")

    def hide(self, video_id: str) -> None:
        """Make one private, as its owner might; `add` publishes it again."""
        clip = self._take(video_id)
        self._uploads[clip.channel_id][video_id] = Upload(clip, "private")

    def change(self, video_id: str, **fields: Any) -> None:
        """Give one other fields, as its owner might."""
        self.add(replace(self._take(video_id), **fields))

    def _take(self, video_id: str) -> Clip:
        clip = self._by_id.pop(video_id)
        self._by_time.remove(clip)
        del self._uploads[clip.channel_id][video_id]
        return clip

    def search(self, query: str, since: datetime | None, until: datetime, now: datetime) -> list[Clip]:
        """See `Catalogue`."""
        time = attrgetter("published_at")
        start = bisect_left(self._by_time, since, key=time) if since else 0
        end = min(bisect_left(self._by_time, until, key=time), bisect_right(self._by_time, now, key=time))
        return [
            clip
            for clip in reversed(self._by_time[start:end])
            if clip.visible_at <= now and clip.query in (None, query)
        ]

    def find(self, video_id: str, now: datetime) -> Clip | None:
        """See `Catalogue`."""
        clip = self._by_id.get(video_id)
        return clip if clip and clip.published_at <= now else None

    def uploads(self, channel_id: str, now: datetime) -> list[Upload] | None:
        """See `Catalogue`."""
        if channel_id not in self._uploads:
            return None
        uploads = self._uploads[channel_id].values()
        return [each for each in uploads if each.clip.published_at <= now and not self._forgotten(each, now)]

    def _forgotten(self, upload: Upload, now: datetime) -> bool:
        if upload.gone != "deleted":
            return False
        return now >= self._deleted_at.setdefault(upload.clip.video_id, now) + DELETED_SHOWN


def thumbnails(video_id: str) -> dict[str, dict[str, Any]]:
    """The sizes that YouTube offers for nearly every video."""
    return {
        name: {"url": f"https://i.ytimg.com/vi/{video_id}/{file}.jpg", "width": width, "height": height}
        for name, (file, width, height) in THUMBNAILS.items()
    }


def recorded(path: Path, end: datetime) -> Clips:
    """A recording of search results, all its times shifted so that its last group appears at `end`.

    The file has one JSON object a line: `inserted_at_utc` (`YYYY-MM-DD HH:MM:SSZ`), when the group was first
    found, and `items`, its `youtube#searchResult` items. They hold no durations, so these are made up. What was first
    asked for long after its publication could have been found before: it is found two hours after it at the latest.
    Raises OSError and ValueError.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not a text in UTF-8") from None
    try:
        groups = [json.loads(line) for line in lines if line]
        found = [(datetime.fromisoformat(group["inserted_at_utc"]), group["items"]) for group in groups]
        shift = end.replace(microsecond=0) - max(moment for moment, _ in found)
        return Clips(_clip(item, moment, shift) for moment, items in found for item in items)
    except (AttributeError, LookupError, OverflowError, RecursionError, TypeError) as error:
        raise ValueError(f"{path} is not a recording of search results: {error!r}") from error


def _clip(item: dict[str, Any], found_at: datetime, shift: timedelta) -> Clip:
    snippet = item["snippet"]
    video_id = item["id"]["videoId"]
    published_at = datetime.fromisoformat(snippet["publishedAt"]).astimezone(UTC)
    return Clip(
        video_id=video_id,
        published_at=published_at + shift,
        visible_at=min(found_at, published_at + FOUND_LATE) + shift,
        title=html.unescape(snippet["title"]),
        description=snippet["description"],
        channel_id=snippet["channelId"],
        channel_title=snippet["channelTitle"],
        duration_seconds=15 + zlib.crc32(video_id.encode()) % 1200,
        live=snippet["liveBroadcastContent"],
        thumbnails=snippet["thumbnails"],
    )
