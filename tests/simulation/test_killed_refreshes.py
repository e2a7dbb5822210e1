"""Refreshes killed at any point: what is stored becomes what YouTube has, and nothing that is there is removed."""

import random
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from local.upstream import Limits
from newsreel.aws.claims import LEASE
from tests.killed import Killed
from tests.simulation.test_faults import Faulty
from tests.world import MINUTE, START, World, clip

KILLS = 300
ROUNDS_APART = timedelta(minutes=75)
COUNT = 7


class Deadly:
    """Kills at the point of this number, before or after a call to DynamoDB."""

    def __init__(self, point: int) -> None:
        self.point = self.left = point

    def __call__(self) -> Killed | None:
        self.left -= 1
        return Killed() if self.left == -1 else None


@pytest.mark.long
def test_three_hundred_kills_leave_the_truth(world: World) -> None:
    chance = random.Random(11)
    world.configure(PACING="fixed", POLL_INTERVAL_SECONDS="86400", UNITS_PER_DAY="100000", RETENTION_DAYS="365")
    world.upstream.limits = Limits(search=100_000, default=100_000)
    world.add(*(clip(number, START - number * MINUTE, title=f"Title {1000 + number}") for number in range(COUNT)))
    world.schedule()
    there = [f"video{number:06d}" for number in range(COUNT)]
    real, killed, points = world.dynamodb, 0, set[int]()
    while killed < KILLS:
        _happen(world, chance, there)
        # Ages are reached at once, whatever they are.
        _make_due(world, real)
        deadly = Deadly(chance.randrange(60))
        world.dynamodb = Faulty(real, deadly)  # type: ignore[assignment]
        with suppress(Killed):
            world.deliver('{"refresh": "now"}')
        world.dynamodb = real
        world.restart()
        if deadly.left >= 0:
            continue
        killed, points = killed + 1, points | {deadly.point}
        world.now += LEASE
        if chance.random() < 0.3:
            continue
        world.deliver('{"refresh": "now"}')
        _check(world, there)
    assert len(points) > 20, "at many different points"


def _happen(world: World, chance: random.Random, there: list[str]) -> None:
    """Something becomes of one of the videos."""
    video_id = chance.choice(there)
    match chance.randrange(4):
        case 0:
            world.clips.change(video_id, title=f"Title {chance.randrange(1000, 2000)}")
        case 1:
            world.clips.change(video_id, views=chance.randrange(1000))
        case 2:
            world.clips.change(video_id, live=chance.choice(["live", "none"]), duration_seconds=chance.randrange(9, 99))
        case 3 if len(there) > 3:
            world.clips.remove(video_id)
            there.remove(video_id)


def _make_due(world: World, client: Any) -> None:
    """Let all stored videos be due, as if no refresh had been."""
    client.delete_item(TableName=world.environ["STATE_TABLE"], Key={"pk": {"S": "refresh"}, "sk": {"S": "refresh"}})
    table = world.environ["VIDEOS_TABLE"]
    for item in client.scan(TableName=table)["Items"]:
        # Their versions were fetched at once after their publication.
        item["fetched_at"] = item["published_at"]
        item.pop("refreshed_at", None)
        client.put_item(TableName=table, Item=item)
    world.now += ROUNDS_APART


def _check(world: World, there: list[str]) -> None:
    found = {video["video_id"]: video for video in world.walk()}
    assert found.keys() == set(there)
    for video_id, video in found.items():
        clip = world.clips.find(video_id, world.now)
        assert clip
        assert (video["title"], video["live"]) == (clip.title, clip.live)
        assert clip.views is None or video["view_count"] == clip.views
        assert video["duration_seconds"] == (clip.duration_seconds if clip.live == "none" else None)
    some = random.Random(world.now.timestamp()).choice(there)
    word = found[some]["title"].split()[1]
    assert some in world.ids(f"/videos?page_size=50&search={word}")
    live = {video_id for video_id, video in found.items() if video["live"] == "live"}
    assert set(world.ids("/videos?live=live&page_size=50")) == live
