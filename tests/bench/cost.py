"""What newsreel costs a month at four sizes.

Units of DynamoDB are counted while the real handlers work; times and sizes that only AWS could tell are assumed, and
said below. Stored videos are refreshed as long as they are kept, and
what units of YouTube are left go to tracking.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import functions.notifier.app as notifier
from local.machine import ROOT
from local.made_up import MadeUp
from local.template import SECRET, TABLE, Template
from tests.bench import refresh, report, tracking
from tests.bench.priced import DAYS, GB, MILLION, PRICES, units, world
from tests.bench.report import Row
from tests.world import World, clip

if TYPE_CHECKING:
    pass

TITLE = "Cost a month"

ALWAYS_FREE = {
    "stored GB": 25,
    "invocations": MILLION,
    "GB-seconds": 400_000,
    "queue requests": MILLION,
    "schedule's events": 14 * MILLION,
    "log GB": 5,
    "metrics": 10,
    "alarms": 10,
    "egress GB": 100,
}
"""What each account has free of charge every month, not only in its first year."""
PLAIN_WRITES = 50 * 3
"""Write units of putting a search's 50 results into the table and its two indexes, a kilobyte each."""

# Assumed, since only AWS could measure them.
POLL_SECONDS, IDLE_SECONDS, PAGE_SECONDS = 0.8, 0.06, 0.015
LAMBDA_LINES = 340
"""Bytes of the three lines that Lambda logs for every invocation."""
POLL_LINES, SCHEDULE_LINES, ACCESS_LINE = 1_000, 500, 260
PAGE_BYTES = 3_000
"""Ten videos, compressed."""
VIDEO_BYTES, ENTRY_BYTES = 1_200, 500
"""A video in the table or an index, and an entry of the words table, with the 100 bytes that DynamoDB adds to each."""
EMPTY_RECEIVES = 2 * 5 * 3 * 60 * 24
"""A day's requests of Lambda's five pollers of each of two queues, each waiting 20 seconds for a message."""
NEWS_SECONDS, NEWS_LINES = 1.5, 500
"""Of the notifier, which most messages find cold; and the bytes that it logs for one."""
SECRET_READS = 12 * 24
"""A day's of one function, at one every five minutes."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much newsreel is used."""

    name: str
    polls_a_day: int
    new_videos_a_day: int
    pages_a_month: float
    looks_a_day: int
    """Of tracking; none where searches are quicker."""


SIZES = (
    Size("1 query, 1 key", 100, 100, 10_000, tracking.LOOKS_A_DAY),
    Size("10 queries, 10 keys", 1_000, 2_000, MILLION, 10 * tracking.LOOKS_A_DAY),
    Size("1 query every 10 s, 87 keys", 8_640, 10_000, 30 * MILLION, 0),
    Size("1,000 queries every minute", 1_440_000, 100_000, MILLION, 0),
)
TARGETS = 3
TOLD = Size(f"1 query, 1 key, 475 videos a day, {TARGETS} targets told of each", 100, 475, 10_000, tracking.LOOKS_A_DAY)


@dataclass(frozen=True, slots=True)
class Units:
    """Read and write units."""

    read: float
    write: float


def rows() -> Iterator[Row]:
    """A month at four sizes: at list prices, and after what is always free."""
    with world() as made:
        idle, quiet, page, video = measured(made)
    with world() as made:
        run, refreshed, _ = refresh.measured(made)
    with world() as made:
        looks = tracking.measured(made)
    template = Template(ROOT / "template.yaml", {})

    def used_in(size: Size, looks_a_day: int) -> dict[str, float]:
        used = month(size, idle, quiet, video, page, template)
        kept, tracked = (
            refresh.month_of(size.new_videos_a_day, run, refreshed),
            tracking.month_of(looks_a_day, looks),
        )
        for item, amount in (*kept.items(), *tracked.items()):
            used[item] += amount
        return used

    for size in SIZES:
        used = used_in(size, size.looks_a_day)
        plain = used_in(size, 0) | {"write units": size.polls_a_day * DAYS * PLAIN_WRITES}
        for name, free in (("at list prices", {}), ("after what is always free", ALWAYS_FREE)):
            ours, theirs = (sum(map(price(amounts, free), PRICES)) for amounts in (used, plain))
            yield Row(
                f"{size.name}, {name}: dollars", ours, "putting all 50 at each poll, no search, no tracking", theirs
            )
    with world() as made:
        telling = told(made)
    silent = used_in(TOLD, TOLD.looks_a_day)
    used = silent | {item: silent[item] + amount for item, amount in telling.items()}
    for name, free in (("at list prices", {}), ("after what is always free", ALWAYS_FREE)):
        ours, theirs = (sum(map(price(amounts, free), PRICES)) for amounts in (used, silent))
        yield Row(f"{TOLD.name}, {name}: dollars", ours, "nobody told", theirs)


def price(amounts: dict[str, float], free: dict[str, float] | None = None) -> Callable[[str], float]:
    """The price of an item of a month."""
    return lambda item: PRICES[item] * max(0, amounts[item] - (free or {}).get(item, 0))


def month(size: Size, idle: Units, quiet: Units, video: Units, page: Units, template: Template) -> dict[str, float]:
    """What is used in a month, by the items of PRICES."""
    ticks, polls, new = 1_440 * DAYS, size.polls_a_day * DAYS, size.new_videos_a_day * DAYS
    memory = {name: int(template.function(name)["MemorySize"]) / 1024 for name in ("FetcherFunction", "ApiFunction")}
    copies = 1 + len(template.of_type(TABLE)["VideosTable"]["GlobalSecondaryIndexes"])
    entries = video.write - copies
    logged = (ticks + polls + size.pages_a_month) * LAMBDA_LINES + size.pages_a_month * ACCESS_LINE
    logged += polls * POLL_LINES + ticks * SCHEDULE_LINES
    return {
        "read units": ticks * idle.read + polls * quiet.read + new * video.read + size.pages_a_month * page.read,
        "write units": ticks * idle.write + polls * quiet.write + new * video.write,
        "stored GB": new * (copies * VIDEO_BYTES + entries * ENTRY_BYTES) / GB,
        "backed-up GB": new * VIDEO_BYTES / GB,
        "invocations": ticks + polls + size.pages_a_month,
        "GB-seconds": (ticks * IDLE_SECONDS + polls * POLL_SECONDS) * memory["FetcherFunction"]
        + size.pages_a_month * PAGE_SECONDS * memory["ApiFunction"],
        "HTTP requests": size.pages_a_month,
        "queue requests": EMPTY_RECEIVES * DAYS + 3 * polls,
        "schedule's events": ticks,
        "log GB": logged / GB,
        "metrics": 10,
        "alarms": sum(
            max(1, sum("MetricStat" in each for each in alarm.get("Metrics", ())))
            for alarm in template.of_type("AWS::CloudWatch::Alarm").values()
        ),
        "secrets": len(template.of_type(SECRET)),
        "secret reads": 2 * SECRET_READS * DAYS,
        "egress GB": size.pages_a_month * PAGE_BYTES / GB,
    }


def measured(world: World) -> tuple[Units, Units, Units, Units]:
    """Units of a schedule's event with nothing due, a quiet poll, a page of ten, and a new video."""
    catalogue = MadeUp(["cricket"])
    started = world.now - timedelta(hours=1)
    world.add(*catalogue.search("cricket", started, world.now, world.now))
    world.schedule()
    world.now += timedelta(minutes=1)
    with units(world, world.dynamodb) as idle:
        world.schedule()
    world.now += timedelta(hours=1)
    with units(world, world.dynamodb) as quiet:
        world.poll()
    before, world.now = world.now, world.now + timedelta(hours=1)
    world.add(*catalogue.search("cricket", before, before + timedelta(minutes=20), world.now))
    with units(world, world.dynamodb) as busy:
        new = world.poll()["new"]
    with units(world, world.dynamodb) as page:
        world.get("/videos")
    video = Units((busy["read"] - quiet["read"]) / new, (busy["write"] - quiet["write"]) / new)
    idle_units, quiet_units, page_units = (Units(each["read"], each["write"]) for each in (idle, quiet, page))
    return idle_units, quiet_units, page_units, video


def told(world: World) -> dict[str, float]:
    """What telling adds to a month: counted at one poll that finds what a poll finds then, and at a quiet minute."""
    world.without_refreshes()
    world.configure(PACING="fixed", POLL_INTERVAL_SECONDS="86400")
    world.schedule()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notifier, "send", lambda *_: None)
        for number in range(TARGETS):
            target = {"kind": "webhook", "address": f"https://receiver.test/{number}"}
            world.client().put(f"/targets/{number}", json=target)
        per_poll = TOLD.new_videos_a_day // TOLD.polls_a_day
        sent = world.queue.sent
        world.add(*(clip(number, world.now - timedelta(seconds=number)) for number in range(per_poll)))
        world.poll_again()
        with units(world, world.dynamodb) as telling:
            world.settle()
        messages = world.queue.sent - sent
    polls, minutes = TOLD.polls_a_day * DAYS, 1_440 * DAYS
    return {
        # Of a minute, what is read of the targets' outboxes.
        "read units": polls * telling["read"] + minutes * TARGETS / 2,
        "write units": polls * telling["write"],
        "stored GB": TOLD.new_videos_a_day * DAYS * TARGETS * 200 / GB,
        "invocations": polls * messages,
        "GB-seconds": polls * messages * NEWS_SECONDS,
        "queue requests": 3 * polls * messages,
        "log GB": polls * messages * (LAMBDA_LINES + NEWS_LINES) / GB,
        "metrics": 4,
        "secret reads": SECRET_READS * DAYS,
    }


if __name__ == "__main__":
    report.tell(TITLE, rows())
