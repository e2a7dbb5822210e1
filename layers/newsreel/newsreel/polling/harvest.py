"""Harvest: what one poll fetches from its source, and how complete that leaves the query.

First the newest: one window, paged as far as it must and the budget allows. Then, with calls to spare, the gaps of
earlier polls. Last, now and then, a sweep over what is some hours old.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from newsreel.errors import SourceError
from newsreel.keys.budget import Budget
from newsreel.library.videos import Known
from newsreel.polling.adapters import Adapters
from newsreel.polling.pace import can_spare, extra_calls, sweep_spacing
from newsreel.polling.poll_state import PollState
from newsreel.polling.watermark import (
    SECOND,
    SWEEP_STRETCH,
    SecondLook,
    Watermark,
    closed,
    covered,
    initial,
    proven,
    sweep_stretch,
    swept,
    window_start,
    without_future,
)
from newsreel.sources.items import PAGE
from newsreel.sources.youtube import TRIES
from newsreel.times import instant, stamp
from newsreel.video import SourceName, Video
from newsreel.watched import WatchedQuery

ASKING = timedelta(seconds=10)
"""After this time a poll asks for nothing more, so that it can write what it has before its claim runs out."""
PAGES_AT_MOST = 10
"""YouTube gives about 500 results of one search and then simply ends."""
VIDEOS_AT_MOST = 500
"""A poll asks for no more once it has so many, as writing them with their search entries takes its time too."""
SWEEP_ROOM = 5
"""Results of a sweep's page kept free for the late ones that it looks for."""
SWEEP_PAGES = 2


@dataclass(slots=True)
class Harvest:
    """What was fetched, before it is written."""

    source: SourceName
    watermark: Watermark | None
    sweep_due_at: datetime | None
    known: dict[str, Known]
    """Stored videos near what was asked for, by id."""
    videos: dict[str, Video] = field(default_factory=dict)
    looks: int = 0
    """How many second looks and sweeps were made."""
    late: set[str] = field(default_factory=set)
    """Videos that only these brought."""
    swept: set[str] | None = None
    """Those that only a sweep brought; None where there was none."""
    malformed: int = 0
    problem: str | None = None


def from_youtube(state: PollState, query: WatchedQuery, rivals: float, adapters: Adapters) -> Harvest:
    """The newest videos, and what else the budget allows to ask for.

    Raises SourceError where not even the newest could be asked for; what fails later only ends the asking.
    """
    known = adapters.videos.newest(state.query, PAGE)
    return _Asking(state, query, rivals, adapters, adapters.ring.budget(), known).harvested()


def from_invidious(state: PollState, query: WatchedQuery, adapters: Adapters) -> Harvest:
    """Today's videos of one instance. They prove nothing about completeness, so the watermark stays as it was.

    Raises SourceUnavailable where no instance answers.
    """
    known = adapters.videos.newest(state.query, PAGE)
    harvest = Harvest("invidious", state.watermark, state.sweep_due_at, {each.video_id: each for each in known})
    videos, harvest.malformed = adapters.invidious.search(query)
    harvest.videos = {video.video_id: video for video in videos}
    return harvest


class _Asking:
    """One poll's asking: the harvest so far, and how much longer it may go on."""

    def __init__(
        self,
        state: PollState,
        query: WatchedQuery,
        rivals: float,
        adapters: Adapters,
        budget: Budget,
        known: Sequence[Known],
    ) -> None:
        self._query = query
        self._rivals = rivals
        self._pace = state.sweep_pace
        self._adapters = adapters
        self._now = adapters.now()
        # A poll that failed a while ago is likely to fail again: a second try within a second is not worth a call.
        self._tries = 1 if state.failures else TRIES
        left = replace(budget, left=max(0, budget.left - 1))
        self._last_call = adapters.youtube.calls["search"] + 1 + extra_calls(left, rivals)
        self._newest = [instant(each.published_at) for each in known]
        self._mark = without_future(state.watermark or initial(self._now), self._now, max(self._newest, default=None))
        self._harvest = Harvest("youtube", self._mark, state.sweep_due_at, {each.video_id: each for each in known})

    def harvested(self) -> Harvest:
        since = window_start(self._mark, self._newest, self._now)
        reached = self._look(since, None, self._mark.complete_until)
        self._mark = covered(self._mark, reached, self._now)
        while (due := self._mark.due(self._now)) and self._may_go_on():
            before = set(self._harvest.videos)
            try:
                reached = self._look(due.since, due.until, due.since)
            except SourceError as error:
                self._harvest.problem = str(error)
            else:
                self._mark = closed(self._mark, due, reached, self._now)
            if isinstance(due, SecondLook):
                self._looked_again(before)
        self._sweep()
        self._harvest.watermark = self._mark
        return self._harvest

    def _may_go_on(self) -> bool:
        return (
            self._harvest.problem is None
            and self._adapters.youtube.calls["search"] < self._last_call
            and len(self._harvest.videos) < VIDEOS_AT_MOST
            and self._adapters.now() - self._now < ASKING
        )

    def _look(self, since: datetime, until: datetime | None, ground: datetime) -> datetime:
        """Ask page by page for what was published from `since` up to `until`, or only back to `ground` if it is long.

        Returns from when on nothing was left out. Only times within what was asked for prove that. Where a page brings
        no new video there are no more, or no more can be had, as where it leads to one that was there.
        Raises SourceError where the first page fails; a later page that fails sets the harvest's problem.
        """
        harvest, asked_until = self._harvest, until or self._now
        reached, page, pages, results = asked_until, None, 0, 0
        found: set[str] = set()
        led_to: set[str] = set()
        empty = False
        while True:
            try:
                answer = self._adapters.youtube.search(self._query, since, until, page, tries=self._tries)
            except SourceError as error:
                if not pages:
                    raise
                harvest.problem = str(error)
                return reached
            pages, results, page = pages + 1, results + len(answer.videos), answer.next_page
            harvest.malformed += answer.malformed
            new = {video.video_id for video in answer.videos} - found
            found |= new
            for video in answer.videos:
                harvest.videos.setdefault(video.video_id, video)
            if page is None and results < PAGES_AT_MOST * PAGE:
                return since
            times = [time for time in self._witnesses(answer.videos) if since <= time <= asked_until]
            reached = min(reached, proven(times) or reached)
            if reached <= ground:
                return reached
            # An empty page may be a slip, once; a first one only where a stored video shows that it is one.
            if not new and (answer.videos or empty or not (pages > 1 or self._knows_any(since, asked_until))):
                # Behind a full page that comes again there may be more, which only another window shows.
                return reached if answer.videos and len(found) >= PAGE else since
            empty = empty or not new
            if page is None or page in led_to or pages == PAGES_AT_MOST or not self._may_go_on():
                return reached
            led_to.add(page)

    def _witnesses(self, videos: Iterable[Video]) -> Iterator[datetime]:
        """The times of an answer; that of a stored video twice, as it was there before."""
        for video in videos:
            yield instant(video.published_at)
            known = self._harvest.known.get(video.video_id)
            if known and known.published_at == video.published_at:
                yield instant(video.published_at)

    def _knows_any(self, since: datetime, until: datetime) -> bool:
        """Whether a stored video belongs into an answer, so that an empty page of it cannot be all."""
        return any(since <= instant(each.published_at) <= until for each in self._harvest.known.values())

    def _sweep(self) -> None:
        """Look once more at what is some hours old, as no search shows all that there is."""
        harvest = self._harvest
        budget = self._adapters.ring.budget()
        spacing = sweep_spacing(budget, self._rivals, self._pace.rarity)
        if harvest.sweep_due_at is None:
            # Each query starts at its own place, so that not all sweep at once.
            harvest.sweep_due_at = self._now + spacing * (crc32(self._query.name.encode()) % 1000) / 1000
        since, until = sweep_stretch(self._mark, self._pace.age, self._now)
        before, seen = self._adapters.youtube.calls["search"], set(harvest.videos)
        self._last_call = before + SWEEP_PAGES
        if harvest.sweep_due_at > self._now or until <= since:
            return
        if not can_spare(budget, self._rivals) or not self._may_go_on():
            return
        full = PAGE - SWEEP_ROOM
        known = self._adapters.videos.oldest_between(self._query.name, stamp(since), stamp(until), full)
        if len(known) == full:
            until = max(instant(known[-1].published_at), since + SECOND)
        elif until - since < SWEEP_STRETCH:
            return
        harvest.known |= {each.video_id: each for each in known}
        try:
            reached = self._look(since, until, since)
        except SourceError as error:
            harvest.problem = str(error)
            reached = until
        harvest.sweep_due_at = self._now + spacing * (self._adapters.youtube.calls["search"] - before)
        harvest.swept = self._looked_again(seen)
        if reached <= since or until - since <= SECOND:
            self._mark = swept(self._mark, until)

    def _looked_again(self, seen: set[str]) -> set[str]:
        """Note what a second look or a sweep brought that this poll had not seen before it."""
        brought = self._harvest.videos.keys() - seen
        self._harvest.looks += 1
        self._harvest.late |= brought
        return brought
