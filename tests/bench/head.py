"""The head of a hot listing: a thousand requests a second for ten seconds, to one warm function.

The clock is the benchmark's own, so that a slow machine is asked as often as a quick one. Every second request takes
gzip. CPU is that of the handler alone, from event to answer; the engine runs in another process.
"""

import json
import time
from collections.abc import Iterator
from statistics import mean, median
from typing import Any, cast

import pytest

import functions.api.app as api
from local.invocation import Context
from local.machine import ROOT
from newsreel.web.cache import Cache
from tests.bench import report
from tests.bench.priced import world
from tests.bench.report import Row
from tests.integration.test_api_caching import Clocks, calls
from tests.world import START, World, clip

TITLE = "The head of a hot listing, 1,000 requests a second"
A_SECOND = 1_000
SECONDS = 10
"""With the memory; without it one second tells as much, as every request costs the same."""
WITHOUT = "without its memory"
CODINGS = {"not compressed": "identity", "compressed": "gzip"}


def rows() -> Iterator[Row]:
    """Queries to DynamoDB a second, and the handler's CPU for each request."""
    with world(timed=True) as made:
        made.add(*(clip(number, START) for number in range(100)))
        made.schedule()
        # Once around, so that nothing is made or loaded for the first time while it is measured.
        asked(made, age=0, requests=len(CODINGS))
        queries, cpu = asked(made, age=1, requests=A_SECOND * SECONDS)
        plain_queries, plain_cpu = asked(made, age=0, requests=A_SECOND)
    yield Row("queries to DynamoDB a second", queries, WITHOUT, plain_queries)
    yield Row("CPU microseconds a request, mean of all", mean(cpu), WITHOUT, mean(plain_cpu))
    for number, name in enumerate(CODINGS):
        ours, theirs = (median(each[number :: len(CODINGS)]) for each in (cpu, plain_cpu))
        yield Row(f"CPU microseconds a request, {name}, median", ours, WITHOUT, theirs)


def asked(made: World, age: float, requests: int) -> tuple[float, list[float]]:
    """Queries a second, and each request's CPU microseconds, with a memory of `age` seconds."""
    event = json.loads((ROOT / "events" / "api_videos.json").read_text(encoding="utf-8"))
    events = [event | {"headers": event["headers"] | {"accept-encoding": coding}} for coding in CODINGS.values()]
    context = cast("Any", Context("api", 256, 30))
    clocks, taken = Clocks(), []
    with pytest.MonkeyPatch.context() as patch, calls(made.dynamodb) as queries:
        for name in ("pages", "ready"):
            patch.setattr(api, name, Cache(age, 128, lambda: clocks.wall, lambda: clocks.monotonic))
        for number in range(requests):
            began = time.process_time()
            answer = api.handler(events[number % len(events)], context)
            taken.append((time.process_time() - began) * 1e6)
            assert answer["statusCode"] == 200
            clocks.advance(1 / A_SECOND)
    return len(queries) * A_SECOND / requests, taken


if __name__ == "__main__":
    report.tell(TITLE, rows())
