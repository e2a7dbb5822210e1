"""Invoking a function's handler as Lambda does: an event, and a context that knows its time limit."""

import threading
import time
import uuid
import weakref
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import SimpleQueue
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


type Events = SimpleQueue[tuple[dict[str, Any], Context, Future[Any]] | None]
"""What a handler's thread is to do; None ends it."""


class TimedOut(Exception):
    """A function did not end within its time limit."""


class Function:
    """One instance of a function: like an instance of Lambda's, it handles one event at a time, all in one thread."""

    def __init__(self, name: str, handler: Handler, properties: dict[str, Any]) -> None:
        self.name = name
        self._handler = handler
        self._memory_mb = int(properties["MemorySize"])
        self._timeout_seconds = int(properties["Timeout"])
        self._busy = threading.Lock()
        self._events: Events | None = None

    def invoke(self, event: dict[str, Any]) -> Any:
        """The handler's answer; what it raises is raised. Raises TimedOut where it takes longer than it may.

        Lambda ends the process then. Here the handler's thread is left behind, and nothing waits for it.
        """
        answer: Future[Any] = Future()
        with self._busy:
            if self._events is None:
                self._events = self._started()
            self._events.put((event, Context(self.name, self._memory_mb, self._timeout_seconds), answer))
            done, _ = wait([answer], self._timeout_seconds)
            if not done:
                self._events.put(None)
                self._events = None
                raise TimedOut(f"{self.name} timed out after {self._timeout_seconds} seconds")
        return answer.result()

    def _started(self) -> Events:
        """A thread that handles what is put here, until that is None or this instance is no more."""
        events: Events = SimpleQueue()
        threading.Thread(target=_handle, args=(self._handler, events), daemon=True).start()
        weakref.finalize(self, events.put, None)
        return events


def _handle(handler: Handler, events: Events) -> None:
    for event, context, answer in iter(events.get, None):
        try:
            answer.set_result(handler(event, context))
        except BaseException as error:  # noqa: BLE001 - it is raised where the function is invoked
            answer.set_exception(error)
