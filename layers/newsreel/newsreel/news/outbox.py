"""The targets' outboxes in the state table: for each its state, what waits, and what it was told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import condition_held, delete_items, get_items, put_items, query_items, table_errors
from newsreel.aws.claims import Claims
from newsreel.news.outbox_state import Event, OutboxState
from newsreel.times import instant, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STATE = "state"
WAITING, TOLD = "waiting#", "told#"
"""How the sort keys begin of what waits, and of what was told."""
KEPT = timedelta(days=30)
"""What was told is known for so long; what waits goes after it. Both name videos, whose data may be kept no longer."""
MOMENTS = ("due_at", "planned_at", "claimed_until", "failing_since", "last_told_at", "tested_at")


class Waiting(NamedTuple):
    """A video that a target is to be told of. They sort by their times."""

    published_at: str
    video_id: str
    query: str


class Outbox:
    """The outboxes of all targets, through a DynamoDB client. Its methods raise TableUnavailable."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._claims = Claims(client, table, lambda uid: _key(uid, STATE))

    def states(self, uids: Sequence[str], *, consistent: bool = False) -> list[OutboxState]:
        """The states of these targets, in their order."""
        keys = [_key(uid, STATE) for uid in uids]
        items = get_items(self._client, self._table, keys, consistent=consistent)
        found = {item["pk"]["S"]: item for item in items}
        return [_state(uid, found.get(_partition(uid), {})) for uid in uids]

    def add(self, uid: str, videos: Iterable[Waiting], now: datetime) -> None:
        """Let videos wait for a target's turn. It may be done again."""
        expires_at = int((now + KEPT).timestamp())
        items = [_waiting_key(uid, each) | packed({"query": each.query, "expires_at": expires_at}) for each in videos]
        put_items(self._client, self._table, items)

    def plan(self, uid: str, turn_at: datetime, now: datetime) -> bool:
        """Plan a target's turn, unless it comes sooner anyway or waits for one that fails; whether it was done."""
        answer = condition_held(
            self._client.update_item,
            TableName=self._table,
            Key=_key(uid, STATE),
            UpdateExpression="SET due_at = :due, planned_at = :now",
            ConditionExpression=(
                "attribute_not_exists(due_at) OR (due_at > :due AND attribute_not_exists(failing_since))"
            ),
            ExpressionAttributeValues=packed({":due": stamp(turn_at), ":now": stamp(now)}),
        )
        return answer is not None

    def claim(self, uid: str, claim_id: str, now: datetime) -> OutboxState | None:
        """Take a target's turn; its state, or None where it is not due or someone else has it.

        No turn is planned then, so that whoever adds a video meanwhile plans another.
        """
        item = self._claims.take(uid, claim_id, now, and_then=" REMOVE due_at")
        return _state(uid, item) if item else None

    def waiting(self, uid: str) -> list[Waiting]:
        """What waits for a target, the oldest first."""
        items = query_items(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :waiting)",
            ExpressionAttributeValues=packed({":pk": _partition(uid), ":waiting": WAITING}),
            ConsistentRead=True,
        )
        return [_waiting(item) for item in items]

    def told(self, uid: str, video_ids: Iterable[str]) -> dict[str, str]:
        """Of these videos those that the target was told of, each with the event's id."""
        keys = [_key(uid, TOLD + video_id) for video_id in dict.fromkeys(video_ids)]
        items = get_items(self._client, self._table, keys, consistent=True)
        return {item["sk"]["S"].removeprefix(TOLD): item["event"]["S"] for item in items}

    def note_event(self, uid: str, claim_id: str, event: Event) -> bool:
        """Note what is about to be told; False where the claim was lost meanwhile."""
        answer = condition_held(
            self._client.update_item,
            TableName=self._table,
            Key=_key(uid, STATE),
            UpdateExpression="SET event = :event",
            ConditionExpression="claim_id = :claim",
            ExpressionAttributeValues=packed({":event": _event_values(event), ":claim": claim_id}),
        )
        return answer is not None

    def note_told(self, uid: str, event: Event, now: datetime) -> None:
        """Note that a target was told of an event's videos."""
        kept = {"event": event.id, "expires_at": int((now + KEPT).timestamp())}
        items = [_key(uid, TOLD + video_id) | packed(kept) for _, video_id in event.videos]
        put_items(self._client, self._table, items)

    def drop(self, uid: str, waiting: Iterable[Waiting]) -> None:
        """Let these wait no more."""
        delete_items(self._client, self._table, [_waiting_key(uid, each) for each in waiting])

    def finish(self, state: OutboxState, claim_id: str) -> bool:
        """Write what became of a turn and give the claim back; False where it was lost meanwhile.

        A turn that was planned meanwhile stays, unless the state plans one.
        """
        values = _values(state)
        if state.due_at is None:
            values = {name: value for name, value in values.items() if name not in ("due_at", "planned_at")}
        return self._claims.give_back(state.uid, claim_id, values)

    def note_test(self, uid: str, problem: str | None, now: datetime) -> None:
        """Note what became of a test message."""
        change = "SET tested_at = :now" + (", test_problem = :problem" if problem else " REMOVE test_problem")
        with table_errors():
            self._client.update_item(
                TableName=self._table,
                Key=_key(uid, STATE),
                UpdateExpression=change,
                ExpressionAttributeValues=packed({":now": stamp(now), ":problem": problem}),
            )


def _partition(uid: str) -> str:
    return f"target#{uid}"


def _key(uid: str, sort_key: str) -> Attributes:
    return packed({"pk": _partition(uid), "sk": sort_key})


def _waiting_key(uid: str, each: Waiting) -> Attributes:
    return _key(uid, f"{WAITING}{each.published_at}#{each.video_id}")


def _waiting(item: Attributes) -> Waiting:
    published_at, _, video_id = item["sk"]["S"].removeprefix(WAITING).partition("#")
    return Waiting(published_at, video_id, item["query"]["S"])


def _values(state: OutboxState) -> dict[str, Any]:
    """What a turn changes."""
    return {
        "due_at": state.due_at and stamp(state.due_at),
        "planned_at": state.planned_at and stamp(state.planned_at),
        "event": state.event and _event_values(state.event),
        "failures": state.failures,
        "failing_since": state.failing_since and stamp(state.failing_since),
        "gone": state.gone or None,
        "missed": state.missed or None,
        "problem": state.problem,
        "left_out": state.left_out or None,
        "told": state.told,
        "last_told_at": state.last_told_at and stamp(state.last_told_at),
    }


def _event_values(event: Event) -> dict[str, Any]:
    return event._asdict() | {"made_at": stamp(event.made_at)}


def _state(uid: str, item: Attributes) -> OutboxState:
    values = {name: value for name, value in unpacked(item).items() if name in OutboxState._fields}
    moments = {name: instant(values[name]) for name in MOMENTS if name in values}
    event = _event(values["event"]) if "event" in values else None
    return OutboxState(**{**values, **moments, "uid": uid, "event": event})


def _event(values: Mapping[str, Any]) -> Event:
    videos = tuple((query, video_id) for query, video_id in values["videos"])
    return Event(values["id"], instant(values["made_at"]), videos, values["left_out"])
