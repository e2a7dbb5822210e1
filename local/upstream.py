"""The sample upstream: a stand-in for YouTube's Data API v3, with its pages, lag, quotas and errors.

It answers the part of `search.list` and `videos.list` that newsreel uses, as recorded answers show them and
as https://developers.google.com/youtube/v3/docs describes them. Time comes from a function, so that tests can
live through a day in a second.
"""

import base64
import hashlib
import html
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

type Bucket = Literal["search", "default"]

RESULTS_AT_MOST = 500
"""How far a search can be paged, whatever it found."""
DESCRIPTION_LENGTH = 141
PACIFIC = ZoneInfo("America/Los_Angeles")

FIRST_AT = datetime(2005, 4, 24, 3, 31, 52, tzinfo=UTC)
FIRST = {"jNQXAC9IVRw": Clip("jNQXAC9IVRw", FIRST_AT, FIRST_AT, title="Me at the zoo", channel_title="jawed")}
"""YouTube's first video, which is there whatever else is; searches do not find it."""
_ROUTES = Map(
    [
        Rule("/youtube/v3/search", endpoint="search", methods=["GET"]),
        Rule("/youtube/v3/videos", endpoint="videos", methods=["GET"]),
    ]
)
_BUCKETS: dict[str, Bucket] = {"search": "search", "videos": "default"}
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
        call = Call(self.now().astimezone(UTC), _BUCKETS[endpoint], key, request.args.to_dict())
        with self._lock:
            self.calls.append(call)
        if self.keys is not None and key not in self.keys:
            message = "API key not valid. Please pass a valid API key."
            return error(400, message, "badRequest", status="INVALID_ARGUMENT", detail="API_KEY_INVALID")
        if refusal := self._charge(call):
            return refusal
        if self.fault and (answer := self.fault(call)):
            return answer
        return self._search(call) if endpoint == "search" else self._videos(call)

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
        if "part" not in asked:
            return _missing("part")
        try:
            size = int(asked.get("maxResults", "5"))
            since = _moment(asked["publishedAfter"]) if "publishedAfter" in asked else None
            until = _moment(asked["publishedBefore"]) if "publishedBefore" in asked else call.at + timedelta(days=1)
        except ValueError:
            return error(400, "Request contains an invalid argument.", "badRequest", status="INVALID_ARGUMENT")
        if not 0 <= size <= 50:
            return error(
                400,
                f"Invalid value '{size}'. Values must be within the range: [0, 50]",
                "invalidParameter",
                location="maxResults",
            )
        try:
            start = _offset(asked["pageToken"]) if "pageToken" in asked else 0
        except ValueError:
            message = "The request specifies an invalid page token."
            return error(400, message, "invalidPageToken", domain="youtube.parameter", location="pageToken")
        found = self.catalogue.search(asked.get("q", ""), since, until, call.at)
        found = sorted(found, key=_rough_time, reverse=True)[:RESULTS_AT_MOST]
        page = found[start : start + size]
        body: dict[str, Any] = {
            "kind": "youtube#searchListResponse",
            "etag": _etag(call.at.isoformat(), *(clip.video_id for clip in page)),
        }
        if 0 < start + size < len(found):
            body["nextPageToken"] = _page_token(start + size)
        body |= {
            "regionCode": "US",
            "pageInfo": {"totalResults": 1_000_000 if found else 0, "resultsPerPage": len(page)},
            "items": [_search_result(clip) for clip in page],
        }
        return _json(body)

    def _videos(self, call: Call) -> Response:
        for name in ("part", "id"):
            if not call.parameters.get(name):
                return _missing(name)
        ids = call.parameters["id"].split(",")
        if len(ids) > 50:
            message = "The request specifies an invalid filter parameter."
            return error(400, message, "invalidFilters", domain="youtube.parameter", location="id")
        parts = call.parameters["part"].split(",")
        clips = [clip for video_id in ids if (clip := self.catalogue.find(video_id, call.at) or FIRST.get(video_id))]
        return _json(
            {
                "kind": "youtube#videoListResponse",
                "etag": _etag(*ids),
                "items": [_details(clip, parts) for clip in clips],
                "pageInfo": {"totalResults": len(clips), "resultsPerPage": len(clips)},
            }
        )


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


def _missing(parameter: str) -> Response:
    message = f"Required parameter: {parameter}"
    return error(400, message, "missingRequiredParameter", domain="youtube.parameter", location=parameter)


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return Response(text, status, content_type="application/json; charset=UTF-8")


def _search_result(clip: Clip) -> dict[str, Any]:
    snippet = _snippet(clip)
    if len(clip.description) > DESCRIPTION_LENGTH:
        # Cut at a word, the way recorded answers are.
        head = clip.description[: DESCRIPTION_LENGTH - 4]
        snippet["description"] = f"{head.rpartition(' ')[0] or head} ..."
    # YouTube writes the apostrophe in decimal.
    snippet["title"] = html.escape(clip.title).replace("&#x27;", "&#39;")
    snippet["publishTime"] = snippet["publishedAt"]
    return {
        "kind": "youtube#searchResult",
        "etag": _etag(clip.video_id),
        "id": {"kind": "youtube#video", "videoId": clip.video_id},
        "snippet": snippet,
    }


def _details(clip: Clip, parts: list[str]) -> dict[str, Any]:
    on_air = {"actualStartTime": _stamp(clip.published_at)}
    announced = {"scheduledStartTime": _stamp(clip.starts_at or clip.published_at + timedelta(hours=6))}
    views = zlib.crc32(clip.video_id.encode()) % 100_000 if clip.views is None else clip.views
    sides = {"embedHeight": "720", "embedWidth": "405" if clip.vertical else "1280"}
    every_part: dict[str, dict[str, Any]] = {
        "snippet": _snippet(clip) | {"categoryId": "17"},
        "contentDetails": {
            "duration": "P0D" if clip.live != "none" else _iso_duration(clip.duration_seconds),
            "dimension": "2d",
            "definition": "hd",
            "caption": "false",
        },
        "statistics": {"viewCount": str(views), "likeCount": str(views // 40)},
        "status": {
            "uploadStatus": "processed",
            "privacyStatus": "public",
            "embeddable": clip.embeddable,
            "madeForKids": clip.made_for_kids,
        },
        "player": {"embedHtml": f'<iframe src="//www.youtube.com/embed/{clip.video_id}"></iframe>', **sides},
    }
    if clip.live != "none":
        every_part["liveStreamingDetails"] = on_air if clip.live == "live" else announced
    shown = {name: value for name, value in every_part.items() if name in parts}
    return {"kind": "youtube#video", "etag": _etag(clip.video_id), "id": clip.video_id, **shown}


def _snippet(clip: Clip) -> dict[str, Any]:
    return {
        "publishedAt": _stamp(clip.published_at),
        "channelId": clip.channel_id,
        "title": clip.title,
        "description": clip.description,
        "thumbnails": dict(clip.thumbnails),
        "channelTitle": clip.channel_title,
        "liveBroadcastContent": clip.live,
    }


def _rough_time(clip: Clip) -> datetime:
    """The time by which results are ordered: for one in seven it is some minutes off."""
    chance = zlib.crc32(clip.video_id.encode())
    return clip.published_at + (timedelta(seconds=chance % 300 - 150) if chance % 7 == 0 else timedelta())


def _page_token(offset: int) -> str:
    """The shape of YouTube's own: a protocol buffer with the offset as its first field."""
    return base64.urlsafe_b64encode(b"\x08" + offset.to_bytes(2) + b"\x10\x00").decode().rstrip("=")


def _offset(token: str) -> int:
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    offset = int.from_bytes(raw[1:3])
    if _page_token(offset) != token or offset >= RESULTS_AT_MOST:
        raise ValueError("not a token of this service")
    return offset


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _iso_duration(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")


def _etag(*texts: str) -> str:
    digest = hashlib.blake2s("\n".join(texts).encode(), digest_size=20).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
