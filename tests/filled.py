"""A world with polled videos, for tests that only read."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import functions.api.app as api
from local.catalogue import Clip, thumbnails
from local.engine import Engine
from local.front import Front
from local.invocation import Function
from local.serving import serving
from local.template import Template
from newsreel.video import LIVE_STATES
from tests.world import MINUTE, PROPERTIES, START, World, new_world

COUNT = 120
CHANNELS = 3


@contextmanager
def filled_world(services: Engine, template: Template) -> Iterator[World]:
    """One video a minute, `video000001` the newest; live states and channels take turns."""
    with new_world(services, template) as world:
        world.add(*map(_clip, range(1, COUNT + 1)))
        world.schedule()
        target = {"kind": "webhook", "address": "https://receiver.test/hook"}
        assert world.client().put("/targets/chat", json=target).status_code == HTTPStatus.CREATED
        yield world


@contextmanager
def served() -> Iterator[str]:
    """The URL at which the present world's api answers over HTTP."""
    with serving(Front(Function("api", api.handler, PROPERTIES))) as url:
        yield url


def _clip(number: int) -> Clip:
    published = START - number * MINUTE
    return Clip(
        f"video{number:06d}",
        published,
        published,
        title=f"Video {number}",
        description=f"What video {number} is about.",
        channel_id=f"UC{number % CHANNELS}",
        channel_title=f"Channel {number % CHANNELS}",
        live=LIVE_STATES[number % len(LIVE_STATES)],
        thumbnails=thumbnails(f"video{number:06d}"),
    )
