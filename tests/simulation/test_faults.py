"""A thousand faults at random points of random polls: afterwards the tables hold exactly the truth."""

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from werkzeug.wrappers import Response

from local.upstream import Call, Limits
from newsreel.errors import NewsreelError
from tests.killed import Killed
from tests.simulation.days import arrivals, up_to_ten_minutes
from tests.world import MINUTE, START, World

FAULTS = 1000
RATE = 0.05
BROKEN = [
    Response("", 500),
    Response("<html>", 200, content_type="application/json"),
    Response('{"items": [7, {}, {"id": 3}]}', 200, content_type="application/json"),
    Response('{"error": {"code": 503, "errors": [{"reason": "backendError"}]}}', 503),
]


class Faulty:
    """A DynamoDB client that fails now and then, before or after the call took effect."""

    def __init__(self, client: Any, strike: Callable[[], Exception | Killed | None]) -> None:
        self._client = client
        self._strike = strike

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def struck(**request: Any) -> Any:
            if error := self._strike():
                raise error
            answer = call(**request)
            if error := self._strike():
                raise error
            return answer

        return struck


def fault_of_a_table(chance: random.Random) -> tuple[str, Exception | Killed]:
    """What may become of a call to DynamoDB: its name and what is raised."""
    kind = chance.choice(["killed", "throttled", "unreachable"])
    if kind == "killed":
        return kind, Killed()
    if kind == "throttled":
        response: Any = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}}
        return kind, ClientError(response, "any")
    return kind, EndpointConnectionError(endpoint_url="http://dynamodb")


@pytest.mark.long
def test_a_thousand_faults_leave_exactly_the_truth(world: World, monkeypatch: Any) -> None:
    chance = random.Random(7)
    done: Counter[str] = Counter()
    # Refreshes that are killed have a test of their own.
    world.without_refreshes()
    world.configure(PACING="fixed", POLL_INTERVAL_SECONDS="60", SEARCH_CALLS_PER_DAY="100000", UNITS_PER_DAY="100000")
    monkeypatch.setattr("time.sleep", world.sleep)

    world.upstream.limits = Limits(search=100_000, default=100_000)

    def strike() -> Exception | Killed | None:
        if chance.random() > RATE:
            return None
        kind, error = fault_of_a_table(chance)
        done[kind] += 1
        return error

    def broken(_: Call) -> Response | None:
        if chance.random() > 2 * RATE:
            return None
        done["broken"] += 1
        answer = chance.choice(BROKEN)
        return Response(answer.get_data(), answer.status_code, content_type=answer.content_type)

    real = world.dynamodb
    clips = arrivals(START, timedelta(days=2), 500, up_to_ten_minutes)
    world.add(*clips)
    world.dynamodb = Faulty(real, strike)  # type: ignore[assignment]
    world.upstream.fault = broken
    while sum(done.values()) < FAULTS:
        with contextlib.suppress(Killed, NewsreelError):
            world.schedule()
        world.restart()
        world.now += MINUTE
    assert world.now < START + timedelta(days=2)
    assert min(done.values()) > 50
    world.dynamodb, world.upstream.fault = real, None
    world.run(timedelta(hours=1))
    truth = {clip.video_id for clip in clips if clip.visible_at < world.now - 2 * MINUTE}
    found = world.walk()
    assert len(found) == len({video["video_id"] for video in found})
    assert {video["video_id"] for video in found} >= truth
    titles = {clip.video_id: clip.title for clip in clips}
    for video in found:
        assert video["title"] == titles[video["video_id"]]
        assert video["duration_seconds"] == 60
