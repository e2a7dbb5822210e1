"""Tracking's part of the state table: one item of its state, one of each tracked channel, one of each query."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import delete_items, get_items, get_partition, put_items
from newsreel.aws.claims import Claims
from newsreel.times import instant, stamp
from newsreel.tracking.state import QueryTracking, Tally, TrackedChannel, TrackingState
from newsreel.video import Position

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "tracking"
CHANNELS = "tracked"
KEPT = timedelta(days=40)
"""How long a query's item is kept after it was written last."""
MOMENTS = ("due_at", "planned_at", "plan_due_at", "last_at")


class TrackingStates:
    """The state of tracking, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._claims = Claims(client, table, _key)

    def read(self) -> TrackingState:
        """The state as it is. Raises TableUnavailable."""
        items = get_items(self._client, self._table, [_key(NAME)])
        return _from_item(items[0]) if items else TrackingState()

    def claim(self, claim_id: str, now: datetime) -> TrackingState | None:
        """Take what is due; the state, or None where nothing is or someone else is at it. Raises TableUnavailable."""
        item = self._claims.take(NAME, claim_id, now)
        return _from_item(item) if item else None

    def finish(self, state: TrackingState, claim_id: str) -> bool:
        """Write the outcome and give the claim back; False where it was lost meanwhile. Raises TableUnavailable."""
        moments = {name: moment and stamp(moment) for name in MOMENTS for moment in [getattr(state, name)]}
        return self._claims.give_back(NAME, claim_id, state._asdict() | moments | {"today": state.today._asdict()})

    def channels(self) -> list[TrackedChannel]:
        """All tracked channels, in no order. Raises TableUnavailable."""
        return [*map(_channel, get_partition(self._client, self._table, CHANNELS, consistent=True).values())]

    def put_channels(self, channels: Iterable[TrackedChannel]) -> None:
        """Write these channels. Raises TableUnavailable."""
        put_items(self._client, self._table, [_channel_item(each) for each in channels])

    def drop_channels(self, channel_ids: Iterable[str]) -> None:
        """Track these no more. Raises TableUnavailable."""
        delete_items(self._client, self._table, [_channel_key(each) for each in channel_ids])

    def queries(self, names: Sequence[str], *, consistent: bool = False) -> list[QueryTracking]:
        """How tracking fares for these queries, in their order. Raises TableUnavailable."""
        items = get_items(self._client, self._table, [_query_key(name) for name in names], consistent=consistent)
        found = {item["pk"]["S"]: item for item in items}
        return [_query(name, found.get(_query_key(name)["pk"]["S"], {})) for name in names]

    def put_queries(self, queries: Iterable[QueryTracking], now: datetime) -> None:
        """Write how tracking fares for these queries. Raises TableUnavailable."""
        put_items(self._client, self._table, [_query_item(each, now) for each in queries])


def _key(name: str) -> Attributes:
    return packed({"pk": name, "sk": name})


def _channel_key(channel_id: str) -> Attributes:
    return packed({"pk": CHANNELS, "sk": channel_id})


def _query_key(query: str) -> Attributes:
    return packed({"pk": f"query#{query}", "sk": NAME})


def _from_item(item: Attributes) -> TrackingState:
    values = {name: value for name, value in unpacked(item).items() if name in TrackingState._fields}
    moments = {name: instant(values[name]) for name in MOMENTS if name in values}
    return TrackingState(**values | moments | {"today": Tally(**values.get("today", {}))})


def _channel_item(channel: TrackedChannel) -> Attributes:
    values = channel._asdict() | {"due_at": stamp(channel.due_at), "since": stamp(channel.since)}
    return _channel_key(channel.channel_id) | packed(values)


def _channel(item: Attributes) -> TrackedChannel:
    values = {name: value for name, value in unpacked(item).items() if name in TrackedChannel._fields}
    return TrackedChannel(
        **values
        | {name: instant(values[name]) for name in ("due_at", "since")}
        | {name: tuple(values.get(name, ())) for name in ("queries", "judged")}
    )


def _query_item(state: QueryTracking, now: datetime) -> Attributes:
    values: dict[str, Any] = state._asdict() | {
        name: moment and stamp(moment) for name in ("judged_until", "stopped_at") for moment in [getattr(state, name)]
    }
    values["newest"] = state.newest and state.newest._asdict()
    return _query_key(state.query) | packed(values | {"expires_at": int((now + KEPT).timestamp())})


def _query(name: str, item: Attributes) -> QueryTracking:
    values: dict[str, Any] = {key: value for key, value in unpacked(item).items() if key in QueryTracking._fields}
    for moment in ("judged_until", "stopped_at"):
        if moment in values:
            values[moment] = instant(values[moment])
    if "newest" in values:
        values["newest"] = Position(**values["newest"])
    return QueryTracking(**values | {"query": name})
