"""What HTTP asks of every answer: validators, caching, compression, CORS, HEAD, and errors of one shape.

RFC 9110 (semantics), RFC 9111 (caching), RFC 9457 (problem details), RFC 8288 (links). Requests come in
API Gateway's payload format 2.0.
"""

import base64
import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import orjson
from aws_lambda_powertools.event_handler import Response

from newsreel.texts import utf_8

JSON = "application/json"
PROBLEM = "application/problem+json"
ALLOWED = "GET, HEAD, OPTIONS"
COMPRESSED_FROM = 1024
"""Bytes below which compressing saves no packet."""
COMPRESSION = 1
"""Level 1 makes a page a quarter of its size in a fifteenth of the time of level 6, which gains little more."""

NEVER = "no-store"
BRIEFLY = "public, max-age=2, s-maxage=2, must-revalidate"
"""For what a poll may change: browsers and shared caches keep it for two seconds and never show it beyond."""
A_MINUTE = "public, max-age=60"
"""For what a deployment may change."""
FOREVER = "public, max-age=31536000, immutable"
"""For what has a name of its own for every content."""

ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Allow, ETag, Link, Retry-After",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT = {
    "Allow": ALLOWED,
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class Request(NamedTuple):
    """A request to the api."""

    method: str
    path: str
    """Decoded, and without the stage's name."""
    query: str
    """As it was sent."""
    headers: Mapping[str, str]
    """By lower-case name."""
    base: str
    """The URL that paths follow."""
    id: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    def page_url(self, cursor: str | None) -> str:
        """The URL of another page of the same listing; the first one without a cursor."""
        kept = [pair for pair in parse_qsl(self.query) if pair[0] != "cursor"]
        query = urlencode([*kept, ("cursor", cursor)] if cursor else kept)
        return f"{self.base}{self.path}?{query}" if query else self.base + self.path


@dataclass(frozen=True)
class Answer:
    """An answer to GET, from which those to HEAD and to conditional requests are made as well."""

    status: HTTPStatus
    content_type: str = ""
    body: str = ""
    caching: str = NEVER
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def etag(self) -> str:
        """A weak validator: compressed or not, it is the same page."""
        return f'W/"{hashlib.blake2b(self.body.encode(), digest_size=9).hexdigest()}"'

    @cached_property
    def packed(self) -> str:
        """The body compressed, in base64."""
        return base64.b64encode(gzip.compress(self.body.encode(), COMPRESSION, mtime=0)).decode()

    @cached_property
    def all_headers(self) -> dict[str, str]:
        """The headers of the uncompressed answer."""
        headers = {"Cache-Control": self.caching, **ALWAYS, **self.headers}
        if self.content_type:
            headers["Content-Type"] = self.content_type
        if self.status is HTTPStatus.OK:
            headers |= {"ETag": self.etag, "Vary": "Accept-Encoding"}
        return headers


def request(event: Mapping[str, Any], request_id: str) -> Request:
    """The request of an event."""
    context = event["requestContext"]
    headers = event.get("headers") or {}
    scheme = "http" if headers.get("x-forwarded-proto") == "http" else "https"
    path, base = event["rawPath"], f"{scheme}://{context['domainName']}"
    stage = f"/{context['stage']}"
    if path == stage or path.startswith(f"{stage}/"):
        path, base = path.removeprefix(stage) or "/", base + stage
    query = utf_8(event.get("rawQueryString") or "")
    return Request(context["http"]["method"], utf_8(path), query, headers, base, request_id)


def json_answer(body: Any, caching: str, headers: Mapping[str, str] | None = None) -> Answer:
    """200 with a JSON body."""
    return Answer(HTTPStatus.OK, JSON, to_json(body), caching, headers or {})


def problem(
    code: HTTPStatus, detail: str, request_id: str, headers: Mapping[str, str] | None = None, **more: Any
) -> Answer:
    """An error as RFC 9457 has it; its `instance` is the request's id."""
    body = {"type": "about:blank", "title": code.phrase, "status": code.value, "detail": detail, "instance": request_id}
    return Answer(code, PROBLEM, to_json(body | more), NEVER, headers or {})


def to_json(body: Any) -> str:
    """Compact JSON."""
    return orjson.dumps(body).decode()


def finished(request: Request, answer: Answer) -> Response[str]:
    """The answer as this request's method and headers want it."""
    headers: dict[str, str | list[str]] = {**answer.all_headers}
    status, body = answer.status.value, answer.body
    if status == HTTPStatus.OK and _matches(request.headers.get("if-none-match", ""), answer.etag):
        status, body = HTTPStatus.NOT_MODIFIED.value, ""
        del headers["Content-Type"]
    elif request.method == "HEAD":
        body = ""
    elif len(body) >= COMPRESSED_FROM and accepts_gzip(request.headers.get("accept-encoding", "")):
        response = Response(status, body=answer.packed, headers=headers | {"Content-Encoding": "gzip"})
        response.base64_encoded = True
        return response
    return Response(status, body=body, headers=headers)


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header wants gzip."""
    weights = _weights(header)
    return weights.get("gzip", weights.get("*", 0)) > 0


def acceptable(header: str, content_types: Iterable[str]) -> bool:
    """Whether an Accept header takes one of these content types; no header takes all."""
    if header in ("", "*/*"):
        return True
    weights = _weights(header)
    return not weights or any(_weight(weights, content_type) > 0 for content_type in content_types)


def _weight(weights: Mapping[str, float], content_type: str) -> float:
    kind, _, _ = content_type.partition("/")
    return next((weights[each] for each in (content_type, f"{kind}/*", "*/*") if each in weights), 0)


def _weights(header: str) -> dict[str, float]:
    """What an Accept or Accept-Encoding header lists, with its weights; what cannot be read has none."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *settings = (each.strip() for each in part.split(";"))
        weight = next((each[2:] for each in settings if each.startswith("q=")), "1")
        try:
            weights[name] = float(weight)
        except ValueError:
            weights[name] = 0
    weights.pop("", None)
    return weights


def _matches(header: str, tag: str) -> bool:
    """Whether an If-None-Match header names this validator, compared weakly."""
    if not header:
        return False
    named = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in named or tag.removeprefix("W/") in named
