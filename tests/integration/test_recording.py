"""A recorded day of real search results, played over HTTP: what readers get is exactly what was recorded."""

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from local.catalogue import recorded
from local.serving import serving
from local.upstream import Limits
from newsreel.times import instant, stamp
from tests.world import START, World

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Recording:
    """The file, when each of its groups was found, and its items in the order that readers should see."""

    path: Path
    groups: list[datetime]
    items: list[dict[str, Any]]

    @property
    def ids(self) -> list[str]:
        return [item["id"]["videoId"] for item in self.items]


@pytest.fixture
def recording(recordings: Path) -> Recording:
    path = recordings / "youtube" / "cricket_polls_2025-09-07.jsonl"
    groups = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    items = [item for group in groups for item in group["items"]]
    items.sort(key=lambda item: (item["snippet"]["publishedAt"], item["id"]["videoId"]), reverse=True)
    return Recording(path, [datetime.fromisoformat(group["inserted_at_utc"]) for group in groups], items)


@pytest.fixture
def online(world: World, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world just before the recording's first group, whose upstream plays it and answers over HTTP."""
    world.now = recording.groups[0]
    world.upstream.catalogue = recorded(recording.path, recording.groups[-1])
    with serving(world.upstream) as url, requests.Session() as session:
        monkeypatch.setattr("newsreel.polling.adapters.session", lambda: session)
        world.configure(YOUTUBE_API_URL=f"{url}/youtube/v3")
        yield world


def check(world: World, recording: Recording, shift: timedelta = timedelta(0)) -> None:
    """That the api's pages hold the recording's videos: all, once each, newest first, with their real titles."""
    shown = world.walk()
    times = [video["published_at"] for video in shown]
    assert times == sorted(times, reverse=True)
    assert len(shown) == len(recording.items) == 475
    shown_by_id = {video["video_id"]: video for video in shown}
    assert shown_by_id.keys() == set(recording.ids)
    for item in recording.items:
        video, snippet = shown_by_id[item["id"]["videoId"]], item["snippet"]
        assert video["title"] == html.unescape(snippet["title"])
        assert video["published_at"] == stamp(instant(snippet["publishedAt"]) + shift)
        assert video["channel_id"] == snippet["channelId"]
        assert video["thumbnails"] == snippet["thumbnails"]
    assert not world.state()["gaps"]


def play(world: World, recording: Recording) -> None:
    """Let the clock stop at every group, and then go on until what searches left out is found: four days at most."""
    for moment in recording.groups:
        world.now = moment
        world.schedule()
    end = world.now + timedelta(days=4)
    while world.now < end and sum(report["new"] for report in world.reports) < len(recording.items):
        world.now += HOUR
        world.schedule()


def test_a_recording_played_as_it_happened_is_served_whole(online: World, recording: Recording) -> None:
    online.configure(PACING="fixed", SEARCH_CALLS_PER_DAY="10000")
    online.upstream.limits = Limits(search=10_000)
    play(online, recording)
    check(online, recording)


def test_a_recording_played_on_one_key_is_served_whole(online: World, recording: Recording) -> None:
    play(online, recording)
    check(online, recording)


@pytest.mark.parametrize("units_per_day", [1, 10_000], ids=["titles of search.list", "titles of videos.list"])
def test_a_recording_shifted_to_end_now_is_served_whole_after_one_poll(
    online: World, recording: Recording, units_per_day: int
) -> None:
    online.upstream.catalogue = recorded(recording.path, START)
    online.upstream.limits = Limits(default=units_per_day)
    online.now = START
    online.schedule()
    check(online, recording, START - recording.groups[-1])
    assert [report["new"] for report in online.reports] == [475]
