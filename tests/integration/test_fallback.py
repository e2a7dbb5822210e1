"""The fallback: asked only when no key can search, believed only where it is to be believed, and always outranked."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from tests.world import MINUTE, START, World, clip

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Instance:
    """An Invidious instance: a WSGI app."""

    def __init__(self, world: World, answer: Any, status: int = 200, content_type: str = "application/json") -> None:
        self.answer, self.status, self.content_type = answer, status, content_type
        self.asked: list[datetime] = []
        self.parameters: dict[str, str] = {}
        self._world = world

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        assert request.path == "/api/v1/search"
        assert "X-Goog-Api-Key" not in request.headers
        self.asked.append(self._world.now)
        self.parameters = request.args.to_dict()
        text = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        return Response(text, self.status, content_type=self.content_type)(environ, start_response)


def item(number: int, published: datetime, **fields: Any) -> dict[str, Any]:
    """A search item of Invidious."""
    return {
        "type": "video",
        "videoId": f"video{number:06d}",
        "title": f"Video {number}",
        "author": "A channel",
        "authorId": "UC0123456789abcdefghijkl",
        "published": int(published.timestamp()),
        "lengthSeconds": 60,
        **fields,
    }


@pytest.fixture
def keyless(world: World) -> World:
    """A world without keys, with two instances."""
    world.set_keys()
    world.configure(INVIDIOUS_URLS="http://one.test, http://two.test")
    world.apps["one.test"] = Instance(world, [item(1, START - HOUR)])
    world.apps["two.test"] = Instance(world, [item(2, START - 2 * HOUR)])
    return world


def test_without_keys_the_instances_take_turns_once_a_minute(keyless: World) -> None:
    keyless.run(10 * MINUTE)
    one, two = keyless.apps["one.test"], keyless.apps["two.test"]
    assert len(one.asked) + len(two.asked) == 10
    assert len(one.asked) == len(two.asked)
    assert one.parameters == {"q": "cricket", "type": "video", "sort": "relevance", "date": "today", "page": "1"}
    assert set(keyless.ids()) == {"video000001", "video000002"}
    assert not any(video["published_at_exact"] for video in keyless.walk())
    assert {video["source"] for video in keyless.walk()} == {"invidious"}


def test_it_is_off_where_no_instance_is_named(world: World) -> None:
    world.set_keys()
    world.run(10 * MINUTE)
    assert world.state()["state"] == "waiting"
    assert not world.ids()


def test_it_is_not_asked_while_a_key_can_search(world: World) -> None:
    world.configure(INVIDIOUS_URLS="http://one.test")
    world.apps["one.test"] = Instance(world, [])
    world.run(30 * MINUTE)
    assert not world.apps["one.test"].asked


def test_keys_are_used_again_after_midnight(world: World) -> None:
    # The fallback's polls in between are not what this is about: four an hour will do.
    world.configure(INVIDIOUS_URLS="http://one.test", SEARCH_CALLS_PER_DAY="1", POLL_INTERVAL_SECONDS="900")
    world.apps["one.test"] = Instance(world, [item(1, START)])
    world.run(DAY)
    searches = [call.at for call in world.upstream.calls if call.bucket == "search"]
    assert searches == [START, datetime.fromisoformat("2026-11-24T08:00:00Z")]


@pytest.mark.parametrize(
    "broken",
    [
        {"answer": {"error": "no"}, "status": 500},
        {"answer": {"error": "no"}},
        {"answer": "<html>Are you a robot?</html>", "content_type": "text/html"},
        {"answer": "[]", "content_type": "text/html"},
        {"answer": "<html>", "content_type": "application/json"},
        {"answer": "", "status": 403},
        {"answer": "", "status": 429},
        {"answer": "", "status": 502},
    ],
)
def test_an_instance_that_fails_rests_with_growing_pauses(keyless: World, broken: dict[str, Any]) -> None:
    keyless.apps["one.test"] = Instance(keyless, **broken)
    keyless.run(2 * HOUR)
    asked = keyless.apps["one.test"].asked
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses == sorted(pauses)
    assert len(asked) <= 8
    assert len(keyless.apps["two.test"].asked) >= 110
    instances = keyless.get("/status").get_json()["sources"]["invidious"]["instances"]
    assert instances[0]["instance"] == "one.test"
    assert instances[0]["resting_until"]
    assert instances[0]["problem"]


def test_a_silent_instance_makes_way_for_the_next(keyless: World) -> None:
    del keyless.apps["one.test"]
    keyless.run(MINUTE)
    assert keyless.ids() == ["video000002"]


def test_when_all_fail_it_is_said(keyless: World) -> None:
    del keyless.apps["one.test"], keyless.apps["two.test"]
    keyless.run(MINUTE)
    assert keyless.state()["state"] == "failing"
    assert "two.test" in keyless.state()["problem"]


def test_malformed_items_are_skipped_and_counted(keyless: World) -> None:
    odd = [
        {},
        None,
        {"type": "channel", "authorId": "UCx"},
        item(3, START) | {"videoId": "short"},
        item(4, START) | {"published": "yesterday"},
        item(5, START) | {"videoThumbnails": [{"url": "/vi/x"}, 7], "lengthSeconds": "long", "author": None},
    ]
    keyless.apps["one.test"] = Instance(keyless, odd)
    keyless.run(MINUTE)
    assert keyless.reports[0]["malformed"] == 5
    assert keyless.ids() == ["video000005"]


def test_youtube_takes_over_and_the_video_stays_one(keyless: World) -> None:
    keyless.run(2 * MINUTE)
    assert keyless.ids() == ["video000001", "video000002"]
    exact = START - 3 * HOUR - 17 * MINUTE
    keyless.add(clip(1, exact))
    keyless.set_keys("key-one")
    keyless.run(10 * MINUTE)
    assert keyless.ids() == ["video000002", "video000001"]
    video = keyless.walk()[1]
    assert video["published_at_exact"]
    assert video["source"] == "youtube"
    assert video["published_at"] == "2026-11-23T08:43:00Z"
    assert video["first_seen_at"] == "2026-11-23T12:00:00Z"


def test_the_fallback_never_replaces_what_youtube_said(world: World) -> None:
    world.configure(INVIDIOUS_URLS="http://one.test", SEARCH_CALLS_PER_DAY="1")
    world.add(clip(1, START - HOUR, description="whole"))
    world.run(MINUTE)
    before = world.walk()
    world.apps["one.test"] = Instance(world, [item(1, START, title="other"), item(2, START)])
    world.run(5 * MINUTE)
    assert len(world.apps["one.test"].asked) >= 4
    assert world.walk()[1:] == before


def test_the_fallbacks_newer_word_replaces_its_own(keyless: World) -> None:
    keyless.apps["two.test"] = keyless.apps["one.test"]
    keyless.apps["one.test"].answer = [item(1, START - HOUR, title="Live: teh final", liveNow=True, lengthSeconds=0)]
    keyless.run(MINUTE)
    assert [video["live"] for video in keyless.walk("/videos?live=live")] == ["live"]
    keyless.apps["one.test"].answer = [item(1, START - 2 * HOUR, title="The final", lengthSeconds=7200)]
    keyless.run(MINUTE)
    (video,) = keyless.walk()
    assert (video["title"], video["live"], video["duration_seconds"]) == ("The final", "none", 7200)
    assert video["published_at"] == "2026-11-23T11:00:00Z", "its first time stays"
    assert video["first_seen_at"] == "2026-11-23T12:00:00Z"
    assert keyless.ids("/videos?search=final") == ["video000001"]
    assert not keyless.ids("/videos?search=teh")
    assert not keyless.ids("/videos?live=live")
    assert [report["new"] for report in keyless.reports] == [1, 0]


def test_times_that_drift_move_nothing(keyless: World) -> None:
    keyless.apps["two.test"] = keyless.apps["one.test"]
    keyless.run(MINUTE)
    before = keyless.walk()
    keyless.apps["one.test"].answer = [item(1, START + 5 * MINUTE)]
    keyless.run(5 * MINUTE)
    assert keyless.walk() == before


@pytest.mark.parametrize("name", ["recorded_2025-02_items.json", "recorded_2026-02_live_items.json"])
def test_recorded_items_are_stored(keyless: World, recordings: Path, name: str) -> None:
    entries = json.loads((recordings / "invidious" / name).read_text())
    keyless.configure(RETENTION_DAYS="3650")
    keyless.apps["one.test"] = Instance(keyless, entries)
    keyless.run(MINUTE)
    videos = [entry for entry in entries if entry.get("type", "video") == "video"]
    assert set(keyless.ids()) == {video["videoId"] for video in videos}
