"""A function on one machine handles one event at a time, within its time limit."""

import threading
from typing import Any

import pytest

from local.invocation import Function, TimedOut

PROPERTIES = {"MemorySize": 256, "Timeout": 30}


def test_the_handlers_answer_is_given() -> None:
    assert Function("api", lambda event, _context: event["number"] + 1, PROPERTIES).invoke({"number": 1}) == 2


@pytest.mark.parametrize("error", [ValueError("no"), TimeoutError("of the handler's own")])
def test_what_a_handler_raises_is_raised(error: Exception) -> None:
    def fail(_event: dict[str, Any], _context: Any) -> None:
        raise error

    with pytest.raises(type(error), match=str(error)):
        Function("fetcher", fail, PROPERTIES).invoke({})


def test_a_handler_that_does_not_end_is_left_and_the_next_event_is_handled() -> None:
    released = threading.Event()
    handled: list[str] = []
    threads: list[threading.Thread] = []
    begun = threading.Semaphore(0)

    def handle(event: dict[str, Any], _context: Any) -> None:
        threads.append(threading.current_thread())
        begun.release()
        released.wait(10)
        handled.append(event["name"])

    function = Function("fetcher", handle, {**PROPERTIES, "Timeout": 0})
    for name in ("first", "second"):
        with pytest.raises(TimedOut, match="fetcher timed out after 0 seconds"):
            function.invoke({"name": name})
        assert begun.acquire(timeout=10)
    assert not handled
    released.set()
    for thread in threads:
        thread.join()
    assert sorted(handled) == ["first", "second"]


def test_one_thread_handles_all_events_and_ends_with_the_function() -> None:
    threads: list[threading.Thread] = []
    function = Function("api", lambda _event, _context: threads.append(threading.current_thread()), PROPERTIES)
    for _ in range(3):
        function.invoke({})
    assert len(set(threads)) == 1
    assert threads[0].is_alive()
    del function
    threads[0].join(10)
    assert not threads[0].is_alive()
