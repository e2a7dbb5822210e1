"""The item of the videos table, and what its attributes say."""

from datetime import timedelta

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.times import instant
from newsreel.video import Position, Video


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


def position(item: Attributes) -> Position:
    """The position of an item, or of a LastEvaluatedKey."""
    return Position(item["published_at"]["S"], item["video_id"]["S"])
