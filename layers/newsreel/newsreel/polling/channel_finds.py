"""Finds: how often search has found a new video of each channel, for each query. Tracking chooses channels by it.

Each find counts half as much after every `HALF_LIFE`. They are counted once the videos are stored: what a killed poll
stored and did not count stays uncounted, as an estimate bears that better than finds that never were.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import exp2
from typing import TYPE_CHECKING, NamedTuple

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import get_items, put_items, query_items
from newsreel.times import from_wrong_clock, instant, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HALF_LIFE = timedelta(days=7)
KEPT = timedelta(days=30)
"""How long a channel is remembered after its last find."""
FIND = 1000
"""What a find weighs when it is made."""


class ChannelFinds(NamedTuple):
    """How often search has found a new video of one channel."""

    channel_id: str
    finds: int = 0
    """In all."""
    weight: int = 0
    """In thousandths of a find, as of `last_at`."""
    last_at: datetime | None = None

    def weight_at(self, now: datetime) -> int:
        """What the finds weigh at a moment, in thousandths of a find."""
        if self.last_at is None or from_wrong_clock(self.last_at, now):
            return self.weight
        return round(self.weight * exp2(-max(0.0, (now - self.last_at) / HALF_LIFE)))

    def after(self, more: int, now: datetime) -> "ChannelFinds":
        """The same after more finds."""
        return ChannelFinds(self.channel_id, self.finds + more, self.weight_at(now) + more * FIND, now)


class Finds:
    """The finds' part of the state table, through a DynamoDB client: one small item a query and channel."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def count(self, query: str, channel_ids: Iterable[str], now: datetime) -> int:
        """Count one find for each of these, repeats too; of how many the channel was known. Raises TableUnavailable."""
        counts = Counter(channel_ids)
        if not counts:
            return 0
        items = get_items(self._client, self._table, [_key(query, channel_id) for channel_id in counts])
        known = {each.channel_id: each for each in _remembered(items, now)}
        after = (known.get(each, ChannelFinds(each)).after(more, now) for each, more in counts.items())
        put_items(self._client, self._table, [_item(query, each, now) for each in after])
        return sum(more for channel_id, more in counts.items() if channel_id in known)

    def of(self, query: str, now: datetime) -> list[ChannelFinds]:
        """All channels with finds of a query. Raises TableUnavailable."""
        items = query_items(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=packed({":pk": _partition(query)}),
        )
        return list(_remembered(items, now))


def _remembered(items: Iterable[Attributes], now: datetime) -> Iterator[ChannelFinds]:
    for values in map(unpacked, items):
        found = ChannelFinds(values["sk"], values["finds"], values["weight"], instant(values["last_at"]))
        # DynamoDB deletes what has expired within days.
        if found.last_at is None or found.last_at > now - KEPT:
            yield found


def _item(query: str, found: ChannelFinds, now: datetime) -> Attributes:
    kept = {"last_at": stamp(now), "expires_at": int((now + KEPT).timestamp())}
    return _key(query, found.channel_id) | packed({"finds": found.finds, "weight": found.weight, **kept})


def _key(query: str, channel_id: str) -> Attributes:
    return packed({"pk": _partition(query), "sk": channel_id})


def _partition(query: str) -> str:
    return f"finds#{query}"
