"""Whatever fails, an API key's value is seen by YouTube's API alone: not in logs, exceptions, URLs or what is kept."""

import io
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from newsreel.errors import SourceError
from newsreel.keys.ring import KeyRing
from newsreel.keys.secret import Key
from newsreel.sources.youtube import YouTube
from newsreel.sources.youtube_errors import meaning
from newsreel.times import stamp
from newsreel.video import Video
from newsreel.watched import WatchedQuery

KEY = "AIzaThisIsTheVerySecretKey"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Ring:
    """A key ring of one key, which remembers what it is told and then has no more calls."""

    told: list[str] = field(default_factory=list)
    calls: int = 3

    def charge(self, _bucket: str) -> Key:
        self.calls -= 1
        if self.calls < 0:
            raise SourceError("no call left")
        return Key(KEY)

    def exhaust(self, key: Key, bucket: str, problem: str) -> None:
        self.told.append(f"{key} {bucket} {problem}")

    def disable(self, key: Key, problem: str, *buckets: str) -> None:
        self.told.append(f"{key} {buckets} {problem}")

    def reread(self) -> None:
        self.told.append("read again")


class Failing(BaseAdapter):
    """Answers every request in one way, and keeps the URLs that it saw."""

    def __init__(self, answer: Callable[[requests.PreparedRequest], requests.Response]) -> None:
        super().__init__()
        self.urls: list[str] = []
        self._answer = answer

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        assert request.headers["X-Goog-Api-Key"] == KEY
        self.urls.append(str(request.url))
        return self._answer(request)

    def close(self) -> None:
        pass


def answering(status: int, body: str) -> Callable[[requests.PreparedRequest], requests.Response]:
    def answer(request: requests.PreparedRequest) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request, response.url = status, request, str(request.url)
        response.raw = HTTPResponse(io.BytesIO(body.encode()), preload_content=False)
        response.headers["Location"] = f"https://elsewhere.test/?key={KEY}"
        return response

    return answer


def raising(kind: type[requests.RequestException]) -> Callable[[requests.PreparedRequest], requests.Response]:
    def fail(request: requests.PreparedRequest) -> requests.Response:
        raise kind(f"{request.headers} {KEY}", request=request)

    return fail


def error(reason: str) -> str:
    """An error that repeats the key, as YouTube's messages sometimes repeat a request's consumer."""
    message = f"consumer api_key:{KEY} is refused; {KEY}"
    return f'{{"error": {{"message": "{message}", "errors": [{{"reason": "{reason}", "message": "{message}"}}]}}}}'


FAILURES = {
    **{
        f"{status} {reason}": answering(status, error(reason))
        for status, reason in [
            (429, "rateLimitExceeded"),
            (403, "quotaExceeded"),
            (403, "forbidden"),
            (400, "keyInvalid"),
            (400, "invalidPageToken"),
            (500, "backendError"),
            (404, KEY),
        ]
    },
    "redirect": answering(302, ""),
    "no JSON": answering(200, f"<html>{KEY}"),
    "no object": answering(200, f'["{KEY}"]'),
    "no items": answering(200, f'{{"kind": "{KEY}"}}'),
    **{
        kind.__name__: raising(kind)
        for kind in (
            requests.ConnectionError,
            requests.ConnectTimeout,
            requests.ReadTimeout,
            requests.exceptions.SSLError,
            requests.exceptions.ProxyError,
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.InvalidHeader,
            requests.TooManyRedirects,
        )
    },
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("call", ["search", "details"])
def test_no_failure_shows_a_key(name: str, call: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ring, failing, session = Ring(), Failing(FAILURES[name]), requests.Session()
    session.mount("https://", failing)
    youtube = YouTube("https://api.test/v3", session, cast("KeyRing", ring), now=lambda: NOW, sleep=lambda _: None)
    video = Video("video000001", "cricket", stamp(NOW), stamp(NOW), stamp(NOW))
    with pytest.raises(SourceError) as raised:
        youtube.search(WatchedQuery("cricket", "cricket"), NOW) if call == "search" else youtube.details([video])
    seen = [
        "".join(traceback.format_exception(raised.value)),
        *(repr(each) + str(each) for each in chain(raised.value)),
        *ring.told,
        *failing.urls,
        caplog.text,
    ]
    assert failing.urls
    assert KEY not in "\n".join(seen)


def chain(error: BaseException | None) -> list[BaseException]:
    """An exception and all that it shows: a context that is suppressed is not."""
    found = []
    while error:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def test_the_test_would_see_a_key() -> None:
    told = meaning(403, error("quotaExceeded").encode())
    assert KEY in str(told), "an error repeats the message it is made of; who asked with the key takes it out"
