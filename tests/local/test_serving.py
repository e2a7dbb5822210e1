"""A WSGI app over real HTTP."""

import threading
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest
import requests
from waitress.trigger import trigger
from werkzeug.wrappers import Request, Response

from local import serving as served
from local.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@Request.application
def echo(request: Request) -> Response:
    return Response(request.get_data(), headers={"X-Path": request.path, "X-Host": request.headers["X-Forwarded-Host"]})


def test_a_connection_is_kept_for_the_next_request() -> None:
    with serving(echo) as url:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=5)
        for number in range(2):
            connection.request("POST", f"/{number}%2F", body=f"{number}", headers={"X-Forwarded-Host": "a"})
            answer = connection.getresponse()
            assert not answer.will_close
            assert (answer.headers["X-Path"], answer.headers["X-Host"]) == (f"/{number}/", "a")
            assert answer.read() == f"{number}".encode()
        connection.close()


def test_a_large_body_comes_and_goes_whole() -> None:
    body = bytes(range(256)) * 20_000
    with serving(echo) as url:
        assert requests.post(url, data=body, headers={"X-Forwarded-Host": "a"}, timeout=10).content == body
        pieces = (body[place : place + 65_536] for place in range(0, len(body), 65_536))
        assert requests.post(url, data=pieces, headers={"X-Forwarded-Host": "a"}, timeout=10).content == body


def test_a_taken_port_is_an_error_with_its_number() -> None:
    with serving(echo) as url, pytest.raises(OSError) as raised:  # noqa: PT011 - its number is looked at
        serving(echo, int(url.rpartition(":")[2])).__enter__()
    assert raised.value.errno


def test_it_ends_though_an_answer_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "PATIENCE", 0.2)
    begun, released = threading.Event(), threading.Event()

    def hang(environ: "WSGIEnvironment", start_response: Any) -> Any:
        begun.set()
        released.wait(30)
        return Response("late")(environ, start_response)

    with serving(hang) as url:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=5)
        connection.request("GET", "/")
        assert begun.wait(10)
        began = time.monotonic()
    assert time.monotonic() - began < 10
    with pytest.raises(OSError):  # noqa: PT011 - cut off, in whatever way
        connection.getresponse()
    connection.close()
    released.set()


def test_an_answer_under_way_is_waited_for() -> None:
    begun = threading.Event()
    got: list[bytes] = []

    def slow(environ: "WSGIEnvironment", start_response: Any) -> Any:
        begun.set()
        time.sleep(0.2)
        return Response("late")(environ, start_response)

    with serving(slow) as url:
        reader = threading.Thread(target=lambda: got.append(requests.get(url, timeout=5).content))
        reader.start()
        assert begun.wait(10)
    reader.join()
    assert got == [b"late"]


def test_it_ends_though_the_end_of_an_answer_wakes_it_first(monkeypatch: pytest.MonkeyPatch) -> None:
    pull, close = vars(trigger)["_physical_pull"], trigger.close
    closed = threading.Event()

    def twice(self: trigger) -> None:
        # As it comes when an answer ends just then: the loop goes ahead while its end is being asked for.
        pull(self)
        closed.wait(0.2)
        pull(self)

    def noted(self: trigger) -> None:
        close(self)
        closed.set()

    monkeypatch.setattr(trigger, "_physical_pull", twice)
    monkeypatch.setattr(trigger, "close", noted)
    with serving(echo) as url:
        assert requests.post(url, headers={"X-Forwarded-Host": "a"}, timeout=10).ok
    assert closed.is_set()
