"""Simulated days: the real handlers and tables, every minute's event of the schedule, a clock that is stepped."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from local.catalogue import Clip
from local.upstream import Limits
from newsreel.times import pacific_midnight
from tests.simulation.days import arrivals, burst, up_to_ten_minutes
from tests.world import MINUTE, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 24, 8, tzinfo=UTC)
"""Midnight in California."""


@pytest.fixture(autouse=True)
def polls_alone(world: World) -> None:
    """Refreshes have tests, and a month, of their own."""
    world.without_refreshes()


def searches(world: World) -> list[datetime]:
    return [call.at for call in world.upstream.calls if call.bucket == "search"]


def per_key_and_day(world: World) -> Counter[tuple[str, datetime]]:
    return Counter((call.key, pacific_midnight(call.at)) for call in world.upstream.calls if call.bucket == "search")


def expect_all(world: World, clips: list[Clip], path: str = "/videos?page_size=50") -> None:
    found = world.ids(path)
    assert len(found) == len(set(found))
    assert set(found) == {clip.video_id for clip in clips}


def test_one_key_and_one_query_see_the_whole_day(world: World) -> None:
    world.now = MIDNIGHT
    clips = arrivals(MIDNIGHT, DAY, 475, up_to_ten_minutes)
    world.add(*clips)
    world.run(DAY)
    times = searches(world)
    assert len(times) <= 100
    assert len(times) >= 95, "the day's budget is used"
    assert max(later - earlier for earlier, later in pairwise(times)) < 25 * MINUTE
    assert {(time - MIDNIGHT) // HOUR for time in times} == set(range(24))
    world.run(HOUR)
    expect_all(world, clips)
    assert max(delay for report in world.reports for delay in report["delays"]) < 35 * MINUTE
    assert world.state()["gaps"] == 0


def test_three_keys_of_which_one_is_bad_and_one_spends_itself_at_noon(world: World) -> None:
    world.now = MIDNIGHT
    world.set_keys("good", "bad", "shared")
    world.upstream.keys = {"good", "shared"}
    clips = arrivals(MIDNIGHT, DAY, 475)
    world.add(*clips)
    world.run(DAY / 2)
    # Another program of the same project uses up the rest of this key's day.
    world.upstream.limits_of["shared"] = Limits(search=0)
    world.run(DAY / 2 + HOUR)
    spent = per_key_and_day(world)
    assert spent["bad", MIDNIGHT + DAY] == 1
    assert spent["good", MIDNIGHT + DAY] <= 100
    assert spent["shared", MIDNIGHT + DAY] <= 100
    noon = MIDNIGHT + DAY / 2
    shared = [call.at for call in world.upstream.calls if call.key == "shared" and call.bucket == "search"]
    before, after = ([at for at in shared if since <= at < since + DAY / 2] for since in (MIDNIGHT, noon))
    assert len(before) > 20, "two keys take turns"
    assert len(after) == 1, "spent: asked once, then no more"
    expect_all(world, clips)


def test_twenty_queries_share_one_key_and_none_starves(world: World) -> None:
    world.now = MIDNIGHT
    queries = [f"topic {number}" for number in range(20)]
    world.configure(QUERIES=",".join(queries))
    clips = [
        clip
        for number, query in enumerate(queries)
        for clip in arrivals(MIDNIGHT, DAY, 40, seed=number, first=1000 * number, query=query)
    ]
    world.add(*clips)
    world.run(DAY)
    polls = Counter(report["query"] for report in world.reports if report["calls"])
    assert set(polls) == set(queries)
    assert max(polls.values()) - min(polls.values()) <= 1
    assert len(searches(world)) <= 100
    world.run(6 * HOUR)
    for query in queries:
        expect_all(world, [clip for clip in clips if clip.query == query], f"/videos?page_size=50&query={query}")


def test_more_queries_than_calls_take_turns(world: World) -> None:
    world.now = MIDNIGHT
    queries = [f"topic {number}" for number in range(12)]
    world.configure(QUERIES=",".join(queries), SEARCH_CALLS_PER_DAY="5")
    world.run(5 * DAY)
    polls = Counter(report["query"] for report in world.reports if report["calls"])
    assert set(polls) == set(queries)
    assert max(polls.values()) - min(polls.values()) <= 1
    assert max(per_key_and_day(world).values()) <= 5


@pytest.mark.long
@pytest.mark.parametrize(
    ("midnight", "hours"),
    [(datetime(2027, 3, 13, 8, tzinfo=UTC), 47), (datetime(2026, 10, 31, 7, tzinfo=UTC), 49)],
    ids=["spring", "autumn"],
)
def test_two_days_around_a_change_of_clock(world: World, midnight: datetime, hours: int) -> None:
    world.now = midnight
    clips = arrivals(midnight, timedelta(hours=hours), 200, up_to_ten_minutes)
    world.add(*clips)
    world.run(timedelta(hours=hours))
    days = per_key_and_day(world)
    assert len(days) == 2
    assert all(95 <= count <= 100 for count in days.values())
    times = searches(world)
    assert max(later - earlier for earlier, later in pairwise(times)) < 25 * MINUTE
    world.run(HOUR)
    expect_all(world, clips)


def test_lag_a_burst_and_an_outage_lose_nothing(world: World) -> None:
    world.now = MIDNIGHT
    clips = [
        *arrivals(MIDNIGHT, DAY, 475, up_to_ten_minutes),
        *burst(MIDNIGHT + 8 * HOUR, 400, MINUTE, up_to_ten_minutes, first=10_000),
    ]
    world.add(*clips)
    world.run(12 * HOUR)
    upstream = world.apps.pop("upstream.test")
    world.run(6 * HOUR)
    assert world.state()["state"] == "failing"
    world.apps["upstream.test"] = upstream
    # A burst, gaps and six hours of failures have taken their calls: one is left for every forty minutes.
    world.run(45 * MINUTE)
    newest = world.walk("/videos?page_size=10&published_after=2026-11-25T02:00:00Z")
    assert newest, "the backlog does not delay the newest"
    world.run(DAY - 18 * HOUR)
    assert max(per_key_and_day(world).values()) <= 100
    world.run(DAY / 2)
    expect_all(world, clips)
    assert world.state()["gaps"] == 0


@pytest.mark.long
def test_what_searches_leave_out_for_hours_is_found_by_sweeps_within_their_share(world: World) -> None:
    world.now = MIDNIGHT
    late = arrivals(MIDNIGHT, DAY, 10, lambda chance: HOUR / 2 + chance.random() * 2 * HOUR, seed=5, first=20_000)
    clips = [*arrivals(MIDNIGHT, 3 * DAY, 400), *late]
    world.add(*clips)
    world.run(3 * DAY)
    assert {clip.video_id for clip in late} <= set(world.ids())
    sweeps = Counter(pacific_midnight(at) for at in swept(world))
    assert max(sweeps.values()) <= 10
    finds = world.get("/status").get_json()["queries"][0]["late_finds"]
    assert finds["found"] >= 1
    assert finds["oldest_seconds"] >= 1200


def test_a_query_whose_searches_leave_nothing_out_hardly_sweeps(world: World) -> None:
    world.now = MIDNIGHT
    world.add(*arrivals(MIDNIGHT, 2 * DAY, 400))
    world.run(2 * DAY)
    on_the_second_day = [at for at in swept(world) if at > MIDNIGHT + DAY]
    assert len(on_the_second_day) <= 3
    finds = world.get("/status").get_json()["queries"][0]["late_finds"]
    assert (finds["found"], finds["oldest_seconds"]) == (0, None)
    assert finds["sweep_age_seconds"] < 6 * 3600


def swept(world: World) -> list[datetime]:
    """When sweeps asked."""
    return [
        call.at
        for call in world.upstream.calls
        if "publishedBefore" in call.parameters
        and call.at - datetime.fromisoformat(call.parameters["publishedBefore"]) >= 2 * HOUR
    ]
