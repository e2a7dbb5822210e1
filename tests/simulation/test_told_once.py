"""Kills, throttling, messages twice and late, targets that fail: each stored video is told once to each target."""

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

import functions.notifier.app as notifier
from local.upstream import Limits
from newsreel.aws.attributes import Attributes
from newsreel.errors import NewsreelError, TargetFailed
from newsreel.news.outbox_state import Event
from newsreel.news.target import Target
from tests.killed import Killed
from tests.receiving import make_target
from tests.simulation.test_faults import Faulty, fault_of_a_table
from tests.world import MINUTE, NEWS, START, World, clip

FAULTS = 300
RATE, RATE_OF_NEWS = 0.004, 0.04
"""How often a call fails, of the fetcher and of the notifier."""
KINDS = ("killed", "throttled", "unreachable", "silent", "refused", "late", "twice")
VISIBLE_AGAIN = timedelta(minutes=3)
HOUR = timedelta(hours=1)


class Trouble:
    """What goes wrong at random points, and how often it did."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.over = False
        self.rate = RATE

    @property
    def enough(self) -> bool:
        return sum(self.done.values()) >= FAULTS and all(self.done[kind] >= 10 for kind in KINDS)

    def hits(self, rate: float) -> bool:
        return not self.over and self.chance.random() < rate

    def strike(self) -> BaseException | None:
        """For a call to DynamoDB or SQS."""
        if not self.hits(self.rate):
            return None
        kind, error = fault_of_a_table(self.chance)
        self.done[kind] += 1
        return error


class Receivers:
    """Targets that take messages, fail, or do both at once; a repeat is known by its event's id."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self.events: dict[tuple[str, str], list[str]] = {}

    def take(self, target: Target, _address: object, event: Event, items: Sequence[Attributes]) -> None:
        for arrives in (False, True):
            if arrives:
                self.events.setdefault((target.name, event.id), [item["video_id"]["S"] for item in items])
            if self.trouble.hits(0.3):
                kind = self.trouble.chance.choice(["killed", "silent", "refused", "refused"])
                # Who answers that it takes nothing has taken nothing.
                kind = "silent" if arrives and kind == "refused" else kind
                self.trouble.done[kind] += 1
                raise Killed if kind == "killed" else TargetFailed(kind, sure=kind == "refused")

    def told(self, name: str) -> list[str]:
        return [video_id for (target, _), ids in self.events.items() if target == name for video_id in ids]


def deliver(world: World, trouble: Trouble, url: str, body: str) -> None:
    """Deliver a message as SQS may: late, twice, and again where nobody deleted it."""
    if trouble.hits(0.05):
        trouble.done["late"] += 1
        world.queue.repeat(url, body, world.now + trouble.chance.random() * HOUR)
        return
    trouble.rate = RATE_OF_NEWS if url == NEWS else RATE
    try:
        (world.deliver_news if url == NEWS else world.deliver)(body)
    except (Killed, NewsreelError, BatchProcessingError):
        world.restart()
        world.queue.repeat(url, body, world.now + VISIBLE_AGAIN)
    else:
        if trouble.hits(0.05):
            trouble.done["twice"] += 1
            world.queue.repeat(url, body, world.now + trouble.chance.random() * HOUR)
    finally:
        trouble.rate = RATE


def minute(world: World, trouble: Trouble) -> None:
    """A minute with its trouble."""
    began = world.now
    with suppress(Killed, NewsreelError):
        world.schedule()
    for at, url, body in world.queue.until(began + MINUTE):
        world.now = max(world.now, at)
        deliver(world, trouble, url, body)
    world.now = began + MINUTE


@pytest.mark.long
def test_each_stored_video_is_told_once_to_each_target(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    trouble = Trouble(seed=5)
    receivers = Receivers(trouble)
    monkeypatch.setattr(notifier, "send", receivers.take)
    monkeypatch.setattr("time.sleep", world.sleep)
    world.without_refreshes()
    world.configure(PACING="fixed", POLL_INTERVAL_SECONDS="60", SEARCH_CALLS_PER_DAY="100000", UNITS_PER_DAY="100000")
    world.upstream.limits = Limits(search=100_000, default=100_000)
    world.add(*(clip(number, START - (10 - number) * MINUTE) for number in range(5)))
    world.schedule()
    first = set(world.ids())
    make_target(world, "all")
    make_target(world, "even", filters={"search": "even"})
    make_target(world, "digest", digest="hourly", queries=["cricket"])
    make_target(world, "paused", paused=True)
    real, queue, number = world.dynamodb, world.queue, 10
    world.dynamodb = Faulty(real, trouble.strike)  # type: ignore[arg-type, assignment]
    send = queue.send_message
    monkeypatch.setattr(queue, "send_message", Faulty(_Sending(send), trouble.strike).send_message)  # type: ignore[arg-type]
    while not trouble.enough:
        for _ in range(trouble.chance.choice([0, 0, 1, 2])):
            number += 1
            world.add(clip(number, world.now, title=f"Video {number} {'even' if number % 2 == 0 else 'odd'}"))
        minute(world, trouble)
    trouble.over, world.dynamodb = True, real
    began = world.now
    while world.now < began + 5 * HOUR:
        minute(world, trouble)
    stored = set(world.ids()) - first
    assert 50 < len(stored) < 100, "who fails is told the newest hundred and no more"
    for name, wanted in (
        ("all", stored),
        ("even", {each for each in stored if int(each[-6:]) % 2 == 0}),
        ("digest", stored),
        ("paused", set()),
    ):
        told = receivers.told(name)
        assert sorted(told) == sorted(wanted), name


class _Sending:
    """Has the method of a queue as an attribute, as clients do."""

    def __init__(self, send: Any) -> None:
        self.send_message = send
