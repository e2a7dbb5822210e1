"""A refresh: stored videos asked for again, so that what is shown stays true and what is gone goes.

claim → gather what is due → ask for fifty at a time → write what has changed, remove what is gone → only then move the
marks on. Killed at any point, the next refresh does again what was not marked, and that changes nothing twice.

It lives on what polls leave of the default bucket. First comes what is owed to YouTube's terms; then what is live, or
about to be; then the ages at which a refresh is nice to have. Each leaves enough for those before it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from copy import replace
from datetime import datetime, timedelta
from itertools import batched
from math import ceil
from typing import NamedTuple

from newsreel.aws.claims import new_claim_id
from newsreel.errors import SourceError
from newsreel.keys.budget import Budget
from newsreel.polling import ages
from newsreel.polling.adapters import Adapters
from newsreel.polling.ages import Stretch
from newsreel.polling.harvest import ASKING
from newsreel.polling.refresh_state import RefreshState
from newsreel.settings import FetcherSettings
from newsreel.sources.items import PAGE
from newsreel.times import instant, is_due
from newsreel.video import Live, Video, refreshed, unchanged

LIVE_EVERY = timedelta(minutes=5)
"""How often what is live, or about to begin, is asked for."""
ANNOUNCED_EVERY = timedelta(hours=1)
"""How often all other upcoming videos are asked for, as they may begin at another time than they were announced for."""
SOON = timedelta(hours=1)
LONG_OVER = timedelta(days=1)
"""What was to begin this long ago and did not is asked for as seldom as what is far ahead."""
VIDEOS_AT_MOST = 500
"""Of one refresh: ten units. If more are due, the next minute goes on."""
AT_ONCE = 10
"""Queries whose videos are read at a time."""
SECOND = timedelta(seconds=1)


class Refreshed(NamedTuple):
    """What a refresh did and what follows, for the log and the metrics."""

    at: datetime
    asked: int
    changed: int
    gone: int
    units: int
    problem: str | None
    short_of_units: bool
    next_due_at: datetime


class Work(NamedTuple):
    """Videos to be asked for, for one reason."""

    videos: list[Video]
    """Those of a stretch in order of time."""
    stretch: Stretch | None = None
    """None: they are live or upcoming."""

    @property
    def owed(self) -> bool:
        """Whether YouTube's terms want it."""
        return self.stretch is not None and self.stretch.owed


def refresh(queries: Sequence[str], settings: FetcherSettings, adapters: Adapters) -> Refreshed | None:
    """Refresh what is due of these queries' videos; what was done, or None where nothing was, or someone else is at it.

    Raises TableUnavailable; the claim then runs out, and a later refresh does the work.
    """
    now, claim_id = adapters.now(), new_claim_id()
    state = adapters.refreshes.claim(claim_id, now)
    if state is None:
        return None
    with ThreadPoolExecutor(AT_ONCE) as readers:
        run = _Refresh(state.on(now), queries, settings, adapters, now, readers)
        after = run.done()
    problem = run.problem
    if not adapters.refreshes.finish(after, claim_id):
        problem = "the refresh took longer than its claim; another has taken over"
    return Refreshed(
        at=now,
        asked=after.today.refreshed - run.before.refreshed,
        changed=after.today.changed - run.before.changed,
        gone=after.today.gone - run.before.gone,
        units=after.today.units - run.before.units,
        problem=problem,
        short_of_units=after.short_since is not None,
        next_due_at=after.due_at or now,
    )


def spare(units: Budget, searches: Budget, state: RefreshState, *, owed: bool) -> int:
    """The units that a refresh may spend now; `owed` or only nice to have.

    Each search call left may find videos whose details cost a unit. As much as went yesterday to what YouTube's terms
    want may be wanted today.
    """
    left = units.left - min(searches.left, units.per_day // 2)
    return left if owed else left - max(0, state.owed_yesterday - state.today.owed)


class _Refresh:
    """One refresh: the state so far."""

    def __init__(
        self,
        state: RefreshState,
        queries: Sequence[str],
        settings: FetcherSettings,
        adapters: Adapters,
        now: datetime,
        readers: Executor,
    ) -> None:
        self.before = state.today
        self.problem: str | None = None
        self._state = state
        self._queries = queries
        self._settings = settings
        self._adapters = adapters
        self._now = now
        self._readers = readers
        self._short = False

    def done(self) -> RefreshState:
        """Do the work; the state after it."""
        live, state = list(self._live()), self._state
        due = ages.due(state.marks, self._settings.retention, self._now)
        owed, nice = ([each for each in due if each.owed is wanted] for wanted in (True, False))
        works = [*self._stretches(owed), *live, *self._stretches(nice)]
        done = self._ask(works)
        marks = {each.age: each.since for each in ages.stretches(state.marks, self._settings.retention, self._now)}
        marks |= {work.stretch.age: _mark(work.stretch, work.videos, done) for work in works if work.stretch}
        cost = ceil(sum(len(work.videos) for work in live) / PAGE)
        now = self._adapters.now()
        pause = self._pause(cost)
        live_due_at = state.live_due_at if state.live_due_at and not live else now + pause
        announced_due_at = (
            state.announced_due_at
            if state.announced_due_at and not (live and is_due(state.announced_due_at, self._now))
            else now + max(pause, ANNOUNCED_EVERY)
        )
        due_at = min(live_due_at, ages.next_due(marks, self._settings.retention, now))
        if self._short or self.problem:
            # What was left cannot be done at once.
            due_at = max(due_at, now + LIVE_EVERY)
        return replace(
            self._state,
            due_at=max(due_at, now),
            planned_at=now,
            marks=marks,
            live_due_at=live_due_at,
            announced_due_at=announced_due_at,
            short_since=(state.short_since or now) if self._short else None,
            last_at=self._now,
            problem=self.problem,
        )

    def _pause(self, cost: int) -> timedelta:
        """The time until what is live is asked for again: as polls do, it keeps within what is left of the day."""
        units, searches = self._adapters.ring.budget("default"), self._adapters.ring.budget()
        left = spare(units, searches, self._state, owed=False)
        return max(LIVE_EVERY, (units.resets_at - self._adapters.now()) * cost / max(1, left))

    def _each_query[T](self, read: Callable[[str], T]) -> list[T]:
        return list(self._readers.map(read, self._queries))

    def _live(self) -> Iterator[Work]:
        """What is live, and what is upcoming, as far as either is due."""
        if not is_due(self._state.live_due_at, self._now):
            return
        everything = is_due(self._state.announced_due_at, self._now)
        yield Work(self._in_state("live", each_query=everything))
        upcoming = self._in_state("upcoming", each_query=everything)
        yield Work([video for video in upcoming if everything or self._soon(video)])

    def _in_state(self, live: Live, *, each_query: bool) -> list[Video]:
        """All that is live or upcoming; seldom query by query, which finds what the quick way does not know yet."""
        videos = self._adapters.videos
        if not each_query:
            return [video for video in videos.in_state(live) if video.query in self._queries]
        found = self._each_query(lambda query: videos.of_query_in_state(query, live))
        return [video for some in found for video in some]

    def _soon(self, video: Video) -> bool:
        if video.starts_at is None:
            return True
        return -LONG_OVER < instant(video.starts_at) - self._now < SOON

    def _stretches(self, due: Iterable[Stretch]) -> Iterator[Work]:
        room = VIDEOS_AT_MOST
        for stretch in due:
            if room > 0:
                work = self._gathered(stretch, room)
                room -= len(work.videos)
                yield work

    def _gathered(self, stretch: Stretch, room: int) -> Work:
        """The first videos of a stretch, of all queries, in order of time, that were not fetched at its age."""

        def read(query: str) -> tuple[list[Video], bool]:
            return self._adapters.videos.between(query, stretch.since, stretch.until, room)

        found = self._each_query(read)
        # From the last one of a query that has more, others may come in between.
        ends = [instant(some[-1].published_at) for some, more in found if more and some]
        if ends:
            stretch = stretch._replace(until=max(min(ends), stretch.since + SECOND))
        videos = sorted((video for some, _ in found for video in some), key=lambda each: each.published_at)
        return Work([video for video in videos if _wants(video, stretch)], stretch)

    def _ask(self, works: Iterable[Work]) -> set[str]:
        """Ask for all videos in the order of the works, fifty a unit; the ids of those that could be asked for."""
        wanted: dict[str, dict[str, Video]] = {}
        owed: set[str] = set()
        for work in works:
            for video in work.videos:
                wanted.setdefault(video.video_id, {})[video.query] = video
                if work.owed:
                    owed.add(video.video_id)
        done: set[str] = set()
        for some in batched(wanted, PAGE):
            is_owed = not owed.isdisjoint(some)
            if not self._may_go_on(owed=is_owed):
                break
            try:
                self._refreshed({video_id: wanted[video_id] for video_id in some}, owed=is_owed)
            except SourceError as error:
                self.problem = str(error)
                break
            done |= set(some)
        return done

    def _may_go_on(self, *, owed: bool) -> bool:
        if self._adapters.now() - self._now >= ASKING:
            return False
        ring = self._adapters.ring
        self._short = spare(ring.budget("default"), ring.budget(), self._state, owed=owed) <= 0
        return not self._short

    def _refreshed(self, wanted: Mapping[str, Mapping[str, Video]], *, owed: bool) -> None:
        """Bring these videos up to date, by id as each query has them."""
        youtube, before = self._adapters.youtube, self._adapters.youtube.calls["default"]
        changed = gone = 0
        try:
            lookup = youtube.details(video for versions in wanted.values() for video in versions.values())
            changed = sum(self._written(each, wanted[each.video_id][each.query]) for each in lookup.found)
            for query in self._queries:
                self._adapters.videos.remove(query, [each for each in lookup.gone if query in wanted[each]])
            gone = len(lookup.gone)
        finally:
            units, today = youtube.calls["default"] - before, self._state.today
            today = today._replace(
                refreshed=today.refreshed + len(wanted),
                changed=today.changed + changed,
                gone=today.gone + gone,
                units=today.units + units,
                owed=today.owed + units * owed,
            )
            self._state = replace(self._state, today=today)

    def _written(self, fetched: Video, stored: Video) -> bool:
        """Write a video if anything has changed, and be it that it may be kept longer; whether it was written."""
        newer = refreshed(stored, fetched)
        same = unchanged(stored, newer) and not self._adapters.videos.kept_longer(newer, stored)
        return not same and self._adapters.videos.renew(newer, stored)


def _wants(video: Video, stretch: Stretch) -> bool:
    """Whether a video lies in a stretch and was not fetched at its age, or later, already."""
    published = instant(video.published_at)
    fetched = instant(video.refreshed_at or video.fetched_at)
    return published < stretch.until and (fetched - published < stretch.age or video.source == "invidious")


def _mark(stretch: Stretch, videos: Iterable[Video], done: set[str]) -> datetime:
    """Up to which time of publication all videos of a stretch are refreshed."""
    left = (instant(video.published_at) for video in videos if video.video_id not in done)
    return min(left, default=stretch.until)
