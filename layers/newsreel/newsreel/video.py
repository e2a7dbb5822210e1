"""A video as newsreel keeps it, and which of two versions of one video is believed."""

from collections.abc import Mapping
from copy import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from newsreel.aws.attributes import Attributes, packed, unpacked
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
    """The video of an item as readers see it.

    It takes the attributes' types for known, as `unpacked` would cost a page of 50 a third more (`make bench`).
    """
    video_id, duration = item["video_id"]["S"], item.get("duration_seconds")
    return {
        "video_id": video_id,
        "query": item["query"]["S"],
        "url": WATCH_URL + video_id,
        "title": _text(item, "title"),
        "description": _text(item, "description"),
        "channel_id": _text(item, "channel_id") or None,
        "channel_title": _text(item, "channel_title"),
        "thumbnails": _thumbnails(item["thumbnails"]["M"]) if "thumbnails" in item else {},
        "published_at": item["published_at"]["S"],
        "published_at_exact": item["published_at_exact"]["BOOL"],
        "duration_seconds": duration and int(duration["N"]),
        "live": item["live"]["S"],
        "source": item["source"]["S"],
        "first_seen_at": item["first_seen_at"]["S"],
        "fetched_at": item["fetched_at"]["S"],
    }


def _text(item: Attributes, name: str) -> str:
    """A text, which is left out of an item where it is empty."""
    text: str = item[name]["S"] if name in item else ""
    return text


def _thumbnails(pictures: Attributes) -> dict[str, Thumbnail]:
    return {name: _thumbnail(picture["M"]) for name, picture in pictures.items()}


def _thumbnail(sides: Attributes) -> Thumbnail:
    return {"url": sides["url"]["S"], "width": _pixels(sides["width"]), "height": _pixels(sides["height"])}


def _pixels(value: Attributes) -> int | None:
    return int(value["N"]) if "N" in value else None
