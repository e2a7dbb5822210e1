"""The queue of news: what may be new, whose turn it is to be told, and tests."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from newsreel.aws.calls import send_message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

DELAYS = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=40))
"""How long videos have to be stored until they are looked for: the first, the second and the last time. Together it is
longer than a poll may take."""


class News(NamedTuple):
    """Videos of a query that are about to be stored, or were."""

    id: str
    """The same however often the message comes, and for each part of it that comes again."""
    query: str
    video_ids: tuple[str, ...]
    looks: int = 0
    """How often they were looked for already."""


class Turn(NamedTuple):
    """It is a target's turn to be told what is waiting for it."""

    uid: str


class Test(NamedTuple):
    """A target is to get a test message."""

    uid: str


class NewsQueue:
    """The queue, through a client of SQS. Its methods raise QueueUnavailable."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def announce(self, news: News) -> None:
        """Have videos looked for, after the delay that their next look has."""
        body = {"news": news.id, "query": news.query, "video_ids": news.video_ids, "looks": news.looks}
        send_message(self._client, self._url, body, DELAYS[news.looks].total_seconds())

    def call(self, uid: str, delay: timedelta = timedelta(0)) -> None:
        """Call a target for its turn."""
        send_message(self._client, self._url, {"turn": uid}, delay.total_seconds())

    def test(self, uid: str) -> None:
        """Have a target told of a video that is made up."""
        send_message(self._client, self._url, {"test": uid})


def read_message(body: str) -> News | Turn | Test:
    """What a message asks for. Raises ValueError."""
    match json.loads(body):
        case {"news": str(news_id), "query": str(query), "video_ids": [*video_ids], "looks": int(looks)}:
            return News(news_id, query, tuple(map(str, video_ids)), looks)
        case {"turn": str(uid)}:
            return Turn(uid)
        case {"test": str(uid)}:
            return Test(uid)
    raise ValueError("not a message of newsreel's")
