"""Targets in a world: making them, and a receiver that stands for what is behind their addresses."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pytest

import functions.notifier.app as notifier
from newsreel.aws.attributes import Attributes
from newsreel.errors import TargetFailed
from newsreel.news.addresses import Address
from newsreel.news.outbox_state import Event
from newsreel.news.target import Target
from tests.world import World

HOOK = "https://receiver.test/hook"


class Message(NamedTuple):
    """What arrived."""

    at: datetime
    event: str
    videos: list[str]
    left_out: int


class Receiver:
    """Stands for whatever is behind the targets' addresses, by the targets' names."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.messages: dict[str, list[Message]] = defaultdict(list)
        self.failing: dict[str, TargetFailed] = {}
        self.tries: dict[str, list[datetime]] = defaultdict(list)
        monkeypatch.setattr(notifier, "send", self.take)

    def take(self, target: Target, _address: Address, event: Event, items: Sequence[Attributes]) -> None:
        """Take a message, or fail."""
        self.tries[target.name].append(self.world.now)
        if failure := self.failing.get(target.name):
            raise failure
        ids = [item["video_id"]["S"] for item in items]
        self.messages[target.name].append(Message(self.world.now, event.id, ids, event.left_out))

    def told(self, target: str = "chat") -> list[str]:
        """All videos that a target was told of, in order."""
        return [video_id for message in self.messages[target] for video_id in message.videos]


def make_target(world: World, name: str = "chat", **settings: Any) -> Any:
    """Make a target; the answer."""
    answer = world.client().put(f"/targets/{name}", json={"kind": "webhook", "address": HOOK} | settings)
    assert answer.status_code == 201, answer.get_json()
    return answer


def change_target(world: World, name: str = "chat", match: str = "*", **settings: Any) -> Any:
    """Change a target; the answer."""
    return world.client().put(f"/targets/{name}", json=settings, headers={"If-Match": match})


def health(world: World, name: str = "chat") -> dict[str, Any]:
    """What /targets says of one."""
    return next(each for each in world.get("/targets").get_json()["targets"] if each["target"] == name)
