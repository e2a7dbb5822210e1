"""What the terminal shows of a log record."""

import fcntl
import io
import logging
import os
import re
import struct
import termios
from typing import Any

import pytest

from local.console import Readable, cells, folded, is_quiet, poll_line, say

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


def test_tracking_says_what_it_did_and_what_it_gives_up() -> None:
    tracking = {"channels": 27, "looks": 3, "new": 1, "stopped": (), "problem": None}
    assert shown("tracking", tracking=tracking).endswith("  27 channels tracked: 3 looked at  1 new")
    assert shown("tracking", tracking=tracking | {"problem": "no answer"}).endswith("1 new  no answer")
    stopped = shown("tracking", tracking=tracking | {"stopped": ("tea",)})
    assert stopped.endswith("1 new  tea no more, as searches confirm too little")


def test_a_refresh_says_what_it_was_for_and_did() -> None:
    refresh = {"asked": 17, "changed": 3, "gone": 1, "problem": None}
    assert shown("refresh", refresh=refresh).endswith("  stored videos asked for again: 17 asked  3 changed  1 gone")
    assert shown("refresh", refresh=refresh | {"problem": "no answer"}).endswith("1 gone  no answer")


TOLD = {"target": "team chat", "event": "1f", "videos": 3, "left_out": 0, "problem": None, "next_turn_at": None}


def test_what_a_target_is_told_is_one_line() -> None:
    assert re.fullmatch(r"\d\d:\d\d:\d\d  team chat was told of 3 videos", shown("told", told=TOLD))
    more = TOLD | {"videos": 1, "left_out": 7, "next_turn_at": NEXT}
    assert re.search(
        r"  team chat was told of 1 video, and not of 7 older ones  next \d\d:\d\d:10$", shown("told", told=more)
    )


def test_what_a_target_could_not_be_told_has_the_reason() -> None:
    told = TOLD | {"problem": "it answered 500", "next_turn_at": NEXT}
    line = shown("told", logging.WARNING, told=told)
    assert re.search(r"  team chat could not be told of 3 videos: it answered 500  next \d\d:\d\d:10$", line)


def test_a_test_message_is_one_line() -> None:
    assert shown("test", target="team chat", problem=None).endswith("  team chat got the test message")
    line = shown("test", logging.WARNING, target="team chat", problem="it answered 500")
    assert line.endswith("  team chat did not get the test message: it answered 500")


def test_that_news_was_taken_in_is_not_shown() -> None:
    quiet, loud = (logging.LogRecord("newsreel", logging.INFO, __file__, 1, "x", (), None) for _ in range(2))
    quiet.__dict__["news"] = {"found": 1}
    assert (is_quiet(quiet), is_quiet(loud)) == (True, False)


def test_other_records_are_shown_in_their_words_and_failures_with_their_stack() -> None:
    assert shown("hello").endswith("  hello")
    assert "WARNING: careful" in shown("careful", logging.WARNING)
    with pytest.raises(ValueError, match="broken") as failure:
        int("broken")
    text = shown("failed", logging.ERROR, failure.value)
    assert "ERROR: failed" in text
    assert "ValueError: invalid literal" in text


SENTENCE = "open http://127.0.0.1:3000/ for the dashboard, http://127.0.0.1:3000/docs for the API; Ctrl-C stops"
NEXT = "2026-11-23T02:00:10Z"
STAMP = "12:00:06  "
PROBLEM = (
    "no usable key: 2 keys are refused by YouTube; put a new key into the secret, or name instances to ask meanwhile"
)
QUERIES = (
    "cricket",
    "northern lights over the sea",
    "ゲーム 実況の楽しみ方",
    "برنامه‌نویسی",
    "👨‍👩‍👧 family",
    "a" * 100,
)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("source", ["youtube", "invidious", None])
@pytest.mark.parametrize("problem", [None, PROBLEM])
@pytest.mark.parametrize("width", [60, 80, 100, 132])
def test_a_polls_line_fits_the_terminal(query: str, source: str | None, problem: str | None, width: int) -> None:
    poll = POLL | {"query": query, "source": source, "problem": problem, "seen": 500, "new": 461}
    first, *more = poll_line(poll, width).split("\n")
    assert all(cells(line) <= width for line in (STAMP + first, *more))
    assert all(line.startswith(" " * len(STAMP)) for line in more)
    shown = re.sub(r"\s+", " ", " ".join((first, *more)))
    assert "500 seen 461 new 999,990 calls left next" in shown
    assert shown.endswith(problem or ":10")


def test_on_80_columns_a_polls_line_is_one_line_and_aligned_in_all_scripts() -> None:
    lines = [poll_line(POLL | {"query": query, "next_due_at": NEXT}, 80) for query in QUERIES]
    assert {cells(line.partition(" seen")[0]) for line in lines} == {cells(lines[0].partition(" seen")[0])}
    assert not any("\n" in line for line in lines)
    assert re.fullmatch(r"cricket     youtube  50 seen  12 new 999,990 calls left  next \d\d:\d\d:10", lines[0])
    assert lines[1].startswith("northern l… youtube ")


def test_a_query_is_cut_between_its_letters_as_wide_as_they_are() -> None:
    assert poll_line(POLL | {"query": "ゲーム 実況の楽しみ方"}, 80).startswith("ゲーム 実…  youtube ")


def test_words_are_folded_and_never_lost() -> None:
    text = "newsreel: " + "one two three " * 9 + "https://example.com/" + "x" * 60
    lines = folded(text, 40).split("\n")
    assert all(cells(line) <= 40 for line in lines[:-1])
    assert all(line.startswith(" " * 10) for line in lines[1:])
    assert " ".join(line.strip() for line in lines) == text
    assert folded(text, None) == text


class Terminal(io.StringIO):
    """A standard output of so many columns."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self._side, self._other = os.openpty()
        fcntl.ioctl(self._other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def fileno(self) -> int:
        return self._other

    def isatty(self) -> bool:
        return True

    def close(self) -> None:
        os.close(self._side)
        os.close(self._other)
        super().close()


@pytest.mark.parametrize("columns", [80, 0])
def test_what_newsreel_says_fits_a_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with Terminal(columns) as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        say(SENTENCE)
        first, second = terminal.getvalue().splitlines()
    assert first == "newsreel: open http://127.0.0.1:3000/ for the dashboard,"
    assert second == "          http://127.0.0.1:3000/docs for the API; Ctrl-C stops"


def test_what_newsreel_says_is_one_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(SENTENCE)
    assert capsys.readouterr().out == f"newsreel: {SENTENCE}\n"


def test_records_fit_a_terminal_and_stacks_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="invalid literal") as failure:
        int("broken " * 20)
    with Terminal(80) as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        assert all(cells(line) <= 80 for line in shown("poll", poll=POLL | {"problem": PROBLEM}).splitlines())
        assert all(cells(line) <= 80 for line in shown("careful " * 30, logging.WARNING).splitlines())
        text = shown("failed", logging.ERROR, failure.value)
    assert f"ValueError: {failure.value}" in text
