"""The fetch history: one record for each poll, kept for a week."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from newsreel.aws.attributes import packed
from newsreel.aws.calls import table_errors
from newsreel.times import stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=7)


class Fetch(NamedTuple):
    """What one poll did."""

    query: str
    at: datetime
    claim_id: str
    source: str | None
    outcome: str
    calls: int
    units: int
    seen: int
    new: int
    malformed: int
    problem: str | None


class FetchHistory:
    """The records' part of the state table, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def append(self, fetch: Fetch) -> None:
        """Add a record; the same poll's record twice is one. Raises TableUnavailable."""
        record = fetch._asdict() | {
            "pk": f"query#{fetch.query}",
            "sk": f"history#{stamp(fetch.at)}#{fetch.claim_id}",
            "at": stamp(fetch.at),
            "expires_at": int((fetch.at + KEPT).timestamp()),
        }
        with table_errors():
            self._client.put_item(TableName=self._table, Item=packed(record))
