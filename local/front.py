"""The HTTP front: requests become events as API Gateway's HTTP APIs make them, answers become responses.

The format is payload version 2.0, with one route, `$default`, on the stage `$default`; see
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
"""

import base64
import json
import logging
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from local.invocation import Function

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

logger = logging.getLogger(__name__)

CHANGES = re.compile(r"(PUT|DELETE) /queries/.+|(PUT|DELETE) /targets/[^/]+|PUT /targets/[^/]+/test", re.DOTALL)
"""Methods and paths that the template routes to the editor."""
TEXT_TYPES = ("application/javascript", "application/json", "application/xml")
"""Beside text/*, the only types whose bodies come as they are; forms, too, come in base64."""


class Front:
    """The WSGI app that hands each request to a function: changes to the editor, others to the api.

    Without an editor, the api gets them, too.
    """

    def __init__(self, api: Function, editor: Function | None = None) -> None:
        self._api = api
        self._editor = editor or api

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        event = event_of(request, datetime.now(UTC))
        is_change = CHANGES.fullmatch(f"{request.method} {request.path}")
        function = self._editor if is_change else self._api
        try:
            response = response_of(function.invoke(event))
        except Exception:
            logger.exception("%s failed at %s %s", function.name, request.method, request.path)
            response = Response('{"message":"Internal Server Error"}', 500, content_type="application/json")
        response.headers["apigw-requestid"] = event["requestContext"]["requestId"]
        return response(environ, start_response)


def event_of(request: Request, at: datetime) -> dict[str, Any]:
    """The event of a request.

    HTTP APIs decode `rawPath`, whatever its name says, but not `rawQueryString`, and leave out what is empty.
    """
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query_string.decode("ascii", "replace"),
        "headers": _headers(request),
        "requestContext": _context(request, at),
        "isBase64Encoded": False,
    }
    if cookie := request.headers.get("Cookie"):
        event["cookies"] = [pair.strip() for pair in cookie.split(";")]
    if request.args:
        event["queryStringParameters"] = {name: ",".join(values) for name, values in request.args.lists()}
    if body := request.get_data():
        text = request.mimetype.startswith("text/") or request.mimetype in TEXT_TYPES
        event["isBase64Encoded"] = not text
        event["body"] = body.decode(errors="replace") if text else base64.b64encode(body).decode()
    return event


def response_of(answer: Any) -> Response:
    """The response that a function's answer stands for; what has no statusCode is the body of a 200.

    Raises ValueError or TypeError for an answer that the gateway would turn into an error.
    """
    if not isinstance(answer, Mapping) or "statusCode" not in answer:
        body = answer if isinstance(answer, str) else json.dumps(answer)
        return Response(body, 200, content_type="application/json")
    body = answer.get("body") or ""
    content = base64.b64decode(body, validate=True) if answer.get("isBase64Encoded") else str(body).encode()
    response = Response(content, int(answer["statusCode"]), content_type="text/plain;charset=UTF-8")
    for name, value in (answer.get("headers") or {}).items():
        # The length is the gateway's to say.
        if name.lower() != "content-length":
            response.headers[name] = str(value)
    for cookie in answer.get("cookies") or ():
        response.headers.add("Set-Cookie", cookie)
    return response


def _headers(request: Request) -> dict[str, str]:
    """The request's headers, cookies apart, with those that the gateway adds."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        lowered = name.lower()
        headers[lowered] = f"{headers[lowered]},{value}" if lowered in headers else value
    headers.pop("cookie", None)
    _, _, port = request.host.partition(":")
    return headers | {
        "content-length": str(request.content_length or 0),
        "x-amzn-trace-id": f"Root=1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}",
        "x-forwarded-for": request.remote_addr or "",
        "x-forwarded-port": port or "80",
        "x-forwarded-proto": request.scheme,
    }


def _context(request: Request, at: datetime) -> dict[str, Any]:
    return {
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": request.host,
        "domainPrefix": request.host.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
            "sourceIp": request.remote_addr or "",
            "userAgent": request.headers.get("User-Agent", ""),
        },
        "requestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode(),
        "routeKey": "$default",
        "stage": "$default",
        "time": at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(at.timestamp() * 1000),
    }
