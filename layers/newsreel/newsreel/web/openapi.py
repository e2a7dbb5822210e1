"""The OpenAPI 3.1 document, made from the declared parameters and the answers' models.

Run when building (`make openapi`); the function serves the file.
"""

import json
import sys
import tomllib
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from newsreel.aws.attributes import packed
from newsreel.fields import Field
from newsreel.ids import VIDEO_ID
from newsreel.library.listing import Listing
from newsreel.library.looking import Row
from newsreel.library.page import Page
from newsreel.news.target import FIELDS
from newsreel.settings import QUERY_LENGTH_AT_MOST, TARGET_NAME_AT_MOST
from newsreel.watched import SETTINGS
from newsreel.web import answers, feed, json_feed, opml, shown, shown_news
from newsreel.web.access import CHALLENGE
from newsreel.web.answers import JSON, PROBLEM
from newsreel.web.parameters import FEED, FEED_SIZE, PAGE, QUERY, VIDEOS, PageRequest
from newsreel.web.request import Request
from newsreel.web.schemas import schemas

type Document = dict[str, Any]

PROJECT = "pyproject.toml"
"""In the checkout's root: the one place that says which version this is."""
ATOM = "application/atom+xml"
OPML = "text/x-opml"
HTML = "text/html"
ABOUT = """The latest YouTube videos for the searches that its operator watches, newest first.

* **Reading.** Paths answer `GET`, `HEAD` and `OPTIONS`, some `PUT` and `DELETE`; other methods are a 405 with `Allow`.
* **Who may read.** A private newsreel wants a password for everything but `/ping`: by HTTP Basic, with the user name
  `reader` or `editor`, or as a bearer token. Pages of one other site may read it with a password, if its operator names
  that site (CORS). A public one, and one on your own machine, wants none; pages of any site may read a public one.
* **Pages.** Follow `next_cursor`, or the `Link` header's `next`, until there is none: every video that was there at the
  start comes exactly once, in order, whatever arrives meanwhile.
* **Strict.** Unknown, repeated, empty or improper parameters are a 400 that lists every fault.
* **Errors** are `application/problem+json` (RFC 9457); `instance` is the request's id.
* **Caching.** Answers carry an `ETag`; send it as `If-None-Match` to get a 304 while nothing has changed.
* **Times** are UTC, `YYYY-MM-DDTHH:MM:SSZ`. Fields may be added to answers; none is taken away or changes its meaning.
"""

VIDEO: shown.Video = {
    "video_id": "dQw4w9WgXcQ",
    "query": "cricket",
    "queries": ["cricket"],
    "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "title": "The last over",
    "description": "Six balls, nine runs.",
    "channel_id": "UCxxxxxxxxxxxxxxxxxxxxxx",
    "channel_title": "Village Cricket",
    "thumbnails": {
        "medium": {"url": "https://i.ytimg.com/vi/dQw4w9WgXcQ/mqdefault.jpg", "width": 320, "height": 180},
    },
    "published_at": "2026-11-23T07:58:12Z",
    "published_at_exact": True,
    "duration_seconds": 253,
    "starts_at": None,
    "vertical": False,
    "embeddable": True,
    "made_for_kids": False,
    "view_count": 1204,
    "like_count": 96,
    "comment_count": None,
    "live": "none",
    "source": "youtube",
    "found_by": "search",
    "first_seen_at": "2026-11-23T07:58:31Z",
    "fetched_at": "2026-11-23T07:58:31Z",
    "refreshed_at": "2026-11-23T09:01:12Z",
}
LAST_POLL: shown.LastPoll = {
    "at": "2026-11-23T08:00:00Z",
    "source": "youtube",
    "outcome": "ok",
    "seen": 50,
    "new": 2,
    "calls": 1,
}
QUERY_SETTINGS: shown.QuerySettings = {
    "query": "cricket",
    "search": "cricket -football",
    "region": "IN",
    "language": None,
    "safe_search": "moderate",
    "min_interval_seconds": None,
    "weight": 1,
    "paused": False,
    "blocked_channels": [],
    "blocked_words": ["highlights"],
}
WATCHED_QUERY: shown.WatchedQuery = {
    "query": "cricket",
    "settings": QUERY_SETTINGS,
    "state": "ok",
    "problem": None,
    "last_poll_at": "2026-11-23T08:00:00Z",
    "last_success_at": "2026-11-23T08:00:00Z",
    "next_poll_at": "2026-11-23T08:00:10Z",
    "last_poll": LAST_POLL,
    "newest_video": {"video_id": "dQw4w9WgXcQ", "title": "The last over", "published_at": "2026-11-23T07:58:12Z"},
    "complete_until": "2026-11-23T08:00:00Z",
    "gaps": 0,
    "arrivals": [3, 0, 1, 2, 0, 0, 4, 2, 1, 0, 3, 5, 2, 2, 1, 0, 0, 1, 2, 3, 1, 0, 2, 2],
}
TARGET_SETTINGS: shown_news.TargetSettings = {
    "target": "team chat",
    "kind": "webhook",
    "queries": ["cricket"],
    "filters": {"search": "world cup", "min_duration": "240"},
    "language": "en",
    "digest": "each",
    "digest_hour": 8,
    "zone": "UTC",
    "paused": False,
}
TARGET_HEALTH: shown.TargetHealth = {
    "target": "team chat",
    "state": "ok",
    "problem": None,
    "failing_since": None,
    "last_told_at": "2026-11-23T07:58:33Z",
    "told": 1204,
    "next_turn_at": None,
    "tested_at": None,
    "test_problem": None,
}
WRITTEN_TARGET: shown_news.WrittenTarget = {**TARGET_SETTINGS, "secret": "4Jq0bXy2Qz3m7nJt5uVw8Yc1Rd6Se9Tf0Ug2Hh4Ii6k"}
NEWS: shown_news.News = {
    "id": "0c1d9e775f3a9b20",
    "type": "videos",
    "target": "team chat",
    "at": "2026-11-23T07:58:33Z",
    "videos": [VIDEO],
    "left_out": 0,
}
STATUS: shown.Status = {
    "healthy": False,
    "checked_at": "2026-11-23T08:00:05Z",
    "problems": [
        {
            "code": "key_disabled",
            "message": "1 of 2 API keys cannot search; key 0c1d9e77: the key is not valid.",
            "action": "Replace it in the secret, or mend it in the Google Cloud console and save the secret again.",
        }
    ],
    "pacing": "budget",
    "poll_interval_seconds": 10,
    "sources": {
        "youtube": {
            "usable_keys": 1,
            "search_calls_left": 62,
            "units_left": 9921,
            "resets_at": "2026-11-24T08:00:00Z",
            "keys": [
                {
                    "key": "5f3a9b20",
                    "usable": True,
                    "problem": None,
                    "search": {"spent": 38, "left": 62, "limit": 100},
                    "default": {"spent": 79, "left": 9921, "limit": 10000},
                },
                {
                    "key": "0c1d9e77",
                    "usable": False,
                    "problem": "the key is not valid",
                    "search": {"spent": 1, "left": 0, "limit": 100},
                    "default": {"spent": 0, "left": 0, "limit": 10000},
                },
            ],
        },
        "invidious": {"instances": []},
    },
    "refreshes": {
        "last_at": "2026-11-23T07:56:02Z",
        "next_at": "2026-11-23T08:01:02Z",
        "problem": None,
        "short_of_units_since": None,
        "today": {"asked": 1380, "changed": 1102, "gone": 12, "units": 41},
    },
    "tracking": {
        "switched": "on",
        "channels": 23,
        "last_at": "2026-11-23T07:59:48Z",
        "next_at": "2026-11-23T08:00:12Z",
        "problem": None,
        "today": {"looks": 1604, "units": 1611, "found": 14},
    },
    "targets": [TARGET_HEALTH],
    "removals": [{"query": "chess", "asked_at": "2026-11-23T07:40:00Z", "deleted": 1400, "done": True}],
    "queries": [
        {
            **WATCHED_QUERY,
            "late_finds": {"looks": 12, "found": 1, "oldest_seconds": 4210, "sweep_age_seconds": 19440},
            "tracking": {
                "state": "tracked",
                "channels": 23,
                "known_channels": 310,
                "videos": 702,
                "confirmed": 48,
                "judged": 50,
                "stopped_at": None,
            },
            "last_polls": [{**LAST_POLL, "malformed": 0, "units": 1, "problem": None}],
        }
    ],
}
CURSOR = "AQBPq6lvyDYAawOeIGRRdzR3OVdnWGNR"

QUERY_NAME = {
    "name": "query",
    "in": "path",
    "required": True,
    "description": "The query's name. Slashes in it are escaped, `%2F`, or not.",
    "schema": {"type": "string", "minLength": 1, "maxLength": QUERY_LENGTH_AT_MOST},
    "example": "cricket",
}
TARGET_NAME = {
    "name": "target",
    "in": "path",
    "required": True,
    "description": "The target's name, which has no slashes.",
    "schema": {"type": "string", "minLength": 1, "maxLength": TARGET_NAME_AT_MOST, "pattern": "^[^/]+$"},
    "example": "team chat",
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of what is to be changed, so that no one else's change is lost; or `*`.",
    "schema": {"type": "string"},
    "example": '"3"',
}
HEADERS = {
    "ETag": ("Names this state of the answer, for `If-None-Match`.", {"type": "string", "pattern": '^(W/)?"[^"]+"$'}),
    "Cache-Control": ("How long browsers and shared caches may keep the answer.", {"type": "string"}),
    "Vary": ("The answer comes compressed to those who accept it.", {"const": "Accept-Encoding"}),
    "Link": ("The URLs of the pages beside this one, `next` and `prev` (RFC 8288), if any.", {"type": "string"}),
    "Retry-After": ("After how many seconds to ask again.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("How to send the password.", {"const": CHALLENGE}),
    "Access-Control-Allow-Origin": ("The site whose pages may read the answer, if any.", {"type": "string"}),
}
NO_TARGET = "There is no such target."
OPTIONAL_HEADERS = ("Link", "Access-Control-Allow-Origin")


def document() -> Document:
    """The document."""
    return {
        "openapi": "3.1.1",
        "info": {"title": "newsreel", "version": version(), "summary": "The latest videos", "description": ABOUT},
        "servers": [{"url": "/"}],
        # One of these; a newsreel that is not private needs none.
        "security": [{"basic": []}, {"bearer": []}, {}],
        "tags": [
            {"name": "videos", "description": "What was found"},
            {"name": "polling", "description": "How it is being found"},
            {"name": "news", "description": "Who is told of it"},
            {"name": "documents", "description": "Pages for people, and this document"},
        ],
        "paths": _paths(),
        "webhooks": {"news": {"post": _webhook()}},
        "components": {
            "schemas": schemas()
            | {
                "NewSettings": _fields(SETTINGS, "Settings of a query. What is left out becomes the default."),
                "NewTarget": _fields(
                    FIELDS,
                    "Settings of a target. What is left out becomes the default, but for the kind and the address, "
                    "which a new target needs and one that is there keeps.",
                ),
            },
            "parameters": {
                "IfNoneMatch": {
                    "name": "If-None-Match",
                    "in": "header",
                    "description": "The `ETag` of the answer that you have: a 304 says that it is still valid.",
                    "schema": {"type": "string"},
                    "example": 'W/"0c1d9e775f3a9b2081"',
                }
            },
            "headers": {
                name: {"description": about, "required": name not in OPTIONAL_HEADERS, "schema": schema}
                for name, (about, schema) in HEADERS.items()
            },
            "responses": _responses(),
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic", "description": "The user name is `reader` or `editor`."},
                "bearer": {"type": "http", "scheme": "bearer", "description": "The password itself is the token."},
            },
        },
    }


def _paths() -> Document:
    video_id = {
        "name": "video_id",
        "in": "path",
        "required": True,
        "description": "The video's id, as YouTube has it.",
        "schema": {"type": "string", "pattern": f"^{VIDEO_ID}$"},
        "example": VIDEO["video_id"],
    }
    file = {
        "name": "file",
        "in": "path",
        "required": True,
        "description": "A file that the page at `/docs` names.",
        "schema": {"type": "string", "pattern": "^[a-z0-9-]+\\.(js|css)$"},
        "example": "start-0c1d9e775f3a.js",
    }
    page_example: shown.VideoPage = {"videos": [VIDEO], "next_cursor": CURSOR, "prev_cursor": None, "as_of": None}
    return {
        "/": _get("getDashboard", "documents", "The dashboard", _content(HTML), strict=False),
        "/ping": _get(
            "ping", "documents", "A sign of life", _content(JSON, "Pong", {"message": "Pong!"}), for_anybody=True
        ),
        "/videos": _get(
            "listVideos",
            "videos",
            "A page of a query's videos",
            _content(JSON, "VideoPage", page_example),
            [_parameter(each) for each in PAGE],
            missing="The query is not watched.",
            headers=_headers("Link"),
        ),
        "/videos/{video_id}": _get(
            "getVideo",
            "videos",
            "One video",
            _content(JSON, "Video", VIDEO),
            [
                video_id,
                _parameter(QUERY) | {"description": "As which query found it; by default the first that did."},
            ],
            missing="No such video is stored, or the query is not watched.",
        ),
        "/videos.atom": _get(
            "getFeed",
            "videos",
            "A page of a query's videos as an Atom feed",
            _content(ATOM, example=_feed()),
            [_parameter(each) for each in FEED],
            missing="The query is not watched.",
            about="RFC 4287, paged with `next` and `previous` as RFC 5005 has it; with Media RSS thumbnails.",
        ),
        "/videos.feed.json": _get(
            "getJsonFeed",
            "videos",
            "A page of a query's videos as a JSON Feed",
            _content(json_feed.TYPE, example=_json_feed()),
            [_parameter(each) for each in FEED],
            missing="The query is not watched.",
            about="JSON Feed 1.1; `next_url` is the page that follows.",
        ),
        "/opml": _get(
            "getOpml",
            "videos",
            "A list of feeds for feed readers: one for every query, and one of all together",
            _content(OPML, example=opml.document(["cricket"], "https://news.example")),
            about="OPML 2.0.",
        ),
        "/queries": _get(
            "listQueries",
            "polling",
            "The watched queries",
            _content(JSON, "WatchedQueries", {"queries": [WATCHED_QUERY]}),
        ),
        "/queries/{query}": _get(
            "getQuery",
            "polling",
            "The settings of a watched query, with the version that a change must name",
            _content(JSON, "QuerySettings", QUERY_SETTINGS),
            [QUERY_NAME],
            missing="The query is not watched.",
        )
        | {"put": _put_query(), "delete": _delete_query()},
        "/targets": _get(
            "listTargets",
            "news",
            "Who is told of new videos, and how that fares",
            _content(JSON, "Targets", {"targets": [{**TARGET_HEALTH, "settings": TARGET_SETTINGS}]}),
        ),
        "/targets/{target}": _get(
            "getTarget",
            "news",
            "The settings of a target, with the version that a change must name",
            _content(JSON, "TargetSettings", TARGET_SETTINGS),
            [TARGET_NAME],
            missing=NO_TARGET,
        )
        | {"put": _put_target(), "delete": _delete_target()},
        "/targets/{target}/test": {"put": _put_test()},
        "/status": _get(
            "getStatus",
            "polling",
            "Whether all is well, and if not, what to do",
            _content(JSON, "Status", STATUS),
        ),
        "/privacy": _get("getPrivacy", "documents", "What is kept, for how long, and whom to ask", _content(HTML)),
        "/openapi.json": _get("getDocument", "documents", "This document", _content(JSON)),
        "/docs": _get("getDocs", "documents", "This document for people", _content(HTML)),
        "/docs/{file}": _get(
            "getDocsFile",
            "documents",
            "A file of the page at `/docs`",
            _content("text/javascript") | _content("text/css"),
            [file],
            missing="There is no such file.",
        ),
    }


def _get(
    operation_id: str,
    tag: str,
    summary: str,
    content: Document,
    parameters: Sequence[Document] = (),
    *,
    about: str = "",
    missing: str = "",
    strict: bool = True,
    for_anybody: bool = False,
    headers: Document | None = None,
) -> Document:
    """A path with its GET operation; `missing` says what a 404 means. What is for anybody asks nothing and no one."""
    answers: Document = {
        "200": {
            "description": summary,
            "headers": _headers("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin") | (headers or {}),
            "content": content,
        },
        "304": _ref("responses", "NotModified"),
        "500": _ref("responses", "InternalServerError"),
    }
    if strict:
        answers["400"] = _ref("responses", "InvalidParameters")
    if missing:
        answers["404"] = _problem(HTTPStatus.NOT_FOUND, missing)
    if not for_anybody:
        answers["401"] = _ref("responses", "Unauthorized")
        answers["503"] = _ref("responses", "ServiceUnavailable")
    operation = {
        "operationId": operation_id,
        "tags": [tag],
        "summary": summary,
        "parameters": [*parameters, _ref("parameters", "IfNoneMatch")],
        "responses": dict(sorted(answers.items())),
    }
    if for_anybody:
        operation["security"] = []
    return {"get": operation | ({"description": about} if about else {})}


def _put_query() -> Document:
    return {
        "operationId": "putQuery",
        "tags": ["polling"],
        "summary": "Watch a query, or change its settings",
        "description": "A new query is polled within the minute. What the body leaves out becomes the default.",
        "parameters": [QUERY_NAME, IF_MATCH],
        "requestBody": _body("NewSettings", {"weight": 2}),
        "responses": {
            "200": _written("The query as it is now.", "QuerySettings", QUERY_SETTINGS),
            "201": _written("The query is watched from now on.", "QuerySettings", QUERY_SETTINGS),
            "409": _problem(HTTPStatus.CONFLICT, "No further query can be watched."),
            **_refusals("It is watched already, and `If-Match` is not given."),
        },
    }


def _delete_query() -> Document:
    return {
        "operationId": "deleteQuery",
        "tags": ["polling"],
        "summary": "Watch a query no more",
        "description": "It is polled no more from the next second on.",
        "parameters": [QUERY_NAME, _parameter(VIDEOS), IF_MATCH],
        "responses": {
            "204": _done("It is not watched any more."),
            "404": _problem(HTTPStatus.NOT_FOUND, "The query is not watched."),
            **_refusals("`If-Match` is not given."),
        },
    }


def _put_target() -> Document:
    example = {"kind": "webhook", "address": "https://news.example/hook", "queries": ["cricket"]}
    return {
        "operationId": "putTarget",
        "tags": ["news"],
        "summary": "Tell a target, or change its settings",
        "description": "A new target is told of what is found from the next minute on.",
        "parameters": [TARGET_NAME, IF_MATCH],
        "requestBody": _body("NewTarget", example),
        "responses": {
            "200": _written("The target as it is now.", "WrittenTarget", WRITTEN_TARGET),
            "201": _written("The target is told from now on.", "WrittenTarget", WRITTEN_TARGET),
            "409": _problem(HTTPStatus.CONFLICT, "There can be no further target."),
            **_refusals("It is a target already, and `If-Match` is not given."),
        },
    }


def _delete_target() -> Document:
    return {
        "operationId": "deleteTarget",
        "tags": ["news"],
        "summary": "Tell a target no more",
        "parameters": [TARGET_NAME, IF_MATCH],
        "responses": {
            "204": _done("It is told no more."),
            "404": _problem(HTTPStatus.NOT_FOUND, NO_TARGET),
            **_refusals("`If-Match` is not given."),
        },
    }


def _put_test() -> Document:
    return {
        "operationId": "testTarget",
        "tags": ["news"],
        "summary": "Send a target a message with a made-up video",
        "description": "It is sent within seconds; the target's `tested_at` and `test_problem` say what came of it.",
        "parameters": [TARGET_NAME],
        "responses": {
            "202": _done("It is on its way."),
            "404": _problem(HTTPStatus.NOT_FOUND, NO_TARGET),
            **_failures(),
        },
    }


def _webhook() -> Document:
    """What a target of the kind `webhook` gets."""

    def header(name: str, about: str, example: str) -> Document:
        return {
            "name": name,
            "in": "header",
            "required": True,
            "description": about,
            "schema": {"type": "string"},
            "example": example,
        }

    return {
        "operationId": "tellWebhook",
        "tags": ["news"],
        "summary": "New videos, as a webhook gets them",
        "security": [],
        "parameters": [
            header("X-Newsreel-Event", "The event's id. A repeat has the same.", NEWS["id"]),
            header("X-Newsreel-Timestamp", "When it was sent, in Unix seconds.", "1795420713"),
            header(
                "X-Newsreel-Signature",
                "HMAC-SHA256, by the target's secret, of the timestamp, a full stop and the body.",
                "sha256=9b0c",
            ),
        ],
        "requestBody": {"required": True, "content": _content(JSON, "News", NEWS)},
        "responses": {
            "2XX": {"description": "The event has arrived. Whatever else is answered, it is sent again."},
            "410": {"description": "Nothing is taken here any more: it is tried once an hour only."},
        },
    }


def _body(schema: str, example: Document) -> Document:
    return {"required": False, "content": {JSON: {"schema": _ref("schemas", schema), "example": example}}}


def _refusals(unread: str) -> Document:
    """What every change may be answered; `unread` says what a 428 means."""
    conflicts = {
        "412": _problem(HTTPStatus.PRECONDITION_FAILED, "Someone else has changed it meanwhile."),
        "428": _problem(HTTPStatus.PRECONDITION_REQUIRED, unread),
    }
    return dict(sorted((_failures() | conflicts).items()))


def _failures() -> Document:
    """What every request of the editor may be answered."""
    return {
        "400": _ref("responses", "InvalidParameters"),
        "401": _ref("responses", "Unauthorized"),
        "500": _ref("responses", "InternalServerError"),
        "503": _ref("responses", "ServiceUnavailable"),
    }


def _written(about: str, schema: str, example: Any) -> Document:
    return {
        "description": about,
        "headers": _headers("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"),
        "content": _content(JSON, schema, example),
    }


def _done(about: str) -> Document:
    return {"description": about, "headers": _headers("Cache-Control", "Access-Control-Allow-Origin")}


def _fields(fields: Sequence[Field], about: str) -> Document:
    """What the editor takes, from the declarations that it reads by."""
    return {
        "type": "object",
        "description": about,
        "additionalProperties": False,
        "properties": {
            field.name: {**field.schema, "description": f"{field.about} Allowed: {field.allowed}."} for field in fields
        },
    }


def _parameter(parameter: Field) -> Document:
    return {
        "name": parameter.name,
        "in": "query",
        "description": f"{parameter.about} Allowed: {parameter.allowed}.",
        "schema": dict(parameter.schema),
    }


def _content(content_type: str, schema: str = "", example: Any = None) -> Document:
    kind = {"type": "object" if content_type.endswith("json") else "string"}
    media = {"schema": _ref("schemas", schema) if schema else kind}
    return {content_type: media | ({"example": example} if example is not None else {})}


def _responses() -> Document:
    fault: shown.Fault = {"parameter": "page_size", "value": "0", "detail": "must be a whole number from 1 to 50"}
    return {
        "NotModified": {
            "description": "The answer that you have is still valid.",
            "headers": _headers("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"),
        },
        "InvalidParameters": _problem(
            HTTPStatus.BAD_REQUEST,
            "Parameters are wrong; `errors` lists all that is.",
            "InvalidParameters",
            detail=f"{fault['parameter']}: {fault['detail']}",
            errors=[fault],
        ),
        "Unauthorized": _problem(
            HTTPStatus.UNAUTHORIZED,
            "This newsreel is private, and the password is missing or wrong.",
            headers=_headers("WWW-Authenticate", "Access-Control-Allow-Origin"),
        ),
        "InternalServerError": _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "A fault of the service."),
        "ServiceUnavailable": _problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The store, or the secret of the passwords, does not answer just now.",
            headers=_headers("Retry-After", "Access-Control-Allow-Origin"),
        ),
    }


def _problem(
    code: HTTPStatus, about: str, schema: str = "Problem", headers: Document | None = None, **example: Any
) -> Document:
    detail = about.replace("`", "")
    shown = answers.problem(code, example.pop("detail", detail), "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", **example)
    return {
        "description": about,
        "headers": headers or _headers("Access-Control-Allow-Origin"),
        "content": _content(PROBLEM, schema, json.loads(shown.body)),
    }


def _feed() -> str:
    request = Request("GET", "/videos.atom", "", {}, "https://news.example", "")
    return feed.document(_page(), PageRequest(Listing("cricket"), None, FEED_SIZE), request)


def _json_feed() -> Document:
    request = Request("GET", "/videos.feed.json", "", {}, "https://news.example", "")
    return json_feed.document(_page(), PageRequest(Listing("cricket"), None, FEED_SIZE), request)


def _page() -> Page:
    item = packed(VIDEO)
    return Page((Row(item, ("cricket",)),), CURSOR, None)


def _headers(*names: str) -> Document:
    return {name: _ref("headers", name) for name in names}


def _ref(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}


def version() -> str:
    """The project's version. Raises LookupError outside of a checkout, such as in the built layer."""
    found = [parent / PROJECT for parent in Path(__file__).parents if (parent / PROJECT).is_file()]
    project: Document = tomllib.loads(found[0].read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def text() -> str:
    """The document as it is kept."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
