"""What HTTP asks of every answer: validators, caching, compression, CORS, HEAD, and errors of one shape.

RFC 9110 (semantics), RFC 9111 (caching), RFC 9457 (problem details), RFC 8288 (links).
"""

import base64
import gzip
import re
from collections.abc import Mapping, Sequence
from copy import replace
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from math import ceil
from typing import Any, NamedTuple
from zlib import adler32, crc32

import orjson
from aws_lambda_powertools.event_handler import Response

from newsreel.settings import Access
from newsreel.web import shown
from newsreel.web.request import Request, accepts_gzip, names

JSON = "application/json"
PROBLEM = "application/problem+json"
ALLOWED = "GET, HEAD, OPTIONS"
ALLOWED_CHANGES = f"{ALLOWED}, PUT, DELETE"
"""What can be done to a watched query, and to a target; pages of other sites may only read."""
ALLOWED_OF_TEST = "OPTIONS, PUT"
TEST = re.compile(r"/targets/[^/]+/test")
"""The path at which a target is sent a test message."""
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

PRIVATELY = {
    NEVER: NEVER,
    BRIEFLY: "private, max-age=2, must-revalidate",
    A_MINUTE: "private, max-age=60",
    FOREVER: "private, max-age=31536000, immutable",
}
"""The same for what only the one who asked may have."""

EXPOSED = "Age, Allow, ETag, Link, Retry-After"


class Sharing(NamedTuple):
    """Who may have an answer besides the one who asked."""

    caches: bool
    """Caches that others use, too."""
    origin: str
    """The site whose pages may read it (CORS): `*` for any, empty for none."""


EVERYBODY = Sharing(caches=True, origin="*")
NOBODY = Sharing(caches=False, origin="")


def sharing_of(access: Access, allowed_origin: str) -> Sharing:
    """With whom answers are shared."""
    return Sharing(caches=False, origin=allowed_origin) if access == "private" else EVERYBODY


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
        """A weak validator: compressed or not, it is the same page. A strong one of what can be changed.

        Versions of a page are to be told apart, not to be vouched for: two checksums, of 64 bits together, take half
        the time of a digest.
        """
        if self.version is not None:
            return version_tag(self.version)
        body = self.body.encode()
        return f'W/"{crc32(body):08x}{adler32(body):08x}"'

    @cached_property
    def packed(self) -> str:
        """The body compressed, in base64."""
        return base64.b64encode(gzip.compress(self.body.encode(), COMPRESSION, mtime=0)).decode()

    def all_headers(self, sharing: Sharing) -> dict[str, str | list[str]]:
        """The headers of the uncompressed answer."""
        headers: dict[str, str | list[str]] = {
            "Cache-Control": self.caching if sharing.caches else PRIVATELY[self.caching],
            "X-Content-Type-Options": "nosniff",
            **self.headers,
        }
        if sharing.origin:
            headers["Access-Control-Allow-Origin"] = sharing.origin
            headers["Access-Control-Expose-Headers"] = EXPOSED
        if self.content_type:
            headers["Content-Type"] = self.content_type
        if self.status is HTTPStatus.OK or self.version is not None:
            headers |= {"ETag": self.etag, "Vary": "Accept-Encoding"}
        return headers


def aged(answer: Answer, seconds: float) -> Answer:
    """The same, made so long ago: its `Age` is beyond its `max-age`, by which all can see that it is stale.

    RFC 9111, section 5.1; the `Warning` of old is no more (section 5.5).
    """
    return replace(answer, headers={**answer.headers, "Age": str(ceil(seconds))})


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


def allowed(path: str) -> str:
    """The methods that a path has."""
    if TEST.fullmatch(path):
        return ALLOWED_OF_TEST
    return ALLOWED_CHANGES if path.startswith(("/queries/", "/targets/")) else ALLOWED


def options(path: str, sharing: Sharing) -> Answer:
    """The answer to OPTIONS, of which a preflight is one."""
    headers = {"Allow": allowed(path)}
    if sharing.origin:
        headers |= {
            "Access-Control-Allow-Methods": ALLOWED,
            # An asterisk stands for every header but this one.
            "Access-Control-Allow-Headers": "*" if sharing.origin == "*" else "*, Authorization",
            "Access-Control-Max-Age": "86400",
        }
    return Answer(HTTPStatus.NO_CONTENT, headers=headers)


def is_preflight(request: Request, sharing: Sharing) -> bool:
    """Whether a browser asks on behalf of a page that may read answers; it never sends a password along."""
    asked = request.method == "OPTIONS" and "access-control-request-method" in request.headers
    return asked and bool(sharing.origin) and request.headers.get("origin") == sharing.origin


def to_json(body: Any) -> str:
    """Compact JSON."""
    return orjson.dumps(body).decode()


def finished(request: Request, answer: Answer, sharing: Sharing) -> Response[str]:
    """The answer as this request's method and headers want it."""
    headers = answer.all_headers(sharing)
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
