"""A request to the api, and what its headers ask for (RFC 9110).

Requests come in API Gateway's payload format 2.0.
"""

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from newsreel.texts import utf_8


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
    body: bytes = b""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    def page_url(self, cursor: str | None) -> str:
        """The URL of another page of the same listing; the first one without a cursor."""
        kept = [pair for pair in parse_qsl(self.query) if pair[0] != "cursor"]
        query = urlencode([*kept, ("cursor", cursor)] if cursor else kept)
        return f"{self.base}{self.path}?{query}" if query else self.base + self.path


def from_event(event: Mapping[str, Any], request_id: str) -> Request:
    """The request of an event."""
    context = event["requestContext"]
    # API Gateway has them in lower case; `sam local` leaves them as they were sent.
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme = "http" if headers.get("x-forwarded-proto") == "http" else "https"
    path, base = event["rawPath"], f"{scheme}://{context['domainName']}"
    stage = f"/{context['stage']}"
    if path == stage or path.startswith(f"{stage}/"):
        path, base = path.removeprefix(stage) or "/", base + stage
    query = utf_8(event.get("rawQueryString") or "")
    return Request(context["http"]["method"], utf_8(path), query, headers, base, request_id, _body(event))


def _body(event: Mapping[str, Any]) -> bytes:
    body: str = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "replace")


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header wants gzip; a weight that cannot be read counts as none."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        coding, *settings = (each.strip() for each in part.split(";"))
        weight = next((each[2:] for each in settings if each.startswith("q=")), "1")
        try:
            weights[coding] = float(weight)
        except ValueError:
            weights[coding] = 0
    return weights.get("gzip", weights.get("*", 0)) > 0


def names(header: str, tag: str) -> bool:
    """Whether an If-None-Match header names this validator, compared weakly."""
    if not header:
        return False
    named = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in named or tag.removeprefix("W/") in named
