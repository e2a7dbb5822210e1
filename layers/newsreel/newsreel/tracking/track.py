"""Tracking: between two searches, look where new videos came from before.

claim → plan anew where that is due → look at the channels that are due → store what belongs to a query and is not there
→ only then note what was found and when each channel is due again. Killed at any point, the next run looks again, and
stores nothing twice.

It lives on the units that details and refreshes leave, and says nothing of how complete a query is: that is search's.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta
from operator import attrgetter
from random import random
from typing import NamedTuple

from newsreel.aws.claims import new_claim_id
from newsreel.errors import ChannelGone, SourceError
from newsreel.polling.adapters import Adapters
from newsreel.polling.harvest import ASKING
from newsreel.polling.pace import backoff
from newsreel.polling.poll import Announce, announce_news
from newsreel.polling.poll_state import NEWS_AGE
from newsreel.settings import FetcherSettings
from newsreel.sources.uploads import Upload
from newsreel.times import instant, is_due, stamp
from newsreel.tracking.match import Match, match_of
from newsreel.tracking.planning import plan, units_to_spare
from newsreel.tracking.state import QueryTracking, TrackedChannel, TrackingState
from newsreel.tracking.states import TrackingStates
from newsreel.video import Position, Video
from newsreel.watched import WatchedQuery

PLAN_EVERY = timedelta(hours=1)
PAUSE = timedelta(seconds=15)
"""The least time from one run to the next, so that several channels are looked at in one."""
REST = timedelta(days=1)
"""A channel that cannot be seen, or has no uploads, is not looked at for so long."""


class Tracked(NamedTuple):
    """What a run did and what follows, for the log and the metrics."""

    at: datetime
    looks: int
    units: int
    new: int
    problem: str | None
    next_due_at: datetime
    planned: bool
    channels: int
    delays: tuple[timedelta, ...]
    """From publication to storing, of each new video."""
    verdicts: tuple[bool, ...]
    """Of videos that were tracked two days ago, whether search has confirmed them."""
    stopped: tuple[str, ...]
    """Queries whose tracking has just stopped, as search confirmed too few."""


def track(
    queries: Sequence[WatchedQuery],
    settings: FetcherSettings,
    adapters: Adapters,
    states: TrackingStates,
    announce: Callable[[str], Announce | None],
) -> Tracked | None:
    """Do what is due; what was done, or None where nothing was, or someone else is at it.

    `announce` gives, by query, how its new videos are announced, where somebody is to be told. Raises TableUnavailable,
    QueueUnavailable; the claim then runs out, and a later run does the work.
    """
    now, claim_id = adapters.now(), new_claim_id()
    state = states.claim(claim_id, now)
    if state is None:
        return None
    run = _Run(state.on(now), queries, settings, adapters, states, announce)
    after = run.done()
    if not states.finish(after, claim_id):
        after = replace(after, problem="tracking took longer than its claim; another has taken over")
    return Tracked(
        at=now,
        looks=after.today.looks - run.before.looks,
        units=after.today.units - run.before.units,
        new=after.today.found - run.before.found,
        problem=after.problem,
        next_due_at=after.due_at or now,
        planned=run.planned,
        channels=after.channels,
        delays=tuple(run.delays),
        verdicts=tuple(run.verdicts),
        stopped=tuple(run.stopped),
    )


class _Run:
    """One run: the state so far."""

    def __init__(
        self,
        state: TrackingState,
        queries: Sequence[WatchedQuery],
        settings: FetcherSettings,
        adapters: Adapters,
        states: TrackingStates,
        announce: Callable[[str], Announce | None],
    ) -> None:
        self.before = state.today
        self.planned = False
        self.delays: list[timedelta] = []
        self.verdicts: list[bool] = []
        self.stopped: list[str] = []
        self._state = state
        self._queries = queries
        self._settings = settings
        self._adapters = adapters
        self._states = states
        self._announce = announce
        self._now = adapters.now()
        self._refreshes = adapters.refreshes.read().on(self._now)
        self._channels = {each.channel_id: each for each in states.channels()}
        self._found: dict[str, list[Position]] = defaultdict(list)
        self._problem: str | None = None

    def done(self) -> TrackingState:
        """Do the work; the state after it."""
        if is_due(self._state.plan_due_at, self._now):
            self._plan()
        matches = {query.name: match for query in self._queries if (match := match_of(query))}
        looked = list(self._looks(matches))
        self._note_found()
        self._states.put_channels(looked)
        self._channels |= {each.channel_id: each for each in looked}
        now, failures = self._adapters.now(), self._state.failures + 1 if self._problem else 0
        due_at = min([self._state.plan_due_at or now, *(each.due_at for each in self._channels.values())])
        due_at = max(due_at, now + PAUSE)
        if failures:
            due_at = max(due_at, now + backoff(failures, random()))
        if not self._units():
            # The next plan may find some; those of tomorrow come at midnight.
            midnight = self._adapters.ring.budget("default").resets_at
            due_at = max(due_at, min(self._state.plan_due_at or midnight, midnight))
        return replace(
            self._state,
            due_at=due_at,
            planned_at=now,
            channels=len(self._channels),
            failures=failures,
            last_at=self._now,
            problem=self._problem,
        )

    def _units(self) -> int:
        ring = self._adapters.ring
        return units_to_spare(ring.budget("default"), ring.budget(), self._refreshes)

    def _plan(self) -> None:
        """Choose the channels anew."""
        former = self._states.queries([query.name for query in self._queries], consistent=True)
        made = plan(self._queries, self._channels, self._settings.units_per_day, self._units(), self._adapters, former)
        channels = {each.channel_id: each for each in made.channels}
        self._states.put_channels(made.channels)
        self._states.drop_channels(self._channels.keys() - channels.keys())
        self._states.put_queries(made.queries, self._now)
        self._channels = channels
        self.planned = True
        self.verdicts = made.verdicts
        self.stopped = [
            after.query
            for before, after in zip(former, made.queries, strict=True)
            if after.stopped_at and not before.stopped_at
        ]
        # A new day has new units.
        midnight = self._adapters.ring.budget("default").resets_at
        self._state = replace(self._state, plan_due_at=min(self._now + PLAN_EVERY, midnight))

    def _looks(self, matches: Mapping[str, Match]) -> Iterator[TrackedChannel]:
        """Look at the channels that are due, as long as there are units and time; each as it is then."""
        spare = self._units()
        before = self._adapters.youtube.calls["default"]
        due = [each for each in self._channels.values() if is_due(each.due_at, self._now)]
        for channel in sorted(due, key=attrgetter("due_at")):
            spent = self._adapters.youtube.calls["default"] - before
            # One for the uploads, one for the details of what is new.
            if spent + 2 > spare or self._adapters.now() - self._now >= ASKING:
                return
            try:
                yield self._look(channel, {name: matches[name] for name in channel.queries if name in matches})
            except SourceError as error:
                self._problem = str(error)
                return
            finally:
                units = self._adapters.youtube.calls["default"] - before - spent
                today = self._state.today
                self._state = replace(
                    self._state, today=today._replace(looks=today.looks + 1, units=today.units + units)
                )

    def _look(self, channel: TrackedChannel, matches: Mapping[str, Match]) -> TrackedChannel:
        """Look at one channel's uploads; the channel as it is then. Raises SourceError, TableUnavailable."""
        try:
            uploads = self._adapters.youtube.uploads(channel.channel_id)
        except ChannelGone:
            return replace(channel, due_at=self._now + REST, rests="YouTube has no such channel")
        if not uploads:
            return replace(channel, due_at=self._now + REST, rests="it has no uploads")
        young = [each for each in uploads if self._is_new(each.published_at, channel)]
        wanted = [
            _video(each, name, channel.channel_id, self._adapters.now())
            for name, match in matches.items()
            for each in young
            if each.video_id not in channel.judged and match.holds(each.title, each.description, each.channel_title)
        ]
        missing, unsure = self._missing(wanted)
        if missing:
            self._store(missing, channel)
        judged = tuple(each.video_id for each in young if each.video_id not in unsure)
        return replace(channel, due_at=self._next_look(channel), judged=judged, rests=None)

    def _next_look(self, channel: TrackedChannel) -> datetime:
        """On the channel's own beat, whenever it was looked at."""
        interval = timedelta(seconds=channel.interval_seconds)
        due_at = channel.due_at + max(1, (self._now - channel.due_at) // interval + 1) * interval
        return due_at if self._now < due_at <= self._now + interval else self._now + interval

    def _is_new(self, published_at: str, channel: TrackedChannel) -> bool:
        return instant(published_at) > max(channel.since, self._now - NEWS_AGE)

    def _missing(self, videos: Iterable[Video]) -> tuple[list[Video], set[str]]:
        """Those that are not stored, and the ids of which that is not sure.

        What a query that is being polled just now lacks, that poll may be storing.
        """
        by_query: dict[str, list[Video]] = defaultdict(list)
        for video in videos:
            by_query[video.query].append(video)
        missing: list[Video] = []
        unsure: set[str] = set()
        for query, some in by_query.items():
            stored = self._adapters.videos.find(query, [each.video_id for each in some])
            new = [each for each in some if each.video_id not in stored]
            if new and self._adapters.states.is_polled(query, self._now):
                unsure |= {each.video_id for each in new}
            else:
                missing += new
        return missing, unsure

    def _store(self, missing: Sequence[Video], channel: TrackedChannel) -> None:
        """Store those of these videos of which YouTube says what their channel shows, with their details."""
        right = [
            each
            for each in self._adapters.youtube.details(missing).found
            if each.channel_id == channel.channel_id and self._is_new(each.published_at, channel)
        ]
        names = dict.fromkeys(each.query for each in right)
        for state in self._adapters.states.read(list(names)):
            new = [each for each in right if each.query == state.query]
            announce_news(state, new, self._now, self._announce(state.query))
        for video in right:
            if self._adapters.videos.put_new(video):
                self._found[video.query].append(Position(video.published_at, video.video_id))
                self.delays.append(max(timedelta(0), instant(video.first_seen_at) - instant(video.published_at)))

    def _note_found(self) -> None:
        """Note what was stored, for each query."""
        if not self._found:
            return
        states: list[QueryTracking] = self._states.queries(list(self._found), consistent=True)
        self._states.put_queries((each.found(self._found[each.query], self._now) for each in states), self._now)
        count = sum(map(len, self._found.values()))
        today = self._state.today
        self._state = replace(self._state, today=today._replace(found=today.found + count))


def _video(upload: Upload, query: str, channel_id: str, now: datetime) -> Video:
    return Video(
        video_id=upload.video_id,
        query=query,
        published_at=upload.published_at,
        fetched_at=stamp(now),
        first_seen_at=stamp(now),
        title=upload.title,
        description=upload.description,
        channel_id=channel_id,
        channel_title=upload.channel_title,
        found_by="channel",
        tracked=True,
    )
