"""The key ring in the state table, on each engine: what is charged, what is spent, who is not asked."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from local.engine import Engine
from newsreel.errors import NoCallsLeft
from newsreel.keys.budget import Bucket
from newsreel.keys.ring import KeyRing
from newsreel.keys.secret import SECRET_AGE, Key, KeysSecret
from newsreel.keys.state import read_ring
from tests.tables import Tables

SECOND = timedelta(seconds=1)
LIMITS: dict[Bucket, int] = {"search": 3, "default": 5}
SUMMER = datetime(2026, 7, 2, 7, 0, tzinfo=UTC)
"""Midnights in California; clocks change there on 8 March and 1 November 2026."""
WINTER = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
BEFORE_SHORT, AFTER_SHORT = datetime(2026, 3, 8, 8, 0, tzinfo=UTC), datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
BEFORE_LONG, AFTER_LONG = datetime(2026, 11, 1, 7, 0, tzinfo=UTC), datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


class Place:
    """A secret and a table, a clock, and rings as invocations make them."""

    def __init__(self, tables: Tables, services: Engine) -> None:
        self.tables = tables
        self.now = WINTER - timedelta(hours=12)
        self.client: Any = services.secrets
        self.id = services.secrets.create_secret(Name=f"ring-{uuid4().hex[:8]}", SecretString="one,two")["ARN"]
        self.secret = KeysSecret(self.client, self.id)

    def ring(self, secret: KeysSecret | None = None) -> KeyRing:
        """The ring of a new invocation; of a new instance of the function where it has a secret of its own."""
        return KeyRing(self.tables.client, self.tables.state, secret or self.secret, LIMITS, lambda: self.now)

    def fresh(self) -> KeysSecret:
        return KeysSecret(self.client, self.id)

    def change(self, value: str | bytes) -> None:
        kind = "SecretString" if isinstance(value, str) else "SecretBinary"
        self.client.put_secret_value(SecretId=self.id, **{kind: value})

    def spend(self, bucket: Bucket) -> list[str]:
        """Charge a bucket until nothing is left; the keys in turn."""
        ring, keys = self.ring(), []
        while True:
            try:
                keys.append(ring.charge(bucket).value)
            except NoCallsLeft:
                return keys


@pytest.fixture
def place(any_tables: Tables, services: Engine) -> Iterator[Place]:
    made = Place(any_tables, services)
    yield made
    services.secrets.delete_secret(SecretId=made.id, ForceDeleteWithoutRecovery=True)


def test_keys_take_turns_until_all_is_spent(place: Place) -> None:
    assert place.spend("search") == ["one", "two"] * 3
    assert place.spend("search") == []
    assert place.ring().budget().left == 0


def test_what_is_spent_is_known_to_who_starts_anew(place: Place) -> None:
    place.ring().charge("search")
    assert place.ring(place.fresh()).budget().left == 5


def test_buckets_are_spent_apart(place: Place) -> None:
    assert len(place.spend("search")) == 6
    assert len(place.spend("default")) == 10


def test_many_at_once_get_exactly_what_there_is(place: Place) -> None:
    place.ring()
    with ThreadPoolExecutor(8) as pool:
        spent = [key for keys in pool.map(lambda _: place.spend("search"), range(8)) for key in keys]
    assert sorted(spent) == ["one"] * 3 + ["two"] * 3


@pytest.mark.parametrize("midnight", [SUMMER, WINTER, BEFORE_SHORT, AFTER_SHORT, BEFORE_LONG, AFTER_LONG])
def test_buckets_are_refilled_at_midnight_in_california(place: Place, midnight: datetime) -> None:
    place.now = midnight - SECOND
    assert len(place.spend("search")) == 6
    assert place.ring().budget().resets_at == midnight
    place.now = midnight
    assert place.ring().budget().left == 6
    assert len(place.spend("search")) == 6


@pytest.mark.parametrize(("start", "end"), [(BEFORE_SHORT, AFTER_SHORT), (BEFORE_LONG, AFTER_LONG)])
def test_a_day_of_23_or_25_hours_has_one_days_calls(place: Place, start: datetime, end: datetime) -> None:
    assert end - start in (timedelta(hours=23), timedelta(hours=25))
    place.now = start
    assert len(place.spend("search")) == 6
    while place.now < end:
        assert place.ring().budget().left == 0
        place.now += timedelta(hours=1)
    assert place.ring().budget().left == 6


def test_a_clock_that_goes_back_over_midnight_gives_no_second_day(place: Place) -> None:
    place.now = WINTER
    assert len(place.spend("search")) == 6
    place.now = WINTER - SECOND
    assert place.spend("search") == []


def test_an_exhausted_bucket_is_left_alone_until_midnight_and_the_other_is_not(place: Place) -> None:
    place.ring().exhaust(Key("one"), "search", "429: spent")
    assert place.spend("search") == ["two"] * 3
    assert sorted(place.spend("default")) == ["one"] * 5 + ["two"] * 5
    place.now = WINTER - SECOND
    assert place.spend("search") == []
    place.now = WINTER
    assert len(place.spend("search")) == 6


def test_a_disabled_key_comes_back_when_the_secret_changes(place: Place) -> None:
    place.ring().disable(Key("one"), "400: API key not valid", "search", "default")
    for _ in range(2):
        assert place.spend("search") == ["two"] * 3
        assert place.ring().budget().per_day == 3
        place.now += timedelta(days=1)
    place.change("one two three")
    place.now += SECRET_AGE
    assert sorted(place.spend("search")) == ["one"] * 3 + ["three"] * 3 + ["two"] * 3


def test_a_secret_that_was_only_saved_again_brings_keys_back_too(place: Place) -> None:
    place.ring().disable(Key("one"), "403: SERVICE_DISABLED", "search", "default")
    place.change("one,two")
    place.now += SECRET_AGE
    assert sorted(place.spend("search")) == ["one"] * 3 + ["two"] * 3


def test_a_key_disabled_for_one_bucket_serves_the_other(place: Place) -> None:
    place.ring().disable(Key("one"), "429: quota 0", "search")
    assert place.spend("search") == ["two"] * 3
    assert len(place.spend("default")) == 10


def test_who_holds_an_old_ring_does_not_ask_a_key_that_was_disabled_meanwhile(place: Place) -> None:
    old = place.ring()
    place.ring().disable(Key("one"), "bad", "search")
    place.ring().exhaust(Key("two"), "search", "spent")
    with pytest.raises(NoCallsLeft):
        old.charge("search")


def test_the_secret_is_read_every_five_minutes_and_on_demand_once(place: Place) -> None:
    reads: list[str] = []
    place.client.meta.events.register(
        "provide-client-params.secretsmanager.GetSecretValue", lambda **_: reads.append("read"), unique_id="reads"
    )
    for _ in range(3):
        ring = place.ring()
    assert len(reads) == 1
    place.now += SECRET_AGE - SECOND
    place.ring()
    assert len(reads) == 1
    place.now += SECOND
    ring = place.ring()
    assert len(reads) == 2
    ring.reread()
    ring.reread()
    assert len(reads) == 3
    place.now -= timedelta(hours=1)
    place.ring()
    assert len(reads) == 4, "a clock that went back makes no secret young"
    place.client.meta.events.unregister("provide-client-params.secretsmanager.GetSecretValue", unique_id="reads")


@pytest.mark.parametrize("text", ["{}", "[]", '{"keys": []}', '{"keys": 5}', "[1, null]", "\x00\x01", "ключ"])
def test_a_secret_without_keys_is_said(place: Place, text: str) -> None:
    place.change(text)
    with pytest.raises(NoCallsLeft, match="holds no key"):
        place.ring(place.fresh()).charge("search")
    ring = read_ring(place.tables.client, place.tables.state)
    assert (ring.keys, ring.problem) == ((), "the secret holds no key")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", ['{"keys": ["a", "b"]}', "a\r\nb\r\n"])
def test_a_secret_of_bytes_is_read_like_a_text(place: Place, text: str, encoding: str) -> None:
    place.change(text.encode(encoding))
    ring = place.ring(place.fresh())
    assert {ring.charge("search"), ring.charge("search")} == {Key("a"), Key("b")}


def test_a_secret_of_bytes_that_are_no_text_is_said(place: Place) -> None:
    place.change(b"\xff\xfe\xff\x80\x00\xd8\x01")
    assert place.ring(place.fresh()).problem == "the secret holds no key"


def test_a_secret_that_cannot_be_read_is_said_and_old_keys_serve_on(place: Place) -> None:
    ring = place.ring()
    place.secret._id = "no-such-secret"  # noqa: SLF001 - as if it had been deleted
    place.now += SECRET_AGE
    ring = place.ring()
    assert ring.problem == "the secret cannot be read: ResourceNotFoundException"
    assert ring.charge("search") in (Key("one"), Key("two"))


def test_the_table_names_no_key(place: Place) -> None:
    place.change("AIzaSecretOne AIzaSecretTwo")
    ring = place.ring(place.fresh())
    key = ring.charge("search")
    ring.exhaust(key, "search", "spent")
    ring.disable(key, "bad", "search", "default")
    items = place.tables.client.scan(TableName=place.tables.state)["Items"]
    assert len(items) >= 2
    assert "Secret" not in repr(items)
    assert "Secret" not in repr(key)
    known = read_ring(place.tables.client, place.tables.state)
    assert [state.fingerprint for state in known.keys] == [
        Key(value).fingerprint for value in ("AIzaSecretOne", "AIzaSecretTwo")
    ]
