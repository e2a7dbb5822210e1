"""Asking over HTTP: whatever a server does with its answer, it ends in time and within bounds."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from newsreel.errors import SourceUnavailable
from newsreel.sources import asking

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; charset=UTF-8\r\n"
TIMEOUT = (2.0, 2.0)


@contextmanager
def server(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server on loopback that reads a request and then does this with the connection; gives its URL."""
    ended = threading.Event()

    def serve() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)
            try:
                answer(connection, ended)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            ended.set()
            listener.close()
            thread.join()


def whole(*parts: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def answer(connection: socket.socket, _ended: threading.Event) -> None:
        for part in parts:
            connection.sendall(part)

    return answer


def trickling(start: bytes, piece: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """One piece after the other, without end."""

    def answer(connection: socket.socket, ended: threading.Event) -> None:
        connection.sendall(start)
        while not ended.wait(0.01):
            connection.sendall(piece)

    return answer


def get(url: str) -> asking.Answer:
    with asking.session() as session:
        session.trust_env = False
        return asking.get(session, url, {"q": "tea"}, {"Accept": "application/json"}, TIMEOUT)


def length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n" % len(body)


def test_an_answer_comes_with_status_type_and_body() -> None:
    with server(whole(HEAD, length(b"[1]"), b"[1]")) as url:
        assert get(url) == asking.Answer(200, "application/json", b"[1]")


def test_a_compressed_answer_in_chunks_is_put_together() -> None:
    packed = gzip.compress(b"[1, 2]" * 1000)
    chunks = [b"%x\r\n%b\r\n" % (len(packed[at : at + 7]), packed[at : at + 7]) for at in range(0, len(packed), 7)]
    head = HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    with server(whole(head, *chunks, b"0\r\n\r\n")) as url:
        assert get(url).body == b"[1, 2]" * 1000


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"\r\n", b" "),
        (b"HTTP/1.1 200 O", b"K"),
        (HEAD, b"X"),
        (HEAD, b"X: y\r\n"),
    ],
    ids=["body", "chunks", "body to the end", "status line", "header", "headers"],
)
def test_an_answer_that_trickles_ends_at_the_deadline(
    start: bytes, piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "DEADLINE", 0.1)
    with server(trickling(start, piece)) as url, pytest.raises(SourceUnavailable):
        get(url)


def test_a_server_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "DEADLINE", 0.1)
    with server(trickling(b"", b"")) as url, pytest.raises(SourceUnavailable, match="no answer"):
        get(url)


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_without_end_is_cut(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setattr(asking, "SIZE_AT_MOST", 100_000)
    body = gzip.compress(b" " * 1_000_000) if packed else b" " * 1_000_000
    head = HEAD + (b"Content-Encoding: gzip\r\n" if packed else b"") + length(body)
    with server(whole(head, body)) as url, pytest.raises(SourceUnavailable, match="100000 bytes"):
        get(url)


@pytest.mark.parametrize(
    "answer",
    [whole(b""), whole(b"nonsense\r\n\r\n"), whole(HEAD, b"Content-Length: 100\r\n\r\n[1]")],
    ids=["nothing", "no HTTP", "half"],
)
def test_a_broken_answer_is_none(answer: Callable[[socket.socket, threading.Event], None]) -> None:
    with server(answer) as url, pytest.raises(SourceUnavailable, match="no answer"):
        get(url)


def test_a_redirect_is_not_followed() -> None:
    with server(whole(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n", length(b""))) as url:
        assert get(url).status == 302
