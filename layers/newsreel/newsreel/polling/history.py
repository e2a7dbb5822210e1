"""The fetch history: a record of each poll in the state table, kept for a week."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import table_errors
from newsreel.polling.poll_state import Fetch
from newsreel.times import instant, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=7)
AT_ONCE = 10
"""Queries whose records are read at a time."""
SORT_KEY = "history#"


class FetchHistory:
    """The records' part of the state table, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def append(self, query: str, claim_id: str, fetch: Fetch) -> None:
        """Add a poll's record; the same poll's record twice is one. Raises TableUnavailable."""
        record = fetch._asdict() | {
            "pk": _partition(query),
            "sk": f"{SORT_KEY}{stamp(fetch.at)}#{claim_id}",
            "query": query,
            "claim_id": claim_id,
            "at": stamp(fetch.at),
            "expires_at": int((fetch.at + KEPT).timestamp()),
        }
        with table_errors():
            self._client.put_item(TableName=self._table, Item=packed(record))

    def latest(self, queries: Sequence[str], count: int) -> Iterator[list[Fetch]]:
        """Each query's last polls in turn, newest first, at most `count`. Raises TableUnavailable."""
        with ThreadPoolExecutor(AT_ONCE) as readers:
            yield from readers.map(lambda query: self._latest(query, count), queries)

    def _latest(self, query: str, count: int) -> list[Fetch]:
        with table_errors():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :history)",
                ExpressionAttributeValues=packed({":pk": _partition(query), ":history": SORT_KEY}),
                ScanIndexForward=False,
                Limit=count,
            )
        return [_fetch(item) for item in answer["Items"]]


def _partition(query: str) -> str:
    return f"query#{query}"


def _fetch(record: Attributes) -> Fetch:
    values = {name: value for name, value in unpacked(record).items() if name in Fetch._fields}
    return Fetch(**{"source": None, **values, "at": instant(values["at"])})
