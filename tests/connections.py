"""A short way to DynamoDB's engines, for the hundred thousand calls that the tests make."""

import select
import socket
from contextlib import ExitStack, suppress
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import botocore.parsers
from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel, StructureShape

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARSER = botocore.parsers.create_parser("json")
SIGNED = (
    "Authorization: AWS4-HMAC-SHA256 Credential=local/20261123/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=0\r\nX-Amz-Date: 20261123T120000Z"
)
"""Engines want requests to be signed, and do not look by whom."""


class Good:
    """A good answer, as far as botocore's client looks at it."""

    status_code = HTTPStatus.OK


class Connections:
    """Kept connections to an engine, over which a client asks.

    Botocore makes the requests and reads the answers as ever. What is left out takes longer than all of that: that
    requests are signed, sent by urllib3, and looked at for whether to try again. So whatever is not a good answer is
    asked for once more, in botocore's own way: it had no effect, or is one of those that botocore repeats.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: list[socket.socket] = []

    def serve(self, client: "DynamoDBClient") -> None:
        """Answer a client's calls, unless someone else does."""

        def answer(model: OperationModel, params: dict[str, Any], **_: Any) -> Any:
            answered = self._asked(params)
            if answered is None:
                return None
            own: dict[str, Any] = {}
            event = f"before-parse.dynamodb.{model.name}"
            client.meta.events.emit(event, operation_model=model, response_dict=answered, customized_response_dict=own)
            # Every operation of DynamoDB has an answer.
            return Good, PARSER.parse(answered, cast("StructureShape", model.output_shape)) | own

        client.meta.events.register_last("before-call.dynamodb", answer)

    def close(self) -> None:
        """Close those that are free."""
        while self._free:
            self._free.pop().close()

    def _asked(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """An answer, as botocore's parser takes it; None unless it is a good one."""
        body, headers = request["body"], request["headers"]
        lines = (
            "POST / HTTP/1.1",
            f"Host: {urlsplit(self._url).netloc}",
            f"X-Amz-Target: {headers['X-Amz-Target']}",
            f"Content-Type: {headers['Content-Type']}",
            f"Content-Length: {len(body)}",
            SIGNED,
            "\r\n",
        )
        with suppress(OSError), ExitStack() as failed:
            connection = failed.enter_context(self._connection())
            connection.sendall("\r\n".join(lines).encode() + body)
            status, received, answer = self._received(connection)
            failed.pop_all()
            self._free.append(connection)
            if status == HTTPStatus.OK:
                return {"status_code": status, "headers": HeadersDict(received), "body": answer}
        return None

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

    def _received(self, connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._some(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        pieces, missing = [body], int(headers["content-length"]) - len(body)
        while missing > 0:
            pieces.append(self._some(connection))
            missing -= len(pieces[-1])
        return int(first.split(" ")[1]), headers, b"".join(pieces)

    def _some(self, connection: socket.socket) -> bytes:
        if some := connection.recv(1 << 18):
            return some
        raise ConnectionResetError("the engine hung up")


connections = cache(Connections)
"""The connections to a URL, which all clients share."""
