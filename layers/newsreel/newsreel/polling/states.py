"""The queries' part of the state table: claim, watermark, next due time; one item a query."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import get_items, get_partition, table_errors
from newsreel.aws.claims import Claims
from newsreel.polling.poll_state import DueState, Fetch, KnownChannels, PollState
from newsreel.polling.sweeping import LateFinds, SweepPace
from newsreel.polling.watermark import Gap, SecondLook, Watermark
from newsreel.times import instant, stamp
from newsreel.video import Position

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SORT_KEY = "poll"
DUE = "due"
"""The partition of what the schedule reads each minute: one small item a query, so that it takes no read of each."""
DUE_MOMENTS = ("due_at", "planned_at", "last_success_at")
DUE_KEPT = timedelta(days=40)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PollStates:
    """The states of the queries' polls, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._claims = Claims(client, table, _key)

    def is_polled(self, query: str, now: datetime) -> bool:
        """Whether a poll of this query is under way right now. Raises TableUnavailable."""
        items = get_items(self._client, self._table, [_key(query)], consistent=True)
        claimed_until = unpacked(items[0]).get("claimed_until") if items else None
        return claimed_until is not None and instant(claimed_until) > now

    def read(self, queries: Sequence[str]) -> list[PollState]:
        """The states of these queries, in their order. Raises TableUnavailable."""
        items = get_items(self._client, self._table, [_key(query) for query in queries])
        states = {item["pk"]["S"]: item for item in items}
        return [_from_item(query, states.get(_key(query)["pk"]["S"], {})) for query in queries]

    def read_due(self, queries: Sequence[str]) -> list[DueState]:
        """What the schedule needs of these queries' states, in their order: one request for them all.

        Raises TableUnavailable.
        """
        items = get_partition(self._client, self._table, DUE)
        return [_due_state(query, items.get(query, {})) for query in queries]

    def note_due(self, state: DueState) -> None:
        """Let the schedule know of a query's state. Raises TableUnavailable."""
        with table_errors():
            self._client.put_item(TableName=self._table, Item=due_item(state))

    def claim(self, query: str, claim_id: str, now: datetime, *, may_search: bool) -> PollState | None:
        """Take a query's due poll; its state, or None where it is not due or someone else has it.

        A query that waits for a key is due as soon as one may search. Raises TableUnavailable.
        """
        item = self._claims.take(query, claim_id, now, or_due=" OR waiting = :may", values={":may": may_search})
        return _from_item(query, item) if item else None

    def finish(self, state: PollState, claim_id: str) -> bool:
        """Write a poll's outcome and give its claim back; False where the claim was lost meanwhile."""
        written = self._claims.give_back(state.query, claim_id, _values(state))
        if written:
            self.note_due(state.due())
        return written


def _key(query: str) -> Attributes:
    return packed({"pk": f"query#{query}", "sk": SORT_KEY})


def due_item(state: DueState) -> Attributes:
    """The item that the schedule reads."""
    moments = {name: _text(getattr(state, name)) for name in DUE_MOMENTS}
    kept = int(((state.planned_at or state.due_at or EPOCH) + DUE_KEPT).timestamp())
    return packed(state._asdict() | moments | {"pk": DUE, "sk": state.query, "query": None, "expires_at": kept})


def _due_state(query: str, item: Attributes) -> DueState:
    values = {name: value for name, value in unpacked(item).items() if name in DueState._fields}
    moments = {name: _moment(values.get(name)) for name in DUE_MOMENTS}
    return DueState(**{**values, "query": query, **moments})


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
        "sweep_age_seconds": int(state.sweep_pace.age.total_seconds()),
        "sweep_rarity": state.sweep_pace.rarity,
        "late_finds": state.late_finds._asdict(),
        "failures": state.failures,
        # The first release kept it here; now it is the last poll's.
        "problem": None,
        "last_poll": last and last._asdict() | {"at": stamp(last.at)},
        "last_success_at": _text(state.last_success_at),
        "first_success_at": _text(state.first_success_at),
        "newest": state.newest._asdict() if state.newest else None,
        "arrivals": state.arrivals,
        "counted_since": _text(state.counted_since),
        "known_channels": state.known_channels._asdict(),
    }


def _from_item(query: str, item: Attributes) -> PollState:
    values = unpacked(item)
    last, newest = values.get("last_poll"), values.get("newest")
    return PollState(
        query=query,
        due_at=_moment(values.get("due_at")),
        planned_at=_moment(values.get("planned_at")),
        pace_seconds=values.get("pace_seconds", 0),
        waiting=values.get("waiting", False),
        watermark=_watermark(values) if "complete_until" in values else None,
        sweep_due_at=_moment(values.get("sweep_due_at")),
        sweep_pace=SweepPace(timedelta(seconds=values["sweep_age_seconds"]), values["sweep_rarity"])
        if "sweep_age_seconds" in values
        else SweepPace(),
        late_finds=LateFinds(**values.get("late_finds", {})),
        failures=values.get("failures", 0),
        # The first release kept the problem beside the poll.
        last_poll=Fetch(**{"problem": values.get("problem"), **last, "at": instant(last["at"])}) if last else None,
        last_success_at=_moment(values.get("last_success_at")),
        first_success_at=_moment(values.get("first_success_at")),
        newest=Position(newest["published_at"], newest["video_id"]) if newest else None,
        arrivals=values.get("arrivals", {}),
        counted_since=_moment(values.get("counted_since")),
        known_channels=KnownChannels(**values.get("known_channels", {})),
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
