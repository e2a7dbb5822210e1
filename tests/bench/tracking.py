"""How soon new videos are stored in simulated weeks on one key, with tracking and without.

The same arrivals come to the real handlers twice. Search alone learns the channels first; then come the days that
count, with tracking or without. The delay of a video runs from its publication to its being stored; one that the days
ended without counts until their end. Searches find a video at once, as in the expectations beside which this stands; a
channel's uploads show it within a minute, or within five for one in twenty. Refreshes, which take some hundred units a
day, are left out.

How videos spread over channels follows the recorded day of "cricket", where 240 came from 221: a Pitman-Yor process
with discount 0.55 and strength 550 at 1,000 videos a day gives that, and in proportion at other sizes. Of what search
finds, 5 % does not show the query's word, as in that recording.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from copy import replace
from datetime import timedelta
from statistics import quantiles
from typing import NamedTuple
from urllib.parse import quote

from local.catalogue import Clip
from local.upstream import Limits
from newsreel.times import instant, pacific_day, stamp
from newsreel.tracking.states import TrackingStates
from newsreel.tracking.track import PAUSE
from tests.bench import report
from tests.bench.priced import DAYS, PRICES, units, world
from tests.bench.report import Row
from tests.simulation.test_days import DAY, HOUR, MIDNIGHT
from tests.world import MINUTE, World, clip

TITLE = "Minutes from publication to storing, in weeks on one key, with tracking"
DISCOUNT, STRENGTH = 0.55, 0.55
"""The second for each video a day."""
UNSHOWN = 0.05
"""The share of videos that do not show the query's word."""
FEW = 20

LOOKS_A_DAY = 9_000
"""Of a key whose units nothing else needs."""
RUN_SECONDS, LOOK_SECONDS = 0.1, 0.2
"""Of the fetcher, at a gigabyte: assumed, as only AWS and YouTube could measure them."""

type Draw = Callable[[random.Random, Sequence[int], int], int]
"""Gives the place of a video's channel, of which so many videos came before, at so many videos a day."""


def as_recorded(chance: random.Random, before: Sequence[int], per_day: int) -> int:
    """A channel as on the recorded day: a new one, or one that had some, by how many it had."""
    place, strength = chance.random() * (sum(before) + STRENGTH * per_day), STRENGTH * per_day
    new = strength + DISCOUNT * len(before)
    if place < new:
        return len(before)
    channels = range(len(before))
    return chance.choices(channels, [count - DISCOUNT for count in before])[0]


def few(chance: random.Random, _before: Sequence[int], _per_day: int) -> int:
    """One of few channels, of which each has the fewer videos the later it stands."""
    return chance.choices(range(FEW), [1 / (place + 1) for place in range(FEW)])[0]


def all_apart(_chance: random.Random, before: Sequence[int], _per_day: int) -> int:
    """A new channel for each video: tracking can give nothing."""
    return len(before)


class Course(NamedTuple):
    """What comes to pass."""

    name: str
    queries: int
    per_day: int
    """Videos of each query."""
    draw: Draw
    learning: int = 6
    """Days of search alone."""
    counted: int = 1
    """Days that follow."""

    def arrivals(self, query: str, first: int) -> Iterator[Clip]:
        """A query's videos of all days, each with its channel, numbered from `first` on."""
        chance = random.Random(f"{self.name} {query}")
        days = self.learning + self.counted
        before: list[int] = []
        seconds = sorted(chance.randrange(days * 86_400) for _ in range(self.per_day * days))
        for number, second in enumerate(seconds, first):
            place = self.draw(chance, before, self.per_day)
            before += [0] * (place + 1 - len(before))
            before[place] += 1
            shown = chance.random() >= UNSHOWN
            yield clip(
                number,
                MIDNIGHT + timedelta(seconds=second),
                query=query,
                channel_id=f"UC{query.replace(' ', '')}{place:0>16}",
                title=f"About {query}, {number}" if shown else f"Number {number}",
            )


COURSES = (
    Course("1 query, 10 a day", 1, 10, as_recorded, counted=2),
    Course("1 query, 100 a day", 1, 100, as_recorded),
    Course("1 query, 1,000 a day", 1, 1_000, as_recorded),
    Course("5 queries of 10 a day", 5, 10, as_recorded, counted=2),
    Course("5 queries of 100 a day", 5, 100, as_recorded),
    Course("5 queries of 1,000 a day", 5, 1_000, as_recorded, learning=2),
    Course(f"1 query, 100 a day of {FEW} channels", 1, 100, few),
    Course("1 query, 100 a day, each of a channel of its own", 1, 100, all_apart),
)


def delays(world: World, course: Course, switched: str) -> list[timedelta]:
    """Each video's delay in the days that count."""
    names = [f"topic {number}" for number in range(course.queries)]
    size = course.per_day * (course.learning + course.counted)
    clips = [each for number, name in enumerate(names) for each in course.arrivals(name, number * size)]
    world.now = MIDNIGHT
    world.configure(QUERIES=",".join(names))
    world.without_refreshes()
    world.add(*clips)
    world.run(course.learning * DAY)
    began = world.now
    world.configure(TRACKING=switched)
    world.run(course.counted * DAY)
    units = Counter(pacific_day(call.at) for call in world.upstream.calls if call.bucket == "default")
    if max(units.values()) > Limits().default:
        raise AssertionError(f"more units than there are: {units}")
    stored = {
        video["video_id"]: instant(video["first_seen_at"])
        for name in names
        for video in world.walk(f"/videos?page_size=50&query={quote(name)}&published_after={stamp(began)}")
    }
    return [stored.get(each.video_id, world.now) - each.published_at for each in clips if each.published_at >= began]


class Cost(NamedTuple):
    """Units of DynamoDB."""

    read: float
    write: float


class Costs(NamedTuple):
    """What tracking takes, and what it makes dearer."""

    run: Cost
    """A run that looks at nothing."""
    look: Cost
    """A look that finds nothing new."""
    counted: Cost
    """A new video that search finds."""
    counting: float
    """Write units of it for its channel's count."""
    tracked: Cost
    """A new video that tracking finds, and search later."""


def rows() -> Iterator[Row]:
    """Of each course, the median, the nine-in-ten and the worst delay; then what looks and videos cost."""
    for course in COURSES:
        spans = []
        for switched in ("on", "off"):
            with world() as made:
                spans.append(figures(delays(made, course, switched)))
        for what, ours, theirs in zip(("median", "nine in ten", "worst"), *spans, strict=True):
            yield Row(f"{course.name}: {what}", ours, "search alone", theirs)
    with world() as made:
        costs = measured(made)
    before = costs.counted.write - costs.counting
    yield Row("a video that search finds: write units", costs.counted.write, "without counting its channel", before)
    yield Row("a video that tracking finds: write units", costs.tracked.write, "without tracking", before)
    for name, cost in (("a run of tracking", costs.run), ("a look", costs.look)):
        yield Row(f"{name}: read units", cost.read)
        yield Row(f"{name}: write units", cost.write)
    amounts = month_of(LOOKS_A_DAY, costs)
    yield Row(f"{LOOKS_A_DAY:,} looks a day: dollars a month", sum(PRICES[item] * amounts[item] for item in amounts))


def measured(world: World) -> Costs:
    """Each counted once, of ten channels."""
    channels = [f"UC{place:022d}" for place in range(10)]

    def publish(first: int, lag: timedelta = timedelta(0)) -> None:
        world.add(
            *(
                clip(number, world.now, lag, channel_id=each, title="Cricket")
                for number, each in enumerate(channels, first)
            )
        )

    def spent(message: dict[str, str], after: timedelta = HOUR, *, due: bool = False) -> Counter[str]:
        """By a message some time later, where all channels are due or none."""
        world.now += after
        states = TrackingStates(world.dynamodb, world.environ["STATE_TABLE"])
        at = world.now if due else world.now + HOUR
        states.put_channels(replace(each, due_at=at) for each in states.channels())
        key = {"pk": {"S": "tracking"}, "sk": {"S": "tracking"}}
        world.dynamodb.update_item(
            TableName=world.environ["STATE_TABLE"], Key=key, UpdateExpression="REMOVE due_at, claimed_until"
        )
        with units(world, world.dynamodb) as used:
            world.deliver(json.dumps(message))
        return used

    def each(busy: Counter[str], idle: Counter[str], where: str = "") -> Cost:
        """What more it was, for each channel, in all tables or one."""
        read, write = ((busy[kind] - idle[kind]) / len(channels) for kind in (f"read{where}", f"write{where}"))
        return Cost(read, write)

    track, poll = {"track": stamp(world.now)}, {"query": "cricket"}
    world.configure(TRACKING="on")
    world.without_refreshes()
    for first in (0, 10):
        publish(first)
        spent(poll)
    quiet = spent(poll)
    publish(20)
    busy = spent(poll)
    # The first makes the plan.
    spent(track)
    idle = spent(track, MINUTE)
    look = each(spent(track, MINUTE, due=True), idle)
    publish(30, 2 * HOUR)
    found = each(spent(track, 10 * MINUTE, due=True), idle)
    spent(poll)
    world.now += HOUR
    confirmed = each(spent(poll), quiet)
    return Costs(
        run=Cost(idle["read"], idle["write"]),
        look=look,
        counted=each(busy, quiet),
        counting=each(busy, quiet, f" {world.environ['STATE_TABLE']}").write,
        tracked=Cost(found.read - look.read + confirmed.read, found.write - look.write + confirmed.write),
    )


def month_of(looks_a_day: float, costs: Costs) -> dict[str, float]:
    """What a month of so many looks takes, by the items of PRICES."""
    looks, runs = looks_a_day * DAYS, min(looks_a_day, DAY / PAUSE) * DAYS
    return {
        "write units": looks * costs.look.write + runs * costs.run.write,
        "read units": looks * costs.look.read + runs * costs.run.read,
        "invocations": runs,
        "GB-seconds": runs * RUN_SECONDS + looks * LOOK_SECONDS,
        "queue requests": 3 * runs,
    }


def figures(spans: Sequence[timedelta]) -> tuple[float, float, float]:
    """The median, the nine-in-ten and the largest of these, in minutes."""
    minutes = sorted(span.total_seconds() / 60 for span in spans)
    tenths = quantiles(minutes, n=10, method="inclusive")
    return tenths[4], tenths[8], minutes[-1]


if __name__ == "__main__":
    report.tell(TITLE, rows())
