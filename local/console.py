"""What the terminal shows: a line for each poll, and what goes wrong."""

import logging
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def say(text: str) -> None:
    """Tell the person at the terminal something about newsreel itself."""
    print(f"newsreel: {text}", flush=True)


def take_over_logs() -> None:
    """Show the functions' records, and other libraries' warnings, in readable form instead of their own."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Readable())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    functions = logging.getLogger("newsreel")
    functions.handlers = [handler]
    functions.propagate = False


class Readable(logging.Formatter):
    """One line for a record, with the machine's time; a stack follows only where something unforeseen failed."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        poll = getattr(record, "poll", None)
        text = poll_line(poll) if isinstance(poll, Mapping) else super().format(record)
        mark = "" if record.levelno < logging.WARNING or isinstance(poll, Mapping) else f"{record.levelname}: "
        return f"{self.formatTime(record, '%H:%M:%S')}  {mark}{text}"


def poll_line(poll: Mapping[str, Any]) -> str:
    """What a poll did, aligned with the lines above and below."""
    line = (
        f"{_fitted(poll['query'], 24)}  {poll['source'] or 'no source':9}  {poll['seen']:>4} seen  {poll['new']:>4} new"
        f"  {poll['calls_left']:>9,} calls left  next {_clock_time(poll['next_due_at'])}"
    )
    return f"{line}  {poll['problem']}" if poll["problem"] else line


def _fitted(text: str, width: int) -> str:
    return (text if len(text) <= width else text[: width - 1] + "…").ljust(width)


def _clock_time(stamp: str) -> str:
    return f"{datetime.fromisoformat(stamp).astimezone():%H:%M:%S}"
