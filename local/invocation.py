"""Invoking a function's handler as Lambda does: an event, and a context that knows its time limit."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

type Handler = Callable[[dict[str, Any], Any], Any]


class Context:
    """The context object of one invocation: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html."""

    function_version = "$LATEST"
    client_context = None
    identity = None

    def __init__(self, function_name: str, memory_mb: int, timeout_seconds: int) -> None:
        self.function_name = function_name
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function_name}"
        self.memory_limit_in_mb = str(memory_mb)
        self.aws_request_id = str(uuid.uuid4())
        self.log_group_name = f"/aws/lambda/{function_name}"
        self.log_stream_name = "local"
        self._deadline = time.monotonic() + timeout_seconds

    def get_remaining_time_in_millis(self) -> int:
        """The milliseconds until Lambda would end this invocation."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class Function:
    """One instance of a function: like an instance of Lambda's, it handles one event at a time."""

    def __init__(self, name: str, handler: Handler, properties: dict[str, Any]) -> None:
        self.name = name
        self._handler = handler
        self._memory_mb = int(properties["MemorySize"])
        self._timeout_seconds = int(properties["Timeout"])
        self._busy = threading.Lock()

    def invoke(self, event: dict[str, Any]) -> Any:
        """The handler's answer; what it raises is raised."""
        with self._busy:
            return self._handler(event, Context(self.name, self._memory_mb, self._timeout_seconds))
