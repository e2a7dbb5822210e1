"""The item of the videos table, and what its attributes say."""

from datetime import timedelta

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.times import instant
from newsreel.video import RENEWED_EVERY, Position, Video

RENEWAL_LATE = timedelta(days=3)
"""How late that may be."""
KEPT_OF_FALLBACK = timedelta(days=30)


def expires_at(video: Video, retention: timedelta) -> int:
    """When a video is to be deleted, in Unix seconds, for DynamoDB's time to live.

    That is after the retention, counted from when it was first seen. But YouTube's data may be kept for 30 days only,
    unless it is fetched again (Developer Policies III.E.4.d), which is due every `RENEWED_EVERY` of a video's age: what
    could not be fetched then goes `RENEWAL_LATE` later, as DynamoDB takes up to two days to delete. What the fallback
    alone found goes after 30 days.
    """
    published, first_seen = instant(video.published_at), instant(video.first_seen_at)
    if video.source == "invidious":
        due = first_seen + KEPT_OF_FALLBACK
    else:
        renewals = max(0, (instant(video.refreshed_at or video.fetched_at) - published) // RENEWED_EVERY)
        due = published + (renewals + 1) * RENEWED_EVERY + RENEWAL_LATE
    return int(min(first_seen + retention, due).timestamp())


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
            "view_count": video.view_count,
            "like_count": video.like_count,
            "comment_count": video.comment_count,
            "embeddable": video.embeddable,
            "made_for_kids": video.made_for_kids,
            "vertical": video.vertical,
            "starts_at": video.starts_at,
            "refreshed_at": video.refreshed_at,
            # Of most videos nothing needs to be said.
            "found_by": None if video.found_by == "search" else video.found_by,
            "tracked": video.tracked or None,
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


def position(item: Attributes) -> Position:
    """The position of an item, or of a LastEvaluatedKey."""
    return Position(item["published_at"]["S"], item["video_id"]["S"])
