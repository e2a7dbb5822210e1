"""Asking a source over HTTP: one deadline for a whole answer, and one bound on its size.

`requests` bounds each wait for the next bytes. An answer that trickles, in its head or its body, would never end.
"""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from newsreel.errors import SourceUnavailable

DEADLINE = 8.0
"""Seconds for an answer's head, and for its head and body together."""
SIZE_AT_MOST = 8 << 20
"""Bytes of a body, unpacked. A page of 50 videos with everything in it has less than one megabyte."""
PIECE = 16 << 10
"""Bytes read at a time."""


class Answer(NamedTuple):
    """What a source answered."""

    status: int
    content_type: str
    """In lower case, without parameters."""
    body: bytes


def session() -> requests.Session:
    """A session that keeps connections open and ends heads that trickle."""
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter())
    return made


def get(
    session: requests.Session,
    url: str,
    parameters: Mapping[str, str],
    headers: Mapping[str, str],
    timeout: tuple[float, float],
) -> Answer:
    """The answer to GET; redirects are not followed. `timeout` has seconds to connect and to wait for the next bytes.

    Raises SourceUnavailable where there is none, or it takes too long, or is too long.
    """
    deadline = time.monotonic() + DEADLINE
    try:
        with session.get(
            url, params=parameters, headers=headers, timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            body = b"".join(_pieces(response.raw, deadline))
    except (requests.RequestException, HTTPError) as error:
        # The libraries' exceptions hold the request, and that may hold a key: they must not be chained.
        raise SourceUnavailable(f"no answer: {type(error).__name__}") from None
    content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Answer(response.status_code, content_type, body)


def _pieces(raw: HTTPResponse, deadline: float) -> Iterator[bytes]:
    left = SIZE_AT_MOST
    # What has come is given at once: a read of a fixed size would wait until there is as much.
    while piece := raw.read1(PIECE, decode_content=True):
        left -= len(piece)
        if left < 0:
            raise SourceUnavailable(f"the answer has more than {SIZE_AT_MOST} bytes")
        if time.monotonic() > deadline:
            raise SourceUnavailable(f"the answer was not there after {DEADLINE:g} s")
        yield piece


class _Impatient(HTTPConnection):
    """A connection that is cut where the head of an answer does not come in time."""

    def getresponse(self) -> Any:
        """See `http.client.HTTPConnection`."""
        late = threading.Event()

        def cut() -> None:
            late.set()
            self.sock.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(DEADLINE, cut)
        timer.daemon = True
        timer.start()
        try:
            response = super().getresponse()
        finally:
            timer.cancel()
        if late.is_set():
            # What was cut looks like a short answer.
            response.close()
            raise TimeoutError("the head of the answer was not there in time")
        return response


class _ImpatientTLS(_Impatient, HTTPSConnection):
    """The same, encrypted."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Impatient


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _ImpatientTLS


class _Adapter(HTTPAdapter):
    """Lets `requests` use impatient connections, through a proxy too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """See `requests.adapters.HTTPAdapter`."""
        super().init_poolmanager(*args, **kwargs)
        _make_impatient(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        """See `requests.adapters.HTTPAdapter`."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        _make_impatient(manager)
        return manager


def _make_impatient(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
