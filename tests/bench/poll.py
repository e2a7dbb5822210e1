"""What a poll costs DynamoDB and the fetcher, by how much it finds; and a minute in which a hundred polls are due.

Beside it the plain way, by boto3: ask for as many pages as have the new videos, and put every result into the table and
its two indexes, 25 a request, without keys' budgets, states, details or an index of words. It is really done, in the
same world. CPU and memory are this process's: the sample upstream runs in it, on both sides, and dynalite does not.
"""

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from math import ceil
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from boto3.dynamodb.types import TypeSerializer

import functions.fetcher.app as fetcher
from local import engine
from local.catalogue import Clip
from local.made_up import MadeUp
from local.upstream import Limits
from newsreel.aws.calls import WRITE_LIMIT
from newsreel.polling import adapters
from newsreel.sources.items import PAGE
from newsreel.times import stamp
from tests.bench import report
from tests.bench.priced import units, world
from tests.bench.report import Row
from tests.integration.test_api_caching import calls
from tests.world import UPSTREAM_URL, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TITLE = "A poll"
FOUND = {"nothing new": 0, "15 new": 15, "400 new": 400}
KNOWN = 100
"""Videos stored before the first measured poll."""
ROUNDS = 3
SPACING = timedelta(hours=4)
"""From poll to poll; in this time the made-up catalogue has 400 videos."""
QUERIES = 100
PLAIN = "putting all, no search"
IN_A_ROW = "one invocation for all"


class Spent(NamedTuple):
    """What a poll took."""

    writes: float
    entries: float
    """Write units of the index of words."""
    reads: float
    requests: float
    cpu: float
    """Seconds."""


def rows() -> Iterator[Row]:
    """Polls that find nothing, some and much; then many due at once."""
    for name, new in FOUND.items():
        yield from found(name, new)
    yield from many()


def found(name: str, new: int) -> Iterator[Row]:
    """A poll that finds so many new videos, the median of some; then one more for its memory."""
    with world(timed=True) as made:
        # Nothing waits for calls here, however many a burst takes.
        made.configure(SEARCH_CALLS_PER_DAY="10000")
        made.limit(key_one=Limits(search=10_000))
        made.add(*published(made, KNOWN))
        made.schedule()
        boto3s = engine.client("dynamodb", made.dynamodb.meta.endpoint_url)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            pass_time(made, new)
            ours.append(spent(made, made.dynamodb, made.poll))
            assert made.reports[-1]["new"] == new
            theirs.append(spent(made, boto3s, lambda: plain_poll(made, boto3s, new)))
        pass_time(made, new)
        peaks = peak(made.poll), peak(lambda: plain_poll(made, boto3s, new))
    mine, plain = middle(ours), middle(theirs)
    yield Row(f"{name}: write units without the search index", mine.writes - mine.entries, PLAIN, plain.writes)
    if new:
        yield Row(f"{name}: write units with it", mine.writes, PLAIN, plain.writes)
    yield Row(f"{name}: read units", mine.reads, PLAIN, plain.reads)
    yield Row(f"{name}: requests to DynamoDB", mine.requests, PLAIN, plain.requests)
    yield Row(f"{name}: CPU ms, the sample upstream's too", mine.cpu * 1e3, PLAIN, plain.cpu * 1e3)
    yield Row(f"{name}: peak memory, MB", peaks[0], PLAIN, peaks[1])


def many() -> Iterator[Row]:
    """A hundred known queries, all due in one minute: by schedule and queue, and all messages in one event."""
    names = [f"query {number}" for number in range(QUERIES)]
    with world(timed=True) as made:
        made.configure(
            QUERIES=",".join(names), PACING="fixed", POLL_INTERVAL_SECONDS="60", SEARCH_CALLS_PER_DAY="10000"
        )
        made.limit(key_one=Limits(search=10_000))
        made.add(*(replace(each, query=None) for each in published(made, 5)))
        made.minute()
        before, reported = made.invocations, len(made.reports)
        mine = spent(made, made.dynamodb, made.minute)
        invocations, polls = made.invocations - before, len(made.reports) - reported
        assert {each["query"] for each in made.reports[reported:]} == set(names)
        reported = len(made.reports)
        plain = spent(made, made.dynamodb, lambda: made.deliver(*(json.dumps({"query": name}) for name in names)))
        plain_polls = len(made.reports) - reported
    name = f"{QUERIES} due in one minute"
    yield Row(f"{name}: invocations", invocations, IN_A_ROW, 1)
    yield Row(f"{name}: polls an invocation", polls / invocations, IN_A_ROW, plain_polls)
    yield Row(f"{name}: CPU ms a poll", mine.cpu * 1e3 / polls, IN_A_ROW, plain.cpu * 1e3 / plain_polls)


def published(made: World, count: int) -> list[Clip]:
    """The newest of the made-up videos that a search finds now."""
    clips = MadeUp(["cricket"]).search("cricket", made.now - SPACING, made.now, made.now)[:count]
    assert len(clips) == count
    return clips


def pass_time(made: World, new: int) -> None:
    """Go to the next poll, before which so many are published."""
    made.now += SPACING
    made.add(*published(made, new))
    # Secrets' engine runs in this process and holds 10 MB for a moment after its answer: neither is the poll's.
    fetcher.secret().read(made.now)
    time.sleep(0.1)


def plain_poll(made: World, boto3s: "DynamoDBClient", new: int) -> None:
    """A poll as most would write it, under a query of its own so that it is not in newsreel's way."""
    asked = {"part": "snippet", "type": "video", "order": "date", "q": "cricket", "maxResults": str(PAGE)}
    results: list[Any] = []
    for _ in range(max(1, ceil(new / PAGE))):
        answer = adapters.session().get(
            f"{UPSTREAM_URL}/search", params=asked, headers={"X-Goog-Api-Key": "key-plain"}, timeout=10
        )
        results += answer.json()["items"]
        asked["pageToken"] = answer.json().get("nextPageToken", "")
    serializer = TypeSerializer()
    puts: list[Any] = [{"PutRequest": {"Item": serializer.serialize(plain_item(made, each))["M"]}} for each in results]
    for some in batched(puts, WRITE_LIMIT):
        boto3s.batch_write_item(RequestItems={made.environ["VIDEOS_TABLE"]: list(some)})


def plain_item(made: World, result: dict[str, Any]) -> dict[str, Any]:
    """What a search tells of a video. As the time of fetching is new each time, no index is spared."""
    snippet = result["snippet"]
    return {
        "video_id": result["id"]["videoId"],
        "query": "plain",
        "published_at": snippet["publishedAt"],
        "fetched_at": stamp(made.now),
        "title": snippet["title"],
        "description": snippet["description"],
        "channel_id": snippet["channelId"],
        "channel_title": snippet["channelTitle"],
        "query_channel": f"plain#{snippet['channelId']}",
        "thumbnails": snippet["thumbnails"],
        "live": snippet["liveBroadcastContent"],
        "expires_at": int((made.now + timedelta(days=30)).timestamp()),
    }


def spent(made: World, client: "DynamoDBClient", work: Callable[[], object]) -> Spent:
    """What some work takes, which asks DynamoDB by this client."""
    with units(made, client) as used, calls(client) as requests:
        began = time.process_time()
        work()
        cpu = time.process_time() - began
    entries = used[f"write {made.environ['WORDS_TABLE']}"]
    return Spent(used["write"], entries, used["read"], len(requests), cpu)


def middle(some: list[Spent]) -> Spent:
    """The median of each figure."""
    return Spent(*map(median, zip(*some, strict=True)))


def peak(work: Callable[[], object]) -> float:
    """The most memory that some work holds at once beyond what was held before, in MB, as Python allocates it."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


if __name__ == "__main__":
    report.tell(TITLE, rows())
