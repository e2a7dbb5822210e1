"""What HTTP asks of every answer: validators, caching, compression, CORS, HEAD, and errors of one shape.

RFC 9110 (semantics), RFC 9111 (caching), RFC 9457 (problem details), RFC 8288 (links).
"""

import base64
import gzip
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

import orjson
from aws_lambda_powertools.event_handler import Response

from newsreel.web import shown
from newsreel.web.request import Request, accepts_gzip, names

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


@dataclass(frozen=True)
class Answer:
    """An answer to GET, from which those to HEAD and to conditional requests are made as well."""

    status: HTTPStatus
    content_type: str = ""
    body: str = ""
    caching: str = NEVER
    headers: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None
    """Of what can be changed, so that who changes it can say which one was read."""

    @cached_property
    def etag(self) -> str:
        """A weak validator: compressed or not, it is the same page. A strong one of what can be changed."""
        if self.version is not None:
            return version_tag(self.version)
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


def json_answer(
    body: Any, caching: str, headers: Mapping[str, str] | None = None, version: int | None = None
) -> Answer:
    """200 with a JSON body."""
    return Answer(HTTPStatus.OK, JSON, to_json(body), caching, headers or {}, version)


def version_tag(version: int) -> str:
    """The strong validator of a version of what can be changed."""
    return f'"{version}"'


def problem(
    code: HTTPStatus,
    detail: str,
    request_id: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[shown.Fault] = (),
) -> Answer:
    """An error as RFC 9457 has it; its `instance` is the request's id. `errors` are those of parameters."""
    body = shown.Problem(type="about:blank", title=code.phrase, status=code.value, detail=detail, instance=request_id)
    if errors:
        body = shown.InvalidParameters(**body, errors=list(errors))
    return Answer(code, PROBLEM, to_json(body), NEVER, headers or {})


def to_json(body: Any) -> str:
    """Compact JSON."""
    return orjson.dumps(body).decode()


def finished(request: Request, answer: Answer) -> Response[str]:
    """The answer as this request's method and headers want it."""
    headers: dict[str, str | list[str]] = {**answer.all_headers}
    status, body = answer.status.value, answer.body
    if status == HTTPStatus.OK and names(request.headers.get("if-none-match", ""), answer.etag):
        status, body = HTTPStatus.NOT_MODIFIED.value, ""
        del headers["Content-Type"]
    elif request.method == "HEAD":
        body = ""
    elif len(body) >= COMPRESSED_FROM and accepts_gzip(request.headers.get("accept-encoding", "")):
        response = Response(status, body=answer.packed, headers=headers | {"Content-Encoding": "gzip"})
        response.base64_encoded = True
        return response
    return Response(status, body=body, headers=headers)
