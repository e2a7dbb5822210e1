"""What `GET /queries` and `GET /status` show: how polling fares, and if not well, what is wrong and what to do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from newsreel.aws.attributes import Attributes
from newsreel.keys.budget import BUCKETS, Bucket
from newsreel.keys.state import KeyState, RingState
from newsreel.polling.poll_state import Fetch, PollState, by_hour
from newsreel.polling.refresh_state import RefreshState
from newsreel.polling.removals import Removal
from newsreel.settings import ApiSettings
from newsreel.sources.instances import Instance
from newsreel.times import pacific_midnight, stamp
from newsreel.tracking.state import QueryTracking, TrackingState
from newsreel.watched import WatchedQuery
from newsreel.web import shown
from newsreel.web.shown import Trouble

LATE = timedelta(minutes=5)
"""A poll that is overdue by more than this was not even tried."""
REFRESH_LATE = timedelta(minutes=15)
"""The same of refreshes, which may wait for the next minute several times."""
LAST_POLLS = 5
"""So many of each query are shown."""

NOT_STARTED = Trouble(
    code="not_started",
    message="No query has been polled yet.",
    action="Polling begins within a minute of the start; if it does not, look at the fetcher's log.",
)


def queries(
    watched: Sequence[WatchedQuery],
    states: Sequence[PollState],
    trackings: Sequence[QueryTracking],
    newest: Mapping[str, Attributes],
    now: datetime,
) -> list[shown.WatchedQuery]:
    """The watched queries with last and next poll; `newest` has the items of their newest videos, by query."""
    return [
        _query(query, state, tracking, newest.get(state.query), now)
        for query, state, tracking in zip(watched, states, trackings, strict=True)
    ]


def status(
    watched: Sequence[WatchedQuery],
    removals: Iterable[Removal],
    states: Sequence[PollState],
    newest: Mapping[str, Attributes],
    history: Iterable[Sequence[Fetch]],
    refreshes: RefreshState,
    tracking: TrackingState,
    trackings: Sequence[QueryTracking],
    ring: RingState,
    instances: Sequence[Instance],
    targets: Sequence[shown.TargetHealth],
    settings: ApiSettings,
    now: datetime,
) -> shown.Status:
    """Sources, budgets, queries and whether all is well.

    `newest` has the items of the queries' newest videos, by query; `history` the last polls of each query, in the order
    of the states.
    """
    polled = [state for query, state in zip(watched, states, strict=True) if not query.paused]
    limits: dict[Bucket, int] = {"search": settings.search_calls_per_day, "default": settings.units_per_day}
    keys = [_key(key, ring.version, limits, now) for key in ring.keys]
    found = (
        _late(polled, now),
        _no_search(polled, ring, keys, settings, now),
        _secret(ring),
        _fallback(polled, instances, now),
        _failing(polled),
        _refresh_failing(refreshes, now),
        _units_short(refreshes),
        _some_keys(keys),
        _targets(targets),
    )
    problems = [problem for problem in found if problem]
    if polled and not any(state.last_poll for state in polled):
        problems = [NOT_STARTED]
    return {
        "healthy": not problems,
        "checked_at": stamp(now),
        "problems": problems,
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
        "refreshes": _refreshes(refreshes, now),
        "tracking": _tracking(tracking, settings, now),
        "removals": [
            {"query": each.query, "asked_at": each.asked_at, "deleted": each.deleted, "done": each.done}
            for each in removals
        ],
        "targets": list(targets),
        "queries": [
            shown.QueryStatus(
                **_query(query, state, tracked, newest.get(state.query), now),
                late_finds={
                    "looks": state.late_finds.looks,
                    "found": state.late_finds.found,
                    "oldest_seconds": state.late_finds.oldest_seconds,
                    "sweep_age_seconds": int(state.sweep_pace.age.total_seconds()),
                },
                tracking=_tracking_of(state, tracked, settings),
                last_polls=[_past(fetch) for fetch in fetches],
            )
            for query, state, tracked, fetches in zip(watched, states, trackings, history, strict=True)
        ],
    }


def _refreshes(state: RefreshState, now: datetime) -> shown.Refreshes:
    today = state.on(now).today
    return {
        "last_at": _time(state.last_at),
        "next_at": _time(state.due_at),
        "problem": state.problem,
        "short_of_units_since": _time(state.short_since),
        "today": {
            "asked": today.refreshed,
            "changed": today.changed,
            "gone": today.gone,
            "units": today.units,
        },
    }


def _tracking(state: TrackingState, settings: ApiSettings, now: datetime) -> shown.Tracking:
    today = state.on(now).today
    on = settings.tracking == "on"
    return {
        "switched": settings.tracking,
        "channels": state.channels if on else 0,
        "last_at": _time(state.last_at),
        "next_at": _time(state.due_at) if on else None,
        "problem": state.problem if on else None,
        "today": {"looks": today.looks, "units": today.units, "found": today.found},
    }


def _tracking_of(state: PollState, tracking: QueryTracking, settings: ApiSettings) -> shown.QueryTracking:
    on = settings.tracking == "on"
    return {
        "state": tracking.judgement if on else "off",
        "channels": tracking.channels if on else 0,
        "known_channels": state.known_channels.known,
        "videos": state.known_channels.videos,
        "confirmed": tracking.confirmed,
        "judged": len(tracking.verdicts),
        "stopped_at": _time(tracking.stopped_at),
    }


def _query(
    query: WatchedQuery, state: PollState, tracking: QueryTracking, newest: Attributes | None, now: datetime
) -> shown.WatchedQuery:
    last, mark = state.last_poll, state.watermark
    return {
        "query": state.query,
        "settings": shown.query_settings(query),
        "state": "paused" if query.paused else _state(state),
        "problem": state.problem,
        "last_poll_at": _time(last.at if last else None),
        "last_success_at": _time(state.last_success_at),
        "next_poll_at": None if query.paused else _time(state.due_at),
        "last_poll": _poll(last) if last else None,
        "newest_video": shown.newest_video(newest) if newest else None,
        "complete_until": _time(mark.complete_until if mark else None),
        "gaps": len(mark.gaps) if mark else 0,
        "arrivals": [
            sum(counts) for counts in zip(state.arrivals_by_hour(now), by_hour(tracking.arrivals, now), strict=True)
        ],
    }


def _poll(fetch: Fetch) -> shown.LastPoll:
    return {
        "at": stamp(fetch.at),
        "source": fetch.source,
        "outcome": fetch.outcome,
        "seen": fetch.seen,
        "new": fetch.new,
        "calls": fetch.calls,
    }


def _past(fetch: Fetch) -> shown.PastPoll:
    return {**_poll(fetch), "malformed": fetch.malformed, "units": fetch.units, "problem": fetch.problem}


def _state(state: PollState) -> shown.QueryState:
    if state.last_poll is None:
        return "new"
    if state.failures:
        return "failing"
    # While keys wait, the fallback may well serve the query.
    return "waiting" if state.last_poll.outcome == "waiting" else "ok"


def _key(key: KeyState, version: str, limits: dict[Bucket, int], now: datetime) -> shown.Key:
    buckets: dict[Bucket, shown.BucketState] = {
        bucket: {
            "spent": key.spent_today(bucket, now),
            "left": key.left(bucket, limits[bucket], version, now),
            "limit": limits[bucket],
        }
        for bucket in BUCKETS
    }
    usable = key.usable("search", version)
    return {
        "key": key.fingerprint,
        "usable": usable,
        "problem": key.problem if not usable or buckets["search"]["left"] == 0 else None,
        "search": buckets["search"],
        "default": buckets["default"],
    }


def _instance(instance: Instance, now: datetime) -> shown.Instance:
    rests = instance.rests(now)
    return {
        "instance": instance.host,
        "resting_until": stamp(instance.resting_until) if instance.resting_until and rests else None,
        "problem": instance.problem,
    }


def _late(states: Sequence[PollState], now: datetime) -> Trouble | None:
    late = sorted((state.due_at, state.query) for state in states if state.due_at and now - state.due_at > LATE)
    if not late:
        return None
    since, query = late[0]
    return Trouble(
        code="late",
        message=f"Polls are overdue for {len(late)} of {len(states)} queries; {query}: since {stamp(since)}.",
        action="The schedule or the fetcher does not run: look at the fetcher's log and the dead-letter queue.",
    )


def _no_search(
    states: Sequence[PollState], ring: RingState, keys: Sequence[shown.Key], settings: ApiSettings, now: datetime
) -> Trouble | None:
    """No key can search, so that queries wait or the fallback has to do."""
    meanwhile = " Meanwhile the Invidious instances are asked, less often." if settings.invidious_urls else ""
    if not keys:
        return Trouble(
            code="no_keys",
            message=f"There is no API key: {_sentence(ring.problem or 'the secret holds none')}{meanwhile}",
            action="Put at least one key of the YouTube Data API v3 into the secret; it is found within five minutes.",
        )
    if not any(key["usable"] for key in keys):
        return Trouble(
            code="no_usable_key",
            message=(
                f"None of the API keys can search; key {keys[0]['key']}: {_sentence(keys[0]['problem'])}{meanwhile}"
            ),
            action=(
                "Replace the keys in the secret, or mend them in the Google Cloud console and save the secret again."
            ),
        )
    if not any(key["search"]["left"] for key in keys) and any(state.waiting for state in states):
        advice = " PACING=budget would spread the calls over the day." if settings.pacing == "fixed" else ""
        return Trouble(
            code="budget_spent",
            message=f"Today's search calls are spent.{meanwhile}",
            action=f"Searching goes on by itself at {stamp(pacific_midnight(now))}, midnight in California.{advice}",
        )
    return None


def _secret(ring: RingState) -> Trouble | None:
    if not (ring.keys and ring.problem):
        return None
    return Trouble(
        code="secret_unreadable",
        message=f"The keys known so far are used, as {_sentence(ring.problem)}",
        action="See that the secret is there and that the fetcher may read it.",
    )


def _fallback(states: Sequence[PollState], instances: Sequence[Instance], now: datetime) -> Trouble | None:
    needed = any(state.waiting for state in states)
    if not (needed and instances and all(instance.rests(now) for instance in instances)):
        return None
    return Trouble(
        code="fallback_down",
        message=f"No Invidious instance answers; {instances[0].host}: {_sentence(instances[0].problem)}",
        action="They are tried again by themselves; if it lasts, name other instances in INVIDIOUS_URLS.",
    )


def _failing(states: Sequence[PollState]) -> Trouble | None:
    failing = [state for state in states if state.failures]
    if not failing:
        return None
    return Trouble(
        code="failing",
        message=(
            f"Polls fail for {len(failing)} of {len(states)} queries; "
            f"{failing[0].query}: {_sentence(failing[0].problem)}"
        ),
        action="They are tried again by themselves, with growing pauses; if it lasts, look at the fetcher's log.",
    )


def _refresh_failing(state: RefreshState, now: datetime) -> Trouble | None:
    action = "They are tried again by themselves; if it lasts, look at the fetcher's log."
    if state.due_at and now - state.due_at > REFRESH_LATE:
        message = f"Refreshes of the stored videos are overdue since {stamp(state.due_at)}."
        return Trouble(code="refresh_failing", message=message, action=action)
    if state.problem:
        message = f"The stored videos could not all be refreshed: {_sentence(state.problem)}"
        return Trouble(code="refresh_failing", message=message, action=action)
    return None


def _units_short(state: RefreshState) -> Trouble | None:
    if state.short_since is None:
        return None
    return Trouble(
        code="units_short",
        message=(
            f"Since {stamp(state.short_since)} the day's units do not suffice to refresh all stored videos: "
            "counts, titles and live states may be old."
        ),
        action=(
            "They go on at midnight in California, and nothing is shown that YouTube's terms forbid; a smaller "
            "RetentionDays, fewer queries or a higher quota need less."
        ),
    )


def _some_keys(keys: Sequence[shown.Key]) -> Trouble | None:
    bad = [key for key in keys if not key["usable"]]
    if not bad or len(bad) == len(keys):
        return None
    return Trouble(
        code="key_disabled",
        message=(
            f"{len(bad)} of {len(keys)} API keys cannot search; key {bad[0]['key']}: {_sentence(bad[0]['problem'])}"
        ),
        action="Replace it in the secret, or mend it in the Google Cloud console and save the secret again.",
    )


def _targets(targets: Sequence[shown.TargetHealth]) -> Trouble | None:
    failing = [target for target in targets if target["state"] in ("failing", "resting")]
    if not failing:
        return None
    first = failing[0]
    return Trouble(
        code="target_failing",
        message=(
            f"{len(failing)} of {len(targets)} targets cannot be told; {first['target']}, since "
            f"{first['failing_since']}: {_sentence(first['problem'])}"
        ),
        action=(
            "They are tried again by themselves, after a day once an hour, and told the newest hundred of what they "
            "missed; see whether the address is still right, give it once more, and send a test."
        ),
    )


def _time(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None


def _sentence(text: str | None) -> str:
    return f"{(text or 'the reason is not known').rstrip('.')}."
