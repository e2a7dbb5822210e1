"""The HTTP front, over real HTTP, in front of a function that tells what it was given."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from local.front import Front
from local.invocation import Function
from local.serving import serving

PROPERTIES = {"MemorySize": 128, "Timeout": 10}


@contextmanager
def front(handler: Callable[[dict[str, Any], Any], Any]) -> Iterator[str]:
    """The URL of a front for this handler."""
    with serving(Front(Function("api", handler, PROPERTIES))) as url:
        yield url


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """A front whose function answers with its event."""
    with front(lambda event, _: event) as url:
        yield url


def test_the_event_has_the_shape_of_payload_format_2(echo: str) -> None:
    event = requests.get(f"{echo}/videos?query=a", headers={"User-Agent": "tests"}, timeout=5).json()
    assert event["version"] == "2.0"
    assert event["routeKey"] == "$default"
    assert event["rawPath"] == "/videos"
    assert event["rawQueryString"] == "query=a"
    assert event["queryStringParameters"] == {"query": "a"}
    assert event["isBase64Encoded"] is False
    assert event["headers"]["user-agent"] == "tests"
    assert event["headers"]["host"] == echo.removeprefix("http://")
    assert event["headers"]["x-forwarded-proto"] == "http"
    context = event["requestContext"]
    assert context["http"] == {
        "method": "GET",
        "path": "/videos",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "tests",
    }
    assert context["stage"] == context["routeKey"] == "$default"
    assert len(str(context["timeEpoch"])) == 13


def test_what_is_empty_is_left_out(echo: str) -> None:
    event = requests.get(echo, timeout=5).json()
    assert event["rawPath"] == "/"
    assert event["rawQueryString"] == ""
    assert not {"queryStringParameters", "cookies", "body", "pathParameters"} & event.keys()


def test_repeated_parameters_are_joined_by_commas_and_decoded(echo: str) -> None:
    event = requests.get(f"{echo}/videos?a=1&b=x%20y+z&a=2&c=&d=%E0%A4%95", timeout=5).json()
    assert event["queryStringParameters"] == {"a": "1,2", "b": "x y z", "c": "", "d": "क"}
    assert event["rawQueryString"] == "a=1&b=x%20y+z&a=2&c=&d=%E0%A4%95"


def test_the_path_is_decoded(echo: str) -> None:
    event = requests.get(f"{echo}/videos/%2Dab%20c%C3%A9", timeout=5).json()
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/videos/-ab cé"


def test_headers_are_lower_cased_and_cookies_apart(echo: str) -> None:
    headers = {"X-Many": "a, b", "Accept": "text/html", "Cookie": "one=1; two=2"}
    event = requests.get(echo, headers=headers, timeout=5).json()
    assert event["headers"]["x-many"] == "a, b"
    assert event["headers"]["accept"] == "text/html"
    assert "cookie" not in event["headers"]
    assert event["cookies"] == ["one=1", "two=2"]


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [
        ("application/json", False),
        ("text/plain; charset=utf-8", False),
        ("application/octet-stream", True),
        ("application/x-www-form-urlencoded", True),
        (None, True),
    ],
)
def test_bodies_of_other_types_than_text_come_in_base64(echo: str, content_type: str | None, *, encoded: bool) -> None:
    body = "größe=1".encode()
    headers = {"Content-Type": content_type} if content_type else {}
    event = requests.post(echo, data=iter([body]) if content_type is None else body, headers=headers, timeout=5).json()
    assert event["isBase64Encoded"] is encoded
    assert (base64.b64decode(event["body"]) if encoded else event["body"].encode()) == body


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE"])
def test_every_method_reaches_the_function(echo: str, method: str) -> None:
    event = requests.request(method, echo, timeout=5).json()
    assert event["requestContext"]["http"]["method"] == method


def test_an_answer_to_head_has_headers_and_no_body() -> None:
    seen = []

    def handler(event: dict[str, Any], _: Any) -> Any:
        seen.append(event["requestContext"]["http"]["method"])
        return {"statusCode": 200, "headers": {"Content-Type": "text/html", "ETag": '"a"'}, "body": "<p>"}

    with front(handler) as url:
        response = requests.head(url, timeout=5)
    assert seen == ["HEAD"]
    assert (response.status_code, response.headers["ETag"], response.content) == (200, '"a"', b"")
    assert response.headers["Content-Length"] == "3"


def test_an_answer_with_everything() -> None:
    answer = {
        "statusCode": 201,
        "headers": {"Content-Type": "image/png", "X-Number": 7, "Content-Length": "999"},
        "cookies": ["a=1; Secure", "b=2"],
        "body": base64.b64encode(b"\x89PNG\x00").decode(),
        "isBase64Encoded": True,
    }
    with front(lambda *_: answer) as url:
        response = requests.get(url, timeout=5)
    assert (response.status_code, response.content) == (201, b"\x89PNG\x00")
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Number"] == "7"
    assert response.raw.headers.getlist("Set-Cookie") == ["a=1; Secure", "b=2"]
    assert response.headers["apigw-requestid"]


@pytest.mark.parametrize(
    ("answer", "body", "content_type"),
    [
        ({"statusCode": 204}, "", None),
        ({"statusCode": 200, "body": "plain"}, "plain", "text/plain;charset=UTF-8"),
        ({"no": "status"}, '{"no": "status"}', "application/json"),
        ("text", "text", "application/json"),
    ],
)
def test_what_an_answer_leaves_out_is_inferred(answer: Any, body: str, content_type: str | None) -> None:
    with front(lambda *_: answer) as url:
        response = requests.get(url, timeout=5)
    assert response.text == body
    assert content_type is None or response.headers["Content-Type"] == content_type


@pytest.mark.parametrize(
    "answer", [{"statusCode": "no number"}, {"statusCode": 200, "body": "!", "isBase64Encoded": True}]
)
def test_an_answer_that_makes_no_sense_is_an_error(answer: Any) -> None:
    with front(lambda *_: answer) as url:
        assert requests.get(url, timeout=5).status_code == 500


def test_an_error_shows_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    def handler(*_: Any) -> Any:
        raise RuntimeError("secret detail")

    with front(handler) as url:
        response = requests.get(url, timeout=5)
    assert response.status_code == 500
    assert response.json() == {"message": "Internal Server Error"}
    assert "secret detail" in caplog.text


def test_the_context_tells_name_request_and_time_left() -> None:
    def handler(_: Any, context: Any) -> Any:
        left = context.get_remaining_time_in_millis()
        return {"name": context.function_name, "id": context.aws_request_id, "left": left}

    with front(handler) as url:
        first, second = (json.loads(requests.get(url, timeout=5).text) for _ in range(2))
    assert first["name"] == "api"
    assert first["id"] != second["id"]
    assert 9_000 < first["left"] <= 10_000
