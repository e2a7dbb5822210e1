"""The fallback's instances: how each has fared, and until when it rests; one item of the state table each.

They are kept apart from asking them, so that a reader of their state needs no HTTP client.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import get_items, table_errors
from newsreel.times import instant, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=6)
KEPT = timedelta(days=7)
PARTITION = "invidious"


class Instance(NamedTuple):
    """An instance and how it has fared."""

    url: str
    resting_until: datetime | None = None
    failures: int = 0
    problem: str | None = None
    asked_at: datetime | None = None

    @property
    def host(self) -> str:
        """The name it is shown by."""
        return urlsplit(self.url).netloc

    def rests(self, now: datetime) -> bool:
        """Whether it may not be asked now; a rest that is longer than any was set by a wrong clock."""
        return self.resting_until is not None and now < self.resting_until <= now + LONGEST_REST


class Instances:
    """The instances' part of the state table, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str, urls: tuple[str, ...]) -> None:
        self._client = client
        self._table = table
        self._urls = urls

    def read(self) -> list[Instance]:
        """The instances in the operator's order. Raises TableUnavailable."""
        stored = {}
        for item in get_items(self._client, self._table, [_key(url) for url in self._urls]):
            values = unpacked(item)
            stored[values["sk"]] = Instance(
                values["sk"],
                instant(values["resting_until"]) if "resting_until" in values else None,
                values["failures"],
                values.get("problem"),
                instant(values["asked_at"]),
            )
        return [stored.get(url) or Instance(url) for url in self._urls]

    def note(self, instance: Instance, problem: str | None, now: datetime) -> None:
        """Keep that an instance was asked, and let it rest if that failed, longer each time."""
        failures = instance.failures + 1 if problem else 0
        rest = min(FIRST_REST * 2 ** min(failures - 1, 20), LONGEST_REST) if problem else None
        values = {
            "asked_at": stamp(now),
            "failures": failures,
            "resting_until": stamp(now + rest) if rest else None,
            "problem": problem,
            "expires_at": int((now + KEPT).timestamp()),
        }
        with table_errors():
            self._client.put_item(TableName=self._table, Item=_key(instance.url) | packed(values))


def _key(url: str) -> Attributes:
    return packed({"pk": PARTITION, "sk": url})
