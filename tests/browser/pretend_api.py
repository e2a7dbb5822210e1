"""An API of videos in memory, for what the real one cannot be made to show at will: masses, malice and failures."""

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from newsreel.errors import InvalidParameters
from newsreel.watched import WatchedQuery, read_name, read_settings
from newsreel.web import shown
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
        "query": changes.get("query", "cricket"),
        "queries": [changes.get("query", "cricket")],
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
    settings: dict[str, WatchedQuery] = field(default_factory=dict)
    """Of the queries that were changed."""
    removed: list[str] = field(default_factory=list)
    """The requests that removed a query."""
    search_calls: int | None = 100
    """Of the one key, a day; None: it is not usable."""
    pacing: str = "budget"
    queries_at_most: int = 1000
    password: str = ""
    """Of the user `editor`, who alone may change queries; empty: everyone may."""
    lag: bool = False
    """Whether readers are told what was watched before the first change."""
    before: list[str] | None = None
    """What that was."""

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path, asked = environ["PATH_INFO"].removeprefix(self.prefix) or "/", environ["QUERY_STRING"]
        self.requests.append(f"{path}?{asked}" if asked else path)
        if path == "/":
            document = page(DASHBOARD, "local")
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *document.headers.items()])
            return [document.body.encode()]
        headers: dict[str, str] = {}
        failure = self._failure(path, asked)
        if failure:
            status, answer = failure
        elif path.startswith("/queries/"):
            # WSGI hands bytes over as Latin-1.
            status, answer, headers = self._query_request(path[9:].encode("latin-1").decode(), asked, environ)
        else:
            status, answer = self._answer(path, parse_qs(asked))
        body = answer if isinstance(answer, str) else json.dumps(answer)
        kind = "text/html" if isinstance(answer, str) else PROBLEM if status[0] != "2" else "application/json"
        start_response(status, [("Content-Type", kind), ("Cache-Control", "no-cache"), *headers.items()])
        return [body.encode()]

    def change(self, name: str, **settings: Any) -> None:
        """Change a query, or watch it, as another editor would."""
        former = self._watched(name)
        self.settings[name] = WatchedQuery(
            **({"search": name} | settings), name=name, version=former.version + 1, place=former.place
        )
        if name not in self.queries:
            self.queries.append(name)

    def remove(self, name: str) -> None:
        """Remove a query, as another editor would."""
        self.queries.remove(name)
        # A version never comes twice.
        self.settings[name] = self._watched(name)._replace(version=self._watched(name).version + 1)

    def _watched(self, name: str) -> WatchedQuery:
        return self.settings.get(name) or WatchedQuery(name, name, version=1)

    def _query_request(self, raw: str, asked: str, environ: dict[str, Any]) -> tuple[str, Json | str, dict[str, str]]:
        method, tag = environ["REQUEST_METHOD"], environ.get("HTTP_IF_MATCH")
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        failure = self.failing.get(f"{method} /queries")
        if failure:
            return *failure, {}
        if method != "GET" and self.password and not self._is_editor(environ):
            return "401 Unauthorized", {"status": 401}, {"WWW-Authenticate": 'Basic realm="newsreel"'}
        try:
            name, settings = read_name(raw), read_settings(json.loads(body or b"{}"))
        except InvalidParameters as error:
            faults = [
                {"parameter": each.parameter, "value": each.value, "detail": each.problem} for each in error.faults
            ]
            return "400 Bad Request", {"status": 400, "detail": str(error), "errors": faults}, {}
        there = name in self.queries
        refusals = {
            "412 Precondition Failed": tag and (not there or tag != f'"{self._watched(name).version}"'),
            "404 Not Found": method != "PUT" and not there,
            "409 Conflict": method == "PUT" and not there and len(self.queries) >= self.queries_at_most,
            "428 Precondition Required": method != "GET" and there and not tag,
        }
        for status, holds in refusals.items():
            if holds:
                return status, {"status": int(status[:3]), "detail": f"{status}: {name}"}, {}
        if method != "GET" and self.before is None:
            self.before = list(self.queries)
        if method == "DELETE":
            self.removed.append(f"{name}?{asked}" if asked else name)
            self.remove(name)
            return "204 No Content", "", {}
        if method == "PUT":
            self.change(name, **settings)
        known = self._watched(name)
        status = "201 Created" if method == "PUT" and not there else "200 OK"
        return status, dict(shown.query_settings(known)), {"ETag": f'"{known.version}"'}

    def _is_editor(self, environ: dict[str, Any]) -> bool:
        wanted = b64encode(f"editor:{self.password}".encode()).decode()
        return bool(environ.get("HTTP_AUTHORIZATION") == f"Basic {wanted}")

    @property
    def told(self) -> list[str]:
        """What readers are told to be watched."""
        return self.before if self.lag and self.before is not None else self.queries

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
        query = wanted.get("query") or next(iter(self.told), "")
        if query not in self.told and not (query == "*" and self.told):
            return "404 Not Found", {"status": 404, "detail": f"{query} is not watched."}
        order = wanted.get("order", "newest")
        of_query = self._listed(self.told if query == "*" else [query])
        as_of = None
        if order == "oldest":
            of_query.reverse()
        elif order in {"longest", "shortest"}:
            of_query = [video for video in of_query if video["duration_seconds"] is not None]
            of_query.sort(key=lambda video: video["duration_seconds"], reverse=order == "longest")
        elif order == "views" and of_query:
            as_of = of_query[0]["published_at"]
            of_query.sort(key=lambda video: video["view_count"] or 0, reverse=True)
            del of_query[500:]
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
        return "200 OK", {"videos": found, "next_cursor": cursor, "prev_cursor": None, "as_of": as_of}

    def _listed(self, queries: list[str]) -> list[Json]:
        """The videos of these queries that no block list keeps away, each once, with the queries that found it."""
        watched = {query: self._watched(query) for query in queries}
        first: dict[str, Json] = {}
        found_by: dict[str, list[str]] = defaultdict(list)
        for video in self.videos:
            query = video["query"]
            if query not in watched or _blocked(video, watched[query]):
                continue
            first.setdefault(video["video_id"], video)
            found_by[video["video_id"]].append(query)
        # A copy of each of ten thousand videos would take longer than the rest.
        found = [
            video if video["queries"] == found_by[video_id] else video | {"queries": found_by[video_id]}
            for video_id, video in first.items()
        ]
        return sorted(found, key=lambda video: str(video["published_at"]), reverse=True)

    def _status(self) -> Json:
        now = datetime.now(UTC)
        return {
            "healthy": not self.problems,
            "checked_at": stamp(now),
            "problems": self.problems,
            "pacing": self.pacing,
            "poll_interval_seconds": 10,
            "sources": {
                "youtube": {
                    "usable_keys": int(self.search_calls is not None),
                    "keys": [
                        {
                            "key": "5f3a",
                            "usable": self.search_calls is not None,
                            "problem": None,
                            "search": {"spent": 0, "left": self.search_calls or 0, "limit": self.search_calls or 0},
                        }
                    ],
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
            "removals": [],
            "targets": [],
            "queries": [self._query(query, now) for query in self.told],
        }

    def _query(self, query: str, now: datetime) -> Json:
        times = sorted(video["published_at"] for video in self.videos if video["query"] == query)
        hour = now.replace(minute=0, second=0)
        hours = [stamp(hour - timedelta(hours=23 - number)) for number in range(25)]
        return {
            "query": query,
            "settings": dict(shown.query_settings(self._watched(query))),
            "late_finds": {"looks": 0, "found": 0, "oldest_seconds": None, "sweep_age_seconds": 21_600},
            "state": "paused"
            if self._watched(query).paused
            else "failing"
            if self.problems and query == self.queries[0]
            else "ok",
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


def _has(video: Json, words: str) -> bool:
    """Whether a title or a channel has all these words."""
    return all(word in f"{video['title']} {video['channel_title']}".casefold() for word in words.casefold().split())


def _blocked(video: Json, query: WatchedQuery) -> bool:
    by_word = any(_has(video, words) for words in query.blocked_words)
    return by_word or video["channel_id"] in query.blocked_channels


def _fits(video: Json, wanted: dict[str, str]) -> bool:
    """Whether a listing's filters let a video through."""
    length = video["duration_seconds"]
    short = bool(video["vertical"]) and length is not None and length <= 180
    return (
        wanted.get("channel_id") in (None, video["channel_id"])
        and wanted.get("live") in (None, video["live"])
        and wanted.get("published_after", "") <= video["published_at"] < wanted.get("published_before", "9")
        and _has(video, wanted.get("search", ""))
        and not any(_has(video, word) for word in wanted.get("exclude", "").split())
        and wanted.get("shorts") in (None, "only" if short else "none")
        and ("min_duration" not in wanted or (length is not None and length >= int(wanted["min_duration"])))
        and ("max_duration" not in wanted or (length is not None and length <= int(wanted["max_duration"])))
    )
