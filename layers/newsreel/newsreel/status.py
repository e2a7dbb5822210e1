"""What `GET /queries` and `GET /status` tell: how polling fares, and if not well, what is wrong and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from newsreel.budget import BUCKETS, Bucket
from newsreel.key_ring import KeyState, RingState
from newsreel.poll_state import PollState
from newsreel.settings import Settings
from newsreel.sources.invidious import Instance
from newsreel.times import pacific_midnight, stamp

type QueryState = Literal["new", "ok", "waiting", "failing"]

LATE = timedelta(minutes=5)
"""A poll that is overdue by more than this was not even tried."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong, for whom it may concern, and what to do about it."""

    code: str
    message: str
    action: str


def queries(states: Sequence[PollState], now: datetime) -> list[dict[str, Any]]:
    """The watched queries with last and next poll."""
    return [_query(state, now) for state in states]


def status(
    states: Sequence[PollState],
    ring: RingState,
    instances: Sequence[Instance],
    settings: Settings,
    now: datetime,
) -> dict[str, Any]:
    """Sources, budgets, queries and whether all is well."""
    limits: dict[Bucket, int] = {"search": settings.search_calls_per_day, "default": settings.units_per_day}
    keys = [_key(key, ring.version, limits, now) for key in ring.keys]
    problems = _problems(states, ring, keys, now)
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
        "gaps": len(mark.holes) if mark else 0,
        "arrivals": state.arrivals_by_hour(now),
    }


def _state(state: PollState) -> QueryState:
    if state.last_poll is None:
        return "new"
    if state.failures:
        return "failing"
    return "waiting" if state.waiting else "ok"


def _key(key: KeyState, version: str, limits: dict[Bucket, int], now: datetime) -> dict[str, Any]:
    left = {bucket: key.left(bucket, limits[bucket], version, now) for bucket in BUCKETS}
    usable = key.usable("search", version)
    return {
        "key": key.key,
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


def _problems(
    states: Sequence[PollState], ring: RingState, keys: Sequence[dict[str, Any]], now: datetime
) -> list[Problem]:
    problems = []
    polled = any(state.last_poll for state in states)
    usable = [key for key in keys if key["usable"]]
    if not polled:
        problems.append(
            Problem("not_started", "No query has been polled yet.", "Wait a minute; then look at the fetcher's log.")
        )
    elif not keys:
        problems.append(
            Problem(
                "no_keys",
                f"There is no API key: {ring.problem or 'the secret holds none'}.",
                "Put at least one key of the YouTube Data API v3 into the secret; it is read within five minutes.",
            )
        )
    elif not usable:
        problems.append(
            Problem(
                "no_usable_key",
                f"None of the {len(keys)} API keys can search: {keys[0]['problem']}",
                "Replace the keys in the secret, or mend them in the Google Cloud console and save the secret again.",
            )
        )
    elif not any(key["search"]["left"] for key in usable):
        problems.append(
            Problem(
                "budget_spent",
                "Today's search calls are spent.",
                f"Polling goes on at {stamp(pacific_midnight(now))}, midnight in California. "
                "PACING=budget spreads the calls over the day.",
            )
        )
    bad = [key for key in keys if not key["usable"]]
    if bad and usable:
        problems.append(
            Problem(
                "key_disabled",
                f"{len(bad)} of {len(keys)} API keys cannot search; key {bad[0]['key']}: {bad[0]['problem']}",
                "Replace it in the secret, or mend it in the Google Cloud console and save the secret again.",
            )
        )
    failing = [state for state in states if state.failures]
    if failing:
        problems.append(
            Problem(
                "failing",
                f"{len(failing)} of {len(states)} queries fail; {failing[0].query}: {failing[0].problem}",
                "It is tried again by itself with growing pauses; if it lasts, look at the fetcher's log.",
            )
        )
    late = [state for state in states if state.due_at and now - state.due_at > LATE]
    if late:
        problems.append(
            Problem(
                "late",
                f"{len(late)} of {len(states)} queries are overdue, first of all {late[0].query}.",
                "The schedule or the fetcher does not run: look at the fetcher's log and the dead-letter queue.",
            )
        )
    return problems
