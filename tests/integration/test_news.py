"""Telling targets of new videos, from the poll that finds them to the message that arrives."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from werkzeug.wrappers import Response

import functions.fetcher.app as fetcher
from local.upstream import Limits
from newsreel.aws.claims import LEASE
from newsreel.errors import TargetFailed
from newsreel.news.outbox import Outbox
from newsreel.times import instant
from tests.killed import Killed
from tests.receiving import HOOK, Receiver, change_target, health, make_target
from tests.world import MINUTE, NEWS, START, World, clip

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
BROKEN = TargetFailed("it answered 500", sure=True)
SILENT = TargetFailed("it did not answer within 5 seconds", sure=False)


def ids(*numbers: int) -> list[str]:
    return [f"video{number:06d}" for number in numbers]


@pytest.fixture
def receiver(world: World, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """A world that polls each minute and has polled before, and the target `chat`, which is told of all."""
    made = Receiver(world, monkeypatch)
    world.without_refreshes()
    world.configure(POLL_INTERVAL_SECONDS="60", PACING="fixed", SEARCH_CALLS_PER_DAY="10000")
    world.upstream.limits = Limits(search=10_000, default=100_000)
    world.add(clip(0, START - 10 * MINUTE))
    world.schedule()
    make_target(world)
    world.now += MINUTE
    return made


def test_a_new_video_is_told_within_ten_seconds_of_storing(world: World, receiver: Receiver) -> None:
    world.add(clip(1, world.now - MINUTE))
    world.schedule()
    stored_at = world.now
    world.settle()
    (message,) = receiver.messages["chat"]
    assert message.videos == ids(1)
    assert message.at - stored_at <= 10 * SECOND


def test_whoever_is_not_told_costs_nothing(world: World) -> None:
    world.configure(POLL_INTERVAL_SECONDS="60", PACING="fixed")
    world.run(2 * MINUTE)
    world.add(clip(1, world.now))
    world.schedule()
    assert [url for _, url, _ in world.queue.until(world.now + HOUR) if url == NEWS] == []


def test_a_first_poll_tells_nobody(world: World, receiver: Receiver) -> None:
    world.add(*(clip(number, world.now - number * MINUTE) for number in range(1, 5)))
    world.client().put("/queries/tennis", json={"search": "video"})
    world.run(MINUTE)
    assert receiver.told() == ids(4, 3, 2, 1), "of cricket, which was polled before"
    world.settle(HOUR)
    assert receiver.told() == ids(4, 3, 2, 1)


def test_what_a_first_poll_leaves_to_later_ones_tells_nobody(world: World, receiver: Receiver) -> None:
    # More than a poll takes.
    world.add(*(clip(1000 + number, START - number * MINUTE, query="tennis") for number in range(30, 630)))
    world.put("tennis")
    world.run(MINUTE)
    assert len(world.ids("/videos?query=tennis&page_size=50")) < 550
    world.add(clip(1, world.now, query="tennis"))
    world.run(30 * MINUTE)
    assert len(world.ids("/videos?query=tennis&page_size=50")) > 600
    assert receiver.told() == ids(1)


def test_a_gap_older_than_a_day_tells_nobody(world: World, receiver: Receiver) -> None:
    outage = [clip(number, world.now + number * HOUR) for number in range(1, 48)]
    world.add(*outage)
    world.now += 48 * HOUR
    world.run(5 * MINUTE)
    assert set(world.ids()) >= {each.video_id for each in outage}
    young = [each.video_id for each in outage if each.published_at > world.now - DAY - 5 * MINUTE]
    assert set(receiver.told()) <= set(young)
    assert set(receiver.told()) >= set(young[1:])
    assert len(receiver.told()) == len(set(receiver.told()))


def test_a_refresh_tells_nobody(world: World, receiver: Receiver) -> None:
    world.run(MINUTE)
    world.add(clip(0, START - 10 * MINUTE, title="Another title"))
    world.deliver(json.dumps({"refresh": "now"}))
    world.now += 2 * HOUR
    world.deliver(json.dumps({"refresh": "now"}))
    world.settle()
    assert receiver.told() == []


def test_what_the_fallback_finds_is_told(world: World, receiver: Receiver) -> None:
    found: dict[str, Any] = {
        "type": "video",
        "videoId": "dQw4w9WgXcQ",
        "title": "A video",
        "author": "One",
        "authorId": "UCone",
    }
    found |= {"published": int(world.now.timestamp()) - 60, "publishedText": "1 minute ago", "lengthSeconds": 10}
    world.apps["instance.test"] = Response(json.dumps([found]), content_type="application/json")
    world.configure(INVIDIOUS_URLS="http://instance.test")
    world.set_keys()
    world.now += HOUR
    world.run(3 * MINUTE)
    assert receiver.told() == ["dQw4w9WgXcQ"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"queries": ["cricket"]}, [1, 2, 3]),
        ({"queries": ["tennis"]}, []),
        ({"filters": {"search": "final"}}, [2]),
        ({"filters": {"exclude": "final"}}, [1, 3]),
        ({"filters": {"min_duration": 61}}, [3]),
        ({"filters": {"max_duration": "60", "search": "Video"}}, [1]),
        ({"filters": {"channel_id": "UCthree"}}, [3]),
        ({"filters": {"live": "live"}}, []),
        ({"paused": True}, []),
    ],
)
def test_a_target_is_told_what_it_wants(world: World, receiver: Receiver, settings: Any, told: list[int]) -> None:
    make_target(world, "picky", **settings)
    world.add(
        clip(1, world.now - 3 * SECOND),
        clip(2, world.now - 2 * SECOND, title="The final"),
        clip(3, world.now - SECOND, duration_seconds=600, channel_id="UCthree"),
    )
    world.run(MINUTE)
    assert receiver.told("picky") == ids(*told)
    assert receiver.told() == ids(1, 2, 3)


def test_what_a_query_blocks_is_not_told(world: World, receiver: Receiver) -> None:
    world.put("cricket", match="*", blocked_words=["final"], blocked_channels=["UCthree"])
    world.add(
        clip(1, world.now - 3 * SECOND),
        clip(2, world.now - 2 * SECOND, title="The final"),
        clip(3, world.now - SECOND, channel_id="UCthree"),
    )
    world.run(MINUTE)
    assert receiver.told() == ids(1)


def test_a_video_of_two_queries_is_told_once(world: World, receiver: Receiver) -> None:
    world.put("tennis")
    world.run(2 * MINUTE)
    world.add(clip(1, world.now))
    world.run(2 * MINUTE)
    assert world.ids("/videos?query=tennis&page_size=50")[0] == world.ids()[0] == ids(1)[0]
    assert receiver.told() == ids(1)


def test_a_video_that_is_gone_when_its_turn_comes_is_not_told(world: World, receiver: Receiver) -> None:
    change_target(world, digest="hourly")
    world.add(clip(1, world.now), clip(2, world.now))
    world.run(MINUTE)
    world.clips.remove(ids(1)[0])
    video = {"video_id": {"S": ids(1)[0]}, "query": {"S": "cricket"}}
    world.dynamodb.delete_item(TableName=world.environ["VIDEOS_TABLE"], Key=video)
    world.run(HOUR)
    assert receiver.told() == ids(2)


# ---- when ------------------------------------------------------------------------------------------------------------


def test_an_hourly_digest_comes_at_the_full_hour(world: World, receiver: Receiver) -> None:
    change_target(world, digest="hourly")
    for number in range(1, 4):
        world.add(clip(number, world.now))
        world.run(10 * MINUTE)
    assert receiver.told() == []
    world.run(HOUR)
    (message,) = receiver.messages["chat"]
    assert message.videos == ids(1, 2, 3)
    assert START + HOUR <= message.at <= START + HOUR + 2 * SECOND


@pytest.mark.parametrize(
    ("zone", "hour", "at"), [("UTC", 13, "13:00"), ("Asia/Kolkata", 18, "12:30"), ("America/New_York", 9, "14:00")]
)
def test_a_daily_digest_comes_at_its_hour_by_its_clock(
    world: World, receiver: Receiver, zone: str, hour: int, at: str
) -> None:
    change_target(world, digest="daily", digest_hour=hour, zone=zone)
    world.add(clip(1, world.now))
    world.run(2 * HOUR + 2 * MINUTE)
    (message,) = receiver.messages["chat"]
    assert message.videos == ids(1)
    assert f"{message.at:%H:%M}" == at


def test_who_wants_each_after_all_need_not_wait_for_the_digest(world: World, receiver: Receiver) -> None:
    change_target(world, digest="daily", digest_hour=11)
    world.add(clip(1, world.now))
    world.run(2 * MINUTE)
    change_target(world, digest="each")
    world.add(clip(2, world.now))
    world.run(MINUTE)
    assert receiver.told() == ids(1, 2)


def test_messages_of_one_target_keep_apart(world: World, receiver: Receiver) -> None:
    for number in range(1, 6):
        world.add(clip(number, world.now))
        world.now += SECOND
        world.poll_again()
    world.settle()
    assert receiver.told() == ids(1, 2, 3, 4, 5)
    times = [message.at for message in receiver.messages["chat"]]
    assert all(later - earlier >= 3 * SECOND for earlier, later in pairwise(times))


def test_a_flood_becomes_few_messages(world: World, receiver: Receiver) -> None:
    world.add(*(clip(number, world.now - number * SECOND) for number in range(1, 301)))
    world.run(MINUTE)
    assert sorted(receiver.told()) == ids(*range(1, 301))
    assert len(receiver.messages["chat"]) == 3
    assert max(len(message.videos) for message in receiver.messages["chat"]) == 100


def test_one_failing_target_delays_no_other(world: World, receiver: Receiver) -> None:
    make_target(world, "broken")
    receiver.failing["broken"] = SILENT
    world.add(clip(1, world.now))
    world.schedule()
    began = world.now
    world.settle()
    assert receiver.messages["chat"][0].at - began <= 10 * SECOND
    assert receiver.tries["broken"]


# ---- failing ---------------------------------------------------------------------------------------------------------


def test_a_target_that_fails_is_tried_with_growing_pauses_then_once_an_hour(world: World, receiver: Receiver) -> None:
    receiver.failing["chat"] = BROKEN
    world.add(clip(1, world.now))
    world.run(10 * MINUTE)
    while world.now < START + 30 * HOUR:
        # Nothing happens between one turn and the next.
        turn_at = health(world)["next_turn_at"]
        world.now = max(world.now, instant(turn_at) - 30 * SECOND)
        world.run(2 * MINUTE)
    tries = receiver.tries["chat"]
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[:4] == [10 * SECOND, 30 * SECOND, 90 * SECOND, 270 * SECOND]
    a_day = [pause for at, pause in zip(tries, pauses, strict=False) if at - tries[0] < DAY - 15 * MINUTE]
    assert max(a_day) < 17 * MINUTE
    assert all(HOUR <= pause < HOUR + 2 * MINUTE for pause in pauses[len(a_day) + 1 :])
    assert len(pauses) - len(a_day) >= 5
    state = health(world)
    assert (state["state"], state["problem"], state["told"]) == ("resting", "it answered 500", 0)
    assert instant(state["failing_since"]) == tries[0]


def test_what_was_missed_is_told_in_one_message_and_at_most_the_newest_hundred(
    world: World, receiver: Receiver
) -> None:
    receiver.failing["chat"] = BROKEN
    for number in range(1, 151):
        world.add(clip(number, world.now - 150 * SECOND + number * SECOND))
    world.run(30 * MINUTE)
    assert health(world)["state"] == "failing"
    receiver.failing.clear()
    world.run(30 * MINUTE)
    (message,) = receiver.messages["chat"]
    assert message.videos == ids(*range(51, 151))
    assert message.left_out == 50
    state = health(world)
    assert (state["state"], state["problem"], state["failing_since"], state["told"]) == ("ok", None, None, 100)
    world.add(clip(200, world.now))
    world.run(2 * MINUTE)
    assert receiver.told()[-1:] == ids(200)


def test_a_message_that_may_have_arrived_keeps_its_id_and_its_videos(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[Any] = []
    take = receiver.take

    def arrives_and_is_silent(*message: Any) -> None:
        noted.append((message[2].id, message[2].videos))
        take(*message)

    receiver.failing["chat"] = SILENT
    with monkeypatch.context() as patch:
        patch.setattr("functions.notifier.app.send", arrives_and_is_silent)
        world.add(clip(1, world.now))
        world.run(MINUTE)
        world.add(clip(2, world.now))
        world.run(MINUTE)
        receiver.failing.clear()
        world.run(10 * MINUTE)
    first, *again = noted
    assert len(again) >= 2
    assert set(again[:-1]) == {first}
    assert receiver.told() == ids(1, 2)
    assert receiver.messages["chat"][0].event == first[0]


def test_what_was_missed_behind_a_message_that_may_have_arrived_is_one_message_too(
    world: World, receiver: Receiver
) -> None:
    receiver.failing["chat"] = SILENT
    world.add(clip(1, world.now))
    world.run(2 * MINUTE)
    world.add(*(clip(number, world.now - 150 * SECOND + number * SECOND) for number in range(2, 152)))
    world.run(20 * MINUTE)
    receiver.failing.clear()
    world.run(20 * MINUTE)
    first, second = receiver.messages["chat"]
    assert (first.videos, first.left_out) == (ids(1), 0)
    assert (second.videos, second.left_out) == (ids(*range(52, 152)), 50)


def test_retry_after_is_honoured(world: World, receiver: Receiver) -> None:
    receiver.failing["chat"] = TargetFailed("it answered 429", sure=True, retry_after=1800)
    world.add(clip(1, world.now))
    world.run(29 * MINUTE)
    assert len(receiver.tries["chat"]) == 1
    receiver.failing.clear()
    world.run(5 * MINUTE)
    assert receiver.told() == ids(1)


def test_who_is_gone_is_asked_once_an_hour_only(world: World, receiver: Receiver) -> None:
    receiver.failing["chat"] = TargetFailed("it answered 410", sure=True, gone=True)
    world.add(clip(1, world.now))
    world.run(4 * HOUR + 10 * MINUTE)
    assert len(receiver.tries["chat"]) == 5
    assert health(world)["state"] == "resting"


def test_the_owner_sees_who_fails(world: World, receiver: Receiver) -> None:
    make_target(world, "other")
    assert world.get("/status").get_json()["healthy"]
    receiver.failing["chat"] = BROKEN
    world.add(clip(1, world.now))
    world.run(MINUTE)
    status = world.get("/status").get_json()
    assert [each["code"] for each in status["problems"]] == ["target_failing"]
    assert "chat" in status["problems"][0]["message"]
    assert "1 of 2" in status["problems"][0]["message"]
    assert {each["target"]: each["state"] for each in status["targets"]} == {"chat": "failing", "other": "ok"}


def test_a_missing_address_is_a_failure_like_others(world: World, receiver: Receiver) -> None:
    world._secrets.put_secret_value(SecretId=world.environ["TARGETS_SECRET_ID"], SecretString="{}")  # noqa: SLF001
    world.add(clip(1, world.now))
    world.run(MINUTE)
    assert health(world)["problem"] == "the address is missing; give it once more"
    assert change_target(world, address=HOOK).status_code == 200
    world.run(5 * MINUTE)
    assert receiver.told() == ids(1)


# ---- twice, late, or not at all --------------------------------------------------------------------------------------


def announced(world: World) -> str:
    """The body of the announcement that waits in the queue."""
    (body,) = [body for _, url, body in list(world.queue.until(world.now + MINUTE)) if url == NEWS and "news" in body]
    return body


def test_an_announcement_that_comes_twice_or_late_tells_once(world: World, receiver: Receiver) -> None:
    world.add(clip(1, world.now), clip(2, world.now))
    world.schedule()
    body = announced(world)
    for at in (2 * SECOND, 3 * SECOND, MINUTE, 5 * HOUR):
        world.queue.repeat(NEWS, body, world.now + at)
    world.settle(6 * HOUR)
    assert receiver.told() == ids(1, 2)
    world.deliver_news(body)
    world.settle()
    assert receiver.told() == ids(1, 2)


def test_a_call_that_comes_twice_or_for_nothing_tells_nothing(world: World, receiver: Receiver) -> None:
    world.add(clip(1, world.now))
    world.run(MINUTE)
    (uid,) = [each["uid"] for each in fetcher.watched().all().targets]
    for _ in range(3):
        world.deliver_news(json.dumps({"turn": uid}))
    world.deliver_news(json.dumps({"turn": "nobody"}))
    world.deliver_news(json.dumps({"test": "nobody"}))
    world.settle()
    assert receiver.told() == ids(1)


def test_a_call_that_is_lost_is_made_up_for_within_two_minutes(world: World, receiver: Receiver) -> None:
    world.add(clip(1, world.now))
    world.schedule()
    world.deliver_news(announced(world))
    assert [body for _, _, body in world.queue.until(world.now + HOUR) if "turn" in body]
    assert receiver.told() == []
    world.now += MINUTE
    world.run(2 * MINUTE)
    assert receiver.told() == ids(1)


@pytest.mark.parametrize("dies_at", ["claim", "waiting", "note_event", "note_told", "drop", "finish"])
def test_a_turn_that_dies_is_taken_up_again_though_its_call_is_lost(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    done = getattr(Outbox, dies_at)

    def dies(*arguments: Any) -> None:
        done(*arguments)
        raise Killed

    world.add(clip(1, world.now), clip(2, world.now))
    world.schedule()
    world.deliver_news(announced(world))
    (call,) = [body for _, _, body in world.queue.until(world.now + HOUR) if "turn" in body]
    with monkeypatch.context() as patch:
        patch.setattr(Outbox, dies_at, dies)
        with pytest.raises(Killed):
            world.deliver_news(call)
    world.now += MINUTE
    world.run(3 * MINUTE)
    assert receiver.told() == ids(1, 2), "once"


def test_videos_that_are_never_stored_are_looked_for_three_times(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise Killed

    def look(*_: Any) -> dict[str, Any]:
        looks.append(world.now)
        return {}

    looks: list[datetime] = []
    with monkeypatch.context() as patch:
        patch.setattr("newsreel.library.videos.Videos.put", die)
        world.add(clip(1, world.now))
        with pytest.raises(Killed):
            world.schedule()
    with monkeypatch.context() as patch:
        patch.setattr("newsreel.library.videos.Videos.find", look)
        world.settle(HOUR)
    assert len(looks) == 3
    assert looks[-1] - looks[0] > LEASE
    assert receiver.told() == []
    world.run(2 * MINUTE)
    assert receiver.told() == ids(1), "the poll is repeated and says it anew"


def test_a_clock_that_ran_ahead_keeps_nobody_waiting(world: World, receiver: Receiver) -> None:
    receiver.failing["chat"] = BROKEN
    world.add(clip(1, world.now - SECOND))
    world.schedule()
    body = announced(world)
    right = world.now
    world.now += 2 * HOUR
    world.deliver_news(body)
    world.settle()
    assert receiver.tries["chat"]
    world.now = right
    receiver.failing.clear()
    world.run(3 * MINUTE)
    assert receiver.told() == ids(1)


def test_a_message_that_is_none_of_ours_does_not_come_again(world: World) -> None:
    for body in (
        "",
        "x",
        "[]",
        "{}",
        '{"turn": 7}',
        '{"news": "a", "query": "b", "video_ids": "c", "looks": 0}',
        "1" * 9,
    ):
        world.deliver_news(body)


def test_who_is_removed_is_told_nothing_and_begins_anew_under_the_same_name(world: World, receiver: Receiver) -> None:
    change_target(world, digest="hourly")
    world.add(clip(1, world.now))
    world.run(2 * MINUTE)
    assert world.client().delete("/targets/chat", headers={"If-Match": "*"}).status_code == 204
    make_target(world)
    world.add(clip(2, world.now))
    world.run(2 * HOUR)
    assert receiver.told() == ids(2)


def test_what_comes_during_a_pause_is_not_told_later(world: World, receiver: Receiver) -> None:
    change_target(world, digest="hourly")
    world.add(clip(1, world.now))
    world.run(2 * MINUTE)
    change_target(world, paused=True)
    world.add(clip(2, world.now))
    world.run(2 * HOUR)
    change_target(world)
    world.add(clip(3, world.now))
    world.run(2 * MINUTE)
    assert receiver.told() == ids(3)
    assert health(world)["state"] == "ok"


# ---- tests, and programs on AWS --------------------------------------------------------------------------------------


def test_a_test_message_says_what_came_of_it(world: World, receiver: Receiver) -> None:
    assert health(world)["tested_at"] is None
    assert world.client().put("/targets/chat/test").status_code == 202
    world.settle()
    state = health(world)
    assert (state["test_problem"], state["told"], state["state"]) == (None, 0, "new")
    assert instant(state["tested_at"]) <= world.now
    receiver.failing["chat"] = BROKEN
    world.client().put("/targets/chat/test")
    world.settle()
    assert health(world)["test_problem"] == "it answered 500"
    assert health(world)["failing_since"] is None
    assert world.client().put("/targets/nobody/test").status_code == 404


def test_a_bus_gets_one_event_a_poll(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[dict[str, Any]] = []

    class Events:
        def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's names
            put.extend(Entries)
            return {"FailedEntryCount": 0}

    monkeypatch.setattr("functions.notifier.app.events", Events)
    world.without_refreshes()
    world.configure(EVENT_BUS="news", POLL_INTERVAL_SECONDS="60", PACING="fixed")
    world.run(2 * MINUTE)
    assert put == []
    world.add(clip(1, world.now - SECOND), clip(2, world.now))
    world.run(2 * MINUTE)
    (event,) = put
    detail = json.loads(event.pop("Detail"))
    assert event == {"EventBusName": "news", "Source": "newsreel", "DetailType": "New videos"}
    assert detail.keys() == {"id", "query", "video_ids", "at"}
    assert (detail["query"], sorted(detail["video_ids"])) == ("cricket", ids(1, 2))
