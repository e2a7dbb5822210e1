"""The head of a hot listing: a thousand requests a second for ten seconds, to one warm function.

Time is the benchmark's own, so that a slow machine asks as often as a quick one. Every second request takes gzip.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import functions.api.app as api
from local.invocation import Context
from newsreel.recent import Recent
from tests.bench import report
from tests.bench.cost import world
from tests.bench.report import Row
from tests.conftest import ROOT
from tests.world import START, World, clip

TITLE = "The head of a hot listing, 1,000 requests a second"
A_SECOND, SECONDS = 1_000, 10
WITHOUT = "without its memory"


def rows() -> Iterator[Row]:
    """Queries to DynamoDB a second, and the handler's CPU for each request."""
    with world() as made:
        made.add(*(clip(number, START) for number in range(100)))
        made.schedule()
        queries, cpu = asked(made, seconds=1, requests=A_SECOND * SECONDS)
        # A hundredth is enough to know what each costs.
        plain_queries, plain_cpu = asked(made, seconds=0, requests=A_SECOND * SECONDS // 100)
    yield Row("queries to DynamoDB a second", queries / SECONDS, WITHOUT, plain_queries * 100 / SECONDS)
    yield Row("CPU microseconds a request", cpu * 1e6, WITHOUT, plain_cpu * 1e6)


def asked(made: World, seconds: float, requests: int) -> tuple[int, float]:
    """Queries made, and CPU seconds of a request, when so many come, spread over time."""
    now = 0.0
    event = json.loads((ROOT / "events" / "api_videos.json").read_text(encoding="utf-8"))
    compressed = event | {"headers": event["headers"] | {"accept-encoding": "gzip"}}
    context = cast("Any", Context("api", 256, 30))
    kept = api.pages, api.answers
    api.pages, api.answers = (Recent(seconds, 128, lambda: now, lambda: now) for _ in range(2))
    with queries_of(made) as counted:
        began = time.process_time()
        for number in range(requests):
            now = number / A_SECOND
            api.handler(compressed if number % 2 else event, context)
        took = time.process_time() - began
    api.pages, api.answers = kept
    return len(counted), took / requests


@contextmanager
def queries_of(made: World) -> Iterator[list[str]]:
    """The calls to DynamoDB in the block."""
    calls: list[str] = []

    def count(model: Any, **_: Any) -> None:
        calls.append(model.name)

    made.dynamodb.meta.events.register("before-call.dynamodb", count)
    try:
        yield calls
    finally:
        made.dynamodb.meta.events.unregister("before-call.dynamodb", count)


if __name__ == "__main__":
    report.tell(TITLE, rows())
