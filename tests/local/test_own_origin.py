"""What other sites' pages can make a browser send to this machine is refused: `make run` is for who sits before it."""

import socket
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import requests
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from local.own_origin import OwnOrigin
from local.serving import LOOPBACK, serving

PORT = 3000
OWN = "http://127.0.0.1:3000"
EDITING = ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"]
READING = ["GET", "HEAD", "OPTIONS"]


def asked(method: str = "GET", host: str = "127.0.0.1:3000", port: int = PORT, **headers: str) -> TestResponse:
    """The answer to a request with this Host header."""
    app = OwnOrigin(Response("let in"), port, "https://site.example")
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(app, Response).open("/videos", method=method, headers={"Host": host, **sent})


def refused(response: TestResponse) -> bool:
    """Whether it was refused, and then in the form of the API's errors, with nothing that lets other sites read it."""
    if response.status_code == HTTPStatus.OK:
        return False
    assert (response.status_code, response.content_type) == (403, "application/problem+json")
    assert not {name for name, _ in response.headers if name.startswith("Access-Control")}
    return True


@pytest.mark.parametrize("host", ["127.0.0.1:3000", "localhost:3000", "LocalHost:3000", "[::1]:3000"])
@pytest.mark.parametrize("method", READING + EDITING)
def test_this_machine_is_let_in_by_each_of_its_names(host: str, method: str) -> None:
    assert not refused(asked(method, host))


def test_the_usual_port_may_be_left_out() -> None:
    assert not refused(asked(host="localhost", port=80))
    assert not refused(asked(host="localhost:80", port=80))
    assert refused(asked(host="localhost"))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:3000",
        "127.0.0.1.evil.example:3000",
        "localhost.evil.example:3000",
        "evil.localhost:3000",
        "localhost.:3000",
        "127.0.0.1:3001",
        "127.0.0.2:3000",
        "0.0.0.0:3000",
        "2130706433:3000",
        "127.1:3000",
        "[::ffff:127.0.0.1]:3000",
        "localhost:3000,evil.example",
        "localhost:3000@evil.example",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_name_that_was_made_to_lead_here_is_refused(host: str, method: str) -> None:
    """DNS rebinding: the page's own name leads to 127.0.0.1, so the browser takes this for its own site."""
    assert refused(asked(method, host))
    assert refused(asked(method, host, Origin=f"http://{host}", Sec_Fetch_Site="same-origin"))


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://evil.example",
        "null",
        "",
        "http://127.0.0.1",
        "http://127.0.0.1:3001",
        "https://127.0.0.1:3000",
        "http://localhost:3000",
        "http://127.0.0.1:3000.evil.example",
        "http://127.0.0.1:3000/",
        "HTTP://127.0.0.1:3000",
        "http://127.0.0.1:3000 http://evil.example",
    ],
)
@pytest.mark.parametrize("method", READING + EDITING)
def test_a_page_of_another_origin_is_refused(origin: str, method: str) -> None:
    assert refused(asked(method, Origin=origin))
    assert refused(asked(method, Origin=origin, Sec_Fetch_Site="same-origin"))


@pytest.mark.parametrize("method", EDITING)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_forged_request_without_an_origin_is_refused(method: str, site: str) -> None:
    assert refused(asked(method, Sec_Fetch_Site=site))


@pytest.mark.parametrize("method", READING)
def test_a_link_of_another_site_may_lead_here(method: str) -> None:
    assert not refused(asked(method, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate"))


@pytest.mark.parametrize("method", READING + EDITING)
def test_the_page_itself_and_programs_are_let_in(method: str) -> None:
    assert not refused(asked(method, Origin=OWN, Sec_Fetch_Site="same-origin"))
    assert not refused(asked(method, Origin="http://[::1]:3000", host="[::1]:3000"))
    assert not refused(asked(method, Sec_Fetch_Site="none"))
    assert not refused(asked(method))


def test_the_site_that_the_operator_names_is_let_in() -> None:
    assert not refused(asked("PUT", Origin="https://site.example", Sec_Fetch_Site="cross-site"))
    nobody = Client(OwnOrigin(Response("let in"), PORT), Response)
    assert refused(nobody.get("/", headers={"Host": "127.0.0.1:3000", "Origin": ""}))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port: int = listener.getsockname()[1]
    with serving(OwnOrigin(Response("let in"), port), port) as url:
        yield url


def test_over_http(url: str) -> None:
    def status(method: str = "GET", at: str = url, **headers: Any) -> int:
        return requests.request(method, at, headers=headers, timeout=10).status_code

    assert status() == 200
    assert status(at=url.replace("127.0.0.1", "localhost")) == 200
    assert status(Host="evil.example") == 403
    assert status("PUT", Origin="https://evil.example") == 403
    assert status("PUT", Origin=url) == 200


@pytest.mark.parametrize("line", ["GET http://evil.example/videos HTTP/1.1", "GET //evil.example/videos HTTP/1.1"])
def test_a_request_line_with_another_host_does_not_lead_around_it(url: str, line: str) -> None:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        header = "evil.example" if line.startswith("GET //") else f"{host}:{port}"
        connection.sendall(f"{line}\r\nHost: {header}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b" 403 " in answer.partition(b"\r\n")[0]
