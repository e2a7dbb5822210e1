"""A thousand queries, each polled every minute, and a poll that finds four hundred videos.

The real handlers work in a world where each request takes as long as it would on AWS, as far as that can be stated:
5 ms for DynamoDB (10 ms, and YouTube nothing, in a burst), 10 ms for SQS, 300 ms for YouTube. Requests of several
threads pass side by side. To that comes the CPU time of this process; a Lambda function of a gigabyte has some 0.6 of a
virtual CPU. Beside it stands the same code held to one request at a time, as it was once.
"""

import heapq
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import pytest

from local.upstream import Limits
from newsreel.aws import calls
from newsreel.aws.calls import put_items
from newsreel.library import videos
from newsreel.polling.watched_queries import SEEDED, _key, _to_item
from newsreel.watched import WatchedQuery
from tests.bench import report
from tests.bench.poll import pass_time, published
from tests.bench.priced import units, world
from tests.bench.report import Row
from tests.integration.test_api_caching import calls as counted
from tests.world import MINUTE, World

TITLE = "A thousand queries, and a burst"
QUERIES, SECOND = 1_000, timedelta(seconds=1)
DYNAMODB, BURST, SQS, YOUTUBE = (timedelta(milliseconds=each) for each in (5, 10, 10, 300))
ONE_BY_ONE = "one request at a time"
MINUTES = 4
"""Lived through; the first is that of the first polls."""
WORKERS = (5, 10)
"""Values of MaxConcurrentPolls; the first is what the template says."""


class Took(NamedTuple):
    """Seconds."""

    waited: float
    cpu: float


class Slow:
    """A client whose requests take so long in the world's time; those of several threads pass side by side."""

    def __init__(self, client: Any, world: World, latency: timedelta) -> None:
        self.meta = getattr(client, "meta", None)
        self._client, self._world, self._latency = client, world, latency
        self._main = threading.get_ident()
        self._others: dict[int, datetime] = {}
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def slow(**request: Any) -> Any:
            self._pass()
            return call(**request)

        return slow

    def _pass(self) -> None:
        thread = threading.get_ident()
        with self._lock:
            if thread == self._main:
                self.join()
                self._world.now += self._latency
            else:
                self._others[thread] = self._others.get(thread, self._world.now) + self._latency

    def join(self) -> None:
        """Go on when the last of the other threads is done."""
        self._world.now = max([self._world.now, *self._others.values()])
        self._others.clear()


@contextmanager
def slow(
    made: World, dynamodb: timedelta = DYNAMODB, youtube: timedelta = YOUTUBE
) -> Iterator[Callable[[Callable[[], object]], Took]]:
    """Let requests take their time; gives a function that does some work and says how long it took."""
    tables, queue = made.dynamodb, made.queue
    clients = [Slow(tables, made, dynamodb), Slow(queue, made, SQS)]
    clients[1].until = queue.until  # type: ignore[attr-defined]

    def ask(_: Any) -> None:
        made.now += youtube

    def timed(work: Callable[[], object]) -> Took:
        began, cpu = made.now, time.process_time()
        work()
        for each in clients:
            each.join()
        took = Took((made.now - began) / SECOND, time.process_time() - cpu)
        made.now += timedelta(seconds=took.cpu)
        return took

    made.dynamodb, made.queue = clients  # type: ignore[assignment]
    made.upstream.fault = ask
    try:
        yield timed
    finally:
        made.dynamodb, made.queue, made.upstream.fault = tables, queue, None


@contextmanager
def one_by_one() -> Iterator[None]:
    """As it was once: no two requests at a time, a message a request, few videos a step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calls, "AT_ONCE", 1)
        patch.setattr(calls, "MESSAGES_LIMIT", 1)
        patch.setattr(videos, "STORED_AT_ONCE", 25)
        yield


def rows() -> Iterator[Row]:
    """A burst, a minute's event, a minute with nothing due, and how late polls are."""
    quick, plain = (burst(manner) for manner in (nullcontext, one_by_one))
    yield Row("400 new videos, 10 ms a request: seconds of waiting", quick.waited, ONE_BY_ONE, plain.waited)
    yield Row("400 new videos: CPU seconds, the sample upstream's too", quick.cpu, ONE_BY_ONE, plain.cpu)
    yield from minutes()
    for workers in WORKERS:
        latest, longest = course(workers)
        name = f"{QUERIES:,} polls a minute, {workers} at once"
        yield Row(f"{name}: seconds that the latest poll is late", latest)
        yield Row(f"{name}: seconds from poll to poll of a query, at most", longest)


def burst(manner: Callable[[], AbstractContextManager[None]]) -> Took:
    """A poll that finds 400 videos."""
    with world(timed=True) as made, manner():
        made.configure(SEARCH_CALLS_PER_DAY="10000")
        made.limit(key_one=Limits(search=10_000))
        made.add(*published(made, 100))
        made.schedule()
        pass_time(made, 400)
        with slow(made, BURST, timedelta(0)) as timed:
            return timed(made.poll)


def minutes() -> Iterator[Row]:
    """What a minute's event takes where all queries are due, and where none is."""
    spent: list[Counter[str]] = []
    seconds = []
    for manner, queries in ((nullcontext, QUERIES), (one_by_one, QUERIES), (nullcontext, 1)):
        with many(queries) as made, manner():
            with slow(made) as timed:
                seconds.append(sum(timed(made.schedule)))
            for _, _, body in made.queue.until(made.now + MINUTE):
                made.deliver(body)
            made.configure(POLL_INTERVAL_SECONDS="86400")
            made.now += SECOND
            with units(made, made.dynamodb) as used, counted(made.dynamodb) as requests:
                made.schedule()
            spent.append(Counter(read=used["read"], write=used["write"], requests=len(requests) + 1))
    yield Row(f"{QUERIES:,} due at once: seconds of the event", seconds[0], ONE_BY_ONE, seconds[1])
    for kind in ("requests", "read", "write"):
        unit = "requests to DynamoDB" if kind == "requests" else f"{kind} units"
        yield Row(f"{QUERIES:,} of which none is due: {unit} a minute", spent[0][kind], "1 query", spent[2][kind])


@contextmanager
def many(queries: int) -> Iterator[World]:
    """A world with so many queries, of which none was polled."""
    with world(timed=True) as made:
        made.configure(
            PACING="fixed", POLL_INTERVAL_SECONDS="60", SEARCH_CALLS_PER_DAY="10000000", UNITS_PER_DAY="10000000"
        )
        made.without_refreshes()
        made.upstream.limits = Limits(search=10_000_000, default=10_000_000)
        watched = [WatchedQuery(name, name, place=number, version=1) for number, name in enumerate(names(queries))]
        items = [_key(SEEDED), *(_to_item(query, made.now) for query in watched)]
        put_items(made.dynamodb, made.environ["STATE_TABLE"], items)
        yield made


def names(queries: int) -> list[str]:
    """Of so many queries."""
    return [f"query {number}" for number in range(queries)]


def course(workers: int) -> tuple[float, float]:
    """How many seconds late the latest poll is, and how many are between two polls of a query at most."""
    with many(QUERIES) as made, slow(made) as timed:
        polls: defaultdict[str, list[datetime]] = defaultdict(list)
        late = timedelta(0)
        began = scheduled = made.now
        end = began + MINUTES * MINUTE
        free = [made.now] * workers
        waiting: list[tuple[datetime, str]] = []

        def invoke(at: datetime, work: Callable[[], object]) -> datetime:
            made.now = at
            reported = len(made.reports)
            timed(work)
            for each in made.reports[reported:]:
                polls[each["query"]].append(at)
            return made.now

        while True:
            for at, _, body in made.queue.until(end):
                heapq.heappush(waiting, (at, body))
            start = max(waiting[0][0], free[0]) if waiting else end
            if min(scheduled, start) >= end:
                break
            if scheduled <= start:
                invoke(scheduled, made.schedule)
                scheduled += MINUTE
                continue
            at, body = heapq.heappop(waiting)
            known = len(made.reports)
            heapq.heapreplace(free, invoke(start, partial(made.deliver, body)))
            if len(made.reports) > known and at >= began + MINUTE:
                late = max(late, start - at)
        gaps = [later - earlier for times in polls.values() for earlier, later in pairwise([*times, end])]
        return late / SECOND, max(gaps) / SECOND


if __name__ == "__main__":
    report.tell(TITLE, rows())
