"""A made-up video, with which a target is tried."""

from datetime import datetime, timedelta

from newsreel.aws.attributes import Attributes
from newsreel.library.item import to_item
from newsreel.news.outbox_state import Event
from newsreel.news.target import Target
from newsreel.times import stamp
from newsreel.video import Video

VIDEO_ID = "newsreel---"
"""No video on YouTube ends so."""


def event(target: Target, now: datetime) -> Event:
    """A test message."""
    query = next(iter(target.queries), "a query")
    return Event(f"test-{int(now.timestamp())}", now, ((query, VIDEO_ID),))


def is_sample(event: Event) -> bool:
    """Whether a message is a test."""
    return [video_id for _, video_id in event.videos] == [VIDEO_ID]


def item(now: datetime) -> Attributes:
    """The item of the made-up video."""
    video = Video(
        VIDEO_ID,
        "a query",
        stamp(now - timedelta(minutes=5)),
        stamp(now),
        stamp(now),
        title="This is a test: new videos will be told here",
        description="There is no such video.",
        channel_title="newsreel",
        duration_seconds=60,
    )
    return to_item(video, timedelta(days=1))
