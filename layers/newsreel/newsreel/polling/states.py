"""What the state table knows of each query's polls: claim, watermark, next due time; one item a query."""

import random
from collections.abc import Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import condition_held, get_items
from newsreel.polling.watermark import Gap, Watermark
from newsreel.times import instant, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Outcome = Literal["ok", "waiting", "failed"]

LEASE = timedelta(seconds=30)
"""How long a claim holds: as long as the fetcher may run, so that a killed poll is soon taken up again."""
CLOCK_SLACK = timedelta(minutes=2)
"""A time this far in the future was written by a clock that ran ahead."""
ARRIVAL_HOURS = 24
SORT_KEY = "poll"


class LastPoll(NamedTuple):
    """What a query's latest poll did."""

    at: datetime
    source: str | None
    outcome: Outcome
    seen: int
    new: int
    calls: int


class Newest(NamedTuple):
    """A query's newest video."""

    video_id: str
    title: str
    published_at: str


class PollState(NamedTuple):
    """The state of one query's polls."""

    query: str
    due_at: datetime | None = None
    """When the query is to be polled next; None before its first poll."""
    planned_at: datetime | None = None
    """When `due_at` was written."""
    pace_seconds: int = 0
    """The time between polls that `due_at` was reckoned with."""
    waiting: bool = False
    """Whether the query waits for a key that can search."""
    watermark: Watermark | None = None
    sweep_due_at: datetime | None = None
    failures: int = 0
    """Failed polls in a row."""
    problem: str | None = None
    last_poll: LastPoll | None = None
    last_success_at: datetime | None = None
    newest: Newest | None = None
    arrivals: Mapping[str, int] = MappingProxyType({})
    """New videos stored, by hour (`YYYY-MM-DDTHH`), for the last 24 hours."""

    def with_arrivals(self, new: int, now: datetime) -> "PollState":
        """The state after `new` videos were stored now."""
        oldest = stamp(now - timedelta(hours=ARRIVAL_HOURS))[:13]
        kept = {hour: count for hour, count in self.arrivals.items() if hour > oldest}
        if new:
            hour = stamp(now)[:13]
            kept[hour] = kept.get(hour, 0) + new
        return replace(self, arrivals=kept)

    def arrivals_by_hour(self, now: datetime) -> list[int]:
        """New videos stored in each of the last 24 hours, oldest first."""
        hours = (stamp(now - timedelta(hours=back))[:13] for back in reversed(range(ARRIVAL_HOURS)))
        return [self.arrivals.get(hour, 0) for hour in hours]

    def beyond(self, now: datetime) -> bool:
        """Whether the due time was set by a clock that ran ahead of this one."""
        return self.planned_at is not None and self.planned_at > now + CLOCK_SLACK


class PollStates:
    """The queries' part of the state table, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def read(self, queries: Sequence[str]) -> list[PollState]:
        """The states of these queries, in their order. Raises TableUnavailable."""
        items = get_items(self._client, self._table, [_key(query) for query in queries])
        states = {state.query: state for state in map(_from_item, items)}
        return [states.get(query) or PollState(query) for query in queries]

    def claim(self, query: str, claim_id: str, now: datetime, *, may_search: bool) -> PollState | None:
        """Take a query's due poll for `LEASE`; its state, or None where it is not due or someone else has it.

        A query that waits for a key is due as soon as one may search.
        A claim or a due time that lies too far ahead was written by a wrong clock and does not count.
        Raises TableUnavailable.
        """
        answer = condition_held(
            self._client.update_item,
            TableName=self._table,
            Key=_key(query),
            UpdateExpression="SET claim_id = :id, claimed_until = :until, #query = :query",
            ConditionExpression=(
                "(attribute_not_exists(due_at) OR due_at <= :now OR waiting = :may_search OR planned_at > :ahead)"
                " AND (attribute_not_exists(claimed_until) OR claimed_until <= :now OR claimed_until > :far)"
            ),
            ExpressionAttributeNames={"#query": "query"},
            ExpressionAttributeValues=packed(
                {
                    ":id": claim_id,
                    ":until": stamp(now + LEASE),
                    ":query": query,
                    ":now": stamp(now),
                    ":may_search": may_search,
                    ":ahead": stamp(now + CLOCK_SLACK),
                    ":far": stamp(now + LEASE + CLOCK_SLACK),
                }
            ),
            ReturnValues="ALL_NEW",
        )
        return _from_item(answer["Attributes"]) if answer else None

    def finish(self, state: PollState, claim_id: str) -> bool:
        """Write a poll's outcome and give its claim back; False where the claim was lost meanwhile."""
        values = _values(state)
        kept = {name: value for name, value in values.items() if value is not None}
        gone = ["claim_id", "claimed_until", *(name for name, value in values.items() if value is None)]
        answer = condition_held(
            self._client.update_item,
            TableName=self._table,
            Key=_key(state.query),
            UpdateExpression="SET "
            + ", ".join(f"#{name} = :{name}" for name in kept)
            + " REMOVE "
            + ", ".join(f"#{name}" for name in gone),
            ConditionExpression="#claim_id = :claim",
            ExpressionAttributeNames={f"#{name}": name for name in (*kept, *gone)},
            ExpressionAttributeValues=packed(
                {":claim": claim_id, **{f":{name}": value for name, value in kept.items()}}
            ),
        )
        return answer is not None


def new_claim_id() -> str:
    """An id for one poll."""
    return f"{random.getrandbits(48):012x}"


def _key(query: str) -> Attributes:
    return packed({"pk": f"query#{query}", "sk": SORT_KEY})


def _values(state: PollState) -> dict[str, Any]:
    mark, last = state.watermark, state.last_poll
    return {
        "due_at": _text(state.due_at),
        "planned_at": _text(state.planned_at),
        "pace_seconds": state.pace_seconds,
        "waiting": state.waiting or None,
        "complete_until": _text(mark.complete_until if mark else None),
        "settled_until": _text(mark.settled_until if mark else None),
        "swept_until": _text(mark.swept_until if mark else None),
        "gaps": [
            {
                "since": stamp(gap.since),
                "until": stamp(gap.until),
                "ripe_at": stamp(gap.ripe_at),
                "hole": gap.hole,
            }
            for gap in (mark.gaps if mark else ())
        ],
        "sweep_due_at": _text(state.sweep_due_at),
        "failures": state.failures,
        "problem": state.problem,
        "last_poll": last and last._asdict() | {"at": stamp(last.at)},
        "last_success_at": _text(state.last_success_at),
        "newest": state.newest._asdict() if state.newest else None,
        "arrivals": state.arrivals,
    }


def _from_item(item: Attributes) -> PollState:
    values = unpacked(item)
    mark = None
    if "complete_until" in values:
        mark = Watermark(
            instant(values["complete_until"]),
            instant(values["settled_until"]),
            instant(values["swept_until"]),
            tuple(
                Gap(instant(gap["since"]), instant(gap["until"]), instant(gap["ripe_at"]), gap["hole"])
                for gap in values.get("gaps", ())
            ),
        )
    last = values.get("last_poll")
    return PollState(
        query=values["query"],
        due_at=_moment(values.get("due_at")),
        planned_at=_moment(values.get("planned_at")),
        pace_seconds=values.get("pace_seconds", 0),
        waiting=values.get("waiting", False),
        watermark=mark,
        sweep_due_at=_moment(values.get("sweep_due_at")),
        failures=values.get("failures", 0),
        problem=values.get("problem"),
        last_poll=LastPoll(**{**last, "at": instant(last["at"])}) if last else None,
        last_success_at=_moment(values.get("last_success_at")),
        newest=Newest(**values["newest"]) if "newest" in values else None,
        arrivals=values.get("arrivals", {}),
    )


def _text(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return instant(text) if text else None
