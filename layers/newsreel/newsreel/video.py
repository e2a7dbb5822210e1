"""A video as newsreel keeps it, and which of two versions of one video is believed."""

from collections.abc import Mapping
from copy import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple

type Live = Literal["none", "live", "upcoming"]
type Shorts = Literal["only", "none"]
type SourceName = Literal["youtube", "invidious"]
type FoundBy = Literal["search", "channel"]
type Thumbnail = Mapping[str, str | int | None]
"""`url`, `width`, `height`; the last two in pixels, or None where the source does not say."""

WATCH_URL = "https://www.youtube.com/watch?v="
SHORT_AT_MOST = 180
"""Seconds that a Short lasts at most (YouTube Help, "Understand three-minute YouTube Shorts")."""
SHORTS_CHOICES: tuple[Shorts, ...] = ("only", "none")
LIVE_STATES: tuple[Live, ...] = ("none", "live", "upcoming")
RENEWED_EVERY = timedelta(days=25)
"""A stored video is fetched again at each multiple of this age, so that no copy comes to be 30 days old."""
COUNTS = ("view_count", "like_count", "comment_count")


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
    view_count: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    """The counts are None where YouTube does not say them, as of hidden likes and closed comments."""
    embeddable: bool | None = None
    made_for_kids: bool | None = None
    vertical: bool | None = None
    """Whether it is taller than wide."""
    starts_at: str | None = None
    """When an upcoming broadcast or premiere is to begin."""
    refreshed_at: str | None = None
    """When YouTube's word of this video was last written anew; None before the first refresh."""
    found_by: FoundBy = "search"
    """`channel`: it was seen among its channel's uploads, and no search has given it yet."""
    tracked: bool = False
    """Whether it was seen among its channel's uploads before a search gave it."""

    @property
    def short(self) -> bool:
        """Whether it is known to be a Short: taller than wide, and of at most three minutes."""
        return bool(self.vertical) and self.duration_seconds is not None and self.duration_seconds <= SHORT_AT_MOST


class Position(NamedTuple):
    """Where a video stands in a listing: its time and, as many share a second, its id."""

    published_at: str
    video_id: str


def merged(stored: Video, fetched: Video) -> Video:
    """What to keep of a stored video and a newly fetched version of it; `stored` itself where nothing changes.

    YouTube's word stands against the fallback's. The fallback's own is replaced by its newer one, but for the time of
    publication: that drifts with each fetch, so the first stays.
    A search result knows only the head of a description and no duration: it does not replace a detailed version's.
    What it says otherwise than a detailed version is asked for, as search may lag behind.
    What a search gives was found by search, whoever saw it before.
    """
    if fetched.source == "invidious":
        if stored.source == "youtube":
            return stored
        new = replace(fetched, published_at=stored.published_at, first_seen_at=stored.first_seen_at)
    elif fetched.detailed or stored.source == "invidious":
        new = replace(fetched, first_seen_at=stored.first_seen_at, tracked=stored.tracked)
    else:
        new = replace(
            stored,
            title=fetched.title or stored.title,
            channel_title=fetched.channel_title or stored.channel_title,
            published_at=fetched.published_at,
            live=fetched.live,
            fetched_at=fetched.fetched_at,
        )
        new = replace(new, detailed=stored.detailed and unchanged(stored, new), found_by=fetched.found_by)
    return stored if unchanged(stored, new) else new


def unchanged(stored: Video, fetched: Video) -> bool:
    """Whether a newer version differs in nothing but the times of its fetching."""
    return replace(fetched, fetched_at=stored.fetched_at, refreshed_at=stored.refreshed_at) == stored


def refreshed(stored: Video, fetched: Video) -> Video:
    """The stored video brought up to date by what YouTube said of it just now.

    New counts alone leave `fetched_at` as it was: that is when the rest was fetched as it is.
    """
    counts = {name: getattr(fetched, name) for name in COUNTS}
    same = unchanged(replace(stored, **counts), fetched)
    return replace(
        fetched, fetched_at=stored.fetched_at if same else fetched.fetched_at, refreshed_at=fetched.fetched_at
    )
