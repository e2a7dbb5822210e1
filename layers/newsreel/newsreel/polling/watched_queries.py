"""The watched queries' part of the state table: one item each, all in one partition, read by one request.

The template's `Queries` are the seed: until the first change they are what is watched, and the first change puts them
into the table, from which they are read ever after. A removed query leaves an item that says so for some weeks, so that
no late writer of seeds brings it back, and its videos can be removed meanwhile.
"""

from collections.abc import Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import condition_held, get_items, get_partition, put_version, table_errors
from newsreel.errors import Changed, TooMany
from newsreel.polling.removals import Removal
from newsreel.times import stamp
from newsreel.watched import QUERIES_AT_MOST, WatchedQuery, seeds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARTITION = "watched"
SEEDED = "seeded"
"""The sort key of the item that says that the seeds were put into the table."""
NAMED = "query#"
TARGET = "target#"
"""How the sort keys of targets begin."""
REMOVED_KEPT = timedelta(days=40)


class Watched(NamedTuple):
    """What is watched, the removed queries whose videos are to go at once, and who is told."""

    queries: list[WatchedQuery]
    removals: list[Removal]
    targets: list[dict[str, Any]]
    """As they are stored, beside the queries; `news.targets` reads them. Most who ask do without."""


class WatchedQueries:
    """The watched queries, through a DynamoDB client. Only the editor may change them."""

    def __init__(self, client: "DynamoDBClient", table: str, seed: Sequence[str]) -> None:
        self._client = client
        self._table = table
        self._seed = seed

    def read(self, *, consistent: bool = False) -> list[WatchedQuery]:
        """All, in their order. Raises TableUnavailable."""
        return self.all(consistent=consistent).queries

    def all(self, *, consistent: bool = False) -> Watched:
        """All, those removed whose videos are to go, and the targets. Raises TableUnavailable."""
        items = self._items(consistent=consistent)
        there = {sort_key: values for sort_key, values in items.items() if "removed_at" not in values}
        found = [_from_item(values) for sort_key, values in there.items() if sort_key.startswith(NAMED)]
        if SEEDED not in items:
            found += [each for each in seeds(self._seed) if NAMED + each.name not in items]
        gone = [(values["name"], values["removed_at"]) for values in items.values() if values.get("videos_go")]
        return Watched(
            sorted(found, key=lambda each: (each.place, each.name)),
            [Removal(*each) for each in gone],
            [values for sort_key, values in there.items() if sort_key.startswith(TARGET)],
        )

    def find(self, name: str) -> WatchedQuery | None:
        """One, as it is right now; None if it is not watched. Raises TableUnavailable."""
        items = get_items(self._client, self._table, [_key(NAMED + name), _key(SEEDED)], consistent=True)
        found = {item["sk"]["S"]: unpacked(item) for item in items}
        if NAMED + name in found:
            values = found[NAMED + name]
            return None if "removed_at" in values else _from_item(values)
        return next((each for each in seeds(self._seed) if each.name == name and SEEDED not in found), None)

    def put(self, query: WatchedQuery, now: datetime) -> WatchedQuery:
        """Watch a query, or change it from the version that it has; the query as it is then.

        Raises Changed where it has another version meanwhile, TooMany, TableUnavailable.
        """
        self._put_seeds()
        if query.version:
            written = replace(query, version=query.version + 1)
            self._write(_to_item(written, now), query)
            return written
        there = self._items(consistent=True)
        watched = [
            values for sort_key, values in there.items() if sort_key.startswith(NAMED) and "removed_at" not in values
        ]
        if len(watched) >= QUERIES_AT_MOST:
            raise TooMany(f"at most {QUERIES_AT_MOST} queries are watched")
        place = 1 + max((values["place"] for values in watched), default=-1)
        # A version never comes twice, so a query that was removed goes on where it was.
        former = query._replace(version=there.get(NAMED + query.name, {}).get("version", 0))
        written = replace(query, place=place, version=former.version + 1)
        self._write(_to_item(written, now), former, was_removed=True)
        return written

    def remove(self, query: WatchedQuery, now: datetime, *, videos_go: bool) -> None:
        """Watch a query no more; with `videos_go` its videos are to be removed at once.

        Raises Changed where it has another version meanwhile, TableUnavailable.
        """
        self._put_seeds()
        item = _to_item(replace(query, version=query.version + 1), now) | packed(
            {
                "removed_at": stamp(now),
                "videos_go": videos_go or None,
                "expires_at": int((now + REMOVED_KEPT).timestamp()),
            }
        )
        self._write(item, query)

    def _write(self, item: Attributes, former: WatchedQuery, *, was_removed: bool = False) -> None:
        if not put_version(self._client, self._table, item, former.version, was_removed=was_removed):
            raise Changed(f"{former.name!r} was changed meanwhile; read it again")

    def _put_seeds(self) -> None:
        """Put the seeds into the table, once; a process that dies meanwhile leaves the rest to the next one."""
        items = get_items(self._client, self._table, [_key(SEEDED)], consistent=True)
        if items:
            return
        for each in seeds(self._seed):
            condition_held(
                self._client.put_item,
                TableName=self._table,
                Item=_to_item(each, None),
                ConditionExpression="attribute_not_exists(pk)",
            )
        with table_errors():
            self._client.put_item(TableName=self._table, Item=_key(SEEDED))

    def _items(self, *, consistent: bool) -> dict[str, dict[str, Any]]:
        items = get_partition(self._client, self._table, PARTITION, consistent=consistent)
        return {sort_key: unpacked(item) for sort_key, item in items.items()}


def _key(sort_key: str) -> Attributes:
    return packed({"pk": PARTITION, "sk": sort_key})


def _to_item(query: WatchedQuery, now: datetime | None) -> Attributes:
    values = query._asdict() | {"search": None if query.search == query.name else query.search}
    return _key(NAMED + query.name) | packed(values | {"changed_at": stamp(now) if now else None})


def _from_item(values: dict[str, Any]) -> WatchedQuery:
    known = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if name in WatchedQuery._fields
    }
    return WatchedQuery(**{"search": values["name"], **known})
