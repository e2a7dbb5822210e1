"""Removals: the videos of a query that is watched no more go at once, if its owner wants that, some at a time.

Each step deletes what is there; how far a removal has come is noted for the status alone. Killed at any point, the next
step goes on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import get_items, table_errors
from newsreel.library.videos import Videos

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

VIDEOS_AT_MOST = 200
"""Of one step, so that it ends well within the function's time."""
KEPT = timedelta(days=40)
BEGINNING = datetime.fromisoformat("2000-01-01T00:00:00Z")
"""Before the first video."""


class Removal(NamedTuple):
    """How far the removal of a query's videos has come."""

    query: str
    asked_at: str
    """When the query was removed."""
    deleted: int = 0
    done: bool = False


class Removals:
    """The removals' part of the state table, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def read(self, asked: Sequence[Removal]) -> list[Removal]:
        """How far these removals have come. Raises TableUnavailable."""
        items = get_items(self._client, self._table, [_key(each.query) for each in asked])
        found = {values["query"]: values for values in map(unpacked, items)}
        return [_with_progress(each, found.get(each.query, {})) for each in asked]

    def note(self, removal: Removal, now: datetime) -> None:
        """Note how far a removal has come. Raises TableUnavailable."""
        values = removal._asdict() | {"expires_at": int((now + KEPT).timestamp())}
        with table_errors():
            self._client.put_item(TableName=self._table, Item=_key(removal.query) | packed(values))


def step(removal: Removal, videos: Videos, now: datetime) -> Removal:
    """Delete the first videos that are left; how far the removal has come. Raises TableUnavailable."""
    some, more = videos.between(removal.query, BEGINNING, now + timedelta(days=1), VIDEOS_AT_MOST)
    videos.remove(removal.query, [video.video_id for video in some])
    return removal._replace(deleted=removal.deleted + len(some), done=not more)


def _with_progress(removal: Removal, values: dict[str, object]) -> Removal:
    # What is noted of a former removal of the same query says nothing of this one.
    if values.get("asked_at") != removal.asked_at:
        return removal
    return Removal(**{name: value for name, value in values.items() if name in Removal._fields})  # type: ignore[arg-type]


def _key(query: str) -> Attributes:
    return packed({"pk": f"query#{query}", "sk": "removal"})
