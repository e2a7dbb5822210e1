"""YouTube's Data API v3: search.list for what is new, videos.list for details, playlistItems.list for uploads.

developers.google.com/youtube/v3/docs/search/list, /videos/list and /playlistItems/list.
"""

import html
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, NamedTuple

import requests

from newsreel.errors import DailyLimit, KeyRejected, NoQuota, SourceError, SourceUnavailable, TooFast
from newsreel.keys.budget import Bucket
from newsreel.keys.ring import KeyRing
from newsreel.keys.secret import Key
from newsreel.sources import asking, items
from newsreel.sources.items import PAGE
from newsreel.sources.uploads import Upload, playlist_of, uploads
from newsreel.sources.youtube_errors import meaning
from newsreel.times import stamp
from newsreel.video import LIVE_STATES, Live, Video
from newsreel.watched import WatchedQuery

LIST_KINDS = {
    "search": "youtube#searchListResponse",
    "videos": "youtube#videoListResponse",
    "playlistItems": "youtube#playlistItemListResponse",
}
"""The kind of a list, by path."""
TIMEOUT = (3.05, 5)
"""Seconds to connect and to wait for the next bytes of an answer."""
TRIES = 2
"""How often a call is made where the source fails or is too busy; each try is charged."""
PATIENCE = timedelta(seconds=5)
"""A call that took longer than this to fail is not made again: the poll has its claim for half a minute."""
CONTROL = "jNQXAC9IVRw"
"""YouTube's first video goes along where there is room, at no cost: an answer that has it is an answer. Without it, one
that has nothing could be a failure as well as a list of deleted videos."""
GONE_STATES = ("deleted", "failed", "rejected")
"""Upload states of what cannot be watched, though it has an item."""
PLAYER_HEIGHT = 720
"""Pixels for which a player's width is asked, which shows what is vertical."""
PAUSE = 1.0
"""Seconds before the second try, at most."""


class SearchPage(NamedTuple):
    """One page of a search."""

    videos: tuple[Video, ...]
    malformed: int
    next_page: str | None


class Lookup(NamedTuple):
    """What YouTube has of some videos now."""

    found: tuple[Video, ...] = ()
    """The videos as they are there."""
    gone: frozenset[str] = frozenset()
    """The ids of those that were deleted or made private."""


class YouTube:
    """YouTube's API as one poll uses it: every call charged to a key of the ring, and counted."""

    def __init__(
        self,
        url: str,
        session: requests.Session,
        ring: KeyRing,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._url = url
        self._session = session
        self._ring = ring
        self._now = now
        self._sleep = sleep
        self.calls: Counter[Bucket] = Counter()

    def search(
        self,
        query: WatchedQuery,
        since: datetime,
        until: datetime | None = None,
        page: str | None = None,
        *,
        tries: int = TRIES,
    ) -> SearchPage:
        """One page of the videos published from `since` up to `until`, both included, roughly newest first.

        Raises SourceError; NoCallsLeft when no key can search.
        """
        parameters = {
            "part": "snippet",
            "type": "video",
            "order": "date",
            "q": query.search,
            "safeSearch": query.safe_search,
            "maxResults": str(PAGE),
            "publishedAfter": stamp(since),
        }
        if query.region:
            parameters["regionCode"] = query.region
        if query.language:
            parameters["relevanceLanguage"] = query.language
        if until:
            # The end is not said to be included; a second more makes sure that it is.
            parameters["publishedBefore"] = stamp(until + timedelta(seconds=1))
        if page:
            parameters["pageToken"] = page
        answer = self._ask("search", "search", parameters, tries)
        videos, malformed = [], 0
        now = self._now()
        for item in answer["items"]:
            try:
                videos.append(_found(item, query.name, now))
            except items.Malformed:
                malformed += 1
        token = answer.get("nextPageToken")
        return SearchPage(tuple(videos), malformed, token if isinstance(token, str) and token else None)

    def details(self, videos: Iterable[Video]) -> Lookup:
        """What YouTube has of the given videos now. 50 ids cost one unit.

        Raises SourceError; NoCallsLeft when no key has a unit left.
        """
        named: dict[str, list[Video]] = {}
        for video in videos:
            named.setdefault(video.video_id, []).append(video)
        found: list[Video] = []
        gone: set[str] = set()
        for some in batched(named, PAGE):
            there, missing = self._looked_up(some)
            now = self._now()
            found += (_detailed(video, item, now) for video_id, item in there.items() for video in named[video_id])
            gone |= missing
        return Lookup(tuple(found), frozenset(gone))

    def uploads(self, channel_id: str) -> list[Upload]:
        """A channel's latest 50 uploads that can be seen, roughly newest first. They cost one unit.

        Raises SourceError: ChannelGone where there is no such channel, NoCallsLeft when no key has a unit left.
        """
        parameters = {
            "part": "snippet,contentDetails",
            "playlistId": playlist_of(channel_id),
            "maxResults": str(PAGE),
        }
        return list(uploads(self._ask("default", "playlistItems", parameters, TRIES)["items"], self._now()))

    def _looked_up(self, video_ids: Sequence[str]) -> tuple[dict[str, Mapping[str, Any]], set[str]]:
        """The items of at most 50 videos by id, and which of these are gone."""
        control = (CONTROL,) if len(video_ids) < PAGE else ()
        parameters = {
            "part": "snippet,contentDetails,statistics,status,player,liveStreamingDetails",
            "id": ",".join((*video_ids, *control)),
            "maxResults": str(PAGE),
            # Without a side given, YouTube does not say the other one.
            "maxHeight": str(PLAYER_HEIGHT),
        }
        answer = self._ask("default", "videos", parameters, TRIES)
        results = [items.mapping(each) for each in answer["items"]]
        named = {each["id"]: each for each in results if isinstance(each.get("id"), str)}
        if not named and not control:
            # It would be odd if all were gone; with the control beside them it would be sure.
            half = len(video_ids) // 2
            (there, missing), (more, others) = self._looked_up(video_ids[:half]), self._looked_up(video_ids[half:])
            return there | more, missing | others
        there = {each: named[each] for each in video_ids if each in named and _playable(named[each])}
        total = items.count(items.mapping(answer.get("pageInfo")).get("totalResults")) or 0
        # What only a part of an answer leaves out may be there.
        whole = named and len(named) == len(results) >= total
        return there, set(video_ids) - there.keys() if whole else set()

    def _ask(self, bucket: Bucket, path: str, parameters: Mapping[str, str], tries: int) -> dict[str, Any]:
        failures, began = 0, self._now()
        while True:
            key = self._ring.charge(bucket)
            self.calls[bucket] += 1
            try:
                return self._get(key, path, parameters)
            except DailyLimit as error:
                self._ring.exhaust(key, bucket, str(error))
            except NoQuota as error:
                self._ring.disable(key, str(error), bucket)
            except KeyRejected as error:
                self._ring.disable(key, str(error), "search", "default")
                self._ring.reread()
            except (TooFast, SourceUnavailable):
                failures += 1
                if failures >= tries or self._now() - began > PATIENCE:
                    raise
                self._sleep(random.uniform(PAUSE / 4, PAUSE))

    def _get(self, key: Key, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        headers = {"X-Goog-Api-Key": key.value, "Accept": "application/json"}
        found = asking.get(self._session, f"{self._url}/{path}", parameters, headers, TIMEOUT)
        if found.status != 200:
            raise _without(key, meaning(found.status, found.body))
        try:
            answer = json.loads(found.body)
        except (ValueError, RecursionError):
            raise SourceUnavailable("the answer is not JSON") from None
        if not isinstance(answer, dict):
            raise SourceUnavailable("the answer is not an object")
        # An answer without results may leave the list out.
        results = answer.get("items", [] if answer.get("kind") == LIST_KINDS[path] else None)
        if not isinstance(results, list):
            raise SourceUnavailable("the answer has no list of items")
        return answer | {"items": results}


def _without(key: Key, error: SourceError) -> SourceError:
    return type(error)(str(error).replace(key.value, "…"))


def _found(item: Any, query: str, now: datetime) -> Video:
    """The video of a search result, whose titles are escaped as HTML. Raises Malformed."""
    fetched_at = stamp(now)
    snippet = items.mapping(items.mapping(item).get("snippet"))
    return _with_snippet(
        Video(
            video_id=items.video_id(items.mapping(items.mapping(item).get("id")).get("videoId")),
            query=query,
            published_at=items.time(snippet.get("publishedAt"), now),
            fetched_at=fetched_at,
            first_seen_at=fetched_at,
            title=html.unescape(items.text(snippet.get("title"), items.TITLE_LENGTH)),
        ),
        snippet,
    )


def _detailed(video: Video, item: Mapping[str, Any], now: datetime) -> Video:
    """The video with what videos.list says of it. What it says to be empty is empty; what it does not say stays."""
    snippet = items.mapping(item.get("snippet"))
    content = items.mapping(item.get("contentDetails"))
    statistics = items.mapping(item.get("statistics"))
    status = items.mapping(item.get("status"))
    live = items.mapping(item.get("liveStreamingDetails"))
    player = items.mapping(item.get("player"))
    try:
        published_at = items.time(snippet.get("publishedAt"), now)
    except items.Malformed:
        published_at = video.published_at
    found = _with_snippet(video, snippet)
    return replace(
        found,
        title=items.said(snippet.get("title"), items.TITLE_LENGTH, video.title),
        published_at=published_at,
        duration_seconds=duration(content["duration"]) if "duration" in content else video.duration_seconds,
        published_at_exact=True,
        source="youtube",
        fetched_at=stamp(now),
        detailed=True,
        view_count=items.count(statistics.get("viewCount")) if statistics else video.view_count,
        like_count=items.count(statistics.get("likeCount")) if statistics else video.like_count,
        comment_count=items.count(statistics.get("commentCount")) if statistics else video.comment_count,
        embeddable=items.truth(status.get("embeddable"), video.embeddable),
        made_for_kids=items.truth(status.get("madeForKids"), video.made_for_kids),
        vertical=_vertical(player, video.vertical),
        starts_at=items.any_time(live.get("scheduledStartTime")) if found.live == "upcoming" else None,
    )


def _playable(item: Mapping[str, Any]) -> bool:
    """Whether a video's item is that of one that can be watched."""
    return items.mapping(item.get("status")).get("uploadStatus") not in GONE_STATES


def _vertical(player: Mapping[str, Any], unsaid: bool | None) -> bool | None:  # noqa: FBT001 - what is kept
    """Whether the player is taller than wide; `unsaid` where its sides are not said."""
    width, height = items.count(player.get("embedWidth")), items.count(player.get("embedHeight"))
    return height > width if width and height else unsaid


def _with_snippet(video: Video, snippet: Mapping[str, Any]) -> Video:
    """What both kinds of answer say in the same way."""
    thumbnails = snippet.get("thumbnails")
    live: Live = next((state for state in LIVE_STATES if state == snippet.get("liveBroadcastContent")), video.live)
    return replace(
        video,
        description=items.said(snippet.get("description"), items.DESCRIPTION_LENGTH, video.description),
        channel_id=items.channel_id(snippet.get("channelId")) or video.channel_id,
        channel_title=items.said(snippet.get("channelTitle"), items.TITLE_LENGTH, video.channel_title),
        thumbnails=items.thumbnails(thumbnails.items()) if isinstance(thumbnails, Mapping) else video.thumbnails,
        live=live,
    )


def duration(text: Any) -> int | None:
    """Seconds of an ISO 8601 duration such as `PT4M13S` or `P1DT2H`; None for none or an improper one.

    A live video that still runs has `P0D`: its length is not known.
    """
    shape = r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?"
    match = re.fullmatch(shape, text, re.ASCII) if isinstance(text, str) else None
    if not match:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds or None
