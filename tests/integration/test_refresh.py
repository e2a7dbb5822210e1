"""Refreshes: what changes on YouTube changes here, what is gone goes, and nothing is asked for or written in vain."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Response

from local.upstream import Limits
from newsreel.aws.calls import put_items
from newsreel.aws.claims import LEASE
from newsreel.library.item import to_item
from newsreel.times import stamp
from newsreel.video import Video
from tests.killed import Killed
from tests.tables import Tables
from tests.world import MINUTE, START, World, clip, clips

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def asked(world: World) -> list[tuple[datetime, list[str]]]:
    """When videos.list was called, and for which ids."""
    return [
        (call.at, [each for each in call.parameters["id"].split(",") if each != "jNQXAC9IVRw"])
        for call in world.upstream.calls
        if call.bucket == "default"
    ]


def ages_of(world: World, video_id: str, published: datetime) -> list[timedelta]:
    """At which ages a video was asked for."""
    return [at - published for at, ids in asked(world) if video_id in ids]


def refreshed(world: World) -> None:
    """Refresh what is due now."""
    world.deliver(json.dumps({"refresh": stamp(world.now)}))


def refreshes(world: World) -> dict[str, Any]:
    """What /status says of them."""
    return dict(world.get("/status").get_json()["refreshes"])


def video(world: World, number: int = 1) -> dict[str, Any]:
    return dict(world.get(f"/videos/video{number:06d}").get_json())


@pytest.fixture
def quiet(world: World) -> World:
    """A world that polls once a day, and so finds nothing out by polling."""
    world.configure(POLL_INTERVAL_SECONDS="86400", PACING="fixed")
    world.add(*clips(START - number * MINUTE for number in range(1, 4)))
    world.schedule()
    return world


@pytest.mark.long
def test_a_video_is_asked_for_near_each_age_and_no_more(world: World) -> None:
    world.configure(POLL_INTERVAL_SECONDS="86400", PACING="fixed")
    published = START - MINUTE
    world.add(clip(1, published))
    world.run(2 * DAY)
    first, *later = ages_of(world, "video000001", published)
    assert first == MINUTE, "its details, when it was found"
    for age, expected in zip(later, (HOUR, 6 * HOUR, DAY), strict=True):
        assert expected <= age <= expected * 7 / 6 + 2 * MINUTE


def test_new_words_counts_and_rights_show_and_are_found(quiet: World) -> None:
    before = video(quiet)
    assert before["refreshed_at"] is None
    quiet.clips.change(
        "video000001", title="Another title", description="Whole.", views=5_000_000, embeddable=False, vertical=True
    )
    quiet.now += HOUR + 15 * MINUTE
    refreshed(quiet)
    after = video(quiet)
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed == {
        "title", "description", "view_count", "like_count", "embeddable", "vertical", "fetched_at", "refreshed_at",
    }  # fmt: skip
    assert (after["title"], after["view_count"], after["vertical"]) == ("Another title", 5_000_000, True)
    assert quiet.ids("/videos?search=another") == ["video000001"]
    assert quiet.ids("/videos?search=video") == ["video000000", "video000002"]
    assert refreshes(quiet)["today"] == {"asked": 3, "changed": 1, "gone": 0, "units": 1}


@contextmanager
def written(world: World) -> Iterator[list[str]]:
    """The tables that are written to, once for each request."""
    tables = {world.environ[name]: name for name in ("VIDEOS_TABLE", "WORDS_TABLE", "STATE_TABLE")}
    found: list[str] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name not in ("Query", "BatchGetItem", "GetItem"):
            names = params.get("RequestItems") or [params["TableName"]]
            found.extend(tables[name] for name in names)

    events = world.dynamodb.meta.events
    events.register("provide-client-params.dynamodb", note)
    yield found
    events.unregister("provide-client-params.dynamodb", note)


def test_new_counts_alone_are_no_new_version_and_change_one_entry(quiet: World) -> None:
    quiet.clips.change("video000001", views=7)
    quiet.now += HOUR + 15 * MINUTE
    with written(quiet) as tables:
        refreshed(quiet)
    after = video(quiet)
    assert (after["view_count"], after["refreshed_at"]) == (7, stamp(quiet.now))
    assert after["fetched_at"] == stamp(START), "feed readers would show it as new"
    assert set(tables) == {"VIDEOS_TABLE", "STATE_TABLE", "WORDS_TABLE"}
    assert tables.count("WORDS_TABLE") == 1, "the entry that tells the views, which is one of many"


def test_what_has_not_changed_is_not_written(quiet: World) -> None:
    quiet.now += HOUR + 15 * MINUTE
    with written(quiet) as tables:
        refreshed(quiet)
    assert refreshes(quiet)["today"] == {"asked": 3, "changed": 0, "gone": 0, "units": 1}
    assert set(tables) == {"STATE_TABLE"}


def test_what_is_gone_goes_from_listing_and_index(quiet: World) -> None:
    quiet.clips.remove("video000001")
    quiet.now += HOUR + 15 * MINUTE
    refreshed(quiet)
    assert quiet.ids() == ["video000000", "video000002"]
    assert quiet.ids("/videos?search=video") == ["video000000", "video000002"]
    assert refreshes(quiet)["today"]["gone"] == 1


@pytest.mark.parametrize("state", ["deleted", "failed", "rejected"])
def test_what_cannot_be_watched_any_more_is_gone(quiet: World, state: str) -> None:
    edit_details(quiet, lambda item: item["status"].update(uploadStatus=state) if item["id"] == "video000001" else None)
    quiet.now += HOUR + 15 * MINUTE
    refreshed(quiet)
    assert quiet.ids() == ["video000000", "video000002"]


def edit_details(world: World, edit: Any, drop: Any = None) -> None:
    """Change what videos.list answers."""
    real = world.apps["upstream.test"]

    def app(environ: Any, start_response: Any) -> Any:
        response = Response.from_app(real, environ)
        if environ["PATH_INFO"].endswith("/videos") and response.status_code == 200:
            answer = json.loads(response.get_data())
            for item in answer["items"]:
                edit(item)
            if drop:
                drop(answer)
            response.set_data(json.dumps(answer))
        return response(environ, start_response)

    world.apps["upstream.test"] = app


def emptied(answer: dict[str, Any]) -> None:
    answer["items"] = []


def without_list(answer: dict[str, Any]) -> None:
    del answer["items"]


def halved(answer: dict[str, Any]) -> None:
    answer["items"] = answer["items"][:2]


def garbled(answer: dict[str, Any]) -> None:
    answer["items"][0] = {"id": None}


@pytest.mark.parametrize("drop", [emptied, without_list, halved, garbled])
def test_an_answer_that_cannot_be_whole_removes_nothing(quiet: World, drop: Any) -> None:
    edit_details(quiet, lambda _: None, drop)
    quiet.now += HOUR + 15 * MINUTE
    refreshed(quiet)
    assert len(quiet.ids()) == 3


def test_a_failing_source_removes_nothing_and_is_asked_again(quiet: World) -> None:
    quiet.clips.change("video000001", title="Another title")
    quiet.upstream.fault = lambda call: Response("", 503) if call.bucket == "default" else None
    quiet.now += HOUR + 15 * MINUTE
    refreshed(quiet)
    assert len(quiet.ids()) == 3
    assert "refresh_failing" in {problem["code"] for problem in quiet.get("/status").get_json()["problems"]}
    quiet.upstream.fault = None
    quiet.run(10 * MINUTE)
    assert video(quiet)["title"] == "Another title"
    assert refreshes(quiet)["problem"] is None


def test_fifty_that_are_gone_together_go(world: World) -> None:
    world.configure(POLL_INTERVAL_SECONDS="3600", PACING="fixed")
    world.add(*clips(START - number * MINUTE for number in range(1, 51)))
    world.schedule()
    assert len(world.ids()) == 50
    for number in range(50):
        world.clips.remove(f"video{number:06d}")
    world.now += 3 * HOUR
    refreshed(world)
    assert world.ids() == []


def test_a_broadcasts_end_and_a_premieres_start_show_within_ten_minutes(world: World) -> None:
    world.configure(POLL_INTERVAL_SECONDS="86400", PACING="fixed")
    world.add(
        clip(1, START - MINUTE, live="live"),
        clip(2, START - MINUTE, live="upcoming", starts_at=START + 5 * HOUR),
        clip(3, START - MINUTE, live="upcoming", starts_at=START + 30 * DAY),
    )
    world.schedule()
    assert video(world, 2)["starts_at"] == stamp(START + 5 * HOUR)
    world.run(2 * HOUR)
    world.clips.change("video000001", live="none", duration_seconds=7200)
    world.run(10 * MINUTE)
    assert (video(world, 1)["live"], video(world, 1)["duration_seconds"]) == ("none", 7200)
    assert world.ids("/videos?live=live") == []
    world.run(3 * HOUR - 10 * MINUTE)
    world.clips.change("video000002", live="live")
    world.run(10 * MINUTE)
    assert video(world, 2)["live"] == "live"
    assert video(world, 2)["starts_at"] is None
    assert world.ids("/videos?live=live") == ["video000002"]
    hourly = ages_of(world, "video000003", START)
    assert len(hourly) <= 8, "what is far ahead is asked for hourly"


def test_videos_of_several_queries_are_asked_for_together(world: World) -> None:
    world.configure(QUERIES="cricket,tennis", POLL_INTERVAL_SECONDS="3600", PACING="fixed")
    world.add(*clips(START - number * MINUTE for number in range(1, 31)))
    world.run(MINUTE)
    world.upstream.calls.clear()
    world.clips.change("video000001", title="Another title")
    world.clips.remove("video000002")
    world.now = START + HOUR + 45 * MINUTE
    refreshed(world)
    ((_, ids),) = asked(world)
    assert len(ids) == len(set(ids)) == 30
    for query in ("cricket", "tennis"):
        assert world.ids(f"/videos?query={query}&search=another") == ["video000001"]
        assert len(world.ids(f"/videos?query={query}&page_size=50")) == 29


def test_what_is_owed_keeps_videos_for_years_and_what_was_not_refreshed_goes(world: World) -> None:
    world.configure(RETENTION_DAYS="3650", POLL_INTERVAL_SECONDS="86400", PACING="fixed")
    world.add(*clips(START - number * MINUTE for number in range(1, 4)))
    world.schedule()
    for _ in range(8):
        world.now += 25 * DAY + 6 * HOUR
        refreshed(world)
        assert len(world.ids()) == 3
        world.now -= 6 * HOUR
    world.upstream.fault = lambda _: Response("", 503)
    world.now += 25 * DAY
    refreshed(world)
    assert len(world.ids()) == 3
    world.now += 3 * DAY
    refreshed(world)
    assert world.ids() == [], "no copy is older than thirty days"


@pytest.mark.long
def test_a_day_without_enough_units_loses_the_nice_refreshes_first(world: World) -> None:
    world.configure(UNITS_PER_DAY="40", SEARCH_CALLS_PER_DAY="20", RETENTION_DAYS="365")
    world.upstream.limits = Limits(search=20, default=40)
    # These were stored by another release, and it is high time.
    old = [stored(number, START - 26 * DAY + number * MINUTE) for number in range(200)]
    young = [stored(number, START - 90 * MINUTE + timedelta(seconds=number)) for number in range(1000, 2000)]
    put(world, old + young)
    world.clips = world.upstream.catalogue = type(world.clips)(
        [clip(number, START - 26 * DAY + number * MINUTE, title="New") for number in range(200)]
    )
    refreshed(world)
    world.run(6 * HOUR)
    titles = {each["title"] for each in world.walk(f"/videos?page_size=50&published_before={stamp(START - 20 * DAY)}")}
    assert titles == {"New"}, "what the terms want"
    status = world.get("/status").get_json()
    assert "units_short" in {problem["code"] for problem in status["problems"]}
    assert status["refreshes"]["short_of_units_since"]
    assert status["sources"]["youtube"]["units_left"] >= status["sources"]["youtube"]["search_calls_left"] - 1
    # New videos have their details all the same.
    world.add(clip(5000, world.now - MINUTE, duration_seconds=99))
    world.run(2 * HOUR)
    assert video(world, 5000)["duration_seconds"] == 99
    assert max(Counter(call.bucket for call in world.upstream.calls).values()) <= 41


def stored(number: int, published: datetime) -> Video:
    """A video as the first release stored it."""
    at = stamp(published)
    return Video(f"video{number:06d}", "cricket", at, at, at, title="Old", detailed=True)


def put(world: World, videos: list[Video]) -> None:
    items = [to_item(each, timedelta(days=365)) for each in videos]
    put_items(world.dynamodb, world.environ["VIDEOS_TABLE"], items)


def test_videos_of_the_first_release_get_what_they_lack_at_their_first_refresh(world: World) -> None:
    world.configure(POLL_INTERVAL_SECONDS="86400", PACING="fixed")
    put(world, [stored(1, START - 10 * DAY)])
    world.add(clip(1, START - 10 * DAY, views=12, made_for_kids=True))
    refreshed(world)
    found = video(world)
    assert (found["title"], found["view_count"], found["made_for_kids"]) == ("Video 1", 12, True)


def test_the_fallbacks_videos_become_youtubes(world: World) -> None:
    at = stamp(START - 2 * HOUR)
    put(world, [Video("video000001", "cricket", at, at, at, title="Old", source="invidious", published_at_exact=False)])
    world.add(clip(1, START - 2 * HOUR + MINUTE, title="New"))
    refreshed(world)
    found = video(world)
    assert (found["source"], found["published_at_exact"], found["title"]) == ("youtube", True, "New")
    assert found["published_at"] == stamp(START - 2 * HOUR + MINUTE)


def test_a_refresh_is_claimed_and_comes_twice_for_nothing(quiet: World) -> None:
    quiet.now += HOUR + 15 * MINUTE
    calls = len(quiet.upstream.calls)
    refreshed(quiet)
    refreshed(quiet)
    assert len(quiet.upstream.calls) == calls + 1


def test_a_refresh_that_died_is_done_again(quiet: World, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet.clips.change("video000001", title="Another title")
    quiet.clips.remove("video000002")
    quiet.now += HOUR + 15 * MINUTE

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("newsreel.library.videos.Videos.renew", die)
        with pytest.raises(Killed):
            refreshed(quiet)
    refreshed(quiet)
    assert video(quiet)["title"] != "Another title", "the claim still holds"
    quiet.now += LEASE
    refreshed(quiet)
    assert video(quiet)["title"] == "Another title"
    assert quiet.ids() == ["video000000", "video000001"]


def test_a_video_that_went_meanwhile_does_not_come_back(any_tables: Tables) -> None:
    videos = any_tables.stored()
    one = Video("video000001", "cricket", stamp(START), stamp(START), stamp(START), title="Tea")
    videos.put([one], {})
    assert videos.renew(one._replace(title="More tea"), one)
    assert videos.find("cricket", [one.video_id])[one.video_id].title == "More tea"
    videos.remove("cricket", [one.video_id])
    assert not videos.renew(one, one)
    assert videos.find("cricket", [one.video_id]) == {}


def test_gone_videos_that_searches_still_list_are_not_stored(world: World) -> None:
    world.add(*clips(START - number * MINUTE for number in range(1, 4)))
    edit_details(world, lambda _: None, lambda answer: answer.update(items=answer["items"][1:], pageInfo={}))
    world.schedule()
    assert len(world.ids()) == 2
    world.now += HOUR
    world.poll()
    assert len(world.ids()) == 2
