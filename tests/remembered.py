"""A client of AWS that remembers what it has read until that is written."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from tests.tables import PARTITION_KEYS

READS = ("batch_get_item", "get_secret_value", "query")
AT_MOST = 200
"""Answers that are kept: what is asked for with the present time is never asked for again."""

type Place = tuple[str, str]
"""A table, and the value of a partition's key; ANYWHERE where it is not known."""
ANYWHERE = ""


class Remembered:
    """Asks once for what is read again with no write there in between: there is only one answer to that.

    In most minutes of a simulated day nothing is due, and what they read is what the minute before has read. All
    writes have to come through here.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._answers: dict[tuple[str, str], tuple[frozenset[Place], bytes]] = {}
        self._writes = 0
        self.meta = client.meta

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._client, operation)

        def read(**request: Any) -> Any:
            asked = operation, repr(request)
            if known := self._answers.get(asked):
                return orjson.loads(known[1])
            before = self._writes
            answer = call(**request)
            # What another thread has written meanwhile may not be in this answer.
            if before == self._writes:
                if len(self._answers) >= AT_MOST:
                    self._answers.clear()
                self._answers[asked] = frozenset(_read(operation, request)), orjson.dumps(answer)
            return answer

        def write(**request: Any) -> Any:
            written = set(_written(operation, request))
            self._forget(written)
            try:
                return call(**request)
            finally:
                self._forget(written)

        return read if operation in READS else write

    def _forget(self, written: set[Place]) -> None:
        self._writes += 1
        if not written:
            self._answers.clear()
        written |= {(table, ANYWHERE) for table, _ in written}
        for asked, (places, _) in list(self._answers.items()):
            if not written.isdisjoint(places):
                self._answers.pop(asked, None)


def _read(operation: str, request: dict[str, Any]) -> Iterator[Place]:
    """Where an answer comes from."""
    if operation == "batch_get_item":
        for table, asked in request["RequestItems"].items():
            yield from ((table, _partition(table, key)) for key in asked["Keys"])
    elif operation == "query" and "IndexName" in request:
        yield request["TableName"], ANYWHERE
    elif operation == "query":
        # One of these is the partition's key; the others do no harm.
        for value in request["ExpressionAttributeValues"].values():
            yield request["TableName"], value.get("S", ANYWHERE)


def _written(operation: str, request: dict[str, Any]) -> Iterator[Place]:
    """What a write changes; nothing for everything."""
    if operation in ("delete_item", "put_item", "update_item"):
        table = request["TableName"]
        yield table, _partition(table, request.get("Key") or request["Item"])
    elif operation == "batch_write_item":
        for table, writes in request["RequestItems"].items():
            for write in writes:
                item = write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]
                yield table, _partition(table, item)


def _partition(table: str, item: dict[str, Any]) -> str:
    return str(item[PARTITION_KEYS[table]]["S"])
