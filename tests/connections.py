"""A short way to DynamoDB's engine, for the hundred thousand calls that the tests make."""

import select
import socket
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Connections:
    """Kept connections to dynalite, over which a client's requests go.

    Botocore makes and signs the requests, reads the answers and tries again as ever; only urllib3 is left out, which
    takes as long as all of that.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: list[socket.socket] = []

    def serve(self, client: "DynamoDBClient") -> None:
        """Take over a client's requests, unless someone else answers them."""
        client.meta.events.register_last("before-send.dynamodb", self.send)

    def send(self, request: AWSPreparedRequest, **_: Any) -> Any:
        """The answer to a request. Raises ConnectionClosedError."""
        lines = [f"{request.method} / HTTP/1.1", f"Host: {urlsplit(self._url).netloc}"]
        headers: dict[str, str | bytes] = dict(request.headers.items())
        for name, value in headers.items():
            lines.append(f"{name}: {value.decode() if isinstance(value, bytes) else value}")
        body = request.body if isinstance(request.body, bytes) else str(request.body).encode()
        connection = self._connection()
        try:
            connection.sendall("\r\n".join((*lines, "\r\n")).encode() + body)
            answer = self._received(connection)
        except OSError as error:
            connection.close()
            # As urllib3's are told to botocore, which then tries again.
            raise ConnectionClosedError(endpoint_url=self._url) from error
        self._free.append(connection)
        return answer

    def close(self) -> None:
        """Close those that are free."""
        while self._free:
            self._free.pop().close()

    def _connection(self) -> socket.socket:
        while self._free:
            connection = self._free.pop()
            # What can be read now is the end of the connection.
            if not select.select([connection], [], [], 0)[0]:
                return connection
            connection.close()
        parts = urlsplit(self._url)
        connection = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _received(self, connection: socket.socket) -> AWSResponse:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._some(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers: Any = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        pieces, missing = [body], int(headers["content-length"]) - len(body)
        while missing > 0:
            pieces.append(self._some(connection))
            missing -= len(pieces[-1])
        return AWSResponse(self._url, int(first.split(" ")[1]), headers, Pieces(pieces))

    def _some(self, connection: socket.socket) -> bytes:
        if some := connection.recv(1 << 18):
            return some
        raise ConnectionResetError("the engine hung up")


class Pieces:
    """A body, as botocore reads it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def stream(self) -> Iterator[bytes]:
        """Its parts."""
        yield from self._pieces


connections = cache(Connections)
"""The connections to a URL, which all clients share."""
