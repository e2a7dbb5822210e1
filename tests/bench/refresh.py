"""What it costs to keep stored videos true: units of YouTube, units of DynamoDB, and dollars.

What one refresh of a video costs is counted while the real handlers work. What a day and a year come to is reckoned
from that: each video is asked for at seven ages and then every 25 days; a tenth are live for two hours, and what is
live is asked for every five minutes. Its counts have changed each time, which is the dearest case.

    python -m tests.bench.refresh month

lives through a month of 475 videos a day, with an event every fifteen minutes, and holds it against the truth each
hour; it takes some twenty minutes.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from local.made_up import MadeUp
from newsreel.polling.ages import ages
from newsreel.polling.refresh import LIVE_EVERY
from newsreel.sources.items import PAGE
from tests.bench import report
from tests.bench.priced import DAYS, PRICES, units, world
from tests.bench.report import Row
from tests.simulation.lives import DAY, Month, lives
from tests.simulation.test_days import MIDNIGHT
from tests.world import MINUTE, World

TITLE = "Keeping videos true"
UNITS_PER_DAY = 10_000
LIVE_SHARE, LIVE_HOURS = 0.1, 2
RUN_SECONDS = 0.8
"""Of a refresh, at a gigabyte: assumed, as only AWS could measure it."""


class Cost(NamedTuple):
    """Units of DynamoDB."""

    read: float
    write: float


def rows() -> Iterator[Row]:
    """One refresh, a day at two sizes, and the last day and the sum of a year."""
    with world() as made:
        idle, counted, renewed = measured(made)
    yield Row("a video whose counts have changed: write units", counted.write, "one put into the table", 3)
    yield Row("a video whose 25 days are over, with its search entries: write units", renewed.write)
    for per_day in (475, 4_500):
        name = f"{per_day:,} videos a day, kept for 28 days"
        asked = per_day * len([*ages(28 * DAY)])
        yield Row(f"{name}: YouTube's units a day", units_a_day(per_day, asked), "the quota of a key", UNITS_PER_DAY)
        yield Row(f"{name}: write units a month", asked * DAYS * counted.write)
        yield Row(f"{name}: dollars a month", dollars(month_of(per_day, idle, counted)))
    kept = [475 * min(day, 365) for day in range(1, 366)]
    early = len([age for age in ages(28 * DAY) if age < 25 * DAY])
    owed = sum(kept) / 25
    yield Row(
        "475 videos a day, kept for a year: YouTube's units on the last day",
        units_a_day(475, 475 * early + kept[-1] / 25),
        "the quota of a key",
        UNITS_PER_DAY,
    )
    yield Row("475 videos a day, kept for a year: YouTube's units", 365 * units_a_day(475, 475 * early) + owed / PAGE)
    yield Row(
        "475 videos a day, kept for a year: dollars",
        12 * dollars(month_of(475, idle, counted, early))
        + dollars({"write units": owed * renewed.write, "read units": owed * renewed.read}),
    )


def units_a_day(per_day: int, asked: float) -> float:
    """YouTube's units of a day on which so many videos are asked for, besides those that are live."""
    live = per_day * LIVE_SHARE * LIVE_HOURS / 24
    return asked / PAGE + DAY / LIVE_EVERY * math.ceil(live / PAGE)


def month_of(new_a_day: float, idle: Cost, counted: Cost, asked_for: int = len([*ages(28 * DAY)])) -> dict[str, float]:
    """What a month of so many new videos a day takes to keep them true, by the items of PRICES."""
    asked, runs = new_a_day * asked_for * DAYS, DAYS * DAY / LIVE_EVERY
    return {
        "write units": asked * counted.write + runs * idle.write,
        "read units": asked * counted.read + runs * idle.read,
        "invocations": runs,
        "GB-seconds": runs * RUN_SECONDS,
        "queue requests": 3 * runs,
    }


def dollars(amounts: Mapping[str, float]) -> float:
    """The price."""
    return sum(PRICES[item] * amount for item, amount in amounts.items())


def measured(made: World) -> tuple[Cost, Cost, Cost]:
    """Units of a refresh with nothing due, and of one video whose counts have changed, early and after 25 days."""
    made.configure(POLL_INTERVAL_SECONDS="86400", PACING="fixed", RETENTION_DAYS="365")
    catalogue = MadeUp(["cricket"])
    found = catalogue.search("cricket", made.now - timedelta(minutes=30), made.now, made.now)
    made.add(*found)
    made.schedule()
    refresh(made)
    made.now += 5 * MINUTE
    idle = refresh(made)
    costs = []
    for age in (timedelta(hours=2), 25 * DAY + timedelta(hours=7)):
        made.now = made.now.replace() + age
        for number, clip in enumerate(found):
            made.clips.change(clip.video_id, views=number + int(age.total_seconds()))
        used = refresh(made)
        costs.append(Cost((used.read - idle.read) / len(found), (used.write - idle.write) / len(found)))
    return idle, costs[0], costs[1]


def refresh(made: World) -> Cost:
    """Refresh what is due; what it used."""
    with units(made, made.dynamodb) as used:
        made.deliver('{"refresh": "now"}')
    return Cost(used["read"], used["write"])


def month() -> Iterator[Row]:
    """A month, lived through."""
    with world() as made:
        made.configure(RETENTION_DAYS="365", POLL_INTERVAL_SECONDS="900")
        made.now = MIDNIGHT
        simulated = Month(made, lives(MIDNIGHT - DAY, 31 * DAY, 475), 365 * DAY, 15 * MINUTE)
        with units(made, made.dynamodb) as used:
            for day in range(1, 31):
                simulated.run(DAY)
                report.say(f"\rday {day} of 30")
        checked = dict(simulated.checked)
        yield Row(
            "YouTube's units on the dearest day", max(simulated.units.values()), "the quota of a key", UNITS_PER_DAY
        )
        yield Row("YouTube's units of the month", sum(simulated.units.values()))
        yield Row("write units of the month, polls included", used["write"])
        yield Row("videos at the end", len(made.walk()))
        for what, times in checked.items():
            yield Row(f"held against the truth: {what}", times)


if __name__ == "__main__":
    report.tell("A month of 475 videos a day", month()) if sys.argv[1:] == ["month"] else report.tell(TITLE, rows())
