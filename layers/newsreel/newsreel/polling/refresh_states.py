"""The refreshes' part of the state table: one item."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import get_items
from newsreel.aws.claims import Claims
from newsreel.polling.refresh_state import RefreshState, Tally
from newsreel.times import instant, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "refresh"
MOMENTS = ("due_at", "planned_at", "live_due_at", "announced_due_at", "short_since", "last_at")


class RefreshStates:
    """The state of the refreshes, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._claims = Claims(client, table, _key)

    def read(self) -> RefreshState:
        """The state as it is. Raises TableUnavailable."""
        items = get_items(self._client, self._table, [_key(NAME)])
        return _from_item(items[0]) if items else RefreshState()

    def claim(self, claim_id: str, now: datetime) -> RefreshState | None:
        """Take the refreshes that are due; the state, or None where none are or someone else is at it.

        Raises TableUnavailable.
        """
        item = self._claims.take(NAME, claim_id, now)
        return _from_item(item) if item else None

    def finish(self, state: RefreshState, claim_id: str) -> bool:
        """Write the outcome and give the claim back; False where it was lost meanwhile. Raises TableUnavailable."""
        return self._claims.give_back(NAME, claim_id, _values(state))


def _key(name: str) -> Attributes:
    return packed({"pk": name, "sk": name})


def _values(state: RefreshState) -> dict[str, Any]:
    return {
        **{name: moment and stamp(moment) for name in MOMENTS for moment in [getattr(state, name)]},
        "marks": {str(int(age.total_seconds())): stamp(mark) for age, mark in state.marks.items()},
        "today": state.today._asdict(),
        "owed_yesterday": state.owed_yesterday,
        "units_yesterday": state.units_yesterday,
        "problem": state.problem,
    }


def _from_item(item: Attributes) -> RefreshState:
    values = unpacked(item)
    return RefreshState(
        **{name: instant(values[name]) for name in MOMENTS if name in values},
        marks={timedelta(seconds=int(age)): instant(mark) for age, mark in values.get("marks", {}).items()},
        today=Tally(**values.get("today", {})),
        owed_yesterday=values.get("owed_yesterday", 0),
        units_yesterday=values.get("units_yesterday", 0),
        problem=values.get("problem"),
    )
