"""What the terminal shows: a line for each poll and each message to a target, and what goes wrong.

On a terminal lines are made to fit its width; elsewhere, as in a file, each stays one line.
"""

import logging
import os
import sys
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

INDENT = " " * len("12:00:00  ")
"""Before what a folded line goes on with: as wide as the time, and as newsreel's name."""
NAME = 35
"""Columns of a poll's query and source, where there is room."""
NAME_AT_LEAST = 16
ROOMY = 100
"""Columns from which the parts of a poll's line can stand further apart."""


def say(text: str) -> None:
    """Tell the person at the terminal something about newsreel itself."""
    print(folded(f"newsreel: {text}", columns()), flush=True)


def columns() -> int | None:
    """The width of the terminal, or None where the output goes elsewhere."""
    return (os.get_terminal_size(sys.stdout.fileno()).columns or 80) if sys.stdout.isatty() else None


def take_over_logs() -> None:
    """Show the functions' records, and other libraries' warnings, in readable form instead of their own."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Readable())
    handler.addFilter(lambda record: not is_quiet(record))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    functions = logging.getLogger("newsreel")
    functions.handlers = [handler]
    functions.propagate = False


def is_quiet(record: logging.LogRecord) -> bool:
    """Whether a record is of no interest here: that news was taken in, as the poll and the telling have lines."""
    return hasattr(record, "news") and record.levelno < logging.WARNING


class Readable(logging.Formatter):
    """One line for a record, with the machine's time; a stack follows only where something unforeseen failed."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        time = self.formatTime(record, "%H:%M:%S")
        poll = getattr(record, "poll", None)
        if isinstance(poll, Mapping):
            return f"{time}  {poll_line(poll, columns())}"
        refresh = getattr(record, "refresh", None)
        if isinstance(refresh, Mapping):
            return folded(f"{time}  {refresh_line(refresh)}", columns())
        tracking = getattr(record, "tracking", None)
        if isinstance(tracking, Mapping):
            return folded(f"{time}  {tracking_line(tracking)}", columns())
        told = getattr(record, "told", None)
        if isinstance(told, Mapping):
            return folded(f"{time}  {told_line(told)}", columns())
        if record.getMessage() == "test" and hasattr(record, "target"):
            return folded(f"{time}  {test_line(record.target, getattr(record, 'problem', None))}", columns())
        mark = "" if record.levelno < logging.WARNING else f"{record.levelname}: "
        first, *stack = super().format(record).split("\n")
        return "\n".join((folded(f"{time}  {mark}{first}", columns()), *stack))


def poll_line(poll: Mapping[str, Any], width: int | None = None) -> str:
    """What a poll did, aligned with the lines above and below, to stand after the time on a terminal so wide."""
    gap = "  " if width is None or width >= ROOMY else " "
    counts = gap.join(
        (f"{poll['seen']:>3} seen", f"{poll['new']:>3} new", f"{poll['calls_left']:>7,} calls left"),
    )
    tail = f"{counts}  next {_clock_time(poll['next_due_at'])}"
    room = NAME if width is None else min(NAME, width - len(INDENT) - len(gap) - len(tail))
    if room < NAME_AT_LEAST:
        line = f"{_name(poll, NAME_AT_LEAST)}\n{INDENT}{tail}"
    else:
        line = f"{_name(poll, room)}{gap}{tail}"
    if not poll["problem"]:
        return line
    if width is None:
        return f"{line}  {poll['problem']}"
    return f"{line}\n{folded(INDENT + poll['problem'], width)}"


def refresh_line(refresh: Mapping[str, Any]) -> str:
    """What a refresh of stored videos did."""
    counts = "  ".join(f"{refresh[name]} {name}" for name in ("asked", "changed", "gone"))
    return f"stored videos asked for again: {counts}" + (f"  {refresh['problem']}" if refresh["problem"] else "")


def tracking_line(tracking: Mapping[str, Any]) -> str:
    """What a run of tracking did."""
    counts = f"{tracking['channels']} channels tracked: {tracking['looks']} looked at  {tracking['new']} new"
    stopped = [f"{query} no more, as searches confirm too little" for query in tracking["stopped"]]
    return "  ".join((counts, *stopped, *filter(None, [tracking["problem"]])))


def told_line(told: Mapping[str, Any]) -> str:
    """What became of a message to a target."""
    videos = f"{told['videos']} {'video' if told['videos'] == 1 else 'videos'}"
    left_out = f", and not of {told['left_out']} older ones" if told["left_out"] else ""
    later = f"  next {_clock_time(told['next_turn_at'])}" if told["next_turn_at"] else ""
    if told["problem"]:
        return f"{told['target']} could not be told of {videos}: {told['problem']}{later}"
    return f"{told['target']} was told of {videos}{left_out}{later}"


def test_line(target: str, problem: str | None) -> str:
    """What became of a test message to a target."""
    return f"{target} did not get the test message: {problem}" if problem else f"{target} got the test message"


def folded(text: str, width: int | None) -> str:
    """The text with line breaks between words where it would be wider; the lines after the first are indented."""
    line, *words = text.split(" ")
    lines = []
    for word in words:
        if width and line.strip() and cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line = INDENT + word
        else:
            line += f" {word}"
    return "\n".join((*lines, line))


def cells(text: str) -> int:
    """How many columns a terminal gives to a text."""
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _name(poll: Mapping[str, Any], width: int) -> str:
    """A poll's query and, at the right, its source."""
    source = poll["source"] or "no source"
    room = width - 1 - len(source)
    query = poll["query"]
    if cells(query) > room:
        while cells(query) > room - 1:
            query = query[:-1]
        query += "…"
    return f"{query}{' ' * (room - cells(query))} {source}"


def _clock_time(stamp: str) -> str:
    return f"{datetime.fromisoformat(stamp).astimezone():%H:%M:%S}"
