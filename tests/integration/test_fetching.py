"""The main job: polls store what is new, once, whatever comes twice, late or broken."""

import json
from datetime import timedelta

import pytest

import functions.fetcher.app as fetcher
from local.catalogue import Clip
from tests.killed import Killed
from tests.world import MINUTE, START, World, clip, clips

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def test_a_first_poll_stores_what_is_there(world: World) -> None:
    world.add(*clips(START - number * HOUR for number in range(1, 31)))
    world.schedule()
    assert world.ids() == [f"video{number:06d}" for number in range(30)]
    assert world.reports[0]["new"] == 30


def test_a_poll_pages_through_all_that_its_window_needs(world: World) -> None:
    world.add(*clips(START - number * 5 * MINUTE for number in range(1, 301)))
    world.schedule()
    assert len(world.ids()) == 300
    assert len(world.upstream.calls) == 6 + 6


def test_new_videos_appear_and_known_ones_are_not_written_again(world: World) -> None:
    world.add(*clips(START - number * MINUTE for number in range(1, 11)))
    world.schedule()
    before = world.get("/videos/video000003").get_json()
    world.add(clip(99, START + 5 * MINUTE))
    world.now += HOUR
    world.schedule()
    assert world.reports[-1]["new"] == 1
    assert world.reports[-1]["seen"] == 11
    assert world.ids()[0] == "video000099"
    assert world.get("/videos/video000003").get_json() == before


def test_details_come_from_videos_list(world: World) -> None:
    world.add(clip(1, START - MINUTE, description="word " * 200, duration_seconds=253))
    world.schedule()
    video = world.get("/videos/video000001").get_json()
    assert video["description"] == "word " * 200
    assert video["duration_seconds"] == 253


def test_titles_are_unescaped_once(world: World) -> None:
    world.add(Clip("abcdefghijk", START - MINUTE, START, title="""Tom &amp; "Jerry" <b>'s &#39;"""))
    world.configure(UNITS_PER_DAY="1")
    world.schedule()
    assert world.walk()[0]["title"] == """Tom &amp; "Jerry" <b>'s &#39;"""


def test_the_same_event_twice_polls_once(world: World) -> None:
    world.add(clip(1, START - MINUTE))
    world.schedule()
    calls = len(world.upstream.calls)
    world.schedule()
    world.deliver('{"query": "cricket"}', '{"query": "cricket"}')
    assert len(world.upstream.calls) == calls
    assert len(world.reports) == 1


def test_late_results_are_found(world: World) -> None:
    world.add(*clips(START - number * 10 * MINUTE for number in range(1, 20)))
    world.schedule()
    world.add(clip(50, START - HOUR, lag=2 * HOUR))
    world.now += 2 * HOUR
    world.schedule()
    assert "video000050" in world.ids()


def test_a_message_of_a_query_that_is_no_longer_watched_does_nothing(world: World) -> None:
    assert world.deliver(json.dumps({"query": "tennis"})) == {"batchItemFailures": []}
    assert not world.upstream.calls


def test_a_message_that_cannot_be_read_is_given_back_alone(world: World) -> None:
    world.add(clip(1, START - MINUTE))
    answer = world.deliver("{not json", '{"query": "cricket"}')
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert world.ids() == ["video000001"]


def test_an_event_of_somebody_else_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="neither"):
        world._invoke({"source": "aws.s3"})  # noqa: SLF001 - an event that no one should send


def test_polls_come_on_their_beat_within_the_minute(world: World) -> None:
    world.configure(PACING="fixed")
    world.run(3 * MINUTE)
    times = [call.at for call in world.upstream.calls]
    assert times == [START + number * 10 * SECOND for number in range(18)]


def test_a_changed_title_replaces_the_old_one(world: World) -> None:
    world.add(clip(1, START - MINUTE))
    world.schedule()
    world.clips.remove("video000001")
    world.add(Clip("video000001", START - MINUTE, START, title="A better title"))
    world.now += HOUR
    world.schedule()
    video = world.walk()[0]
    assert video["title"] == "A better title"
    assert video["first_seen_at"] == "2026-11-23T12:00:00Z"
    assert world.reports[-1]["new"] == 0


def test_a_poll_killed_midway_is_repeated_without_loss_or_double(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.add(*clips(START - number * MINUTE for number in range(1, 120)))

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("newsreel.polling.states.PollStates.finish", kill)
        with pytest.raises(Killed):
            world.schedule()
    assert len(world.ids()) == 119
    world.now += 29 * SECOND
    world.schedule()
    assert not world.reports, "the claim still holds"
    world.now += 2 * SECOND
    world.schedule()
    assert len(world.reports) == 1
    assert world.reports[0]["new"] == 0
    assert len(world.ids()) == len(set(world.ids())) == 119


def test_a_burst_fits_into_one_record_of_metrics(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.schedule()
    world.now += HOUR
    world.add(*clips(world.now - number * SECOND for number in range(1, 251)))
    fetcher.run_named("cricket", 1)
    (record,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line)
    assert record["VideosNew"] == [250.0]
    assert 80 < len(record["PublishedToStored"]) < 100
