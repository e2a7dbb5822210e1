"""However many ask for a listing's head, the table is asked once a second, and no one sees anything old."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

import functions.api.app as api
from newsreel.aws.calls import OURS
from newsreel.library.item import to_item
from newsreel.video import Video
from newsreel.web.cache import Cache
from tests.world import START, World, clip

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ASKED = (
    "/videos",
    "/videos?page_size=10",
    "/videos?query=cricket&page_size=10",
    "/videos?page_size=10&query=cricket",
    "/videos?order=newest",
    "/videos?%71uery=cricket",
)
"""The same page, asked for in different ways."""


@dataclass
class Clocks:
    """The wall clock and the monotonic one, which only the test moves."""

    wall: float = 1_000_000.0
    monotonic: float = 50.0

    def advance(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


@pytest.fixture
def clocks(world: World, monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """The clocks of an api that keeps what it made a moment ago."""
    world.add(*(clip(number, START) for number in range(30)))
    world.schedule()
    made = Clocks()
    for name, seconds in {"pages": 1, "ready": 1, "listed": 2}.items():
        monkeypatch.setattr(api, name, Cache(seconds, 128, lambda: made.wall, lambda: made.monotonic))
    return made


@contextmanager
def calls(client: "DynamoDBClient") -> Iterator[list[str]]:
    """The calls to DynamoDB that a client makes in the block, but for those that read what is watched."""
    made: list[str] = []

    def record(params: dict[str, Any], model: Any, **_: Any) -> None:
        if "watched" not in str(params):
            made.append(model.name)

    client.meta.events.register("provide-client-params.dynamodb", record)
    try:
        yield made
    finally:
        client.meta.events.unregister("provide-client-params.dynamodb", record)


def publish(world: World, video_id: str) -> None:
    """Store a video behind the fetcher's back."""
    now = "2026-11-23T12:00:01Z"
    video = Video(video_id, "cricket", now, now, now)
    world.dynamodb.put_item(TableName=world.environ["VIDEOS_TABLE"], Item=to_item(video, timedelta(days=30)))


def test_a_thousand_askers_a_second_cost_one_query(world: World, clocks: Clocks) -> None:
    headers = [
        {},
        {"Accept-Encoding": "gzip"},
        {"Accept": "application/json"},
        {"If-None-Match": '"x"'},
        {"Origin": "a"},
    ]
    with calls(world.dynamodb) as made:
        for number in range(1000):
            world.get(ASKED[number % len(ASKED)], **headers[number % len(headers)])
            clocks.advance(0.0009)
    assert made == ["Query"]


def test_what_is_watched_is_read_once_in_two_seconds(world: World, clocks: Clocks) -> None:
    made: list[str] = []

    def record(params: dict[str, Any], **_: Any) -> None:
        made.extend(["read"] if "watched" in str(params) else [])

    world.dynamodb.meta.events.register("provide-client-params.dynamodb", record)
    for number in range(40):
        assert world.get(f"/videos?page_size={1 + number}").status_code == 200
        clocks.advance(0.1)
    world.dynamodb.meta.events.unregister("provide-client-params.dynamodb", record)
    assert len(made) == 2


@pytest.mark.parametrize("path", ["/queries/chess", "/targets/chat"])
@pytest.mark.usefixtures("clocks")
def test_what_can_be_changed_is_never_shown_as_it_was(world: World, path: str) -> None:
    """Else a change is refused, and so is the next one, after it was read again."""
    body = {"kind": "webhook", "address": "https://example.org/hook"} if "chat" in path else {}
    unknown = world.get(path)
    assert unknown.status_code == 404
    written = world.client().put(path, json=body)
    for _ in range(2):
        found = world.get(path)
        assert (found.status_code, found.headers["ETag"]) == (200, written.headers["ETag"])
        assert found.headers["Cache-Control"] == "no-store"
        written = world.client().put(path, json=body, headers={"If-Match": found.headers["ETag"]})
        assert written.status_code == 200
    assert world.client().delete(path, headers={"If-Match": written.headers["ETag"]}).status_code == 204
    gone = world.get(path)
    assert (gone.status_code, gone.get_json()["detail"]) == (404, unknown.get_json()["detail"])


def test_every_second_brings_what_is_new(world: World, clocks: Clocks) -> None:
    with calls(world.dynamodb) as made:
        for number in range(5):
            publish(world, f"new-new-{number:03d}")
            found = [world.get(path).get_json()["videos"] for path in ASKED]
            assert f"new-new-{number:03d}" in {video["video_id"] for video in found[0]}
            assert found == [found[0]] * len(ASKED)
            clocks.advance(1)
    assert made.count("Query") == 5


@pytest.mark.parametrize("path", ["/videos", "/videos.atom", "/queries", "/status", "/videos/video000001"])
def test_other_answers_are_kept_as_long(world: World, clocks: Clocks, path: str) -> None:
    with calls(world.dynamodb) as made:
        world.get(path)
        first = len(made)
        for _ in range(9):
            clocks.advance(0.1)
            world.get(path)
        assert len(made) == first
        clocks.advance(0.1)
        world.get(path)
        assert len(made) == 2 * first


def test_what_is_seen_is_never_older_than_four_seconds(world: World, clocks: Clocks) -> None:
    """Two short memories here one after the other, and what caches on the way may add."""
    world.get("/videos?page_size=50")
    publish(world, "new-new-new")
    clocks.advance(0.99)
    assert "new-new-new" not in world.get("/videos?query=cricket&page_size=50").text
    clocks.advance(0.99)
    response = world.get("/videos?query=cricket&page_size=50")
    clocks.advance(0.02)
    assert "new-new-new" in world.get("/videos?query=cricket&page_size=50").text
    control = response.cache_control
    assert control.public
    assert (control.max_age, control.s_maxage, control.must_revalidate) == (2, 2, True)


def test_a_clock_that_was_set_and_one_that_stood_still(world: World, clocks: Clocks) -> None:
    for wall, monotonic in ((0, 3600), (3600, 0), (-3600, 0.1), (0.5, 1)):
        world.get("/videos")
        clocks.wall += wall
        clocks.monotonic += monotonic
        with calls(world.dynamodb) as made:
            world.get("/videos")
        assert made == ["Query"], (wall, monotonic)


def test_pages_further_on_are_read_each_time_they_are_asked_for_differently(world: World, clocks: Clocks) -> None:
    cursor = world.get("/videos").get_json()["next_cursor"]
    clocks.advance(2)
    with calls(world.dynamodb) as made:
        assert world.get(f"/videos?cursor={cursor}").data == world.get(f"/videos?cursor={cursor}").data
    assert made == ["Query"]


def test_errors_are_not_kept(world: World, clocks: Clocks) -> None:
    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="")

    events = world.dynamodb.meta.events
    events.register("before-call.dynamodb", fail)
    assert world.get("/videos").status_code == 503
    events.unregister("before-call.dynamodb", fail)
    assert world.get("/videos").status_code == 200
    assert world.get("/videos/new-new-new").status_code == 404
    publish(world, "new-new-new")
    assert world.get("/videos/new-new-new").status_code == 200
    assert clocks.wall == 1_000_000


def failing(code: str) -> Callable[..., None]:
    """What DynamoDB does amiss."""

    def fail(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Query")

    return fail


def test_readers_go_on_for_a_minute_with_what_was_read_last(world: World, clocks: Clocks) -> None:
    known = world.get("/videos")
    assert "Age" not in known.headers
    fail = failing("InternalServerError")
    world.dynamodb.meta.events.register("before-call.dynamodb", fail)
    for seconds, age in ((1, 1), (30.5, 32), (28.5, 60)):
        clocks.advance(seconds)
        stale = world.get("/videos")
        assert (stale.status_code, stale.headers["Age"]) == (200, str(age))
        assert stale.data == known.data
        assert stale.headers["ETag"] == known.headers["ETag"]
        # Older than it may be: whoever caches it asks again.
        assert "must-revalidate" in stale.headers["Cache-Control"]
    assert world.get("/videos", **{"If-None-Match": known.headers["ETag"]}).status_code == 304
    assert world.get("/videos?page_size=7").status_code == 503, "what was never read"
    clocks.advance(0.1)
    assert world.get("/videos").status_code == 503
    world.dynamodb.meta.events.unregister("before-call.dynamodb", fail)
    assert "Age" not in world.get("/videos").headers


def test_a_set_back_clock_makes_nothing_young(world: World, clocks: Clocks) -> None:
    world.get("/videos")
    fail = failing("InternalServerError")
    world.dynamodb.meta.events.register("before-call.dynamodb", fail)
    clocks.wall -= 3600
    assert world.get("/videos").status_code == 503
    world.dynamodb.meta.events.unregister("before-call.dynamodb", fail)


@pytest.mark.parametrize("path", ["/status", "/queries"])
def test_what_tells_how_it_is_now_is_never_stale(path: str, world: World, clocks: Clocks) -> None:
    assert world.get(path).status_code == 200
    clocks.advance(1)
    fail = failing("InternalServerError")
    world.dynamodb.meta.events.register("before-call.dynamodb", fail)
    assert world.get(path).status_code == 503
    world.dynamodb.meta.events.unregister("before-call.dynamodb", fail)


@pytest.mark.parametrize("code", sorted(OURS))
def test_a_wrong_request_to_the_store_is_our_fault(code: str, world: World, clocks: Clocks) -> None:
    world.get("/videos")
    clocks.advance(1)
    fail = failing(code)
    world.dynamodb.meta.events.register("before-call.dynamodb", fail)
    answer = world.get("/videos")
    world.dynamodb.meta.events.unregister("before-call.dynamodb", fail)
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "Retry-After" not in answer.headers


def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    kept: Cache[int, int] = Cache(10, 3)
    made: list[int] = []

    def value(key: int) -> int:
        def make() -> int:
            made.append(key)
            return key

        return kept.get(key, make)

    assert [value(key) for key in (1, 2, 3, 1, 4, 1, 2, 3)] == [1, 2, 3, 1, 4, 1, 2, 3]
    assert made == [1, 2, 3, 4, 1, 2, 3]
