"""An API of videos in memory, for what the real one cannot be made to show at will: masses, malice and failures."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from newsreel.web.dashboard import page

DASHBOARD = Path(__file__).parents[2] / "functions" / "api" / "dashboard"
PROBLEM = "application/problem+json"

type Json = dict[str, Any]
type StartResponse = Callable[[str, list[tuple[str, str]]], object]


def stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def video(number: int, published: datetime, **changes: Any) -> Json:
    """A video like those of the API; `changes` overrides any part."""
    video_id = changes.get("video_id", f"v{number:010d}")
    picture = f"https://i.ytimg.com/vi/{video_id}"
    return {
        "video_id": video_id,
        "query": "cricket",
        "url": f"https://www.youtube.com/watch?v={video_id}",
        "title": f"Video number {number}",
        "description": f"What video {number} is about.\nIn two lines.",
        "channel_id": f"UC{number % 12:022d}",
        "channel_title": f"Channel {number % 12}",
        "thumbnails": {
            "default": {"url": f"{picture}/default.jpg", "width": 120, "height": 90},
            "medium": {"url": f"{picture}/mqdefault.jpg", "width": 320, "height": 180},
            "high": {"url": f"{picture}/hqdefault.jpg", "width": 480, "height": 360},
        },
        "published_at": stamp(published),
        "published_at_exact": True,
        "duration_seconds": 30 + number * 7 % 4000,
        "starts_at": None,
        "vertical": False,
        "embeddable": True,
        "made_for_kids": False,
        "view_count": number * 1000,
        "like_count": number * 10,
        "comment_count": number,
        "live": "none",
        "source": "youtube",
        "first_seen_at": stamp(published + timedelta(seconds=40)),
        "fetched_at": stamp(published + timedelta(seconds=40)),
        "refreshed_at": None,
    } | changes


def videos(count: int, *, query: str = "cricket", until: datetime | None = None) -> list[Json]:
    """`count` videos, one a minute, newest first."""
    until = until or datetime.now(UTC)
    return [video(count - age, until - timedelta(minutes=age, seconds=20), query=query) for age in range(count)]


@dataclass
class PretendApi:
    """A WSGI app. Change its fields while it is served, to change what it answers."""

    videos: list[Json]
    """Newest first."""
    queries: list[str] = field(default_factory=lambda: ["cricket", "chess", "solar eclipse"])
    problems: list[Json] = field(default_factory=list)
    prefix: str = ""
    bounded: int = 10_000
    """How many videos of a query a page looks at, at most."""
    failing: dict[str, tuple[str, Json | str]] = field(default_factory=dict)
    """By path, or by path and a part of the query string: the status line and body sent instead."""
    requests: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path, asked = environ["PATH_INFO"].removeprefix(self.prefix) or "/", environ["QUERY_STRING"]
        self.requests.append(f"{path}?{asked}" if asked else path)
        if path == "/":
            document = page(DASHBOARD, "local")
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *document.headers.items()])
            return [document.body.encode()]
        status, answer = self._failure(path, asked) or self._answer(path, parse_qs(asked))
        body = answer if isinstance(answer, str) else json.dumps(answer)
        kind = "text/html" if isinstance(answer, str) else PROBLEM if status[0] != "2" else "application/json"
        start_response(status, [("Content-Type", kind), ("Cache-Control", "no-cache")])
        return [body.encode()]

    def _failure(self, path: str, asked: str) -> tuple[str, Json | str] | None:
        for key, failure in self.failing.items():
            route, _, part = key.partition("?")
            if route == path and part in asked:
                return failure
        return None

    def _answer(self, path: str, asked: dict[str, list[str]]) -> tuple[str, Json]:
        wanted = {name: values[0] for name, values in asked.items()}
        if path == "/videos":
            return self._page(wanted)
        if path == "/status":
            return "200 OK", self._status()
        found = [video for video in self.videos if path == f"/videos/{video['video_id']}"]
        return ("200 OK", found[0]) if found else ("404 Not Found", {"status": 404, "detail": "No such video."})

    def _page(self, wanted: dict[str, str]) -> tuple[str, Json]:
        query = wanted.get("query", self.queries[0])
        if query not in self.queries:
            return "404 Not Found", {"status": 404, "detail": f"{query} is not watched."}
        of_query = [video for video in self.videos if video["query"] == query]
        if wanted.get("order") == "oldest":
            of_query.reverse()
        start, size = int(wanted.get("cursor", "0")), int(wanted.get("page_size", "10"))
        found: list[Json] = []
        end = start
        for video in of_query[start : start + self.bounded]:
            if len(found) == size:
                break
            end += 1
            if _fits(video, wanted):
                found.append(video)
        cursor = str(end) if end < len(of_query) else None
        return "200 OK", {"videos": found, "next_cursor": cursor, "prev_cursor": None}

    def _status(self) -> Json:
        now = datetime.now(UTC)
        return {
            "healthy": not self.problems,
            "checked_at": stamp(now),
            "problems": self.problems,
            "pacing": "budget",
            "poll_interval_seconds": 10,
            "sources": {
                "youtube": {
                    "usable_keys": 1,
                    "keys": [{"key": "5f3a", "usable": True, "problem": None}],
                    "search_calls_left": 9876,
                    "units_left": 1_000_000,
                    "resets_at": stamp(now.replace(hour=8, minute=0, second=0) + timedelta(days=1)),
                },
                "invidious": {"instances": []},
            },
            "refreshes": {
                "last_at": None,
                "next_at": None,
                "problem": None,
                "short_of_units_since": None,
                "today": {"asked": 0, "changed": 0, "gone": 0, "units": 0},
            },
            "queries": [self._query(query, now) for query in self.queries],
        }

    def _query(self, query: str, now: datetime) -> Json:
        times = sorted(video["first_seen_at"] for video in self.videos if video["query"] == query)
        hour = now.replace(minute=0, second=0)
        hours = [stamp(hour - timedelta(hours=23 - number)) for number in range(25)]
        return {
            "query": query,
            "late_finds": {"looks": 0, "found": 0, "oldest_seconds": None, "sweep_age_seconds": 21_600},
            "state": "failing" if self.problems and query == self.queries[0] else "ok",
            "problem": None,
            "last_poll_at": stamp(now - timedelta(seconds=6)),
            "last_success_at": stamp(now - timedelta(seconds=6)),
            "next_poll_at": stamp(now + timedelta(seconds=5)),
            "last_poll": {"at": stamp(now), "source": "youtube", "outcome": "ok", "seen": 50, "new": 2, "calls": 1},
            "newest_video": None,
            "complete_until": stamp(now),
            "gaps": 0,
            "arrivals": [sum(start <= time < end for time in times) for start, end in pairwise(hours)],
        }


def _fits(video: Json, wanted: dict[str, str]) -> bool:
    """Whether a listing's filters let a video through."""
    words = wanted.get("search", "").casefold().split()
    return (
        wanted.get("channel_id") in (None, video["channel_id"])
        and wanted.get("live") in (None, video["live"])
        and wanted.get("published_after", "") <= video["published_at"] < wanted.get("published_before", "9")
        and all(word in f"{video['title']} {video['channel_title']}".casefold() for word in words)
    )
