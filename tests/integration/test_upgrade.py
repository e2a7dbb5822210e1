"""From the first release to this one: no data is replaced, and today's functions work on what the first had stored."""

import re
from datetime import timedelta
from typing import Any

import pytest

from local.catalogue import Clip
from local.index import index_all
from local.machine import ROOT
from local.template import QUEUE, SECRET, TABLE, Template
from newsreel.library.videos import Videos
from newsreel.library.word_index import WordIndex
from newsreel.times import instant
from tests import first_release
from tests.first_release import CURSOR, NOW, SHOWN
from tests.receiving import Receiver, make_target
from tests.translated import translated
from tests.world import MINUTE, World, clip

KEPT = {
    # docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-table.html and its neighbours.
    TABLE: {"TableName", "KeySchema", "LocalSecondaryIndexes", "ImportSourceSpecification"},
    SECRET: {"Name"},
    QUEUE: {"QueueName", "FifoQueue"},
    "AWS::Logs::LogGroup": {"LogGroupName"},
    "AWS::SNS::Topic": {"TopicName", "FifoTopic"},
    "AWS::ApiGatewayV2::Api": {"ProtocolType"},
}
"""Types of what holds data or is known outside, and what of it CloudFormation cannot change but by replacing it."""
WHOLE_INDEX = {"IndexName", "KeySchema", "Projection"}
"""What of an index can be changed but by making it anew."""


def test_cloudformation_replaces_nothing_that_holds_data_or_is_known_outside() -> None:
    first, today = translated(first_release.TEMPLATE), translated()
    kept = {name: each for name, each in first.items() if each["Type"] in KEPT}
    assert {"VideosTable", "StateTable", "WordsTable", "KeysSecret", "PollQueue", "HttpApi"} <= kept.keys()
    for name, before in kept.items():
        after = today[name]
        assert after["Type"] == before["Type"]
        for each in KEPT[before["Type"]]:
            assert after["Properties"].get(each) == before["Properties"].get(each), (name, each)
        assert before.get("DeletionPolicy") == after.get("DeletionPolicy")
        assert before.get("UpdateReplacePolicy") == after.get("UpdateReplacePolicy")


def test_indexes_and_expiry_of_the_tables_stay_as_they_are() -> None:
    first, today = translated(first_release.TEMPLATE), translated()
    for name in first_release.TABLES:
        before, after = first[name]["Properties"], today[name]["Properties"]
        assert whole_indexes(after) == whole_indexes(before)
        assert after["TimeToLiveSpecification"] == before["TimeToLiveSpecification"]
        # The value of a secret is written again where it changes here, over the operator's keys.
    assert today["KeysSecret"]["Properties"]["SecretString"] == first["KeysSecret"]["Properties"]["SecretString"]


def test_the_parameters_of_the_first_release_are_there_and_take_the_values_that_they_took() -> None:
    # CloudFormation keeps the values of a stack's parameters where a deployment names no others.
    first, today = Template(first_release.TEMPLATE, {}).declared, Template(ROOT / "template.yaml", {}).declared
    for name, before in first.items():
        after = today[name]
        assert after["Type"] == before["Type"]
        assert set(before.get("AllowedValues", ())) <= set(after.get("AllowedValues", ()))
        if "MinValue" in before:
            assert after["MinValue"] <= before["MinValue"] <= before["MaxValue"] <= after["MaxValue"]
        assert re.fullmatch(after.get("AllowedPattern", ".*"), str(before["Default"]))


def whole_indexes(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [{part: each[part] for part in WHOLE_INDEX} for each in table.get("GlobalSecondaryIndexes", ())]


@pytest.fixture
def upgraded(world: World) -> World:
    """A world with the first release's tables, and the videos still on the upstream."""
    names = {"VideosTable": "VIDEOS_TABLE", "StateTable": "STATE_TABLE", "WordsTable": "WORDS_TABLE"}
    first_release.seed(world.dynamodb, {name: world.environ[variable] for name, variable in names.items()})
    world.now = NOW
    world.configure(QUERIES=",".join(SHOWN), PACING="fixed", POLL_INTERVAL_SECONDS="600", SEARCH_CALLS_PER_DAY="1000")
    for query, videos in SHOWN.items():
        world.add(*(as_clip(query, video) for video in videos))
    return world


def as_clip(query: str, video: dict[str, Any]) -> Clip:
    """The video as the upstream has it."""
    published = instant(video["published_at"])
    parts = ("title", "description", "channel_id", "channel_title", "duration_seconds", "live")
    return Clip(video["video_id"], published, published, query=query, **{part: video[part] for part in parts})


def test_the_api_shows_what_the_first_release_showed(upgraded: World) -> None:
    for query, shown in SHOWN.items():
        listed = upgraded.walk(f"/videos?page_size=4&query={query}")
        assert [video["video_id"] for video in listed] == [video["video_id"] for video in shown]
        for now, then in zip(listed, shown, strict=True):
            assert {name: now[name] for name in then} == then
            assert now["found_by"] == "search"
            assert {now[name] for name in ("view_count", "vertical", "embeddable", "refreshed_at")} == {None}
    both = sorted((video for shown in SHOWN.values() for video in shown), key=lambda video: video["published_at"])
    assert upgraded.ids("/videos?query=*&order=oldest&page_size=5") == [video["video_id"] for video in both]
    for path in ("/status", "/queries", "/targets", "/videos.atom", "/videos.feed.json", "/opml", "/"):
        assert upgraded.get(path).status_code == 200, path
    assert upgraded.state("cricket")["last_success_at"] == "2026-11-23T13:12:00Z"
    # The key's searches were spent, and that is remembered.
    (key,) = upgraded.get("/status").get_json()["sources"]["youtube"]["keys"]
    assert key["search"]["spent"] > 0


def test_a_cursor_of_the_first_release_leads_on(upgraded: World) -> None:
    rest = upgraded.get(f"/videos?page_size=50&cursor={CURSOR}").get_json()["videos"]
    assert [video["video_id"] for video in rest] == [video["video_id"] for video in SHOWN["cricket"][2:]]


def test_after_indexing_anew_all_is_found_and_sorted(upgraded: World) -> None:
    index = WordIndex(upgraded.dynamodb, upgraded.environ["WORDS_TABLE"], timedelta(days=28), upgraded.time)
    table = upgraded.environ["VIDEOS_TABLE"]
    videos = Videos(upgraded.dynamodb, table, timedelta(days=28), index, upgraded.time)
    assert list(index_all(upgraded.dynamodb, table, videos))[-1] == 12
    ids = [video["video_id"] for video in SHOWN["cricket"]]
    assert upgraded.ids("/videos?search=cricket") == ids
    assert upgraded.ids("/videos?search=cricket&live=live") == ["video000002"]
    # What is live or to come has no duration yet.
    lasting = [video["video_id"] for video in SHOWN["cricket"] if video["live"] == "none"]
    assert upgraded.ids("/videos?order=shortest") == lasting[::-1]


def test_the_fetcher_goes_on_refreshes_what_is_stored_and_doubles_nothing(upgraded: World) -> None:
    new = clip(900, NOW - 20 * MINUTE, query="cricket")
    upgraded.add(new)
    # Once more searches are granted a day, or on the next day.
    upgraded.now = NOW + timedelta(hours=18)
    upgraded.run(timedelta(hours=1))
    assert {report["outcome"] for report in upgraded.reports} == {"ok"}
    for query, shown in SHOWN.items():
        ids = {video["video_id"] for video in shown} | ({new.video_id} if query == "cricket" else set())
        listed = upgraded.walk(f"/videos?query={query}")
        assert sorted(video["video_id"] for video in listed) == sorted(ids)
        assert all(video["refreshed_at"] for video in listed if video["video_id"] != new.video_id)
    state = upgraded.state("cricket")
    assert (state["gaps"], state["problem"]) == (0, None)
    assert upgraded.get("/status").get_json()["healthy"]


def test_what_is_watched_is_changed_from_the_parameters_list_on(upgraded: World) -> None:
    upgraded.schedule()
    assert upgraded.client().put("/queries/tennis", json={"weight": 2}).status_code == 201
    watched = [each["query"] for each in upgraded.get("/queries").get_json()["queries"]]
    assert sorted(watched) == ["cricket", "tennis", "world cup"]
    answer = upgraded.client().delete("/queries/world%20cup", headers={"If-Match": "*"})
    assert answer.status_code == 204
    assert upgraded.ids("/videos?query=cricket") == [video["video_id"] for video in SHOWN["cricket"]]


def test_a_target_is_told_of_what_is_new_and_of_nothing_that_was_there(
    upgraded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(upgraded, monkeypatch)
    upgraded.now = NOW + timedelta(hours=18)
    upgraded.schedule()
    make_target(upgraded)
    upgraded.run(20 * MINUTE)
    upgraded.add(clip(901, upgraded.now, query="cricket"))
    upgraded.run(30 * MINUTE)
    assert receiver.told() == ["video000901"]
