"""What `GET /queries` and `GET /status` tell: how polling fares, and if not well, what is wrong and what to do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from newsreel.keys.budget import BUCKETS, Bucket
from newsreel.keys.state import KeyState, RingState
from newsreel.polling.poll_state import PollState
from newsreel.settings import ApiSettings
from newsreel.sources.instances import Instance
from newsreel.times import pacific_midnight, stamp

type QueryState = Literal["new", "ok", "waiting", "failing"]
type ProblemCode = Literal[
    "not_started",
    "late",
    "no_keys",
    "no_usable_key",
    "budget_spent",
    "secret_unreadable",
    "fallback_down",
    "failing",
    "key_disabled",
]

LATE = timedelta(minutes=5)
"""A poll that is overdue by more than this was not even tried."""


class Problem(NamedTuple):
    """Something that is wrong, for whom it may concern, and what to do about it."""

    code: ProblemCode
    message: str
    action: str


NOT_STARTED = Problem(
    "not_started",
    "No query has been polled yet.",
    "Polling begins within a minute of the start; if it does not, look at the fetcher's log.",
)


def queries(states: Sequence[PollState], now: datetime) -> list[dict[str, Any]]:
    """The watched queries with last and next poll."""
    return [_query(state, now) for state in states]


def status(
    states: Sequence[PollState],
    ring: RingState,
    instances: Sequence[Instance],
    settings: ApiSettings,
    now: datetime,
) -> dict[str, Any]:
    """Sources, budgets, queries and whether all is well."""
    limits: dict[Bucket, int] = {"search": settings.search_calls_per_day, "default": settings.units_per_day}
    keys = [_key(key, ring.version, limits, now) for key in ring.keys]
    found = (
        _late(states, now),
        _no_search(states, ring, keys, settings, now),
        _secret(ring),
        _fallback(states, instances, now),
        _failing(states),
        _some_keys(keys),
    )
    problems = [problem for problem in found if problem]
    if not any(state.last_poll for state in states):
        problems = [NOT_STARTED]
    return {
        "healthy": not problems,
        "checked_at": stamp(now),
        "problems": [
            {"code": problem.code, "message": problem.message, "action": problem.action} for problem in problems
        ],
        "pacing": settings.pacing,
        "poll_interval_seconds": int(settings.poll_interval.total_seconds()),
        "sources": {
            "youtube": {
                "usable_keys": sum(key["usable"] for key in keys),
                "search_calls_left": sum(key["search"]["left"] for key in keys),
                "units_left": sum(key["default"]["left"] for key in keys),
                "resets_at": stamp(pacific_midnight(now)),
                "keys": keys,
            },
            "invidious": {"instances": [_instance(instance, now) for instance in instances]},
        },
        "queries": queries(states, now),
    }


def _query(state: PollState, now: datetime) -> dict[str, Any]:
    last, mark = state.last_poll, state.watermark
    return {
        "query": state.query,
        "state": _state(state),
        "problem": state.problem,
        "last_poll_at": last and stamp(last.at),
        "last_success_at": state.last_success_at and stamp(state.last_success_at),
        "next_poll_at": state.due_at and stamp(state.due_at),
        "last_poll": last
        and {
            "at": stamp(last.at),
            "source": last.source,
            "outcome": last.outcome,
            "seen": last.seen,
            "new": last.new,
            "calls": last.calls,
        },
        "newest_video": state.newest
        and {
            "video_id": state.newest.video_id,
            "title": state.newest.title,
            "published_at": state.newest.published_at,
        },
        "complete_until": mark and stamp(mark.complete_until),
        "gaps": len(mark.gaps) if mark else 0,
        "arrivals": state.arrivals_by_hour(now),
    }


def _state(state: PollState) -> QueryState:
    if state.last_poll is None:
        return "new"
    if state.failures:
        return "failing"
    # While keys wait, the fallback may well serve the query.
    return "waiting" if state.last_poll.outcome == "waiting" else "ok"


def _key(key: KeyState, version: str, limits: dict[Bucket, int], now: datetime) -> dict[str, Any]:
    left = {bucket: key.left(bucket, limits[bucket], version, now) for bucket in BUCKETS}
    usable = key.usable("search", version)
    return {
        "key": key.fingerprint,
        "usable": usable,
        "problem": key.problem if not usable or left["search"] == 0 else None,
        **{
            bucket: {
                "spent": key.spent_today(bucket, now),
                "left": left[bucket],
                "limit": limits[bucket],
            }
            for bucket in BUCKETS
        },
    }


def _instance(instance: Instance, now: datetime) -> dict[str, Any]:
    rests = instance.rests(now)
    return {
        "instance": instance.host,
        "resting_until": stamp(instance.resting_until) if instance.resting_until and rests else None,
        "problem": instance.problem,
    }


def _late(states: Sequence[PollState], now: datetime) -> Problem | None:
    late = sorted((state.due_at, state.query) for state in states if state.due_at and now - state.due_at > LATE)
    if not late:
        return None
    since, query = late[0]
    return Problem(
        "late",
        f"Polls are overdue for {len(late)} of {len(states)} queries; {query}: since {stamp(since)}.",
        "The schedule or the fetcher does not run: look at the fetcher's log and the dead-letter queue.",
    )


def _no_search(
    states: Sequence[PollState], ring: RingState, keys: Sequence[dict[str, Any]], settings: ApiSettings, now: datetime
) -> Problem | None:
    """No key can search, so that queries wait or the fallback has to do."""
    meanwhile = " Meanwhile the Invidious instances are asked, less often." if settings.invidious_urls else ""
    if not keys:
        return Problem(
            "no_keys",
            f"There is no API key: {_sentence(ring.problem or 'the secret holds none')}{meanwhile}",
            "Put at least one key of the YouTube Data API v3 into the secret; it is found within five minutes.",
        )
    if not any(key["usable"] for key in keys):
        return Problem(
            "no_usable_key",
            f"None of the API keys can search; key {keys[0]['key']}: {_sentence(keys[0]['problem'])}{meanwhile}",
            "Replace the keys in the secret, or mend them in the Google Cloud console and save the secret again.",
        )
    if not any(key["search"]["left"] for key in keys) and any(state.waiting for state in states):
        advice = " PACING=budget would spread the calls over the day." if settings.pacing == "fixed" else ""
        return Problem(
            "budget_spent",
            f"Today's search calls are spent.{meanwhile}",
            f"Searching goes on by itself at {stamp(pacific_midnight(now))}, midnight in California.{advice}",
        )
    return None


def _secret(ring: RingState) -> Problem | None:
    if not (ring.keys and ring.problem):
        return None
    return Problem(
        "secret_unreadable",
        f"The keys known so far are used, as {_sentence(ring.problem)}",
        "See that the secret is there and that the fetcher may read it.",
    )


def _fallback(states: Sequence[PollState], instances: Sequence[Instance], now: datetime) -> Problem | None:
    needed = any(state.waiting for state in states)
    if not (needed and instances and all(instance.rests(now) for instance in instances)):
        return None
    return Problem(
        "fallback_down",
        f"No Invidious instance answers; {instances[0].host}: {_sentence(instances[0].problem)}",
        "They are tried again by themselves; if it lasts, name other instances in INVIDIOUS_URLS.",
    )


def _failing(states: Sequence[PollState]) -> Problem | None:
    failing = [state for state in states if state.failures]
    if not failing:
        return None
    return Problem(
        "failing",
        f"Polls fail for {len(failing)} of {len(states)} queries; {failing[0].query}: {_sentence(failing[0].problem)}",
        "They are tried again by themselves, with growing pauses; if it lasts, look at the fetcher's log.",
    )


def _some_keys(keys: Sequence[dict[str, Any]]) -> Problem | None:
    bad = [key for key in keys if not key["usable"]]
    if not bad or len(bad) == len(keys):
        return None
    return Problem(
        "key_disabled",
        f"{len(bad)} of {len(keys)} API keys cannot search; key {bad[0]['key']}: {_sentence(bad[0]['problem'])}",
        "Replace it in the secret, or mend it in the Google Cloud console and save the secret again.",
    )


def _sentence(text: str | None) -> str:
    return f"{(text or 'the reason is not known').rstrip('.')}."
