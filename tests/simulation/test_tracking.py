"""Tracking killed at any point, forged, flooded, failing or dead: it never stands in the way of search."""

import contextlib
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.wrappers import Response

from local.catalogue import Clip
from local.engine import Engine
from local.template import Template
from local.upstream import Call, error
from newsreel.errors import NewsreelError
from newsreel.polling.poll_state import PollState
from newsreel.polling.states import PollStates
from newsreel.times import pacific_day, stamp
from tests.killed import Killed
from tests.simulation.days import up_to_ten_minutes
from tests.simulation.test_faults import BROKEN, Faulty, fault_of_a_table
from tests.world import MINUTE, START, World, clip, new_world

HOUR = timedelta(hours=1)
NEVER = timedelta(days=100)
CHANNELS = [f"UC{number:022d}" for number in range(12)]
COURSE = 4 * HOUR
UNITS = 3_000
"""A day's: some looks a minute are enough here."""
KILLS = 300

type Fault = Callable[[Call], Response | None]


def uploads(count: int, seed: int, first: int = 0, lag: timedelta | None = None) -> list[Clip]:
    """Videos of a few busy and many quiet channels: half of them there from the start, the others of later hours."""
    chance = random.Random(seed)
    weights = [1 / rank for rank in range(1, len(CHANNELS) + 1)]
    span = int(COURSE.total_seconds())
    return [
        clip(
            first + number,
            START + timedelta(seconds=chance.randrange(-span, span)),
            up_to_ten_minutes(chance) if lag is None else lag,
            channel_id=chance.choices(CHANNELS, weights)[0],
            title=f"Cricket {first + number}",
        )
        for number in range(count)
    ]


def poll_state(world: World) -> PollState:
    (state,) = PollStates(world.dynamodb, world.environ["STATE_TABLE"]).read(["cricket"])
    return state


def looks(world: World) -> int:
    return sum(call.endpoint == "playlistItems" for call in world.upstream.calls)


def of_search_alone(state: PollState) -> tuple[Any, ...]:
    """What only search may move."""
    return (
        state.watermark,
        state.due_at,
        state.last_success_at,
        state.sweep_due_at,
        state.sweep_pace,
        state.late_finds,
        state.known_channels,
    )


def forged(call: Call) -> Response:
    """Uploads that are another channel's, of a time to come, unknown to YouTube, or no uploads at all."""
    ahead = stamp(call.at + 2 * HOUR)
    claims: list[tuple[Any, str]] = [(f"video{number:06d}", stamp(call.at - MINUTE)) for number in range(0, 150, 7)]
    claims += [("video000001", ahead), ("nobodyknows", stamp(call.at)), (7, ahead), ("", "yesterday")]
    items = [
        {
            "snippet": {"title": "Cricket, forged", "description": "cricket", "channelTitle": "Cricket"},
            "contentDetails": {"videoId": video_id, "videoPublishedAt": published_at},
        }
        for video_id, published_at in claims
    ]
    body = {"kind": "youtube#playlistItemListResponse", "items": [None, {}, *items]}
    return Response(json.dumps(body), content_type="application/json")


FAULTS: dict[str, Fault] = {
    "well": lambda _: None,
    "forged": forged,
    "gone": lambda _: error(404, "gone", "playlistNotFound"),
    "forbidden": lambda _: error(403, "no", "playlistItemsNotAccessible"),
} | {f"broken {place}": lambda _, answer=answer: answer for place, answer in enumerate(BROKEN)}


def course(services: Engine, template: Template, faults: Sequence[str], flood: int, switched: str) -> list[Any]:
    """How search goes where each look fares as the next of `faults` says, over and over."""
    with new_world(services, template) as world:
        world.configure(TRACKING=switched, UNITS_PER_DAY=str(UNITS))
        world.without_refreshes()
        # What searches never give comes to the channels only.
        world.add(*uploads(150, 1), *uploads(flood, 2, 1000, NEVER))

        def fault(call: Call) -> Response | None:
            if call.endpoint != "playlistItems":
                return None
            return FAULTS[faults[looks(world) % len(faults)]](call)

        world.upstream.fault = fault
        states = []
        for _ in range(COURSE // HOUR):
            world.run(HOUR)
            states.append(of_search_alone(poll_state(world)))
        assert (looks(world) > 0) is (switched == "on")
        return states


@pytest.mark.long
def test_the_course_of_search_is_that_of_search_alone(services: Engine, template: Template) -> None:
    alone = cache(lambda: course(services, template, ["well"], 0, "off"))

    @settings(max_examples=4, deadline=None)
    @given(st.lists(st.sampled_from(list(FAULTS)), min_size=1, max_size=8), st.sampled_from([0, 600]))
    def the_course_is_the_same(faults: list[str], flood: int) -> None:
        assert course(services, template, faults, flood, "on") == alone()

    the_course_is_the_same()


@pytest.mark.long
def test_kills_and_faults_at_any_point_store_nothing_twice_and_lose_nothing(world: World, monkeypatch: Any) -> None:
    chance = random.Random(11)
    done: Counter[str] = Counter()
    world.configure(TRACKING="on", UNITS_PER_DAY=str(UNITS))
    world.without_refreshes()
    monkeypatch.setattr("time.sleep", world.sleep)
    published = uploads(400, 3)
    world.add(*published)
    world.run(2 * HOUR)
    real = world.dynamodb

    def strike() -> Exception | Killed | None:
        if chance.random() > 0.1:
            return None
        kind, error = fault_of_a_table(chance)
        done[kind] += 1
        return error

    faulty: Any = Faulty(real, strike)
    while done.total() < KILLS:
        world.schedule()
        for at, _, body in list(world.queue.until(world.now + MINUTE)):
            world.now = max(world.now, at)
            # Polls that are killed have a test of their own.
            world.dynamodb = faulty if "track" in body else real
            with contextlib.suppress(Killed, NewsreelError):
                world.deliver(body)
            world.dynamodb = real
        world.restart()
        world.now = world.now.replace(second=0) + MINUTE
    world.run(2 * HOUR)
    found = [video["video_id"] for video in world.walk()]
    assert sorted(found) == sorted(each.video_id for each in published if each.visible_at <= world.now - HOUR)
    units = Counter(pacific_day(call.at) for call in world.upstream.calls if call.bucket == "default")
    assert max(units.values()) <= UNITS
    tracking = world.get("/status").get_json()["tracking"]
    assert tracking["problem"] is None
    assert tracking["today"]["found"]
