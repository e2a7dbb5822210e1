"""A video as newsreel keeps it, and which of two versions of one video is believed."""

from collections.abc import Mapping
from copy import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from newsreel.attributes import Attributes, packed, unpacked
from newsreel.times import instant

type Live = Literal["none", "live", "upcoming"]
type SourceName = Literal["youtube", "invidious"]
type Thumbnail = Mapping[str, str | int | None]
"""`url`, `width`, `height`; the last two in pixels, or None where the source does not say."""

LIVE_STATES: tuple[Live, ...] = ("none", "live", "upcoming")
WATCH_URL = "https://www.youtube.com/watch?v="


class Video(NamedTuple):
    """One video found for one query. Times are texts as `times.stamp` makes them."""

    video_id: str
    query: str
    published_at: str
    fetched_at: str
    first_seen_at: str
    title: str = ""
    description: str = ""
    channel_id: str | None = None
    channel_title: str = ""
    thumbnails: Mapping[str, Thumbnail] = MappingProxyType({})
    published_at_exact: bool = True
    duration_seconds: int | None = None
    live: Live = "none"
    source: SourceName = "youtube"
    detailed: bool = False
    """Whether the description is whole and the duration known, as far as the source has one."""


def merged(stored: Video, fetched: Video) -> Video:
    """What to keep of a stored video and a newly fetched version of it; `stored` itself where nothing changes.

    YouTube's word stands against the fallback's. The fallback's own times drift with each fetch, so its first stays.
    A search result knows only the head of a description and no duration: it does not replace a detailed version's.
    """
    if fetched.source == "invidious":
        return stored
    if fetched.detailed or stored.source == "invidious":
        new = replace(fetched, first_seen_at=stored.first_seen_at)
    else:
        new = replace(
            stored,
            title=fetched.title or stored.title,
            channel_title=fetched.channel_title or stored.channel_title,
            published_at=fetched.published_at,
            live=fetched.live,
            detailed=stored.detailed and fetched.live == stored.live,
            fetched_at=fetched.fetched_at,
        )
    return stored if replace(new, fetched_at=stored.fetched_at) == stored else new


def expires_at(video: Video, retention: timedelta) -> int:
    """When a video is to be deleted unless it is fetched again, in Unix seconds, for DynamoDB's time to live."""
    return int((instant(video.fetched_at) + retention).timestamp())


def to_item(video: Video, retention: timedelta) -> Attributes:
    """The item of the videos table."""
    return packed(
        {
            "video_id": video.video_id,
            "query": video.query,
            "published_at": video.published_at,
            "fetched_at": video.fetched_at,
            "first_seen_at": video.first_seen_at,
            "title": video.title,
            "description": video.description,
            "channel_id": video.channel_id,
            "channel_title": video.channel_title,
            "query_channel": video.channel_id and channel_listing(video.query, video.channel_id),
            "thumbnails": video.thumbnails,
            "published_at_exact": video.published_at_exact,
            "duration_seconds": video.duration_seconds,
            "live": video.live,
            "source": video.source,
            "detailed": video.detailed,
            "expires_at": expires_at(video, retention),
        }
    )


def from_item(item: Attributes) -> Video:
    """The video of an item of the videos table."""
    values = unpacked(item)
    values.pop("expires_at", None)
    values.pop("query_channel", None)
    return Video(**values)


def channel_listing(query: str, channel_id: str) -> str:
    """The hash key under which one channel's videos of one query are listed."""
    return f"{query}#{channel_id}"


def public(item: Attributes) -> dict[str, Any]:
    """The video of an item as readers see it."""
    values = unpacked(item)
    return {
        "video_id": values["video_id"],
        "query": values["query"],
        "url": WATCH_URL + values["video_id"],
        "title": values.get("title", ""),
        "description": values.get("description", ""),
        "channel_id": values.get("channel_id"),
        "channel_title": values.get("channel_title", ""),
        "thumbnails": values.get("thumbnails", {}),
        "published_at": values["published_at"],
        "published_at_exact": values["published_at_exact"],
        "duration_seconds": values.get("duration_seconds"),
        "live": values["live"],
        "source": values["source"],
        "first_seen_at": values["first_seen_at"],
        "fetched_at": values["fetched_at"],
    }
