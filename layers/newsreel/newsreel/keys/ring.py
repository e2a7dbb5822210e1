"""The key ring: the API keys of the secret with their states, and charging calls to them.

Every call is charged to its key's bucket before it is made, by a conditional update, so that any number of invocations
together never exceed a limit. The keys' values stay in memory.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsreel.aws.attributes import packed
from newsreel.aws.calls import condition_held, table_errors
from newsreel.errors import NoCallsLeft
from newsreel.keys.budget import Bucket, Budget
from newsreel.keys.secret import Key, KeysSecret
from newsreel.keys.state import PARTITION, RING, KeyState, read_ring
from newsreel.times import pacific_day, pacific_midnight, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=40)
"""How long the state of a key is kept after its last call."""


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

    def budget(self, bucket: Bucket = "search") -> Budget:
        """The calls of all usable keys in one of their buckets."""
        now = self._now()
        left = per_day = 0
        for key in self._secret.keys:
            state = self._states[key.fingerprint]
            left += state.left(bucket, self._limits[bucket], self._secret.version, now)
            per_day += self._limits[bucket] * state.usable(bucket, self._secret.version)
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
        stored = {state.fingerprint: state for state in ring.keys}
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
