"""Invidious instances: the keyless fallback, off unless the operator names instances.

docs.invidious.io/api and the project's serializer: `published` is derived from texts such as "3 hours ago", so every
time from here is approximate. Only a JSON array is believed: errors come with any status, challenge pages with 200.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from newsreel.errors import SourceUnavailable
from newsreel.sources import asking, items
from newsreel.sources.instances import Instance, Instances
from newsreel.times import stamp
from newsreel.video import Live, Video
from newsreel.watched import WatchedQuery

TIMEOUT = (2, 4)
"""Seconds to connect and to wait for the next bytes of an answer."""
PATIENCE = timedelta(seconds=10)
"""No further instance is asked after this time, so that the poll can write what it has."""


class Invidious:
    """The instances as one poll uses them."""

    def __init__(self, instances: Instances, session: requests.Session, *, now: Callable[[], datetime]) -> None:
        self._instances = instances
        self._session = session
        self._now = now
        self.calls = 0

    def search(self, query: WatchedQuery) -> tuple[list[Video], int]:
        """Today's videos of the first instance that answers, and how many items were malformed.

        The instance that was asked longest ago comes first. One that fails rests, longer each time.
        Raises SourceUnavailable when none answers.
        """
        never = datetime.min.replace(tzinfo=UTC)
        problem, began = "every instance rests", self._now()
        for instance in sorted(self._instances.read(), key=lambda each: each.asked_at or never):
            if instance.rests(self._now()) or self._now() - began > PATIENCE:
                continue
            self.calls += 1
            try:
                entries = self._ask(instance, query.search)
            except SourceUnavailable as error:
                problem = f"{instance.host}: {error}"
                self._instances.note(instance, problem, self._now())
                continue
            self._instances.note(instance, None, self._now())
            return self._videos(entries, query.name)
        raise SourceUnavailable(problem)

    def _ask(self, instance: Instance, query: str) -> list[Any]:
        # An unknown `sort` silently means relevance, and newest first is no longer offered.
        parameters = {"q": query, "type": "video", "sort": "relevance", "date": "today", "page": "1"}
        found = asking.get(
            self._session, f"{instance.url}/api/v1/search", parameters, {"Accept": "application/json"}, TIMEOUT
        )
        if found.status != 200 or found.content_type != "application/json":
            kind = items.text(found.content_type, 60) or "no type"
            raise SourceUnavailable(f"answered {found.status} with {kind}")
        try:
            answer = json.loads(found.body)
        except (ValueError, RecursionError):
            raise SourceUnavailable("the answer is not JSON") from None
        if not isinstance(answer, list):
            raise SourceUnavailable("the answer is not an array")
        return answer

    def _videos(self, entries: list[Any], query: str) -> tuple[list[Video], int]:
        videos: dict[str, Video] = {}
        malformed = 0
        for entry in entries:
            try:
                video = _found(entry, query, self._now())
            except items.Malformed:
                malformed += 1
            else:
                videos.setdefault(video.video_id, video)
        return list(videos.values()), malformed


def _found(entry: Any, query: str, now: datetime) -> Video:
    """The video of a search item. Raises Malformed."""
    fields = items.mapping(entry)
    if fields.get("type", "video") != "video":
        raise items.Malformed("not a video")
    video_id = items.video_id(fields.get("videoId"))
    published = fields.get("published")
    if type(published) is not int or not items.FIRST_VIDEO.timestamp() <= published < 1 << 35:
        raise items.Malformed("no proper time")
    live: Live = "live" if fields.get("liveNow") is True else "upcoming" if fields.get("isUpcoming") is True else "none"
    length = fields.get("lengthSeconds")
    return Video(
        video_id=video_id,
        query=query,
        # Without a text to derive it from, the time is that of the request, or even later.
        published_at=stamp(min(datetime.fromtimestamp(published, UTC), now)),
        published_at_exact=False,
        fetched_at=stamp(now),
        first_seen_at=stamp(now),
        title=items.text(fields.get("title"), items.TITLE_LENGTH),
        description=items.text(fields.get("description"), items.DESCRIPTION_LENGTH),
        channel_id=items.channel_id(fields.get("authorId")),
        channel_title=items.text(fields.get("author"), items.TITLE_LENGTH),
        # Instances name thumbnails that do not exist, or on themselves; this one always does.
        thumbnails={"high": {"url": f"https://i.ytimg.com/vi/{video_id}/hqdefault.jpg", "width": 480, "height": 360}},
        duration_seconds=length if type(length) is int and 0 < length < 10_000_000 else None,
        live=live,
        source="invidious",
    )
