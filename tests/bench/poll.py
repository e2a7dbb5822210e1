"""What a poll costs DynamoDB and the fetcher, by how much it finds; and a minute in which a hundred are due.

Beside it the plain way, which puts all that each search returns into the table and its two indexes, 25 videos a
request, and has no search. CPU and memory are those of the handler with the sample upstream in its process.
"""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil
from typing import Any

from tests.bench import report
from tests.bench.cost import units, world
from tests.bench.head import queries_of
from tests.bench.report import Row
from tests.world import MINUTE, World, clip

TITLE = "A poll"
FOUND = 0, 15, 400
KNOWN = 100
COPIES = 3
"""The table and its two indexes; a video is up to a kilobyte."""
QUERIES = 100


def rows() -> Iterator[Row]:
    """Polls that find nothing, some and much; then many due at once."""
    for count in FOUND:
        yield from found(count)
    # In kilobytes on Linux.
    yield Row("peak memory of the process so far, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
    yield from many()


def found(count: int) -> Iterator[Row]:
    """A poll that finds so many new videos."""
    name = f"{count} new" if count else "nothing new"
    with polled(count) as made, units(made) as used, queries_of(made) as calls:
        started = time.process_time()
        done = made.poll()
        took = time.process_time() - started
        assert done["new"] == count
        put = max(count, min(done["seen"], 50))
    search = used[f"write {made.environ['WORDS_TABLE']}"]
    yield Row(f"{name}: write units", used["write"] - search, "putting all", put * COPIES)
    yield Row(f"{name}: write units for search", search)
    yield Row(f"{name}: read units", used["read"], "putting all", 0)
    yield Row(f"{name}: requests to DynamoDB", len(calls), "putting all", ceil(put / 25))
    yield Row(f"{name}: CPU ms, {done['calls'] + done['units']} calls of YouTube", took * 1e3)


@contextmanager
def polled(count: int) -> Iterator[World]:
    """A world with known videos and so many new ones, in which a poll is due."""
    with world() as made:
        made.add(*(clip(number, made.now - (number + 1) * MINUTE, **TEXTS) for number in range(KNOWN)))
        made.schedule()
        began, made.now = made.now, made.now + timedelta(hours=1)
        made.add(*(clip(KNOWN + n, began + n * timedelta(hours=1) / (count + 1), **TEXTS) for n in range(count)))
        yield made


def many() -> Iterator[Row]:
    """A hundred queries, all due in one minute."""
    with world() as made:
        made.configure(
            QUERIES=",".join(f"query {number}" for number in range(QUERIES)),
            POLL_INTERVAL_SECONDS="60",
            SEARCH_CALLS_PER_DAY="1000000",
        )
        invoked = made.invocations
        started = time.process_time()
        made.run(MINUTE)
        took = time.process_time() - started
        polls = len(made.reports)
        yield Row(
            f"{QUERIES} due in one minute: polled in it", len({each["query"] for each in made.reports}), "due", QUERIES
        )
        yield Row(
            f"{QUERIES} due in one minute: polls an invocation",
            polls / (made.invocations - invoked),
            "all in a row",
            polls,
        )
        yield Row(f"{QUERIES} due in one minute: CPU ms a poll", took * 1e3 / polls)


TEXTS: dict[str, Any] = {
    "description": "All the runs, all the wickets and what was said about them afterwards, in one go. " * 3,
    "channel_id": "UCxxxxxxxxxxxxxxxxxxxxxx",
    "channel_title": "Cricket Every Day",
    "duration_seconds": 253,
}


if __name__ == "__main__":
    report.tell(TITLE, rows())
