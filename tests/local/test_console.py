"""What the terminal shows of a log record."""

import logging
import re
from typing import Any

import pytest

from local.console import Readable

POLL = {
    "query": "cricket",
    "source": "youtube",
    "outcome": "ok",
    "seen": 50,
    "new": 12,
    "calls": 1,
    "calls_left": 999_990,
    "next_due_at": "2026-11-23T02:00:10Z",
    "problem": None,
}


def shown(message: str, level: int = logging.INFO, error: Exception | None = None, **extra: Any) -> str:
    information = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("newsreel", level, __file__, 1, message, (), information)
    record.__dict__ |= extra
    return Readable().format(record)


def test_a_poll_is_one_line_with_what_a_person_wants_to_know() -> None:
    line = shown("poll", poll=POLL)
    pattern = r"\d\d:\d\d:\d\d  cricket +youtube +50 seen +12 new +999,990 calls left  next \d\d:\d\d:10"
    assert re.fullmatch(pattern, line)


def test_lines_are_aligned_whatever_the_query() -> None:
    lines = [shown("poll", poll=POLL | {"query": query, "source": None}) for query in ("a", "a very " * 20)]
    assert len({line.index(" seen") for line in lines}) == 1
    assert "…" in lines[1]


def test_a_problem_stands_at_the_end() -> None:
    line = shown("poll", logging.WARNING, poll=POLL | {"problem": "no usable key"})
    assert line.endswith("  no usable key")
    assert "WARNING" not in line


def test_other_records_are_shown_in_their_words_and_failures_with_their_stack() -> None:
    assert shown("hello").endswith("  hello")
    assert "WARNING: careful" in shown("careful", logging.WARNING)
    with pytest.raises(ValueError, match="broken") as failure:
        int("broken")
    text = shown("failed", logging.ERROR, failure.value)
    assert "ERROR: failed" in text
    assert "ValueError: invalid literal" in text
