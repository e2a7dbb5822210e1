"""An EventBridge bus that programs on AWS listen to: one event for each poll that found something new."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from newsreel.aws.calls import put_event
from newsreel.news.queue import News
from newsreel.times import stamp

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE, KIND = "newsreel", "New videos"


class Bus:
    """The bus, through a client of EventBridge."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    def put(self, news: News, video_ids: Sequence[str], now: datetime) -> None:
        """Say that these videos of an announcement are stored. Raises QueueUnavailable.

        docs/news.md has the event's schema. Now and then a video comes twice: who must know goes by query and video.
        """
        detail = {"id": news.id, "query": news.query, "video_ids": list(video_ids), "at": stamp(now)}
        put_event(self._client, self._name, SOURCE, KIND, detail)
