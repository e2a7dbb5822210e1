"""What the state table knows of each key: what it has spent today, and whether it may be asked.

One item a key (`pk` "keys", `sk` its fingerprint) and one, `sk` "ring", that lists the secret's keys. Keys are named by
their fingerprints alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from newsreel.aws.attributes import unpacked
from newsreel.aws.calls import get_partition
from newsreel.keys.budget import BUCKETS, Bucket
from newsreel.times import pacific_day, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARTITION = "keys"
RING = "ring"


class KeyState(NamedTuple):
    """What is known of one key; the state table's item."""

    fingerprint: str
    day: str = ""
    spent: Mapping[Bucket, int] = MappingProxyType({"search": 0, "default": 0})
    exhausted_until: Mapping[Bucket, str] = MappingProxyType({})
    disabled: Mapping[Bucket, str] = MappingProxyType({})
    """For which version of the secret a bucket of this key is not to be asked."""
    problem: str | None = None

    @classmethod
    def of(cls, item: dict[str, Any]) -> "KeyState":
        """The state of an item of the state table."""
        values = unpacked(item)
        return cls(
            values["sk"],
            values.get("day", ""),
            spent={bucket: values.get(f"{bucket}_spent", 0) for bucket in BUCKETS},
            exhausted_until={bucket: values.get(f"{bucket}_exhausted_until", "") for bucket in BUCKETS},
            disabled={bucket: values.get(f"{bucket}_disabled_for", "") for bucket in BUCKETS},
            problem=values.get("problem"),
        )

    def left(self, bucket: Bucket, limit: int, version: str, now: datetime) -> int:
        """The calls that this key's bucket has left until Pacific midnight."""
        if self.disabled.get(bucket) == version or self.exhausted_until.get(bucket, "") > stamp(now):
            return 0
        return max(0, limit - self.spent_today(bucket, now))

    def spent_today(self, bucket: Bucket, now: datetime) -> int:
        """The calls charged to this key's bucket since Pacific midnight."""
        return 0 if self.day < pacific_day(now) else self.spent[bucket]

    def usable(self, bucket: Bucket, version: str) -> bool:
        """Whether the key would be asked if it had calls left."""
        return self.disabled.get(bucket) != version


class RingState(NamedTuple):
    """The key ring as the state table knows it: all that a reader may see."""

    version: str
    problem: str | None
    keys: tuple[KeyState, ...]


def read_ring(client: "DynamoDBClient", table: str, *, consistent: bool = False) -> RingState:
    """The keys in the secret's order with their states. Raises TableUnavailable."""
    items = get_partition(client, table, PARTITION, consistent=consistent)
    ring = unpacked(items.get(RING, {}))
    names: Sequence[str] = ring.get("keys", ())
    states = tuple(KeyState.of(items[name]) if name in items else KeyState(name) for name in names)
    return RingState(ring.get("version", ""), ring.get("problem"), states)
