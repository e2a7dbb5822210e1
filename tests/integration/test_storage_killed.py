"""A poll killed before or after each of its writes, one after the other: the next poll leaves exactly the truth."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from local.catalogue import Clips
from local.upstream import Limits
from newsreel.aws.claims import LEASE
from tests.killed import Killed
from tests.tables import Tables
from tests.world import MINUTE, START, World, clip, clips

SECOND = timedelta(seconds=1)
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")


@contextmanager
def killing(client: Any, moment: str, number: int) -> Iterator[None]:
    """Kill at the write of this number, before or after the table has done it."""
    writes = count()

    def kill(**_: Any) -> None:
        if next(writes) == number:
            raise Killed

    for operation in WRITES:
        client.meta.events.register(f"{moment}.dynamodb.{operation}", kill)
    try:
        yield
    finally:
        for operation in WRITES:
            client.meta.events.unregister(f"{moment}.dynamodb.{operation}", kill)


@pytest.mark.parametrize("moment", ["before-call", "after-call"])
def test_a_poll_killed_at_any_write_loses_and_doubles_nothing(world: World, tables: Tables, moment: str) -> None:
    world.upstream.limits = Limits(search=10_000)
    known = clips(START - number * MINUTE for number in range(1, 31))
    changed = replace(known[0], title="Another title")
    arriving = [clip(number, START + number * SECOND) for number in range(100, 130)]
    truth = {each.video_id: each.title for each in (*known, changed, *arriving)}
    for number in count():
        query = f"query {number}"
        world.configure(QUERIES=query, PACING="fixed", SEARCH_CALLS_PER_DAY="10000")
        world.upstream.catalogue = Clips(known)
        world.now = START
        world.poll(query)
        world.upstream.catalogue = Clips([changed, *known[1:], *arriving])
        world.now += 3 * MINUTE
        try:
            with killing(tables.client, moment, number):
                world.poll(query)
        except Killed:
            world.restart()
            world.now += LEASE
            world.poll(query)
        else:
            break
        shown = [(video["video_id"], video["title"]) for video in world.walk()]
        assert len(shown) == len(truth)
        assert dict(shown) == truth
        assert world.state(query)["state"] == "ok"
    assert number > 8, "the poll was killed at each of its writes"
