"""The sample upstream: a stand-in for YouTube's Data API v3, with its pages, lag, quotas and errors.

It answers the part of `search.list`, `videos.list` and `playlistItems.list` that newsreel uses, as recorded answers
show them and as https://developers.google.com/youtube/v3/docs describes them; of playlists it has the channels'
uploads. Time comes from a function, so that tests can live through a day in a second.
"""

import base64
import json
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from local.catalogue import Catalogue, Clip
from local.playlist import playlist
from local.upstream_items import details, etag, playlist_item, search_result

type Bucket = Literal["search", "default"]

RESULTS_AT_MOST = 500
"""How far a search can be paged, whatever it found."""
PLAYLIST_AT_MOST = 20_000
"""How many videos a playlist shows."""
PACIFIC = ZoneInfo("America/Los_Angeles")

FIRST_AT = datetime(2005, 4, 24, 3, 31, 52, tzinfo=UTC)
FIRST = {"jNQXAC9IVRw": Clip("jNQXAC9IVRw", FIRST_AT, FIRST_AT, title="Me at the zoo", channel_title="jawed")}
"""YouTube's first video, which is there whatever else is; searches do not find it."""
_ROUTES = Map(
    [
        Rule("/youtube/v3/search", endpoint="search", methods=["GET"]),
        Rule("/youtube/v3/videos", endpoint="videos", methods=["GET"]),
        Rule("/youtube/v3/playlistItems", endpoint="playlistItems", methods=["GET"]),
    ]
)
_BUCKETS: dict[str, Bucket] = {"search": "search", "videos": "default", "playlistItems": "default"}
_QUOTAS = {
    "search": ("Search Queries", "defaultSearchListPerDayPerProject", "youtube.googleapis.com/search_list"),
    "default": ("Queries", "defaultPerDayPerProject", "youtube.googleapis.com/default"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one key may spend in a Pacific day."""

    search: int = 100
    default: int = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached the upstream."""

    at: datetime
    bucket: Bucket
    endpoint: str
    """The last part of its path."""
    key: str
    parameters: Mapping[str, str] = field(default_factory=dict)


class Upstream:
    """The WSGI app.

    catalogue: the videos that exist.
    now: the present moment, with a zone.
    limits: what each key may spend.
    limits_of: keys whose limits differ.
    keys: those that are valid; None: any.
    fault: asked at every call with a valid key, after it is charged; what it returns is answered instead.

    `calls` holds every call that carried a key, in order of arrival.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        now: Callable[[], datetime],
        *,
        limits: Limits | None = None,
        limits_of: Mapping[str, Limits] | None = None,
        keys: Iterable[str] | None = None,
        fault: Callable[[Call], Response | None] | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.now = now
        self.limits = limits or Limits()
        self.limits_of = dict(limits_of or {})
        self.keys = None if keys is None else set(keys)
        self.fault = fault
        self.calls: list[Call] = []
        self._spent: Counter[tuple[str, Bucket, date]] = Counter()
        self._lock = threading.Lock()
        self._endpoints = {"search": self._search, "videos": self._videos, "playlistItems": self._playlist_items}

    def spent(self, key: str, bucket: Bucket, day: date) -> int:
        """What a key has spent of a bucket on a Pacific day, refused calls not counted."""
        return self._spent[key, bucket, day]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request."""
        request = Request(environ)
        try:
            endpoint, _ = _ROUTES.bind_to_environ(environ).match()
        except HTTPException as error:
            return error(environ, start_response)
        return self._answer(endpoint, request)(environ, start_response)

    def _answer(self, endpoint: str, request: Request) -> Response:
        key = request.headers.get("X-Goog-Api-Key") or request.args.get("key")
        if not key:
            return error(
                403,
                "Method doesn't allow unregistered callers (callers without established identity). "
                "Please use API Key or other form of API consumer identity to call this API.",
                "forbidden",
                status="PERMISSION_DENIED",
            )
        call = Call(self.now().astimezone(UTC), _BUCKETS[endpoint], endpoint, key, request.args.to_dict())
        with self._lock:
            self.calls.append(call)
        if self.keys is not None and key not in self.keys:
            message = "API key not valid. Please pass a valid API key."
            return error(400, message, "badRequest", status="INVALID_ARGUMENT", detail="API_KEY_INVALID")
        if refusal := self._charge(call):
            return refusal
        if self.fault and (answer := self.fault(call)):
            return answer
        try:
            return self._endpoints[endpoint](call)
        except _Refused as refused:
            return refused.answer

    def _charge(self, call: Call) -> Response | None:
        local = call.at.astimezone(PACIFIC)
        limit: int = getattr(self.limits_of.get(call.key, self.limits), call.bucket)
        with self._lock:
            if self._spent[call.key, call.bucket, local.date()] < limit:
                self._spent[call.key, call.bucket, local.date()] += 1
                return None
        name, quota_limit, metric = _QUOTAS[call.bucket]
        project = zlib.crc32(call.key.encode())
        midnight = datetime.combine(local.date(), time(), PACIFIC)
        return error(
            429,
            f"Quota exceeded for quota metric '{name}' and limit '{name} per day' of service "
            f"'youtube.googleapis.com' for consumer 'project_number:{project}'.",
            "rateLimitExceeded",
            status="RESOURCE_EXHAUSTED",
            detail="RATE_LIMIT_EXCEEDED",
            quota_location="global",
            window_start_time=str(int(midnight.timestamp())),
            quota_limit=quota_limit,
            consumer=f"projects/{project}",
            quota_unit="1/d/{project}",
            quota_metric=metric,
            quota_limit_value=str(limit),
        )

    def _search(self, call: Call) -> Response:
        asked = call.parameters
        _require(asked, "part")
        since = _moment(asked["publishedAfter"]) if "publishedAfter" in asked else None
        until = _moment(asked["publishedBefore"]) if "publishedBefore" in asked else call.at + timedelta(days=1)
        window = _window(asked, RESULTS_AT_MOST)
        found = self.catalogue.search(asked.get("q", ""), since, until, call.at)
        found = sorted(found, key=_rough_time, reverse=True)[:RESULTS_AT_MOST]
        page = found[window]
        return _json(
            {
                "kind": "youtube#searchListResponse",
                "etag": etag(call.at.isoformat(), *(clip.video_id for clip in page)),
                **_next_page(window, len(found)),
                "regionCode": "US",
                "pageInfo": {"totalResults": 1_000_000 if found else 0, "resultsPerPage": len(page)},
                "items": [search_result(clip) for clip in page],
            }
        )

    def _videos(self, call: Call) -> Response:
        _require(call.parameters, "part", "id")
        ids = call.parameters["id"].split(",")
        if len(ids) > 50:
            message = "The request specifies an invalid filter parameter."
            return error(400, message, "invalidFilters", domain="youtube.parameter", location="id")
        parts = call.parameters["part"].split(",")
        clips = [clip for video_id in ids if (clip := self.catalogue.find(video_id, call.at) or FIRST.get(video_id))]
        return _json(
            {
                "kind": "youtube#videoListResponse",
                "etag": etag(*ids),
                "items": [details(clip, parts) for clip in clips],
                "pageInfo": {"totalResults": len(clips), "resultsPerPage": len(clips)},
            }
        )

    def _playlist_items(self, call: Call) -> Response:
        asked = call.parameters
        _require(asked, "part", "playlistId")
        window = _window(asked, PLAYLIST_AT_MOST)
        playlist_id = asked["playlistId"]
        channel_id = f"UC{playlist_id.removeprefix('UU')}"
        uploads = self.catalogue.uploads(channel_id, call.at) if playlist_id.startswith("UU") else None
        if uploads is None:
            message = "The playlist identified with the request's <code>playlistId</code> parameter cannot be found."
            domain = "youtube.playlistItem"
            return error(404, message, "playlistNotFound", domain=domain, location="playlistId")
        listed = playlist(channel_id, uploads, call.at)[:PLAYLIST_AT_MOST]
        parts = asked["part"].split(",")
        items = [playlist_item(upload, place, parts) for place, upload in list(enumerate(listed))[window]]
        return _json(
            {
                "kind": "youtube#playlistItemListResponse",
                "etag": etag(*(item["etag"] for item in items)),
                **_next_page(window, len(listed)),
                "items": items,
                "pageInfo": {"totalResults": len(listed), "resultsPerPage": window.stop - window.start},
            }
        )


class _Refused(Exception):
    """A request that cannot be answered; this is what is said instead."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def error(
    code: int,
    message: str,
    reason: str,
    *,
    domain: str = "global",
    status: str | None = None,
    location: str | None = None,
    detail: str | None = None,
    **metadata: str,
) -> Response:
    """An error body as Google's APIs make it; `detail` is the reason of its ErrorInfo, with that metadata."""
    inner = {"message": message, "domain": domain, "reason": reason}
    if location:
        inner |= {"location": location, "locationType": "parameter"}
    body: dict[str, Any] = {"code": code, "message": message, "errors": [inner]}
    if status:
        body["status"] = status
    if detail:
        body["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": detail,
                "domain": "googleapis.com",
                "metadata": {"service": "youtube.googleapis.com", **metadata},
            }
        ]
    return _json({"error": body}, code)


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return Response(text, status, content_type="application/json; charset=UTF-8")


def _rough_time(clip: Clip) -> datetime:
    """The time by which results are ordered: for one in seven it is some minutes off."""
    chance = zlib.crc32(clip.video_id.encode())
    return clip.published_at + (timedelta(seconds=chance % 300 - 150) if chance % 7 == 0 else timedelta())


def _require(asked: Mapping[str, str], *names: str) -> None:
    for name in names:
        if not asked.get(name):
            message = f"Required parameter: {name}"
            refusal = error(400, message, "missingRequiredParameter", domain="youtube.parameter", location=name)
            raise _Refused(refusal)


def _window(asked: Mapping[str, str], results: int) -> slice:
    """Which results a request is for, of so many at most."""
    try:
        size = int(asked.get("maxResults", "5"))
    except ValueError:
        raise _Refused(_invalid_argument()) from None
    if not 0 <= size <= 50:
        message = f"Invalid value '{size}'. Values must be within the range: [0, 50]"
        raise _Refused(error(400, message, "invalidParameter", location="maxResults"))
    try:
        start = _offset(asked["pageToken"], results) if "pageToken" in asked else 0
    except ValueError:
        message = "The request specifies an invalid page token."
        refusal = error(400, message, "invalidPageToken", domain="youtube.parameter", location="pageToken")
        raise _Refused(refusal) from None
    return slice(start, start + size)


def _next_page(window: slice, count: int) -> dict[str, str]:
    return {"nextPageToken": _page_token(window.stop)} if 0 < window.stop < count else {}


def _page_token(offset: int) -> str:
    """The shape of YouTube's own: a protocol buffer with the offset as its first field."""
    return base64.urlsafe_b64encode(b"\x08" + offset.to_bytes(2) + b"\x10\x00").decode().rstrip("=")


def _offset(token: str, results: int) -> int:
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    offset = int.from_bytes(raw[1:3])
    if _page_token(offset) != token or offset >= results:
        raise ValueError("not a token of this service")
    return offset


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _Refused(_invalid_argument()) from None
    if moment.tzinfo is None:
        raise _Refused(_invalid_argument())
    return moment


def _invalid_argument() -> Response:
    return error(400, "Request contains an invalid argument.", "badRequest", status="INVALID_ARGUMENT")
