"""The videos table and the calls beneath all tables, on each engine."""

import threading
from collections.abc import Callable
from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from local.engine import Engine
from newsreel.aws.calls import AT_ONCE, OURS, READ_ROUNDS, WRITE_ROUNDS
from newsreel.errors import TableRefused, TableUnavailable
from newsreel.keys.budget import Bucket
from newsreel.keys.ring import KeyRing
from newsreel.keys.secret import Key, KeysSecret
from newsreel.keys.state import read_ring
from newsreel.library.videos import Stretch, Videos
from newsreel.polling.history import FetchHistory
from newsreel.polling.poll_state import Fetch, PollState
from newsreel.polling.states import PollStates
from newsreel.sources.instances import Instances
from newsreel.times import stamp
from newsreel.video import LIVE_STATES, Position, Video
from tests.tables import Tables

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def videos(any_tables: Tables) -> Videos:
    return any_tables.stored()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the code under test wanted to sleep; it does not."""
    pauses: list[float] = []
    monkeypatch.setattr("newsreel.aws.calls.time.sleep", pauses.append)
    return pauses


def video(number: int = 1, **fields: Any) -> Video:
    time = stamp(NOW - timedelta(seconds=number))
    return Video(f"video{number:06d}", "cricket", time, stamp(NOW), stamp(NOW), **fields)


texts = st.text(st.characters(codec="utf-8"), max_size=20)
all_videos = st.builds(
    replace,
    st.just(video()),
    title=texts,
    description=texts,
    channel_id=st.none() | st.just("UC-_channel"),
    channel_title=texts,
    thumbnails=st.dictionaries(
        texts.filter(bool),
        st.fixed_dictionaries(
            {
                "url": st.just("https://i.ytimg.com/vi/x/default.jpg"),
                "width": st.none() | st.integers(1, 100_000),
                "height": st.none() | st.integers(1, 100_000),
            }
        ),
        max_size=3,
    ),
    published_at_exact=st.booleans(),
    duration_seconds=st.none() | st.integers(1, 10**10),
    live=st.sampled_from(LIVE_STATES),
    source=st.sampled_from(["youtube", "invidious"]),
    detailed=st.booleans(),
)


def test_a_stored_video_comes_back_as_it_was(videos: Videos) -> None:
    @settings(max_examples=30)
    @given(all_videos)
    def check(stored: Video) -> None:
        videos.put([stored], {})
        assert videos.find("cricket", [stored.video_id]) == {stored.video_id: stored}

    check()


def test_a_video_is_stored_for_each_query_apart(videos: Videos) -> None:
    tennis = replace(video(), query="tennis", title="Tennis")
    videos.put([video(title="Cricket"), tennis], {})
    assert videos.find("tennis", ["video000001"]) == {"video000001": tennis}
    videos.remove("tennis", ["video000001"])
    assert not videos.find("tennis", ["video000001"])
    assert videos.find("cricket", ["video000001"])


def test_putting_a_video_again_replaces_it_and_moves_it_to_its_new_time(videos: Videos) -> None:
    videos.put([video(1), video(2)], {})
    videos.put([replace(video(2), published_at=stamp(NOW))], {"video000002": video(2)})
    assert [known.video_id for known in videos.newest("cricket", 10)] == ["video000002", "video000001"]


def test_the_fallbacks_version_replaces_its_own_and_never_youtubes(videos: Videos) -> None:
    first, second, third = (replace(video(title=title), source="invidious") for title in ("First", "Second", "Third"))
    assert videos.put_of_fallback(first, None)
    assert videos.put_of_fallback(second, first)
    assert videos.find("cricket", ["video000001"])["video000001"].title == "Second"
    videos.put([video(title="YouTube's")], {"video000001": second})
    assert not videos.put_of_fallback(third, second)
    assert videos.find("cricket", ["video000001"])["video000001"].title == "YouTube's"


def test_any_number_of_videos_is_written_and_found(videos: Videos) -> None:
    many = [video(number) for number in range(1, 132)]
    videos.put(many, {})
    names = [each.video_id for each in many]
    assert videos.find("cricket", [*names, "unknown----", names[0]]) == {each.video_id: each for each in many}
    assert len(videos.newest("cricket", 200)) == 131


def test_nothing_is_asked_for_nothing(videos: Videos) -> None:
    videos.put([], {})
    videos.remove("cricket", [])
    assert videos.find("cricket", []) == {}


def test_the_newest_and_the_oldest_of_a_stretch(videos: Videos) -> None:
    videos.put([video(number) for number in range(1, 8)], {})
    assert [known.video_id[-1] for known in videos.newest("cricket", 3)] == ["1", "2", "3"]
    between = videos.oldest_between("cricket", video(6).published_at, video(3).published_at, 3)
    assert [known.video_id[-1] for known in between] == ["6", "5", "4"]


def test_the_copies_of_a_video_are_found_by_its_queries(videos: Videos) -> None:
    videos.put([replace(video(), query=query) for query in ("tennis", "chess")], {})
    copies = videos.copies("video000001")
    assert set(copies) == {"tennis", "chess"}
    assert [copies[query]["query"]["S"] for query in ("tennis", "chess")] == ["tennis", "chess"]
    assert videos.copies("video000002") == {}


def test_an_item_expires_after_the_retention_counted_from_its_first_sight(any_tables: Tables) -> None:
    any_tables.stored(7 * DAY).put([replace(video(100), fetched_at=stamp(NOW + DAY))], {})
    (item,) = any_tables.client.scan(TableName=any_tables.videos)["Items"]
    assert int(item["expires_at"]["N"]) == (NOW + 7 * DAY).timestamp()


FETCH = Fetch(NOW, "youtube", "ok", seen=5, new=2, malformed=0, calls=1, units=1)


def test_the_history_has_each_poll_once_in_order(any_tables: Tables) -> None:
    history = FetchHistory(any_tables.client, any_tables.state)
    later, other = replace(FETCH, at=NOW + DAY), Fetch(NOW, None, "failed", problem="no answer")
    history.append("cricket", "later", later)
    for _ in range(2):
        history.append("cricket", "first", FETCH)
    history.append("tennis", "other", other)
    items = any_tables.client.query(
        TableName=any_tables.state,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "query#cricket"}},
    )["Items"]
    assert [item["claim_id"]["S"] for item in items] == ["first", "later"]
    assert int(items[0]["expires_at"]["N"]) == (NOW + 7 * DAY).timestamp()


class Throttle:
    """Makes a table leave the tail of every batch unprocessed, for so many calls, as DynamoDB does when it is busy."""

    def __init__(self, client: Any, calls: int, done: int = 1) -> None:
        self.left = calls
        self.sizes: list[int] = []
        self._done = done
        self._kept: Any = None
        for operation in ("BatchWriteItem", "BatchGetItem"):
            client.meta.events.register(f"provide-client-params.dynamodb.{operation}", self._cut)
            client.meta.events.register(f"after-call.dynamodb.{operation}", self._tell)

    def _cut(self, params: Any, **_: Any) -> Any:
        ((table, asked),) = params["RequestItems"].items()
        entries = asked if isinstance(asked, list) else asked["Keys"]
        self.sizes.append(len(entries))
        self._kept = None
        if not self.left:
            return params
        self.left -= 1
        kept = entries[self._done :]
        if isinstance(asked, list):
            self._kept = ("UnprocessedItems", {table: kept})
            return {"RequestItems": {table: entries[: self._done]}}
        self._kept = ("UnprocessedKeys", {table: asked | {"Keys": kept}})
        return {"RequestItems": {table: asked | {"Keys": entries[: self._done]}}}

    def _tell(self, parsed: Any, **_: Any) -> None:
        if self._kept and any(self._kept[1].values()):
            parsed[self._kept[0]] = self._kept[1]


def test_what_a_batch_left_unwritten_is_written_again(any_tables: Tables, videos: Videos, pauses: list[float]) -> None:
    throttle = Throttle(any_tables.client, calls=3)
    videos.put([video(number) for number in range(1, 6)], {})
    assert throttle.sizes == [5, 4, 3, 2, 5], "entries, then videos"
    assert len(videos.newest("cricket", 10)) == 5
    assert len(pauses) == 3
    assert all(0 <= pause <= 0.05 * 2**attempt for attempt, pause in enumerate(pauses))


def test_what_a_batch_left_unread_is_read_again(any_tables: Tables, videos: Videos, pauses: list[float]) -> None:
    many = [video(number) for number in range(1, 6)]
    videos.put(many, {})
    throttle = Throttle(any_tables.client, calls=2)
    assert videos.find("cricket", [each.video_id for each in many]) == {each.video_id: each for each in many}
    assert throttle.sizes == [5, 4, 3]
    assert len(pauses) == 2


def test_a_batch_that_is_never_done_ends_as_unavailable(
    any_tables: Tables, videos: Videos, pauses: list[float]
) -> None:
    Throttle(any_tables.client, calls=1000)
    with pytest.raises(TableUnavailable, match="unprocessed"):
        videos.put([video(number) for number in range(1, 26)], {})
    assert len(pauses) == WRITE_ROUNDS
    assert sum(pauses) < 13


def test_a_reader_does_not_wait_as_long(any_tables: Tables, videos: Videos, pauses: list[float]) -> None:
    Throttle(any_tables.client, calls=1000)
    with pytest.raises(TableUnavailable, match="unprocessed"):
        videos.find("cricket", [f"video{number:06d}" for number in range(50)])
    assert len(pauses) == READ_ROUNDS
    assert sum(pauses) < 4


def test_a_burst_outlasts_a_busy_table(any_tables: Tables, videos: Videos, pauses: list[float]) -> None:
    # Of each batch, three are written a round.
    Throttle(any_tables.client, calls=1000, done=3)
    videos.put([video(number) for number in range(1, 26)], {})
    assert len(videos.newest("cricket", 100)) == 25
    assert len(pauses) > 2 * READ_ROUNDS


def test_a_burst_is_written_several_batches_at_a_time_and_each_video_after_its_entries(
    any_tables: Tables, videos: Videos
) -> None:
    written: list[tuple[str, int]] = []
    under_way, most = 0, 0
    together = threading.Barrier(4, timeout=60)

    def begin(params: Any, **_: Any) -> None:
        nonlocal under_way, most
        ((table, puts),) = params["RequestItems"].items()
        written.append((table, len(puts)))
        under_way += 1
        most = max(most, under_way)
        if len(written) <= together.parties:
            # Whoever came alone would wait here for ever.
            together.wait()

    def end(**_: Any) -> None:
        nonlocal under_way
        under_way -= 1

    events = any_tables.client.meta.events
    events.register("provide-client-params.dynamodb.BatchWriteItem", begin)
    events.register("after-call.dynamodb.BatchWriteItem", end)
    videos.put([video(number) for number in range(1, 101)], {})
    assert most <= AT_ONCE
    tables = [table for table, _ in written]
    first = tables.index(any_tables.videos)
    assert set(tables[:first]) == {any_tables.words}
    assert set(tables[first:]) == {any_tables.videos}
    assert sum(count for table, count in written if table == any_tables.videos) == 100
    assert len(videos.newest("cricket", 1000)) == 100


def test_what_one_batch_of_several_is_refused_is_told_when_all_are_done(any_tables: Tables, videos: Videos) -> None:
    failed: list[str] = []
    done: list[str] = []
    lock = threading.Lock()
    # What has not begun when one fails is left out.
    together = threading.Barrier(4, timeout=60)

    def fail_once(**_: Any) -> None:
        together.wait()
        with lock:
            if not failed:
                failed.append("once")
                raise ReadTimeoutError(endpoint_url="http://table.test")

    any_tables.client.meta.events.register("before-call.dynamodb.BatchWriteItem", fail_once)
    any_tables.client.meta.events.register("after-call.dynamodb.BatchWriteItem", lambda **_: done.append("done"))
    with pytest.raises(TableUnavailable, match="ReadTimeoutError"):
        videos.put([video(number) for number in range(1, 101)], {})
    assert len(done) == 3
    assert videos.newest("cricket", 10) == [], "no video without all of its entries"


FAILURES: list[ClientError | BotoCoreError] = [
    *(
        ClientError({"Error": {"Code": code, "Message": "no"}}, "Anything")
        for code in (
            "ProvisionedThroughputExceededException",
            "ThrottlingException",
            "RequestLimitExceeded",
            "InternalServerError",
            "ServiceUnavailable",
            "ResourceNotFoundException",
            "ResourceInUseException",
            "AccessDeniedException",
            "ValidationException",
            "TransactionConflictException",
            "UnrecognizedClientException",
        )
    ),
    EndpointConnectionError(endpoint_url="http://table.test"),
    ConnectTimeoutError(endpoint_url="http://table.test"),
    ReadTimeoutError(endpoint_url="http://table.test"),
    ConnectionClosedError(endpoint_url="http://table.test"),
    NoCredentialsError(),
]


def calls(tables: Tables, services: Engine) -> dict[str, Callable[[], object]]:
    """Each way of newsreel to a table."""
    videos = tables.stored()
    states = PollStates(tables.client, tables.state)
    secret = KeysSecret(services.secrets, "no-such-secret")
    secret.keys, secret.version = (Key("key"),), "v1"
    limits: dict[Bucket, int] = {"search": 1, "default": 1}
    ring = KeyRing(tables.client, tables.state, secret, limits, lambda: NOW)
    stretch = Stretch("by_query_published_at", "cricket", "cricket")
    return {
        "read": lambda: videos.read(stretch, newest_first=True, limit=1, after=Position(stamp(NOW), "video000001")),
        "newest": lambda: videos.newest("cricket", 1),
        "oldest_between": lambda: videos.oldest_between("cricket", "2026", "2027", 1),
        "find": lambda: videos.find("cricket", ["video000001"]),
        "copies": lambda: videos.copies("video000001"),
        "put": lambda: videos.put([video()], {}),
        "put_of_fallback": lambda: videos.put_of_fallback(video(), None),
        "remove": lambda: videos.remove("cricket", ["video000001"]),
        "states": lambda: states.read(["cricket"]),
        "claim": lambda: states.claim("cricket", "c1", NOW, may_search=True),
        "finish": lambda: states.finish(PollState("cricket"), "c1"),
        "append": lambda: FetchHistory(tables.client, tables.state).append("cricket", "c1", FETCH),
        "latest": lambda: list(FetchHistory(tables.client, tables.state).latest(["cricket"], 5)),
        "read_ring": lambda: read_ring(tables.client, tables.state),
        "ring": lambda: KeyRing(tables.client, tables.state, secret, limits, lambda: NOW),
        "charge": lambda: ring.charge("search"),
        "exhaust": lambda: ring.exhaust(Key("key"), "search", "spent"),
        "disable": lambda: ring.disable(Key("key"), "bad", "search", "default"),
        "instances": lambda: Instances(tables.client, tables.state, ("https://instance.test",)).read(),
    }


def ours(failure: Exception) -> bool:
    """Whether it is our own fault."""
    return isinstance(failure, ClientError) and failure.response["Error"]["Code"] in OURS


def test_whatever_a_table_does_amiss_is_told_as_unavailable_or_as_our_fault(tables: Tables, services: Engine) -> None:
    everything = calls(tables, services)
    failing: list[Exception] = []

    def fail(**_: Any) -> None:
        raise failing[-1]

    tables.client.meta.events.register("before-call.dynamodb", fail)
    try:
        for failure in FAILURES:
            failing.append(failure)
            for name, call in everything.items():
                with pytest.raises(TableRefused if ours(failure) else TableUnavailable):
                    pytest.fail(f"{name} gave {call()!r} in spite of {failure!r}")
    finally:
        tables.client.meta.events.unregister("before-call.dynamodb", fail)


def test_a_table_that_is_not_there_is_our_fault(any_tables: Tables) -> None:
    missing = replace(any_tables, videos="no-such-table").stored()
    with pytest.raises(TableRefused, match="ResourceNotFoundException"):
        missing.newest("cricket", 1)
    with pytest.raises(TableRefused, match="ResourceNotFoundException"):
        missing.put([video()], {})


def test_an_engine_that_is_not_there_is_unavailable(tables: Tables) -> None:
    session = boto3.Session("test", "test", region_name="us-east-1")
    client = session.client(
        "dynamodb", endpoint_url="http://127.0.0.1:9", config=Config(retries={"total_max_attempts": 1})
    )
    with pytest.raises(TableUnavailable, match="EndpointConnectionError"):
        replace(tables, client=client).stored().newest("cricket", 1)
