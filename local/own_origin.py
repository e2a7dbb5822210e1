"""Lets only this machine's own pages and programs in.

A page of any site can make the reader's browser send requests to 127.0.0.1, under a name of its own that leads there
(DNS rebinding), or across sites (forged requests). The browser says so in `Host`, `Origin` and `Sec-Fetch-Site`.
"""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from local.serving import LOOPBACK

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

READING = ("GET", "HEAD", "OPTIONS")
FOREIGN = ("cross-site", "same-site")
HTTP_PORT = 80
"""The one that browsers leave out."""


class OwnOrigin:
    """A WSGI app behind these checks; what fails one is answered 403."""

    def __init__(self, app: "WSGIApplication", port: int, allowed_origin: str = "") -> None:
        self._app = app
        names = (LOOPBACK, "localhost", "[::1]")
        self._hosts = {f"{name}:{port}" for name in names} | (set(names) if port == HTTP_PORT else set())
        self._allowed_origin = allowed_origin

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        if detail := self._problem(Request(environ)):
            code = HTTPStatus.FORBIDDEN
            body = {"type": "about:blank", "title": code.phrase, "status": code.value, "detail": detail}
            refusal = Response(json.dumps(body), code, content_type="application/problem+json")
            return refusal(environ, start_response)
        return self._app(environ, start_response)

    def _problem(self, request: Request) -> str | None:
        host = _host(request)
        if host not in self._hosts:
            return f"newsreel answers on this machine only, as {' or '.join(sorted(self._hosts))}."
        origin = request.headers.get("Origin")
        if origin is not None:
            own = origin in (f"http://{host}", self._allowed_origin or None)
            return None if own else "Pages of other sites may not ask this newsreel."
        if request.method not in READING and request.headers.get("Sec-Fetch-Site") in FOREIGN:
            return "Pages of other sites may not change this newsreel."
        return None


def _host(request: Request) -> str:
    """Whom a request is for: a whole URL in its first line says so before `Host` does (RFC 9112, section 3.2.2)."""
    target = request.environ.get("REQUEST_URI", "")
    named = "" if target.startswith("/") else urlsplit(target).netloc
    return (named or request.headers.get("Host", "")).lower()
