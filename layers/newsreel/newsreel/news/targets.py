"""The targets' part of the state table: one item each, beside the watched queries."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import get_items, put_version, query_items
from newsreel.aws.claims import Claims, new_claim_id
from newsreel.errors import Changed, TableUnavailable, TooMany
from newsreel.news.target import TARGETS_AT_MOST, Target
from newsreel.times import stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARTITION = "watched"
NAMED = "target#"
ADDRESSES = "addresses"
"""The sort key of the item that is claimed by who changes addresses."""
REMOVED_KEPT = timedelta(days=40)


class Targets:
    """The targets, through a DynamoDB client. Only the editor may change them."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._claims = Claims(client, table, _key)

    def read(self) -> list[Target]:
        """All, as they are right now, by name. Raises TableUnavailable."""
        items = query_items(
            self._client,
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :target)",
            ExpressionAttributeValues=packed({":pk": PARTITION, ":target": NAMED}),
            ConsistentRead=True,
        )
        return targets(values for values in map(unpacked, items) if "removed_at" not in values)

    def find(self, name: str) -> Target | None:
        """One, as it is right now; None if there is none. Raises TableUnavailable."""
        values = self._values(name)
        return None if values is None or "removed_at" in values else _from_values(values)

    def put(self, target: Target, now: datetime) -> Target:
        """Make a target, or change it from the version that it has; the target as it is then.

        Raises Changed where it has another version meanwhile, TooMany, TableUnavailable.
        """
        former = target.version
        if not former:
            if len(self.read()) >= TARGETS_AT_MOST:
                raise TooMany(f"there may be at most {TARGETS_AT_MOST} targets")
            # A version never comes twice, so a target that was removed goes on where it was.
            former = (self._values(target.name) or {}).get("version", 0)
        written = replace(target, version=former + 1)
        self._write(_to_item(written, now), target.name, former, was_removed=not target.version)
        return written

    def remove(self, target: Target, now: datetime) -> None:
        """Tell a target no more. Raises Changed where it has another version meanwhile, TableUnavailable."""
        gone = {"removed_at": stamp(now), "expires_at": int((now + REMOVED_KEPT).timestamp())}
        item = _key(NAMED + target.name) | packed(
            {"name": target.name, "kind": target.kind, "version": target.version + 1, **gone}
        )
        self._write(item, target.name, target.version)

    @contextmanager
    def addresses_held(self, now: datetime) -> Iterator[None]:
        """Let nobody else change addresses, as their secret knows no conditions. Raises TableUnavailable."""
        claim_id = new_claim_id()
        if self._claims.take(ADDRESSES, claim_id, now) is None:
            raise TableUnavailable("someone else is changing an address just now")
        try:
            yield
        finally:
            self._claims.give_back(ADDRESSES, claim_id, {"changed_at": stamp(now)})

    def _values(self, name: str) -> dict[str, Any] | None:
        items = get_items(self._client, self._table, [_key(NAMED + name)], consistent=True)
        return unpacked(items[0]) if items else None

    def _write(self, item: Attributes, name: str, former: int, *, was_removed: bool = False) -> None:
        if not put_version(self._client, self._table, item, former, was_removed=was_removed):
            raise Changed(f"{name!r} was changed meanwhile; read it again")


def targets(values: Iterable[Mapping[str, Any]]) -> list[Target]:
    """The targets of their items' values, by name."""
    return sorted(map(_from_values, values), key=lambda target: target.name)


def _key(sort_key: str) -> Attributes:
    return packed({"pk": PARTITION, "sk": sort_key})


def _to_item(target: Target, now: datetime) -> Attributes:
    return _key(NAMED + target.name) | packed(target._asdict() | {"changed_at": stamp(now)})


def _from_values(values: Mapping[str, Any]) -> Target:
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if name in Target._fields
    }
    return Target(**known)
