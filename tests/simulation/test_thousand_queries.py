"""A thousand watched queries: each gets its share of the day, and a minute reads them all at once."""

import heapq
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from newsreel.aws.attributes import packed
from newsreel.aws.calls import put_items
from newsreel.keys.budget import Budget
from newsreel.polling.pace import next_due, pace
from newsreel.polling.poll_state import DueState
from newsreel.polling.states import due_item
from newsreel.polling.watched_queries import SEEDED, _key, _to_item
from newsreel.times import stamp
from newsreel.watched import WatchedQuery, rivals
from tests.bench.priced import units
from tests.world import MINUTE, START, World

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 24, 8, tzinfo=UTC)
MANY = 1000


def queries(seed: int = 4) -> list[WatchedQuery]:
    """Queries of weights from 1 to 5, some of them paused."""
    chance = random.Random(seed)
    return [
        WatchedQuery(
            f"query {number}", f"query {number}", weight=chance.randint(1, 5), paused=chance.random() < 0.1,
            place=number, version=1,
        )
        for number in range(MANY)
    ]  # fmt: skip


def test_shares_of_a_day_follow_the_weights() -> None:
    watched = queries()
    active = {query.name: query for query in watched if not query.paused}
    per_day = 100_000
    left, polls = per_day, Counter[str]()
    weights = sum(query.weight for query in active.values())
    due = [(MIDNIGHT, number, name) for number, name in enumerate(active)]
    heapq.heapify(due)
    while due and due[0][0] < MIDNIGHT + DAY and left:
        now, number, name = heapq.heappop(due)
        left, polls[name] = left - 1, polls[name] + 1
        budget = Budget(left, per_day, MIDNIGHT + DAY)
        span = pace(budget, weights / active[name].weight, timedelta(seconds=10), "budget", now)
        heapq.heappush(due, (next_due(now, now, span), number, name))
    assert left < per_day * 0.02, "the day's calls are used"
    for name, query in active.items():
        share = per_day * query.weight / weights
        assert abs(polls[name] - share) <= max(0.05 * share, 1.5), (query, polls[name], share)
    one = next(iter(active.values()))
    assert rivals(watched)[one.name] == weights / one.weight


def test_a_minute_with_nothing_due_reads_them_all_at_once(world: World) -> None:
    watched = queries()
    table = world.environ["STATE_TABLE"]
    put_items(world.dynamodb, table, [_key(SEEDED), *(_to_item(query, START) for query in watched)])
    later = START + 2 * MINUTE
    due = [due_item(DueState(query.name, later, START, 3600, last_success_at=START)) for query in watched]
    refreshes = packed({"pk": "refresh", "sk": "refresh", "due_at": stamp(later), "planned_at": stamp(START)})
    put_items(world.dynamodb, table, [*due, refreshes])
    # The first minute notes which keys there are.
    world.schedule()
    requests: list[str] = []

    def count(model: Any, **_: Any) -> None:
        requests.append(model.name)

    events = world.dynamodb.meta.events
    events.register("after-call.dynamodb", count)
    with units(world, world.dynamodb) as used:
        world.schedule()
    events.unregister("after-call.dynamodb", count)
    assert not world.reports
    # What is watched, when it is due, the keys, and the refreshes.
    assert Counter(requests) == {"Query": 3, "BatchGetItem": 1}
    assert used["read"] < 60
