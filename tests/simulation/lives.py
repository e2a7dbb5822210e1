"""Videos that live on: their views grow, some are renamed, deleted or made private, broadcasts end."""

import math
import random
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from copy import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from local.catalogue import DELETED_SHOWN, Clip, Upload
from newsreel.polling.ages import ages, patience
from newsreel.times import instant, pacific_day, stamp
from tests.simulation.days import arrivals
from tests.world import MINUTE, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SHOWN_WITHIN = timedelta(minutes=10)
"""Within which a broadcast's end shows."""


class Life(NamedTuple):
    """A video, and what becomes of it."""

    clip: Clip
    renamed_at: datetime | None = None
    gone_at: datetime | None = None
    """Deleted, or made private."""
    live_until: datetime | None = None

    def at(self, now: datetime) -> Clip | None:
        """The video as it is at a moment; None once it is gone."""
        if self.gone_at and self.gone_at <= now:
            return None
        clip, hours = self.clip, max(0.0, (now - self.clip.published_at) / HOUR)
        return replace(
            clip,
            title=f"{clip.title}, renamed" if self.renamed_at and self.renamed_at <= now else clip.title,
            live="live" if self.live_until and now < self.live_until else "none",
            views=int(10_000 * math.log1p(hours)),
        )

    def changes(self) -> Iterator[tuple[datetime, str]]:
        """When something becomes of it, and what."""
        for moment, what in ((self.renamed_at, "renamed"), (self.gone_at, "gone"), (self.live_until, "over")):
            if moment:
                yield moment, what


class Lives:
    """The catalogue of these videos."""

    def __init__(self, lives: Sequence[Life]) -> None:
        self.lives = sorted(lives, key=lambda life: life.clip.published_at)
        self.by_id = {life.clip.video_id: life for life in lives}
        self._by_channel: defaultdict[str, list[Life]] = defaultdict(list)
        for life in self.lives:
            self._by_channel[life.clip.channel_id].append(life)
        self._times = [life.clip.published_at for life in self.lives]

    def search(self, _query: str, since: datetime | None, until: datetime, now: datetime) -> list[Clip]:
        """See `local.catalogue.Catalogue`."""
        start = bisect_left(self._times, since) if since else 0
        found = (life.at(now) for life in self.lives[start : bisect_left(self._times, min(until, now))])
        return [clip for clip in found if clip][::-1]

    def find(self, video_id: str, now: datetime) -> Clip | None:
        """See `local.catalogue.Catalogue`."""
        life = self.by_id.get(video_id)
        return life.at(now) if life and life.clip.published_at <= now else None

    def uploads(self, channel_id: str, now: datetime) -> list[Upload] | None:
        """See `local.catalogue.Catalogue`. What is gone was deleted."""
        if channel_id not in self._by_channel:
            return None
        published = (life for life in self._by_channel[channel_id] if life.clip.published_at <= now)
        return [
            Upload(clip) if (clip := life.at(now)) else Upload(life.clip, "deleted")
            for life in published
            if not life.gone_at or now < life.gone_at + DELETED_SHOWN
        ]


def lives(start: datetime, span: timedelta, per_day: int, seed: int = 3) -> Lives:
    """Arrivals of which 5 % are renamed, 3 % deleted, 2 % made private, and 10 % live for an hour to four."""
    chance = random.Random(seed)

    def later(published: datetime) -> datetime:
        # Most of what happens to a video happens while it is young.
        return published + timedelta(seconds=int(math.exp(chance.uniform(math.log(600), math.log(27 * 86_400)))))

    made = []
    for clip in arrivals(start, span, per_day, seed=seed):
        fate, live = chance.random(), chance.random() < 0.1
        made.append(
            Life(
                clip,
                renamed_at=later(clip.published_at) if fate < 0.05 else None,
                gone_at=later(clip.published_at) if 0.05 <= fate < 0.1 else None,
                live_until=clip.published_at + chance.uniform(1, 4) * HOUR if live else None,
            )
        )
    return Lives(made)


class Month:
    """Days of a world, whose events come every `step`; each hour it is held against the truth."""

    def __init__(self, world: World, truth: Lives, retention: timedelta, step: timedelta) -> None:
        self.world, self.truth, self.retention, self.step = world, truth, retention, step
        self.interval = timedelta(seconds=int(world.environ["POLL_INTERVAL_SECONDS"]))
        self.units: Counter[str] = Counter()
        """Of the default bucket, by day in California."""
        self.checked: Counter[str] = Counter()
        self._asked: dict[str, datetime] = {}
        """When YouTube was last asked for a video."""
        deadlines = [
            (self._deadline(life, at, what), what, life) for life in truth.lives for at, what in life.changes()
        ]
        self._ahead = sorted(deadlines, key=lambda each: each[0], reverse=True)
        world.upstream.catalogue = truth

    def run(self, span: timedelta) -> None:
        """Let time pass."""
        end, hour = self.world.now + span, self.world.now
        with self.world.undisturbed():
            while self.world.now < end:
                began = self.world.now
                self.world.minute()
                self.world.now = began + self.step
                self._note_calls()
                if self.world.now - hour >= HOUR:
                    hour = self.world.now
                    self.check()

    def check(self) -> None:
        """That all that should show by now does, and nothing that has expired or was not fetched for thirty days."""
        oldest = self.world.get("/videos?order=oldest&page_size=50").get_json()["videos"]
        newest = self.world.get("/videos?page_size=50").get_json()["videos"]
        for video in (*oldest, *newest):
            assert instant(video["first_seen_at"]) + self.retention > self.world.now, "expired"
            assert self.world.now - self._asked[video["video_id"]] < 30 * DAY, "not fetched for thirty days"
            assert video["duration_seconds"] or video["live"] == "live", "details of new videos come first"
        self.checked["pages"] += 2
        while self._ahead and self._ahead[-1][0] <= self.world.now:
            _, what, life = self._ahead.pop()
            if life.clip.published_at + self.retention > self.world.now:
                self._check_change(what, life)
                self.checked[what] += 1

    def _check_change(self, what: str, life: Life) -> None:
        answer = self.world.get(f"/videos/{life.clip.video_id}")
        now = life.at(self.world.now)
        if what == "gone":
            assert answer.status_code == 404, f"{life} is there at {stamp(self.world.now)}"
        elif now:
            # Other changes of the same video have deadlines of their own.
            video: dict[str, Any] = answer.get_json()
            name = {"renamed": "title", "over": "live"}[what]
            assert video.get(name) == getattr(now, name), f"{what}, {life}: {video}"

    def _deadline(self, life: Life, at: datetime, what: str) -> datetime:
        """Until when a change must show."""
        published = life.clip.published_at
        found = published + self.interval + 2 * self.step
        if what == "over":
            return max(found, at + SHOWN_WITHIN + self.step)
        # What is kept no longer than to an age is not asked for at it.
        following = next((each for each in ages(self.retention) if each > at - published), self.retention)
        # Several events may pass before it is its turn.
        return max(found, published + following + patience(following) + 3 * self.step + 10 * MINUTE)

    def _note_calls(self) -> None:
        for call in self.world.upstream.calls:
            if call.bucket == "default":
                self.units[pacific_day(call.at)] += 1
            if call.endpoint == "videos":
                self._asked |= dict.fromkeys(call.parameters["id"].split(","), call.at)
        self.world.upstream.calls.clear()
