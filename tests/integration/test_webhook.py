"""Webhooks over real sockets: what a receiver gets, and every way in which one can fail."""

import hashlib
import hmac
import json
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.serving import serving
from newsreel.errors import TargetFailed
from newsreel.news import webhook
from newsreel.news.addresses import Address
from newsreel.news.outside import kept_outside

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
KEY = "the-signing-key"
SECRET_PATH = "/hook/very-secret-path"
SECRET_AS_CODE = "url + SECRET_PATH"
"""What a traceback shows of this file."""
PATIENCE = 0.4


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "PATIENCE", PATIENCE)


def post(url: str, body: dict[str, Any] | None = None) -> None:
    webhook.post(Address(url + SECRET_PATH, KEY), "event-1", body or {"videos": []}, NOW)


def failure(url: str) -> TargetFailed:
    with pytest.raises(TargetFailed) as raised:
        post(url)
    assert "secret" not in "".join(traceback.format_exception(raised.value)).replace(SECRET_AS_CODE, "")
    return raised.value


@contextmanager
def answering(response: Response) -> Iterator[tuple[str, list[Request]]]:
    """A receiver that answers so; its URL, and what it got."""
    got: list[Request] = []

    def app(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        request.get_data()
        got.append(request)
        return response(environ, start_response)

    with serving(app) as url:
        yield url, got


@contextmanager
def speaking(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """A receiver that does this with each connection; its URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                speak(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_receiver_gets_signed_json(status: int) -> None:
    body = {"id": "event-1", "videos": [{"title": "Über 日本語"}]}
    with answering(Response("", status)) as (url, got):
        post(url, body)
    (request,) = got
    assert (request.method, request.path, request.content_type) == ("POST", SECRET_PATH, "application/json")
    assert json.loads(request.data) == body
    assert request.headers["X-Newsreel-Event"] == "event-1"
    timestamp = request.headers["X-Newsreel-Timestamp"]
    assert int(timestamp) == NOW.timestamp()
    digest = hmac.new(KEY.encode(), timestamp.encode() + b"." + request.data, hashlib.sha256).hexdigest()
    assert request.headers["X-Newsreel-Signature"] == f"sha256={digest}"


def test_the_machine_s_proxies_and_passwords_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with answering(Response("", 200)) as (url, got):
        post(url)
    assert "Authorization" not in got[0].headers


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 502, 503])
def test_whoever_answers_an_error_has_taken_nothing(status: int) -> None:
    with answering(Response("secret", status)) as (url, _):
        failed = failure(url)
    assert (str(failed), failed.sure, failed.gone, failed.retry_after) == (f"it answered {status}", True, False, 0)


def test_410_is_for_good() -> None:
    with answering(Response("", 410)) as (url, _):
        assert failure(url).gone


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Sat, 28 Nov 2026 12:10:00 GMT", 600),
        ("Sat, 28 Nov 2026 11:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("1e9", 0),
        ("9" * 30, 0),
        ("", 0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_read(status: int, text: str, seconds: int) -> None:
    with answering(Response("", status, headers={"Retry-After": text})) as (url, _):
        assert failure(url).retry_after == seconds


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with answering(Response("", 200)) as (elsewhere, got):
        redirect = Response("", status, headers={"Location": f"{elsewhere}/secret"})
        with answering(redirect) as (url, _):
            failed = failure(url)
    assert got == []
    assert f"{status}, and redirects are not followed" in str(failed)
    assert failed.sure


def slow(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def dripping(connection: socket.socket) -> None:
    connection.recv(65_536)
    for each in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000:
        connection.sendall(bytes([each]))
        time.sleep(0.05)


@pytest.mark.parametrize("speak", [slow, dripping])
def test_a_slow_receiver_has_its_time_and_may_have_taken_it(speak: Any) -> None:
    began = time.monotonic()
    with speaking(speak) as url:
        failed = failure(url)
    assert "did not answer within" in str(failed)
    assert not failed.sure
    # A generous bound, as machines are busy; without the limit, the slow one never ends.
    assert time.monotonic() - began < 20


def test_whoever_answers_in_time_may_send_a_body_without_end() -> None:
    def endless(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 1000)
            time.sleep(0.01)

    with speaking(endless) as url:
        post(url)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 20", b"\x00" * 100, b"220 mail ready\r\n"])
def test_a_connection_that_is_closed_may_have_taken_it(said: bytes) -> None:
    def close(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(said)

    with speaking(close) as url:
        failed = failure(url)
    assert not failed.sure


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    failed = failure(f"http://127.0.0.1:{port}")
    assert failed.sure
    assert "cannot be reached" in str(failed)


def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failed = failure("https://very-secret.test")
    assert failed.sure
    assert "nobody has this name" in str(failed)


def test_a_receiver_without_tls() -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with speaking(refuse) as url:
        failed = failure(url.replace("http://", "https://"))
    assert failed.sure
    assert "TLS" in str(failed)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - to be refused
        "224.0.0.1",
        "::1",
        "fe80::1%lo",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
    ],
)
@pytest.mark.parametrize("host", ["receiver.test", None])
def test_no_name_and_no_number_leads_inside(monkeypatch: pytest.MonkeyPatch, address: str, host: str | None) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    ending: tuple[Any, ...] = (0, 0) if family == socket.AF_INET6 else ()
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443, *ending))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    number = f"[{address.replace('%', '%25')}]" if ":" in address else address
    with kept_outside() as watch:
        failed = failure(f"https://{host or number}")
        assert watch.refused
    assert failed.sure


def test_a_name_that_leads_inside_and_outside_is_asked_outside_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    class Socket(socket.socket):
        def connect(self, address: Any) -> None:
            tried.append(address[0])
            if address[0] != "8.8.8.8":
                super().connect(address)
            raise ConnectionRefusedError

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("127.0.0.1", "8.8.8.8")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "socket", Socket)
    with kept_outside() as watch:
        failure("https://receiver.test")
        assert watch.refused
    assert tried == ["127.0.0.1", "8.8.8.8"]


def test_everybody_else_may_connect_again_afterwards() -> None:
    with answering(Response("", 200)) as (url, got):
        with kept_outside():
            failure(url)
        post(url)
    assert len(got) == 1


def test_the_address_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with answering(Response("", 500)) as (url, _):
        failure(url)
    assert "very-secret" not in caplog.text
    assert "very-secret" not in repr(Address(f"https://x{SECRET_PATH}", KEY))
    assert KEY not in str(Address(f"https://x{SECRET_PATH}", KEY))


def test_the_signature_is_of_time_and_body() -> None:
    signed = {
        webhook.signature(*each) for each in ((KEY, "1", b"a"), (KEY, "1", b"b"), (KEY, "2", b"a"), ("k", "1", b"a"))
    }
    assert len(signed) == 4
