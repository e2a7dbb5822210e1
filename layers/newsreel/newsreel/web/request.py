"""A request to the api, and what its headers ask for (RFC 9110).

Requests come in API Gateway's payload format 2.0.
"""

from collections.abc import Iterable, Mapping
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
    headers = event.get("headers") or {}
    scheme = "http" if headers.get("x-forwarded-proto") == "http" else "https"
    path, base = event["rawPath"], f"{scheme}://{context['domainName']}"
    stage = f"/{context['stage']}"
    if path == stage or path.startswith(f"{stage}/"):
        path, base = path.removeprefix(stage) or "/", base + stage
    query = utf_8(event.get("rawQueryString") or "")
    return Request(context["http"]["method"], utf_8(path), query, headers, base, request_id)


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


def names(header: str, tag: str) -> bool:
    """Whether an If-None-Match header names this validator, compared weakly."""
    if not header:
        return False
    named = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in named or tag.removeprefix("W/") in named
