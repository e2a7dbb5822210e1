"""The key ring: the API keys of the secret, what each has spent today, and which may be asked next.

Every call is charged to its key's bucket before it is made, by a conditional update, so that any number of invocations
together never exceed a limit. Keys are named by a fingerprint; their values stay in memory.

State table: one item a key (`pk` "keys", `sk` its fingerprint) and one, `sk` "ring", that lists the secret's keys.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from newsreel.aws.attributes import packed, unpacked
from newsreel.aws.calls import condition_held, table_errors
from newsreel.errors import NoCallsLeft
from newsreel.keys.budget import BUCKETS, Bucket, Budget
from newsreel.times import pacific_day, pacific_midnight, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRET_AGE = timedelta(minutes=5)
"""How long the secret is believed before it is read again."""
KEPT = timedelta(days=40)
"""How long the state of a key is kept after its last call."""
PARTITION = "keys"
RING = "ring"


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. Its value is not part of its text form."""

    value: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Eight characters that tell keys apart and cannot be turned back."""
        return hashlib.sha256(self.value.encode()).hexdigest()[:8]


def parse_secret(text: str) -> tuple[Key, ...]:
    """The keys of the secret: JSON (`{"keys": […]}` or a list), or text separated by commas or white space.

    Anything else counts as no key; the text itself is never shown.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = re.split(r"[\s,]+", text)
    if isinstance(value, dict):
        value = value.get("keys")
    if not isinstance(value, list):
        return ()
    texts = (each.strip() for each in value if isinstance(each, str))
    # A header cannot carry anything else, and no key of Google's has anything else.
    return tuple(Key(each) for each in dict.fromkeys(texts) if re.fullmatch(r"[\x21-\x7e]{1,200}", each))


class KeysSecret:
    """The secret that holds the keys; read again when it is old, or on demand."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._client = client
        self._id = secret_id
        self._read_at: datetime | None = None
        self.keys: tuple[Key, ...] = ()
        self.version = ""
        self.problem: str | None = None

    def read(self, now: datetime, *, again: bool = False) -> None:
        """Bring keys and version up to date. A secret that cannot be read leaves what is known and sets `problem`."""
        if self._read_at and not again and timedelta(0) <= now - self._read_at < SECRET_AGE:
            return
        try:
            answer = self._client.get_secret_value(SecretId=self._id)
        except ClientError as error:
            self.problem = f"the secret cannot be read: {error.response['Error']['Code']}"
            return
        except BotoCoreError as error:
            self.problem = f"the secret cannot be read: {type(error).__name__}"
            return
        self._read_at = now
        self.keys = parse_secret(answer.get("SecretString", ""))
        self.version = answer["VersionId"]
        self.problem = None if self.keys else "the secret holds no key"


class KeyState(NamedTuple):
    """What is known of one key; the state table's item."""

    key: str
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
    items: dict[str, dict[str, Any]] = {}
    request: dict[str, Any] = {}
    while True:
        with table_errors():
            answer = client.query(
                TableName=table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": PARTITION}},
                ConsistentRead=consistent,
                **request,
            )
        items |= {item["sk"]["S"]: item for item in answer["Items"]}
        if "LastEvaluatedKey" not in answer:
            break
        request = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    ring = unpacked(items.get(RING, {}))
    names: Sequence[str] = ring.get("keys", ())
    states = tuple(KeyState.of(items[name]) if name in items else KeyState(name) for name in names)
    return RingState(ring.get("version", ""), ring.get("problem"), states)


class KeyRing:
    """The keys with their states, as one invocation sees them; `charge` is the only way to a key."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        secret: KeysSecret,
        limits: dict[Bucket, int],
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._table = table
        self._secret = secret
        self._limits = limits
        self._now = now
        self._read_again = False
        self._states: dict[str, KeyState] = {}
        self._load()

    @property
    def problem(self) -> str | None:
        """Why there are no keys at all, if so."""
        return self._secret.problem

    @property
    def empty(self) -> bool:
        """Whether the secret could be read and holds no key."""
        return bool(self._secret.version) and not self._secret.keys

    def budget(self) -> Budget:
        """The search calls of all usable keys."""
        now = self._now()
        left = per_day = 0
        for key in self._secret.keys:
            state = self._states[key.fingerprint]
            left += state.left("search", self._limits["search"], self._secret.version, now)
            per_day += self._limits["search"] * state.usable("search", self._secret.version)
        return Budget(left, per_day, pacific_midnight(now))

    def charge(self, bucket: Bucket) -> Key:
        """Charge one call to the key with the largest budget left, and give that key.

        Raises NoCallsLeft when no key has a call left in this bucket, TableUnavailable when that cannot be known.
        """
        while True:
            key = self._richest(bucket)
            if key is None:
                raise NoCallsLeft(self.problem or f"no key has a call left in the {bucket} bucket")
            if self._charged(key, bucket):
                return key
            # Others have spent or disabled it meanwhile: see what is left.
            self._load()

    def exhaust(self, key: Key, bucket: Bucket, problem: str) -> None:
        """Ask this key's bucket no more until Pacific midnight, whatever our own count says."""
        until = stamp(pacific_midnight(self._now()))
        self._note(key, problem, {f"{bucket}_exhausted_until": until})

    def disable(self, key: Key, problem: str, *buckets: Bucket) -> None:
        """Ask these buckets of this key no more until the secret changes."""
        self._note(key, problem, {f"{bucket}_disabled_for": self._secret.version for bucket in buckets})

    def reread(self) -> None:
        """Read the secret again, once, as a key of it turned out to be invalid."""
        if not self._read_again:
            self._read_again = True
            self._secret.read(self._now(), again=True)
            self._load()

    def _load(self) -> None:
        self._secret.read(self._now())
        ring = read_ring(self._client, self._table, consistent=True)
        names = [key.fingerprint for key in self._secret.keys]
        stored = {state.key: state for state in ring.keys}
        self._states = {name: stored.get(name) or KeyState(name) for name in names}
        known = (ring.version, ring.problem, tuple(stored))
        if known != (self._secret.version, self._secret.problem, tuple(names)):
            self._publish(names)

    def _publish(self, names: list[str]) -> None:
        with table_errors():
            self._client.put_item(
                TableName=self._table,
                Item=packed(
                    {
                        "pk": PARTITION,
                        "sk": RING,
                        "version": self._secret.version,
                        "problem": self._secret.problem,
                        "keys": names,
                        "read_at": stamp(self._now()),
                    }
                ),
            )

    def _richest(self, bucket: Bucket) -> Key | None:
        def left(key: Key) -> int:
            state = self._states[key.fingerprint]
            return state.left(bucket, self._limits[bucket], self._secret.version, self._now())

        best = max(self._secret.keys, key=left, default=None)
        return best if best and left(best) > 0 else None

    def _charged(self, key: Key, bucket: Bucket) -> bool:
        now = self._now()
        state = self._states[key.fingerprint]
        today = pacific_day(now)
        if state.day < today:
            self._new_day(key, today)
        answer = condition_held(
            self._client.update_item,
            TableName=self._table,
            Key=_item_key(key),
            UpdateExpression="SET #spent = #spent + :one, expires_at = :expires",
            # A clock that went back finds a later day: that day's count is the one that holds.
            ConditionExpression=(
                "#day >= :day AND #spent < :limit"
                " AND (attribute_not_exists(#disabled) OR #disabled <> :version)"
                " AND (attribute_not_exists(#exhausted) OR #exhausted <= :now)"
            ),
            ExpressionAttributeNames={
                "#day": "day",
                "#spent": f"{bucket}_spent",
                "#disabled": f"{bucket}_disabled_for",
                "#exhausted": f"{bucket}_exhausted_until",
            },
            ExpressionAttributeValues=packed(
                {
                    ":one": 1,
                    ":day": today,
                    ":limit": self._limits[bucket],
                    ":version": self._secret.version,
                    ":now": stamp(now),
                    ":expires": int((now + KEPT).timestamp()),
                }
            ),
            ReturnValues="ALL_NEW",
        )
        if answer is None:
            return False
        self._states[key.fingerprint] = KeyState.of(answer["Attributes"])
        return True

    def _new_day(self, key: Key, today: str) -> None:
        condition_held(
            self._client.update_item,
            TableName=self._table,
            Key=_item_key(key),
            UpdateExpression="SET #day = :day, search_spent = :zero, default_spent = :zero",
            ConditionExpression="attribute_not_exists(#day) OR #day < :day",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues=packed({":day": today, ":zero": 0}),
        )

    def _note(self, key: Key, problem: str, values: dict[str, str]) -> None:
        with table_errors():
            answer = self._client.update_item(
                TableName=self._table,
                Key=_item_key(key),
                UpdateExpression="SET problem = :problem, expires_at = :expires, "
                + ", ".join(f"{name} = :{name}" for name in values),
                ExpressionAttributeValues=packed(
                    {
                        ":problem": problem,
                        ":expires": int((self._now() + KEPT).timestamp()),
                        **{f":{name}": value for name, value in values.items()},
                    }
                ),
                ReturnValues="ALL_NEW",
            )
        self._states[key.fingerprint] = KeyState.of(dict(answer["Attributes"]))


def _item_key(key: Key) -> dict[str, Any]:
    return packed({"pk": PARTITION, "sk": key.fingerprint})
