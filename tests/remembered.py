"""A client of AWS that remembers what it has read until something is written."""

from collections.abc import Callable
from typing import Any

import orjson

READS = ("batch_get_item", "get_secret_value", "query")


class Remembered:
    """Asks once for what is read again with no write in between: there is only one answer to that.

    In most minutes of a simulated day nothing is due, and what they read is what the minute before has read. All
    writes have to come through here.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._answers: dict[tuple[str, str], bytes] = {}
        self.meta = client.meta

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._client, operation)

        def read(**request: Any) -> Any:
            asked = operation, repr(request)
            if asked not in self._answers:
                self._answers[asked] = orjson.dumps(call(**request))
            return orjson.loads(self._answers[asked])

        def write(**request: Any) -> Any:
            self._answers.clear()
            return call(**request)

        return read if operation in READS else write
