"""Every way in which a key or the source can fail has its own reaction, and its own number of calls."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Response

import functions.fetcher.app as fetcher
from local.upstream import Call, Limits
from newsreel.errors import NoCallsLeft
from tests.world import MINUTE, START, World, clip

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def body(status: int, reason: str, message: str = "No.", **metadata: str) -> tuple[int, str]:
    """An error body in the shape of Google's APIs."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": metadata}]
    error = {"code": status, "message": message, "errors": [{"reason": reason}], "details": details}
    return status, json.dumps({"error": error})


def refuse(world: World, status: int, text: str, *, keys: tuple[str, ...] = (), bucket: str = "search") -> None:
    """Answer these keys' calls (all keys' without any) with an error."""

    def fault(call: Call) -> Response | None:
        refused = call.bucket == bucket and (not keys or call.key in keys)
        return Response(text, status, content_type="application/json") if refused else None

    world.upstream.fault = fault


def searches(world: World) -> list[str]:
    """The keys of all search calls, in order."""
    return [call.key for call in world.upstream.calls if call.bucket == "search"]


def key_states(world: World) -> list[dict[str, Any]]:
    return list(world.get("/status").get_json()["sources"]["youtube"]["keys"])


def problems(world: World) -> set[str]:
    return {problem["code"] for problem in world.get("/status").get_json()["problems"]}


SPENT = [
    body(429, "RATE_LIMIT_EXCEEDED", quota_limit="defaultSearchListPerDayPerProject", quota_limit_value="100"),
    body(429, "rateLimitExceeded", "Quota exceeded … limit 'Search Queries per day' of service …"),
    body(403, "quotaExceeded", 'You have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.'),
    body(403, "dailyLimitExceeded"),
]
REJECTED = [
    body(400, "API_KEY_INVALID"),
    body(400, "keyInvalid"),
    body(403, "accessNotConfigured"),
    body(403, "SERVICE_DISABLED"),
    body(403, "API_KEY_SERVICE_BLOCKED"),
    body(403, "API_KEY_HTTP_REFERRER_BLOCKED"),
    body(403, "API_KEY_IP_ADDRESS_BLOCKED"),
    body(403, "CONSUMER_SUSPENDED"),
    body(403, "ipRefererBlocked"),
]
TOO_FAST = [body(429, "rateLimitExceeded"), body(403, "rateLimitExceeded"), body(403, "userRateLimitExceeded")]
OURS = [body(400, "invalidPageToken"), body(400, "missingRequiredParameter"), body(404, "notFound")]
THEIRS = [
    body(500, "backendError"),
    body(503, "backendError"),
    (502, "<html>Bad Gateway</html>"),
    (200, "<html>"),
    (200, "[]"),
    (200, '{"items": 1}'),
    (302, ""),
]


@pytest.mark.parametrize(("status", "text"), SPENT)
def test_a_spent_bucket_is_left_alone_until_midnight(world: World, status: int, text: str) -> None:
    world.set_keys("spent", "good")
    refuse(world, status, text, keys=("spent",))
    world.add(clip(1, START - MINUTE))
    for _ in range(10):
        world.schedule()
        world.now += 15 * MINUTE
    assert searches(world).count("spent") == 1
    assert searches(world).count("good") == 10
    # It still serves videos.list: only one of its buckets is spent.
    assert {call.key for call in world.upstream.calls if call.bucket == "default"}
    world.upstream.fault = None
    world.now = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    world.run(HOUR)
    assert searches(world).count("spent") > 1


def test_a_key_whose_search_is_spent_still_gives_details(world: World) -> None:
    refuse(world, *SPENT[0], keys=("spent",))
    world.set_keys("spent")
    world.configure(INVIDIOUS_URLS="")
    world.schedule()
    assert searches(world) == ["spent"]
    ring = fetcher.key_ring()
    assert ring.charge("default").value == "spent"
    with pytest.raises(NoCallsLeft):
        ring.charge("search")
    assert world.state()["state"] == "waiting"
    assert world.state()["next_poll_at"] == "2026-11-24T08:00:00Z"
    assert problems(world) == {"budget_spent"}


def test_a_project_without_search_quota_is_not_asked_again_tomorrow(world: World) -> None:
    world.set_keys("none")
    zero = body(429, "RATE_LIMIT_EXCEEDED", quota_limit="defaultSearchListPerDayPerProject", quota_limit_value="0")
    refuse(world, *zero)
    world.run(2 * MINUTE)
    world.now += 2 * DAY
    world.run(2 * MINUTE)
    assert searches(world) == ["none"]
    assert "no_usable_key" in problems(world)
    assert fetcher.key_ring().charge("default").value == "none"


@pytest.mark.parametrize(("status", "text"), REJECTED)
def test_a_bad_key_is_disabled_until_the_secret_changes(world: World, status: int, text: str) -> None:
    world.set_keys("bad", "good")
    refuse(world, status, text, keys=("bad",))
    world.run(3 * HOUR)
    world.restart()
    world.now += DAY
    world.run(HOUR)
    assert searches(world).count("bad") == 1
    assert len(searches(world)) > 10
    assert "key_disabled" in problems(world)
    world.upstream.fault = None
    world.set_keys("bad", "good", "third")
    world.run(2 * HOUR)
    assert searches(world).count("bad") > 1
    assert not problems(world)


@pytest.mark.parametrize(("status", "text"), TOO_FAST)
def test_too_fast_means_waiting_with_the_same_key(world: World, status: int, text: str) -> None:
    refuse(world, status, text)
    world.schedule()
    assert searches(world) == ["key-one"] * 2
    assert world.slept > 0
    assert world.state()["state"] == "failing"
    assert key_states(world)[0]["usable"]
    assert key_states(world)[0]["search"]["spent"] == 2
    world.upstream.fault = None
    world.run(20 * MINUTE)
    assert world.state()["state"] == "ok"


@pytest.mark.parametrize(("status", "text"), OURS)
def test_our_own_mistake_costs_one_call_and_no_key(world: World, status: int, text: str) -> None:
    world.set_keys("one", "two", "three")
    refuse(world, status, text)
    world.schedule()
    assert len(searches(world)) == 1
    assert all(key["usable"] for key in key_states(world))
    assert world.state()["state"] == "failing"
    assert str(status) in world.state()["problem"]


@pytest.mark.parametrize(("status", "text"), THEIRS)
def test_their_failures_are_tried_once_more_and_then_later(world: World, status: int, text: str) -> None:
    refuse(world, status, text)
    world.schedule()
    assert len(searches(world)) == 2
    world.run(2 * HOUR)
    assert len(searches(world)) <= 2 + 12, "while it lasts, one try a poll, with growing pauses"
    world.upstream.fault = None
    world.add(clip(1, START))
    world.run(HOUR)
    assert world.ids() == ["video000001"]
    assert world.state()["state"] == "ok"


RECORDED = {
    "400_API_KEY_INVALID_2026-09-07.json": (400, "no_usable_key", 1),
    "403_accessNotConfigured.json": (403, "no_usable_key", 1),
    "403_quotaExceeded.json": (403, "budget_spent", 1),
    "429_search_daily_2026-09-25.json": (429, "budget_spent", 1),
    "RECONSTRUCTED_403_API_KEY_SERVICE_BLOCKED.json": (403, "no_usable_key", 1),
    "RECONSTRUCTED_500_backendError.json": (500, "failing", 2),
    "search_empty_200_curl_2024.json": (200, None, 1),
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_answers_lead_to_their_reactions(world: World, recordings: Path, name: str) -> None:
    status, problem, calls = RECORDED[name]
    refuse(world, status, (recordings / "errors" / name).read_text())
    world.schedule()
    assert len(searches(world)) == calls
    assert problems(world) == ({problem} if problem else set())


def test_every_recorded_error_is_tested(recordings: Path) -> None:
    assert {path.name for path in (recordings / "errors").iterdir()} == set(RECORDED)


def test_the_largest_budget_goes_next(world: World) -> None:
    world.set_keys("one", "two", "three")
    world.run(DAY / 4)
    counts = [searches(world).count(key) for key in ("one", "two", "three")]
    assert max(counts) - min(counts) <= 1


def test_a_new_key_ends_the_waiting_at_once(world: World) -> None:
    world.set_keys("spent")
    refuse(world, *SPENT[0], keys=("spent",))
    world.run(HOUR)
    assert searches(world) == ["spent"]
    world.set_keys("spent", "fresh")
    world.run(7 * MINUTE)
    assert "fresh" in searches(world)


@pytest.mark.parametrize("text", ["", "{}", '{"keys": []}', "[]", "[1, null]", '""', "   \n"])
def test_a_secret_without_keys_is_said_and_mended_without_deployment(world: World, text: str) -> None:
    world.set_keys(text=text or " ")
    world.run(10 * MINUTE)
    assert not world.upstream.calls
    assert "no_keys" in problems(world)
    world.set_keys(text="key-a,key-b\nkey-c")
    world.run(7 * MINUTE)
    assert searches(world)
    assert len(key_states(world)) == 3


def test_keys_are_read_from_every_form(world: World) -> None:
    for text in ('{"keys": ["a", "b"]}', '["a", "b"]', "a,b", "a b\n", " a ,, b "):
        world.set_keys(text=text)
        world.restart()
        fetcher.key_ring()
        assert len(key_states(world)) == 2


@pytest.mark.parametrize("text", ['{"keys": ["AIzaOne", "AIzaTwo",]}', '["AIzaOne", "AIzaTwo"', "{keys: [AIzaOne]}"])
def test_a_secret_of_broken_json_is_said_with_the_right_form_and_nothing_is_sent(world: World, text: str) -> None:
    world.set_keys(text=text)
    world.run(10 * MINUTE)
    assert not world.upstream.calls
    status = world.get("/status").get_json()
    (problem,) = (each for each in status["problems"] if each["code"] == "no_keys")
    assert problem["message"] == (
        'There is no API key: the secret starts like JSON and is none; its right form is {"keys": ["…"]}.'
    )
    assert "starts like JSON" in world.state()["problem"]
    assert "AIza" not in str(status)
    assert "AIza" not in str(world.reports)
    world.set_keys(text='{"keys": ["AIzaOne", "AIzaTwo"]}')
    world.run(7 * MINUTE)
    assert {"AIzaOne", "AIzaTwo"} >= set(searches(world)) > set()
    assert not problems(world)


def test_fifty_at_once_spend_not_one_call_too_many(world: World) -> None:
    world.configure(SEARCH_CALLS_PER_DAY="20")
    world.set_keys("one", "two")
    fetcher.key_ring()
    barrier = threading.Barrier(50)

    def spend(_: int) -> int:
        ring = fetcher.key_ring()
        barrier.wait()
        charged = 0
        while True:
            try:
                ring.charge("search")
            except NoCallsLeft:
                return charged
            charged += 1

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(spend, range(50))) == 40
    assert [key["search"] for key in key_states(world)] == [{"spent": 20, "left": 0, "limit": 20}] * 2


def test_fifty_polls_at_once_make_the_calls_of_one(world: World) -> None:
    world.add(clip(1, START - MINUTE))
    barrier = threading.Barrier(50)

    def poll(_: int) -> None:
        barrier.wait()
        fetcher.run_named("cricket", 1)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(poll, range(50)))
    assert len(searches(world)) == 1
    assert len(world.reports) == 1


def test_limits_hold_when_the_clock_goes_back_over_midnight(world: World) -> None:
    world.configure(PACING="fixed", SEARCH_CALLS_PER_DAY="5")
    world.now = datetime(2026, 11, 24, 8, 0, 30, tzinfo=UTC)
    world.run(2 * MINUTE)
    assert len(searches(world)) == 5
    world.now -= 10 * MINUTE
    world.run(5 * MINUTE)
    assert len(searches(world)) == 5


def test_the_limit_of_units_is_kept_too(world: World) -> None:
    world.configure(UNITS_PER_DAY="1", PACING="fixed")
    world.upstream.limits = Limits(default=1)
    for number in range(5):
        world.add(clip(number, START + number * MINUTE))
    world.run(6 * MINUTE)
    assert len(world.ids()) == 5
    assert sum(1 for call in world.upstream.calls if call.bucket == "default") == 1
    assert "no details" in world.state()["problem"]
    world.configure(UNITS_PER_DAY="100")
    world.upstream.limits = Limits(default=100)
    world.run(2 * MINUTE)
    assert all(video["duration_seconds"] for video in world.walk())
