"""A poll: one attempt to find a query's new videos, from its claim to its next due time.

claim → choose the source → fetch → write the videos → only then: history, watermark, next due time. Killed at any
point, the next poll repeats the work, and nothing is lost or doubled.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import replace
from datetime import datetime, timedelta
from random import random
from typing import NamedTuple

from newsreel.aws.claims import new_claim_id
from newsreel.errors import NoCallsLeft, SourceError
from newsreel.keys.budget import Budget
from newsreel.keys.secret import SECRET_AGE
from newsreel.library.videos import Known
from newsreel.polling import harvest as fetching
from newsreel.polling.adapters import Adapters
from newsreel.polling.harvest import ASKING, Harvest
from newsreel.polling.pace import backoff, next_due, pace
from newsreel.polling.poll_state import Fetch, KnownChannels, Outcome, PollState
from newsreel.polling.watermark import FIRST_LOOK, SWEEP_BACKLOG
from newsreel.settings import FetcherSettings
from newsreel.sources.youtube import Lookup
from newsreel.times import instant
from newsreel.video import Position, Video, merged, unchanged
from newsreel.watched import WatchedQuery

FALLBACK_PACE = timedelta(minutes=1)
"""Instances ask automated clients for restraint: never more often than this for a query."""


class Report(NamedTuple):
    """What a poll did and what follows, for the log, the metrics and the console."""

    query: str
    fetch: Fetch
    calls_left: int
    next_due_at: datetime
    delays: tuple[timedelta, ...]
    """From publication to storing, of each new video whose time is exact; none for a query's first poll."""
    late_ages: tuple[timedelta, ...]
    """The same of those that only a sweep or a second look brought."""
    known_channels: KnownChannels
    """Videos that search had not given before, and how many of them came from a channel where it had found some."""


class Stored(NamedTuple):
    """What was written."""

    new: tuple[Video, ...] = ()
    searched: tuple[Video, ...] = ()
    """What search gave for the first time: what is new, and what was seen among its channel's uploads before."""
    problem: str | None = None


type Announce = Callable[[str, Sequence[str]], None]
"""Says that these videos of a query are about to be stored."""


def poll(
    query: WatchedQuery,
    rivals: float,
    settings: FetcherSettings,
    adapters: Adapters,
    announce: Announce | None = None,
) -> Report | None:
    """Poll a query if it is due; what was done, or None where it was not due or someone else is at it.

    It takes the share of the budget of one among so many `rivals` of equal weight. With `announce`, new videos are
    announced before they are stored, so that whoever is to be told of them is, though the poll may die. Those of a
    query's first poll are not, nor what it left to later ones, nor what is older than a day, as after a long outage.

    Raises TableUnavailable, QueueUnavailable; the claim then runs out, and a later poll does the work.
    """
    now, claim_id = adapters.now(), new_claim_id()
    name = query.name
    state = adapters.states.claim(name, claim_id, now, may_search=adapters.ring.budget().left > 0)
    if state is None:
        # The schedule may not know, as where a poll died after its last word.
        adapters.states.note_due(adapters.states.read([name])[0].due())
        return None
    harvest, outcome, problem = _fetched(state, query, rivals, settings, adapters)
    stored = Stored()
    if harvest:
        stored = _store(state, harvest, adapters, now + ASKING, now - settings.retention, announce)
    fetch = Fetch(
        at=now,
        source=harvest.source if harvest else None,
        outcome=outcome,
        seen=len(harvest.videos) if harvest else 0,
        new=len(stored.new),
        malformed=harvest.malformed if harvest else 0,
        calls=adapters.youtube.calls["search"] + adapters.invidious.calls,
        units=adapters.youtube.calls["default"],
        problem=(harvest.problem if harvest else problem) or stored.problem,
    )
    budget = adapters.ring.budget()
    late = harvest.late if harvest else set()
    late_ages = tuple(
        age
        for each in stored.searched
        if each.video_id in late and (age := now - instant(each.published_at)) <= SWEEP_BACKLOG
    )
    after = _after(
        state, fetch, harvest, _pace(query, rivals, budget, settings, adapters.now()), budget, settings, adapters.now()
    )
    after = after.with_arrivals((each.published_at for each in stored.new), adapters.now())
    if harvest:
        after = _with_finds(after, harvest, {each.video_id for each in stored.searched}, late_ages)
    counted = _counted(state, stored.searched, adapters)
    if state.last_success_at:
        # A first poll knows no channel.
        after = replace(after, known_channels=after.known_channels.after(*counted))
    adapters.history.append(name, claim_id, fetch)
    if not adapters.states.finish(after, claim_id):
        fetch = replace(fetch, problem="the poll took longer than its claim; another has taken over")
    return Report(
        query=name,
        fetch=fetch,
        calls_left=budget.left,
        next_due_at=after.due_at or now,
        delays=tuple(_delays(stored.new)) if state.last_success_at else (),
        late_ages=late_ages,
        known_channels=counted if state.last_success_at else KnownChannels(),
    )


def _counted(state: PollState, searched: Sequence[Video], adapters: Adapters) -> KnownChannels:
    """Count what search found in each channel."""
    channel_ids = [each.channel_id for each in searched if each.channel_id]
    return KnownChannels(len(channel_ids), adapters.finds.count(state.query, channel_ids, adapters.now()))


def _delays(new: Iterable[Video]) -> Iterator[timedelta]:
    for video in new:
        delay = instant(video.first_seen_at) - instant(video.published_at)
        # What is older than all that was asked for is not late.
        if video.published_at_exact and delay <= SWEEP_BACKLOG:
            yield max(timedelta(0), delay)


def _fetched(
    state: PollState, query: WatchedQuery, rivals: float, settings: FetcherSettings, adapters: Adapters
) -> tuple[Harvest | None, Outcome, str | None]:
    """What the first source that may be asked gave, how that ended, and what was wrong."""
    try:
        return fetching.from_youtube(state, query, rivals, adapters), "ok", None
    except NoCallsLeft as error:
        if not settings.invidious_urls:
            return None, "waiting", str(error)
        problem = str(error)
    except SourceError as error:
        return None, "failed", str(error)
    try:
        return fetching.from_invidious(state, query, adapters), "ok", None
    except SourceError as error:
        return None, "failed", f"{problem}; {error}"


def _pace(query: WatchedQuery, rivals: float, budget: Budget, settings: FetcherSettings, now: datetime) -> timedelta:
    """The time until the query's next poll."""
    shortest = max(settings.poll_interval, timedelta(seconds=query.min_interval_seconds or 0))
    return pace(budget, rivals, shortest, settings.pacing, now)


def _after(
    state: PollState,
    fetch: Fetch,
    harvest: Harvest | None,
    interval: timedelta,
    budget: Budget,
    settings: FetcherSettings,
    now: datetime,
) -> PollState:
    """The state of the query's polls after this one."""
    failures = state.failures + 1 if fetch.outcome == "failed" else 0
    # With the fallback there is no waiting for midnight; without, a last call that was planned for is no trouble.
    waiting = budget.left == 0 and (bool(settings.invidious_urls) or fetch.outcome == "waiting")
    if not waiting:
        due_at = next_due(state.due_at or fetch.at, now, interval)
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
        last_poll=fetch,
        last_success_at=fetch.at if fetch.outcome == "ok" else state.last_success_at,
        first_success_at=fetch.at if fetch.outcome == "ok" and not state.last_success_at else state.first_success_at,
        newest=_newest(state, harvest),
        # What the first poll that counts finds was published since the one before it.
        counted_since=state.counted_since or (state.watermark.complete_until if state.watermark else now - FIRST_LOOK),
    )


def _with_finds(state: PollState, harvest: Harvest, new: set[str], late_ages: tuple[timedelta, ...]) -> PollState:
    """The state with what this poll's second looks and sweeps found, and what that teaches."""
    pace = state.sweep_pace if harvest.swept is None else state.sweep_pace.learned(len(harvest.swept & new))
    return replace(state, sweep_pace=pace, late_finds=state.late_finds.after(harvest.looks, late_ages))


def _newest(state: PollState, harvest: Harvest | None) -> Position | None:
    """The query's newest video, as far as this poll saw it."""
    seen: list[Known | Video] = [*harvest.known.values(), *harvest.videos.values()] if harvest else []
    return max((Position(each.published_at, each.video_id) for each in seen), default=state.newest)


def _store(
    state: PollState,
    harvest: Harvest,
    adapters: Adapters,
    asking_until: datetime,
    oldest: datetime,
    announce: Announce | None,
) -> Stored:
    """Write what is new and not older than `oldest`, or has changed, and nothing else."""
    query = state.query
    found = [
        video
        for video in harvest.videos.values()
        if not ((known := harvest.known.get(video.video_id)) and known.repeated_by(video))
    ]
    stored = adapters.videos.find(query, [video.video_id for video in found])
    # What was kept for as long as it may be is not taken up again.
    found = [video for video in found if video.video_id in stored or instant(video.published_at) > oldest]
    versions = [merged(former, video) if (former := stored.get(video.video_id)) else video for video in found]
    if harvest.source == "invidious":
        announce_news(state, (each for each in versions if each.video_id not in stored), adapters.now(), announce)
        written = [each for each in versions if _put_of_fallback(each, stored.get(each.video_id), adapters)]
        return Stored(new=tuple(each for each in written if each.video_id not in stored))
    lookup, problem = Lookup(), None
    if adapters.now() < asking_until:
        try:
            lookup = adapters.youtube.details(each for each in versions if not each.detailed)
        except SourceError as error:
            # They are stored as the search found them; the next poll that sees them asks again.
            problem = f"no details: {error}"
    details = {each.video_id: each for each in lookup.found}
    # Searches find for a while what is gone already.
    latest = [details.get(each.video_id, each) for each in versions if each.video_id not in lookup.gone]
    changed = [each for each in latest if not ((former := stored.get(each.video_id)) and unchanged(former, each))]
    new = [each for each in changed if each.video_id not in stored]
    announce_news(state, new, adapters.now(), announce)
    adapters.videos.put(changed, stored)
    adapters.videos.remove(query, lookup.gone & stored.keys())
    confirmed = [each for each in changed if each.video_id in stored and stored[each.video_id].found_by != "search"]
    return Stored(tuple(new), (*new, *confirmed), problem)


def announce_news(state: PollState, new: Iterable[Video], now: datetime, announce: Announce | None) -> None:
    """Announce what of new videos is young enough to be news. Raises QueueUnavailable."""
    oldest = state.news_since(now)
    if announce is None or oldest is None:
        return
    news = [each.video_id for each in new if instant(each.published_at) > oldest]
    if news:
        announce(state.query, news)


def _put_of_fallback(video: Video, former: Video | None, adapters: Adapters) -> bool:
    return video is not former and adapters.videos.put_of_fallback(video, former)
