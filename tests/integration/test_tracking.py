"""Tracking: between two searches, new videos come from the channels where search has found some before."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Response

from local.catalogue import Clip
from local.upstream import Call, error
from newsreel.library.item import from_item
from newsreel.polling.channel_finds import Finds
from newsreel.polling.states import PollStates
from newsreel.tracking.states import TrackingStates
from newsreel.video import Video
from tests.receiving import Receiver, make_target
from tests.world import MINUTE, START, World, clip

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
BUSY, OTHER = "UCbusybusybusybusybusybu", "UCotherotherotherothero0"
NEVER = timedelta(days=100)


def of(channel_id: str, number: int, at: datetime, lag: timedelta = timedelta(0), **fields: Any) -> Clip:
    return clip(number, at, lag, channel_id=channel_id, **{"title": f"Cricket {number}"} | fields)


@pytest.fixture
def tracked(world: World) -> World:
    """A world where search has found several videos of one channel, which is tracked."""
    # Enough for a look a minute.
    world.configure(UNITS_PER_DAY="1500")
    world.without_refreshes()
    world.add(*(of(BUSY, number, START - HOUR * (number + 1)) for number in range(5)))
    world.run(2 * MINUTE)
    # The first plan, which an hour follows, would come before the first poll.
    world.configure(TRACKING="on")
    world.run(2 * MINUTE)
    assert [each.channel_id for each in states(world).channels()] == [BUSY]
    return world


def states(world: World) -> TrackingStates:
    return TrackingStates(world.dynamodb, world.environ["STATE_TABLE"])


def finds(world: World) -> dict[str, int]:
    found = Finds(world.dynamodb, world.environ["STATE_TABLE"]).of("cricket", world.now)
    return {each.channel_id: each.finds for each in found}


def stored(world: World, number: int) -> Video | None:
    return next(iter(videos(world, number)), None)


def videos(world: World, number: int) -> Iterator[Video]:
    items = world.dynamodb.scan(TableName=world.environ["VIDEOS_TABLE"])["Items"]
    return (from_item(item) for item in items if item["video_id"]["S"] == f"video{number:06d}")


def looks(world: World) -> list[Call]:
    return [call for call in world.upstream.calls if "playlistId" in call.parameters]


def test_a_new_upload_is_stored_before_search_gives_it_and_confirmed_by_search(tracked: World) -> None:
    tracked.add(of(BUSY, 10, tracked.now + MINUTE, 2 * HOUR, description="All of it"))
    tracked.run(20 * MINUTE)
    video = stored(tracked, 10)
    assert video
    assert (video.found_by, video.tracked, video.detailed) == ("channel", True, True)
    assert finds(tracked) == {BUSY: 5}
    tracked.run(2 * HOUR)
    confirmed = stored(tracked, 10)
    assert confirmed
    assert (confirmed.found_by, confirmed.tracked) == ("search", True)
    assert confirmed.first_seen_at == video.first_seen_at
    assert finds(tracked) == {BUSY: 6}
    assert sum(report["new"] for report in tracked.reports) == 5


def test_what_does_not_match_or_is_gone_is_not_stored(tracked: World) -> None:
    at = tracked.now + MINUTE
    tracked.add(
        of(BUSY, 10, at, NEVER, title="Tea", channel_title="Tea"),
        of(BUSY, 11, at, NEVER),
        of(BUSY, 12, at, NEVER),
        of(BUSY, 13, at, NEVER),
    )
    tracked.clips.remove("video000011")
    tracked.clips.hide("video000012")
    tracked.run(30 * MINUTE)
    assert [stored(tracked, number) is not None for number in (10, 11, 12, 13)] == [False, False, False, True]


def test_what_was_published_before_tracking_began_is_left_to_search(tracked: World) -> None:
    tracked.add(of(BUSY, 10, START - 3 * HOUR, NEVER))
    tracked.run(HOUR)
    assert stored(tracked, 10) is None


def test_a_channel_that_is_gone_rests_for_a_day(tracked: World) -> None:
    tracked.upstream.fault = lambda call: (
        error(404, "gone", "playlistNotFound") if "playlistId" in call.parameters else None
    )
    tracked.upstream.calls.clear()
    tracked.run(2 * HOUR)
    assert len(looks(tracked)) == 1
    (channel,) = states(tracked).channels()
    assert channel.rests


def test_a_list_that_may_not_be_read_is_no_fault_of_the_key(tracked: World) -> None:
    tracked.upstream.fault = lambda call: (
        error(403, "no", "playlistItemsNotAccessible") if "playlistId" in call.parameters else None
    )
    tracked.run(HOUR)
    assert tracked.get("/status").get_json()["sources"]["youtube"]["usable_keys"] == 1


def test_switched_off_it_asks_for_nothing_and_still_counts(world: World) -> None:
    world.add(*(of(BUSY, number, START - HOUR * (number + 1)) for number in range(5)))
    world.run(2 * HOUR)
    assert not looks(world)
    assert finds(world) == {BUSY: 5}


def test_a_late_or_repeated_message_does_nothing_twice(tracked: World) -> None:
    message = json.dumps({"track": "2026-11-23T13:00:00Z"})
    tracked.add(of(BUSY, 10, tracked.now - MINUTE, NEVER))
    tracked.run(10 * MINUTE)
    tracked.upstream.calls.clear()
    for _ in range(5):
        assert tracked.deliver(message) == {"batchItemFailures": []}
    assert len(looks(tracked)) <= 1


def test_the_share_of_videos_from_known_channels_is_counted(tracked: World) -> None:
    tracked.configure(TRACKING="off")
    tracked.add(of(BUSY, 10, tracked.now), of(OTHER, 11, tracked.now))
    tracked.run(HOUR)
    (state,) = PollStates(tracked.dynamodb, tracked.environ["STATE_TABLE"]).read(["cricket"])
    assert state.known_channels == (2, 1)


def test_an_upload_of_a_query_that_is_being_polled_is_left_to_that_poll(tracked: World) -> None:
    tracked.add(of(BUSY, 10, tracked.now, NEVER))
    tracked.dynamodb.update_item(
        TableName=tracked.environ["STATE_TABLE"],
        Key={"pk": {"S": "query#cricket"}, "sk": {"S": "poll"}},
        UpdateExpression="SET claimed_until = :until",
        ExpressionAttributeValues={":until": {"S": "2026-11-24T12:00:00Z"}},
    )
    tracked.settle(10 * MINUTE)
    assert stored(tracked, 10) is None


def test_a_failing_source_ends_a_run_and_the_next_goes_on(tracked: World) -> None:
    tracked.upstream.fault = lambda call: Response("", 500) if "playlistId" in call.parameters else None
    tracked.add(of(BUSY, 10, tracked.now, NEVER))
    tracked.run(15 * MINUTE)
    assert states(tracked).read().problem
    tracked.upstream.fault = None
    tracked.run(30 * MINUTE)
    assert states(tracked).read().problem is None
    assert stored(tracked, 10)


def tracking_of(world: World, query: str = "cricket") -> dict[str, Any]:
    queries = world.get("/status").get_json()["queries"]
    return dict(next(each["tracking"] for each in queries if each["query"] == query))


def test_what_search_confirms_too_seldom_stops_a_query_until_its_phrase_changes(tracked: World) -> None:
    at = tracked.now
    # Of 60, searches will give 12.
    tracked.add(*(of(BUSY, 10 + number, at + number * SECOND, NEVER if number % 5 else HOUR) for number in range(60)))
    tracked.run(HOUR)
    assert sum(each.new for each in tracked.trackings) > 40
    assert tracking_of(tracked)["state"] == "tracked"
    tracked.run(HOUR)
    tracked.now += 2 * DAY
    tracked.run(HOUR)
    stopped = tracking_of(tracked)
    assert (stopped["state"], stopped["judged"], stopped["channels"]) == ("stopped", 50, 0)
    assert stopped["confirmed"] < 40
    assert stopped["stopped_at"]
    assert sum(each.stopped == ("cricket",) for each in tracked.trackings) == 1, "it is logged once"
    assert stored(tracked, 11), "what was stored stays"
    tracked.upstream.calls.clear()
    tracked.run(3 * HOUR)
    assert not looks(tracked)
    tag = tracked.get("/queries/cricket").headers["ETag"]
    assert tracked.put("cricket", match=tag, search="cricket|bat").status_code == 200
    tracked.run(HOUR)
    assert tracking_of(tracked)["state"] == "tracked"
    assert looks(tracked)


def test_what_search_mostly_confirms_goes_on(tracked: World) -> None:
    at = tracked.now
    tracked.add(*(of(BUSY, 10 + number, at + number * SECOND, HOUR) for number in range(30)))
    tracked.run(2 * HOUR)
    tracked.now += 2 * DAY
    tracked.run(HOUR)
    found = tracking_of(tracked)
    assert found["state"] == "tracked"
    assert found["confirmed"] == found["judged"] > 10


def test_one_look_serves_all_queries_that_share_a_channel(world: World) -> None:
    world.configure(TRACKING="on", QUERIES="cricket,bat,tea")
    world.add(*(of(BUSY, number, START - HOUR * (number + 1), title=f"Cricket bat {number}") for number in range(5)))
    world.run(HOUR + 2 * MINUTE)
    (channel,) = states(world).channels()
    assert channel.queries == ("cricket", "bat", "tea")
    world.add(of(BUSY, 10, world.now, NEVER, title="Cricket bat"))
    world.add(of(BUSY, 11, world.now, NEVER, title="A bat"))
    world.run(10 * MINUTE)
    assert {video.query for video in videos(world, 10)} == {"cricket", "bat"}
    assert {video.query for video in videos(world, 11)} == {"bat"}
    assert all(video.found_by == "channel" for number in (10, 11) for video in videos(world, number))


def test_what_only_youtube_can_judge_is_not_tracked(tracked: World) -> None:
    tag = tracked.get("/queries/cricket").headers["ETag"]
    tracked.put("cricket", match=tag, search="cricket", region="IN")
    tracked.run(HOUR)
    tracked.upstream.calls.clear()
    tracked.run(HOUR)
    assert tracking_of(tracked)["state"] == "unfit"
    assert not looks(tracked)
    assert states(tracked).channels() == []


def test_a_tracked_video_is_told_once_and_counted_once(tracked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver(tracked, monkeypatch)
    make_target(tracked)
    tracked.add(of(BUSY, 10, tracked.now, 2 * HOUR))
    tracked.run(20 * MINUTE)
    assert receiver.told() == ["video000010"]
    assert sum(tracked.state()["arrivals"]) == 6
    assert tracked.state()["newest_video"]["video_id"] == "video000010"
    tracked.run(3 * HOUR)
    video = stored(tracked, 10)
    assert video
    assert video.found_by == "search"
    assert receiver.told() == ["video000010"]
    assert sum(tracked.state()["arrivals"]) == 6
    assert sum(report["new"] for report in tracked.reports) + sum(each.new for each in tracked.trackings) == 6


def test_a_clock_that_ran_ahead_does_not_end_tracking(tracked: World) -> None:
    now = tracked.now
    tracked.now += 40 * DAY
    tracked.run(MINUTE)
    tracked.now = now
    tracked.restart()
    tracked.add(of(BUSY, 10, now, NEVER))
    tracked.run(HOUR + 10 * MINUTE)
    assert stored(tracked, 10)
