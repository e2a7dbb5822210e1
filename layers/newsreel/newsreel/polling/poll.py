"""A poll: one attempt to find a query's new videos, from its claim to its next due time.

claim → choose the source → fetch → write the videos → only then: history, watermark, next due time. Killed at any
point, the next poll repeats the work, and nothing is lost or doubled.
"""

from copy import replace
from datetime import datetime, timedelta
from random import random
from typing import NamedTuple

from newsreel.errors import NoCallsLeft, SourceError
from newsreel.keys.budget import Budget
from newsreel.keys.secret import SECRET_AGE
from newsreel.library.videos import Known
from newsreel.polling import harvest as fetching
from newsreel.polling.adapters import Edges
from newsreel.polling.harvest import ASKING, Harvest
from newsreel.polling.history import Fetch
from newsreel.polling.pace import backoff, next_due, pace
from newsreel.polling.states import LastPoll, Newest, Outcome, PollState, new_claim_id
from newsreel.settings import Settings
from newsreel.times import instant
from newsreel.video import SourceName, Video, merged

FALLBACK_PACE = timedelta(minutes=1)
"""Instances ask automated clients for restraint: never more often than this for a query."""


class Report(NamedTuple):
    """What a poll did, for the log, the metrics and the console."""

    query: str
    source: SourceName | None
    outcome: Outcome
    seen: int
    new: int
    malformed: int
    calls: int
    units: int
    calls_left: int
    next_due_at: datetime
    problem: str | None
    delays: tuple[timedelta, ...]
    """From publication to storing, of each new video whose time is exact; none for a query's first poll."""


class Stored(NamedTuple):
    """What was written."""

    new: tuple[Video, ...]
    problem: str | None = None


def poll(query: str, settings: Settings, edges: Edges) -> Report | None:
    """Poll a query if it is due; what was done, or None where it was not due or someone else is at it.

    Raises TableUnavailable; the claim then runs out, and a later poll does the work.
    """
    now, claim_id = edges.now(), new_claim_id()
    state = edges.states.claim(query, claim_id, now, may_search=edges.ring.budget().left > 0)
    if state is None:
        return None
    harvest, outcome, problem = _fetched(state, settings, edges)
    stored = Stored(())
    if harvest:
        stored = _store(query, harvest, edges, now + ASKING)
        problem = harvest.problem or stored.problem
    calls = edges.youtube.calls["search"] + edges.invidious.calls
    done = LastPoll(
        at=now,
        source=harvest.source if harvest else None,
        outcome=outcome,
        seen=len(harvest.videos) if harvest else 0,
        new=len(stored.new),
        calls=calls,
    )
    budget = edges.ring.budget()
    after = _after(
        state,
        done,
        harvest,
        problem=problem,
        budget=budget,
        settings=settings,
        now=edges.now(),
    )
    malformed = harvest.malformed if harvest else 0
    units = edges.youtube.calls["default"]
    edges.history.append(
        Fetch(query, now, claim_id, done.source, outcome, calls, units, done.seen, done.new, malformed, problem)
    )
    if not edges.states.finish(after, claim_id):
        problem = "the poll took longer than its claim; another has taken over"
    return Report(
        query=query,
        source=harvest.source if harvest else None,
        outcome=outcome,
        seen=done.seen,
        new=done.new,
        malformed=malformed,
        calls=calls,
        units=units,
        calls_left=budget.left,
        next_due_at=after.due_at or now,
        problem=problem,
        delays=tuple(
            max(timedelta(0), instant(video.first_seen_at) - instant(video.published_at))
            for video in stored.new
            if video.published_at_exact and state.last_success_at
        ),
    )


def _fetched(state: PollState, settings: Settings, edges: Edges) -> tuple[Harvest | None, Outcome, str | None]:
    """What the first source that may be asked gave, how that ended, and what was wrong."""
    try:
        return fetching.from_youtube(state, settings, edges), "ok", None
    except NoCallsLeft as error:
        if not settings.invidious_urls:
            return None, "waiting", str(error)
        problem = str(error)
    except SourceError as error:
        return None, "failed", str(error)
    try:
        return fetching.from_invidious(state, edges), "ok", None
    except SourceError as error:
        return None, "failed", f"{problem}; {error}"


def _after(
    state: PollState,
    done: LastPoll,
    harvest: Harvest | None,
    *,
    problem: str | None,
    budget: Budget,
    settings: Settings,
    now: datetime,
) -> PollState:
    """The state of the query's polls after this one."""
    failures = state.failures + 1 if done.outcome == "failed" else 0
    interval = pace(budget, len(settings.queries), settings.poll_interval, settings.pacing, now)
    # With the fallback there is no waiting for midnight; without, a last call that was planned for is no trouble.
    waiting = budget.left == 0 and (bool(settings.invidious_urls) or done.outcome == "waiting")
    if not waiting:
        due_at = next_due(state.due_at or done.at, now, interval)
    elif settings.invidious_urls:
        interval = max(FALLBACK_PACE, settings.poll_interval)
        due_at = now + interval
    elif budget.per_day:
        due_at = budget.resets_at
    else:
        due_at = now + SECRET_AGE
    if failures:
        due_at = max(due_at, now + backoff(failures, random()))
    return replace(
        state,
        due_at=due_at,
        planned_at=now,
        pace_seconds=max(1, int(interval.total_seconds())),
        waiting=waiting,
        watermark=harvest.watermark if harvest else state.watermark,
        sweep_due_at=harvest.sweep_due_at if harvest else state.sweep_due_at,
        failures=failures,
        problem=problem,
        last_poll=done,
        last_success_at=done.at if done.outcome == "ok" else state.last_success_at,
        newest=_newest(state, harvest),
    ).with_arrivals(done.new, now)


def _newest(state: PollState, harvest: Harvest | None) -> Newest | None:
    """The query's newest video, as far as this poll saw it."""
    seen: list[Known | Video] = [*harvest.known.values(), *harvest.videos.values()] if harvest else []
    latest = max(seen, key=lambda each: (each.published_at, each.video_id), default=None)
    return Newest(latest.video_id, latest.title, latest.published_at) if latest else state.newest


def _store(query: str, harvest: Harvest, edges: Edges, asking_until: datetime) -> Stored:
    """Write what is new or has changed, and nothing else."""
    telling = [
        video
        for video in harvest.videos.values()
        if not ((known := harvest.known.get(video.video_id)) and known.repeated_by(video))
    ]
    stored = edges.videos.find(query, [video.video_id for video in telling])
    if harvest.source == "invidious":
        fresh = [video for video in telling if video.video_id not in stored]
        return Stored(tuple(video for video in fresh if edges.videos.add(video)))
    changed = {
        video.video_id: version
        for video in telling
        if (version := _version(stored.get(video.video_id), video)) is not stored.get(video.video_id)
        or not version.detailed
    }
    details, problem = {}, None
    if edges.now() < asking_until:
        try:
            details = edges.youtube.details(each for each in changed.values() if not each.detailed)
        except SourceError as error:
            # They are stored as the search found them; the next poll that sees them asks again.
            problem = f"no details: {error}"
    versions = [_version(stored.get(video_id), details.get(video_id, version)) for video_id, version in changed.items()]
    edges.videos.put([version for version in versions if version is not stored.get(version.video_id)], stored)
    edges.videos.remove(query, harvest.gone)
    return Stored(tuple(each for each in versions if each.video_id not in stored), problem)


def _version(stored: Video | None, fetched: Video) -> Video:
    return merged(stored, fetched) if stored else fetched
