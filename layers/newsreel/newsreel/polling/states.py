"""The queries' part of the state table: claim, watermark, next due time; one item a query."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import condition_held, get_items
from newsreel.polling.poll_state import CLOCK_SLACK, Fetch, PollState
from newsreel.polling.watermark import Gap, SecondLook, Watermark
from newsreel.times import instant, stamp
from newsreel.video import Position

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEASE = timedelta(seconds=30)
"""How long a claim holds: as long as the fetcher may run, so that a killed poll is soon taken up again."""
SORT_KEY = "poll"


class PollStates:
    """The states of the queries' polls, through a DynamoDB client."""

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
        "gaps": [_texts(gap) for gap in (mark.gaps if mark else ())],
        "second_looks": [_texts(look) for look in (mark.second_looks if mark else ())],
        "sweep_due_at": _text(state.sweep_due_at),
        "failures": state.failures,
        # The first release kept it here; now it is the last poll's.
        "problem": None,
        "last_poll": last and last._asdict() | {"at": stamp(last.at)},
        "last_success_at": _text(state.last_success_at),
        "newest": state.newest._asdict() if state.newest else None,
        "arrivals": state.arrivals,
    }


def _from_item(item: Attributes) -> PollState:
    values = unpacked(item)
    last, newest = values.get("last_poll"), values.get("newest")
    return PollState(
        query=values["query"],
        due_at=_moment(values.get("due_at")),
        planned_at=_moment(values.get("planned_at")),
        pace_seconds=values.get("pace_seconds", 0),
        waiting=values.get("waiting", False),
        watermark=_watermark(values) if "complete_until" in values else None,
        sweep_due_at=_moment(values.get("sweep_due_at")),
        failures=values.get("failures", 0),
        # The first release kept the problem beside the poll.
        last_poll=Fetch(**{"problem": values.get("problem"), **last, "at": instant(last["at"])}) if last else None,
        last_success_at=_moment(values.get("last_success_at")),
        newest=Position(newest["published_at"], newest["video_id"]) if newest else None,
        arrivals=values.get("arrivals", {}),
    )


def _watermark(values: Mapping[str, Any]) -> Watermark:
    gaps, looks = values.get("gaps", ()), values.get("second_looks", ())
    # The first release kept second looks among the gaps, as those that are no hole.
    return Watermark(
        instant(values["complete_until"]),
        instant(values["settled_until"]),
        instant(values["swept_until"]),
        gaps=tuple(Gap(instant(each["since"]), instant(each["until"])) for each in gaps if each.get("hole", True)),
        second_looks=tuple(
            SecondLook(instant(each["since"]), instant(each["until"]), instant(each["ripe_at"]))
            for each in (*looks, *(each for each in gaps if not each.get("hole", True)))
        ),
    )


def _texts(stretch: Gap | SecondLook) -> dict[str, str]:
    return {name: stamp(moment) for name, moment in stretch._asdict().items()}


def _text(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return instant(text) if text else None
